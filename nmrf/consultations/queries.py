"""Reads: what an actor may see of consultations, and what waits for an institution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from nmrf import access
from nmrf.consultations.models import (
    Answer,
    Consultation,
    ConsultationState,
    Document,
    Invitation,
    Minutes,
    Outcome,
    OutcomeState,
    Presence,
    Series,
)
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import Page, paginate
from nmrf.core.roles import Actor
from nmrf.cycles.models import Cycle


def visible(ctx: Ctx) -> ColumnElement[bool]:
    """Which consultations the actor sees: announced, and open to them or to their institution.

    The one filter for list, page, calendar, feed and search; `consultation.see` says the same.
    """
    return visible_to(ctx.actor)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The same for an actor."""
    if access.can(actor, "consultation.manage"):
        return true()
    shown: ColumnElement[bool] = Consultation.visibility.in_(access.visible_levels(actor))
    if actor.institution_ids:
        asked = select(Invitation.consultation_id).where(
            Invitation.institution_id.in_(actor.institution_ids)
        )
        shown = or_(shown, Consultation.id.in_(asked))
    known = or_(
        Consultation.announced_at.is_not(None), Consultation.state == ConsultationState.HELD
    )
    return and_(known, shown)


def _listed(ctx: Ctx) -> Select[Consultation]:
    return select(Consultation).where(visible(ctx)).options(joinedload(Consultation.cycle))


def get(ctx: Ctx, consultation_id: int) -> Consultation:
    """A consultation that the actor may see, with everything on its page. Raises `NotFound`."""
    consultation = ctx.session.scalar(
        _listed(ctx)
        .where(Consultation.id == consultation_id)
        .options(
            joinedload(Consultation.series),
            selectinload(Consultation.invitations).joinedload(Invitation.institution),
            selectinload(Consultation.minutes),
            selectinload(Consultation.documents).joinedload(Document.file),
            selectinload(Consultation.outcomes).joinedload(Outcome.institution),
            selectinload(Consultation.outcomes).joinedload(Outcome.recommendation),
        )
    )
    if consultation is None:
        raise NotFound(_("There is no such consultation, or it is not open to you."))
    return consultation


def upcoming(ctx: Ctx, limit: int = 100) -> list[Consultation]:
    """Those that have not ended and are not cancelled, the next first."""
    return list(
        ctx.session.scalars(
            _listed(ctx)
            .where(
                Consultation.ends_at > ctx.now,
                Consultation.state.in_([ConsultationState.PLANNED, ConsultationState.ANNOUNCED]),
            )
            .order_by(Consultation.starts_at, Consultation.id)
            .limit(limit)
        )
    )


def past(ctx: Ctx, number: int = 1, size: int = 20) -> Page[Consultation]:
    """Those that have ended or were cancelled, the latest first, a page of them."""
    over = or_(
        Consultation.ends_at <= ctx.now,
        Consultation.state.in_([ConsultationState.HELD, ConsultationState.CANCELLED]),
    )
    query = _listed(ctx).where(over)
    return paginate(
        ctx.session,
        query.order_by(Consultation.starts_at.desc(), Consultation.id.desc()),
        number,
        size,
    )


def all_series(ctx: Ctx) -> list[Series]:
    """The series of cycles that run, by title."""
    return list(
        ctx.session.scalars(
            select(Series)
            .join(Cycle, Cycle.id == Series.cycle_id)
            .where(~Cycle.closed)
            .order_by(Series.title, Series.id)
        )
    )


def get_series(ctx: Ctx, series_id: int) -> Series:
    """A series. Raises `NotFound`."""
    series = ctx.session.get(Series, series_id)
    if series is None:
        raise NotFound(_("There is no such series."))
    return series


def of_series(ctx: Ctx, series: Series) -> list[Consultation]:
    """The consultations of a series that the actor may see, the latest first."""
    return list(
        ctx.session.scalars(
            _listed(ctx)
            .where(Consultation.series_id == series.id)
            .order_by(Consultation.starts_at.desc())
        )
    )


def minutes_shown(ctx: Ctx, consultation: Consultation) -> list[Minutes]:
    """The versions of the minutes that the actor may read, the newest first."""
    if access.can(ctx.actor, "consultation.manage"):
        return sorted(consultation.minutes, key=lambda m: -m.number)
    levels = access.visible_levels(ctx.actor)
    found = [m for m in consultation.minutes if m.visibility in levels]
    return sorted(found, key=lambda m: -m.number)


def documents_shown(ctx: Ctx, consultation: Consultation) -> list[Document]:
    """The documents that the actor may open."""
    return [d for d in consultation.documents if access.can(ctx.actor, "file.see", d.file)]


@dataclass(frozen=True)
class Participants:
    """Who took part, as far as the actor may know.

    `named` are those shown; `unnamed` counts those that did not consent to be listed. Where
    the list is closed to the actor, `named` is empty and `reason` says so.
    """

    named: list[Invitation]
    unnamed: int
    organisations: int
    women: int
    men: int
    others: int
    reason: str = ""

    @property
    def people(self) -> int:
        return self.women + self.men + self.others


def participants(ctx: Ctx, consultation: Consultation) -> Participants:
    """The list by `participants_visibility` and consent; the sums are open to all who see it."""
    came = [i for i in consultation.invitations if i.presence == Presence.PRESENT]
    manages = bool(access.can(ctx.actor, "consultation.manage"))
    opened = manages or consultation.participants_visibility in access.visible_levels(ctx.actor)
    own = ctx.actor.institution_ids
    named = [
        i for i in came if manages or i.institution_id in own or (opened and i.consents_to_listing)
    ]
    return Participants(
        named=named,
        unnamed=len(came) - len(named) if opened else 0,
        organisations=len(came),
        women=sum(i.women for i in came) + consultation.single_women,
        men=sum(i.men for i in came) + consultation.single_men,
        others=sum(i.others for i in came) + consultation.single_others,
        reason="" if opened else _("The list of participants is not open to you."),
    )


def own_invitations(ctx: Ctx, consultation: Consultation) -> list[Invitation]:
    """The invitations of the actor's own institutions to it."""
    own = ctx.actor.institution_ids
    return [i for i in consultation.invitations if i.institution_id in own and i.invited_at]


def open_invitations(ctx: Ctx) -> list[Invitation]:
    """Invitations of the actor's institutions that wait for an answer, the next first."""
    if not ctx.actor.institution_ids:
        return []
    return list(
        ctx.session.scalars(
            select(Invitation)
            .join(Invitation.consultation)
            .where(
                Invitation.institution_id.in_(ctx.actor.institution_ids),
                Invitation.answer == Answer.NONE,
                Invitation.invited_at.is_not(None),
                Consultation.state == ConsultationState.ANNOUNCED,
                Consultation.starts_at > ctx.now,
            )
            .options(joinedload(Invitation.consultation), joinedload(Invitation.institution))
            .order_by(Consultation.starts_at, Invitation.id)
        )
    )


def open_outcomes(ctx: Ctx, institution_ids: Iterable[int] | None = None) -> list[Outcome]:
    """Outcomes that are not done, of these institutions (the actor's own unless told), by date."""
    ids = list(ctx.actor.institution_ids if institution_ids is None else institution_ids)
    return list(
        ctx.session.scalars(
            select(Outcome)
            .where(Outcome.institution_id.in_(ids), Outcome.state == OutcomeState.OPEN)
            .options(
                joinedload(Outcome.institution),
                joinedload(Outcome.recommendation),
                joinedload(Outcome.consultation),
            )
            .order_by(Outcome.due_on.is_(None), Outcome.due_on, Outcome.id)
        )
    )


def get_outcome(ctx: Ctx, outcome_id: int) -> Outcome:
    """An outcome of a consultation that the actor may see. Raises `NotFound`."""
    outcome = ctx.session.scalar(
        select(Outcome)
        .join(Outcome.consultation)
        .where(Outcome.id == outcome_id, visible(ctx))
        .options(joinedload(Outcome.institution), joinedload(Outcome.consultation))
    )
    if outcome is None:
        raise NotFound(_("There is no such outcome, or it is not open to you."))
    return outcome


def get_invitation(ctx: Ctx, invitation_id: int) -> Invitation:
    """An invitation to a consultation that the actor may see. Raises `NotFound`."""
    invitation = ctx.session.scalar(
        select(Invitation)
        .join(Invitation.consultation)
        .where(Invitation.id == invitation_id, visible(ctx))
        .options(joinedload(Invitation.institution), joinedload(Invitation.consultation))
    )
    if invitation is None:
        raise NotFound(_("There is no such invitation, or it is not open to you."))
    return invitation


def held_count(ctx: Ctx, cycle: Cycle) -> int:
    """How many consultations of a cycle were held."""
    return (
        ctx.session.scalar(
            select(func.count(Consultation.id)).where(
                Consultation.cycle_id == cycle.id, Consultation.state == ConsultationState.HELD
            )
        )
        or 0
    )
