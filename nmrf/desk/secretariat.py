"""What waits for the secretariat and the operators: comments, rounds, positions, meetings, mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from nmrf.access import can
from nmrf.consultations.models import Consultation, ConsultationState, Minutes
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle, Stage
from nmrf.desk.gaps import register_cycle
from nmrf.desk.tasks import Task, begins_at, register
from nmrf.feedback.models import (
    Comment,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    SecondLook,
)
from nmrf.outbox.queries import trouble
from nmrf.recommendations import queries as recommendations
from nmrf.recommendations.models import Assignment, AssignmentState, Recommendation
from nmrf.reports.models import Report, ReportVersion, VersionState
from nmrf.updates.models import Round, RoundState
from nmrf.validation.models import Run, RunState

ROUND_AHEAD = timedelta(days=14)
ANNOUNCE_AHEAD = timedelta(days=30)
_POSITIONS = {Stage.REVIEW, Stage.ADOPTION}


def comments(ctx: Ctx) -> Iterator[Task]:
    """Comments to look at before they are shown or once more, to answer, and answers to release."""
    if not can(ctx.actor, "comment.dispose"):
        return
    received = Comment.state == CommentState.RECEIVED
    unanswered = and_(Comment.state == CommentState.SHOWN, Disposition.id.is_(None))
    # Answers are released once comments are closed; until then nothing waits.
    prepared = and_(
        Disposition.state == DispositionState.PREPARED, CommentWindow.closes_on < ctx.today
    )
    # Asked for by an author, also where the comment is withheld or has its answer.
    again = and_(SecondLook.comment_id.is_not(None), SecondLook.answered_on.is_(None))
    rows = ctx.session.execute(
        select(
            ReportVersion.id,
            ReportVersion.number,
            Report.title,
            func.count(Comment.id).filter(received),
            func.min(Comment.received_on).filter(received),
            func.count(Comment.id).filter(unanswered),
            func.min(Comment.received_on).filter(unanswered),
            func.count(Comment.id).filter(prepared),
            func.min(Comment.received_on).filter(prepared),
            func.count(Comment.id).filter(again),
            func.min(SecondLook.asked_on).filter(again),
        )
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .join(CommentWindow, CommentWindow.version_id == Comment.version_id)
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .outerjoin(SecondLook, SecondLook.comment_id == Comment.id)
        .where(or_(received, unanswered, prepared, again))
        .group_by(ReportVersion.id, ReportVersion.number, Report.title)
        .order_by(ReportVersion.id)
    )
    for (
        version_id,
        number,
        title,
        waiting,
        waiting_since,
        open_,
        open_since,
        ready,
        ready_since,
        asked,
        asked_since,
    ) in rows:
        what = _("%(title)s, version %(n)s", title=title, n=number)
        values = {"version_id": version_id}
        if waiting:
            yield Task(
                ngettext(
                    "Look at %(n)s new comment before it is shown",
                    "Look at %(n)s new comments before they are shown",
                    waiting,
                ),
                "feedback.desk",
                values,
                what=what,
                since=waiting_since,
            )
        if open_:
            yield Task(
                ngettext("Answer %(n)s comment", "Answer %(n)s comments", open_),
                "feedback.desk",
                values,
                what=what,
                since=open_since,
            )
        if ready:
            yield Task(
                ngettext("Release %(n)s answer", "Release %(n)s answers", ready),
                "feedback.desk",
                values,
                what=what,
                why=_("It is prepared; those who commented do not see it yet."),
                since=ready_since,
            )
        if asked:
            yield Task(
                ngettext(
                    "Look once more at %(n)s comment, as its author asks",
                    "Look once more at %(n)s comments, as their authors ask",
                    asked,
                ),
                "feedback.desk",
                {**values, "view": "waiting"},
                what=what,
                since=asked_since,
            )


def rounds(ctx: Ctx) -> Iterator[Task]:
    """Rounds that open soon, or should have opened."""
    if not can(ctx.actor, "round.manage"):
        return
    found = ctx.session.scalars(
        select(Round)
        .where(Round.state == RoundState.PLANNED, Round.opens_on <= ctx.today + ROUND_AHEAD)
        .order_by(Round.opens_on, Round.id)
    )
    for one in found:
        yield Task(
            _("Open the round: %(title)s", title=one.title),
            "updates.round",
            {"round_id": one.id},
            what=_("Every institution is then asked for its updates."),
            due_on=one.opens_on,
        )


def register_gaps(ctx: Ctx) -> Iterator[Task]:
    """Recommendations without owner or position, and disputes to decide."""
    if not can(ctx.actor, "recommendation.assign"):
        return
    cycle = register_cycle(ctx.session)
    if cycle is None:
        return
    found = recommendations.gaps(ctx, cycle)
    since = _of(ctx, cycle)
    if found.disputed.count:
        yield Task(
            ngettext(
                "Decide %(n)s disputed assignment",
                "Decide %(n)s disputed assignments",
                found.disputed.count,
            ),
            "recommendations.index",
            found.disputed.args,
            what=cycle.title,
            since=_oldest_dispute(ctx, cycle) or since,
        )
    if found.without_owner.count:
        yield Task(
            ngettext(
                "Assign %(n)s recommendation that nobody leads",
                "Assign %(n)s recommendations that nobody leads",
                found.without_owner.count,
            ),
            "recommendations.index",
            found.without_owner.args,
            what=cycle.title,
            since=since,
        )
    if found.without_position.count and cycle.stage in _POSITIONS:
        yield Task(
            ngettext(
                "Take a position on %(n)s recommendation",
                "Take a position on %(n)s recommendations",
                found.without_position.count,
            ),
            "recommendations.index",
            found.without_position.args,
            what=cycle.title,
            why=_("Left without an answer at the adoption, a recommendation counts as noted."),
            since=since,
        )


def _oldest_dispute(ctx: Ctx, cycle: Cycle) -> date | None:
    at = ctx.session.scalar(
        select(func.min(Assignment.answered_at))
        .join(Assignment.recommendation)
        .where(
            Recommendation.cycle_id == cycle.id,
            Assignment.ended_at.is_(None),
            Assignment.state == AssignmentState.DISPUTED,
        )
    )
    return local_date(at, ctx.house.settings.time_zone) if at else None


def _of(ctx: Ctx, cycle: Cycle) -> date:
    return local_date(cycle.created_at, ctx.house.settings.time_zone)


def meetings(ctx: Ctx) -> Iterator[Task]:
    """Consultations to announce, to record, and to write the minutes of."""
    if not can(ctx.actor, "consultation.manage"):
        return
    has_minutes = exists().where(Minutes.consultation_id == Consultation.id)
    to_announce = and_(
        Consultation.state == ConsultationState.PLANNED,
        Consultation.starts_at > ctx.now,
        Consultation.starts_at <= ctx.now + ANNOUNCE_AHEAD,
    )
    to_record = and_(
        Consultation.state.in_([ConsultationState.PLANNED, ConsultationState.ANNOUNCED]),
        Consultation.ends_at <= ctx.now,
    )
    to_minute = and_(Consultation.state == ConsultationState.HELD, ~has_minutes)
    found = ctx.session.scalars(
        select(Consultation)
        .where(or_(to_announce, to_record, to_minute))
        .order_by(Consultation.starts_at, Consultation.id)
    )
    for one in found:
        begins = local_date(one.starts_at, ctx.house.settings.time_zone)
        values = {"consultation_id": one.id}
        if one.state == ConsultationState.HELD:
            title = _("Write the minutes of: %(title)s", title=one.title)
        elif one.ends_at <= ctx.now:
            title = _("Record who came to: %(title)s", title=one.title)
        else:
            title = _("Announce and invite to: %(title)s", title=one.title)
            yield Task(
                title,
                "consultations.consultation",
                values,
                due_on=begins,
                due=begins_at(ctx, one.starts_at),
            )
            continue
        yield Task(title, "consultations.consultation", values, since=begins)


def returned(ctx: Ctx) -> Iterator[Task]:
    """Versions that a body sent back, as long as no later version was opened."""
    if not can(ctx.actor, "report.write"):
        return
    later = aliased(ReportVersion)
    found = ctx.session.scalars(
        select(Run)
        .join(Run.version)
        .where(
            Run.state == RunState.RETURNED,
            ~exists().where(
                later.report_id == ReportVersion.report_id, later.number > ReportVersion.number
            ),
        )
        .options(joinedload(Run.version).joinedload(ReportVersion.report))
        .order_by(Run.id)
    )
    zone = ctx.house.settings.time_zone
    for run in found:
        yield Task(
            _("Revise what was sent back: %(title)s", title=run.version.report.title),
            "validation.run",
            {"run_id": run.id},
            what=_("Version %(n)s", n=run.version.number),
            since=local_date(run.ended_at or run.started_at, zone),
        )


def drafts(ctx: Ctx) -> Iterator[Task]:
    """Reports that are being written, for their drafters."""
    if not ctx.actor.has(Role.DRAFTER):
        return
    found = ctx.session.scalars(
        select(ReportVersion)
        .where(ReportVersion.state == VersionState.DRAFT)
        .options(joinedload(ReportVersion.report))
        .order_by(ReportVersion.id)
    )
    for version in found:
        yield Task(
            _("Go on with the draft: %(title)s", title=version.report.title),
            "reports.desk",
            {"version_id": version.id},
            what=_("Version %(n)s", n=version.number),
            why=version.note,
            since=local_date(version.created_at, ctx.house.settings.time_zone),
        )


def mail(ctx: Ctx) -> Iterator[Task]:
    """Mail that did not go out."""
    if not can(ctx.actor, "mail.retry"):
        return
    found = trouble(ctx.session, ctx.now)
    if found.failed:
        yield Task(
            ngettext(
                "See why %(n)s mail was not delivered",
                "See why %(n)s mails were not delivered",
                found.failed,
            ),
            "outbox.index",
            {"state": "failed"},
            since=ctx.today,
        )
    if found.overdue:
        yield Task(
            ngettext(
                "See why %(n)s mail still waits", "See why %(n)s mails still wait", found.overdue
            ),
            "outbox.index",
            {"state": "queued"},
            since=ctx.today,
        )


register("comments", comments)
register("rounds", rounds)
register("register", register_gaps)
register("meetings", meetings)
register("returned", returned)
register("drafts", drafts)
register("mail", mail)
