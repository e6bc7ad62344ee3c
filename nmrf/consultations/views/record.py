"""Minutes, outcomes, documents, and the proof of who was consulted."""

from __future__ import annotations

from typing import Any

import flask
from sqlalchemy import select
from werkzeug.wrappers import Response

from nmrf.consultations import queries, service
from nmrf.consultations.exports import proof_workbook
from nmrf.consultations.forms import (
    DocumentForm,
    LockForm,
    MinutesForm,
    OutcomeForm,
    ResultForm,
    visibility_choices,
)
from nmrf.consultations.models import STATE_LABELS, Consultation, Minutes
from nmrf.consultations.proof import proof as proof_of
from nmrf.consultations.views.common import (
    Page,
    attempt,
    back_to,
    bp,
    lock_of,
    marks,
    minutes_changes,
    own_ids,
    status,
)
from nmrf.consultations.views.consultation import page
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import VISIBILITY_LABELS, Visibility
from nmrf.files.service import MIME
from nmrf.recommendations.models import Recommendation
from nmrf.web.edge import allow, ctx


@bp.route("/consultations/<int:consultation_id>/minutes", methods=["GET", "POST"])
def minutes(consultation_id: int) -> Page:
    """Write the minutes, or correct them: each time a new version."""
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = MinutesForm().fill()
    newest = max(one.minutes, key=lambda m: m.number, default=None)
    if flask.request.method == "GET":
        form.base.data = str(newest.number if newest else 0)
        form.text.data = newest.text if newest else ""
        form.visibility.data = newest.visibility.value if newest else "secretariat"
    base = form.base.data or "0"
    based_on = int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0
    if attempt(
        form,
        lambda: service.add_minutes(
            context,
            one,
            text=form.text.data or "",
            visibility=Visibility(form.visibility.data),
            base=based_on,
        ),
    ):
        flask.flash(_("Saved as version %(n)s.", n=based_on + 1), "success")
        return back_to(one, "minutes")
    conflict = newest is not None and newest.number != based_on
    if conflict and newest is not None:
        form.base.data = str(newest.number)
    return flask.render_template(
        "consultations/minutes.html",
        consultation=one,
        form=form,
        newer=newest if conflict else None,
    ), status()


def _version(context: Ctx, one: Consultation, number: int) -> Minutes:
    found = next((m for m in queries.minutes_shown(context, one) if m.number == number), None)
    if found is None:
        raise NotFound(_("There is no such version of the minutes, or it is not open to you."))
    return found


@bp.get("/consultations/<int:consultation_id>/minutes/<int:number>")
def minutes_version(consultation_id: int, number: int) -> str:
    """One version of the minutes, with the others that may be read."""
    context = ctx()
    one = queries.get(context, consultation_id)
    shown = _version(context, one, number)
    against = flask.request.args.get("against", "")
    # A version that is not open to the reader is not compared either.
    old = next((m for m in queries.minutes_shown(context, one) if str(m.number) == against), None)
    open_numbers = [m.number for m in queries.minutes_shown(context, one)]
    zone = context.house.settings.zone
    return flask.render_template(
        "consultations/minutes_version.html",
        consultation=one,
        minutes=shown,
        old=old,
        changes=marks(old.text, shown.text) if old else [],
        visibility=str(VISIBILITY_LABELS[shown.visibility]),
        choices=visibility_choices(),
        versions=[
            {
                "label": _("Version %(n)s", n=m.number),
                "date": words.short_moment(m.written_at, zone),
                "iso": m.written_at.isoformat(),
                "note": str(VISIBILITY_LABELS[m.visibility]),
                "url": flask.url_for(
                    "consultations.minutes_version", consultation_id=one.id, number=m.number
                ),
                "redline_url": minutes_changes(one, m.number, before[-1]) if before else "",
                "current": m.number == number,
            }
            for m in queries.minutes_shown(context, one)
            for before in [sorted(n for n in open_numbers if n < m.number)]
        ],
    )


@bp.post("/consultations/<int:consultation_id>/minutes/<int:number>/visibility")
def minutes_visibility(consultation_id: int, number: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    level = flask.request.form.get("visibility", "")
    if level not in set(Visibility):
        raise Invalid(_("Choose who reads them from the list."), place="visibility")
    service.set_minutes_visibility(context, one, _version(context, one, number), Visibility(level))
    flask.flash(
        _("From now on read by: %(who)s.", who=VISIBILITY_LABELS[Visibility(level)]), "success"
    )
    return flask.redirect(
        flask.url_for("consultations.minutes_version", consultation_id=one.id, number=number), 303
    )


def _recommendation(context: Ctx, one: Consultation, number: str) -> int | None:
    if not number:
        return None
    found = context.session.scalar(
        select(Recommendation.id).where(
            Recommendation.cycle_id == one.cycle_id, Recommendation.number == number
        )
    )
    if found is None:
        raise Invalid(
            _("There is no recommendation %(number)s in this cycle.", number=number),
            place="recommendation",
        )
    return found


@bp.post("/consultations/<int:consultation_id>/outcomes")
def add_outcome(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = own_ids(OutcomeForm().fill(context), "outcome")
    if attempt(
        form,
        lambda: service.add_outcome(context, one, **_outcome_values(context, one, form)),
    ):
        flask.flash(_("Noted, and the institution is told. It is followed until done."), "success")
        return back_to(one, "outcomes")
    return page(context, one, outcome_form=form), 422


def _outcome_values(context: Ctx, one: Consultation, form: OutcomeForm) -> dict[str, Any]:
    return {
        "text": form.text.data or "",
        "institution_id": form.institution_id.data,
        "due_on": form.due_on.data,
        "recommendation_id": _recommendation(context, one, form.recommendation.data or ""),
    }


@bp.route("/outcomes/<int:outcome_id>/edit", methods=["GET", "POST"])
def edit_outcome(outcome_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    outcome = queries.get_outcome(context, outcome_id)
    form = OutcomeForm(obj=outcome).fill(context)
    if flask.request.method == "GET":
        linked = outcome.recommendation
        form.recommendation.data = linked.number if linked else ""
    if attempt(
        form,
        lambda: service.edit_outcome(
            context,
            outcome,
            lock=lock_of(form),
            **_outcome_values(context, outcome.consultation, form),
        ),
        outcome,
    ):
        flask.flash(_("Saved."), "success")
        return back_to(outcome.consultation, "outcomes")
    return flask.render_template(
        "consultations/edit_outcome.html", outcome=outcome, form=form
    ), status()


@bp.post("/outcomes/<int:outcome_id>/complete")
def complete_outcome(outcome_id: int) -> Page:
    context = ctx()
    outcome = queries.get_outcome(context, outcome_id)
    allow("outcome.complete", outcome)
    form = own_ids(ResultForm(), f"result-{outcome.id}")
    if attempt(
        form,
        lambda: service.complete_outcome(
            context, outcome, form.result.data or "", lock=lock_of(form)
        ),
        outcome,
    ):
        flask.flash(_("Marked as done."), "success")
        return back_to(outcome.consultation, "outcomes")
    one = queries.get(context, outcome.consultation_id)
    forms = {o.id: own_ids(ResultForm(formdata=None), f"result-{o.id}") for o in one.outcomes}
    return page(context, one, result_forms={**forms, outcome.id: form}), 422


@bp.post("/outcomes/<int:outcome_id>/reopen")
def reopen_outcome(outcome_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    outcome = queries.get_outcome(context, outcome_id)
    service.reopen_outcome(context, outcome, lock=lock_of(LockForm()))
    flask.flash(_("Open again."), "success")
    return back_to(outcome.consultation, "outcomes")


@bp.post("/consultations/<int:consultation_id>/documents")
def add_document(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = own_ids(DocumentForm().fill(), "document")
    upload = form.file.data

    def verb() -> None:
        if not upload or not upload.filename:
            raise Invalid(_("Choose a file."), place="file")
        try:
            service.add_document(
                context,
                one,
                upload.read(),
                upload.filename,
                visibility=Visibility(form.visibility.data),
            )
        except BadFile as problem:
            raise Invalid(str(problem), place="file") from problem

    if attempt(form, verb):
        flask.flash(_("The document was added."), "success")
        return back_to(one, "documents")
    return page(context, one, document_form=form), 422


@bp.post("/consultations/<int:consultation_id>/documents/<int:document_id>/remove")
def remove_document(consultation_id: int, document_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    document = next((d for d in one.documents if d.id == document_id), None)
    if document is None:
        raise NotFound(_("There is no such document here."))
    service.remove_document(context, one, document)
    flask.flash(_("The document was taken away from here."), "success")
    return back_to(one, "documents")


@bp.get("/consultations/<int:consultation_id>/proof")
def proof(consultation_id: int) -> str:
    """Who was consulted, to print or keep."""
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    return flask.render_template(
        "consultations/proof.html",
        consultation=one,
        state=str(STATE_LABELS[one.state]),
        rows=proof_of(context, one),
        participants=queries.participants(context, one),
    )


@bp.get("/consultations/<int:consultation_id>/proof.xlsx")
def proof_file(consultation_id: int) -> Response:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    response = flask.Response(proof_workbook(context, one), content_type=MIME["xlsx"])
    name = f"consulted-{one.id}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
