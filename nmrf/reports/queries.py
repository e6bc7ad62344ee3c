"""Reads: reports and versions as an actor may see them, paragraphs and what became of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from nmrf.access import DRAFTING, MINISTRY, can
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import GOVERNMENT, Actor, Role
from nmrf.cycles.models import Cycle
from nmrf.reports.comparing import redline_of
from nmrf.reports.lines import Line, bare_lines, bare_rows, budget, lines
from nmrf.reports.models import Block, Paragraph, Report, ReportVersion, VersionState
from nmrf.reports.trace import gaps

__all__ = ["bare_lines", "budget", "gaps", "lines", "redline_of"]


def visible_versions(actor: Actor) -> ColumnElement[bool]:
    """Which versions an actor sees: the rule `version.see` of `access.py` as a condition."""
    if actor.has(*DRAFTING):
        return true()
    seen = [VersionState.PUBLIC, VersionState.SUBMITTED]
    if actor.has(*GOVERNMENT, Role.NHRI, Role.PARLIAMENT):
        seen.append(VersionState.FROZEN)
    if actor.has(*MINISTRY):
        seen.append(VersionState.DRAFT)
    return ReportVersion.state.in_(seen)


def newest_versions(actor: Actor) -> Select[int]:
    """The id of the newest version of each report that the actor sees."""
    newest = (
        select(ReportVersion.report_id, func.max(ReportVersion.number).label("number"))
        .where(visible_versions(actor))
        .group_by(ReportVersion.report_id)
        .subquery()
    )
    return select(ReportVersion.id).join(
        newest,
        and_(
            ReportVersion.report_id == newest.c.report_id,
            ReportVersion.number == newest.c.number,
        ),
    )


def reports(ctx: Ctx) -> list[ReportVersion]:
    """The newest visible version of each report, with report and cycle, the latest cycle first."""
    return list(
        ctx.session.scalars(
            select(ReportVersion)
            .join(ReportVersion.report)
            .join(Report.cycle)
            .where(ReportVersion.id.in_(newest_versions(ctx.actor)))
            .options(contains_eager(ReportVersion.report).contains_eager(Report.cycle))
            .order_by(Cycle.session.desc(), Report.kind.desc(), Report.id)
        )
    )


def get_report(ctx: Ctx, report_id: int) -> Report:
    """A report of which the actor sees a version, with its cycles. Raises `NotFound`."""
    report = ctx.session.scalar(
        select(Report)
        .where(
            Report.id == report_id,
            Report.id.in_(select(ReportVersion.report_id).where(visible_versions(ctx.actor))),
        )
        .options(joinedload(Report.cycle), joinedload(Report.answers_cycle))
    )
    if report is None:
        raise NotFound(_("There is no such report, or it is not open to you."))
    return report


def versions(ctx: Ctx, report: Report) -> list[ReportVersion]:
    """The versions of a report that the actor sees, the newest first."""
    return list(
        ctx.session.scalars(
            select(ReportVersion)
            .where(ReportVersion.report_id == report.id, visible_versions(ctx.actor))
            .options(joinedload(ReportVersion.report))
            .order_by(ReportVersion.number.desc())
        )
    )


def get_version(ctx: Ctx, version_id: int) -> ReportVersion:
    """A version that the actor sees, with report and cycles. Raises `NotFound`."""
    version = ctx.session.scalar(
        select(ReportVersion)
        .where(ReportVersion.id == version_id, visible_versions(ctx.actor))
        .options(
            joinedload(ReportVersion.report).options(
                joinedload(Report.cycle), joinedload(Report.answers_cycle)
            )
        )
    )
    if version is None:
        raise NotFound(_("There is no such version, or it is not open to you."))
    return version


def get_block(ctx: Ctx, block_id: int) -> Block:
    """A block of a version that the actor sees, with its links and its version. `NotFound`."""
    block = ctx.session.scalar(
        select(Block)
        .join(Block.version)
        .where(Block.id == block_id, visible_versions(ctx.actor))
        .options(
            contains_eager(Block.version).joinedload(ReportVersion.report).joinedload(Report.cycle),
            joinedload(Block.owner),
            selectinload(Block.recommendations),
            selectinload(Block.sources),
        )
    )
    if block is None:
        raise NotFound(_("There is no such paragraph, or it is not open to you."))
    return block


def newest_version(ctx: Ctx, report_id: int) -> ReportVersion | None:
    """The newest version of a report that the actor sees."""
    return ctx.session.scalar(
        select(ReportVersion)
        .where(ReportVersion.report_id == report_id, visible_versions(ctx.actor))
        .options(joinedload(ReportVersion.report))
        .order_by(ReportVersion.number.desc())
        .limit(1)
    )


def draft_of(session: Session, report_id: int) -> ReportVersion | None:
    """The version that is being written, if there is one. It looks at no visibility."""
    return session.scalar(
        select(ReportVersion).where(
            ReportVersion.report_id == report_id, ReportVersion.state == VersionState.DRAFT
        )
    )


def neighbours(
    ctx: Ctx, version: ReportVersion
) -> tuple[ReportVersion | None, ReportVersion | None]:
    """The visible versions just before and after this one."""
    around = versions(ctx, version.report)
    before = next((other for other in around if other.number < version.number), None)
    after = next((other for other in reversed(around) if other.number > version.number), None)
    return before, after


def block_in(session: Session, paragraph_id: int, version_id: int) -> Block | None:
    """A paragraph as it stands in a version (a tombstone has `removed_in`), or None."""
    return session.scalar(
        select(Block).where(Block.paragraph_id == paragraph_id, Block.version_id == version_id)
    )


def became(session: Session, paragraph_ids: Collection[int], version_id: int) -> dict[int, Line]:
    """What became of paragraphs in a later version, by paragraph id, in one statement.

    Every paragraph that was ever shown is there: at least as a tombstone, with `removed_in`
    and, where it was merged into another, `partner_id`.
    """
    wanted = set(paragraph_ids)
    if not wanted:
        return {}
    rows = bare_rows(session, [version_id], wanted)
    return {line.paragraph_id: line for line in (Line(*row) for row in rows)}


@dataclass(frozen=True)
class Appearance:
    """A paragraph as it stood in one version."""

    block_id: int
    version_id: int
    version_number: int
    number: int | None
    text: str
    at: datetime


def life_of(ctx: Ctx, paragraph_id: int) -> list[Appearance]:
    """A paragraph in all versions that the actor sees, the newest first."""
    rows = ctx.session.execute(
        select(
            Block.id,
            Block.version_id,
            ReportVersion.number,
            Block.number,
            Block.text,
            ReportVersion.created_at,
        )
        .join(ReportVersion, ReportVersion.id == Block.version_id)
        .where(
            Block.paragraph_id == paragraph_id,
            Block.removed_in.is_(None),
            visible_versions(ctx.actor),
        )
        .order_by(ReportVersion.number.desc())
    )
    return [Appearance(*row) for row in rows]


def guidance(session: Session, version_id: int) -> dict[int, str]:
    """What drafters are told about chapters, by paragraph id."""
    rows = session.execute(
        select(Paragraph.id, Paragraph.guidance)
        .join(Block, Block.paragraph_id == Paragraph.id)
        .where(Block.version_id == version_id, Paragraph.guidance != "")
    )
    return {row.id: row.guidance for row in rows}


def may_write(ctx: Ctx, version: ReportVersion) -> bool:
    """Whether the actor drafts this version: it is a draft, and they are drafters."""
    return version.state is VersionState.DRAFT and bool(can(ctx.actor, "report.write"))


def may_edit(actor: Actor, version: ReportVersion, line: Line) -> bool:
    """Whether the actor may edit a line of a version: the rule `block.edit`, without its block."""
    return bool(can(actor, "block.edit", _Editable(version, line.owner_id)))


@dataclass(frozen=True, slots=True)
class _Editable:
    """What the rule looks at."""

    version: ReportVersion
    owner_id: int | None
