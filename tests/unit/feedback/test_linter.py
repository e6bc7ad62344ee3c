from __future__ import annotations

import pytest

from nmrf.feedback.linter import Sign, warnings


def found(text, names=()):
    return [(hint.sign, hint.excerpt) for hint in warnings(text, names)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Jane Doe.", [(Sign.INTRODUCTION, "My name is Jane Doe.")]),
        ("I am Jane Doe and I disagree.", [(Sign.INTRODUCTION, "I am Jane Doe")]),
        ("Je m'appelle Jeanne", [(Sign.INTRODUCTION, "Je m'appelle Jeanne")]),
        ("Me llamo Juana", [(Sign.INTRODUCTION, "Me llamo Juana")]),
        ("Меня зовут Анна", [(Sign.INTRODUCTION, "Меня зовут Анна")]),
        ("我叫张三", [(Sign.INTRODUCTION, "我叫张三")]),
        ("اسمي ليلى", [(Sign.INTRODUCTION, "اسمي ليلى")]),
        ("Write to jane@example.org", [(Sign.EMAIL, "jane@example.org")]),
        ("Write to jane [at] example.org", [(Sign.EMAIL, "jane [at] example.org")]),
        ("Call +386 40 123 456 please", [(Sign.TELEPHONE, "+386 40 123 456")]),
        ("Call (01) 478-2000", [(Sign.TELEPHONE, "(01) 478-2000")]),
        ("See @janedoe", [(Sign.ACCOUNT, "@janedoe")]),
        ("Change it.\n\nKind regards,\nJane", [(Sign.SIGNATURE, "Kind regards, Jane")]),
        ("Change it.\nJane van Doe", [(Sign.SIGNATURE, "Jane van Doe")]),
        ("I am the director of the league", [(Sign.RELATION, "I am the director of the league")]),
        ("My employer forbade it.", [(Sign.RELATION, "My employer forbade it")]),
    ],
)
def test_what_seems_to_name_the_author(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I am concerned about paragraph 12.",
        "See recommendations 140.122 and 140.123–140.130.",
        "In 2025/2026 it cost 1 200 000 euros, since 12.03.2025.",
        "Resolution 60/251 of 15 March 2006 says so.",
        "The Ministry of Justice adopted a law.\nThis is not enough.",
        "المادة غير واضحة",
        "这一段不清楚。",
    ],
)
def test_what_a_comment_usually_says_is_let_be(text):
    assert found(text) == []


def test_a_name_that_was_given_is_found_whole_or_in_parts():
    assert found("as jane doe said", ["Jane Doe"]) == [(Sign.OWN_NAME, "Jane Doe")]
    assert found("ask Doe about it", ["Jane Doe"]) == [(Sign.OWN_NAME, "Doe")]
    assert found("张三说过", ["张三"]) == [(Sign.OWN_NAME, "张三")]
    assert found("doeskin", ["Jane Doe", ""]) == []


def test_each_thing_is_said_once_in_a_sentence():
    [hint] = warnings("a@example.org and A@example.org")
    assert hint.message == "It holds an e-mail address."


@pytest.mark.parametrize("part", ["é", "a.", "1", "+1", "-", "A ", "as a ", "a at ", "@a", "x\n"])
def test_a_long_text_takes_no_longer_than_its_length(part):
    # What takes seconds for each comment would take hours here.
    warnings(part * 300_000, ["Ann Example"])
