"""What is kept of a consultation: who came, what was said, what was agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.consultations import notices
from nmrf.consultations.models import (
    Consultation,
    ConsultationState,
    Invitation,
    Minutes,
    Outcome,
    OutcomeState,
    Presence,
)
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.recommendations.models import Recommendation

MOST_PEOPLE = 100_000


@dataclass(frozen=True)
class Attendance:
    """Whether an organisation came, with how many people, and whether it may be named."""

    presence: Presence
    women: int = 0
    men: int = 0
    others: int = 0
    consents: bool | None = None  # None leaves what the organisation said before


def record_attendance(
    ctx: Ctx,
    consultation: Consultation,
    rows: Mapping[int, Attendance],
    *,
    singles: tuple[int, int, int] | None = None,
    lock: int | None = None,
) -> None:
    """Write down who came, by id of the invitation. People are counted, not named.

    `singles` are women, men and others who came for no organisation.

    Raises `Conflict` before it is recorded as held, `Invalid` for counts of an organisation
    that did not come.
    """
    check_lock(consultation, lock)
    access.require(ctx.actor, "consultation.manage", consultation)
    _check_held(consultation)
    invitations = {one.id: one for one in consultation.invitations}
    for invitation_id, row in rows.items():
        if invitation_id not in invitations:
            raise Invalid(_("This organisation is not on the list."), place=str(invitation_id))
        _write_attendance(invitations[invitation_id], row)
    if singles is not None:
        _check_counts(*singles, place="singles")
        consultation.single_women, consultation.single_men, consultation.single_others = singles
    came = sum(one.presence == Presence.PRESENT for one in consultation.invitations)
    events.record(ctx, "consultation.attendance_recorded", consultation, came=came)


def add_participant(
    ctx: Ctx, consultation: Consultation, institution_id: int, row: Attendance
) -> Invitation:
    """Write down an organisation that came without being on the list.

    Raises `Invalid` when it is on the list or does not exist, `Conflict` before it was held.
    """
    access.require(ctx.actor, "consultation.manage", consultation)
    _check_held(consultation)
    institution = ctx.session.get(Institution, institution_id)
    if institution is None:
        raise Invalid(_("Choose an institution from the list."), place="institution_id")
    if any(one.institution_id == institution_id for one in consultation.invitations):
        raise Invalid(_("This organisation is on the list already."), place="institution_id")
    one = Invitation(institution_id=institution_id, women=0, men=0, others=0)
    one.institution = institution
    _write_attendance(one, row)
    consultation.invitations.append(one)
    events.record(
        ctx, "consultation.participant_added", consultation, institutions=[institution_id]
    )
    return one


def _check_held(consultation: Consultation) -> None:
    if consultation.state != ConsultationState.HELD:
        raise Conflict(_("First record that the consultation was held."))


def _check_counts(*counts: int, place: str) -> None:
    if any(not 0 <= count <= MOST_PEOPLE for count in counts):
        raise Invalid(_("Give numbers of people, 0 or more."), place=place)


def _write_attendance(one: Invitation, row: Attendance) -> None:
    place = str(one.id or "institution_id")
    _check_counts(row.women, row.men, row.others, place=place)
    people = row.women + row.men + row.others
    if people and row.presence == Presence.ABSENT:
        raise Invalid(
            _(
                "%(name)s did not come, so it cannot have brought anybody.",
                name=one.institution.name,
            ),
            place=place,
        )
    one.presence = Presence.PRESENT if people else row.presence
    one.women, one.men, one.others = row.women, row.men, row.others
    if row.consents is not None:
        one.consents_to_listing = row.consents


def add_minutes(
    ctx: Ctx, consultation: Consultation, *, text: str, visibility: Visibility, base: int = 0
) -> Minutes:
    """A new version of the minutes; earlier ones stay. `base` is the number it was written on.

    Raises `Conflict` when somebody has written a newer one meanwhile, `Invalid` for no text or
    no change.
    """
    access.require(ctx.actor, "consultation.manage", consultation)
    if consultation.state == ConsultationState.PLANNED:
        raise Conflict(_("This consultation has not been announced, so it has no minutes yet."))
    text = inputs.prose(text, "text", required=True)
    newest = max(consultation.minutes, key=lambda m: m.number, default=None)
    if (newest.number if newest else 0) != base:
        raise Conflict(
            _(
                "Somebody else has saved version %(n)s meanwhile. It stands beside your text: put "
                "the two together, and save again.",
                n=newest.number if newest else 0,
            ),
            place="base",
        )
    if newest is not None and (newest.text, newest.visibility) == (text, visibility):
        raise Invalid(_("This is the text that stands there already."), place="text")
    minutes = Minutes(
        consultation_id=consultation.id,
        number=base + 1,
        text=text,
        visibility=visibility,
        written_by_id=ctx.actor.id,
        written_at=ctx.now,
    )
    consultation.minutes.append(minutes)
    events.record(ctx, "minutes.written", minutes, number=minutes.number, visibility=visibility)
    return minutes


def set_minutes_visibility(
    ctx: Ctx, consultation: Consultation, minutes: Minutes, visibility: Visibility
) -> None:
    """Open or close a version of the minutes to others. Its text never changes."""
    access.require(ctx.actor, "consultation.manage", consultation)
    if minutes.visibility != visibility:
        minutes.visibility = visibility
        events.record(ctx, "minutes.visibility_set", minutes, visibility=visibility)


def add_outcome(
    ctx: Ctx,
    consultation: Consultation,
    *,
    text: str,
    institution_id: int,
    due_on: date | None = None,
    recommendation_id: int | None = None,
) -> Outcome:
    """Something agreed, with an owner and a date, followed until it is done. The owner is told.

    Raises `Invalid` for no text, an unknown owner or recommendation, a year that is a slip.
    """
    access.require(ctx.actor, "consultation.manage", consultation)
    if consultation.state in {ConsultationState.PLANNED, ConsultationState.CANCELLED}:
        raise Conflict(_("Outcomes belong to a consultation that took place."))
    outcome = Outcome(
        consultation_id=consultation.id,
        **_outcome_values(ctx, consultation, text, institution_id, due_on, recommendation_id),
    )
    outcome.institution = ctx.session.get_one(Institution, institution_id)
    consultation.outcomes.append(outcome)
    events.record(ctx, "outcome.added", outcome, institution=institution_id, due=due_on)
    notices.outcome_given(ctx, outcome)
    return outcome


def _outcome_values(
    ctx: Ctx,
    consultation: Consultation,
    text: str,
    institution_id: int,
    due_on: date | None,
    recommendation_id: int | None,
) -> dict[str, object]:
    institution = ctx.session.get(Institution, institution_id)
    if institution is None or not institution.active:
        raise Invalid(_("Choose who takes it on from the list."), place="institution_id")
    if recommendation_id is not None:
        found = ctx.session.get(Recommendation, recommendation_id)
        if found is None:
            raise Invalid(_("There is no such recommendation."), place="recommendation_id")
    return {
        "text": inputs.prose(text, "text", required=True),
        "institution_id": institution_id,
        "due_on": inputs.day(due_on, "due_on"),
        "recommendation_id": recommendation_id,
    }


def edit_outcome(
    ctx: Ctx,
    outcome: Outcome,
    *,
    text: str,
    institution_id: int,
    due_on: date | None,
    recommendation_id: int | None = None,
    lock: int | None = None,
) -> None:
    """Change an outcome that is not done. Raises `Conflict` for an old `lock` or when done."""
    check_lock(outcome, lock)
    if outcome.state == OutcomeState.DONE:
        raise Conflict(_("This is done. Open it again to change it."))
    access.require(ctx.actor, "consultation.manage", outcome.consultation)
    new = _outcome_values(
        ctx, outcome.consultation, text, institution_id, due_on, recommendation_id
    )
    for name, value in new.items():
        setattr(outcome, name, value)
    events.record(ctx, "outcome.edited", outcome, institution=institution_id, due=due_on)


def complete_outcome(ctx: Ctx, outcome: Outcome, result: str, *, lock: int | None = None) -> None:
    """Say that it is done, with the result. Raises `Conflict` when done, `Invalid` for no words."""
    check_lock(outcome, lock)
    if outcome.state == OutcomeState.DONE:
        raise Conflict(_("This is marked as done already."))
    access.require(ctx.actor, "outcome.complete", outcome)
    outcome.result = inputs.prose(result, "result", required=True)
    outcome.state, outcome.done_on = OutcomeState.DONE, ctx.today
    events.record(ctx, "outcome.completed", outcome)


def reopen_outcome(ctx: Ctx, outcome: Outcome, *, lock: int | None = None) -> None:
    """Take back that it is done; the result stays until a new one is written."""
    check_lock(outcome, lock)
    if outcome.state != OutcomeState.DONE:
        raise Conflict(_("This is not marked as done."))
    access.require(ctx.actor, "consultation.manage", outcome.consultation)
    outcome.state, outcome.done_on = OutcomeState.OPEN, None
    events.record(ctx, "outcome.reopened", outcome)
