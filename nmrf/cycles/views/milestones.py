"""One date of a cycle: what it is, where it was before, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from nmrf import access
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles import history, queries, service
from nmrf.cycles.forms import DeliverForm, MilestoneForm, MoveForm, NewMilestoneForm, WithdrawForm
from nmrf.cycles.models import MILESTONE_KIND_LABELS, STAGE_LABELS, Milestone
from nmrf.cycles.planning import definition_of, preview_following
from nmrf.cycles.views.common import Page, attempt, bp, lock_of, own_ids, status
from nmrf.web.edge import allow, ctx


@bp.route("/cycles/<int:cycle_id>/milestones/new", methods=["GET", "POST"])
def new_milestone(cycle_id: int) -> Page:
    allow("milestone.edit")
    context = ctx()
    one = queries.get_cycle(context, cycle_id)
    form = NewMilestoneForm(
        **({} if flask.request.method == "POST" else {"stage": one.stage.value, "kind": "national"})
    ).fill(context)
    if attempt(
        form,
        lambda: service.add_milestone(
            context,
            one,
            on=form.on.data,
            tentative=form.tentative.data,
            source=form.source.data or "",
            **form.values,
        ),
    ):
        flask.flash(_("The date was added."), "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=one.id), 303)
    return flask.render_template("cycles/new_milestone.html", cycle=one, form=form), status()


@bp.get("/milestones/<int:milestone_id>")
def milestone(milestone_id: int) -> str:
    context = ctx()
    return _milestone_page(context, queries.get_milestone(context, milestone_id))


def _milestone_page(context: Ctx, one: Milestone, **forms: Any) -> str:
    defined = definition_of(context.house, one)
    edits = bool(access.can(context.actor, "milestone.edit", one))
    shown: dict[str, Any] = {
        "form": MilestoneForm(formdata=None, obj=one).fill(context) if edits else None,
        "move_form": MoveForm(
            formdata=None, on=one.on, tentative=one.tentative, source=one.source, lock=one.lock
        ),
        "deliver_form": DeliverForm(formdata=None, delivered_on=context.today, lock=one.lock),
        "withdraw_form": WithdrawForm(formdata=None, lock=one.lock),
        "following": None,
    }
    if edits and "form" not in forms:
        shown["form"].title.data = queries.title_of(one)
        shown["form"].institution_id.data = one.institution_id or 0
    used = {**shown, **forms}
    for name in ("form", "move_form", "deliver_form", "withdraw_form"):
        if used[name] is not None:
            own_ids(used[name], name)
    return flask.render_template(
        "cycles/milestone.html",
        milestone=one,
        title=queries.title_of(one),
        due=queries.due_of(context, one),
        stage_label=str(STAGE_LABELS[one.stage]),
        kind_label=str(MILESTONE_KIND_LABELS[one.kind]),
        help=i18n.gettext(defined.help) if defined and defined.help else "",
        happened=history.of_dates(context, one),
        **used,
    )


def _milestone_action(
    milestone_id: int, form: Any, name: str, verb: Callable[[Ctx, Milestone], Any], said: str
) -> Page:
    context = ctx()
    one = queries.get_milestone(context, milestone_id)
    if attempt(form, lambda: verb(context, one), one):
        flask.flash(said, "success")
        return flask.redirect(flask.url_for("cycles.milestone", milestone_id=one.id), 303)
    return _milestone_page(context, one, **{name: form}), 422


@bp.post("/milestones/<int:milestone_id>/edit")
def edit_milestone(milestone_id: int) -> Page:
    allow("milestone.edit")
    form = MilestoneForm().fill(ctx())
    return _milestone_action(
        milestone_id,
        form,
        "form",
        lambda context, one: service.edit_milestone(
            context, one, lock=lock_of(form), **form.values
        ),
        _("The date was changed."),
    )


@bp.post("/milestones/<int:milestone_id>/move")
def move_milestone(milestone_id: int) -> Page:
    allow("milestone.edit")
    form = MoveForm()
    context = ctx()
    if "preview" in flask.request.form and form.on.data:
        one = queries.get_milestone(context, milestone_id)
        moves = preview_following(context, one, form.on.data)
        return _milestone_page(context, one, move_form=form, following=moves)
    return _milestone_action(
        milestone_id,
        form,
        "move_form",
        lambda context, one: service.move_milestone(
            context,
            one,
            form.on.data,
            tentative=form.tentative.data,
            source=form.source.data or "",
            reason=form.reason.data or "",
            follow=form.follow.data,
            lock=lock_of(form),
        ),
        _("The date has moved. The old one stands in its history; those concerned are told."),
    )


@bp.post("/milestones/<int:milestone_id>/deliver")
def deliver(milestone_id: int) -> Page:
    form = DeliverForm()
    return _milestone_action(
        milestone_id,
        form,
        "deliver_form",
        lambda context, one: service.deliver_milestone(
            context, one, form.delivered_on.data, lock=lock_of(form)
        ),
        _("Marked as delivered. No more reminders will be sent."),
    )


@bp.post("/milestones/<int:milestone_id>/reopen")
def reopen(milestone_id: int) -> Page:
    allow("milestone.edit")
    context = ctx()
    # There is nothing to fill in: what is wrong has a page of its own, not a field.
    service.reopen_milestone(context, queries.get_milestone(context, milestone_id))
    flask.flash(_("It counts as not delivered again."), "success")
    return flask.redirect(flask.url_for("cycles.milestone", milestone_id=milestone_id))


@bp.post("/milestones/<int:milestone_id>/withdraw")
def withdraw(milestone_id: int) -> Page:
    allow("milestone.edit")
    form = WithdrawForm()
    context = ctx()
    one = queries.get_milestone(context, milestone_id)
    if attempt(
        form,
        lambda: service.withdraw_milestone(
            context, one, form.reason.data or "", lock=lock_of(form)
        ),
        one,
    ):
        flask.flash(_("The date is withdrawn and no longer shown."), "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=one.cycle_id), 303)
    return _milestone_page(context, one, withdraw_form=form), 422
