"""How a run moves on. The one place that writes the states of runs and tasks."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _, gettext, speaking
from nmrf.core.roles import SYSTEM, Role
from nmrf.definitions import Route, Step
from nmrf.definitions.routes import VOICES
from nmrf.reports import service as reports
from nmrf.reports.models import ReportVersion, VersionState
from nmrf.reports.queries import draft_of
from nmrf.validation import notices, queries, standing
from nmrf.validation.models import Closing, Decision, Run, RunState, Task, TaskState
from nmrf.validation.planning import Dates, PlannedStep, plan
from nmrf.validation.states import AGREED, RUN_TRANSITIONS, TRANSITIONS


def hold(ctx: Ctx, run_id: int) -> Run:
    """The run with its tasks, read anew and locked until the end of the transaction.

    Without the lock two who decide at the same moment would each see the other as open, and
    nobody would open the next stage.
    """
    run = ctx.session.scalars(
        select(Run)
        .where(Run.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    tasks = ctx.session.scalars(
        select(Task)
        .where(Task.run_id == run_id)
        .options(joinedload(Task.decision), joinedload(Task.institution))
        .execution_options(populate_existing=True)
    ).all()
    ctx.session.expire(run, ["tasks"])
    assert len(run.tasks) == len(tasks)  # noqa: S101 - read from the rows just loaded
    return run


def settle(task: Task, to: TaskState, because: Closing | None = None) -> None:
    """Write the state of a task. Raises `Conflict` for a move that does not exist."""
    if to not in TRANSITIONS[task.state]:
        raise Conflict(_("This step is no longer open: somebody was quicker."))
    task.state = to
    task.closed_because = because


def end(ctx: Ctx, run: Run, to: RunState, because: Closing | None = None) -> None:
    """End a run; whatever is still open or waiting in it is closed.

    Raises:
        Conflict: when it has ended already.
    """
    if to not in RUN_TRANSITIONS[run.state]:
        raise Conflict(_("This validation has ended already."))
    for task in run.tasks:
        if task.state in {TaskState.OPEN, TaskState.WAITING}:
            settle(task, TaskState.CLOSED, because)
    run.state = to
    run.ended_at = ctx.now
    events.record(ctx, f"run.{to.value}", run, version=run.version_id)


def route_of(run: Run) -> Route:
    """The route as it was when the run began."""
    return Route.restore(run.definition)


def step_of(task: Task) -> Step:
    """The step of a task in the route that its run began with."""
    step = route_of(task.run).step(task.step)
    if step is None:  # a snapshot holds the steps that its tasks were made from
        raise LookupError(task.step)
    return step


def is_complete(step: Step, tasks: list[Task]) -> bool:
    """Whether a step lets the next stage open."""
    if step.decides:
        return sum(task.state in AGREED for task in tasks) >= step.needed(len(tasks))
    return all(task.state not in {TaskState.OPEN, TaskState.WAITING} for task in tasks)


def is_lost(step: Step, tasks: list[Task]) -> bool:
    """Whether the step can no longer be agreed: somebody whose voice is needed returned it."""
    possible = sum(task.state in AGREED or task.state is TaskState.OPEN for task in tasks)
    return possible < step.needed(len(tasks))


def advance(ctx: Ctx, run: Run) -> None:
    """Open the next stage for as long as the present one is done; at the end approve the run."""
    route = route_of(run)
    while run.state is RunState.RUNNING:
        here = [step for step in route.steps if step.stage == run.stage]
        by_step = {step.id: [t for t in run.tasks if t.step == step.id] for step in here}
        for step in here:
            if step.decides and is_complete(step, by_step[step.id]):
                for task in by_step[step.id]:
                    if task.state is TaskState.OPEN:
                        settle(task, TaskState.CLOSED, Closing.QUORUM)
        if not all(is_complete(step, by_step[step.id]) for step in here):
            return
        if any(step.kind == "edit" for step in here):
            _take_draft(ctx, run)
        if any(step.kind == "publish" for step in here):
            _publish(ctx, run)
        following = route.next_stage(run.stage)
        if following is None:
            end(ctx, run, RunState.APPROVED)
            ctx.session.flush()
            notices.approved(ctx, run)
            return
        open_stage(ctx, run, following)


def open_stage(ctx: Ctx, run: Run, stage: int) -> None:
    """Ask everybody of a stage. An adviser's office that nobody holds is passed over."""
    run.stage = stage
    route, dates = route_of(run), Dates(ctx, run.version.report)
    if any(step.kind == "edit" for step in route.steps if step.stage == stage):
        _open_draft(ctx, run)
    for task in run.tasks:
        if task.stage != stage or task.state is not TaskState.WAITING:
            continue
        step = step_of(task)
        settle(task, TaskState.OPEN)
        task.opened_at = ctx.now
        task.due_on = dates.due(step, ctx.today)
        ctx.session.flush()
        if _stands(ctx, task, step) or notices.asked(ctx, task):
            continue
        if step.kind in VOICES:
            settle(task, TaskState.CLOSED, Closing.NOBODY)
        else:
            notices.stuck(ctx, task, "vacant")
    ctx.session.flush()
    events.record(ctx, "run.stage_opened", run, stage=stage, version=run.version_id)


def _stands(ctx: Ctx, task: Task, step: Step) -> bool:
    """Keep up the approval of an earlier round, where the route says so and nothing changed.

    Not when whoever gave it has written in the new text since.
    """
    if step.after_return != "stands_if_unchanged":
        return False
    before = standing.earlier(ctx, task)
    if before is None or not before.unchanged:
        return False
    given = before.decision
    wrote = queries.wrote(ctx.session, given.decided_by_id, task.run.version_id)
    if wrote and not step.own_text_allowed:
        return False
    with speaking(ctx.house.settings.default_language):
        capacity = _(
            "Stands from version %(n)s, unchanged: %(office)s",
            n=before.version.number,
            office=queries.office_words(Role(task.role), task.institution),
        )
    service = ctx.acting_as(SYSTEM)
    decided(service, task, given.outcome, given.reason, capacity, task.run.version_id, given)
    events.record(
        service, "task.stands", task, run=task.run_id, version=task.run.version_id, given=given.id
    )
    notices.stands(ctx, task, before.version)
    return True


def _open_draft(ctx: Ctx, run: Run) -> None:
    """An edit step needs a text that can be edited: the next draft, unless there is one."""
    report_id = run.version.report_id
    if draft_of(ctx.session, report_id) is not None:
        return
    newest = ctx.session.scalars(
        select(ReportVersion)
        .where(ReportVersion.report_id == report_id)
        .order_by(ReportVersion.number.desc())
        .limit(1)
    ).one()
    titles = [
        gettext(step.title)
        for step in route_of(run).steps
        if step.stage == run.stage and step.kind == "edit"
    ]
    reports.open_next_version(ctx.acting_as(SYSTEM), newest, note=", ".join(titles)[:400])


def _take_draft(ctx: Ctx, run: Run) -> None:
    """The edited draft is what those after it decide on, if its text is another."""
    draft = draft_of(ctx.session, run.version.report_id)
    if draft is None or reports.hash_of(ctx, draft) == run.version.sha256:
        return
    reports.freeze(ctx.acting_as(SYSTEM), draft)
    run.version = draft
    ctx.session.flush()
    events.record(ctx, "run.version_taken", run, version=draft.id)


def _publish(ctx: Ctx, run: Run) -> None:
    if run.version.state is VersionState.FROZEN:
        reports.publish(ctx.acting_as(SYSTEM), run.version)


def begin(ctx: Ctx, version: ReportVersion, route: Route, planned: Iterable[PlannedStep]) -> Run:
    """A new round along a route, with a task for each who will be asked; the first are asked."""
    steps = list(planned)
    run = Run(
        version=version,
        route=route.id,
        route_version=route.version,
        definition=route.snapshot(),
        round_number=_round_number(ctx, version.report_id),
        state=RunState.RUNNING,
        started_at=ctx.now,
        started_by_id=ctx.actor.id,
    )
    run.tasks = [task for position, step in enumerate(steps, 1) for task in _tasks(step, position)]
    ctx.session.add(run)
    ctx.session.flush()
    events.record(
        ctx, "run.started", run, version=version.id, route=route.ref, round=run.round_number
    )
    open_stage(ctx, run, min(task.stage for task in run.tasks))
    advance(ctx, run)
    return run


def _tasks(planned: PlannedStep, position: int) -> list[Task]:
    step = planned.step
    # An adviser's body without an institution leaves a line too, which says so.
    institutions = [member.institution for member in planned.members] or [None]
    return [
        Task(
            step=step.id,
            title=step.title,
            kind=step.kind,
            stage=step.stage,
            position=position,
            role=step.decider.role,
            institution=institution,
            state=TaskState.WAITING,
            silence_is_consent=step.silence,
        )
        for institution in institutions
    ]


def go_back(ctx: Ctx, run: Run, task: Task) -> Run | None:
    """After a return to an earlier step of editing, the next round begins there at once.

    The steps before it keep what was decided and are not asked again. None where the drafters
    hold the text: the secretariat then sends the next version.
    """
    route, step = route_of(run), step_of(task)
    target = route.step(step.on_return) if step.on_return else None
    if target is None or target.kind != "edit":
        return None
    service = ctx.acting_as(SYSTEM)
    stages = plan(service, run.version, route, route.stage_after_return(step))
    return begin(service, run.version, route, [planned for stage in stages for planned in stage])


def _round_number(ctx: Ctx, report_id: int) -> int:
    """How often this report goes along a route, this time counted."""
    before = ctx.session.scalar(
        select(func.count(Run.id)).join(Run.version).where(ReportVersion.report_id == report_id)
    )
    return (before or 0) + 1


def decided(
    ctx: Ctx,
    task: Task,
    outcome: TaskState,
    reason: str,
    capacity: str,
    version_id: int,
    stands_from: Decision | None = None,
) -> Decision:
    """Write a decision down, with what exactly it is on. It is never changed."""
    settle(task, outcome)
    part: list[int] = []
    if task.kind == "approve":
        version = ctx.session.get_one(ReportVersion, version_id)
        part = standing.part_of(ctx, version, task.institution_id)
    decision = Decision(
        task=task,
        version_id=version_id,
        outcome=outcome,
        reason=reason,
        decided_by_id=ctx.actor.id,
        capacity=capacity[:400],
        decided_at=ctx.now,
        part=part,
        stands_from=stands_from,
    )
    ctx.session.add(decision)
    ctx.session.flush()
    return decision
