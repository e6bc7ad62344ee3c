"""The order of a report: headings and what hangs under them, numbers, and what became of each.

Pure: it works on anything that has the attributes of `Piece`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from nmrf.reports.anchoring import longest_rising
from nmrf.reports.models import BlockKind, Fate

LEVELS: dict[BlockKind, int] = {
    BlockKind.CHAPTER: 1,
    BlockKind.SECTION: 2,
    BlockKind.SUBSECTION: 3,
}
_ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LETTERS = 26


class Piece(Protocol):
    """A heading, citation line or paragraph in its place in a version."""

    @property
    def id(self) -> int: ...
    @property
    def paragraph_id(self) -> int: ...
    @property
    def kind(self) -> BlockKind: ...
    @property
    def label(self) -> str: ...
    @property
    def number(self) -> int | None: ...
    @property
    def text(self) -> str: ...
    @property
    def partner_id(self) -> int | None: ...
    @property
    def removed_in(self) -> int | None: ...


P = TypeVar("P", bound=Piece)


def is_live(piece: Piece) -> bool:
    """Whether it is part of the text, not a tombstone."""
    return piece.removed_in is None


def end_of(pieces: Sequence[Piece], start: int) -> int:
    """Where the part that begins at `start` ends: after a paragraph, or before the next heading
    of the same or a higher level.
    """
    level = LEVELS.get(pieces[start].kind)
    if level is None:
        return start + 1
    for place in range(start + 1, len(pieces)):
        if LEVELS.get(pieces[place].kind, 9) <= level and is_live(pieces[place]):
            return place
    return len(pieces)


def headings_of(pieces: Sequence[P], place: int) -> list[P]:
    """The headings above a place, the chapter first."""
    found: list[P] = []
    level = LEVELS.get(pieces[place].kind, 9)
    for piece in reversed(pieces[:place]):
        own = LEVELS.get(piece.kind)
        if own is not None and own < level and is_live(piece):
            found.append(piece)
            level = own
    return found[::-1]


def scopes(pieces: Sequence[P]) -> dict[int, P]:
    """For each paragraph (by id) the citation line that stands over it.

    A line holds until the next one, or until a heading that is not under the line's own.
    """
    over: dict[int, P] = {}
    current: P | None = None
    level = current_level = 0
    for piece in pieces:
        if not is_live(piece):
            continue
        if piece.kind in LEVELS:
            level = LEVELS[piece.kind]
            if level <= current_level:
                current = None
        elif piece.kind is BlockKind.CITATION:
            current, current_level = piece, level
        elif current is not None:
            over[piece.id] = current
    return over


@dataclass(frozen=True)
class Place:
    """Where a block is to stand, with its number or label."""

    position: int
    number: int | None
    label: str


def arrange(pieces: Sequence[Piece], *, relabel: bool) -> dict[int, Place]:
    """Positions and numbers for pieces in their order, by id.

    Paragraphs without a number and headings without a label stay so. `relabel` numbers the
    headings anew in the form of UN documents: I., A., 1.
    """
    places: dict[int, Place] = {}
    number = 0
    counts = {1: 0, 2: 0, 3: 0}
    for position, piece in enumerate(pieces, start=1):
        given, label = piece.number, piece.label
        if not is_live(piece):
            given = None
        elif piece.kind in LEVELS:
            level = LEVELS[piece.kind]
            counts[level] += bool(label)
            counts |= {lower: 0 for lower in counts if lower > level}
            label = heading_label(level, counts[level]) if label and relabel else label
        elif given is not None:
            number += 1
            given = number
        places[piece.id] = Place(position, given, label)
    return places


def heading_label(level: int, n: int) -> str:
    """The label of the n-th heading of a level: "II.", "B.", "2."."""
    if level == 1:
        return f"{_roman(n)}."
    if level == 2:
        return f"{_letter(n)}."
    return f"{n}."


def _roman(n: int) -> str:
    written = ""
    for value, sign in _ROMAN:
        written += sign * (n // value)
        n %= value
    return written


def _letter(n: int) -> str:
    """A to Z, then AA, BB and so on."""
    times, place = divmod(n - 1, _LETTERS)
    return chr(ord("A") + place) * (times + 1)


def moved(old: Sequence[Piece], new: Sequence[Piece]) -> set[int]:
    """Paragraph ids whose order among those in both versions has changed: as few as possible."""
    before = {piece.paragraph_id: n for n, piece in enumerate(old) if is_live(piece)}
    shared = [
        (n, before[piece.paragraph_id])
        for n, piece in enumerate(new)
        if is_live(piece) and piece.paragraph_id in before
    ]
    stayed = longest_rising(shared)
    return {new[n].paragraph_id for n, _place in shared if n not in stayed}


def fates(old: Sequence[Piece], new: Sequence[Piece]) -> dict[int, Fate]:
    """What became of each paragraph of `new` since `old`, by paragraph id."""
    before: Mapping[int, Piece] = {p.paragraph_id: p for p in old if is_live(p)}
    wandered = moved(old, new)
    divided = {
        p.partner_id for p in new if is_live(p) and p.partner_id and p.paragraph_id not in before
    }
    joined = {
        p.partner_id for p in new if not is_live(p) and p.partner_id and p.paragraph_id in before
    }
    found: dict[int, Fate] = {}
    for piece in new:
        key = piece.paragraph_id
        was = before.get(key)
        if not is_live(piece):
            fate = Fate.MERGED if piece.partner_id else Fate.REMOVED
        elif was is None:
            # Without a version before there is nothing that it could have been split from.
            fate = Fate.SPLIT if piece.partner_id in before else Fate.NEW
        elif key in divided:
            fate = Fate.SPLIT
        elif key in joined:
            fate = Fate.MERGED
        elif key in wandered:
            fate = Fate.MOVED
        else:
            fate = Fate.SAME if was.text == piece.text else Fate.REWORDED
        found[key] = fate
    return found


def parts(pieces: Sequence[P], kind: BlockKind) -> Iterator[tuple[P | None, list[P]]]:
    """The live pieces by chapter (or section): its heading, and everything under it.

    What stands before the first heading comes with None.
    """
    heading: P | None = None
    under: list[P] = []
    for piece in pieces:
        if not is_live(piece):
            continue
        if LEVELS.get(piece.kind, 9) <= LEVELS[kind]:
            if heading is not None or under:
                yield heading, under
            heading, under = piece, []
        else:
            under.append(piece)
    if heading is not None or under:
        yield heading, under
