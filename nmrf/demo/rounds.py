"""Two rounds of updates: last year's, signed and closed, and the one that is open now."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf.cycles.models import Cycle
from nmrf.rehearsal import rounds as play_rounds
from nmrf.rehearsal.play import Play
from nmrf.updates import service as updates
from nmrf.updates.models import Round

# Who has answered how much in the open round: a round in mid-course looks like this.
SIGNED = ("education", "environment")
SENT = ("health",)
BEGUN = {"justice": 12, "culture": 5, "interior": 3}


def year_now(today: date) -> int:
    """The year of the round that is open: the one that the updates are collected for."""
    return today.year + (1 if today.month >= 3 else 0)


def last_round(play: Play, cycle: Cycle, year: int) -> Round:
    """The round of the year before: every ministry asked answers, two things stay open."""
    play.move_to(date(year - 1, 12, 8))
    with play.acting("secretariat") as ctx:
        made = updates.create_round(
            ctx,
            cycle,
            year=year,
            opens_on=date(year, 1, 2),
            closes_on=date(year, 1, 31),
            consolidate_by=date(year, 2, 28),
            title=f"Updates for January {year}",
        )
    play.move_to(play.working_day(date(year, 1, 5)))
    for day, key in enumerate(play_rounds.bodies_asked(play, made), start=7):
        play.move_to(date(year, 1, day))
        play_rounds.write(play, made, key)
        play_rounds.send(play, made, key)
        if key == "health":
            play_rounds.send_back_once(play, made, key)
        play_rounds.sign(play, made, key)
    play.move_to(date(year, 2, 3))
    return made


def open_now(play: Play, cycle: Cycle, today: date) -> Round:
    """The round that opened two weeks ago and closes in two weeks."""
    year = year_now(today)
    opens, closes = today - timedelta(days=14), today + timedelta(days=15)
    play.move_to(opens - timedelta(days=7))
    with play.acting("secretariat") as ctx:
        made = updates.create_round(
            ctx,
            cycle,
            year=year,
            opens_on=opens,
            closes_on=closes,
            consolidate_by=closes + timedelta(days=28),
            title=f"Updates for January {year}",
        )
    play.move_to(opens)  # the job opens it
    return made


def first_answers(play: Play, made: Round) -> None:
    """Some ministries have signed, some have sent, some have begun, some have not."""
    for key in SIGNED:
        play_rounds.write(play, made, key)
        play_rounds.send(play, made, key)
        play_rounds.sign(play, made, key)
    for key in SENT:
        play_rounds.write(play, made, key)
        play_rounds.send(play, made, key)
    for key, most in BEGUN.items():
        play_rounds.write(play, made, key, most=most)
