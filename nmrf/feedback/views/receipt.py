"""Following a comment by its receipt code. These addresses are not logged."""

from __future__ import annotations

import flask

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.feedback import answering, queries, receipts
from nmrf.feedback.forms import CodeForm
from nmrf.feedback.models import MODE_LABELS
from nmrf.feedback.views.common import bp, count_wrong_code, place_words
from nmrf.reports.models import ReportVersion
from nmrf.web.edge import ctx


@bp.route("/receipt", methods=["GET", "POST"])
def find_receipt() -> flask.Response:
    form = CodeForm()
    if flask.request.method == "GET":
        return _private(flask.render_template("feedback/find_receipt.html", form=form), 200)
    if not form.validate():
        return _private(flask.render_template("feedback/find_receipt.html", form=form), 422)
    return _look_up(form, form.code.data or "", 422)


@bp.get("/receipt/<code>")
def receipt(code: str) -> flask.Response:
    return _look_up(CodeForm(formdata=None, code=code[:40]), code, 404)


def _look_up(form: CodeForm, typed: str, wrong: int) -> flask.Response:
    context = ctx()
    try:
        code = receipts.read(typed)
    except Invalid as problem:
        count_wrong_code(context)
        form.add_problem(problem, "code")
        return _private(flask.render_template("feedback/find_receipt.html", form=form), wrong)
    said = queries.by_hash(context, receipts.hash_of(code))
    if said is None:
        count_wrong_code(context)
        form.add_problem(
            Invalid(
                _("No comment has this code. Compare it with your receipt, character by character.")
            ),
            "code",
        )
        return _private(flask.render_template("feedback/find_receipt.html", form=form), wrong)
    version = context.session.get_one(ReportVersion, said.version_id)
    window = queries.window_of(context, version.id)
    term = answering.codes(context).term(said.answer.code) if said.answer else None
    page = flask.render_template(
        "feedback/receipt.html",
        code=receipts.grouped(code),
        c=said,
        version=version,
        report=version.report,
        window=window,
        place=place_words(said.number, said.label),
        mode_label=MODE_LABELS[said.mode],
        help=gettext(term.help) if term and term.help else "",
    )
    return _private(page, 200)


def _private(page: str, status: int) -> flask.Response:
    response = flask.make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
