"""Two versions, paragraph by paragraph, by identity and not by place."""

from __future__ import annotations

from dataclasses import replace

from nmrf.reports.comparing import Mark, compare, redline_marks
from nmrf.reports.models import BlockKind
from tests.unit.reports.test_structure import Piece, pieces


def said(rows):
    return [(row.paragraph_id, row.what, row.moved) for row in rows]


def test_the_same_version_has_no_changes():
    old = pieces("# I", "a", "b")
    assert [row.changed for row in compare(old, old)] == [False, False, False]


def test_what_is_gone_stands_behind_what_it_stood_behind():
    old = pieces("a", "b", "c", "d")
    new = [old[0], old[3]]
    assert said(compare(old, new)) == [
        (1, "same", False),
        (2, "removed", False),
        (3, "removed", False),
        (4, "same", False),
    ]
    assert said(compare(old, [old[2]]))[:2] == [(1, "removed", False), (2, "removed", False)]


def test_a_moved_paragraph_can_be_reworded_as_well():
    old = pieces("first words here", "second", "third", "fourth")
    new = [old[1], old[2], old[3], replace(old[0], text="first words there")]
    row = compare(old, new)[3]
    assert (row.what, row.moved) == ("reworded", True)
    assert row.marks == (
        Mark("same", "first words "),
        Mark("delete", "here"),
        Mark("insert", "there"),
    )


def test_split_and_merge_point_at_each_other():
    old = pieces("a", "b", "c")
    new = [
        old[0],
        Piece(4, BlockKind.PARAGRAPH, "a2", partner_id=1),
        replace(old[1], text="b c"),
        replace(old[2], text="", removed_in=2, partner_id=2),
    ]
    rows = {row.paragraph_id: row for row in compare(old, new)}
    assert (rows[4].what, rows[4].split_from) == ("new", 1)
    assert (rows[3].what, rows[3].merged_into) == ("removed", 2)


def test_a_tombstone_in_both_versions_is_not_shown():
    gone = Piece(1, BlockKind.PARAGRAPH, "", removed_in=1)
    assert compare([gone], [gone]) == []


def test_numbers_of_both_versions_are_told():
    old = [replace(p, number=n) for n, p in enumerate(pieces("a", "b"), start=1)]
    new = [replace(old[1], number=1)]
    assert [(r.old_number, r.new_number) for r in compare(old, new)] == [("1", ""), ("2", "1")]


def test_the_redline_leaves_out_markup():
    assert redline_marks("A **law**.", "A **law**.") == (Mark("same", "A law."),)
    assert redline_marks("", "A [law](https://example.org).") == (Mark("insert", "A law."),)
    assert redline_marks("", "") == ()
