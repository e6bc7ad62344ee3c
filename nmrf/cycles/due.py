"""A date in words for the `due` component, the same on pages, in lists and in mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time

from nmrf.core import i18n, words
from nmrf.core.calendar import deadline_instant
from nmrf.core.clock import local_date
from nmrf.core.i18n import _, ngettext

SOON = 7  # days
MONTHS_FROM = 90  # days from which distances are said in months


@dataclass(frozen=True)
class Due:
    """See `templates/components/due.html`. `state`: ahead, soon, overdue, met or past."""

    weekday: str
    date: str
    iso: str
    state: str
    relative: str = ""
    time: str = ""
    zone: str = ""
    whose: str = ""
    tentative: bool = False


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
    """A local date as people read it: weekday, date, time, zone and how far away it is.

    A deadline without a time ends at 24:00. `deadline=False` is an event: over, never late.
    `whose` says whose turn it is and is shown only when overdue. `late_matters=False` is for a
    deadline that had passed before anybody could keep it here.
    """
    today = local_date(now, zone)
    left = (on - today).days
    here = ZoneInfo(zone)
    over = now >= (
        datetime.combine(on, at, tzinfo=here) if at is not None else deadline_instant(on, zone)
    )
    if month_only:
        over = (on.year, on.month) < (today.year, today.month)
    state, relative = _state(left, over=over, deadline=deadline and late_matters)
    if delivered_on is not None:
        state, relative = "met", _("delivered %(day)s", day=words.short_day(delivered_on))
    said = at or (time(0) if deadline else None)
    locale = i18n.locale()
    return Due(
        weekday="" if month_only else format_date(on, "EEEE", locale=locale),
        date=format_skeleton("yMMMM", on, locale=locale) if month_only else words.short_day(on),
        iso=f"{on:%Y-%m}" if month_only else on.isoformat(),
        state=state,
        relative="" if month_only and state != "met" else relative,
        time="" if said is None or month_only else ("24:00" if at is None else _clock(at)),
        zone="" if said is None or month_only else _zone_name(on, at, here),
        whose=whose if state == "overdue" else "",
        tentative=tentative and state != "met",
    )


def _state(left: int, *, over: bool, deadline: bool) -> tuple[str, str]:
    if over:
        if not deadline:
            return "past", ""
        late = max(-left, 0)
        if late == 0:
            return "overdue", _("overdue since today")
        return "overdue", ngettext("%(n)s day overdue", "%(n)s days overdue", late)
    return ("soon" if left <= SOON else "ahead"), distance(left)


def distance(left: int) -> str:
    """How far away a date is, in words: "today", "in 12 days", "in 5 months"."""
    if left <= 0:
        return _("today")
    if left == 1:
        return _("tomorrow")
    if left < MONTHS_FROM:
        return ngettext("in %(n)s day", "in %(n)s days", left)
    return ngettext("in %(n)s month", "in %(n)s months", round(left / 30.4))


def _clock(at: time) -> str:
    return format_time(at, "HH:mm", locale=i18n.locale())


def _zone_name(on: date, at: time | None, here: ZoneInfo) -> str:
    return datetime.combine(on, at or time(23, 59), tzinfo=here).tzname() or ""
