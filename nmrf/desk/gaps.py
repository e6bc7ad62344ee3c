"""What is missing at the joints of the loop, counted: each count leads to its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from nmrf.access import can
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.feedback.models import Comment, CommentState, Disposition
from nmrf.recommendations import commitments, queries_plan
from nmrf.recommendations import queries as recommendations
from nmrf.recommendations.models import Recommendation
from nmrf.reports.models import Block, BlockKind, ReportVersion, VersionState, block_source
from nmrf.reports.trace import unused


@dataclass(frozen=True)
class Gap:
    """How much is missing, and where it is mended. Zero means that nothing is."""

    label: str
    count: int
    endpoint: str
    values: Mapping[str, Any]


def register_cycle(session: Session) -> Cycle | None:
    """The latest open cycle that has recommendations: the one that is being carried out."""
    return session.scalar(
        select(Cycle)
        .where(~Cycle.closed, exists().where(Recommendation.cycle_id == Cycle.id))
        .order_by(Cycle.session.desc(), Cycle.id.desc())
        .limit(1)
    )


def gaps(ctx: Ctx) -> list[Gap]:
    """Gaps of the register, of the newest draft, and of the answers to comments."""
    return [*_of_register(ctx), *_of_draft(ctx), *_of_comments(ctx)]


def _of_register(ctx: Ctx) -> list[Gap]:
    cycle = register_cycle(ctx.session)
    if cycle is None:
        return []
    found = recommendations.gaps(ctx, cycle)
    of_register = [
        Gap(label, item.count, "recommendations.index", item.args)
        for label, item in (
            (_("Recommendations that nobody leads"), found.without_owner),
            (_("Recommendations without a position"), found.without_position),
            (_("Recommendations without a reported status"), found.without_status),
            (_("Assignments that are disputed"), found.disputed),
            (_("Supported recommendations without an action"), found.without_action),
        )
    ]
    return [
        *of_register,
        Gap(
            _("Actions past their end that are still open"),
            queries_plan.late_actions(ctx, cycle),
            "recommendations.actions",
            {"state": "late"},
        ),
        Gap(
            _("Voluntary commitments that nobody owns"),
            commitments.unowned(ctx, cycle),
            "recommendations.commitments",
            {"owner": "none", "cycle": cycle.id},
        ),
    ]


def _of_draft(ctx: Ctx) -> list[Gap]:
    if not can(ctx.actor, "report.write"):
        return []
    version = ctx.session.scalar(
        select(ReportVersion)
        .where(ReportVersion.state == VersionState.DRAFT)
        .options(joinedload(ReportVersion.report))
        .order_by(ReportVersion.id.desc())
        .limit(1)
    )
    if version is None:
        return []
    left_out = select(func.count()).select_from(unused(version).order_by(None).subquery())
    sourced = exists().where(block_source.c.block_id == Block.id)
    unsourced = select(func.count(Block.id)).where(
        Block.version_id == version.id,
        Block.kind == BlockKind.PARAGRAPH,
        Block.removed_in.is_(None),
        ~sourced,
    )
    values = {"version_id": version.id}
    return [
        Gap(
            _("Signed updates that no paragraph of the draft uses"),
            ctx.session.scalar(left_out) or 0,
            "reports.gaps",
            values,
        ),
        Gap(
            _("Paragraphs of the draft that rest on no update"),
            ctx.session.scalar(unsourced) or 0,
            "reports.gaps",
            values,
        ),
    ]


def _of_comments(ctx: Ctx) -> list[Gap]:
    if not can(ctx.actor, "comment.dispose"):
        return []
    terms = load(ctx.house.settings.workflows).vocabularies["dispositions"].terms
    changing = [term.code for term in terms if term.changes_text]
    unanswered = and_(Comment.state == CommentState.SHOWN, Disposition.id.is_(None))
    unchanged = and_(Disposition.code.in_(changing), Disposition.changed_block_id.is_(None))
    rows = ctx.session.execute(
        select(
            Comment.version_id,
            func.count(Comment.id).filter(unanswered),
            func.count(Comment.id).filter(unchanged),
        )
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(or_(unanswered, unchanged))
        .group_by(Comment.version_id)
        .order_by(Comment.version_id.desc())
    ).all()

    def gap(label: str, place: int) -> Gap:
        # The newest version that has any: its desk leads on to the others.
        newest = next((row[0] for row in rows if row[place]), None)
        count = sum(row[place] for row in rows)
        return Gap(label, count, "feedback.desk", {"version_id": newest} if newest else {})

    return [
        gap(_("Shown comments without an answer"), 1),
        gap(_("Accepted comments without a changed paragraph"), 2),
    ]
