"""Who is invited and who came."""

from __future__ import annotations

from typing import Any

import flask

from nmrf.accounts.models import INSTITUTION_KIND_LABELS
from nmrf.accounts.queries import institutions
from nmrf.consultations import notices, queries, service
from nmrf.consultations.forms import InviteForm, LockForm, ParticipantForm
from nmrf.consultations.invitations import short_notice
from nmrf.consultations.models import Consultation, Presence
from nmrf.consultations.record import Attendance
from nmrf.consultations.views.common import Page, attempt, back_to, bp, lock_of, own_ids, status
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, ngettext
from nmrf.web.edge import allow, ctx


@bp.route("/consultations/<int:consultation_id>/invite", methods=["GET", "POST"])
def invite(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = InviteForm()
    free = _free(context, one, form)
    added: list[Any] = []

    def verb() -> None:
        chosen = set(form.institutions.data or [])
        chosen |= {i.id for i in free if i.kind in (form.kinds.data or [])}
        if not chosen:
            raise Invalid(_("Choose somebody to invite."), place="institutions")
        added.extend(service.invite(context, one, chosen))

    if attempt(form, verb, one):
        flask.flash(_added(one, len(added)), "success")
        return back_to(one, "invited")
    reached = notices.recipients(context, [i.id for i in free])
    return flask.render_template(
        "consultations/invite.html",
        consultation=one,
        form=form,
        notes={
            i.id: "" if reached.get(i.id) or i.email else _("no address to write to") for i in free
        },
        short=short_notice(context, one),
        free=free,
    ), status()


def _free(context: Ctx, one: Consultation, form: InviteForm) -> list[Any]:
    listed = {i.institution_id for i in one.invitations}
    free = [i for i in institutions(context.session) if i.id not in listed]
    kinds = sorted({i.kind for i in free}, key=lambda kind: str(INSTITUTION_KIND_LABELS[kind]))
    form.kinds.choices = [
        (
            kind.value,
            f"{INSTITUTION_KIND_LABELS[kind]} ({sum(i.kind == kind for i in free)})",
        )
        for kind in kinds
    ]
    form.institutions.choices = [(i.id, i.name) for i in free]
    return free


def _added(one: Consultation, count: int) -> str:
    if one.announced_at is None:
        return ngettext(
            "%(n)s institution is on the list. It is written to when you announce the "
            "consultation.",
            "%(n)s institutions are on the list. They are written to when you announce the "
            "consultation.",
            count,
        )
    return ngettext("%(n)s institution was invited.", "%(n)s institutions were invited.", count)


@bp.post("/consultations/<int:consultation_id>/uninvite/<int:invitation_id>")
def uninvite(consultation_id: int, invitation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    service.remove_invitation(context, queries.get_invitation(context, invitation_id))
    flask.flash(_("Taken off the list."), "success")
    return back_to(one, "invited")


@bp.route("/consultations/<int:consultation_id>/attendance", methods=["GET", "POST"])
def attendance(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    form = LockForm()
    problem = ""
    if flask.request.method == "POST" and form.validate():
        try:
            rows, singles = _rows(one), _counts("single")
            service.record_attendance(context, one, rows, singles=singles, lock=lock_of(form))
        except (Invalid, Conflict) as error:
            context.session.rollback()
            problem = error.message
        else:
            flask.flash(_("Who came is on record."), "success")
            return back_to(one, "participants")
    return _attendance_page(context, one, problem), status()


def _attendance_page(
    context: Ctx, one: Consultation, problem: str = "", form: ParticipantForm | None = None
) -> str:
    listed = {i.institution_id for i in one.invitations}
    return flask.render_template(
        "consultations/attendance.html",
        consultation=one,
        problem=problem,
        sent=flask.request.form,
        form=form or own_ids(ParticipantForm(formdata=None).fill(context, listed), "more"),
        presences=[
            (Presence.UNKNOWN, _("not recorded")),
            (Presence.PRESENT, _("came")),
            (Presence.ABSENT, _("did not come")),
        ],
    )


def _rows(one: Consultation) -> dict[int, Attendance]:
    rows = {}
    for invitation in one.invitations:
        chosen = flask.request.form.get(f"presence-{invitation.id}", "unknown")
        presence = Presence(chosen) if chosen in set(Presence) else Presence.UNKNOWN
        women, men, others = _counts(str(invitation.id))
        consents = f"consents-{invitation.id}" in flask.request.form
        rows[invitation.id] = Attendance(presence, women, men, others, consents)
    return rows


def _counts(name: str) -> tuple[int, int, int]:
    found = []
    for who in ("women", "men", "others"):
        text = flask.request.form.get(f"{who}-{name}", "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 7):
            raise Invalid(_("“%(text)s” is not a number of people.", text=text[:20]))
        found.append(int(text or 0))
    return found[0], found[1], found[2]


@bp.post("/consultations/<int:consultation_id>/attendance/more")
def add_participant(consultation_id: int) -> Page:
    allow("consultation.manage")
    context = ctx()
    one = queries.get(context, consultation_id)
    listed = {i.institution_id for i in one.invitations}
    form = own_ids(ParticipantForm().fill(context, listed), "more")
    if attempt(
        form,
        lambda: service.add_participant(
            context,
            one,
            form.institution_id.data,
            Attendance(
                Presence.PRESENT,
                form.women.data or 0,
                form.men.data or 0,
                form.others.data or 0,
                form.consents.data,
            ),
        ),
    ):
        flask.flash(_("Added to those who came."), "success")
        return flask.redirect(
            flask.url_for("consultations.attendance", consultation_id=one.id), 303
        )
    return _attendance_page(context, one, form=form), 422
