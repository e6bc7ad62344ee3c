"""Voluntary commitments: their list, keeping one, saying how far it is."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles.queries import cycles, get_cycle
from nmrf.cycles.views.common import Page, attempt, lock_of, own_ids, status
from nmrf.recommendations import commitments as reads
from nmrf.recommendations import service
from nmrf.recommendations.commitments import Promise
from nmrf.recommendations.models_plan import COMMITMENT_SOURCE_LABELS, Commitment, CommitmentSource
from nmrf.recommendations.views.common import bp, cycle_label, page_number, source_of
from nmrf.recommendations.views.plan_forms import CommitmentForm, ReportForm
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager


@bp.get("/commitments")
def commitments() -> str:
    """What the State promised of its own accord, where, and who carries it out."""
    context = ctx()
    unowned = flask.request.args.get("owner") == "none"
    wanted = flask.request.args.get("cycle", "")
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    page = reads.commitments(
        context,
        cycle_id=int(wanted) if is_id else None,
        unowned=unowned,
        number=page_number(),
    )
    return flask.render_template(
        "recommendations/commitments.html",
        page=page,
        pages=pager(page),
        rows=[_row(context, one) for one in page.items],
        unowned=unowned,
    )


def _row(context: Ctx, one: Commitment) -> dict[str, Any]:
    reports = bool(access.can(context.actor, "commitment.report", one))
    form = None
    if reports:
        form = own_ids(ReportForm(formdata=None).fill(context), f"c{one.id}")
        form.status.data, form.lock.data = one.status, str(one.lock)
    return {
        "one": one,
        "cycle": cycle_label(one.cycle),
        "where": str(COMMITMENT_SOURCE_LABELS[one.source]),
        "source": source_of(one.symbol, one.paragraph),
        "form": form,
    }


def _form(context: Ctx, one: Commitment | None) -> CommitmentForm:
    known = [(cycle, cycle_label(cycle)) for cycle in cycles(context.session)]
    form = CommitmentForm(obj=one).fill(context, known)
    if one is not None and flask.request.method == "GET":
        form.cycle.data = one.cycle_id
        form.source.data = one.source.value
        form.institution.data = str(one.institution_id or "")
    return form


def _promise(context: Ctx, form: Any) -> Promise:
    owner = form.institution.data
    return Promise(
        text=form.text.data or "",
        source=CommitmentSource(form.source.data),
        symbol=form.symbol.data or "",
        paragraph=form.paragraph.data or "",
        made_on=form.made_on.data,
        institution=context.session.get(Institution, int(owner)) if owner else None,
    )


@bp.route("/commitments/new", methods=["GET", "POST"])
def new_commitment() -> Page:
    """Keep a commitment."""
    allow("commitment.manage")
    context = ctx()
    form = _form(context, None)
    if attempt(
        form,
        lambda: service.add_commitment(
            context, get_cycle(context, form.cycle.data), _promise(context, form)
        ),
    ):
        flask.flash(_("The commitment is kept."), "success")
        return flask.redirect(flask.url_for(".commitments"), 303)
    return flask.render_template(
        "recommendations/commitment_form.html", form=form, one=None
    ), status()


@bp.route("/commitments/<int:commitment_id>", methods=["GET", "POST"])
def change_commitment(commitment_id: int) -> Page:
    """Mend what is written of a commitment, or give it to an owner."""
    allow("commitment.manage")
    context = ctx()
    one = reads.get_commitment(context, commitment_id)
    form = _form(context, one)
    del form.cycle
    if attempt(
        form,
        lambda: service.change_commitment(
            context, one, _promise(context, form), lock=lock_of(form)
        ),
        one,
    ):
        flask.flash(_("The commitment is changed."), "success")
        return flask.redirect(flask.url_for(".commitments", _anchor=f"c{one.id}"), 303)
    return flask.render_template(
        "recommendations/commitment_form.html", form=form, one=one
    ), status()


@bp.post("/commitments/<int:commitment_id>/report")
def report_commitment(commitment_id: int) -> Response:
    """Say how far a commitment is."""
    context = ctx()
    one = reads.get_commitment(context, commitment_id)
    allow("commitment.report", one)
    form = ReportForm().fill(context)
    if not form.validate_on_submit():
        raise Invalid(_("Choose how far it is."), place=_("Status"))
    service.report_commitment(context, one, form.status.data, lock=lock_of(form))
    flask.flash(_("The status is recorded."), "success")
    return flask.redirect(flask.url_for(".commitments", _anchor=f"c{one.id}"), 303)
