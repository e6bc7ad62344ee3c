"""How runs, steps and decisions are shown; what the views of validation share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import flask

from nmrf.access import can
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due, due
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.cycles.views.common import Page, lock_of, own_ids, status
from nmrf.definitions import Route, Step
from nmrf.reports.models import ReportVersion
from nmrf.validation import deadlines
from nmrf.validation.bodies import decider
from nmrf.validation.models import (
    CLOSING_LABELS,
    RUN_STATE_LABELS,
    TASK_STATE_LABELS,
    Closing,
    Run,
    RunState,
    Task,
    TaskState,
)
from nmrf.validation.moves import route_of
from nmrf.validation.queries import office_words

bp = flask.Blueprint("validation", __name__)

RUN_BADGES = {
    RunState.RUNNING: "active",
    RunState.RETURNED: "due",
    RunState.APPROVED: "done",
    RunState.WITHDRAWN: "withdrawn",
}
TASK_BADGES = {
    TaskState.WAITING: "open",
    TaskState.OPEN: "waiting",
    TaskState.APPROVED: "done",
    TaskState.APPROVED_WITH_REMARKS: "done",
    TaskState.ADVISED: "done",
    TaskState.NO_OBJECTION: "done",
    TaskState.RETURNED: "due",
    TaskState.CLOSED: "closed",
}


def state_words(task: Task) -> str:
    """The state of a task in words that fit its kind."""
    if task.state is TaskState.CLOSED and task.closed_because is not None:
        if task.closed_because is Closing.NO_ANSWER and task.kind == "consult":
            return _("The time for comments is over")
        return str(CLOSING_LABELS[task.closed_because])
    if task.state is TaskState.APPROVED and task.kind == "edit":
        return _("Text ready")
    if task.state is TaskState.APPROVED and task.kind == "publish":
        return _("Published")
    return str(TASK_STATE_LABELS[task.state])


def office_of(task: Task) -> str:
    """The office on whose desk the task lies, in words."""
    role = decider(task.kind, task.role, task.institution_id)
    return office_words(role, task.institution if role == task.role else None)


def holder_of(context: Ctx, task: Task) -> dict[str, str] | None:
    """Who holds an open task, and since when."""
    if task.state is not TaskState.OPEN or task.opened_at is None:
        return None
    local = task.opened_at.astimezone(context.house.settings.zone).date()
    days = (context.today - local).days
    return {
        "name": office_of(task),
        "since": words.short_day(local),
        "iso": local.isoformat(),
        "waiting": ngettext("for %(n)s day", "for %(n)s days", days) if days else "",
    }


def due_of(context: Ctx, task: Task) -> Due | None:
    """The due date of an open task; nothing once it is settled."""
    if task.due_on is None or task.state is not TaskState.OPEN:
        return None
    return due(task.due_on, context.now, context.house.settings.time_zone)


def rule_of(step: Step, count: int) -> str:
    """How many of those asked must agree."""
    if step.kind in {"advise", "consult"}:
        return _("advice only")
    if not step.decides or count < 2:
        return ""
    needed = step.needed(count)
    if needed == count:
        return _("all must agree")
    return _("%(needed)s of %(count)s must agree", needed=needed, count=count)


def stages_of(context: Ctx, run: Run) -> list[dict[str, Any]]:
    """The way of a run for `ui.steps`: what stands in one row happens side by side."""
    route = route_of(run)
    silent = [t for t in run.tasks if t.silence_is_consent and t.state is TaskState.OPEN]
    proofs = deadlines.proofs(context, silent) if silent else {}
    stages = []
    for _number, found in groupby(run.tasks, key=lambda task: task.stage):
        tasks = list(found)
        ids = list(dict.fromkeys(task.step for task in tasks))
        alone = len(ids) == 1
        step = route.step(ids[0])
        stages.append(
            {
                "label": gettext(tasks[0].title) if alone else _("Side by side"),
                "rule": rule_of(step, len(tasks)) if alone and step else "",
                "members": [
                    {
                        **_member(context, task, alone=alone),
                        "note": _silence(context, proofs[task.id]) if task.id in proofs else "",
                    }
                    for task in tasks
                ],
            }
        )
    return stages


def _silence(context: Ctx, proven: datetime | None) -> str:
    """What silence at a step would mean as things stand now, for all who see the run."""
    if proven is None:
        return _(
            "Silence would not count as agreement yet: the mail that asked has not been delivered."
        )
    return _(
        "No objection by then counts as agreement: the mail that asked was delivered %(moment)s.",
        moment=words.short_moment(proven, context.house.settings.zone),
    )


def _member(context: Ctx, task: Task, *, alone: bool) -> dict[str, Any]:
    name = task.institution.name if task.institution else ""
    label = (name or office_of(task)) if alone else gettext(task.title)
    if name and not alone:
        label = f"{label}: {name}"
    decision = task.decision
    reads = decision is not None and can(context.actor, "decision.read", task)
    said = due_of(context, task)
    return {
        "label": label,
        "state": "late" if said and said.state == "overdue" else TASK_BADGES[task.state],
        "state_label": state_words(task),
        "holder": holder_of(context, task),
        "due": said,
        "decision": decision_words(context, task),
        "reason": decision.reason if decision and reads else "",
        "url": flask.url_for("validation.task", task_id=task.id)
        if task.state is not TaskState.WAITING
        else "",
    }


def decision_words(context: Ctx, task: Task) -> str:
    """Who decided, in what office, when: "Ana Example, Minister, 3 March 2026, 10:00"."""
    decision = task.decision
    if decision is None:
        return ""
    when = words.short_moment(decision.decided_at, context.house.settings.zone)
    person = decision.decided_by.name if decision.decided_by else ""
    return " · ".join(part for part in (person, decision.capacity, when) if part)


def version_label(version: ReportVersion) -> str:
    return _("version %(n)s", n=version.number)


def heads(context: Ctx, run: Run) -> dict[str, Any]:
    """A run in a list: what, where it stands, and who holds it."""
    open_tasks = [task for task in run.tasks if task.state is TaskState.OPEN]
    dues = [said for task in open_tasks if (said := due_of(context, task)) is not None]
    stages = sorted({task.stage for task in run.tasks})
    return {
        "run": run,
        "report": run.version.report,
        "version": version_label(run.version),
        "url": flask.url_for("validation.run", run_id=run.id),
        "route": gettext(str(run.definition["title"])),
        "state": str(RUN_STATE_LABELS[run.state]),
        "badge": RUN_BADGES[run.state],
        "place": _("step %(n)s of %(of)s", n=stages.index(run.stage) + 1, of=len(stages)),
        "holders": [holder for task in open_tasks if (holder := holder_of(context, task))]
        if run.state is RunState.RUNNING
        else [drafters(context, run)]
        if run.state is RunState.RETURNED
        else [],
        "due": min(dues, key=lambda said: said.iso, default=None),
        "ended": run.ended_at.astimezone(context.house.settings.zone).date()
        if run.ended_at
        else None,
        "returns": [
            (task, reason_shown(context, task))
            for task in run.tasks
            if task.state is TaskState.RETURNED
        ],
    }


def reason_shown(context: Ctx, task: Task) -> str:
    """The reason of a decision, for those who may read it."""
    if task.decision is None or not can(context.actor, "decision.read", task):
        return ""
    return task.decision.reason


def drafters(context: Ctx, run: Run) -> dict[str, str] | None:
    """After a return somebody always holds the text: the drafters."""
    if run.ended_at is None:
        return None
    on = run.ended_at.astimezone(context.house.settings.zone).date()
    return {"name": _("the drafters"), "since": words.short_day(on), "iso": on.isoformat()}


def routes_shown(routes: Sequence[Route]) -> list[dict[str, str]]:
    """The routes to choose from, with what they do and where that is written."""
    return [
        {
            "id": route.id,
            "title": gettext(route.title),
            "description": gettext(route.description),
            "source": route.source,
        }
        for route in routes
    ]


__all__ = [
    "Page",
    "bp",
    "decision_words",
    "due_of",
    "heads",
    "holder_of",
    "lock_of",
    "own_ids",
    "stages_of",
    "state_words",
    "status",
]
