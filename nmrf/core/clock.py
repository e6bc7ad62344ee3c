"""The only place that asks the system for the time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The time now, aware, in UTC."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SimulatedClock:
    """Stands still until it is moved: for rehearsals and tests."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def advance(self, **units: float) -> None:
        self._at += timedelta(**units)


def local_date(at: datetime, zone: str) -> date:
    """The date on the wall in a time zone such as `Europe/Ljubljana`."""
    return at.astimezone(ZoneInfo(zone)).date()
