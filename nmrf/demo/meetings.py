"""Consultations of the demonstration: held ones, one cancelled, one ahead."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf.consultations import service as consultations
from nmrf.consultations.models import Consultation
from nmrf.core.clock import local_date
from nmrf.cycles.models import Cycle
from nmrf.rehearsal import meeting
from nmrf.rehearsal.play import Play


def first(play: Play, cycle: Cycle) -> None:
    """Before the national report, in 2024, and the debriefing after the review."""
    play.move_to(date(2024, 2, 20))
    one = meeting.plan(play, cycle, date(2024, 3, 20), "Consultation on the national report")
    meeting.announce(play, one)
    play.move_to(date(2024, 3, 11))
    meeting.answer(play, one)
    play.move_to(date(2024, 3, 21))
    due = date(2024, 6, 14)
    meeting.hold(play, one, "The draft is put online for comment.", "foreign", due)
    play.move_to(date(2024, 6, 10))
    meeting.carry_out(play, one, "foreign", "The draft is online.")


def spring(play: Play, cycle: Cycle, year: int) -> None:
    """The consultation of the spring, with what was agreed."""
    day = play.working_day(date(year, 3, 18))
    play.move_to(date(year, 2, 17))
    one = meeting.plan(play, cycle, day, f"Spring consultation {year}")
    meeting.announce(play, one)
    play.move_to(day - timedelta(days=6))
    meeting.answer(play, one)
    play.move_to(day + timedelta(days=1))
    meeting.hold(
        play,
        one,
        "The Ministry of Justice publishes a table of waiting times.",
        "justice",
        date(year, 12, 18),
    )


def round_table(play: Play, cycle: Cycle, today: date) -> Consultation:
    """A thematic meeting of last month, invited in time."""
    day = play.working_day(today - timedelta(days=21))
    play.move_to(day - timedelta(days=23))
    one = meeting.plan(
        play, cycle, day, "Round table on housing and families", kind="themed_hearing"
    )
    meeting.announce(play, one)
    return one


def round_table_held(play: Play, one: Consultation, today: date) -> None:
    """It took place; what a ministry took on there is late by now."""
    day = local_date(one.starts_at, play.house.settings.time_zone)
    play.move_to(day - timedelta(days=3))
    meeting.answer(play, one)
    play.move_to(day + timedelta(days=1))
    wanted = "The Ministry of Labour publishes how many places safe houses have, by region."
    meeting.hold(play, one, wanted, "labour", today - timedelta(days=12))


def called_off(play: Play, cycle: Cycle, today: date) -> None:
    """A hearing that was announced and then cancelled."""
    day = play.working_day(today - timedelta(days=95))
    play.move_to(day - timedelta(days=28))
    one = meeting.plan(
        play, cycle, day, "Hearing in the second region", kind="regional", venue="Town hall"
    )
    meeting.announce(play, one)
    play.move_to(day - timedelta(days=12))
    meeting.cancel(play, one, "The hall is closed for repairs. A new date will be announced.")


def ahead(play: Play, cycle: Cycle, today: date) -> None:
    """The consultation five weeks from now, announced, with the first answers; and a series."""
    with play.acting("secretariat") as ctx:
        consultations.create_series(
            ctx,
            cycle,
            title="Consultation with civil society, twice a year",
            kind="biannual",
            purpose="Progress and next steps, every March and September.",
        )
    day = play.working_day(_outside_holidays(today + timedelta(days=35)))
    title = "Consultation on the draft mid-term report"
    one = meeting.plan(play, cycle, day, title, kind="feedback_meeting")
    meeting.announce(play, one)
    meeting.answer(play, one)
    # Planned and not announced: this one waits for the secretariat.
    day = play.working_day(_outside_holidays(today + timedelta(days=24)))
    meeting.plan(
        play, cycle, day, "Hearing in the third region", kind="regional", venue="Public library"
    )


def _outside_holidays(day: date) -> date:
    """The day itself; between the years the nearest day before or after."""
    if date(day.year, 1, 8) <= day <= date(day.year, 12, 18):
        return day
    before = date(day.year if day.month == 12 else day.year - 1, 12, 18)
    after = date(before.year + 1, 1, 8)
    return min(before, after, key=lambda other: abs(other - day))
