"""Routes of validation: start, decide, withdraw. How a run moves on is in `moves.py`."""

from __future__ import annotations

from sqlalchemy import select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.i18n import _, speaking
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.definitions import Step
from nmrf.definitions.routes import VOICES
from nmrf.reports import service as reports
from nmrf.reports.models import Report, ReportVersion, VersionState
from nmrf.reports.queries import draft_of
from nmrf.validation import moves, notices, queries, standing
from nmrf.validation.deadlines import apply_due
from nmrf.validation.models import Closing, Decision, Run, RunState, Task, TaskState
from nmrf.validation.planning import PlannedStep, plan, route_for
from nmrf.validation.states import OUTCOMES, WITH_REASON

__all__ = ["apply_due", "decide", "stand", "start", "withdraw"]


def start(
    ctx: Ctx,
    version: ReportVersion,
    route: str = "",
    *,
    whole: bool = False,
    lock: int | None = None,
) -> Run:
    """Send the newest version of a report along a route, that of the practice unless named.

    After a return the route says with which step it goes on; `whole` begins it anew.

    A draft is frozen. The run keeps the definition as it is now, with a task for each that will
    be asked; those of the first stage are asked at once.

    Raises:
        Conflict: when the version is not the newest, was submitted, or a route is under way.
        Invalid: at `route` when there is no such route, or nobody could decide one of its steps.
    """
    ctx.session.scalar(  # two who start at the same moment stand in line
        select(Report.id).where(Report.id == version.report_id).with_for_update()
    )
    check_lock(version, lock)
    _check_startable(ctx, version)
    access.require(ctx.actor, "run.manage")
    chosen = route_for(ctx, version.report, route)
    first = 1 if whole else queries.first_stage(ctx.session, version.report_id, chosen)
    planned = [step for stage in plan(ctx, version, chosen, first) for step in stage]
    _check_people(planned)
    if version.state is VersionState.DRAFT:
        reports.freeze(ctx, version)
    return moves.begin(ctx, version, chosen, planned)


def _check_startable(ctx: Ctx, version: ReportVersion) -> None:
    if version.report.submitted_version_id is not None or version.state is VersionState.SUBMITTED:
        raise Conflict(_("This report has been submitted. It takes no further route."))
    newest = queries.newest_number(ctx.session, version.report_id)
    if version.number != newest:
        raise Conflict(
            _(
                "Version %(old)s is not the newest: there is a version %(new)s. Send that one.",
                old=version.number,
                new=newest,
            )
        )
    if queries.running(ctx.session, version.report_id) is not None:
        raise Conflict(
            _("This report is on its way along a route already. Withdraw that one first.")
        )


def _check_people(planned: list[PlannedStep]) -> None:
    stuck = [step for step in planned if step.stuck]
    if stuck:
        said = "; ".join(f"{step.title} ({', '.join(step.vacant)})" for step in stuck)
        raise Invalid(
            _(
                "Nobody could decide at these steps, so the text would stay there: %(steps)s. "
                "Give somebody the office, or assign the recommendations, and start then.",
                steps=said,
            ),
            place="route",
        )


def decide(
    ctx: Ctx, task: Task, outcome: TaskState, reason: str = "", lock: int | None = None
) -> Decision:
    """Decide a step, or give the advice asked for. Later than the due date is taken as well,
    for as long as nothing was concluded from the silence.

    Raises:
        Conflict: when the step is not open any more, or not yet, or the form is stale.
        Refused: for whoever does not hold the office, or wrote the text that is to be approved.
        Invalid: at `reason` when it is missing, at `outcome` when this step has no such answer.
    """
    run = moves.hold(ctx, task.run_id)
    _check_open(task)
    check_lock(task, lock)
    if outcome not in OUTCOMES[task.kind]:
        raise _no_such_outcome(task)
    step = _may_decide(ctx, run, task)
    needed = outcome in WITH_REASON or step.reason == "always"
    words = inputs.prose(reason, "reason", required=needed)
    version_id = run.version_id
    if step.kind == "edit":  # what is finished is the draft, not the text that was sent out
        draft = draft_of(ctx.session, run.version.report_id)
        version_id = draft.id if draft is not None else version_id
    decision = moves.decided(ctx, task, outcome, words, _capacity(ctx, task), version_id)
    events.record(ctx, "task.decided", task, run=run.id, outcome=outcome.value, version=version_id)
    tasks = [other for other in run.tasks if other.step == task.step]
    if outcome is TaskState.RETURNED and moves.is_lost(step, tasks):
        moves.end(ctx, run, RunState.RETURNED, Closing.RETURNED)
        ctx.session.flush()
        following = moves.go_back(ctx, run, task)
        notices.returned(ctx, run, task, following)
        return decision
    _go_on(ctx, run, task)
    return decision


def stand(ctx: Ctx, task: Task, lock: int | None = None) -> Decision:
    """Keep up the approval of an earlier round for the text as it is now, with its remarks.

    Raises:
        Conflict: as `decide` does, and where this office gave no approval before.
        Refused: as `decide` does.
    """
    run = moves.hold(ctx, task.run_id)
    _check_open(task)
    check_lock(task, lock)
    _may_decide(ctx, run, task)
    before = standing.earlier(ctx, task)
    if before is None:
        raise Conflict(_("This office gave no approval in an earlier round that could stand."))
    given = before.decision
    decision = moves.decided(
        ctx, task, given.outcome, given.reason, _capacity(ctx, task), run.version_id, given
    )
    events.record(ctx, "task.stands", task, run=run.id, version=run.version_id, given=given.id)
    _go_on(ctx, run, task)
    return decision


def _capacity(ctx: Ctx, task: Task) -> str:
    with speaking(ctx.house.settings.default_language):
        return queries.capacity(ctx, task)


def _go_on(ctx: Ctx, run: Run, task: Task) -> None:
    moves.advance(ctx, run)
    if run.state is RunState.RUNNING:
        notices.decided(ctx, task)


def _may_decide(ctx: Ctx, run: Run, task: Task) -> Step:
    """The step of a task that the actor may decide. Raises `Refused`."""
    access.require(ctx.actor, "task.decide", task)
    step = moves.step_of(task)
    if (
        step.kind == "approve"
        and not step.own_text_allowed
        and queries.wrote(ctx.session, ctx.actor.id, run.version_id)
    ):
        raise Refused(
            _(
                "You wrote in this text yourself, so you cannot approve it as well. Another "
                "holder of the office, or your substitute, decides."
            )
        )
    return step


def _check_open(task: Task) -> None:
    if task.state is TaskState.OPEN:
        return
    if task.state is TaskState.WAITING:
        raise Conflict(_("It is not the turn of this step yet."))
    if task.decision is not None:
        raise Conflict(
            _(
                "This step was decided already, by: %(who)s. Nothing of yours was saved.",
                who=task.decision.capacity,
            )
        )
    raise Conflict(_("This step is closed and no longer asks for an answer."))


def _no_such_outcome(task: Task) -> Refused | Invalid:
    if task.kind in VOICES:
        return Refused(
            _(
                "This step asks for advice. Advice is heard and recorded, and approves or returns "
                "nothing."
            )
        )
    return Invalid(_("Choose one of the answers of this step."), place="outcome")


def withdraw(ctx: Ctx, run: Run, reason: str, lock: int | None = None) -> None:
    """Take a version off its route, with the reason. Those who were asked are told.

    Raises:
        Conflict: when the run has ended, or the form is stale.
        Invalid: at `reason` when it is empty.
    """
    run = moves.hold(ctx, run.id)
    check_lock(run, lock)
    if run.state is not RunState.RUNNING:
        raise Conflict(_("This validation has ended already."))
    access.require(ctx.actor, "run.manage")
    run.withdrawn_reason = inputs.prose(reason, "reason", required=True)
    asked = [task for task in run.tasks if task.state is TaskState.OPEN]
    moves.end(ctx, run, RunState.WITHDRAWN, Closing.WITHDRAWN)
    notices.withdrawn(ctx, run, asked)
