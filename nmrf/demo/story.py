"""The story in its order: from the third cycle to this moment, by the clock of each day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from nmrf.core.clock import local_date
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.cycles.models import Cycle
from nmrf.demo import accounts, deadlines, drafts, hitches, meetings, past, plan, rounds
from nmrf.rehearsal import people
from nmrf.rehearsal.play import Play


def tell(play: Play, now: datetime) -> None:
    """Play everything up to `now`; the clock of the play stands there at the end.

    Raises:
        Conflict: when the clock of the machine stands before the story's own past.
    """
    today = local_date(now, play.house.settings.time_zone)
    if today < past.UP_TO:
        raise Conflict(_("The clock of this machine is wrong: it stands at %(now)s.", now=now))
    play.clock.move_to(play.local(past.BEGINNING, time(9)))
    people.bring_in(play, past.BEGINNING)
    accounts.describe_partners(play)
    cycle = past.fourth_cycle(play, past.third_cycle(play))
    actions = plan.begin(play, cycle)
    year = rounds.year_now(today) - 1
    rounds.last_round(play, cycle, year)
    meetings.spring(play, cycle, year)
    plan.go_on(play, actions)
    _this_year(play, cycle, today)
    play.move_to(today, time(0))
    play.clock.move_to(now)
    accounts.open_doors(play)
    play.run_jobs()


def _this_year(play: Play, cycle: Cycle, today: date) -> None:
    """From half a year ago to yesterday; the days count back from today."""
    deadlines.deliver_until(play, cycle, play.today)
    third = drafts.first_round(play, cycle, today)
    table = meetings.round_table(play, cycle, today)
    yearly = drafts.returned_by_a_ministry(play, cycle, today)
    meetings.round_table_held(play, table, today)
    collection = rounds.open_now(play, cycle, today)
    window = drafts.open_for_comment(play, third, today)
    run = drafts.send_to_ministries(play, yearly, today)
    play.move_to(today - timedelta(days=6))
    rounds.first_answers(play, collection)
    meetings.ahead(play, cycle, today)
    hitches.assignments(play, cycle)
    play.move_to(today - timedelta(days=4))
    drafts.comments_now(play, window)
    drafts.first_approvals(play, run)
    drafts.to_the_minister(play, cycle)
    drafts.go_on(play, third)
    hitches.sent_back(play, collection)
    hitches.away(play, today)
    deadlines.deliver_until(play, cycle, play.today)
