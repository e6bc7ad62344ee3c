"""What the clock does: silence as agreement, the end of advice, reminders. Safe twice or late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from nmrf.core import events
from nmrf.core.calendar import is_over
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, speaking
from nmrf.definitions.routes import OPENING, VOICES
from nmrf.outbox.models import MessageState
from nmrf.validation import moves, notices, queries
from nmrf.validation.models import Closing, Run, RunState, Task, TaskState
from nmrf.validation.planning import Dates

REMINDERS = (5, 2, 0)  # days before
OVERDUE = -1
DONE = ("moved", "vacant", "asked", "consents", "unanswered", "unproven", "reminders")
LEAST_NOTICE = 2  # working days between the mail that asked and the date that silence waits for


def apply_due(ctx: Ctx) -> dict[str, int]:
    """Apply silence, end advice whose time is over, ask newcomers, remind, tell who is late.

    Due dates follow the dates that they are counted from. Returns how many: `moved`, `vacant`
    (steps that nobody can decide any more), `asked` (mails), `consents`, `unanswered`,
    `unproven`, `reminders` (mails).
    """
    done: Counter[str] = Counter(dict.fromkeys(DONE, 0))
    run_ids = ctx.session.scalars(
        select(Task.run_id)
        .join(Task.run)
        .where(
            Run.state == RunState.RUNNING,
            Task.state == TaskState.OPEN,
        )
        .distinct()
        .order_by(Task.run_id)
    ).all()
    for run_id in run_ids:
        _apply(ctx, run_id, done)
    return dict(done)


def _apply(ctx: Ctx, run_id: int, done: Counter[str]) -> None:
    run = moves.hold(ctx, run_id)
    zone = ctx.house.settings.time_zone
    settled = False
    dates = Dates(ctx, run.version.report)
    for task in [task for task in run.tasks if task.state is TaskState.OPEN]:
        done["moved"] += _follow(ctx, task, dates)
        if task.kind not in VOICES and not notices.people_of(ctx, task):
            # An account was closed, or an office ended, while its step was open.
            done["vacant"] += notices.stuck(ctx, task, "vacant") > 0
        if task.due_on is None:
            done["asked"] += notices.asked_since(ctx, task)
        elif not is_over(ctx.now, task.due_on, zone):
            # Whoever took the office over, or stands in there since, has not been asked yet.
            done["asked"] += notices.asked_since(ctx, task)
            done["reminders"] += _remind(ctx, task, task.due_on)
        elif task.kind in VOICES:
            moves.settle(task, TaskState.CLOSED, Closing.NO_ANSWER)
            events.record(ctx, "task.unanswered", task, run=run.id)
            done["unanswered"] += 1
            settled = True
        elif task.silence_is_consent and proofs(ctx, [task])[task.id] is not None:
            _consent(ctx, task)
            done["consents"] += 1
            settled = True
        elif task.silence_is_consent:
            done["unproven"] += notices.stuck(ctx, task, "unproven") > 0
            done["reminders"] += notices.reminded(ctx, task, OVERDUE)
        else:
            done["reminders"] += notices.reminded(ctx, task, OVERDUE)
    if settled:
        moves.advance(ctx, run)


def _follow(ctx: Ctx, task: Task, dates: Dates) -> bool:
    """Let the due date of an open step follow the date that it is counted from, when that moves.

    Those asked are told. It never moves to a day that has come already, and where silence is
    agreement never to an earlier one: who was given until a date may keep silent until then.
    """
    step = moves.step_of(task)
    if step.due is None or step.due.anchor == OPENING or task.opened_at is None:
        return False
    opened = local_date(task.opened_at, ctx.house.settings.time_zone)
    now = dates.due(step, opened)
    was = task.due_on
    if now is None or now == was or now <= ctx.today:
        return False
    waited_for = was is not None and (
        now < was or is_over(ctx.now, was, ctx.house.settings.time_zone)
    )
    if waited_for and task.silence_is_consent:
        return False
    task.due_on = now
    events.record(ctx, "task.due_moved", task, run=task.run_id, was=was, became=now)
    notices.due_moved(ctx, task, was)
    return True


def proofs(ctx: Ctx, tasks: Sequence[Task]) -> dict[int, datetime | None]:
    """For each step when the first mail that asked was handed over, if that left enough time to
    object; else None. Three statements, however many steps.

    Silence can only be agreement of somebody who was asked: of one who holds the office today, or
    stands in there. What reached a predecessor proves nothing.
    """
    people = notices.office_holders(ctx, tasks)
    zone, calendar = ctx.house.settings.time_zone, ctx.house.calendar
    found: dict[int, datetime | None] = {task.id: None for task in tasks}
    dues = {task.id: task.due_on for task in tasks}
    for message in queries.deliveries(ctx.session, list(found)):
        task_id, at = int(message.subject_id), message.sent_at
        due_on, before = dues[task_id], found[task_id]
        if message.state is not MessageState.SENT or at is None or due_on is None:
            continue
        in_time = calendar.add_working_days(local_date(at, zone), LEAST_NOTICE) <= due_on
        if in_time and message.person_id in people[task_id] and (before is None or at < before):
            found[task_id] = at
    return found


def _consent(ctx: Ctx, task: Task) -> None:
    with speaking(ctx.house.settings.default_language):
        name = task.institution.name if task.institution else ""
        words = _("By silence until the due date")
        capacity = f"{words}, {name}" if name else words
    moves.decided(ctx, task, TaskState.NO_OBJECTION, "", capacity, task.run.version_id)
    events.record(ctx, "task.consented", task, run=task.run_id, version=task.run.version_id)
    notices.decided(ctx, task)


def _remind(ctx: Ctx, task: Task, due_on: date) -> int:
    left = (due_on - ctx.today).days
    step = min((step for step in REMINDERS if step >= left), default=None)
    asked_on = local_date(task.opened_at, ctx.house.settings.time_zone) if task.opened_at else None
    if step is None or asked_on == ctx.today:  # whoever was asked today has just read it
        return 0
    return notices.reminded(ctx, task, step)
