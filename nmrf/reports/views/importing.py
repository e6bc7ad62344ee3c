"""A Word file into a report: upload, look, apply."""

from __future__ import annotations

import flask

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles.views.common import Page
from nmrf.reports import importing, queries
from nmrf.reports.forms import ImportForm
from nmrf.reports.views.common import bp
from nmrf.web.edge import allow, ctx


@bp.route("/reports/<int:report_id>/import", methods=["GET", "POST"])
def import_word(report_id: int) -> Page:
    allow("report.write")
    context = ctx()
    report = queries.get_report(context, report_id)
    form = ImportForm()
    status = 200
    if form.validate_on_submit():
        upload = form.file.data
        try:
            file = importing.keep_file(context, upload.read(), upload.filename or "")
            context.session.flush()
        except Invalid as problem:
            context.session.rollback()
            report = queries.get_report(context, report_id)
            form.add_problem(problem, "file")
            status = 422
        else:
            target = flask.url_for(".import_preview", report_id=report_id, file_id=file.id)
            return flask.redirect(target, 303)
    elif flask.request.method == "POST":
        status = 422
    return flask.render_template("reports/import.html", form=form, report=report), status


@bp.get("/reports/<int:report_id>/import/<int:file_id>")
def import_preview(report_id: int, file_id: int) -> str:
    allow("report.write")
    context = ctx()
    report = queries.get_report(context, report_id)
    data, name = importing.read_file(context, file_id)
    shown = importing.preview(context, report, data, name)
    return flask.render_template(
        "reports/import_preview.html", report=report, preview=shown, file_id=file_id
    )


@bp.post("/reports/<int:report_id>/import/<int:file_id>")
def import_apply(report_id: int, file_id: int) -> Page:
    allow("report.write")
    context = ctx()
    report = queries.get_report(context, report_id)
    data, name = importing.read_file(context, file_id)
    doubtful = set(flask.request.form.getlist("doubtful", type=int))
    same = set(flask.request.form.getlist("same", type=int))
    version = importing.apply(context, report, data, name, apart=doubtful - same)
    flask.flash(_("The file is in version %(n)s.", n=version.number), "success")
    return flask.redirect(flask.url_for(".desk", version_id=version.id), 303)
