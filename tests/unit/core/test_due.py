from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from nmrf.core.due import due

ZONE = "Europe/Ljubljana"
DAY = date(2027, 1, 31)
END = datetime(2027, 1, 31, 23, 0, tzinfo=UTC)  # 24:00 in Ljubljana


@pytest.mark.parametrize(
    ("now", "state", "relative"),
    [
        (END - timedelta(days=40), "ahead", "in 39 days"),
        (END - timedelta(days=130), "ahead", "in 4 months"),
        (END - timedelta(days=800), "ahead", "in 2 years"),
        (END + timedelta(days=100), "overdue", "3 months overdue"),
        (END - timedelta(days=5), "soon", "in 4 days"),
        (END - timedelta(days=1, hours=3), "soon", "tomorrow"),
        (END - timedelta(seconds=1), "soon", "today"),
        (END, "overdue", "1 day overdue"),
        (END + timedelta(days=2), "overdue", "3 days overdue"),
    ],
)
def test_a_deadline_ends_at_midnight_of_its_local_date(now, state, relative):
    said = due(DAY, now, ZONE)
    assert (said.state, said.relative) == (state, relative)
    assert (said.weekday, said.date, said.time, said.zone) == (
        "Sunday",
        "31 January 2027",
        "24:00",
        "CET",
    )


def test_a_met_deadline_is_not_overdue():
    assert due(DAY, END + timedelta(days=9), ZONE, met=True).state == "met"


def test_a_closed_deadline_is_past():
    said = due(DAY, END + timedelta(days=9), ZONE, closed=True)
    assert (said.state, said.relative, said.time) == ("past", "10 days ago", "24:00")


def test_an_event_has_its_own_time_and_is_past_afterwards():
    said = due(date(2026, 7, 1), END, ZONE, at=time(9, 30), is_deadline=False)
    assert (said.time, said.zone, said.state) == ("09:30", "CEST", "past")
