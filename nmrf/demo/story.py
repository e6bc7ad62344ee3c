"""The story in its order: from the third cycle to this moment, by the clock of each day."""

from __future__ import annotations

from datetime import datetime, time

from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.demo import accounts, past
from nmrf.rehearsal import people
from nmrf.rehearsal.play import Play

EARLIEST = past.UP_TO


def tell(play: Play, now: datetime) -> None:
    """Play everything up to `now`; the clock of the play stands there at the end.

    Raises:
        Conflict: when the clock of the machine stands before the story's own past.
    """
    if now.date() < EARLIEST:
        raise Conflict(_("The clock of this machine is wrong: it stands at %(now)s.", now=now))
    play.clock.move_to(play.local(past.BEGINNING, time(9)))
    people.bring_in(play, past.BEGINNING)
    third = past.third_cycle(play)
    past.fourth_cycle(play, third)
    play.clock.move_to(now)
    accounts.open_doors(play)
    play.run_jobs()
