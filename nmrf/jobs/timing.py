"""When a job is due: every so often, or once a day by the national clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from nmrf.core.i18n import _, ngettext

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Every:
    """Due when so much time has passed since the last run."""

    period: timedelta

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """A run that began before this moment is too old."""
        return now - self.period

    def next_due(self, now: datetime, last: datetime | None, zone: ZoneInfo) -> datetime:
        """The next run after the last one; `now` when there was none, or it is overdue."""
        return max(now, last + self.period) if last else now

    def trigger(self, zone: ZoneInfo) -> BaseTrigger:
        return IntervalTrigger(seconds=round(self.period.total_seconds()))

    def words(self) -> str:
        """For people: "every 15 minutes"."""
        seconds = round(self.period.total_seconds())
        if seconds % 60:
            return ngettext("every second", "every %(n)s seconds", seconds)
        return ngettext("every minute", "every %(n)s minutes", seconds // 60)


@dataclass(frozen=True)
class Daily:
    """Due once a day at a time on the wall, whatever summer time does."""

    at: time

    def last_due(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The newest moment at which it should have run; a run begun before it is too old."""
        moment = self._on(now, zone)
        return moment if moment <= now else self._on(now - ONE_DAY, zone)

    def next_due(self, now: datetime, last: datetime | None, zone: ZoneInfo) -> datetime:
        """The next time on the wall; `now` when today's run is overdue."""
        if last is None or last < self.last_due(now, zone):
            return now
        moment = self._on(now, zone)
        return moment if moment > now else self._on(now + ONE_DAY, zone)

    def trigger(self, zone: ZoneInfo) -> BaseTrigger:
        return CronTrigger(hour=self.at.hour, minute=self.at.minute, timezone=zone)

    def words(self) -> str:
        """For people: "every day at 07:00"."""
        return _("every day at %(time)s", time=f"{self.at:%H:%M}")

    def _on(self, day: datetime, zone: ZoneInfo) -> datetime:
        return datetime.combine(day.astimezone(zone).date(), self.at, tzinfo=zone)


When = Every | Daily


def seconds(n: int) -> Every:
    return Every(timedelta(seconds=n))


def minutes(n: int) -> Every:
    return Every(timedelta(minutes=n))


def daily(hour: int, minute: int = 0) -> Daily:
    return Daily(time(hour, minute))
