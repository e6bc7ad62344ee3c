"""Consultations as they are played: planned, announced, answered, held, written up, cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta

from nmrf.consultations import service as consultations
from nmrf.consultations.models import Consultation, Presence
from nmrf.consultations.service import Attendance
from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle
from nmrf.rehearsal.play import Play

INVITED = (
    "network",
    "inclusion",
    "youth",
    "ombudsman",
    "parliament",
    "justice",
    "labour",
    "interior",
)
# Who answers how, and with how many women and men they come.
ANSWERS: dict[str, bool] = {
    "network": True,
    "inclusion": True,
    "youth": False,
    "ombudsman": True,
    "justice": True,
}
CAME: dict[str, tuple[int, int]] = {
    "network": (3, 2),
    "inclusion": (1, 1),
    "ombudsman": (1, 0),
    "justice": (2, 1),
    "labour": (1, 1),
}
SPEAKERS = {
    "network": "stakeholder:network",
    "inclusion": "stakeholder:inclusion",
    "youth": "stakeholder:youth",
    "ombudsman": "ombudsman",
    "parliament": "parliament",
    "justice": "focal:justice",
    "labour": "focal:labour",
    "interior": "focal:interior",
}
AGENDA = "What was done since the last meeting\nWhat is late, and why\nNext steps"


def plan(
    play: Play,
    cycle: Cycle,
    day: date,
    title: str,
    *,
    kind: str = "biannual",
    venue: str = "Hall of the Ministry of Foreign Affairs (demonstration)",
    invited: Sequence[str] = INVITED,
) -> Consultation:
    """The secretariat plans a consultation from 10 to 13 o'clock, with a list to invite."""
    with play.acting("secretariat") as ctx:
        one = consultations.schedule(
            ctx,
            cycle,
            title=title,
            kind=kind,
            starts_at=play.local(day, time(10)),
            ends_at=play.local(day, time(13)),
            purpose="To hear where implementation stands, and what is to be done next.",
            agenda=AGENDA,
            venue=venue,
        )
        consultations.invite(ctx, one, [play.institutions[key] for key in invited])
    play.say(f"The secretariat plans “{title}” for {day}")
    return one


def announce(play: Play, one: Consultation) -> None:
    """Announce it: the invitations go out with a calendar entry."""
    with play.acting("secretariat") as ctx:
        count = consultations.announce(ctx, one)
    play.say(f"“{one.title}” is announced; {count} invitations are queued")


def move(play: Play, one: Consultation, venue: str) -> None:
    """Another room: the invited get the entry again with a higher sequence."""
    with play.acting("secretariat") as ctx:
        consultations.edit(
            ctx,
            one,
            title=one.title,
            kind=one.kind,
            starts_at=one.starts_at + timedelta(hours=1),
            ends_at=one.ends_at + timedelta(hours=1),
            purpose=one.purpose,
            agenda=one.agenda,
            venue=venue,
        )
    play.say(f"“{one.title}” moves to another room and begins an hour later")


def answer(play: Play, one: Consultation) -> None:
    """The invited say whether they come."""
    by_institution = {i.institution_id: i for i in one.invitations}
    for key, coming in ANSWERS.items():
        invitation = by_institution.get(play.institutions[key])
        if invitation is not None:
            with play.acting(SPEAKERS[key]) as ctx:
                consultations.answer(ctx, invitation, coming, consents=True)
    come = sum(ANSWERS.values())
    play.say(f"Answers to “{one.title}”: accepted {come}, declined {len(ANSWERS) - come}")


def hold(play: Play, one: Consultation, outcome: str, owner: str, due_on: date) -> None:
    """It took place: who came, the minutes, and what was agreed."""
    with play.acting("secretariat") as ctx:
        consultations.record_held(ctx, one)
        rows = {}
        for invitation in one.invitations:
            key = next(k for k, v in play.institutions.items() if v == invitation.institution_id)
            women, men = CAME.get(key, (0, 0))
            presence = Presence.PRESENT if women + men else Presence.ABSENT
            rows[invitation.id] = Attendance(presence, women, men)
        consultations.record_attendance(ctx, one, rows, singles=(2, 1, 0))
        consultations.add_minutes(
            ctx,
            one,
            text=(
                "Demonstration minutes. The secretariat presented where implementation stands. "
                "Those present asked for dates and for answers to every comment.\n\n"
                f"Agreed: {outcome}"
            ),
            visibility=Visibility.PUBLIC,
        )
        consultations.add_outcome(
            ctx, one, text=outcome, institution_id=play.institutions[owner], due_on=due_on
        )
    play.say(f"“{one.title}” is held: {len(CAME)} organisations came; agreed: {outcome}")


def carry_out(play: Play, one: Consultation, owner: str, result: str) -> None:
    """The owner of what was agreed says that it is done."""
    with play.acting(f"focal:{owner}") as ctx:
        for outcome in one.outcomes:
            consultations.complete_outcome(ctx, outcome, result)
    play.say(f"What was agreed at “{one.title}” is done: {result}")


def cancel(play: Play, one: Consultation, reason: str) -> None:
    """Call it off; the invited get the cancellation for their calendars."""
    with play.acting("secretariat") as ctx:
        consultations.cancel(ctx, one, reason)
    play.say(f"“{one.title}” is cancelled: {reason}")
