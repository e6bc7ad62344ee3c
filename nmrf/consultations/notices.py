"""Who is written to about a consultation. Texts: `templates/email/consultation.*.txt`.

An institution is reached through the people who hold an office in it; one without any through
its own address, with a signed link to answer by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from nmrf.accounts.queries import holders, stand_ins
from nmrf.consultations import kinds
from nmrf.consultations.models import Answer, Consultation, Invitation, Outcome, Series
from nmrf.consultations.tokens import answer_token
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l
from nmrf.core.roles import Role
from nmrf.outbox.ics import Attendee, CalendarEvent, invitation
from nmrf.outbox.mime import Address
from nmrf.outbox.service import CalendarPart, Recipient, notify

ADDRESSED = (
    Role.FOCAL_POINT,
    Role.ALTERNATE,
    Role.COMMITTEE_MEMBER,
    Role.NHRI,
    Role.PARLIAMENT,
    Role.STAKEHOLDER,
)
ALARMS = (timedelta(days=1), timedelta(hours=1))
PARTSTAT = {
    Answer.NONE: "NEEDS-ACTION",
    Answer.ACCEPTED: "ACCEPTED",
    Answer.WAITING: "TENTATIVE",
    Answer.DECLINED: "DECLINED",
}
WHY = _l("your institution is invited to this consultation.")


def recipients(ctx: Ctx, institution_ids: Iterable[int]) -> dict[int, list[Recipient]]:
    """The people through whom each institution is reached, and who stands in for them; in two
    statements.
    """
    found: dict[int, dict[int, Recipient]] = defaultdict(dict)
    for office in holders(ctx.session, ctx.today, ADDRESSED, set(institution_ids)):
        found[office.institution_id][office.person_id] = Recipient.of(office.person)
    away = stand_ins(ctx.session, ctx.today, {one for people in found.values() for one in people})
    for people in found.values():
        for person_id, substitute in away:
            if person_id in people:
                people.setdefault(substitute.id, Recipient.of(substitute))
    return {institution_id: list(people.values()) for institution_id, people in found.items()}


def _reached(ctx: Ctx, asked: list[Invitation]) -> list[tuple[Invitation, Recipient]]:
    people = recipients(ctx, [one.institution_id for one in asked])
    found = []
    for one in asked:
        theirs = people.get(one.institution_id, [])
        if not theirs and one.institution.email:
            language = ctx.house.settings.default_language
            theirs = [Recipient(one.institution.name, one.institution.email, language)]
        found += [(one, to) for to in theirs]
    return found


def calendar_part(ctx: Ctx, one: Invitation, to: Recipient, method: str) -> CalendarPart:
    """The calendar entry of an invitation for one reader: same UID, the present SEQUENCE."""
    consultation, settings = one.consultation, ctx.house.settings
    event = CalendarEvent(
        uid=consultation.calendar_uid,
        stamp=ctx.now,
        start=consultation.starts_at,
        end=consultation.ends_at,
        zone=settings.time_zone,
        summary=consultation.title,
        sequence=consultation.sequence,
        description="\n\n".join(t for t in (consultation.purpose, consultation.online_url) if t),
        location=consultation.venue or consultation.online_url,
        url=ctx.house.link("consultations.consultation", consultation_id=consultation.id),
        organizer=Address(settings.mail_from_name, settings.mail_from_address),
        attendees=(Attendee(to.name, to.address, answer=PARTSTAT[one.answer]),),
        alarms=ALARMS,
    )
    text = invitation(event, "CANCEL" if method == "CANCEL" else "REQUEST")
    return CalendarPart(text, method)


def _send(
    ctx: Ctx, kind: str, asked: list[Invitation], method: str = "REQUEST", key: str = ""
) -> int:
    sent = 0
    for one, to in _reached(ctx, asked):
        consultation = one.consultation
        message = notify(
            ctx,
            kind,
            to,
            one,
            key=f"{one.id}:{key or f'seq:{consultation.sequence}'}",
            why=WHY,
            calendar=calendar_part(ctx, one, to, method) if method else None,
            consultation=consultation,
            kind_label=kinds.kind_label(ctx, consultation.kind),
            answer_url=_answer_url(ctx, one, to),
        )
        if message is not None:
            sent += 1
            if one.person_id is None:
                one.person_id = to.person_id
    return sent


def _answer_url(ctx: Ctx, one: Invitation, to: Recipient) -> str:
    if to.person_id is None:
        return ctx.house.link("consultations.respond", token=answer_token(ctx, one))
    return ctx.house.link("consultations.consultation", consultation_id=one.consultation_id)


def invited(ctx: Ctx, asked: list[Invitation]) -> int:
    """Send the invitations, each with its calendar entry. Gives how many mails were queued."""
    return _send(ctx, "consultation.invited", asked)


def changed(ctx: Ctx, consultation: Consultation) -> int:
    """Time, place or title are others: an update to all invited who have not declined."""
    return _send(ctx, "consultation.changed", _still_asked(consultation))


def cancelled(ctx: Ctx, consultation: Consultation) -> int:
    """It will not take place: METHOD:CANCEL to all invited who have not declined."""
    return _send(ctx, "consultation.cancelled", _still_asked(consultation), "CANCEL")


def place_free(ctx: Ctx, one: Invitation) -> int:
    """A place has become free for an institution on the waiting list."""
    return _send(ctx, "consultation.place_free", [one], key=f"place:{ctx.now:%Y%m%d%H%M%S}")


def reminded(ctx: Ctx, asked: list[Invitation], step: int) -> int:
    """A reminder some days before; the day in the key makes a moved meeting count anew."""
    sent = 0
    for one in asked:
        day = f"{one.consultation.starts_at:%Y%m%d}:{step}"
        sent += _send(ctx, "consultation.reminder", [one], "", key=day)
    return sent


def _still_asked(consultation: Consultation) -> list[Invitation]:
    return [
        one
        for one in consultation.invitations
        if one.invited_at is not None and one.answer != Answer.DECLINED
    ]


def outcome_given(ctx: Ctx, outcome: Outcome) -> int:
    """The institution that took something on reads what, and by when."""
    return _outcome(ctx, "outcome.given", outcome, "given")


def outcome_reminded(ctx: Ctx, outcome: Outcome, step: int) -> int:
    """A reminder of an outcome that is due or late."""
    return _outcome(ctx, "outcome.reminder", outcome, f"{outcome.due_on}:{step}")


def _outcome(ctx: Ctx, kind: str, outcome: Outcome, key: str) -> int:
    people = recipients(ctx, [outcome.institution_id]).get(outcome.institution_id, [])
    if not people and outcome.institution.email:
        language = ctx.house.settings.default_language
        people = [Recipient(outcome.institution.name, outcome.institution.email, language)]
    sent = 0
    for to in people:
        if to.person_id is not None and to.person_id == ctx.actor.id:
            continue
        message = notify(
            ctx,
            kind,
            to,
            outcome,
            key=f"{outcome.id}:{key}",
            why=_l("your institution took this on."),
            consultation=outcome.consultation,
        )
        sent += message is not None
    return sent


def series_planned(ctx: Ctx, series: Series, consultation: Consultation) -> int:
    """The secretariat learns that a consultation of a series was put into the plan."""
    sent = 0
    people = {
        office.person_id: office.person
        for office in holders(ctx.session, ctx.today, [Role.SECRETARIAT])
    }
    for person in people.values():
        message = notify(
            ctx,
            "consultation.planned",
            Recipient.of(person),
            consultation,
            key=str(consultation.id),
            why=_l("you arrange the consultations."),
            series=series,
        )
        sent += message is not None
    return sent
