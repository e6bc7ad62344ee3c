"""Reads: runs and tasks as an actor may see them, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from nmrf.access import can
from nmrf.accounts.models import Office
from nmrf.accounts.queries import held_on
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.events import Event
from nmrf.core.i18n import _
from nmrf.core.paging import Page, paginate
from nmrf.core.roles import ROLE_LABELS, Actor, Role
from nmrf.definitions import Route
from nmrf.outbox.models import Message
from nmrf.reports.models import Block, Report, ReportVersion
from nmrf.validation.bodies import decider
from nmrf.validation.models import Decision, Run, RunState, Task, TaskState

ASKED = "validation_asked"
# Events by which somebody becomes an author of a paragraph.
WRITING = ("block.edited", "block.added", "block.merged")


def _loaded() -> tuple[ORMOption, ...]:
    return (
        joinedload(Run.version).joinedload(ReportVersion.report).joinedload(Report.cycle),
        selectinload(Run.tasks).options(
            joinedload(Task.institution),
            joinedload(Task.decision).joinedload(Decision.decided_by),
        ),
    )


def _runs(ctx: Ctx) -> Select[Run]:
    query = select(Run).options(*_loaded()).order_by(Run.id.desc())
    return query if can(ctx.actor, "run.see") else query.where(false())


def under_way(ctx: Ctx) -> list[Run]:
    """The runs that are on their way, the newest first."""
    return list(ctx.session.scalars(_runs(ctx).where(Run.state == RunState.RUNNING)))


def returned(ctx: Ctx) -> list[Run]:
    """Runs that were returned and not followed by another: the drafters hold them."""
    later, later_version = Run.__table__.alias("later"), ReportVersion.__table__.alias("lv")
    followed = exists().where(
        later.c.version_id == later_version.c.id,
        later_version.c.report_id == ReportVersion.report_id,
        later.c.id > Run.id,
    )
    return list(
        ctx.session.scalars(
            _runs(ctx).join(Run.version).where(Run.state == RunState.RETURNED, ~followed)
        )
    )


def ended(ctx: Ctx, number: int) -> Page[Run]:
    """All that have ended, the newest first."""
    return paginate(ctx.session, _runs(ctx).where(Run.state != RunState.RUNNING), number, 20)


def get_run(ctx: Ctx, run_id: int) -> Run:
    """A run with its tasks and decisions. Raises `NotFound`."""
    run = ctx.session.scalar(_runs(ctx).where(Run.id == run_id))
    if run is None:
        raise NotFound(_("There is no such validation, or it is not open to you."))
    return run


def get_task(ctx: Ctx, task_id: int) -> Task:
    """A task of a run that the actor sees, or that the actor decides. Raises `NotFound`."""
    task = ctx.session.get(Task, task_id)
    if task is None or not (can(ctx.actor, "run.see") or can(ctx.actor, "task.decide", task)):
        raise NotFound(_("There is no such step, or it is not open to you."))
    ctx.session.scalar(select(Run).where(Run.id == task.run_id).options(*_loaded()))
    return task


def runs_of(session: Session, version: ReportVersion) -> list[Run]:
    """The runs of a version, the newest first. It looks at no visibility."""
    return list(
        session.scalars(select(Run).where(Run.version_id == version.id).order_by(Run.id.desc()))
    )


def runs_of_report(ctx: Ctx, report_id: int) -> list[Run]:
    """The visible runs of a report, the newest first."""
    return list(
        ctx.session.scalars(
            _runs(ctx).join(Run.version).where(ReportVersion.report_id == report_id)
        )
    )


def running(session: Session, report_id: int) -> Run | None:
    """The run that a report is on, if any. It looks at no visibility."""
    return session.scalar(
        select(Run)
        .join(Run.version)
        .where(ReportVersion.report_id == report_id, Run.state == RunState.RUNNING)
    )


def first_stage(session: Session, report_id: int, route: Route) -> int:
    """The stage at which the next round of a report begins: after a return, where that leads.

    A route begins anew when the last round took another, or another version of its definition.
    """
    last = session.scalar(
        select(Run)
        .join(Run.version)
        .where(ReportVersion.report_id == report_id)
        .order_by(Run.id.desc())
        .limit(1)
    )
    if last is None or last.state is not RunState.RETURNED or last.definition != route.snapshot():
        return 1
    returned_by = session.scalars(
        select(Task.step).where(Task.run_id == last.id, Task.state == TaskState.RETURNED)
    ).all()
    steps = [step for step in route.steps if step.id in returned_by]
    return min((route.stage_after_return(step) for step in steps), default=1)


def newest_number(session: Session, report_id: int) -> int:
    """The number of the newest version of a report."""
    return (
        session.scalar(
            select(func.max(ReportVersion.number)).where(ReportVersion.report_id == report_id)
        )
        or 0
    )


def paragraph_numbers(session: Session, version_id: int, paragraphs: Iterable[int]) -> str:
    """The numbers that paragraphs have in a version, in short: "12–18, 40". Headings have none."""
    found = session.scalars(
        select(Block.number)
        .where(
            Block.version_id == version_id,
            Block.paragraph_id.in_(list(paragraphs)),
            Block.number.is_not(None),
        )
        .order_by(Block.number)
    )
    spans: list[list[int]] = []
    for number in found:
        if number is None:
            continue
        if spans and spans[-1][-1] == number - 1:
            spans[-1][-1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)


def version_numbers(session: Session, run: Run) -> dict[int, int]:
    """The numbers of the versions that a run's decisions were on, by id."""
    wanted = {task.decision.version_id for task in run.tasks if task.decision}
    rows = session.execute(
        select(ReportVersion.id, ReportVersion.number).where(ReportVersion.id.in_(wanted))
    )
    return {version_id: number for version_id, number in rows}  # noqa: C416


def _on_desk(actor: Actor) -> ColumnElement[bool]:
    """Tasks that lie on the desk of an actor, by the offices held today or stood in for."""
    own = [
        and_(
            Task.role == held.role.value,
            Task.institution_id == held.institution_id
            if held.role is Role.STAKEHOLDER
            else or_(Task.institution_id.is_(None), Task.institution_id == held.institution_id),
            Task.kind != "record",
        )
        for held in actor.held
    ]
    if actor.has(Role.SECRETARIAT):
        own.append(Task.kind == "record")
        own.append(and_(Task.role == Role.STAKEHOLDER.value, Task.institution_id.is_(None)))
    return or_(false(), *own)


def my_tasks(ctx: Ctx) -> list[Task]:
    """The open tasks that wait for the actor, the earliest due first. One statement."""
    if not ctx.actor.is_authenticated:
        return []
    return list(
        ctx.session.scalars(
            select(Task)
            .join(Task.run)
            .where(Task.state == TaskState.OPEN, Run.state == RunState.RUNNING, _on_desk(ctx.actor))
            .options(
                contains_eager(Task.run).joinedload(Run.version).joinedload(ReportVersion.report),
                joinedload(Task.institution),
            )
            .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
        )
    )


def tasks_of_offices(session: Session, offices: Iterable[Office]) -> list[Task]:
    """The open tasks that lie with any of these offices, the earliest due first."""
    pairs = {(office.role, office.institution_id) for office in offices}
    if not pairs:
        return []
    own = [
        and_(
            Task.role == role.value,
            or_(Task.institution_id.is_(None), Task.institution_id == institution_id),
        )
        for role, institution_id in sorted(pairs)
    ]
    return list(
        session.scalars(
            select(Task)
            .join(Task.run)
            .where(Task.state == TaskState.OPEN, Run.state == RunState.RUNNING, or_(*own))
            .options(
                contains_eager(Task.run).joinedload(Run.version).joinedload(ReportVersion.report)
            )
            .order_by(Task.due_on.is_(None), Task.due_on, Task.id)
        )
    )


def wrote(session: Session, person_id: int | None, version_id: int) -> bool:
    """Whether a person has written in a text: in this version or in an earlier one of it.

    Asked of the record of events too: a block keeps only who edited it last, and a comma of
    somebody else does not make an author a stranger. What they wrote may have been changed since.
    """
    if person_id is None:
        return False
    live = select(Block.paragraph_id).where(
        Block.version_id == version_id, Block.removed_in.is_(None)
    )
    edited_last = select(Block.id).where(
        Block.version_id == version_id,
        Block.edited_by_id == person_id,
        Block.removed_in.is_(None),
    )
    edited_once = (
        select(Block.id)
        .join(Event, Event.subject_id == cast(Block.id, String))
        .where(
            Event.actor_id == person_id,
            Event.subject_type == Block.__tablename__,
            Event.kind.in_(WRITING),
            Block.paragraph_id.in_(live),
        )
    )
    return bool(session.scalar(select(or_(edited_last.exists(), edited_once.exists()))))


def last_decided(ctx: Ctx, task: Task) -> Decision | None:
    """What the actor, or this office, decided last on another version of the same report."""
    report_id = task.run.version.report_id
    same_office = and_(Task.role == task.role, Task.institution_id == task.institution_id)
    return ctx.session.scalar(
        select(Decision)
        .join(Decision.task)
        .join(ReportVersion, ReportVersion.id == Decision.version_id)
        .where(
            ReportVersion.report_id == report_id,
            Decision.version_id != task.run.version_id,
            or_(Decision.decided_by_id == ctx.actor.id, same_office),
        )
        .order_by(Decision.id.desc())
        .limit(1)
    )


def deliveries(session: Session, task_ids: Sequence[int]) -> list[Message]:
    """The mails that asked, by task, with what became of them: the proof of delivery."""
    return list(
        session.scalars(
            select(Message)
            .where(
                Message.kind == ASKED,
                Message.subject_type == Task.__tablename__,
                Message.subject_id.in_([str(one) for one in task_ids]),
            )
            .order_by(Message.id)
        )
    )


def office_words(role: Role, institution: object | None) -> str:
    """An office in words: "Validating authority, Ministry of Justice"."""
    name = str(ROLE_LABELS[role])
    return f"{name}, {institution.name}" if institution is not None else name  # type: ignore[attr-defined]


def capacity(ctx: Ctx, task: Task) -> str:
    """The office in which the actor decides a task, in words; a substitute is called that."""
    role = decider(task.kind, task.role, task.institution_id)
    held = task.institution_id is None or ctx.actor.has_in(task.institution_id, role)
    if not (held and ctx.actor.has(role)):  # the secretariat, for those who write or were heard
        role = Role.SECRETARIAT
    institution = task.institution if role == task.role else None
    words = office_words(role, institution)
    if ctx.actor.id is None:
        return words
    own = ctx.session.scalar(
        select(Office.id)
        .where(
            Office.person_id == ctx.actor.id,
            Office.role == role,
            held_on(ctx.today),
            Office.institution_id == institution.id if institution else Office.id.is_not(None),
        )
        .limit(1)
    )
    return words if own is not None else _("%(office)s (substitute)", office=words)
