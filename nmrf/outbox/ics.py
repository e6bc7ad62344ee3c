"""Calendar texts: invitations that are mailed and feeds that calendars subscribe to.

RFC 5545 is the format, RFC 5546 says what an invitation or a feed must hold, RFC 7986 names a
feed. Times are given as aware datetimes and written in the event's own zone, so that a meeting
at ten stays at ten when the clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import (
    Alarm,
    Calendar,
    Event,
    Timezone,
    TimezoneDaylight,
    TimezoneStandard,
    vCalAddress,
    vDuration,
    vText,
)

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.outbox.mime import Address, one_line

PRODUCT = "-//NMRF service//Reporting and follow-up calendar//EN"

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True)
class Attendee:
    """Somebody invited. `answer` is a PARTSTAT such as NEEDS-ACTION, ACCEPTED, DECLINED."""

    name: str
    email: str
    role: str = "REQ-PARTICIPANT"
    answer: str = "NEEDS-ACTION"


@dataclass(frozen=True)
class CalendarEvent:
    """A session, a deadline or a window.

    `start` and `end` are aware datetimes, or dates for whole days; an `end` date is the last day
    and counts in full. `stamp` is when this revision was made (aware). The `uid` never changes
    over the life of the thing, and `sequence` grows with each change that concerns the invited.
    `alarms` are times before the start. `busy` says whether it takes the reader's time.
    """

    uid: str
    stamp: datetime
    start: datetime | date
    summary: str
    end: datetime | date | None = None
    zone: str = "UTC"
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    status: Literal["CONFIRMED", "TENTATIVE", "CANCELLED"] = "CONFIRMED"
    organizer: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    categories: tuple[str, ...] = ()
    alarms: tuple[timedelta, ...] = ()
    busy: bool = True


def invitation(event: CalendarEvent, method: Method = "REQUEST") -> str:
    """An invitation, its update (same `uid`, higher `sequence`) or its cancellation.

    The text has CRLF line ends and lines of at most 75 octets. Raises `Invalid` where organizer
    or attendees are missing (RFC 5546, 3.2.2 and 3.2.5) or the times make no sense.
    """
    if event.organizer is None:
        raise Invalid(_("An invitation needs an organizer."), place=event.uid)
    if not event.attendees:
        raise Invalid(_("An invitation needs somebody to invite."), place=event.uid)
    calendar = _calendar(method)
    entry = _entry(event)
    cancelled = method == "CANCEL"
    for attendee in event.attendees:
        entry.add("attendee", _attendee(attendee, asks=not cancelled), encode=False)
    if cancelled:
        entry["status"] = vText("CANCELLED")
    else:
        _add_alarms(entry, event)
    _fill(calendar, [event], [entry])
    return _text(calendar)


def feed(
    events: Iterable[CalendarEvent],
    name: str,
    url: str,
    *,
    description: str = "",
    refresh: timedelta = timedelta(hours=6),
) -> str:
    """A calendar to subscribe to; `url` is its own address.

    It names no attendees (RFC 5546, 3.2.1), whoever may read it. Cancelled entries stay, marked
    as such, so that a subscriber's copy changes too. Raises `Invalid` for times without sense.
    """
    calendar = _calendar("PUBLISH")
    title = one_line(name)
    calendar.add("name", title)
    # What calendars read that do not know RFC 7986.
    calendar.add("x-wr-calname", title)
    if description:
        calendar.add("description", _lines(description))
    calendar.add("url", _web_address(url))
    calendar.add("source", _web_address(url), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
    calendar["x-published-ttl"] = vDuration(refresh)
    listed = list(events)
    entries = []
    for event in listed:
        entry = _entry(event)
        _add_alarms(entry, event)
        entries.append(entry)
    _fill(calendar, listed, entries)
    return _text(calendar)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _entry(event: CalendarEvent) -> Event:
    """What an entry says everywhere, without attendees and alarms."""
    start, end = _times(event)
    entry = Event()
    entry.add("uid", one_line(event.uid))
    entry.add("dtstamp", _aware(event.stamp, event).astimezone(UTC))
    entry.add("sequence", event.sequence)
    entry.add("dtstart", start)
    if end is not None:
        entry.add("dtend", end)
    entry.add("summary", one_line(event.summary))
    if event.description:
        entry.add("description", _lines(event.description))
    if event.location:
        entry.add("location", _lines(event.location))
    if event.url:
        entry.add("url", _web_address(event.url))
    if event.categories:
        entry.add("categories", [one_line(category) for category in event.categories])
    entry.add("status", event.status)
    entry.add("transp", "OPAQUE" if event.busy else "TRANSPARENT")
    if event.organizer is not None:
        organizer = _person(event.organizer.name, event.organizer.email)
        entry.add("organizer", organizer, encode=False)
    return entry


def _times(event: CalendarEvent) -> tuple[datetime | date, datetime | date | None]:
    """Start and end as they stand in the file. A whole day ends before the next one (3.6.1)."""
    if isinstance(event.start, datetime):
        start = _aware(event.start, event).astimezone(_zone(event))
        if event.end is None:
            return start, None
        if not isinstance(event.end, datetime):
            raise Invalid(_("Start and end must both be times or both be days."), place=event.uid)
        end = _aware(event.end, event).astimezone(_zone(event))
        if end < start:
            raise Invalid(_("The end lies before the start."), place=event.uid)
        return start, end
    if isinstance(event.end, datetime):
        raise Invalid(_("Start and end must both be times or both be days."), place=event.uid)
    last = event.end or event.start
    if last < event.start:
        raise Invalid(_("The end lies before the start."), place=event.uid)
    return event.start, last + timedelta(days=1)


def _aware(moment: datetime, event: CalendarEvent) -> datetime:
    if moment.tzinfo is None:
        raise Invalid(_("A time needs a time zone."), place=event.uid)
    return moment


def _zone(event: CalendarEvent) -> ZoneInfo:
    try:
        return ZoneInfo(event.zone)
    except (KeyError, ValueError, OSError):
        raise Invalid(
            _("“%(zone)s” is not a time zone.", zone=one_line(event.zone)), place=event.uid
        ) from None


def _person(name: str, email: str) -> vCalAddress:
    if email != one_line(email) or email.count("@") != 1 or " " in email:
        raise Invalid(_("“%(address)s” is not an e-mail address.", address=one_line(email)))
    person = vCalAddress(f"mailto:{email}")
    if name:
        # RFC 5545, 3.1: a parameter cannot hold a double quote, and not every program
        # knows the escape of RFC 6868.
        person.params["CN"] = one_line(name).replace('"', "”")
    return person


def _attendee(attendee: Attendee, *, asks: bool) -> vCalAddress:
    person = _person(attendee.name, attendee.email)
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = attendee.role
    person.params["PARTSTAT"] = attendee.answer
    if asks:
        person.params["RSVP"] = "TRUE"
    return person


def _add_alarms(entry: Event, event: CalendarEvent) -> None:
    if event.status == "CANCELLED":
        return
    for before in event.alarms:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", one_line(event.summary))
        alarm.add("trigger", -before)
        entry.add_component(alarm)


def _fill(calendar: Calendar, events: list[CalendarEvent], entries: list[Event]) -> None:
    """Add the zones that the entries need, then the entries."""
    years: dict[str, list[int]] = {}
    for event in events:
        for moment in (event.start, event.end):
            if isinstance(moment, datetime) and event.zone != "UTC":
                years.setdefault(event.zone, []).append(moment.astimezone(_zone(event)).year)
    for zone in sorted(years):
        calendar.add_component(_timezone(zone, min(years[zone]), max(years[zone])))
    for entry in entries:
        calendar.add_component(entry)


@lru_cache(maxsize=64)
def _timezone(zone: str, first_year: int, last_year: int) -> Timezone:
    """The offsets of a zone over whole years (RFC 5545, 3.6.5).

    Not the library's own `Timezone.from_tzid`: in 7.3 it lets summer time begin an hour late.
    """
    rules = ZoneInfo(zone)
    moment = datetime(first_year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    last = datetime(last_year + 1, 1, 2, tzinfo=UTC)
    found = Timezone()
    found.add("tzid", zone)
    found.add_component(_observance(rules, moment, moment.astimezone(rules).utcoffset()))
    while moment < last:
        following = moment + timedelta(days=1)
        if moment.astimezone(rules).utcoffset() != following.astimezone(rules).utcoffset():
            change = _change_between(rules, moment, following)
            before = (change - timedelta(minutes=1)).astimezone(rules).utcoffset()
            found.add_component(_observance(rules, change, before))
        moment = following
    return found


def _change_between(rules: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first minute with a new offset, found by halving a day."""
    old = low.astimezone(rules).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // timedelta(minutes=2) * timedelta(minutes=1)
        if middle.astimezone(rules).utcoffset() == old:
            low = middle
        else:
            high = middle
    return high


def _observance(
    rules: ZoneInfo, start: datetime, before: timedelta | None
) -> TimezoneStandard | TimezoneDaylight:
    """One offset; its start is local time by the offset that went before."""
    local = start.astimezone(rules)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    part.add("dtstart", (start + (before or timedelta())).replace(tzinfo=None))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", local.utcoffset())
    part.add("tzname", local.tzname())
    return part


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")) or url != one_line(url) or " " in url:
        raise Invalid(_("“%(url)s” is not a web address.", url=one_line(url)))
    return url


def _lines(text: str) -> str:
    """Text of several lines, each without control characters."""
    return "\n".join(one_line(line) for line in text.splitlines())


def _text(calendar: Calendar) -> str:
    text: str = calendar.to_ical(sorted=False).decode("utf-8")
    return text
