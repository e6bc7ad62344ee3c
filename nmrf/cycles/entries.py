"""The one calendar: slices register what they put in it; page and feeds show the same.

A source is given the context and returns only what its actor may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _, _l
from nmrf.outbox.ics import CalendarEvent

KINDS: dict[str, Lazy] = {
    "un": _l("United Nations"),
    "national": _l("National"),
    "third_party": _l("Third parties"),
    "consultation": _l("Consultations"),
    "window": _l("Windows for comment"),
    "round": _l("Yearly rounds"),
}


@dataclass(frozen=True)
class CalendarEntry:
    """Something with a date. `start` and `end` are local dates, or aware times.

    `kind` is one of KINDS. An `end` date is the last day. `uid` never changes.
    """

    uid: str
    kind: str
    title: str
    start: date | datetime
    end: date | datetime | None = None
    url: str = ""  # full address of its page
    location: str = ""
    description: str = ""
    tentative: bool = False
    month_only: bool = False
    cancelled: bool = False
    delivered: bool = False
    deadline: bool = False
    sequence: int = 0
    alarms: tuple[timedelta, ...] = ()
    busy: bool = False

    def first_day(self, zone: str) -> date:
        """The local date on which it begins."""
        return local_date(self.start, zone) if isinstance(self.start, datetime) else self.start

    def last_day(self, zone: str) -> date:
        """The local date on which it ends."""
        if self.end is None:
            return self.first_day(zone)
        return local_date(self.end, zone) if isinstance(self.end, datetime) else self.end


Source = Callable[[Ctx], Iterable[CalendarEntry]]
sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add a source of entries. The same name registered again replaces it."""
    sources[name] = source


def collect(
    ctx: Ctx,
    *,
    kinds: Iterable[str] = (),
    first: date | None = None,
    last: date | None = None,
) -> list[CalendarEntry]:
    """What this actor may see, of these kinds (all when none is named), by date.

    `first` and `last` are local dates; an entry that reaches into the span counts.
    """
    wanted = set(kinds) or set(KINDS)
    zone = ctx.house.settings.time_zone
    found = [
        entry
        for source in sources.values()
        for entry in source(ctx)
        if entry.kind in wanted
        and (first is None or entry.last_day(zone) >= first)
        and (last is None or entry.first_day(zone) <= last)
    ]
    return sorted(found, key=lambda e: (e.first_day(zone), isinstance(e.start, datetime), e.title))


def as_event(ctx: Ctx, entry: CalendarEntry) -> CalendarEvent:
    """The entry as calendars read it."""
    return CalendarEvent(
        uid=entry.uid,
        stamp=ctx.now,
        start=entry.start,
        end=entry.end,
        zone=ctx.house.settings.time_zone,
        summary=_summary(entry),
        sequence=entry.sequence,
        description=entry.description,
        location=entry.location,
        url=entry.url,
        status="CANCELLED" if entry.cancelled else "TENTATIVE" if entry.tentative else "CONFIRMED",
        categories=(str(KINDS[entry.kind]),),
        alarms=() if entry.cancelled else entry.alarms,
        busy=entry.busy,
    )


def _summary(entry: CalendarEntry) -> str:
    """The title with what many calendars would not show: they draw a tentative date as any other.

    A date of which only the month is known stands on a day that means nothing.
    """
    if entry.month_only:
        return _("%(title)s (day not known yet)", title=entry.title)
    if entry.tentative and not entry.cancelled:
        return _("%(title)s (tentative)", title=entry.title)
    return entry.title


def uid(ctx: Ctx, name: str) -> str:
    """A lasting name for a calendar entry, such as `milestone-12@upr.example.org`."""
    host = ctx.house.settings.base_url.split("://", 1)[1].partition(":")[0]
    return f"{name}@{host}"
