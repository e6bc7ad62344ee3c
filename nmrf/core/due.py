"""How a due date is said: weekday, date, time, zone and "in 12 days", the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

from nmrf.core import i18n
from nmrf.core.calendar import days_left, is_over
from nmrf.core.i18n import _, ngettext

SOON_DAYS = 14
MONTHS_FROM = 100  # days from which a distance is said in months
YEARS_FROM = 730


@dataclass(frozen=True)
class Due:
    """A due date in words. `state` is ahead, soon, overdue, met or past."""

    weekday: str
    date: str
    time: str
    zone: str
    relative: str
    iso: str
    state: str
    whose: str = ""
    tentative: bool = False

    def __str__(self) -> str:
        """On one line, as mails say it."""
        hour = f", {self.time} {self.zone}" if self.time else ""
        return f"{self.weekday} {self.date}{hour} ({self.relative})"


def due(
    day: date,
    now: datetime,
    zone: str,
    *,
    at: time | None = None,
    met: bool = False,
    closed: bool = False,
    is_deadline: bool = True,
    whose: str = "",
    tentative: bool = False,
) -> Due:
    """A date in words, as seen now.

    A deadline ends at 24:00 of its local date; another event takes place `at` a local time,
    or on the whole day. `whose` names those whose turn it is; `met` says that it was delivered,
    `closed` that its day has passed and nobody owes anything by it.
    """
    left = days_left(now, day, zone)
    over = is_over(now, day, zone)
    if met:
        state = "met"
    elif over:
        state = "overdue" if is_deadline and not closed else "past"
    else:
        state = "soon" if left <= SOON_DAYS else "ahead"
    local = datetime.combine(day, at or time(12), tzinfo=ZoneInfo(zone))
    hour = f"{at:%H:%M}" if at else ("24:00" if is_deadline else "")
    return Due(
        weekday=format_date(day, "EEEE", locale=i18n.locale()),
        date=format_date(day, "long", locale=i18n.locale()),
        time=hour,
        zone=(local.tzname() or "") if hour else "",
        relative=relative_words(left, overdue=state == "overdue"),
        iso=day.isoformat(),
        state=state,
        whose=whose,
        tentative=tentative,
    )


def relative_words(left: int, *, overdue: bool = False) -> str:
    """Such as "in 12 days", "tomorrow", "today", "3 days ago" or "3 days overdue".

    What is far away is said in whole months, then years: nobody counts 1120 days.
    """
    if left in (0, 1):
        return _("tomorrow") if left else _("today")
    far = abs(left)
    if far >= YEARS_FROM:
        return _years(far // 365, ahead=left > 0, overdue=overdue)
    if far >= MONTHS_FROM:
        return _months(far * 12 // 365, ahead=left > 0, overdue=overdue)
    return _days(far, ahead=left > 0, overdue=overdue)


def _days(n: int, *, ahead: bool, overdue: bool) -> str:
    if ahead:
        return ngettext("in %(n)s day", "in %(n)s days", n)
    if overdue:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", n)
    return ngettext("%(n)s day ago", "%(n)s days ago", n)


def _months(n: int, *, ahead: bool, overdue: bool) -> str:
    if ahead:
        return ngettext("in %(n)s month", "in %(n)s months", n)
    if overdue:
        return ngettext("%(n)s month overdue", "%(n)s months overdue", n)
    return ngettext("%(n)s month ago", "%(n)s months ago", n)


def _years(n: int, *, ahead: bool, overdue: bool) -> str:
    if ahead:
        return ngettext("in %(n)s year", "in %(n)s years", n)
    if overdue:
        return ngettext("%(n)s year overdue", "%(n)s years overdue", n)
    return ngettext("%(n)s year ago", "%(n)s years ago", n)
