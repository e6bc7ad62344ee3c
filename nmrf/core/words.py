"""Dates and numbers in the reader's language, the same on pages, in mails and in exports."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_skeleton
from babel.numbers import format_decimal

from nmrf.core import i18n


def day(value: date | None) -> str:
    """A date as "Tuesday, 28 January 2025"."""
    return format_date(value, "full", locale=i18n.locale()) if value else ""


def short_day(value: date | None) -> str:
    """A date as "28 Jan 2025": with the name of the month, also where a locale would use digits."""
    return _medium(value, str(i18n.locale())) if value else ""


@lru_cache(maxsize=4096)
def _medium(value: date, locale: str) -> str:
    # A page of comments shows few days hundreds of times.
    return format_skeleton("yMMMd", value, locale=locale)


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """A time as "Tuesday, 28 January 2025, 14:30 CET" in a time zone."""
    if value is None:
        return ""
    local = value.astimezone(zone)
    words = format_datetime(local, "EEEE, d MMMM y, HH:mm", locale=i18n.locale())
    return f"{words} {local.tzname()}"


def short_moment(value: datetime | None, zone: ZoneInfo) -> str:
    """A time as "28 Jan 2025, 14:30" in a time zone."""
    if value is None:
        return ""
    return format_datetime(value.astimezone(zone), "d MMM y, HH:mm", locale=i18n.locale())


def number(value: float) -> str:
    """A number with the reader's separators."""
    return format_decimal(value, locale=i18n.locale())
