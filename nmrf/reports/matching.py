"""Which paragraph of a draft each part of a Word file is: a proposal that a person confirms.

Pure. Paragraphs are paired by `anchoring.propose_fates`, headings by their words, citation lines
by the heading under which they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nmrf.core.redline import similarity
from nmrf.reports import structure
from nmrf.reports.anchoring import Fate as Proposal
from nmrf.reports.anchoring import FateKind, Para, propose_fates
from nmrf.reports.inline import plain
from nmrf.reports.lines import Line
from nmrf.reports.models import BlockKind
from nmrf.reports.word_in import Block, Outline

# Below this a person should look whether it is really the same paragraph.
SURE = 0.75
_SAME_HEADING = 0.6


@dataclass(frozen=True)
class Pairing:
    """What one part of the file becomes. `index` counts the parts of the file from 0.

    `kept` is the line of the draft whose identity it takes; `origin` the line it was split from;
    `merged` the lines that went into it.
    """

    index: int
    kind: FateKind
    score: float
    kept: Line | None = None
    origin: Line | None = None
    merged: tuple[Line, ...] = ()

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should confirm that these are the same paragraph."""
        return self.kept is not None and self.score < SURE


@dataclass(frozen=True)
class Matching:
    """All parts of the file in order, and the lines of the draft that are not in it."""

    pairings: tuple[Pairing, ...]
    removed: tuple[Line, ...]

    def of(self, *kinds: FateKind) -> list[Pairing]:
        """The pairings of some kinds, in order."""
        return [pairing for pairing in self.pairings if pairing.kind in kinds]


def match(draft: Sequence[Line], outline: Outline, apart: Collection[int] = ()) -> Matching:
    """Pair a Word file with a draft. `apart` are parts of the file that a person said are new."""
    live = [line for line in draft if line.is_live]
    found: dict[int, Pairing] = {}
    heads = _match_headings(live, outline.blocks, apart)
    found |= heads
    found |= _match_citations(live, outline.blocks, heads, apart)
    found |= _match_paragraphs(live, outline.blocks, apart)
    pairings = tuple(found.get(n, Pairing(n, "added", 0.0)) for n in range(len(outline.blocks)))
    used = {line.id for p in pairings for line in (p.kept, *p.merged) if line is not None}
    return Matching(pairings, tuple(line for line in live if line.id not in used))


def _match_headings(
    live: Sequence[Line], blocks: Sequence[Block], apart: Collection[int]
) -> dict[int, Pairing]:
    """Headings of one kind with the same words, then the most alike."""
    old = [line for line in live if line.is_heading]
    new = [(n, b) for n, b in enumerate(blocks) if b.kind in structure.LEVELS and n not in apart]
    scored = sorted(
        (-round(_alike(line.text, block.text), 6), abs(place - n), place, n)
        for place, line in enumerate(old)
        for n, block in new
        if line.kind.value == block.kind and _alike(line.text, block.text) >= _SAME_HEADING
    )
    taken: set[int] = set()
    found: dict[int, Pairing] = {}
    for score, _distance, place, n in scored:
        if place not in taken and n not in found:
            taken.add(place)
            kind: FateKind = "same" if score == -1 else "reworded"
            found[n] = Pairing(n, kind, -score, kept=old[place])
    return found


def _alike(a: str, b: str) -> float:
    return 1.0 if _folded(a) == _folded(b) else min(similarity(a.casefold(), b.casefold()), 0.999)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _match_citations(
    live: Sequence[Line],
    blocks: Sequence[Block],
    heads: dict[int, Pairing],
    apart: Collection[int],
) -> dict[int, Pairing]:
    """The n-th citation line under a heading is the n-th under the same heading of the draft."""
    waiting: dict[int | None, list[Line]] = {}
    heading: int | None = None
    for line in live:
        if line.is_heading:
            heading = line.id
        elif line.kind is BlockKind.CITATION:
            waiting.setdefault(heading, []).append(line)
    found: dict[int, Pairing] = {}
    under: int | None = None
    for n, block in enumerate(blocks):
        if block.kind in structure.LEVELS:
            pair = heads.get(n)
            under = pair.kept.id if pair and pair.kept else -1
        elif block.kind == "citation" and waiting.get(under) and n not in apart:
            line = waiting[under].pop(0)
            same = line.text == block.text
            found[n] = Pairing(n, "same" if same else "reworded", 1.0, kept=line)
    return found


def _match_paragraphs(
    live: Sequence[Line], blocks: Sequence[Block], apart: Collection[int]
) -> dict[int, Pairing]:
    by_id = {line.id: line for line in live}
    fates = propose_fates(_old_paras(live), _new_paras(blocks, apart))
    found: dict[int, Pairing] = {}
    for fate in fates:
        if fate.kind in {"same", "reworded", "moved"}:
            n = _index(fate)
            found[n] = Pairing(n, fate.kind, fate.score, kept=by_id[_key(fate)])
    for old in dict.fromkeys(_key(fate) for fate in fates if fate.kind == "split"):
        pieces = [fate for fate in fates if fate.kind == "split" and fate.old_key == old]
        # The longest piece goes on as the paragraph that it was.
        main = max(pieces, key=lambda piece: len(blocks[_index(piece)].text))
        for piece in pieces:
            n, line = _index(piece), by_id[old]
            if piece is main:
                found[n] = Pairing(n, "split", piece.score, kept=line)
            else:
                found[n] = Pairing(n, "split", piece.score, origin=line)
    for new in dict.fromkeys(_index(fate) for fate in fates if fate.kind == "merged"):
        whole = [fate for fate in fates if fate.kind == "merged" and _index(fate) == new]
        lines = [by_id[_key(fate)] for fate in whole]
        kept = max(lines, key=lambda line: len(line.text))
        found[new] = Pairing(
            new,
            "merged",
            min(fate.score for fate in whole),
            kept=kept,
            merged=tuple(line for line in lines if line is not kept),
        )
    return found


def _index(fate: Proposal) -> int:
    return int(str(fate.new_key))


def _key(fate: Proposal) -> int:
    return int(str(fate.old_key))


def _old_paras(live: Sequence[Line]) -> list[Para]:
    paras = []
    path: dict[int, str] = {}
    for line in live:
        if line.is_heading:
            path = _under(path, structure.LEVELS[line.kind], line.text)
        elif line.kind is BlockKind.PARAGRAPH:
            paras.append(Para(line.id, plain(line.text), _written(path)))
    return paras


def _new_paras(blocks: Sequence[Block], apart: Collection[int]) -> list[Para]:
    paras = []
    path: dict[int, str] = {}
    for n, block in enumerate(blocks):
        if block.kind in structure.LEVELS:
            path = _under(path, structure.LEVELS[BlockKind(block.kind)], block.text)
        elif block.kind == "paragraph" and n not in apart:
            paras.append(Para(n, plain(block.text), _written(path)))
    return paras


def _under(path: dict[int, str], level: int, text: str) -> dict[int, str]:
    return {**{key: value for key, value in path.items() if key < level}, level: _folded(text)}


def _written(path: dict[int, str]) -> str:
    return " / ".join(path.values())
