"""Verbs on invitations: invite institutions, take the answer, keep the waiting list."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.consultations import notices
from nmrf.consultations.models import Answer, Consultation, ConsultationState, Invitation
from nmrf.core import events
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles.planning import practice_of

S = ConsultationState


def short_notice(ctx: Ctx, consultation: Consultation) -> tuple[int, int] | None:
    """(days left, days that the practice wants) when an invitation sent now comes late.

    The lead time is the practice's `invitation_days`; invitations at short notice keep people
    out (UPR Info, The Butterfly Effect, L501 and L688).
    """
    wanted = practice_of(ctx.house, consultation.cycle.practice).invitation_days
    begins = local_date(consultation.starts_at, ctx.house.settings.time_zone)
    left = (begins - ctx.today).days
    return (left, wanted) if left < wanted and consultation.starts_at > ctx.now else None


def invite(
    ctx: Ctx, consultation: Consultation, institution_ids: Iterable[int]
) -> list[Invitation]:
    """Put institutions on the list. Once it is announced, the new ones are written to at once.

    Those on the list already are passed over. Raises `Invalid` for an institution that does not
    exist or is no longer active, `Conflict` when it is held or cancelled.
    """
    access.require(ctx.actor, "consultation.manage", consultation)
    if consultation.state not in {S.PLANNED, S.ANNOUNCED}:
        raise Conflict(_("Nobody can be invited any more: it was held or cancelled."))
    if consultation.state == S.ANNOUNCED and consultation.starts_at <= ctx.now:
        raise Conflict(_("Nobody can be invited any more: it has begun."))
    wanted = set(institution_ids)
    known = {one.institution_id for one in consultation.invitations}
    found = list(
        ctx.session.scalars(
            select(Institution).where(Institution.id.in_(wanted), Institution.active)
        )
    )
    if len(found) < len(wanted):
        raise Invalid(_("Choose institutions from the list."), place="institutions")
    added = []
    for institution in sorted(found, key=lambda i: i.name):
        if institution.id not in known:
            one = Invitation(
                institution_id=institution.id,
                invited_at=ctx.now if consultation.state == S.ANNOUNCED else None,
            )
            one.institution = institution
            consultation.invitations.append(one)
            added.append(one)
    if added:
        ids = [one.institution_id for one in added]
        events.record(ctx, "consultation.invited", consultation, institutions=ids)
    if consultation.state == S.ANNOUNCED:
        notices.invited(ctx, added)
    return added


def remove_invitation(ctx: Ctx, invitation: Invitation) -> None:
    """Take an institution off the list, as long as nothing was sent to it.

    Raises `Conflict` once the invitation has gone out.
    """
    access.require(ctx.actor, "consultation.manage", invitation.consultation)
    if invitation.invited_at is not None:
        raise Conflict(_("This invitation has gone out, so it stays on the record."))
    consultation = invitation.consultation
    consultation.invitations.remove(invitation)
    ctx.session.delete(invitation)
    events.record(
        ctx, "consultation.uninvited", consultation, institutions=[invitation.institution_id]
    )


def answer(
    ctx: Ctx,
    invitation: Invitation,
    coming: bool,
    *,
    consents: bool | None = None,
    by_link: bool = False,
) -> Answer:
    """Take the answer of an institution: comes or does not come. It can be changed until it begins.

    When every place is taken, whoever would come is on the waiting list; a place given up goes
    to the first who waits. `by_link` is an answer by the signed link, which stands for the
    institution. `consents`: may be named in the list of participants.

    Raises `Conflict` when it is not announced, or has begun.
    """
    consultation = _locked(ctx, invitation)
    if consultation.state != S.ANNOUNCED:
        raise Conflict(_("No answer is needed any more: it was held or cancelled."))
    if consultation.starts_at <= ctx.now:
        raise Conflict(_("It has begun, so the answer can no longer be changed."))
    if invitation.invited_at is None:
        raise Conflict(_("This institution has not been invited yet."))
    if not by_link:
        access.require(ctx.actor, "consultation.answer", invitation)
    if consents is not None:
        invitation.consents_to_listing = consents
    before = invitation.answer
    if not coming:
        invitation.answer = Answer.DECLINED
    elif before != Answer.ACCEPTED:
        full = places_left(ctx, consultation, but=invitation) == 0
        invitation.answer = Answer.WAITING if full else Answer.ACCEPTED
    invitation.answered_at = ctx.now
    events.record(ctx, "invitation.answered", invitation, answer=invitation.answer, by_link=by_link)
    if before == Answer.ACCEPTED and not coming:
        fill_places(ctx, consultation)
    return invitation.answer


def _locked(ctx: Ctx, invitation: Invitation) -> Consultation:
    """The consultation, held for this transaction: two must not take the last place."""
    consultation = invitation.consultation
    state = ctx.session.scalar(
        select(Consultation.state).where(Consultation.id == consultation.id).with_for_update()
    )
    if state != consultation.state:
        raise Conflict(_("This consultation has just been changed. Load the page again."))
    return consultation


def places_left(ctx: Ctx, consultation: Consultation, but: Invitation | None = None) -> int | None:
    """How many organisations there is still room for; None without a limit.

    Counted in the database: what was loaded before the lock may be old.
    """
    if consultation.capacity is None:
        return None
    taken = ctx.session.scalar(
        select(func.count(Invitation.id)).where(
            Invitation.consultation_id == consultation.id,
            Invitation.answer == Answer.ACCEPTED,
            Invitation.id != (but.id if but else 0),
        )
    )
    return max(consultation.capacity - (taken or 0), 0)


def fill_places(ctx: Ctx, consultation: Consultation) -> int:
    """Give free places to those who wait, the longest first, and tell them."""
    waiting = sorted(
        (one for one in consultation.invitations if one.answer == Answer.WAITING),
        key=lambda one: (one.answered_at is None, one.answered_at, one.id),
    )
    moved = 0
    for one in waiting:
        if places_left(ctx, consultation) == 0:
            break
        one.answer = Answer.ACCEPTED
        events.record(ctx, "invitation.moved_up", one)
        notices.place_free(ctx, one)
        moved += 1
    return moved
