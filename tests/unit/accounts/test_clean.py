"""Names and addresses as people type and paste them."""

from __future__ import annotations

import pytest

from nmrf.accounts.clean import clean_email, clean_line, clean_name
from nmrf.core.errors import Invalid


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Nadia.Example@Example.ORG ", "nadia.example@example.org"),
        ("nadia+upr@example.org", "nadia+upr@example.org"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("info@Müller.example", "info@xn--mller-kva.example"),
        ("info@Mu\u0308ller.example", "info@xn--mller-kva.example"),
        ("nadia＠example.org", "nadia@example.org"),
    ],
)
def test_an_address_is_kept_in_one_form(typed, kept):
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "nadia",
        "@example.org",
        "nadia@",
        "nadia@example",
        "nadia@.org",
        "nadia@example..org",
        "nadia@-example.org",
        ".nadia@example.org",
        "na dia@example.org",
        "nadia@example.org, omar@example.org",
        "nadia@example.org\r\nBcc: all@example.org",
        "nadia\n@example.org",
        "Nadia <nadia@example.org>",
        '"nadia"@example.org',
        "nadia@exam\u202eple.org",
        "nadía@example.org",
        "İ@example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b." * 130 + "org",
        "x" * 100_000,
    ],
)
def test_what_is_no_single_address_is_refused_at_its_field(typed):
    with pytest.raises(Invalid) as refused:
        clean_email(typed)
    assert refused.value.place == "email"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nadia   Example ", "Nadia Example"),
        ("Z\u030can Primer", "Žan Primer"),
        ("نادية مثال", "نادية مثال"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Nadia O'Example & Co.", "Nadia O'Example & Co."),
        ("李明", "李明"),
    ],
)
def test_a_name_is_kept_with_single_spaces_and_whole_letters(typed, kept):
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Write a name with at least one letter."),
        ("12 34", "Write a name with at least one letter."),
        ("<b>Nadia</b>", "A name has no angle brackets (< >)."),
        ("Nadia\r\nBcc: all@example.org", "Write this on one line."),
        (
            "Nadia\u202eelpmaxE",
            "There is an invisible character in it. Type it instead of pasting it.",
        ),
        (
            "Nadia\x08Example",
            "There is an invisible character in it. Type it instead of pasting it.",
        ),
        ("N" * 201, "This has 201 characters; 200 at most can be kept."),
    ],
)
def test_what_no_name_needs_is_refused_with_the_reason(typed, message):
    with pytest.raises(Invalid) as refused:
        clean_name(typed)
    assert (refused.value.message, refused.value.place) == (message, "name")


def test_a_line_may_be_empty():
    assert clean_line("  ", place="note") == ""
