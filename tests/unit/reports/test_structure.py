"""The order of a report: scopes of citation lines, numbers, labels, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nmrf.reports import structure
from nmrf.reports.models import BlockKind, Fate
from nmrf.reports.structure import arrange, end_of, fates, heading_label, headings_of, moved, scopes

KINDS = {
    "#": BlockKind.CHAPTER,
    "##": BlockKind.SECTION,
    "###": BlockKind.SUBSECTION,
    "(": BlockKind.CITATION,
}


@dataclass(frozen=True)
class Piece:
    id: int
    kind: BlockKind
    text: str
    label: str = ""
    number: int | None = None
    partner_id: int | None = None
    removed_in: int | None = None

    @property
    def paragraph_id(self) -> int:
        return self.id


def pieces(*texts: str) -> list[Piece]:
    """Pieces with ids from 1: "# I", "## A", "( 5", and paragraphs."""
    made = []
    for n, text in enumerate(texts, start=1):
        kind = KINDS.get(text.split(" ", 1)[0], BlockKind.PARAGRAPH)
        made.append(
            Piece(
                n,
                kind,
                text,
                label="x" if kind in structure.LEVELS else "",
                number=0 if kind is BlockKind.PARAGRAPH else None,
            )
        )
    return made


REPORT = pieces(
    *("# one", "intro", "# two", "( 1", "first", "## A", "second", "( 2", "third"),
    *("### 1", "fourth", "## B", "fifth", "# three", "sixth"),
)


def test_a_citation_line_holds_to_the_end_of_its_heading():
    over = {piece.id: line.text for piece, line in _named(scopes(REPORT))}
    assert over == {5: "( 1", 7: "( 1", 9: "( 2", 11: "( 2"}


def _named(found):
    by_id = {piece.id: piece for piece in REPORT}
    return [(by_id[key], line) for key, line in found.items()]


def test_a_part_ends_before_the_next_of_its_level():
    assert [end_of(REPORT, n) for n in (0, 1, 2, 5, 9, 11, 13)] == [2, 2, 13, 11, 11, 13, 15]


def test_the_headings_above_a_place():
    assert [h.text for h in headings_of(REPORT, 10)] == ["# two", "## A", "### 1"]
    assert [h.text for h in headings_of(REPORT, 11)] == ["# two"]
    assert headings_of(REPORT, 0) == []


def test_paragraphs_are_numbered_through_and_headings_in_un_form():
    places = arrange(REPORT, relabel=True)
    assert [places[p.id].number for p in REPORT if p.number is not None] == [1, 2, 3, 4, 5, 6, 7]
    labels = [places[p.id].label for p in REPORT if p.kind in structure.LEVELS]
    assert labels == ["I.", "II.", "A.", "1.", "B.", "III."]


def test_what_has_no_number_or_label_stays_without():
    plain = [replace(p, label="", number=None) for p in REPORT]
    places = arrange(plain, relabel=True)
    assert {(place.number, place.label) for place in places.values()} == {(None, "")}


def test_a_tombstone_has_no_number():
    gone = [replace(REPORT[1], removed_in=2), *REPORT[2:5]]
    places = arrange(gone, relabel=False)
    assert [places[p.id].number for p in gone] == [None, None, None, 1]


def test_labels_of_many_headings():
    assert [heading_label(1, n) for n in (1, 4, 9, 14, 40, 49)] == [
        *("I.", "IV.", "IX.", "XIV.", "XL.", "XLIX.")
    ]
    assert [heading_label(2, n) for n in (1, 26, 27, 28)] == ["A.", "Z.", "AA.", "BB."]
    assert heading_label(3, 12) == "12."


def test_only_what_changed_its_order_has_moved():
    old = pieces("a", "b", "c", "d", "e")
    new = [old[0], old[3], old[1], old[2], old[4]]
    assert moved(old, new) == {4}
    assert moved(old, old) == set()


def test_inserting_and_removing_moves_nobody():
    old = pieces("a", "b", "c", "d")
    new = [Piece(9, BlockKind.PARAGRAPH, "z"), old[1], old[3]]
    assert moved(old, new) == set()


def test_every_fate():
    old = pieces("a", "b", "c", "d", "e", "f")
    a, b, c, d, e, f = old
    new = [
        b,
        c,
        Piece(7, BlockKind.PARAGRAPH, "c2", partner_id=3),
        replace(a, text="a!"),
        replace(d, text="d e"),
        replace(e, text="", partner_id=4, removed_in=2),
        replace(f, text="", removed_in=2),
        Piece(8, BlockKind.PARAGRAPH, "new"),
    ]
    assert fates(old, new) == {
        2: Fate.SAME,
        1: Fate.MOVED,
        3: Fate.SPLIT,
        7: Fate.SPLIT,
        4: Fate.MERGED,
        5: Fate.MERGED,
        6: Fate.REMOVED,
        8: Fate.NEW,
    }


def test_in_a_first_version_everything_is_new():
    new = [*pieces("a", "b"), Piece(3, BlockKind.PARAGRAPH, "b2", partner_id=2)]
    assert set(fates([], new).values()) == {Fate.NEW}


def test_a_tombstone_of_an_earlier_version_stays_one():
    gone = Piece(1, BlockKind.PARAGRAPH, "", removed_in=2)
    merged = Piece(2, BlockKind.PARAGRAPH, "", partner_id=3, removed_in=2)
    kept = Piece(3, BlockKind.PARAGRAPH, "c")
    row = [gone, merged, kept]
    assert fates(row, row) == {1: Fate.REMOVED, 2: Fate.MERGED, 3: Fate.SAME}


def test_parts_by_chapter():
    found = [
        (heading.text if heading else None, [p.text for p in under])
        for heading, under in structure.parts(
            pieces("a", "# one", "b", "## A", "c", "# two"), BlockKind.CHAPTER
        )
    ]
    assert found == [(None, ["a"]), ("# one", ["b", "## A", "c"]), ("# two", [])]
