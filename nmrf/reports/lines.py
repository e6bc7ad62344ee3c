"""A version as its readers see it: headings and paragraphs in order, with what they rest on.

Three statements whatever its length. Rows, not entities: a report has hundreds of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution
from nmrf.recommendations.models import Recommendation
from nmrf.reports import structure
from nmrf.reports.models import (
    Block,
    BlockKind,
    Fate,
    ReportVersion,
    block_recommendation,
    block_source,
)
from nmrf.reports.words import count_words
from nmrf.updates.models import UpdateSnapshot


@dataclass(frozen=True, slots=True)
class Cited:
    """A recommendation that a block names."""

    id: int
    number: str
    cycle_id: int


@dataclass(frozen=True, slots=True)
class Source:
    """A ministry's update, as it was signed off, that a block rests on."""

    snapshot_id: int
    update_id: int
    institution: str
    institution_id: int
    recommendation_id: int
    recommendation: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A heading, citation line, paragraph or tombstone in its place. `owner` is a short name."""

    id: int
    version_id: int
    paragraph_id: int
    position: int
    kind: BlockKind
    label: str
    number: int | None
    text: str
    words: int
    fate: Fate
    fate_note: str
    partner_id: int | None
    removed_in: int | None
    unresolved: Sequence[str]
    owner_id: int | None
    owner: str
    edited_at: datetime | None
    lock: int
    recommendations: tuple[Cited, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def is_live(self) -> bool:
        """Whether it is part of the text, not a tombstone."""
        return self.removed_in is None

    @property
    def is_heading(self) -> bool:
        return self.kind in structure.LEVELS


def lines(session: Session, version_id: int) -> list[Line]:
    """Everything in a version in its order, tombstones too, with owners and links."""
    cited: dict[int, list[Cited]] = defaultdict(list)
    for block_id, *values in session.execute(
        select(
            block_recommendation.c.block_id,
            Recommendation.id,
            Recommendation.number,
            Recommendation.cycle_id,
        )
        .join(Recommendation, Recommendation.id == block_recommendation.c.recommendation_id)
        .join(Block, Block.id == block_recommendation.c.block_id)
        .where(Block.version_id == version_id)
        .order_by(Recommendation.sort_key)
    ):
        cited[block_id].append(Cited(*values))
    sources: dict[int, list[Source]] = defaultdict(list)
    for block_id, *values in session.execute(
        select(
            block_source.c.block_id,
            UpdateSnapshot.id,
            UpdateSnapshot.update_id,
            Institution.short_name,
            Institution.id,
            Recommendation.id,
            Recommendation.number,
            UpdateSnapshot.signed_at,
        )
        .join(UpdateSnapshot, UpdateSnapshot.id == block_source.c.snapshot_id)
        .join(Institution, Institution.id == UpdateSnapshot.institution_id)
        .join(Recommendation, Recommendation.id == UpdateSnapshot.recommendation_id)
        .join(Block, Block.id == block_source.c.block_id)
        .where(Block.version_id == version_id)
        .order_by(UpdateSnapshot.id)
    ):
        sources[block_id].append(Source(*values))
    return [
        Line(*(*values, tuple(cited.get(values[0], ())), tuple(sources.get(values[0], ()))))
        for values in bare_rows(session, [version_id])
    ]


def bare_lines(session: Session, version_id: int) -> list[Line]:
    """The same without the links of blocks, in one statement."""
    return [Line(*values) for values in bare_rows(session, [version_id])]


def bare_rows(
    session: Session,
    version_ids: Collection[int],
    paragraph_ids: Collection[int] | None = None,
) -> list[tuple[Any, ...]]:
    """The fields of `Line` but for its links, for several versions, in order."""
    query = (
        select(
            Block.id,
            Block.version_id,
            Block.paragraph_id,
            Block.position,
            Block.kind,
            Block.label,
            Block.number,
            Block.text,
            Block.words,
            Block.fate,
            Block.fate_note,
            Block.partner_id,
            Block.removed_in,
            Block.unresolved,
            Block.owner_id,
            Institution.short_name,
            Block.edited_at,
            Block.lock,
        )
        .outerjoin(Institution, Institution.id == Block.owner_id)
        .where(Block.version_id.in_(version_ids))
        .order_by(Block.version_id, Block.position)
    )
    if paragraph_ids is not None:
        query = query.where(Block.paragraph_id.in_(paragraph_ids))
    rows = session.execute(query)
    return [(*row[:15], row[15] or "", *row[16:]) for row in rows]


@dataclass(frozen=True)
class ChapterWords:
    """How many words a chapter has; `heading` is None for what stands before the first."""

    heading: Line | None
    words: int


@dataclass(frozen=True)
class Budget:
    """Words of a version against its limit. Notes and annexes do not count (OHCHR guidance)."""

    body: int
    notes: int
    limit: int  # 0: none
    chapters: tuple[ChapterWords, ...]
    owners: tuple[tuple[str, int], ...]  # words by the institution that writes them; "" for nobody

    @property
    def over(self) -> int:
        """How many words are too many."""
        return max(0, self.body - self.limit) if self.limit else 0

    @property
    def left(self) -> int:
        return max(0, self.limit - self.body)


def budget(shown: Sequence[Line], version: ReportVersion) -> Budget:
    """The word budget of a version, by chapter."""
    chapters = tuple(
        ChapterWords(heading, sum(line.words for line in under) + (heading.words if heading else 0))
        for heading, under in structure.parts(shown, BlockKind.CHAPTER)
    )
    by_owner: dict[str, int] = defaultdict(int)
    for line in shown:
        by_owner[line.owner] += line.words
    return Budget(
        owners=tuple(sorted(by_owner.items(), key=lambda pair: (not pair[0], -pair[1]))),
        body=sum(chapter.words for chapter in chapters),
        notes=words_of_notes(version.notes),
        limit=version.report.word_limit,
        chapters=chapters,
    )


def words_of_notes(notes: Mapping[str, str]) -> int:
    """The words of foot- and endnotes."""
    return sum(count_words(text) for text in notes.values())


def answered(shown: Sequence[Line]) -> dict[int, tuple[Cited, ...]]:
    """For each paragraph (by id) the recommendations that it answers.

    Its own, and those of the citation line that stands over it.
    """
    over = structure.scopes(shown)
    return {
        line.id: tuple(
            dict.fromkeys(
                [*line.recommendations, *(over[line.id].recommendations if line.id in over else ())]
            )
        )
        for line in shown
        if line.is_live and line.kind is BlockKind.PARAGRAPH
    }


def cuttable(shown: Sequence[Line], owed: Collection[int] = ()) -> list[Line]:
    """Paragraphs that could go when words are too many, the longest first.

    They answer no recommendation, rest on no update, and no accepted comment brought them about:
    `owed` are the ids of paragraphs of which one did.
    """
    answers = answered(shown)
    loose = [
        line
        for line in shown
        if line.id in answers
        and not answers[line.id]
        and not line.sources
        and line.paragraph_id not in owed
    ]
    return sorted(loose, key=lambda line: (-line.words, line.position))
