"""Actions: their list, one action, planning it, moving it, showing it."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Role, Visibility
from nmrf.cycles.models import Cycle
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.recommendations import actions as verbs
from nmrf.recommendations import queries, queries_plan, service
from nmrf.recommendations.models_plan import (
    ACTION_STATE_LABELS,
    Action,
    ActionState,
)
from nmrf.recommendations.numbers import split_numbers
from nmrf.recommendations.states import ACTION_TRANSITIONS
from nmrf.recommendations.views.common import (
    ACTION_BADGES,
    action_kind_label,
    bp,
    cycle_label,
    page_number,
)
from nmrf.recommendations.views.plan_forms import ActionForm, MoveForm
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager

_MOVES = {
    ActionState.UNDER_WAY: lambda: _("It is under way"),
    ActionState.DONE: lambda: _("It is done"),
    ActionState.DROPPED: lambda: _("Drop it"),
    ActionState.PLANNED: lambda: _("Plan it again"),
}
LATE = "late"


@bp.get("/actions")
def actions() -> str:
    """What institutions do to carry recommendations out: late, open, done."""
    context = ctx()
    state = flask.request.args.get("state", "")
    institution = flask.request.args.get("institution", "")
    is_id = institution.isascii() and institution.isdigit() and len(institution) < 10
    chosen = queries_plan.ActionFilter(
        institution_id=int(institution) if is_id else None,
        state=ActionState(state) if state in set(ActionState) else None,
        late=state == LATE,
    )
    page = queries_plan.actions(context, chosen, page_number())
    return flask.render_template(
        "recommendations/actions.html",
        page=page,
        pages=pager(page),
        bodies=queries_plan.responsible(context),
        institution=chosen.institution_id,
        state=state,
        states=[(LATE, _("Past their end"))]
        + [(one.value, str(label)) for one, label in ACTION_STATE_LABELS.items()],
    )


@bp.get("/actions/<int:action_id>")
def action(action_id: int) -> str:
    """One action with its recommendations, indicators and what it became."""
    context = ctx()
    one = queries_plan.get_action(context, action_id)
    writes = bool(access.can(context.actor, "action.write", one))
    return flask.render_template(
        "recommendations/action.html",
        one=one,
        cycle=cycle_label(one.cycle),
        kind=action_kind_label(one.kind),
        badge=ACTION_BADGES[one.state],
        writes=writes,
        public=one.visibility == Visibility.PUBLIC,
        moves=[
            (
                to.value,
                str(_MOVES[to]()),
                verbs.needs_reason(one, to),
                "danger" if to is ActionState.DROPPED else "primary",
            )
            for to in ActionState
            if to in ACTION_TRANSITIONS[one.state]
        ]
        if writes
        else [],
    )


@bp.route("/<int:recommendation_id>/actions/new", methods=["GET", "POST"])
def new_action(recommendation_id: int) -> Page:
    """Plan an action for a recommendation, and for others that it also carries out."""
    context = ctx()
    one = queries.get(context, recommendation_id)
    allow("action.add", one)
    form = ActionForm().fill(context, _allowed(context))
    if flask.request.method == "GET":
        form.recommendations.data = one.number
        if one.lead is not None:
            form.institution.data = str(one.lead.id)
    made: list[Action] = []
    if attempt(
        form,
        lambda: made.append(
            service.create_action(context, one.cycle, _plan(context, one.cycle, form))
        ),
    ):
        flask.flash(
            _("The action is planned. Add indicators, so that people can see how far it is."),
            "success",
        )
        return flask.redirect(flask.url_for(".action", action_id=made[0].id), 303)
    return flask.render_template(
        "recommendations/action_form.html",
        form=form,
        action=None,
        back=flask.url_for(
            ".recommendation", recommendation_id=recommendation_id, _anchor="actions"
        ),
    ), status()


@bp.route("/actions/<int:action_id>/edit", methods=["GET", "POST"])
def edit_action(action_id: int) -> Page:
    """Change what is written of an action."""
    context = ctx()
    one = queries_plan.get_action(context, action_id)
    allow("action.write", one)
    form = ActionForm(obj=one).fill(context, _allowed(context))
    if flask.request.method == "GET":
        form.recommendations.data = ", ".join(row.number for row in one.recommendations)
        form.institution.data = str(one.institution_id)
    if attempt(
        form,
        lambda: service.change_action(
            context, one, _plan(context, one.cycle, form), lock=lock_of(form)
        ),
        one,
    ):
        flask.flash(_("The action is changed."), "success")
        return flask.redirect(flask.url_for(".action", action_id=one.id), 303)
    return flask.render_template(
        "recommendations/action_form.html",
        form=form,
        action=one,
        back=flask.url_for(".action", action_id=action_id),
    ), status()


def _allowed(context: Ctx) -> frozenset[int] | None:
    if context.actor.has(Role.SECRETARIAT):
        return None
    return context.actor.institutions_as(*access.FOCAL)


def _plan(context: Ctx, cycle: Cycle, form: Any) -> service.Plan:
    numbers, rest = split_numbers((form.recommendations.data or "").replace(",", " "))
    rows, unknown = queries_plan.numbered(context.session, cycle, numbers)
    if rest or unknown:
        raise Invalid(
            _(
                "There is no recommendation %(numbers)s in this cycle. Write UN numbers, such as "
                "140.7, 140.12.",
                numbers=", ".join([*unknown, *rest.split()][:5]),
            ),
            place="recommendations",
        )
    return service.Plan(
        title=form.title.data or "",
        institution=context.session.get(Institution, int(form.institution.data or 0)),
        recommendations=rows,
        kind=form.kind.data or "",
        partners=form.partners.data or "",
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        resources=form.resources.data or "",
        result=form.result.data or "",
    )


@bp.post("/actions/<int:action_id>/move")
def move_action(action_id: int) -> Response:
    """Say how far an action is."""
    context = ctx()
    one = queries_plan.get_action(context, action_id)
    allow("action.write", one)
    form = MoveForm()
    if not form.validate_on_submit() or form.to.data not in set(ActionState):
        raise Invalid(_("Choose how far the action is."), place=_("State"))
    service.move_action(
        context, one, ActionState(form.to.data), form.reason.data or "", lock=lock_of(form)
    )
    flask.flash(
        _("The action is now “%(state)s”.", state=ACTION_STATE_LABELS[one.state]), "success"
    )
    return flask.redirect(flask.url_for(".action", action_id=one.id), 303)


@bp.post("/actions/<int:action_id>/<any(publish, withdraw):act>")
def show_action(action_id: int, act: str) -> Response:
    """Publish an action, or take it back from the public pages."""
    allow("action.publish")
    context = ctx()
    one = queries_plan.get_action(context, action_id)
    to = Visibility.PUBLIC if act == "publish" else Visibility.GOVERNMENT
    service.show_action(context, one, to, lock=lock_of(MoveForm()))
    flask.flash(
        _("Everyone sees this action now.")
        if act == "publish"
        else _("Only the Government sees this action now."),
        "success",
    )
    return flask.redirect(flask.url_for(".action", action_id=one.id), 303)
