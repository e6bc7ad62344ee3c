"""Working days, month arithmetic and the moment at which a deadline ends.

A deadline is a local date that ends at 24:00 in the national time zone. National
holidays come from the `holidays` library; closures of the ministry are given by the caller.
"""

from __future__ import annotations

import calendar as month_table
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

from nmrf.core.clock import local_date
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _

Roll = Literal["previous", "next", "none"]
IsWorkingDay = Callable[[date], bool]

ONE_DAY = timedelta(days=1)
# Longer than any run of holidays; a calendar without a working day would search for ever.
LONGEST_CLOSURE = 366
SATURDAY_SUNDAY = frozenset({5, 6})


@cache
def time_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as `Europe/Ljubljana`; raises `Invalid`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Invalid(
            _(
                'There is no time zone named "%(name)s". Write it as in "Europe/Ljubljana".',
                name=name,
            )
        ) from error


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return in_month(year, month + 1, day.day)


def in_month(year: int, month: int, day: int) -> date:
    """A day of a month, or the month's last day where it has no such day."""
    return date(year, month, min(day, month_table.monthrange(year, month)[1]))


def _aware(now: datetime) -> datetime:
    if now.tzinfo is None:
        raise ValueError("An instant needs a time zone; pass an aware datetime.")
    return now


def deadline_instant(day: date, zone: str) -> datetime:
    """The UTC instant at which a local date ends (24:00 on that day, in that time zone).

    At this instant the deadline has passed; one moment before it has not. Where the clock
    changes at midnight, the whole of the local date counts, both of its doubled hours too.
    """
    here = time_zone(zone)
    midnight = datetime.combine(day + ONE_DAY, time(), tzinfo=here)
    first, second = (midnight.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # A clock set back over midnight returns to the old date, which then ends a second time.
    returns = (second - timedelta(microseconds=1)).astimezone(here).date() == day
    return max(first, second) if returns else first


def is_over(now: datetime, day: date, zone: str) -> bool:
    """Whether a deadline on a local date has passed; `ValueError` for a naive instant."""
    return _aware(now) >= deadline_instant(day, zone)


def days_left(now: datetime | date, day: date, zone: str) -> int:
    """Calendar days from today (or from the local date of an instant) to a date.

    0 on the day itself, negative once it has passed.
    """
    today = local_date(_aware(now), zone) if isinstance(now, datetime) else now
    return (day - today).days


def roll_to_working_day(day: date, roll: Roll, is_working_day: IsWorkingDay) -> date:
    """The day itself if it is a working day or is not to roll, else the nearest one that way.

    Raises `ValueError` when there is no working day within a year.
    """
    if roll == "none":
        return day
    step = ONE_DAY if roll == "next" else -ONE_DAY
    for _try in range(LONGEST_CLOSURE):
        if is_working_day(day):
            return day
        day += step
    raise ValueError("There is no working day within a year of this date.")


def shift_working_days(day: date, count: int, is_working_day: IsWorkingDay) -> date:
    """The count-th working day after a date (before it when negative).

    The date itself is not counted. A count of 0 gives the date, or the next working day
    when it is none.
    """
    if count == 0:
        return roll_to_working_day(day, "next", is_working_day)
    step, roll = (ONE_DAY, "next") if count > 0 else (-ONE_DAY, "previous")
    for _one in range(abs(count)):
        day = roll_to_working_day(day + step, roll, is_working_day)  # type: ignore[arg-type]
    return day


class WorkingCalendar:
    """The working days of a country's administration.

    A country that the `holidays` library does not know has Saturdays and Sundays only:
    `known` is then false and `note` says so, and its holidays must be given as closures.
    Holidays whose date depends on the moon carry "(estimated)" in their name.
    """

    def __init__(
        self,
        country: str,
        extra_closures: Mapping[date, str] | Iterable[date] = (),
        zone: str = "UTC",
        *,
        language: str = "en",
    ) -> None:
        """`country` is an ISO 3166 alpha-2 code, `zone` an IANA name, `language` for the names.

        Raises `Invalid` for an unknown time zone.
        """
        time_zone(zone)
        self.country = country.upper()
        self.zone = zone
        self.known = self.country in holidays.list_supported_countries(include_aliases=False)
        self._closures: dict[date, str] = (
            dict(extra_closures)
            if isinstance(extra_closures, Mapping)
            else dict.fromkeys(extra_closures, "")
        )
        self._language = _holiday_language(self.country, language) if self.known else None
        self._years: dict[int, holidays.HolidayBase] = {}

    @property
    def note(self) -> str:
        """What a person has to know about this calendar; empty when there is nothing."""
        if self.known:
            return ""
        return _(
            "No public holidays are known for %(country)s: only Saturdays and Sundays count as "
            "days off. Enter the public holidays as closures.",
            country=self.country,
        )

    def is_working_day(self, day: date) -> bool:
        """Whether the administration works on a day."""
        if day in self._closures:
            return False
        if not self.known:
            return day.weekday() not in SATURDAY_SUNDAY
        return self._year(day.year).is_working_day(day)

    def holiday_name(self, day: date) -> str | None:
        """The name of the holiday or closure on a day, or None; a weekend has no name."""
        if self._closures.get(day):
            return self._closures[day]
        name = self._year(day.year).get(day) if self.known else None
        if name is None and day in self._closures:
            return _("Closed")
        return name

    def add_working_days(self, day: date, count: int) -> date:
        """See `shift_working_days`."""
        return shift_working_days(day, count, self.is_working_day)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the first one after it."""
        return roll_to_working_day(day, "next", self.is_working_day)

    def previous_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the last one before it."""
        return roll_to_working_day(day, "previous", self.is_working_day)

    def deadline_instant(self, day: date) -> datetime:
        """See `deadline_instant`, in this calendar's time zone."""
        return deadline_instant(day, self.zone)

    def days_left(self, now: datetime | date, day: date) -> int:
        """See `days_left`, in this calendar's time zone."""
        return days_left(now, day, self.zone)

    def _year(self, year: int) -> holidays.HolidayBase:
        # The library's own growing by year changes a shared dict while other threads read it.
        if year not in self._years:
            self._years[year] = holidays.country_holidays(
                self.country, years=year, expand=False, language=self._language
            )
        return self._years[year]


def _holiday_language(country: str, language: str) -> str | None:
    """The library's name of a language; the country's own where it has not got it."""
    book = holidays.country_holidays(country)
    wanted = language.replace("-", "_")
    return next(
        (name for name in book.supported_languages if wanted in {name, name.split("_")[0]}),
        book.default_language,  # None would follow the language of the machine
    )
