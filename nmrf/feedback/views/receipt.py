"""Following a comment by its receipt code. The address is not logged.

The code travels in the form alone: an address with it would be in the browser's history, and in
the log of every machine on the way.
"""

from __future__ import annotations

import flask

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, NotFound
from nmrf.core.i18n import _, gettext
from nmrf.cycles.views.common import Page
from nmrf.feedback import answering, queries, queries_windows, receipts, second_looks, service
from nmrf.feedback.forms import CodeForm, SecondLookForm
from nmrf.feedback.models import MODE_LABELS
from nmrf.feedback.views.common import bp, count_wrong_code, place_words
from nmrf.reports.models import ReportVersion
from nmrf.web.edge import ctx


@bp.route("/receipt", methods=["GET", "POST"])
def find_receipt() -> Page:
    """The form for the code, the comment of a code, and the asking for a second look."""
    form = CodeForm()
    if flask.request.method == "GET":
        return flask.render_template("feedback/find_receipt.html", form=form)
    if not form.validate():
        return flask.render_template("feedback/find_receipt.html", form=form), 422
    context = ctx()
    try:
        code = _known(context, form.code.data or "")
    except Invalid as problem:
        count_wrong_code(context)
        form.add_problem(problem, "code")
        return flask.render_template("feedback/find_receipt.html", form=form), 422
    if flask.request.form.get("step") != "second_look":
        return _receipt(context, code, SecondLookForm(formdata=None))
    asking = SecondLookForm()
    try:
        service.ask(context, receipts.hash_of(code), asking.words.data or "")
    except (Invalid, Conflict) as problem:
        asking.add_problem(problem, problem.place or None)
        return _receipt(context, code, asking), problem.status
    return _receipt(context, code, SecondLookForm(formdata=None))


def _known(context: Ctx, typed: str) -> str:
    code = receipts.read(typed)
    if queries.by_hash(context, receipts.hash_of(code)) is None:
        raise Invalid(
            _("No comment has this code. Compare it with your receipt, character by character.")
        )
    return code


def _receipt(context: Ctx, code: str, asking: SecondLookForm) -> str:
    said = queries.by_hash(context, receipts.hash_of(code))
    if said is None:
        raise NotFound(_("No comment has this code."))
    version = context.session.get_one(ReportVersion, said.version_id)
    term = answering.codes(context).term(said.answer.code) if said.answer else None
    asking.code.data = receipts.grouped(code)
    return flask.render_template(
        "feedback/receipt.html",
        code=receipts.grouped(code),
        c=said,
        version=version,
        report=version.report,
        window=queries_windows.window_of(context, version.id),
        place=place_words(said.number, said.label),
        mode_label=MODE_LABELS[said.mode],
        help=gettext(term.help) if term and term.help else "",
        second=second_looks.of(context, said.id),
        asking=asking if second_looks.can_ask(context, said) else None,
    )
