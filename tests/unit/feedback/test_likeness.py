from __future__ import annotations

from nmrf.feedback.likeness import groups

WORDS = "Please say in paragraph 12 how many of the cases were won before a court."


def test_those_of_a_campaign_are_one_group_and_each_is_counted():
    texts = {f"same{n}": WORDS for n in range(5)}
    texts |= {"greeting": f"{WORDS} Ann", "shouted": WORDS.upper(), "other": "Thank you."}
    [group] = groups(texts)
    assert sorted(group) == ["greeting", "same0", "same1", "same2", "same3", "same4", "shouted"]
    # The first is one that most are like, not the odd one.
    assert group[0] != "greeting"


def test_the_largest_group_is_first_and_nobody_is_in_two():
    texts = {"a": "One thing to say.", "b": "One thing to say!", "c": WORDS, "d": WORDS, "e": WORDS}
    found = groups(texts)
    assert [sorted(group) for group in found] == [["c", "d", "e"], ["a", "b"]]


def test_all_of_a_group_are_like_its_first():
    # A chain: its ends are not alike, so that they do not share an answer.
    chain = {str(n): "x" * (20 - 2 * n) + "y" * (2 * n) for n in range(6)}
    for group in groups(chain):
        assert len(group) <= 3


def test_without_two_alike_there_is_no_group():
    assert groups({"a": "One", "b": "Entirely different words"}) == []
    assert groups({}) == []
