from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.errors import Invalid
from nmrf.feedback import receipts

KEY = "k" * 40


def test_a_code_is_sixteen_characters_in_groups_of_four():
    code = receipts.code_for("one sending", KEY)
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= set(receipts.ALPHABET) | {"-"}


def test_the_same_sending_has_the_same_code_and_another_key_another():
    code = receipts.code_for("one sending", KEY)
    assert receipts.code_for("one sending", KEY) == code
    assert receipts.code_for("another", KEY) != code
    assert receipts.code_for("one sending", "j" * 40) != code


def test_only_the_hash_of_the_bare_code_is_kept():
    code = receipts.code_for("one sending", KEY)
    bare = code.replace("-", "")
    assert receipts.hash_of(code) == hashlib.sha256(bare.encode()).hexdigest()


def test_a_code_is_read_as_people_write_it():
    code = receipts.code_for("one sending", KEY)
    bare = code.replace("-", "")
    loose = f" {bare[:4].lower()} {bare[4:9]}–{bare[9:]}\n"
    loose = loose.replace("0", "o").replace("1", "l")
    assert receipts.read(loose) == bare


@given(st.text(min_size=1), st.integers(0, 15), st.integers(1, 31))
def test_every_wrong_character_is_noticed(token, place, shift):
    bare = receipts.code_for(token, KEY).replace("-", "")
    wrong = receipts.ALPHABET[(receipts.ALPHABET.index(bare[place]) + shift) % 32]
    with pytest.raises(Invalid, match="not quite a receipt code"):
        receipts.read(bare[:place] + wrong + bare[place + 1 :])


@pytest.mark.parametrize("typed", ["", "abc", "U" * 16, "7KQ4M2XN88RT0AB", "7" * 17, "ж" * 16])
def test_what_is_no_code_is_refused(typed):
    with pytest.raises(Invalid, match="16 letters and numbers"):
        receipts.read(typed)


def test_the_key_of_a_comment_tells_nothing_of_its_code():
    code = receipts.code_for("one sending", KEY).replace("-", "").lower()
    assert code not in receipts.comment_id("one sending", KEY)
    assert len(receipts.comment_id("one sending", KEY)) == 32
