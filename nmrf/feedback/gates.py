"""What comments add to the gates of a cycle's stages."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from nmrf.core.i18n import _l
from nmrf.cycles.gates import Gap, register
from nmrf.cycles.models import Cycle, Stage
from nmrf.feedback.models import Comment, CommentState, Disposition, DispositionState
from nmrf.reports.models import Report, ReportVersion


def _first(session: Session, cycle: Cycle, *conditions: ColumnElement[bool]) -> Gap:
    """How many comments of a cycle are so, and the desk of the version with the most recent."""
    rows = session.execute(
        select(Comment.version_id, func.count())
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(Report.cycle_id == cycle.id, *conditions)
        .group_by(Comment.version_id)
        .order_by(Comment.version_id.desc())
    ).all()
    if not rows:
        return Gap(0)
    return Gap(sum(count for _v, count in rows), "feedback.desk", {"version_id": rows[0][0]})


def _unanswered(session: Session, cycle: Cycle) -> Gap:
    return _first(
        session,
        cycle,
        Comment.state != CommentState.WITHHELD,
        Disposition.state.is_distinct_from(DispositionState.RELEASED),
    )


register(
    Stage.DRAFTING, "comments_answered", _l("Every comment has a released answer"), _unanswered
)
