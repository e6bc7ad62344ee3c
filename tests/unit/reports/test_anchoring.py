from __future__ import annotations

from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmrf.reports.anchoring import Fate, Para, anchor_quote, propose_fates
from nmrf.reports.word_in import read_report

REPORT = Path(__file__).parents[2] / "data" / "reports" / "svn-wg48-national-report.docx"


@pytest.fixture(scope="module")
def report():
    paras, section = [], ""
    for block in read_report(docx.Document(str(REPORT))).blocks:
        if block.kind in {"chapter", "section"}:
            section = block.text
        elif block.kind == "paragraph":
            paras.append(Para(block.number, block.text, section))
    return paras


def renumbered(paras):
    return [Para(f"n{para.key}", para.text, para.section) for para in paras]


def changed(fates):
    return [fate for fate in fates if fate.kind != "same"]


def test_an_unchanged_report_is_the_same(report):
    fates = propose_fates(report, renumbered(report))
    assert fates == [Fate(n, f"n{n}", "same", 1.0) for n in range(1, 152)]


def test_a_reworded_paragraph_keeps_its_identity(report):
    new = renumbered(report)
    words = new[5].text.split()
    new[5] = Para(
        "n6", " ".join(word for place, word in enumerate(words) if place % 5), new[5].section
    )
    (fate,) = changed(propose_fates(report, new))
    assert (fate.old_key, fate.new_key, fate.kind) == (6, "n6", "reworded")
    assert 0.8 < fate.score < 1


def test_a_comma_is_a_change(report):
    new = renumbered(report)
    new[5] = Para("n6", new[5].text.replace(".", ";", 1), new[5].section)
    (fate,) = changed(propose_fates(report, new))
    assert fate == Fate(6, "n6", "reworded", 0.999)


def test_removed_and_added(report):
    new = renumbered(report)
    del new[60]
    new.insert(
        100, Para("x", "Fishing vessels now carry their own inspectors.", report[99].section)
    )
    assert changed(propose_fates(report, new)) == [
        Fate(61, None, "removed", 0.0),
        Fate(None, "x", "added", 0.0),
    ]


def test_moved_to_another_place_in_the_section(report):
    new = renumbered(report)
    new.insert(13, new.pop(16))
    assert changed(propose_fates(report, new)) == [Fate(17, "n17", "moved", 1.0)]


def test_moved_to_another_section(report):
    new = renumbered(report)
    new.append(Para("n17", new.pop(16).text, new[-1].section))
    assert changed(propose_fates(report, new)) == [Fate(17, "n17", "moved", 1.0)]


def test_a_renamed_section_moves_nothing(report):
    old_name = report[10].section
    new = [
        Para(
            f"n{para.key}", para.text, "A new heading" if para.section == old_name else para.section
        )
        for para in report
    ]
    assert changed(propose_fates(report, new)) == []


def test_split_in_two(report):
    new = renumbered(report)
    sentences = report[20].text.split(". ")
    assert len(sentences) > 1
    section = report[20].section
    new[20:21] = [Para("a", sentences[0], section), Para("b", ". ".join(sentences[1:]), section)]
    assert [(f.old_key, f.new_key, f.kind) for f in changed(propose_fates(report, new))] == [
        (21, "a", "split"),
        (21, "b", "split"),
    ]


def test_two_merged(report):
    new = renumbered(report)
    new[39:41] = [Para("m", f"{report[39].text} {report[40].text}", report[40].section)]
    assert changed(propose_fates(report, new)) == [
        Fate(40, "m", "merged", 1.0),
        Fate(41, "m", "merged", 1.0),
    ]


def test_a_copy_is_added_not_split(report):
    new = renumbered(report)
    new.insert(21, Para("copy", report[20].text, report[20].section))
    assert changed(propose_fates(report, new)) == [Fate(None, "copy", "added", 0.0)]


def test_chinese_paragraphs_are_followed():
    old = [
        Para(1, "政府建议尽快批准公约并设立国家人权机构。"),
        Para(2, "警方加强了打击贩运人口的培训工作。"),
    ]
    new = [
        Para("a", "警方进一步加强了打击贩运人口的培训。"),
        Para("b", "政府建议批准公约并设立独立的国家人权机构。"),
    ]
    fates = propose_fates(old, new)
    assert {(f.old_key, f.new_key) for f in fates} == {(1, "b"), (2, "a")}


WORDS = st.sampled_from(["right", "law", "child", "court", "police", "the", "of", "and", "ratify"])
TEXTS = st.lists(WORDS, max_size=14).map(" ".join)
PARAS = st.lists(st.tuples(TEXTS, st.sampled_from(["A", "B"])), max_size=12)


@settings(max_examples=200)
@given(PARAS, PARAS)
def test_nothing_gets_lost(old_texts, new_texts):
    old = [Para(n, text, section) for n, (text, section) in enumerate(old_texts)]
    new = [Para(f"n{n}", text, section) for n, (text, section) in enumerate(new_texts)]
    fates = propose_fates(old, new)
    assert fates == propose_fates(old, new)
    assert {f.old_key for f in fates if f.old_key is not None} == {para.key for para in old}
    assert {f.new_key for f in fates if f.new_key is not None} == {para.key for para in new}
    for fate in fates:
        assert (fate.old_key is None) == (fate.kind == "added")
        assert (fate.new_key is None) == (fate.kind == "removed")
        assert 0 <= fate.score <= 1
    one_to_one = [f for f in fates if f.kind in {"same", "reworded", "moved"}]
    assert len({f.new_key for f in one_to_one}) == len(one_to_one)


@given(PARAS)
def test_a_version_against_itself_is_the_same(texts):
    old = [Para(n, text, section) for n, (text, section) in enumerate(texts)]
    fates = propose_fates(old, old)
    assert [(f.old_key, f.score) for f in fates] == [(para.key, 1.0) for para in old]


TEXT = (
    "Since the previous review, Slovenia has ratified the International Convention for the "
    "Protection of All Persons from Enforced Disappearance (in 2021)."
)


@pytest.mark.parametrize(
    ("quote", "found", "score"),
    [
        ("ratified the International Convention", "ratified the International Convention", 1.0),
        ("ratified  the\nInternational", "ratified the International", 1.0),
        ("(in 2021).", "(in 2021).", 1.0),
    ],
)
def test_a_quote_that_is_there(quote, found, score):
    start, end, got = anchor_quote(quote, TEXT)
    assert (TEXT[start:end], got) == (found, score)


def test_a_reworded_quote_is_found_at_word_boundaries():
    quote = "Slovenia ratified the International Convention on the Protection of Persons"
    start, end, score = anchor_quote(quote, TEXT)
    found = TEXT[start:end]
    assert (
        found
        == "Slovenia has ratified the International Convention for the Protection of All Persons"
    )
    assert 0.7 <= score < 1


@pytest.mark.parametrize(
    "quote", ["", "  ", "fisheries policy of the coastal provinces", "vent", "ratify it"]
)
def test_a_quote_that_is_not_there(quote):
    assert anchor_quote(quote, TEXT) is None


def test_an_arabic_word_is_found_with_its_article():
    text = "وقعت الدولة البروتوكول الاختياري"
    start, end, score = anchor_quote("بروتوكول الاختياري", text)
    assert text[start:end] == "البروتوكول الاختياري"
    assert 0.85 <= score < 1


def test_a_quote_in_nothing():
    assert anchor_quote("a quote", "  ") is None


@settings(max_examples=200)
@given(st.text(max_size=30), st.text(max_size=60))
def test_a_span_lies_in_the_text(quote, text):
    found = anchor_quote(quote, text)
    if found:
        start, end, score = found
        assert 0 <= start < end <= len(text)
        assert 0 < score <= 1
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
