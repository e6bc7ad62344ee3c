"""The secretariat's acts on a report: create, change, open the next version, publish, submit."""

from __future__ import annotations

import flask

from nmrf.core.i18n import _, ngettext
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import current_cycle
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.reports import linking, queries, service
from nmrf.reports.forms import LockForm, NextForm, ReportForm, SettingsForm, SubmitForm
from nmrf.reports.models import Report, ReportKind, ReportVersion
from nmrf.reports.outline import WORD_LIMITS
from nmrf.reports.views.common import bp
from nmrf.reports.views.reading import report_page
from nmrf.web.edge import allow, ctx


@bp.route("/reports/new", methods=["GET", "POST"])
def new() -> Page:
    allow("report.manage")
    context = ctx()
    now = current_cycle(context.session)
    chosen = flask.request.args.get("cycle", type=int) or (now.id if now else None)
    form = ReportForm(cycle_id=chosen, word_limit=WORD_LIMITS[ReportKind.NATIONAL])
    cycles = {cycle.id: cycle for cycle in form.fill(context)}
    made: list[Report] = []

    def create() -> None:
        made.append(
            service.create_report(
                context,
                cycles[form.cycle_id.data],
                kind=ReportKind(form.kind.data),
                title=form.title.data or "",
                answers_cycle=cycles.get(form.answers_cycle_id.data),
                running_order=form.running_order.data or "",
                word_limit=form.word_limit.data,
            )
        )

    if attempt(form, create):
        flask.flash(
            _("The report has its first draft, with the chapters that the UN suggests."), "success"
        )
        return flask.redirect(flask.url_for(".report", report_id=made[0].id), 303)
    return flask.render_template("reports/new.html", form=form, any_cycle=bool(cycles)), status()


@bp.route("/reports/<int:report_id>/settings", methods=["GET", "POST"])
def settings(report_id: int) -> Page:
    allow("report.manage")
    context = ctx()
    report = queries.get_report(context, report_id)
    form = SettingsForm.of(report)
    cycles: dict[int, Cycle] = {cycle.id: cycle for cycle in form.fill(context)}

    def change() -> None:
        service.change_report(
            context,
            report,
            title=form.title.data or "",
            word_limit=form.word_limit.data or 0,
            answers_cycle=cycles.get(form.answers_cycle_id.data),
            running_order=form.running_order.data or "",
        )

    if attempt(form, change):
        flask.flash(_("The report is changed; its citations were read again."), "success")
        return flask.redirect(flask.url_for(".report", report_id=report_id), 303)
    return flask.render_template("reports/settings.html", form=form, report=report), status()


@bp.post("/reports/<int:report_id>/relink")
def relink(report_id: int) -> Page:
    context = ctx()
    report = queries.get_report(context, report_id)
    left = linking.relink(context, report)
    if left:
        flask.flash(
            ngettext(
                "The citations were read again. One number still names nothing: %(first)s.",
                "The citations were read again. %(n)s numbers still name nothing, "
                "the first is %(first)s.",
                len(left),
                first=left[0],
            ),
            "warning",
        )
    else:
        flask.flash(_("The citations were read again. Every number was found."), "success")
    target = flask.url_for(".report", report_id=report_id)
    draft = queries.newest_version(context, report_id)
    if draft is not None and flask.request.form.get("from") == "gaps":
        target = flask.url_for(".gaps", version_id=draft.id)
    return flask.redirect(target, 303)


def _form_version(version_id: int) -> ReportVersion:
    return queries.get_version(ctx(), version_id)


@bp.post("/reports/versions/<int:version_id>/next")
def open_next(version_id: int) -> Page:
    context = ctx()
    version = _form_version(version_id)
    form = NextForm()
    made: list[ReportVersion] = []

    def act() -> None:
        made.append(service.open_next_version(context, version, note=form.note.data or ""))

    if attempt(form, act):
        flask.flash(_("Version %(n)s is open for writing.", n=made[0].number), "success")
        return flask.redirect(flask.url_for(".desk", version_id=made[0].id), 303)
    report = queries.get_report(context, version.report_id)
    return report_page(context, report, form, SubmitForm(formdata=None)), 422


@bp.post("/reports/versions/<int:version_id>/freeze")
def freeze(version_id: int) -> Page:
    version = _form_version(version_id)
    allow("version.publish", version)  # before the state is told
    service.freeze(ctx(), version, lock=lock_of(LockForm()))
    flask.flash(
        _(
            "Version %(n)s is closed: its text never changes again. Those who validate it can "
            "now read it.",
            n=version.number,
        ),
        "success",
    )
    return flask.redirect(flask.url_for(".report", report_id=version.report_id), 303)


@bp.post("/reports/versions/<int:version_id>/publish")
def publish(version_id: int) -> Page:
    version = _form_version(version_id)
    service.publish(ctx(), version, lock=lock_of(LockForm()))
    flask.flash(_("Version %(n)s can now be read by everyone.", n=version.number), "success")
    return flask.redirect(flask.url_for(".report", report_id=version.report_id), 303)


@bp.post("/reports/versions/<int:version_id>/submitted")
def submitted(version_id: int) -> Page:
    context = ctx()
    version = _form_version(version_id)
    form = SubmitForm()

    def act() -> None:
        service.mark_submitted(
            context,
            version,
            symbol=form.symbol.data or "",
            because=form.because.data or "",
            lock=lock_of(form),
        )

    if attempt(form, act, version):
        flask.flash(_("Version %(n)s is what the UN was sent.", n=version.number), "success")
        return flask.redirect(flask.url_for(".report", report_id=version.report_id), 303)
    report = queries.get_report(context, version.report_id)
    return report_page(context, report, NextForm(formdata=None), form), 422
