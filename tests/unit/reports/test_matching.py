"""Which paragraph of a draft each part of a Word file is."""

from __future__ import annotations

import itertools

import pytest

from nmrf.reports.lines import Line
from nmrf.reports.matching import match
from nmrf.reports.models import BlockKind, Fate
from nmrf.reports.structure import LEVELS
from nmrf.reports.word_in import Block, Outline

LAW = "In 2024 the Parliament adopted a new law on the protection of personal data."
COURT = "The Constitutional Court decided on forty complaints of discrimination last year."
SCHOOL = "Schools of all regions now teach human rights in the sixth and in the eighth class."
MARKS = {
    "#": BlockKind.CHAPTER,
    "##": BlockKind.SECTION,
    "(Recommendations": BlockKind.CITATION,
}


def kind_of(text):
    return MARKS.get(text.split(" ", 1)[0], BlockKind.PARAGRAPH)


def draft(*texts):
    return [
        Line(
            *(n, 1, n, n, kind_of(text), "", n, text, 0, Fate.NEW, "", None, None, ()),
            *(None, "", None, 1),
        )
        for n, text in enumerate(texts, start=1)
    ]


def outline(*texts):
    blocks = [
        Block(kind_of(text).value, LEVELS.get(kind_of(text), 0), "", text, n, n)
        for n, text in enumerate(texts, start=1)
    ]
    return Outline(blocks=blocks)


def said(matching):
    return [(p.kind, p.kept.id if p.kept else None) for p in matching.pairings]


def test_the_same_text_is_the_same_throughout():
    texts = ("# One", "(Recommendations 1)", LAW, "# Two", COURT)
    found = match(draft(*texts), outline(*texts))
    assert said(found) == [("same", n) for n in range(1, 6)]
    assert found.removed == ()


def test_reworded_moved_new_and_removed():
    found = match(
        draft("# One", LAW, COURT, "# Two", SCHOOL),
        outline("# One", COURT.replace("forty", "fifty"), "# Two", "A new one.", SCHOOL, LAW),
    )
    assert said(found) == [
        ("same", 1),
        ("reworded", 3),
        ("same", 4),
        ("added", None),
        ("same", 5),
        ("moved", 2),
    ]
    assert found.removed == ()
    assert [line.id for line in match(draft("# One", LAW), outline("# One", COURT)).removed] == [2]


def test_a_heading_is_known_by_its_words_not_its_letters():
    found = match(
        draft("# International obligations", LAW), outline("# INTERNATIONAL Obligations", LAW)
    )
    assert said(found) == [("same", 1), ("same", 2)]


def test_a_citation_line_is_known_by_its_heading():
    found = match(
        draft("# One", "(Recommendations 1)", "# Two", "(Recommendations 2)"),
        outline("# Two", "(Recommendations 2, 3)", "# One", "(Recommendations 1)"),
    )
    assert said(found) == [("same", 3), ("reworded", 4), ("same", 1), ("same", 2)]


def test_the_longest_piece_goes_on_as_the_paragraph():
    found = match(
        draft("# One", f"{LAW} {COURT} {SCHOOL}"), outline("# One", LAW, f"{COURT} {SCHOOL}")
    )
    assert said(found) == [("same", 1), ("split", None), ("split", 2)]
    assert found.pairings[1].origin.id == 2


def test_merged_paragraphs_go_on_as_the_longest():
    found = match(
        draft("# One", LAW, f"{COURT} {SCHOOL}"), outline("# One", f"{LAW} {COURT} {SCHOOL}")
    )
    assert said(found) == [("same", 1), ("merged", 3)]
    assert [line.id for line in found.pairings[1].merged] == [2]
    assert found.removed == ()


def test_a_person_can_say_that_it_is_another_paragraph():
    changed = LAW.replace("protection of personal data", "many rights of patients in hospitals")
    usual = match(draft("# One", LAW), outline("# One", changed))
    assert said(usual)[1] == ("reworded", 2)
    assert usual.pairings[1].is_doubtful
    told = match(draft("# One", LAW), outline("# One", changed), apart={1})
    assert said(told)[1] == ("added", None)
    assert [line.id for line in told.removed] == [2]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_part_and_every_line_is_accounted_for(order):
    texts = (LAW, COURT, SCHOOL)
    found = match(draft("# One", *texts), outline("# One", *(texts[n] for n in order)))
    assert sorted(key for _kind, key in said(found)) == [1, 2, 3, 4]
