"""The one page of a decision: what I am asked, by when, the text, what others said, the buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from nmrf.access import can
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.cycles.views.common import attempt
from nmrf.outbox.models import MessageState
from nmrf.reports import margins
from nmrf.reports.models import ReportVersion
from nmrf.reports.queries import draft_of
from nmrf.validation import moves, queries, service, standing
from nmrf.validation.forms import DecisionForm
from nmrf.validation.models import Closing, RunState, Task, TaskState
from nmrf.validation.states import DECIDED, OUTCOMES
from nmrf.validation.views.common import (
    TASK_BADGES,
    Page,
    bp,
    decision_words,
    due_of,
    holder_of,
    lock_of,
    office_of,
    reason_shown,
    state_words,
    status,
)
from nmrf.web.edge import ctx

MOST_CHANGES = 20  # shown on the page; the redline shows all
STANDS = "stands"  # the button that keeps up an earlier approval


@bp.route("/validation/tasks/<int:task_id>", methods=["GET", "POST"])
def task(task_id: int) -> Page:
    context = ctx()
    one = queries.get_task(context, task_id)
    if flask.request.method == "GET":
        return _page(context, one, DecisionForm(formdata=None, lock=one.lock))
    form = DecisionForm()
    if form.outcome.data == STANDS:
        return _answered(context, one, form, lambda: service.stand(context, one, lock_of(form)))
    outcome = form.chosen()
    if outcome is None:
        form.add_problem(ValueError(_("Choose one of the answers of this step.")))
        return _page(context, one, form), 422
    reason = form.reason.data or ""
    return _answered(
        context, one, form, lambda: service.decide(context, one, outcome, reason, lock_of(form))
    )


def _answered(context: Ctx, one: Task, form: DecisionForm, act: Callable[[], object]) -> Page:
    if attempt(form, act, one):
        flask.flash(_said(context, one), "success")
        return flask.redirect(flask.url_for("validation.run", run_id=one.run_id), 303)
    return _page(context, queries.get_task(context, one.id), form), status()


def _said(context: Ctx, one: Task) -> str:
    if one.run.state is RunState.APPROVED:
        return _("Thank you. The text has now passed every step of its route.")
    if one.run.state is RunState.RETURNED:
        following = queries.running(context.session, one.run.version.report_id)
        if following is not None:
            return _(
                "Returned. Round %(n)s has begun with an earlier step; those of it have your "
                "reason by mail.",
                n=following.round_number,
            )
        return _("Returned. The drafters hold the text now, and have your reason by mail.")
    opened = [task for task in one.run.tasks if task.state is TaskState.OPEN]
    return ngettext(
        "Thank you, this is recorded. %(n)s other still has to answer.",
        "Thank you, this is recorded. %(n)s others still have to answer.",
        len(opened),
    )


def _page(context: Ctx, one: Task, form: DecisionForm) -> str:
    run, version = one.run, one.run.version
    step = moves.step_of(one)
    asked = one.state is TaskState.OPEN and bool(can(context.actor, "task.decide", one))
    own_text = (
        asked
        and step.kind == "approve"
        and not step.own_text_allowed
        and queries.wrote(context.session, context.actor.id, run.version_id)
    )
    sees_text = bool(can(context.actor, "version.see", version))
    draft = draft_of(context.session, version.report_id) if step.kind == "edit" else None
    return flask.render_template(
        "validation/task.html",
        task=one,
        run=run,
        version=version,
        report=version.report,
        step=step,
        title=gettext(one.title),
        office=office_of(one),
        state=state_words(one),
        badge=TASK_BADGES[one.state],
        due=due_of(context, one),
        holder=holder_of(context, one),
        asked=asked,
        own_text=own_text,
        outcomes=[outcome.value for outcome in OUTCOMES[one.kind]],
        reason_always=step.reason == "always",
        decision=decision_words(context, one),
        reason=reason_shown(context, one),
        form=form,
        sees_text=sees_text,
        draft=draft if draft and can(context.actor, "version.see", draft) else None,
        last=_last(context, one),
        earlier=_earlier(context, one) if asked and sees_text else None,
        part=_part(context, one),
        comments=_comments(context, version) if sees_text else None,
        links=[link for link in margins.links_of(context, version) if sees_text and link.url]
        if one.kind == "consult"
        else [],
        others=_others(context, one),
        proof=_proof(context, one) if can(context.actor, "board.see") else [],
        no_answer=one.closed_because is Closing.NO_ANSWER,
        sees_run=bool(can(context.actor, "run.see")),
    )


def _earlier(context: Ctx, one: Task) -> dict[str, Any] | None:
    """What this office approved in an earlier round, with the redline of its part since."""
    found = standing.earlier(context, one) if one.kind == "approve" else None
    if found is None or not can(context.actor, "version.see", found.version):
        return None
    given = found.decision
    return {
        "found": found,
        "who": decision_words(context, given.task),
        "round": given.task.run.round_number,
        "version": found.version,
        "remarks": given.reason,
        "shown": found.changes[:MOST_CHANGES],
        "more": max(0, len(found.changes) - MOST_CHANGES),
    }


def _part(context: Ctx, one: Task) -> str:
    """The numbers of the paragraphs that a decision was on, beyond the whole text."""
    if one.decision is None or not one.decision.part:
        return ""
    return queries.paragraph_numbers(context.session, one.decision.version_id, one.decision.part)


def _last(context: Ctx, one: Task) -> ReportVersion | None:
    """The version that this office decided on before, to compare with."""
    decision = queries.last_decided(context, one)
    if decision is None:
        return None
    before = context.session.get(ReportVersion, decision.version_id)
    return before if before and can(context.actor, "version.see", before) else None


def _comments(context: Ctx, version: ReportVersion) -> dict[str, Any] | None:
    """How many comments the text has that the actor sees; None while it takes none."""
    found = margins.counts(context, version)
    if not found:
        return None
    return {
        "count": sum(count for count, _url in found.values()),
        "paragraphs": sum(count > 0 for count, _url in found.values()),
    }


def _others(context: Ctx, one: Task) -> list[dict[str, str]]:
    """What others decided or advised on the way, in order."""
    if not can(context.actor, "run.see"):
        return []
    return [
        {
            "title": gettext(other.title),
            "who": decision_words(context, other),
            "state": state_words(other),
            "badge": TASK_BADGES[other.state],
            "reason": reason_shown(context, other),
        }
        for other in one.run.tasks
        if other is not one and other.state in DECIDED
    ]


def _proof(context: Ctx, one: Task) -> list[dict[str, Any]]:
    return [
        {
            "name": message.to_name,
            "sent_at": message.sent_at if message.state is MessageState.SENT else None,
            "failed": message.state is MessageState.FAILED,
        }
        for message in queries.deliveries(context.session, [one.id])
    ]
