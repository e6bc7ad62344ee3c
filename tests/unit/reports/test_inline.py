from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.reports.inline import Run, bare_to_html, from_runs, literal, plain, to_html, to_runs


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Plain text", "Plain text"),
        (
            "*so* and **so** and ***so***",
            "<em>so</em> and <strong>so</strong> and <em><strong>so</strong></em>",
        ),
        (
            "[report](https://ohchr.org/a?b=1)",
            '<a href="https://ohchr.org/a?b=1" rel="noopener noreferrer nofollow">report</a>',
        ),
        (
            '[report](http://ohchr.org "A title")',
            '<a href="http://ohchr.org" rel="noopener noreferrer nofollow">report</a>',
        ),
        ("one\ntwo", "one<br>\ntwo"),
        (r"2 \* 3 \*not\*", "2 * 3 *not*"),
        ("OHCHR[^12] said", "OHCHR<sup>12</sup> said"),
        ("# no heading", "# no heading"),
        ("> no quote\n- no list", "&gt; no quote<br>\n- no list"),
        (
            "`no code` ![no image](https://x.org/a.png)",
            '`no code` !<a href="https://x.org/a.png" rel="noopener noreferrer nofollow">no image</a>',
        ),
        ("a &amp; b", "a &amp;amp; b"),
    ],
)
def test_source_becomes_html(source, html):
    assert to_html(source) == html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "**x**<script>alert(1)</script>",
        "*x* <img src=x onerror=alert(1)>",
        "*x* <svg onload=alert(1)>",
        "*x* <svg><script>alert(1)</script></svg>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\nscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox)",
        "[x](//evil.example)",
        "[x](/relative)",
        '[x](https://a.example/"onmouseover="alert(1))',
        "[x](https://a.example/'><script>alert(1)</script>)",
        "*x* <a href=javascript:alert(1)>y</a>",
        "*x* <math><mtext></mtext><style><img onerror=alert(1)></style></math>",
        "[^1<script>]",
    ],
)
def test_attacks_come_out_as_text(attack):
    html = str(to_html(attack))
    for piece in html.split("<")[1:]:
        tag = piece.split(">")[0]
        allowed = {"em", "/em", "strong", "/strong", "br", "/a", "sup", "/sup"}
        is_link = tag.startswith('a href="http') and tag.endswith(
            'rel="noopener noreferrer nofollow"'
        )
        assert tag in allowed or (is_link and tag.count('"') == 4)


def test_runs_for_word():
    assert to_runs("a *b **c*** [d](https://x.org)\n(a) e[^1]") == [
        Run("a "),
        Run("b ", italic=True),
        Run("c", bold=True, italic=True),
        Run(" "),
        Run("d", href="https://x.org"),
        Run("\n(a) e[^1]"),
    ]


def test_plain_has_words_alone():
    assert (
        plain("**Slovenia** [ratified](https://x.org) it[^3] in *2021*")
        == "Slovenia ratified it in 2021"
    )


def test_empty_text():
    assert (to_html(""), to_runs(""), plain(""), from_runs([])) == ("", [], "", "")


@pytest.mark.parametrize(
    "runs",
    [
        [Run("Plain")],
        [Run("5 * 3 * 2 and a_b_c")],
        [Run("**not bold** and [not](https://a.link)")],
        [Run("a "), Run("bold", bold=True), Run(" b")],
        [Run("both", bold=True, italic=True)],
        [Run("see "), Run("the site", href="https://x.org/a_b"), Run(".")],
        [Run("see "), Run("the site", bold=True, href="https://x.org/"), Run(".")],
        [Run("one\n(a) two")],
        [Run("ends with \\")],
    ],
)
def test_runs_are_kept_by_source_text(runs):
    assert to_runs(from_runs(runs)) == runs


def test_spaces_move_out_of_a_look():
    assert from_runs([Run("a"), Run(" bold ", bold=True), Run("b")]) == "a **bold** b"


def test_a_look_that_markdown_cannot_say_is_dropped_but_no_letter():
    assert from_runs([Run("("), Run("a)", bold=True), Run("b")]) == "(a)b"


looks = st.builds(
    Run,
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=12),
    bold=st.booleans(),
    italic=st.booleans(),
    href=st.sampled_from(["", "", "https://x.org"]),
)


@given(st.lists(looks, max_size=6))
def test_no_letter_is_lost_between_runs_and_source(runs):
    wanted = "".join(run.text for run in runs)
    assert "".join(run.text for run in to_runs(from_runs(runs))) == wanted


@given(st.text(alphabet="ab*_[]()\\^1 \n", max_size=30))
def test_literal_shows_what_it_was_given(text):
    lines = [line.strip(" ") for line in text.split("\n")]
    shown = "".join(run.text for run in to_runs(literal(text)))
    assert [line.strip(" ") for line in shown.split("\n")] == lines


def test_bare_text_shows_marks_of_notes_and_nothing_else():
    assert bare_to_html("A *star* <b>[^12]") == "A *star* &lt;b&gt;<sup>12</sup>"
