"""Counting words against the limits that the United Nations set for reports."""

from __future__ import annotations

import re

import regex

# National reports: 10,700 words; annexes and endnotes are not counted (OHCHR guidance for
# national reports of the third cycle; the limit of Human Rights Council PRST of 6 July 2012).
NATIONAL_REPORT_LIMIT = 10_700

_HAN = regex.compile(r"\p{Han}")
_HAS_LETTER_OR_DIGIT = regex.compile(r"[\p{L}\p{N}]")
_NOT_SHOWN = re.compile(r"\]\([^)\s]*\)|\[\^\d{1,4}\]")


def count_words(text: str) -> int:
    """The number of words in a text, as word processors count them.

    A word is what stands between spaces and holds a letter or a digit; each Chinese
    character counts as one. Inline Markdown, link addresses and note marks do not count.
    """
    shown = _NOT_SHOWN.sub("", text)
    without_han, han = _HAN.subn(" ", shown)
    others = sum(1 for token in without_han.split() if _HAS_LETTER_OR_DIGIT.search(token))
    return int(han) + others
