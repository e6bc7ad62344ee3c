"""What changed between two versions, paragraph by paragraph, by identity and not by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nmrf.core import redline
from nmrf.reports import structure
from nmrf.reports.inline import plain
from nmrf.reports.models import Block, BlockKind
from nmrf.reports.structure import Piece, is_live

What = Literal["same", "reworded", "new", "removed"]
_MARKS = {"same": "same", "inserted": "insert", "deleted": "delete"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a redline as `ui.redline` shows it: same, insert or delete."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One paragraph in two versions. `marks` is its redline; `moved` says that its order changed.

    `split_from` and `merged_into` are paragraph ids. `old_number` and `new_number` are the numbers
    or labels in the two versions, empty where it is not there.
    """

    kind: BlockKind
    paragraph_id: int
    old_number: str
    new_number: str
    what: What
    moved: bool
    marks: tuple[Mark, ...]
    block_id: int | None = None
    split_from: int | None = None
    merged_into: int | None = None

    @property
    def changed(self) -> bool:
        return self.what != "same" or self.moved


def redline_marks(old: str, new: str) -> tuple[Mark, ...]:
    """The redline between two source texts, without their markup."""
    before, after = plain(old), plain(new)
    if before == after:
        return (Mark("same", after),) if after else ()
    return tuple(
        Mark(_MARKS[change.kind], change.text) for change in redline.compare(before, after)
    )


def redline_of(block: Block, other: Block | None) -> tuple[Mark, ...]:
    """The redline of a paragraph from `other`, an earlier version of it (or None), to `block`."""
    return redline_marks(other.text if other else "", block.text)


def compare(old: Sequence[Piece], new: Sequence[Piece]) -> list[Compared]:
    """Every paragraph of two versions in the order of the new one.

    What is gone stands after what it stood behind.
    """
    before = {piece.paragraph_id: piece for piece in old if is_live(piece)}
    after = {piece.paragraph_id: piece for piece in new}
    wandered = structure.moved(old, new)
    gone = _gone_after(old, {key for key, piece in after.items() if is_live(piece)})
    found = [_removed(piece, after) for piece in gone.get(None, ())]
    for piece in new:
        if not is_live(piece):
            continue
        key = piece.paragraph_id
        was = before.get(key)
        origin = piece.partner_id if was is None and piece.partner_id in before else None
        same = was is not None and was.text == piece.text
        found.append(
            Compared(
                kind=piece.kind,
                paragraph_id=key,
                old_number=_name(was) if was else "",
                new_number=_name(piece),
                what="same" if same else "reworded" if was else "new",
                moved=key in wandered,
                marks=redline_marks(was.text if was else "", piece.text),
                block_id=piece.id,
                split_from=origin,
            )
        )
        found += [_removed(lost, after) for lost in gone.get(key, ())]
    return found


def _gone_after(old: Sequence[Piece], kept: set[int]) -> dict[int | None, list[Piece]]:
    """Old paragraphs that are not kept, under the one that they stood behind."""
    gone: dict[int | None, list[Piece]] = {}
    last: int | None = None
    for piece in old:
        if not is_live(piece):
            continue
        if piece.paragraph_id in kept:
            last = piece.paragraph_id
        else:
            gone.setdefault(last, []).append(piece)
    return gone


def _removed(piece: Piece, after: dict[int, Piece]) -> Compared:
    tombstone = after.get(piece.paragraph_id)
    return Compared(
        kind=piece.kind,
        paragraph_id=piece.paragraph_id,
        old_number=_name(piece),
        new_number="",
        what="removed",
        moved=False,
        marks=redline_marks(piece.text, ""),
        merged_into=tombstone.partner_id if tombstone else None,
    )


def _name(piece: Piece) -> str:
    return str(piece.number) if piece.number is not None else piece.label
