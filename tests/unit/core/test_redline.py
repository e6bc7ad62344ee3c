from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmrf.core.redline import Change, compare, similarity, tokens

HARD = st.text(st.characters(codec="utf-8"), max_size=40)
LATIN = ["a", "b", "right", " ", "  ", "\n", "\r\n", ".", "122.17", "–", "e\u0301"]
OTHERS = [
    "العربية",
    "ال",
    "\u200f",
    "建",
    "议",
    "👩\u200d👧",
    "🏳\ufe0f\u200d🌈",
    "\u200d",
    "\ufe0f",
]
PIECES = st.lists(st.sampled_from([*LATIN, *OTHERS]), max_size=25).map("".join)


@settings(max_examples=300)
@given(PIECES | HARD, PIECES | HARD)
def test_both_texts_can_be_rebuilt(old, new):
    changes = compare(old, new)
    assert "".join(c.text for c in changes if c.kind != "inserted") == old
    assert "".join(c.text for c in changes if c.kind != "deleted") == new
    kinds = [c.kind for c in changes]
    assert all(a != b for a, b in pairwise(kinds))
    assert all(c.text for c in changes)


@given(HARD)
def test_tokens_are_the_text(text):
    assert "".join(tokens(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("L'État, 122.17!", ["L'État", ",", " ", "122.17", "!"]),
        ("批准UPR公约", ["批", "准", "UPR", "公", "约"]),
        ("🏳️‍🌈 ok", ["🏳️‍🌈", " ", "ok"]),
        ("البروتوكول الاختياري", ["البروتوكول", " ", "الاختياري"]),
    ],
)
def test_tokens(text, parts):
    assert tokens(text) == parts


def test_equal_texts_do_not_differ():
    assert compare("The same.", "The same.") == [Change("same", "The same.")]
    assert compare("", "") == []


def test_neighbouring_changes_become_one_phrase():
    old = "The Government will ratify the Convention by 2026."
    new = "The Government has decided to ratify the Optional Protocol by 2027."
    assert compare(old, new) == [
        Change("same", "The Government "),
        Change("deleted", "will"),
        Change("inserted", "has decided to"),
        Change("same", " ratify the "),
        Change("deleted", "Convention by 2026"),
        Change("inserted", "Optional Protocol by 2027"),
        Change("same", "."),
    ]


def test_arabic_changes_by_whole_words():
    assert compare("تصديق البروتوكول", "انضمام إلى البروتوكول") == [
        Change("deleted", "تصديق"),
        Change("inserted", "انضمام إلى"),
        Change("same", " البروتوكول"),
    ]


def test_chinese_changes_by_characters():
    assert compare("建议政府批准公约", "建议政府尽快批准公约") == [
        Change("same", "建议政府"),
        Change("inserted", "尽快"),
        Change("same", "批准公约"),
    ]


@pytest.mark.parametrize(
    ("a", "b", "score"),
    [
        ("", "", 1.0),
        ("a b", "a b", 1.0),
        ("a b", "a, b!", 1.0),
        ("a b", "c d", 0.0),
        ("a b", "a c", 0.5),
    ],
)
def test_similarity(a, b, score):
    assert similarity(a, b) == score
