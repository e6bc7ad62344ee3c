"""The lines of the board, from dates, rounds, assignments, validation, outcomes and comments."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload

from nmrf.access import MINISTRY, can
from nmrf.accounts.models import Institution
from nmrf.consultations.models import Outcome, OutcomeState
from nmrf.consultations.queries import visible as visible_consultations
from nmrf.core import words
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import GOVERNMENT, ROLE_LABELS, Role
from nmrf.cycles import queries as cycles
from nmrf.desk.line import Line, Source, state_of
from nmrf.desk.people import Named, People
from nmrf.feedback.models import Comment, CommentState, CommentWindow, Disposition
from nmrf.recommendations.assigning import SILENT_AFTER_WORKING_DAYS
from nmrf.recommendations.models import Assignment, AssignmentState
from nmrf.reports.models import Report, ReportVersion
from nmrf.updates.models import Round, RoundState, Update, UpdateState
from nmrf.validation.models import Run, RunState, Task, TaskState

_OUTCOME_WORDS = 120
_STATES = {"overdue": "late", "met": "delivered", "past": "delivered"}
Who = Callable[[People], tuple[Named, ...]]


def _in(institution_id: int | None, *roles: Role) -> Who:
    if institution_id is None:
        return lambda people: people.holding(None, Role.SECRETARIAT)
    lesser = (Role.ALTERNATE, Role.VALIDATING_AUTHORITY, Role.MINISTER, Role.SECRETARIAT)
    return lambda people: people.holding(institution_id, *roles, fall_back=lesser)


def dates(ctx: Ctx) -> list[Line]:
    """The deadlines of all open cycles; those that had passed before this service are left out."""
    found = []
    for one in cycles.deadlines(ctx):
        if one.state == "past" or one.milestone.kind.value == "third_party":
            continue
        milestone = one.milestone
        delivered_on = milestone.delivered_on
        found.append(
            Line(
                what=one.title,
                kind=milestone.cycle.title,
                endpoint="cycles.milestone",
                values={"milestone_id": milestone.id},
                who=one.responsible,
                institution_id=milestone.institution_id,
                due_on=milestone.on,
                due=one.due,
                state=_STATES.get(one.state, one.state),
                delivered=_("on %(day)s", day=words.short_day(delivered_on))
                if delivered_on
                else "",
                responsible=_in(milestone.institution_id, Role.FOCAL_POINT),
            )
        )
    return found


def rounds(ctx: Ctx) -> list[Line]:
    """Open rounds, a line for each institution; only the own ones for those who follow none."""
    sent = Update.state == UpdateState.SUBMITTED
    query = (
        select(
            Round.id,
            Round.title,
            Round.closes_on,
            Institution.id,
            Institution.name,
            func.count(Update.id),
            func.count(Update.id).filter(sent),
            func.count(Update.id).filter(Update.state == UpdateState.SIGN_OFF),
        )
        .join(Round, Round.id == Update.round_id)
        .join(Institution, Institution.id == Update.institution_id)
        .where(Round.state == RoundState.OPEN)
        .group_by(Round.id, Round.title, Round.closes_on, Institution.id, Institution.name)
        .order_by(Round.id, Institution.name)
    )
    follows = bool(can(ctx.actor, "round.monitor"))
    if not follows:
        own = ctx.actor.institutions_as(*MINISTRY)
        query = query.where(Institution.id.in_(own))
    found = []
    for (
        round_id,
        title,
        closes_on,
        institution_id,
        name,
        total,
        done,
        signing,
    ) in ctx.session.execute(query):
        said, state = state_of(ctx, closes_on)
        # What waits for a signature is in other hands.
        role = (
            Role.VALIDATING_AUTHORITY if signing and signing == total - done else Role.FOCAL_POINT
        )
        found.append(
            Line(
                what=ngettext("%(n)s update", "%(n)s updates", total),
                kind=title,
                endpoint="updates.round" if follows else "updates.mine",
                values={"round_id": round_id}
                if follows
                else {"round_id": round_id, "institution": institution_id},
                who=name,
                institution_id=institution_id,
                due_on=closes_on,
                due=said,
                state="delivered" if done == total else state,
                delivered=_("%(done)s of %(total)s", done=done, total=total),
                done=done,
                total=total,
                responsible=_in(institution_id, role),
            )
        )
    return found


def assignments(ctx: Ctx) -> list[Line]:
    """Recommendations that institutions have been given and not answered."""
    rows = ctx.session.execute(
        select(
            Institution.id,
            Institution.name,
            func.count(Assignment.id),
            func.min(Assignment.assigned_at),
        )
        .join(Assignment, Assignment.institution_id == Institution.id)
        .where(Assignment.ended_at.is_(None), Assignment.state == AssignmentState.PROPOSED)
        .group_by(Institution.id, Institution.name)
        .order_by(Institution.name)
    )
    found = []
    for institution_id, name, count, since in rows:
        given = local_date(since, ctx.house.settings.time_zone)
        due_on = ctx.house.calendar.add_working_days(given, SILENT_AFTER_WORKING_DAYS)
        said, state = state_of(ctx, due_on)
        found.append(
            Line(
                what=ngettext("Answer to %(n)s assignment", "Answer to %(n)s assignments", count),
                kind=_("Recommendations"),
                endpoint="recommendations.index",
                values={"ours": institution_id, "assignment": AssignmentState.PROPOSED.value},
                who=name,
                institution_id=institution_id,
                due_on=due_on,
                due=said,
                state=state,
                delivered="",
                responsible=_in(institution_id, Role.FOCAL_POINT),
            )
        )
    return found


def validation(ctx: Ctx) -> list[Line]:
    """Open steps of running validations: who holds them."""
    steps = ctx.session.scalars(
        select(Task)
        .join(Task.run)
        .where(Run.state == RunState.RUNNING, Task.state == TaskState.OPEN)
        .options(
            joinedload(Task.run).joinedload(Run.version).joinedload(ReportVersion.report),
            joinedload(Task.institution),
        )
        .order_by(Task.id)
    )
    found = []
    for step in steps:
        version = step.run.version
        said, state = state_of(ctx, step.due_on)
        role = Role.SECRETARIAT if step.kind == "record" else Role(step.role)
        name = step.institution.name if step.institution else str(ROLE_LABELS[role])
        found.append(
            Line(
                what=_(step.title),
                kind=_("%(title)s, version %(n)s", title=version.report.title, n=version.number),
                endpoint="validation.run",
                values={"run_id": step.run_id},
                who=name,
                institution_id=step.institution_id,
                due_on=step.due_on,
                due=said,
                state=state,
                delivered=_("silence counts as consent") if step.silence_is_consent else "",
                responsible=_with_role(step.institution_id, role),
                names_persons=role in GOVERNMENT,
            )
        )
    return found


def _with_role(institution_id: int | None, role: Role) -> Who:
    wanted = None if role is Role.SECRETARIAT else institution_id
    if role not in GOVERNMENT:
        return lambda _people: ()
    return lambda people: people.holding(wanted, role)


def outcomes(ctx: Ctx) -> list[Line]:
    """What was agreed at consultations that the actor may see, and is not done."""
    found = []
    for one in ctx.session.scalars(
        select(Outcome)
        .join(Outcome.consultation)
        .where(Outcome.state == OutcomeState.OPEN, visible_consultations(ctx))
        .options(joinedload(Outcome.institution), joinedload(Outcome.consultation))
        .order_by(Outcome.id)
    ):
        said, state = state_of(ctx, one.due_on)
        text = one.text
        found.append(
            Line(
                what=text if len(text) <= _OUTCOME_WORDS else f"{text[:_OUTCOME_WORDS]}…",
                kind=one.consultation.title,
                endpoint="consultations.consultation",
                values={"consultation_id": one.consultation_id, "_anchor": f"outcome-{one.id}"},
                who=one.institution.name,
                institution_id=one.institution_id,
                due_on=one.due_on,
                due=said,
                state=state,
                delivered="",
                responsible=_in(one.institution_id, Role.FOCAL_POINT, Role.SECRETARIAT),
                names_persons=one.institution.is_government,
            )
        )
    return found


def comments(ctx: Ctx) -> list[Line]:
    """Comments that wait for an answer, a line for each window; for those who answer them."""
    if not can(ctx.actor, "comment.dispose"):
        return []
    waits = or_(
        Comment.state == CommentState.RECEIVED,
        and_(Comment.state == CommentState.SHOWN, Disposition.id.is_(None)),
    )
    rows = ctx.session.execute(
        select(
            ReportVersion.id,
            ReportVersion.number,
            Report.title,
            CommentWindow.closes_on,
            func.count(Comment.id),
            func.count(Comment.id).filter(waits),
        )
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .outerjoin(CommentWindow, CommentWindow.version_id == ReportVersion.id)
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(Comment.state != CommentState.WITHHELD)
        .group_by(ReportVersion.id, ReportVersion.number, Report.title, CommentWindow.closes_on)
        .order_by(ReportVersion.id)
    )
    found = []
    for version_id, number, title, closes_on, total, waiting in rows:
        since = _("window closes %(day)s", day=words.short_day(closes_on)) if closes_on else ""
        found.append(
            Line(
                what=ngettext("Answer to %(n)s comment", "Answers to %(n)s comments", total),
                kind=" · ".join(
                    part
                    for part in (_("%(title)s, version %(n)s", title=title, n=number), since)
                    if part
                ),
                endpoint="feedback.desk",
                values={"version_id": version_id},
                who=_("Secretariat"),
                institution_id=None,
                due_on=None,
                due=None,
                state="undated" if waiting else "delivered",
                delivered=_("%(done)s of %(total)s", done=total - waiting, total=total),
                done=total - waiting,
                total=total,
                responsible=_in(None),
            )
        )
    return found


SOURCES: tuple[Source, ...] = (dates, rounds, assignments, validation, outcomes, comments)
