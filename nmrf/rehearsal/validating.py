"""A validation as it is played: each step is decided by somebody who holds its office."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from nmrf import access
from nmrf.accounts.models import Person
from nmrf.accounts.queries import actor_for, holders
from nmrf.core.ctx import Ctx
from nmrf.core.roles import Role
from nmrf.rehearsal.play import Play
from nmrf.reports import drafting
from nmrf.reports.models import ReportVersion
from nmrf.reports.queries import draft_of
from nmrf.validation import queries
from nmrf.validation import service as validation
from nmrf.validation.bodies import decider
from nmrf.validation.models import Run, RunState, Task, TaskState
from nmrf.validation.moves import step_of

LONGEST = 120  # steps and waits of one run; a route that does not end is a fault
REASON = "Two sentences do not say what our update says. Please take the words of the update."
REMARK = "Approved on behalf of the office (demonstration)."


def start(play: Play, version: ReportVersion, route: str = "") -> Run:
    """The secretariat sends a version along a route, that of the practice unless named."""
    with play.acting("secretariat") as ctx:
        run = validation.start(ctx, version, route)
    play.say(f"Version {version.number} goes along the route “{run.route}”, run {run.round_number}")
    return run


def following(play: Play, version: ReportVersion) -> Run | None:
    """The round that a return to a step of editing has begun by itself, if it did."""
    return queries.running(play.session, version.report_id)


def to_the_end(play: Play, run: Run, *, return_once: bool = False) -> RunState:
    """Decide step after step, a working day at a time, until the run ends.

    With `return_once` the first who can return the text does so. Gives the state at the end.
    """
    for _step in range(LONGEST):
        play.session.refresh(run)
        if run.state is not RunState.RUNNING:
            break
        task = _next(play, run)
        if task is None:
            play.move_to(play.working_day(play.today + timedelta(days=1)))
            continue
        _decide(play, run, task, return_it=return_once and task.kind in {"approve", "record"})
        if all(one.kind != task.kind for one in _open(play, run)):
            play.move_to(play.working_day(play.today + timedelta(days=1)))
    return run.state


def some(play: Play, run: Run, most: int) -> None:
    """The first few decide, and the others stay asked."""
    for task in _open(play, run)[:most]:
        _decide(play, run, task, return_it=False)


def until(play: Play, run: Run, role: Role) -> None:
    """Decide step after step until somebody in this role is asked."""
    for _step in range(LONGEST):
        task = _next(play, run)
        if task is None or task.role == role.value:
            return
        _decide(play, run, task, return_it=False)


def _open(play: Play, run: Run) -> list[Task]:
    return list(
        play.session.scalars(
            select(Task)
            .where(Task.run_id == run.id, Task.state == TaskState.OPEN)
            .order_by(Task.stage, Task.position, Task.id)
        )
    )


def _next(play: Play, run: Run) -> Task | None:
    """The next open step that somebody can decide; what nobody holds ends at its date."""
    ctx = play.ctx(actor_for(play.session, play.person("secretariat"), play.today))
    return next((task for task in _open(play, run) if _who(ctx, run, task)), None)


def _who(ctx: Ctx, run: Run, task: Task) -> Person | None:
    """Somebody who holds the office of a step today and may decide it."""
    role = decider(task.kind, task.role, task.institution_id)
    where = None if task.institution_id is None or task.kind == "record" else [task.institution_id]
    for office in holders(ctx.session, ctx.today, [role], where):
        own = ctx.acting_as(actor_for(ctx.session, office.person, ctx.today))
        if not access.can(own.actor, "task.decide", task):
            continue
        if task.kind == "approve" and queries.wrote(ctx.session, office.person_id, run.version_id):
            continue
        return office.person
    return None


def _decide(play: Play, run: Run, task: Task, *, return_it: bool) -> None:
    person = _who(
        play.ctx(actor_for(play.session, play.person("secretariat"), play.today)), run, task
    )
    assert person is not None  # noqa: S101 - asked before
    always = step_of(task).reason == "always"
    if return_it:
        outcome, reason = TaskState.RETURNED, REASON
    elif task.kind in {"advise", "consult"}:
        outcome, reason = TaskState.ADVISED, "We have read the text and advise to publish it soon."
    else:
        outcome, reason = TaskState.APPROVED, REMARK if always else ""
    if task.kind == "edit":
        _touch_up(play, run, person)
    with play.acting(person) as ctx:
        decision = validation.decide(ctx, task, outcome, reason)
        said = f"{task.title}: {outcome.value.replace('_', ' ')}, by {decision.capacity}"
    play.say(f"{said}{f' – {reason}' if reason else ''}", "decided")


def _touch_up(play: Play, run: Run, person: Person) -> None:
    """At a step of editing somebody may open the draft and leave it as it is; here it is read."""
    with play.acting(person) as ctx:
        draft = draft_of(ctx.session, run.version.report_id)
        if draft is not None:
            play.say(f"{person.name} reads version {draft.number} and leaves it as it is")


def mend(play: Play, version: ReportVersion, following_note: str) -> ReportVersion:
    """After a return: the drafter opens the next version and mends a paragraph."""
    from nmrf.rehearsal import reporting
    from nmrf.reports import service as reports

    with play.acting("drafter") as ctx:
        following = draft_of(ctx.session, version.report_id)
        if following is None:
            newest = reporting.newest(play, version.report)
            following = reports.open_next_version(ctx, newest, note=following_note)
        block = reporting.paragraphs(play, following)[1]
        drafting.edit_block(
            ctx,
            block,
            lock=block.lock,
            text=f"{block.text} Their words were taken over.",
            why="Returned by a ministry",
        )
        number = block.number
    play.say(f"The drafter mends paragraph {number} in version {following.number}")
    return following
