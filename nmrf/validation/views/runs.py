"""What is on its way, and the page of one validation."""

from __future__ import annotations

from typing import Any

import flask

from nmrf.access import can
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, gettext
from nmrf.cycles.views.common import attempt
from nmrf.validation import queries, service
from nmrf.validation.forms import WithdrawForm
from nmrf.validation.models import RUN_STATE_LABELS, Run, RunState, TaskState
from nmrf.validation.views.common import (
    RUN_BADGES,
    Page,
    bp,
    decision_words,
    drafters,
    heads,
    holder_of,
    lock_of,
    own_ids,
    reason_shown,
    stages_of,
    state_words,
    status,
)
from nmrf.web.edge import allow, ctx
from nmrf.web.filters import address


@bp.get("/validation")
def index() -> str:
    allow("run.see")
    context = ctx()
    page = queries.ended(context, flask.request.args.get("page", 1, int))
    return flask.render_template(
        "validation/index.html",
        running=[heads(context, run) for run in queries.under_way(context)],
        returned=[heads(context, run) for run in queries.returned(context)],
        ended=[heads(context, run) for run in page.items],
        pages=_pages(page),
        mine=queries.my_tasks(context),
        titles=gettext,
    )


def _pages(page: Any) -> dict[str, Any]:
    numbers = range(1, page.pages + 1)
    return {
        "page": page.number,
        "pages": page.pages,
        "total": page.total,
        "first": page.first,
        "last": page.last,
        "previous_url": address(page=page.number - 1) if page.number > 1 else "",
        "next_url": address(page=page.number + 1) if page.number < page.pages else "",
        "links": [
            {"label": words.number(n), "url": address(page=n), "current": n == page.number}
            for n in numbers
            if n in {1, page.pages} or abs(n - page.number) <= 2
        ],
    }


@bp.get("/validation/runs/<int:run_id>")
def run(run_id: int) -> str:
    allow("run.see")
    context = ctx()
    return _page(context, queries.get_run(context, run_id), WithdrawForm(formdata=None))


def _page(context: Ctx, one: Run, form: WithdrawForm) -> str:
    if not form.lock.data:
        form.lock.data = str(one.lock)
    others = [
        other
        for other in queries.runs_of_report(context, one.version.report_id)
        if other is not one
    ]
    open_tasks = [task for task in one.tasks if task.state is TaskState.OPEN]
    return flask.render_template(
        "validation/run.html",
        run=one,
        version=one.version,
        report=one.version.report,
        route=gettext(str(one.definition["title"])),
        source=one.definition["source"],
        state=str(RUN_STATE_LABELS[one.state]),
        badge=RUN_BADGES[one.state],
        stages=stages_of(context, one),
        holders=[holder_of(context, task) for task in open_tasks],
        drafters=drafters(context, one) if one.state is RunState.RETURNED else None,
        timeline=timeline(context, one),
        others=[heads(context, other) for other in others],
        mine=[task for task in queries.my_tasks(context) if task.run_id == one.id],
        newer=_newer(context, one),
        following=min(
            (other for other in others if other.id > one.id), key=lambda r: r.id, default=None
        ),
        form=own_ids(form, "withdraw"),
        titles=gettext,
    )


def _newer(context: Ctx, one: Run) -> int | None:
    """The number of the version that followed a returned one, if there is any."""
    newest = queries.newest_number(context.session, one.version.report_id)
    return newest if newest > one.version.number else None


def timeline(context: Ctx, one: Run) -> list[dict[str, Any]]:
    """What happened on the way, the newest first."""
    found: list[dict[str, Any]] = [
        {
            "at": one.started_at,
            "what": _("Sent along the route, round %(n)s", n=one.round_number),
        }
    ]
    opened: dict[Any, list[str]] = {}
    for task in one.tasks:
        if task.opened_at is not None:
            opened.setdefault(task.opened_at, [])
            if gettext(task.title) not in opened[task.opened_at]:
                opened[task.opened_at].append(gettext(task.title))
    found += [
        {"at": at, "what": _("Opened: %(steps)s", steps=", ".join(titles))}
        for at, titles in opened.items()
    ]
    numbers = queries.version_numbers(context.session, one)
    for task in one.tasks:
        if task.decision is not None:
            found.append(
                {
                    "at": task.decision.decided_at,
                    "what": f"{gettext(task.title)}: {state_words(task)}",
                    "who": decision_words(context, task).rsplit(" · ", 1)[0],
                    "detail": reason_shown(context, task),
                    "version": _("on version %(n)s", n=numbers[task.decision.version_id]),
                }
            )
    if one.ended_at is not None:
        found.append(
            {
                "at": one.ended_at,
                "what": str(RUN_STATE_LABELS[one.state]),
                "detail": one.withdrawn_reason if can(context.actor, "board.see") else "",
            }
        )
    found.sort(key=lambda entry: entry["at"])
    zone = context.house.settings.zone
    return [
        {**entry, "when": words.short_moment(entry["at"], zone), "iso": entry["at"].isoformat()}
        for entry in reversed(found)
    ]


@bp.post("/validation/runs/<int:run_id>/withdraw")
def withdraw(run_id: int) -> Page:
    allow("run.manage")
    context = ctx()
    one = queries.get_run(context, run_id)
    form = WithdrawForm()
    if attempt(
        form, lambda: service.withdraw(context, one, form.reason.data or "", lock_of(form)), one
    ):
        flask.flash(_("Withdrawn. Those who were asked are told by mail."), "success")
        return flask.redirect(flask.url_for("validation.run", run_id=one.id), 303)
    return _page(context, queries.get_run(context, run_id), form), status()
