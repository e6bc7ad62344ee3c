"""What may be written in a draft."""

from __future__ import annotations

import pytest

from nmrf.core.errors import Invalid
from nmrf.reports.models import BlockKind
from nmrf.reports.texts import LONGEST_PARAGRAPH, clean, divided


def test_lines_are_kept_and_empty_lines_are_not():
    assert clean(BlockKind.PARAGRAPH, " One \r\n\r\n two\tthree\n") == "One\ntwo three"


def test_a_heading_is_one_line():
    assert clean(BlockKind.CHAPTER, "One\n two") == "One two"


def test_control_signs_go():
    assert clean(BlockKind.PARAGRAPH, "a\x00b\x1bc\u2028d") == "abc\u2028d"


@pytest.mark.parametrize("text", ["", "  \n\t ", "\x00"])
def test_an_empty_text_is_refused(text):
    with pytest.raises(Invalid) as refused:
        clean(BlockKind.PARAGRAPH, text)
    assert refused.value.message == "This cannot be empty. To take it out, remove it."


def test_a_huge_paste_is_refused_with_its_size():
    assert len(clean(BlockKind.PARAGRAPH, "x" * LONGEST_PARAGRAPH)) == LONGEST_PARAGRAPH
    with pytest.raises(Invalid) as refused:
        clean(BlockKind.PARAGRAPH, "x" * (LONGEST_PARAGRAPH + 1))
    assert refused.value.message == (
        "This has 20,001 characters; 20,000 at most. Split it with empty lines, or import it as a "
        "Word file."
    )


def test_two_million_spaces_are_no_trouble():
    assert clean(BlockKind.PARAGRAPH, " " * 2_000_000 + "x" + "\n " * 500_000) == "x"
    assert divided("a" + "\n \n" * 300_000 + "b") == ["a", "b"]


def test_parts_between_empty_lines():
    assert divided("one\nstill one\n\n  \n\ntwo\r\n\r\nthree\n\n") == [
        "one\nstill one",
        "two",
        "three",
    ]


def test_arabic_and_chinese_stay_as_they_are():
    for text in ("تعمل الحكومة على تعزيز حقوق الإنسان.", "政府致力于促进人权。"):
        assert clean(BlockKind.PARAGRAPH, text) == text
