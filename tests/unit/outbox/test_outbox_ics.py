from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from nmrf.core.errors import Invalid
from nmrf.outbox.ics import Attendee, CalendarEvent, feed, invitation
from nmrf.outbox.mime import Address

LJUBLJANA = ZoneInfo("Europe/Ljubljana")

SESSION = CalendarEvent(
    uid="session-12@nmrf.example",
    stamp=datetime(2027, 2, 1, 8, 0, tzinfo=UTC),
    start=datetime(2027, 3, 18, 9, 0, tzinfo=UTC),
    end=datetime(2027, 3, 18, 11, 30, tzinfo=UTC),
    zone="Europe/Ljubljana",
    summary="Second consultation",
    organizer=Address("Secretariat", "upr@mfa.example"),
    attendees=(Attendee("Ana Example", "ana@ngo.example"),),
)
DEADLINE = CalendarEvent(
    uid="deadline-3@nmrf.example",
    stamp=datetime(2027, 1, 4, 8, 0, tzinfo=UTC),
    start=date(2027, 1, 31),
    summary="Updates of the ministries are due",
    busy=False,
)


def session(**changes) -> CalendarEvent:
    return dataclasses.replace(SESSION, **changes)


def only_event(text: str):
    calendar = Calendar.from_ical(text)
    assert calendar.errors == []
    (event,) = calendar.walk("VEVENT")
    assert event.errors == []
    return event


def test_an_invitation_is_exactly_this() -> None:
    text = invitation(session(alarms=(timedelta(days=1),)))
    assert text.replace("\r\n", "\n") == (
        "BEGIN:VCALENDAR\n"
        "PRODID:-//NMRF service//Reporting and follow-up calendar//EN\n"
        "VERSION:2.0\n"
        "CALSCALE:GREGORIAN\n"
        "METHOD:REQUEST\n"
        "BEGIN:VTIMEZONE\n"
        "TZID:Europe/Ljubljana\n"
        "BEGIN:STANDARD\n"
        "DTSTART:20261231T010000\n"
        "TZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0100\n"
        "TZNAME:CET\n"
        "END:STANDARD\n"
        "BEGIN:DAYLIGHT\n"
        "DTSTART:20270328T020000\n"
        "TZOFFSETFROM:+0100\n"
        "TZOFFSETTO:+0200\n"
        "TZNAME:CEST\n"
        "END:DAYLIGHT\n"
        "BEGIN:STANDARD\n"
        "DTSTART:20271031T030000\n"
        "TZOFFSETFROM:+0200\n"
        "TZOFFSETTO:+0100\n"
        "TZNAME:CET\n"
        "END:STANDARD\n"
        "END:VTIMEZONE\n"
        "BEGIN:VEVENT\n"
        "UID:session-12@nmrf.example\n"
        "DTSTAMP:20270201T080000Z\n"
        "SEQUENCE:0\n"
        "DTSTART;TZID=Europe/Ljubljana:20270318T100000\n"
        "DTEND;TZID=Europe/Ljubljana:20270318T123000\n"
        "SUMMARY:Second consultation\n"
        "STATUS:CONFIRMED\n"
        "TRANSP:OPAQUE\n"
        "ORGANIZER;CN=Secretariat:mailto:upr@mfa.example\n"
        'ATTENDEE;CN="Ana Example";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=\n'
        " NEEDS-ACTION;RSVP=TRUE:mailto:ana@ngo.example\n"
        "BEGIN:VALARM\n"
        "ACTION:DISPLAY\n"
        "DESCRIPTION:Second consultation\n"
        "TRIGGER:-P1D\n"
        "END:VALARM\n"
        "END:VEVENT\n"
        "END:VCALENDAR\n"
    )
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(
    ("start", "local"),
    [
        (datetime(2027, 3, 26, 9, tzinfo=UTC), "20270326T100000"),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "20270328T015900"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "20270328T030000"),
        (datetime(2027, 3, 29, 8, tzinfo=UTC), "20270329T100000"),
        (datetime(2027, 12, 31, 23, 30, tzinfo=UTC), "20280101T003000"),
    ],
)
def test_times_are_written_as_the_clock_shows_them(start: datetime, local: str) -> None:
    text = invitation(session(start=start, end=start + timedelta(hours=2)))
    assert f"DTSTART;TZID=Europe/Ljubljana:{local}\r\n" in text
    event = only_event(text)
    assert event.start == start
    assert event.end == start + timedelta(hours=2)


def zone_in(text: str):
    (zone,) = Calendar.from_ical(text).walk("VTIMEZONE")
    return zone.to_tz()


@pytest.mark.parametrize(
    "name",
    ["Europe/Ljubljana", "America/New_York", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Apia"],
)
def test_the_zone_agrees_with_the_clocks_for_the_whole_year(name: str) -> None:
    start = datetime(2027, 6, 1, 9, tzinfo=UTC)
    written = zone_in(invitation(session(zone=name, start=start, end=start)))
    rules = ZoneInfo(name)
    for hours in range(0, 365 * 24, 7):
        local = (datetime(2027, 1, 1, 12, tzinfo=UTC) + timedelta(hours=hours)).astimezone(rules)
        naive = local.replace(tzinfo=None)
        assert naive.replace(tzinfo=written).utcoffset() == naive.replace(tzinfo=rules).utcoffset()


def test_the_zone_holds_only_the_years_that_are_needed() -> None:
    text = feed(
        [SESSION, session(uid="b", start=datetime(2028, 6, 1, tzinfo=UTC), end=None), DEADLINE],
        "Calendar",
        "https://nmrf.example/feed.ics",
    )
    (zone,) = Calendar.from_ical(text).walk("VTIMEZONE")
    assert [part["dtstart"].dt.date().isoformat() for part in zone.subcomponents] == [
        "2026-12-31",
        "2027-03-28",
        "2027-10-31",
        "2028-03-26",
        "2028-10-29",
    ]


def test_a_time_in_utc_needs_no_zone() -> None:
    text = invitation(session(zone="UTC"))
    assert Calendar.from_ical(text).walk("VTIMEZONE") == []
    assert "DTSTART:20270318T090000Z\r\n" in text


TEXTS = [
    'A "quoted", listed; and : marked \\ text',
    "Réunion à l'Hôtel de Ville – 2e étage",
    "مشاورة وطنية مع المجتمع المدني، في الرباط؛ الساعة العاشرة",
    "协商会议：国家报告草案",
    "line one\nline two\\n still two",
    "x" * 300,
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back_as_they_were(text: str) -> None:
    event = only_event(
        invitation(session(summary=text, description=text, location=text, categories=(text, "b")))
    )
    flat = text.replace("\n", " ")
    assert event["summary"] == flat
    assert event["description"] == text
    assert event["location"] == text
    assert [str(category) for category in event["categories"].cats] == [flat, "b"]


@pytest.mark.parametrize("text", TEXTS)
def test_lines_are_folded_at_75_octets_between_letters(text: str) -> None:
    made = invitation(session(description=text * 8, attendees=(Attendee(text, "a@b.example"),)))
    for line in made.split("\r\n"):
        assert len(line.encode()) <= 75


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Žnidaršič, Ana; dr.: PhD", "Žnidaršič, Ana; dr.: PhD"),
        ('Ana "Anči" Example', "Ana ”Anči” Example"),
        ("منظمة حقوق الإنسان", "منظمة حقوق الإنسان"),
        ("A\r\nATTENDEE:mailto:x@y.example", "A ATTENDEE:mailto:x@y.example"),
    ],
)
def test_names_of_the_invited_come_back(name: str, shown: str) -> None:
    event = only_event(
        invitation(
            session(
                organizer=Address(name, "upr@mfa.example"),
                attendees=(Attendee(name, "ana@ngo.example"), Attendee("", "b@ngo.example")),
            )
        )
    )
    first, second = event["attendee"]
    assert (str(first), first.params["CN"]) == ("mailto:ana@ngo.example", shown)
    assert (str(second), second.params.get("CN")) == ("mailto:b@ngo.example", None)
    assert (first.params["RSVP"], first.params["PARTSTAT"]) == ("TRUE", "NEEDS-ACTION")
    assert event["organizer"].params["CN"] == shown


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_no_text_breaks_the_file(text: str) -> None:
    event = only_event(
        invitation(
            session(
                summary=text,
                description=text,
                location=text,
                attendees=(Attendee(text, "ana@ngo.example"),),
            )
        )
    )
    assert event["uid"] == SESSION.uid
    assert str(event["attendee"]) == "mailto:ana@ngo.example"


def test_an_update_is_the_same_event_with_a_higher_sequence() -> None:
    later = session(sequence=1, location="Room 2", stamp=SESSION.stamp + timedelta(days=1))
    first, second = only_event(invitation(SESSION)), only_event(invitation(later))
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert second["dtstamp"].dt == datetime(2027, 2, 2, 8, tzinfo=UTC)


def test_a_cancellation_names_the_event_and_asks_for_nothing() -> None:
    text = invitation(session(sequence=2, alarms=(timedelta(hours=1),)), "CANCEL")
    event = only_event(text)
    assert Calendar.from_ical(text)["method"] == "CANCEL"
    assert (event["uid"], event["sequence"], event["status"]) == (SESSION.uid, 2, "CANCELLED")
    assert event["attendee"].params.get("RSVP") is None
    assert event.walk("VALARM") == []


def test_a_deadline_is_the_whole_of_its_day() -> None:
    event = only_event(feed([DEADLINE], "Deadlines", "https://nmrf.example/feed.ics"))
    assert event["dtstart"].dt == date(2027, 1, 31)
    assert event["dtend"].dt == date(2027, 2, 1)
    assert event["transp"] == "TRANSPARENT"


def test_a_window_includes_its_last_day() -> None:
    window = dataclasses.replace(DEADLINE, end=date(2027, 2, 27))
    event = only_event(feed([window], "Windows", "https://nmrf.example/feed.ics"))
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2027, 1, 31), date(2027, 2, 28))


def test_a_feed_says_what_it_is_and_when_to_come_again() -> None:
    url = "https://nmrf.example/feed/ana.ics"
    calendar = Calendar.from_ical(
        feed([], "UPR, 4th cycle", url, description="Dates", refresh=timedelta(hours=12))
    )
    assert calendar["method"] == "PUBLISH"
    assert (calendar["name"], calendar["x-wr-calname"]) == ("UPR, 4th cycle", "UPR, 4th cycle")
    assert (calendar["url"], calendar["source"]) == (url, url)
    assert calendar["refresh-interval"].dt == timedelta(hours=12)
    assert calendar["x-published-ttl"].to_ical() == b"PT12H"
    assert calendar.walk("VEVENT") == []


def test_a_feed_names_nobody_who_is_invited() -> None:
    text = feed([SESSION], "Sessions", "https://nmrf.example/feed.ics")
    assert "ATTENDEE" not in text
    assert "ana@ngo.example" not in text


def test_a_cancelled_entry_stays_in_the_feed_without_alarm() -> None:
    gone = dataclasses.replace(DEADLINE, status="CANCELLED", alarms=(timedelta(days=1),))
    event = only_event(feed([gone], "Deadlines", "https://nmrf.example/feed.ics"))
    assert event["status"] == "CANCELLED"
    assert event.walk("VALARM") == []


def test_the_same_events_are_the_same_feed() -> None:
    first = feed([SESSION, DEADLINE], "All", "https://nmrf.example/feed.ics")
    assert first == feed([SESSION, DEADLINE], "All", "https://nmrf.example/feed.ics")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"organizer": None}, "needs an organizer"),
        ({"attendees": ()}, "needs somebody to invite"),
        ({"zone": "Europe/Nowhere"}, "is not a time zone"),
        ({"start": datetime(2027, 3, 18, 9)}, "needs a time zone"),  # noqa: DTZ001 - the point
        ({"end": date(2027, 3, 19)}, "both be times or both be days"),
        ({"start": date(2027, 3, 18)}, "both be times or both be days"),
        ({"end": datetime(2027, 3, 18, 8, tzinfo=UTC)}, "end lies before"),
        ({"start": date(2027, 3, 18), "end": date(2027, 3, 17)}, "end lies before"),
        ({"url": "javascript:alert(1)"}, "is not a web address"),
        ({"organizer": Address("A", "no address")}, "is not an e-mail address"),
        ({"attendees": (Attendee("A", "a@b\r\nX:1"),)}, "is not an e-mail address"),
    ],
)
def test_an_event_without_sense_is_refused(changes: dict, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        invitation(session(**changes))
