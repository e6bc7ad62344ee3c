"""Who is written to about validation. Texts: `templates/email/validation_*.txt`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from nmrf.accounts.models import Person
from nmrf.accounts.queries import holders, recipients, stand_ins
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _l, gettext
from nmrf.core.roles import Role
from nmrf.outbox.service import Recipient, notify
from nmrf.reports.models import ReportVersion
from nmrf.validation.bodies import decider
from nmrf.validation.models import TASK_STATE_LABELS, Run, Task
from nmrf.validation.queries import ASKED, deliveries
from nmrf.validation.states import DECIDED

WHY_OFFICE = _l("you hold an office that is asked at this step.")
WHY_FOLLOW = _l("you follow the validation of reports for the secretariat.")
WHY_PART = _l("you take part in the validation of this report, or write it.")
# To whom a late step goes beside those who decide it.
SUPERIORS: dict[Role, Role] = {
    Role.FOCAL_POINT: Role.VALIDATING_AUTHORITY,
    Role.ALTERNATE: Role.VALIDATING_AUTHORITY,
    Role.VALIDATING_AUTHORITY: Role.MINISTER,
}


def people_of(ctx: Ctx, task: Task) -> list[Person]:
    """Who is asked at a task, with those who stand in for them; an edit step without holders
    is the secretariat's.
    """
    role = decider(task.kind, task.role, task.institution_id)
    institutions = [task.institution_id] if role == task.role and task.institution_id else None
    found = recipients(ctx.session, ctx.today, [role], institutions)
    if not found and task.kind == "edit":
        return secretariat(ctx)
    return found


def office_holders(ctx: Ctx, tasks: Sequence[Task]) -> dict[int, set[int]]:
    """Who holds the office of each task, or stands in there, by ids; two statements."""
    roles = {one.id: decider(one.kind, one.role, one.institution_id) for one in tasks}
    offices = holders(ctx.session, ctx.today, set(roles.values()))
    away = stand_ins(ctx.session, ctx.today, {office.person_id for office in offices})
    found: dict[int, set[int]] = {}
    for task in tasks:
        role = roles[task.id]
        where = task.institution_id if role == task.role else None
        here = {
            office.person_id
            for office in offices
            if office.role is role and where in (None, office.institution_id)
        }
        found[task.id] = here | {one.id for person_id, one in away if person_id in here}
    return found


def secretariat(ctx: Ctx) -> list[Person]:
    """The secretariat, with those who stand in for it."""
    return recipients(ctx.session, ctx.today, [Role.SECRETARIAT])


def _send(
    ctx: Ctx,
    kind: str,
    people: Iterable[Person],
    thing: Run | Task,
    key: str,
    why: Lazy,
    **values: Any,
) -> int:
    run = thing if isinstance(thing, Run) else thing.run
    sent = 0
    for person in {one.id: one for one in people}.values():
        message = notify(
            ctx,
            kind,
            Recipient.of(person),
            thing,
            key=key,
            why=why,
            run=run,
            report=run.version.report,
            version=run.version,
            say=gettext,
            outcomes=TASK_STATE_LABELS,
            **values,
        )
        sent += message is not None
    return sent


def asked(ctx: Ctx, task: Task) -> int:
    """Ask those who decide a task. Gives how many people that is."""
    people = people_of(ctx, task)
    _send(ctx, ASKED, people, task, f"{task.id}", WHY_OFFICE, task=task)
    return len(people)


def asked_since(ctx: Ctx, task: Task) -> int:
    """Ask those who came to the office, or to stand in for it, since the others were asked."""
    told = {message.person_id for message in deliveries(ctx.session, [task.id])}
    people = [person for person in people_of(ctx, task) if person.id not in told]
    return _send(ctx, ASKED, people, task, f"{task.id}", WHY_OFFICE, task=task)


def reminded(ctx: Ctx, task: Task, step: int) -> int:
    """Remind of a task, `step` days before; negative: it is late, and superiors read it too."""
    people = people_of(ctx, task)
    values: dict[str, Any] = {"task": task, "step": step}
    key = f"{task.id}:{task.due_on}:{step}"
    sent = _send(ctx, "validation_reminder", people, task, key, WHY_OFFICE, own=True, **values)
    if step >= 0:
        return sent
    told = {person.id for person in people}
    above = secretariat(ctx)
    superior = SUPERIORS.get(Role(task.role))
    if superior is not None and task.institution_id is not None:
        above += recipients(ctx.session, ctx.today, [superior], [task.institution_id])
    others = [person for person in above if person.id not in told]
    return sent + _send(
        ctx, "validation_reminder", others, task, key, WHY_PART, own=False, **values
    )


def due_moved(ctx: Ctx, task: Task, was: date | None) -> int:
    """Those who decide a step learn that its date is another."""
    return _send(
        ctx,
        "validation_due_moved",
        people_of(ctx, task),
        task,
        f"{task.id}:{was}:{task.due_on}",
        WHY_OFFICE,
        task=task,
        was=was,
    )


def stuck(ctx: Ctx, task: Task, because: str) -> int:
    """The secretariat learns that a step cannot go on: `vacant` or `unproven`."""
    return _send(
        ctx,
        "validation_stuck",
        secretariat(ctx),
        task,
        f"{task.id}:{because}:{task.due_on}",
        WHY_FOLLOW,
        task=task,
        because=because,
    )


def decided(ctx: Ctx, task: Task) -> int:
    """The secretariat learns of a decision, but not of its own."""
    people = [one for one in secretariat(ctx) if one.id != ctx.actor.id]
    return _send(
        ctx,
        "validation_decided",
        people,
        task,
        f"{task.id}",
        WHY_FOLLOW,
        task=task,
        decision=task.decision,
    )


def _written(run: Run) -> list[Task]:
    """The tasks that were decided, in their order."""
    return [task for task in run.tasks if task.state in DECIDED and task.decision is not None]


def _taking_part(ctx: Ctx, run: Run, tasks: Iterable[Task]) -> list[Person]:
    people = recipients(ctx.session, ctx.today, [Role.SECRETARIAT, Role.DRAFTER])
    for task in tasks:
        if task.kind not in {"advise", "consult"}:
            people += people_of(ctx, task)
    return people


def approved(ctx: Ctx, run: Run) -> int:
    """All who decided, the drafters and the secretariat learn that the text passed its route."""
    tasks = _written(run)
    people = _taking_part(ctx, run, tasks)
    return _send(ctx, "validation_approved", people, run, f"{run.id}", WHY_PART, tasks=tasks)


def stands(ctx: Ctx, task: Task, before: ReportVersion) -> int:
    """An office learns that its approval stands for a new version, so that it can object."""
    return _send(
        ctx,
        "validation_stands",
        people_of(ctx, task),
        task,
        f"{task.id}",
        WHY_OFFICE,
        task=task,
        before=before,
    )


def returned(ctx: Ctx, run: Run, task: Task, following: Run | None) -> int:
    """Decision, reason, all remarks, and who holds the text: the drafters, or an earlier step."""
    tasks = _written(run)
    people = _taking_part(ctx, run, tasks)
    return _send(
        ctx,
        "validation_returned",
        people,
        run,
        f"{run.id}",
        WHY_PART,
        task=task,
        decision=task.decision,
        others=[one for one in tasks if one is not task and one.decision and one.decision.reason],
        following=following,
    )


def withdrawn(ctx: Ctx, run: Run, tasks: list[Task]) -> int:
    """Those who were asked learn that they need not answer any more."""
    people = [person for task in tasks for person in people_of(ctx, task)]
    others = [person for person in people if person.id != ctx.actor.id]
    return _send(ctx, "validation_withdrawn", others, run, f"{run.id}", WHY_OFFICE)
