"""A line of the board: one thing that somebody must deliver, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from nmrf.core import due as core_due
from nmrf.core.calendar import add_months
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.i18n import Lazy, _l
from nmrf.desk.people import Named, People


class Show(StrEnum):
    """What the board shows: the late, and what is due in one, three or six months."""

    NOW = "now"
    LATE = "late"
    MONTH = "month"
    QUARTER = "quarter"
    OPEN = "open"
    DELIVERED = "delivered"


SHOW_LABELS: dict[Show, Lazy] = {
    Show.NOW: _l("Late and the next six months"),
    Show.LATE: _l("Late"),
    Show.MONTH: _l("Within a month"),
    Show.QUARTER: _l("Within three months"),
    Show.OPEN: _l("All open"),
    Show.DELIVERED: _l("Delivered"),
}
MONTHS = {Show.MONTH: 1, Show.QUARTER: 3, Show.NOW: 6}  # later is not yet a matter for the day


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
        """Whether a view of the board holds this line; what has no date is in the widest two."""
        if show in {Show.LATE, Show.DELIVERED}:
            return self.state == show.value
        if self.state == "delivered" or show is Show.OPEN:
            return self.state != "delivered"
        if self.state == "late" or self.due_on is None:
            return show is Show.NOW
        return self.due_on <= add_months(today, MONTHS[show])


def state_of(ctx: Ctx, due_on: date | None) -> tuple[Due | None, str]:
    """A due date in words and the state of what is still open by it."""
    if due_on is None:
        return None, "undated"
    said = core_due.due(due_on, ctx.now, ctx.house.settings.time_zone)
    return said, {"overdue": "late"}.get(said.state, said.state)


Source = Callable[[Ctx], list[Line]]
