"""Indicators of an action: set, changed, ended, measured."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf.core.i18n import _
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.recommendations import queries_plan, service
from nmrf.recommendations.models_plan import Action, Indicator
from nmrf.recommendations.views.common import bp
from nmrf.recommendations.views.plan_forms import IndicatorForm, ValueForm
from nmrf.web.edge import allow, ctx


def _to(action_id: int) -> Response:
    return flask.redirect(
        flask.url_for("recommendations.action", action_id=action_id, _anchor="indicators"), 303
    )


def _said(form: IndicatorForm) -> dict[str, Any]:
    texts = ("what", "unit", "baseline", "target", "source")
    return {name: form[name].data or "" for name in texts} | {"due_on": form.due_on.data}


def _page(form: IndicatorForm, action: Action, indicator: Indicator | None) -> Page:
    return flask.render_template(
        "recommendations/indicator_form.html", form=form, action=action, indicator=indicator
    ), status()


@bp.route("/actions/<int:action_id>/indicators/new", methods=["GET", "POST"])
def new_indicator(action_id: int) -> Page:
    """Say what is measured of an action."""
    context = ctx()
    action = queries_plan.get_action(context, action_id)
    allow("action.write", action)
    form = IndicatorForm()
    if attempt(
        form,
        lambda: service.add_indicator(
            context,
            action,
            **_said(form),
        ),
    ):
        flask.flash(_("The indicator is set."), "success")
        return _to(action_id)
    return _page(form, action, None)


@bp.route("/indicators/<int:indicator_id>/edit", methods=["GET", "POST"])
def edit_indicator(indicator_id: int) -> Page:
    """Change an indicator as long as nothing has been measured."""
    context = ctx()
    indicator = queries_plan.get_indicator(context, indicator_id)
    allow("action.write", indicator.action)
    form = IndicatorForm(obj=indicator)
    if attempt(
        form,
        lambda: service.change_indicator(
            context,
            indicator,
            **_said(form),
            lock=lock_of(form),
        ),
        indicator,
    ):
        flask.flash(_("The indicator is changed."), "success")
        return _to(indicator.action_id)
    return _page(form, indicator.action, indicator)


@bp.post("/indicators/<int:indicator_id>/end")
def end_indicator(indicator_id: int) -> Response:
    """Measure this no longer."""
    context = ctx()
    indicator = queries_plan.get_indicator(context, indicator_id)
    service.end_indicator(context, indicator)
    flask.flash(_("The indicator has ended. Its values stay."), "success")
    return _to(indicator.action_id)


@bp.route("/indicators/<int:indicator_id>/value", methods=["GET", "POST"])
def record_value(indicator_id: int) -> Page:
    """Add a value; those before it stay."""
    context = ctx()
    indicator = queries_plan.get_indicator(context, indicator_id)
    allow("action.write", indicator.action)
    form = ValueForm()
    if attempt(
        form,
        lambda: service.record_value(
            context,
            indicator,
            form.value.data or "",
            on=form.on.data,
            source=form.source.data or "",
            note=form.note.data or "",
        ),
    ):
        flask.flash(_("The value is recorded."), "success")
        return _to(indicator.action_id)
    if flask.request.method == "GET":
        form.source.data = indicator.source
    return flask.render_template(
        "recommendations/value_form.html", form=form, indicator=indicator
    ), status()
