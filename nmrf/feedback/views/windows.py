"""Opening and extending windows for comment."""

from __future__ import annotations

from datetime import datetime, time

import flask

from nmrf.core import words
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.feedback import queries_answers, queries_windows, service
from nmrf.feedback.forms import ExtendForm, WindowForm
from nmrf.feedback.models import Audience, CommentWindow
from nmrf.feedback.views.common import bp, phase_of
from nmrf.reports import queries as reports
from nmrf.web.edge import allow, ctx


@bp.route("/windows/new/<int:version_id>", methods=["GET", "POST"])
def new_window(version_id: int) -> Page:
    context = ctx()
    version = reports.get_version(context, version_id)
    allow("window.manage")
    known = queries_windows.window_of(context, version.id)
    if known is not None:
        return flask.redirect(flask.url_for(".window", window_id=known.id), 303)
    form = WindowForm()
    made: list[CommentWindow] = []

    def act() -> None:
        made.append(
            service.open_window(
                context,
                version,
                audience=Audience(form.audience.data),
                opens_at=_opens(form),
                closes_on=form.closes_on.data,
                invitation=form.invitation.data or "",
            )
        )

    if attempt(form, act):
        flask.flash(
            _(
                "Version %(n)s takes comments until %(day)s, 24:00. Those who are asked get a "
                "mail within a quarter of an hour of its opening.",
                n=version.number,
                day=words.day(made[0].closes_on),
            ),
            "success",
        )
        return flask.redirect(flask.url_for(".window", window_id=made[0].id), 303)
    return flask.render_template(
        "feedback/new_window.html", form=form, version=version, report=version.report
    ), status()


def _opens(form: WindowForm) -> datetime | None:
    if form.opens_on.data is None:
        if form.opens_time.data is not None:
            raise Invalid(_("Choose the day as well."), place="opens_on")
        return None
    zone = ctx().house.settings.time_zone
    return inputs.local_moment(form.opens_on.data, form.opens_time.data or time(), zone, "opens_on")


@bp.route("/windows/<int:window_id>", methods=["GET", "POST"])
def window(window_id: int) -> Page:
    context = ctx()
    one = queries_windows.get_window(context, window_id)
    allow("window.manage", one)
    form = ExtendForm()

    def act() -> None:
        service.extend_window(
            context,
            one,
            closes_on=form.closes_on.data,
            reason=form.reason.data or "",
            lock=lock_of(form),
        )

    if attempt(form, act, one):
        flask.flash(
            _("Comments are taken until %(day)s, 24:00.", day=words.day(one.closes_on)), "success"
        )
        return flask.redirect(flask.url_for(".window", window_id=one.id), 303)
    if flask.request.method == "GET":
        form.lock.data = str(one.lock)
    shown = queries_windows.get_window(context, window_id)
    return flask.render_template(
        "feedback/window.html",
        window=shown,
        version=shown.version,
        report=shown.version.report,
        phase=phase_of(context, shown),
        counts=queries_answers.view_counts(context, shown.version),
        form=form,
    ), status()
