"""A line of the board: one thing that somebody must deliver, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from nmrf.core import due as core_due
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.i18n import Lazy, _l
from nmrf.desk.people import Named, People

AHEAD = timedelta(days=183)  # what is due later is not yet a matter for the day


class Show(StrEnum):
    NOW = "now"
    LATE = "late"
    SOON = "soon"
    OPEN = "open"
    DELIVERED = "delivered"


SHOW_LABELS: dict[Show, Lazy] = {
    Show.NOW: _l("The next six months"),
    Show.LATE: _l("Late"),
    Show.SOON: _l("Due within two weeks"),
    Show.OPEN: _l("All open"),
    Show.DELIVERED: _l("Delivered"),
}


@dataclass(frozen=True)
class Line:
    """One thing that somebody must deliver.

    `who` owes it, `persons` are responsible there today. `delivered` says how far it is;
    `done` of `total` where it is counted. `state`: late, soon, ahead, undated or delivered.
    """

    what: str
    kind: str
    endpoint: str
    values: Mapping[str, Any]
    who: str
    institution_id: int | None
    due_on: date | None
    due: Due | None
    state: str
    delivered: str
    done: int = 0
    total: int = 0
    persons: tuple[Named, ...] = ()
    names_persons: bool = True  # false for bodies outside the Government
    responsible: Callable[[People], tuple[Named, ...]] = field(
        default=lambda _people: (), repr=False, compare=False
    )

    def is_in(self, show: Show, today: date) -> bool:
        if show in {Show.OPEN, Show.NOW}:
            near = self.due_on is None or self.due_on <= today + AHEAD
            return self.state != "delivered" and (near or show is Show.OPEN)
        return self.state == show.value


def state_of(ctx: Ctx, due_on: date | None) -> tuple[Due | None, str]:
    """A due date in words and the state of what is still open by it."""
    if due_on is None:
        return None, "undated"
    said = core_due.due(due_on, ctx.now, ctx.house.settings.time_zone)
    return said, {"overdue": "late"}.get(said.state, said.state)


Source = Callable[[Ctx], list[Line]]
