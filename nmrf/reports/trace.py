"""Following the loop: which paragraphs answer a recommendation, which updates they rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from nmrf.recommendations.models import Recommendation
from nmrf.reports import structure
from nmrf.reports.lines import Line, answered, bare_rows, lines
from nmrf.reports.models import (
    Block,
    BlockKind,
    ReportVersion,
    block_recommendation,
    block_source,
)
from nmrf.updates.models import UpdateSnapshot


@dataclass(frozen=True)
class Gaps:
    """What is missing at the joints of a version; each list is empty when all is well.

    `unused`: signed updates that no paragraph rests on. `unsourced`: paragraphs that rest on no
    update. `uncited`: recommendations that no line names. `unresolved`: citation lines that name
    recommendations which are not in the register.
    """

    unused: list[UpdateSnapshot]
    unsourced: list[Line]
    uncited: list[Recommendation]
    unresolved: list[Line]


def gaps(session: Session, version: ReportVersion, shown: Sequence[Line] | None = None) -> Gaps:
    """The gap lists of a version. `shown` spares reading its lines again."""
    shown = lines(session, version.id) if shown is None else shown
    live = [line for line in shown if line.is_live]
    return Gaps(
        unused=list(session.scalars(unused(version))),
        unsourced=[line for line in live if line.kind is BlockKind.PARAGRAPH and not line.sources],
        uncited=list(session.scalars(_uncited(version))),
        unresolved=[line for line in live if line.unresolved],
    )


def answered_cycle_id(version: ReportVersion) -> int:
    """The cycle whose recommendations the report answers: its own unless told otherwise."""
    return version.report.answers_cycle_id or version.report.cycle_id


def _uncited(version: ReportVersion) -> Select[Recommendation]:
    named = (
        select(block_recommendation.c.recommendation_id)
        .join(Block, Block.id == block_recommendation.c.block_id)
        .where(Block.version_id == version.id)
    )
    return (
        select(Recommendation)
        .where(
            Recommendation.cycle_id == answered_cycle_id(version), Recommendation.id.not_in(named)
        )
        .order_by(Recommendation.sort_key)
    )


def is_newest() -> ColumnElement[bool]:
    """A condition: no newer snapshot of the same update supersedes this one."""
    newer = aliased(UpdateSnapshot)
    return ~exists().where(
        newer.update_id == UpdateSnapshot.update_id, newer.number > UpdateSnapshot.number
    )


def unused(
    version: ReportVersion, recommendation_ids: Collection[int] | None = None
) -> Select[UpdateSnapshot]:
    """Updates as last signed off that no paragraph of the version rests on, newest first.

    They are on the recommendations given, or on all of the cycle that the report answers.
    """
    used = (
        select(block_source.c.snapshot_id)
        .join(Block, Block.id == block_source.c.block_id)
        .where(Block.version_id == version.id)
    )
    query = (
        select(UpdateSnapshot)
        .join(UpdateSnapshot.recommendation)
        .where(UpdateSnapshot.id.not_in(used), is_newest())
        .options(
            joinedload(UpdateSnapshot.institution),
            joinedload(UpdateSnapshot.recommendation),
        )
        .order_by(Recommendation.sort_key, UpdateSnapshot.signed_at.desc(), UpdateSnapshot.id)
    )
    if recommendation_ids is None:
        return query.where(Recommendation.cycle_id == answered_cycle_id(version))
    return query.where(Recommendation.id.in_(recommendation_ids))


def superseded(session: Session, snapshot_ids: Collection[int]) -> dict[int, int]:
    """Snapshots that a newer one of the same update supersedes: their id to the newest's id."""
    newer = aliased(UpdateSnapshot)
    rows = session.execute(
        select(UpdateSnapshot.id, func.max(newer.id))
        .join(newer, newer.update_id == UpdateSnapshot.update_id)
        .where(UpdateSnapshot.id.in_(snapshot_ids), newer.number > UpdateSnapshot.number)
        .group_by(UpdateSnapshot.id)
    )
    return {old: new for old, new in rows}  # noqa: C416 - rows are not pairs to mypy


@dataclass(frozen=True)
class Answer:
    """Where one version answers a recommendation: the headings, and the paragraphs under them.

    `named_by` are the ids of the blocks that name it: citation lines or paragraphs.
    """

    version: ReportVersion
    headings: list[Line]
    named_by: list[int]
    paragraphs: list[Line]


def answers_to(session: Session, recommendation_id: int, version_ids: Select[int]) -> list[Answer]:
    """Recommendation -> section -> paragraphs, in the versions that the query selects.

    Three statements, however many versions and paragraphs; latest cycle first.
    """
    named = [
        (block_id, version_id)
        for block_id, version_id in session.execute(
            select(Block.id, Block.version_id)
            .join(block_recommendation, block_recommendation.c.block_id == Block.id)
            .where(
                block_recommendation.c.recommendation_id == recommendation_id,
                Block.version_id.in_(version_ids),
                Block.removed_in.is_(None),
            )
            .order_by(Block.position)
        )
    ]
    if not named:
        return []
    wanted = {version_id for _block_id, version_id in named}
    versions = session.scalars(
        select(ReportVersion)
        .where(ReportVersion.id.in_(wanted))
        .options(joinedload(ReportVersion.report))
        .order_by(ReportVersion.report_id.desc())
    )
    by_version: dict[int, list[Line]] = {
        key: [Line(*row) for row in rows]
        for key, rows in groupby(bare_rows(session, wanted), key=lambda row: row[1])
    }
    return [
        answer
        for version in versions
        for answer in _answers_in(
            version,
            by_version[version.id],
            {block_id for block_id, version_id in named if version_id == version.id},
        )
    ]


def _answers_in(version: ReportVersion, shown: list[Line], named: set[int]) -> list[Answer]:
    """One answer for each section in which the recommendation is named."""
    over = structure.scopes(shown)
    sections: dict[tuple[int, ...], Answer] = {}
    for place, line in enumerate(shown):
        under = over.get(line.id)
        direct = line.id in named
        if not line.is_live or not (direct or (under is not None and under.id in named)):
            continue
        headings = structure.headings_of(shown, place)
        answer = sections.setdefault(
            tuple(heading.id for heading in headings[:2]), Answer(version, headings[:2], [], [])
        )
        if direct:
            answer.named_by.append(line.id)
        if line.kind is BlockKind.PARAGRAPH:
            answer.paragraphs.append(line)
    return list(sections.values())


def uses_of(
    session: Session, snapshot_ids: Collection[int], version_ids: Select[int]
) -> dict[int, list[Line]]:
    """The paragraphs that rest on updates, by snapshot id, in the versions selected."""
    rows = session.execute(
        select(block_source.c.snapshot_id, Block.id, Block.version_id)
        .join(Block, Block.id == block_source.c.block_id)
        .where(block_source.c.snapshot_id.in_(snapshot_ids), Block.version_id.in_(version_ids))
    ).all()
    if not rows:
        return {}
    by_id = {
        line.id: line
        for line in (Line(*row) for row in bare_rows(session, {row.version_id for row in rows}))
    }
    found: dict[int, list[Line]] = {}
    for snapshot_id, block_id, _version_id in rows:
        found.setdefault(snapshot_id, []).append(by_id[block_id])
    return found


def answered_by(shown: Sequence[Line], line_id: int) -> tuple[int, ...]:
    """The ids of the recommendations that one paragraph answers."""
    return tuple(cited.id for cited in answered(shown).get(line_id, ()))
