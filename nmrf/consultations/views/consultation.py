"""One consultation: its page, arranging it, and the moves that it makes."""

from __future__ import annotations

from typing import Any

import flask

from nmrf.access import can
from nmrf.consultations import kinds, queries, service
from nmrf.consultations.forms import (
    AnswerForm,
    ConsultationForm,
    DocumentForm,
    LockForm,
    OutcomeForm,
    ReasonForm,
    ResultForm,
)
from nmrf.consultations.invitations import places_left, short_notice
from nmrf.consultations.models import (
    ANSWER_LABELS,
    PRESENCE_LABELS,
    STATE_LABELS,
    Answer,
    Consultation,
    ConsultationState,
    Invitation,
)
from nmrf.consultations.reach import reach_of
from nmrf.consultations.views.common import (
    BADGES,
    Page,
    attempt,
    back_to,
    bp,
    lock_of,
    mails_said,
    minutes_changes,
    own_ids,
    status,
)
from nmrf.consultations.views.lists import due_of, end_words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import VISIBILITY_LABELS
from nmrf.cycles.due import due
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import current_cycle, cycles
from nmrf.web import seen
from nmrf.web.edge import allow, ctx

SAID = {Answer.ACCEPTED: "yes", Answer.WAITING: "yes", Answer.DECLINED: "no"}


@bp.get("/consultations/<int:consultation_id>")
def consultation(consultation_id: int) -> str:
    context = ctx()
    return page(context, queries.get(context, consultation_id))


def page(context: Ctx, one: Consultation, **forms: Any) -> str:
    """The page of a consultation, with a form in it that is shown again, if any."""
    manages = bool(can(context.actor, "consultation.manage"))
    minutes = queries.minutes_shown(context, one)
    newest = minutes[0].number if minutes else 0
    looked_at = seen.look(f"minutes-{one.id}", newest) if newest else None
    own = queries.own_invitations(context, one)
    answers = one.state == ConsultationState.ANNOUNCED and one.starts_at > context.now
    shown: dict[str, Any] = {
        "answer_forms": {
            i.id: own_ids(
                AnswerForm(
                    formdata=None,
                    coming=SAID.get(i.answer),
                    consents=i.consents_to_listing,
                ),
                f"answer-{i.id}",
            )
            for i in own
        },
        "cancel_form": own_ids(ReasonForm(formdata=None), "cancel"),
        "outcome_form": own_ids(OutcomeForm(formdata=None).fill(context), "outcome")
        if manages
        else None,
        "document_form": own_ids(DocumentForm(formdata=None).fill(), "document")
        if manages
        else None,
        "result_forms": {
            o.id: own_ids(ResultForm(formdata=None, result=o.result), f"result-{o.id}")
            for o in one.outcomes
        },
    }
    shown["answer_forms"] |= forms.pop("answer_forms", {})
    return flask.render_template(
        "consultations/consultation.html",
        consultation=one,
        kind=kinds.kind_label(context, one.kind),
        state=str(STATE_LABELS[one.state]),
        badge=BADGES[one.state],
        due=due_of(context, one),
        ends=end_words(context, one),
        manages=manages,
        sees_reach=bool(can(context.actor, "board.see")),
        begun=one.starts_at <= context.now,
        participants=queries.participants(context, one),
        own=own,
        answers=answers,
        places=places_left(context, one),
        minutes=minutes,
        looked_at=looked_at,
        since_url=minutes_changes(one, newest, looked_at)
        if looked_at and any(m.number == looked_at for m in minutes)
        else "",
        documents=queries.documents_shown(context, one),
        outcomes=[(o, _outcome_due(context, o)) for o in one.outcomes],
        invited=_invited_words(one),
        short=short_notice(context, one) if manages else None,
        reach=reach_of(context, one) if can(context.actor, "board.see") else None,
        answer_labels=ANSWER_LABELS,
        presence_labels=PRESENCE_LABELS,
        visibility_labels=VISIBILITY_LABELS,
        **{**shown, **forms},
    )


def _outcome_due(context: Ctx, outcome: Any) -> Any:
    if outcome.due_on is None:
        return None
    return due(
        outcome.due_on,
        context.now,
        context.house.settings.time_zone,
        delivered_on=outcome.done_on,
    )


def _invited_words(one: Consultation) -> dict[str, int]:
    sent = [i for i in one.invitations if i.invited_at is not None]
    return {
        "listed": len(one.invitations),
        "invited": len(sent),
        "accepted": sum(i.answer == Answer.ACCEPTED for i in sent),
        "declined": sum(i.answer == Answer.DECLINED for i in sent),
        "waiting": sum(i.answer == Answer.WAITING for i in sent),
        "silent": sum(i.answer == Answer.NONE for i in sent),
    }


def _cycle(context: Ctx, cycle_id: int) -> Cycle:
    cycle = context.session.get(Cycle, cycle_id)
    if cycle is None:
        raise NotFound(_("There is no such cycle."))
    return cycle


@bp.route("/consultations/new", methods=["GET", "POST"])
def new() -> Page:
    """A new consultation; `?copy=` takes over the texts of another, `?series=` of a series."""
    allow("consultation.manage")
    context = ctx()
    running = [c for c in cycles(context.session) if not c.closed]
    if not running:
        raise Conflict(_("Open a cycle first: a consultation belongs to one."))
    form = ConsultationForm().fill(context, running)
    like = flask.request.args.get("copy", 0, int)
    pattern = queries.get(context, like) if like else None
    series_id = flask.request.args.get("series", 0, int)
    series = queries.get_series(context, series_id) if series_id else None
    if flask.request.method == "GET":
        _prefill(context, form, pattern, series)
    made: list[Consultation] = []

    def create() -> None:
        made.append(
            service.schedule(
                context,
                _cycle(context, form.cycle_id.data),
                already_held=form.already_held.data,
                series=series or (pattern.series if pattern else None),
                **form.values(context),
            )
        )
        if pattern is not None and not form.already_held.data:
            service.invite(
                context,
                made[0],
                [i.institution_id for i in pattern.invitations if i.institution.active],
            )

    if attempt(form, create):
        flask.flash(
            _("Put on record. Write down who came, the minutes and what was agreed.")
            if made[0].state == ConsultationState.HELD
            else _("Planned. Nobody but the secretariat sees it until you announce it."),
            "success",
        )
        return back_to(made[0])
    return flask.render_template(
        "consultations/edit.html", form=form, consultation=None, now_stored=[], pattern=pattern
    ), status()


def _prefill(
    context: Ctx, form: ConsultationForm, pattern: Consultation | None, series: Any
) -> None:
    cycle = current_cycle(context.session)
    form.cycle_id.data = cycle.id if cycle else None
    form.visibility.data, form.participants_visibility.data = "public", "secretariat"
    if pattern is not None:
        form.show(context, pattern, times=False)
    elif series is not None:
        form.title.data, form.kind.data = series.title, series.kind
        form.purpose.data, form.cycle_id.data = series.purpose, series.cycle_id


@bp.route("/consultations/<int:consultation_id>/edit", methods=["GET", "POST"])
def edit(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = ConsultationForm().fill(context, cycles(context.session))
    if flask.request.method == "GET":
        form.show(context, one)
    form.cycle_id.data = one.cycle_id
    opened_with = lock_of(form)
    sent: list[int] = []
    if attempt(
        form,
        lambda: sent.append(service.edit(context, one, lock=lock_of(form), **form.values(context))),
        one,
    ):
        flask.flash(f"{_('Saved.')} {mails_said(sent[0])}", "success")
        return back_to(one)
    stale = flask.request.method == "POST" and opened_with not in {None, one.lock}
    return flask.render_template(
        "consultations/edit.html",
        form=form,
        consultation=one,
        now_stored=_differences(context, form, one) if stale else [],
        pattern=None,
    ), status()


def _differences(context: Ctx, form: ConsultationForm, one: Consultation) -> list[tuple[str, Any]]:
    """What stands there now, for the fields that this form has otherwise."""
    stored = ConsultationForm(formdata=None).fill(context, [])
    stored.show(context, one)
    return [
        (field.label.text, stored[field.name].data)
        for field in form
        if field.name not in {"lock", "csrf_token", "cycle_id", "already_held"}
        and (field.data or "") != (stored[field.name].data or "")
    ]


@bp.post("/consultations/<int:consultation_id>/announce")
def announce(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = LockForm()
    sent = service.announce(context, one, lock=lock_of(form))
    flask.flash(f"{_('Announced.')} {mails_said(sent)}", "success")
    return back_to(one)


@bp.post("/consultations/<int:consultation_id>/cancel")
def cancel(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = own_ids(ReasonForm(), "cancel")
    sent: list[int] = []
    if attempt(
        form,
        lambda: sent.append(
            service.cancel(context, one, form.reason.data or "", lock=lock_of(form))
        ),
        one,
    ):
        flask.flash(f"{_('Cancelled.')} {mails_said(sent[0])}", "success")
        return back_to(one)
    return page(context, one, cancel_form=form), 422


@bp.post("/consultations/<int:consultation_id>/held")
def held(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    service.record_held(context, one, lock=lock_of(LockForm()))
    flask.flash(_("On record. Now write down who came."), "success")
    return flask.redirect(flask.url_for("consultations.attendance", consultation_id=one.id), 303)


@bp.post("/consultations/<int:consultation_id>/answer/<int:invitation_id>")
def answer(consultation_id: int, invitation_id: int) -> Page:
    """The answer of an institution by one of its people."""
    context = ctx()
    one = queries.get(context, consultation_id)
    invitation = next((i for i in one.invitations if i.id == invitation_id), None)
    if invitation is None or not can(context.actor, "consultation.answer", invitation):
        raise NotFound(_("There is no such invitation, or it is not open to you."))
    own = invitation.institution_id in context.actor.institution_ids
    form = own_ids(AnswerForm(), f"answer-{invitation.id}")
    given: list[Answer] = []
    if attempt(
        form,
        lambda: given.append(
            service.answer(
                context,
                invitation,
                form.coming.data == "yes",
                # The secretariat writes down an answer by telephone; it says nothing of consent.
                consents=form.consents.data if own else None,
            )
        ),
    ):
        flask.flash(thanks(given[0]), "success")
        return back_to(one)
    return page(context, one, answer_forms={invitation.id: form}), 422


def thanks(given: Answer) -> str:
    """What happens next, after an answer."""
    if given == Answer.ACCEPTED:
        return _("Thank you. You are expected. You can change your answer until it begins.")
    if given == Answer.WAITING:
        return _("Every place is taken. You are on the waiting list, and told when one is free.")
    return _("Thank you for telling us. You can change your answer until it begins.")


@bp.route("/invitations/<token>", methods=["GET", "POST"])
def respond(token: str) -> Page:
    """The answer of an institution without an account, by the link in its mail."""
    from nmrf.consultations.tokens import invitation_of

    context = ctx()
    invitation: Invitation = invitation_of(context, token)
    one = invitation.consultation
    form = AnswerForm(consents=invitation.consents_to_listing)
    given: list[Answer] = []
    if attempt(
        form,
        lambda: given.append(
            service.answer(
                context,
                invitation,
                form.coming.data == "yes",
                consents=form.consents.data,
                by_link=True,
            )
        ),
    ):
        flask.flash(thanks(given[0]), "success")
        return flask.redirect(flask.url_for("consultations.respond", token=token), 303)
    text = flask.render_template(
        "consultations/respond.html",
        invitation=invitation,
        consultation=one,
        form=form,
        kind=kinds.kind_label(context, one.kind),
        answer_label=str(ANSWER_LABELS[invitation.answer]),
        answers=one.state == ConsultationState.ANNOUNCED and one.starts_at > context.now,
        due=due_of(context, one),
        ends=end_words(context, one),
    )
    response = flask.make_response(text, status())
    # The address is the key: no other page and no shared cache may keep it.
    response.headers["Cache-Control"] = "no-store"
    return response
