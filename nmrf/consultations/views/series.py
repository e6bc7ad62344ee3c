"""Series of consultations."""

from __future__ import annotations

import flask

from nmrf.consultations import queries, service
from nmrf.consultations.forms import SeriesForm
from nmrf.consultations.models import Series
from nmrf.consultations.series import months_of
from nmrf.consultations.views.common import Page, attempt, bp, status
from nmrf.consultations.views.lists import line
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.cycles.planning import practice_of
from nmrf.cycles.queries import current_cycle
from nmrf.web.edge import allow, ctx


@bp.route("/consultations/series/new", methods=["GET", "POST"])
def new_series() -> Page:
    allow("consultation.manage")
    context = ctx()
    cycle = current_cycle(context.session)
    if cycle is None:
        raise Conflict(_("Open a cycle first: a consultation belongs to one."))
    form = SeriesForm().fill(context)
    if flask.request.method == "GET":
        cadence = practice_of(context.house, cycle.practice).consultations
        form.months.data = list(cadence.months) if cadence else []
    made: list[Series] = []
    if attempt(
        form,
        lambda: made.append(
            service.create_series(
                context,
                cycle,
                title=form.title.data or "",
                kind=form.kind.data,
                months=form.months.data or [],
                purpose=form.purpose.data or "",
            )
        ),
    ):
        flask.flash(
            _("The series is set up. Its next consultation is planned overnight."), "success"
        )
        return flask.redirect(flask.url_for("consultations.one_series", series_id=made[0].id), 303)
    return flask.render_template("consultations/edit_series.html", form=form, series=None), status()


@bp.route("/consultations/series/<int:series_id>", methods=["GET", "POST"])
def one_series(series_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    series = queries.get_series(context, series_id)
    form = SeriesForm().fill(context)
    if flask.request.method == "GET":
        form.title.data, form.kind.data = series.title, series.kind
        form.months.data, form.purpose.data = months_of(series), series.purpose
    if attempt(
        form,
        lambda: service.edit_series(
            context,
            series,
            title=form.title.data or "",
            kind=form.kind.data,
            months=form.months.data or [],
            purpose=form.purpose.data or "",
        ),
    ):
        flask.flash(_("Saved."), "success")
        return flask.redirect(flask.url_for("consultations.one_series", series_id=series.id), 303)
    return flask.render_template(
        "consultations/edit_series.html",
        form=form,
        series=series,
        held=[line(context, one) for one in queries.of_series(context, series)],
    ), status()
