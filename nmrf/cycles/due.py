"""A milestone's date for the `due` component: `core.due`, and what only milestones know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from babel.dates import format_skeleton

from nmrf.core import due as core_due
from nmrf.core import i18n, words
from nmrf.core.clock import local_date
from nmrf.core.due import Due
from nmrf.core.i18n import _


def due(
    on: date,
    now: datetime,
    zone: str,
    *,
    at: time | None = None,
    delivered_on: date | None = None,
    deadline: bool = True,
    tentative: bool = False,
    month_only: bool = False,
    whose: str = "",
    late_matters: bool = True,
) -> Due:
    """A local date as people read it.

    `delivered_on` is said instead of the distance; `month_only` leaves out the day, which only
    stands for its month; `late_matters=False` is for a deadline that had passed before anybody
    could keep it here: past, not overdue.
    """
    said = core_due.due(
        on,
        now,
        zone,
        at=at,
        met=delivered_on is not None,
        is_deadline=deadline,
        whose=whose,
        tentative=tentative,
    )
    if said.state == "overdue" and not late_matters:
        said = replace(said, state="past", relative="")
    if said.state != "overdue":
        said = replace(said, whose="")
    if month_only:
        month_over = (on.year, on.month) < (local_date(now, zone).year, local_date(now, zone).month)
        said = replace(
            said,
            weekday="",
            date=format_skeleton("yMMMM", on, locale=i18n.locale()),
            iso=f"{on:%Y-%m}",
            time="",
            zone="",
            relative="",
            state="past" if month_over else "ahead",
        )
    if delivered_on is not None:
        day = words.short_day(delivered_on)
        said = replace(said, state="met", tentative=False, relative=_("delivered %(day)s", day=day))
    return said
