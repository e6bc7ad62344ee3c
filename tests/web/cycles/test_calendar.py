"""The calendar and its feeds show to each the same as the pages do."""

from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar
from sqlalchemy import select

from nmrf.accounts.models import Person
from nmrf.core.roles import Visibility
from nmrf.cycles import entries
from nmrf.cycles.models import Milestone, MilestoneKind
from tests.factories.cycles import milestone
from tests.web.pages import texts, tree


@pytest.fixture
def dates(ctx, world):
    cycle = world.cycle
    for m in cycle.milestones:
        m.withdrawn_at = ctx.now
    s = ctx.session
    milestone(s, cycle, "Public", on=date(2026, 12, 1))
    milestone(s, cycle, "Government", on=date(2026, 12, 2), visibility=Visibility.GOVERNMENT)
    milestone(
        s,
        cycle,
        "Owned",
        on=date(2027, 1, 3),
        visibility=Visibility.SECRETARIAT,
        institution_id=world.moj.id,
    )
    milestone(s, cycle, "From Geneva", on=date(2027, 1, 4), kind=MilestoneKind.UN, tentative=True)
    milestone(s, cycle, "Undated", on=None)
    milestone(s, cycle, "Far away", on=date(2029, 1, 4))
    s.commit()


def titles(page):
    return texts(page, "//main//ul[@class='rows']/li/p[2]/a")


def summaries(response):
    """Titles of the feed, each without the word for calendars that draw tentative dates as any."""
    return [title.removesuffix(" (tentative)") for title in raw_summaries(response)]


def raw_summaries(response):
    return [str(e["SUMMARY"]) for e in Calendar.from_ical(response.data).walk("VEVENT")]


def own_feed(client):
    page = client.get("/calendar")
    [address] = tree(page).xpath("//main//a[text()='Your calendar feed']/@href")
    return address.removeprefix("http://nmrf.test")


def test_page_and_feed_show_to_each_the_same(world, client_for, dates):
    expected = {
        None: ["Public", "From Geneva"],
        world.member: ["Public", "From Geneva"],
        world.focal: ["Public", "Government", "Owned", "From Geneva"],
        world.secretary: ["Public", "Government", "Owned", "From Geneva"],
    }
    for person, shown in expected.items():
        client = client_for(person)
        assert titles(client.get("/calendar")) == shown
        feed = client_for().get(own_feed(client) if person else "/calendar.ics")
        assert summaries(feed) == [*shown, "Far away"]


def test_a_tentative_or_unknown_day_says_so_in_the_feed(ctx, client_for, dates):
    one = ctx.session.scalars(select(Milestone).where(Milestone.title == "Far away")).one()
    one.month_only = True
    ctx.session.commit()
    found = raw_summaries(client_for().get("/calendar.ics"))
    assert "From Geneva (tentative)" in found
    assert "Far away (day not known yet)" in found


def test_the_feed_is_a_calendar(client_for, dates):
    feed = client_for().get("/calendar.ics")
    assert feed.content_type == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(feed.data)
    first = calendar.walk("VEVENT")[0]
    assert (calendar["METHOD"], first.decoded("DTSTART"), first.decoded("DTEND")) == (
        "PUBLISH",
        date(2026, 12, 1),
        date(2026, 12, 2),
    )
    assert str(first["UID"]).endswith("@nmrf.test")
    assert calendar.walk("VEVENT")[1]["STATUS"] == "TENTATIVE"


def test_signed_in_or_not_the_address_without_a_token_is_public(world, client_for, dates):
    feed = client_for(world.secretary).get("/calendar.ics")
    signed_out = client_for().get("/calendar.ics")
    assert summaries(signed_out) == ["Public", "From Geneva", "Far away"]
    assert summaries(feed) == summaries(signed_out)


def test_kinds_filter_page_and_feed(client_for, dates):
    client = client_for()
    assert titles(client.get("/calendar?kind=un")) == ["From Geneva"]
    assert summaries(client.get("/calendar.ics?kind=un")) == ["From Geneva"]
    assert titles(client.get("/calendar?kind=nonsense")) == ["Public", "From Geneva"]


def test_the_personal_address_ends_with_the_password(ctx, world, client_for, dates):
    address = own_feed(client_for(world.focal))
    assert client_for().get(address).headers["Cache-Control"] == "private, no-store"
    ctx.session.get(Person, world.focal.id).session_epoch += 1
    ctx.session.commit()
    assert client_for().get(address).status_code == 404


@pytest.mark.parametrize("token", ["x", "1.0", "é", "x" * 5000])
def test_a_made_up_address_opens_nothing(client_for, dates, token):
    assert client_for().get("/calendar.ics", query_string={"token": token}).status_code == 404


@pytest.mark.parametrize("text", ["2027-13", "x", "99999-01", "-1", "2027-01-01"])
def test_a_month_that_does_not_exist_shows_this_one(client_for, dates, text):
    page = client_for().get("/calendar", query_string={"from": text})
    assert (page.status_code, titles(page)) == (200, ["Public", "From Geneva"])


def test_other_months_have_their_own_address(client_for, dates):
    assert titles(client_for().get("/calendar?from=2029-01")) == ["Far away"]


def test_an_empty_calendar_says_so(client_for):
    page = client_for().get("/calendar")
    assert texts(page, "//p[@class='empty-title']") == ["Nothing in these months"]


def test_other_slices_put_in_entries_of_their_own(client_for, monkeypatch):
    entry = entries.CalendarEntry(
        "w-1@nmrf.test", "window", "Comments", date(2026, 12, 1), date(2027, 2, 1)
    )
    monkeypatch.setattr(entries, "sources", {"windows": lambda _ctx: [entry]})
    page = client_for().get("/calendar?kind=window")
    assert texts(page, "//main//ul[@class='rows']/li/p[1]/span[@class='muted']") == [
        "until 1 Feb 2027"
    ]
