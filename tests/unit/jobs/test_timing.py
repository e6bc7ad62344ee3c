"""When a job is due, by the national clock and over the change of summer time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nmrf.jobs.timing import daily, minutes, seconds

ZONE = ZoneInfo("Europe/Ljubljana")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-18T06:00", "2026-11-18T06:00"),  # 07:00 in winter
        ("2026-11-18T05:59", "2026-11-17T06:00"),
        ("2026-07-01T05:00", "2026-07-01T05:00"),  # 07:00 in summer
        ("2027-03-28T05:00", "2027-03-28T05:00"),  # the morning of the change
        ("2027-03-28T04:59", "2027-03-27T06:00"),
        ("2026-11-17T23:30", "2026-11-17T06:00"),  # already the 18th on the wall
    ],
)
def test_a_daily_job_was_last_due(now, due):
    assert daily(7).last_due(utc(now), ZONE) == utc(due)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2026-11-18T06:30", "2026-11-18T06:00", "2026-11-19T06:00"),
        ("2026-11-18T06:30", "2026-11-17T06:00", "2026-11-18T06:30"),  # missed: now
        ("2026-11-18T05:30", "2026-11-17T06:00", "2026-11-18T06:00"),
        ("2027-03-27T07:00", "2027-03-27T06:00", "2027-03-28T05:00"),
    ],
)
def test_a_daily_job_is_next_due(now, last, due):
    assert daily(7).next_due(utc(now), utc(last), ZONE) == utc(due)


def test_a_job_that_never_ran_is_due_now():
    now = utc("2026-11-18T06:30")
    assert daily(7).next_due(now, None, ZONE) == now
    assert minutes(15).next_due(now, None, ZONE) == now


def test_a_frequent_job():
    now = utc("2026-11-18T06:30")
    every = minutes(15)
    assert every.last_due(now, ZONE) == now - timedelta(minutes=15)
    assert every.next_due(now, now - timedelta(minutes=5), ZONE) == now + timedelta(minutes=10)
    assert every.next_due(now, now - timedelta(hours=5), ZONE) == now


def test_the_timer_fires_by_the_wall():
    fires = daily(7).trigger(ZONE).get_next_fire_time(None, utc("2027-03-27T12:00"))
    assert fires == utc("2027-03-28T05:00")
    assert seconds(30).trigger(ZONE).interval == timedelta(seconds=30)


def test_words():
    said = [when.words() for when in (daily(7, 5), minutes(15), minutes(1), seconds(30))]
    assert said == ["every day at 07:05", "every 15 minutes", "every minute", "every 30 seconds"]
