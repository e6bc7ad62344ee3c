"""Following a comment by its receipt code. The address is not logged.

The code travels in the form alone: an address with it would be in the browser's history, and in
the log of every machine on the way.
"""

from __future__ import annotations

import flask

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.cycles.views.common import Page
from nmrf.feedback import answering, queries, receipts
from nmrf.feedback.forms import CodeForm
from nmrf.feedback.models import MODE_LABELS
from nmrf.feedback.views.common import bp, count_wrong_code, place_words
from nmrf.reports.models import ReportVersion
from nmrf.web.edge import ctx


@bp.route("/receipt", methods=["GET", "POST"])
def find_receipt() -> Page:
    form = CodeForm()
    if flask.request.method == "GET":
        return flask.render_template("feedback/find_receipt.html", form=form)
    if not form.validate():
        return flask.render_template("feedback/find_receipt.html", form=form), 422
    context = ctx()
    try:
        code = receipts.read(form.code.data or "")
    except Invalid as problem:
        count_wrong_code(context)
        form.add_problem(problem, "code")
        return flask.render_template("feedback/find_receipt.html", form=form), 422
    said = queries.by_hash(context, receipts.hash_of(code))
    if said is None:
        count_wrong_code(context)
        form.add_problem(
            Invalid(
                _("No comment has this code. Compare it with your receipt, character by character.")
            ),
            "code",
        )
        return flask.render_template("feedback/find_receipt.html", form=form), 422
    version = context.session.get_one(ReportVersion, said.version_id)
    window = queries.window_of(context, version.id)
    term = answering.codes(context).term(said.answer.code) if said.answer else None
    return flask.render_template(
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
