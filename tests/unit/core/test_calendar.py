from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.calendar import (
    WorkingCalendar,
    add_months,
    days_left,
    deadline_instant,
    in_month,
    is_over,
    roll_to_working_day,
    shift_working_days,
    time_zone,
)
from nmrf.core.errors import Invalid

SECOND = timedelta(seconds=1)
ZONES = (
    "UTC",
    "Europe/Ljubljana",
    "America/Lima",
    "America/Asuncion",  # changed its clocks at midnight
    "America/Havana",
    "America/St_Johns",  # until 2011 set back from 00:01 to 23:01
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Ulaanbaatar",
    "Indian/Maldives",
    "Pacific/Apia",
)
days = st.dates(date(2000, 1, 1), date(2035, 12, 31))
zones = st.sampled_from(ZONES)


def weekdays_only(day: date) -> bool:
    return day.weekday() < 5


# --- months


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 28), 30, date(2027, 7, 28)),
        (date(2025, 8, 31), -6, date(2025, 2, 28)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 1, 15), -1, date(2024, 12, 15)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 5, 5), 0, date(2025, 5, 5)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_months_end(day, months, expected):
    assert add_months(day, months) == expected


def test_a_month_has_its_own_last_day():
    assert in_month(2027, 2, 31) == date(2027, 2, 28)
    assert in_month(2028, 2, 31) == date(2028, 2, 29)
    assert in_month(2027, 1, 31) == date(2027, 1, 31)


@given(day=days, months=st.integers(-600, 600))
def test_month_arithmetic_keeps_the_month_count_and_never_passes_the_day(day, months):
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@given(day=days.filter(lambda d: d.day <= 28), months=st.integers(-600, 600))
def test_month_arithmetic_can_be_taken_back_before_the_29th(day, months):
    assert add_months(add_months(day, months), -months) == day


# --- the end of a deadline


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        # winter and summer
        (date(2025, 1, 28), "Europe/Ljubljana", datetime(2025, 1, 28, 23, tzinfo=UTC)),
        (date(2025, 7, 2), "Europe/Ljubljana", datetime(2025, 7, 2, 22, tzinfo=UTC)),
        # the days on which the clock changes, 23 and 25 hours long
        (date(2025, 3, 30), "Europe/Ljubljana", datetime(2025, 3, 30, 22, tzinfo=UTC)),
        (date(2025, 10, 26), "Europe/Ljubljana", datetime(2025, 10, 26, 23, tzinfo=UTC)),
        # month and year end
        (date(2024, 12, 31), "Asia/Ulaanbaatar", datetime(2024, 12, 31, 16, tzinfo=UTC)),
        (date(2024, 2, 29), "America/Lima", datetime(2024, 3, 1, 5, tzinfo=UTC)),
        # midnight does not exist: the clock jumps from 24:00 to 01:00
        (date(2024, 10, 5), "America/Asuncion", datetime(2024, 10, 6, 4, tzinfo=UTC)),
        # the hour before midnight is lived twice: both belong to the day
        (date(2024, 3, 23), "America/Asuncion", datetime(2024, 3, 24, 4, tzinfo=UTC)),
        # the hour after midnight is lived twice: neither belongs to the day
        (date(2023, 11, 4), "America/Havana", datetime(2023, 11, 5, 4, tzinfo=UTC)),
        # one minute after midnight the clock went back to the old date
        (date(2010, 11, 6), "America/St_Johns", datetime(2010, 11, 7, 3, 30, tzinfo=UTC)),
    ],
)
def test_a_deadline_ends_with_its_local_date(day, zone, ends):
    assert deadline_instant(day, zone) == ends
    assert not is_over(ends - SECOND, day, zone)
    assert is_over(ends, day, zone)
    assert is_over(ends + SECOND, day, zone)


def test_the_instant_is_aware_and_in_utc():
    assert deadline_instant(date(2025, 7, 2), "America/Lima").tzinfo is UTC


@given(day=days, zone=zones)
def test_the_last_second_of_the_date_is_in_time_and_the_instant_is_not(day, zone):
    here = ZoneInfo(zone)
    ends = deadline_instant(day, zone)
    before = (ends - timedelta(microseconds=1)).astimezone(here).date()
    # Apia left out 30 December 2011: a date that never was ends where the one before it did.
    assert before == (
        date(2011, 12, 29) if (zone, day) == ("Pacific/Apia", date(2011, 12, 30)) else day
    )
    assert ends.astimezone(here).date() > day
    # and the date does not come back in the two days after it
    assert all(
        (ends + timedelta(minutes=15 * quarter)).astimezone(here).date() > day
        for quarter in range(192)
    )


@given(day=days, zone=zones)
def test_a_later_date_ends_later(day, zone):
    following = deadline_instant(day + timedelta(days=1), zone)
    if (zone, day) != ("Pacific/Apia", date(2011, 12, 29)):
        assert following > deadline_instant(day, zone)


def test_an_instant_without_a_time_zone_is_refused():
    naive = datetime(2025, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        is_over(naive, date(2025, 1, 1), "UTC")
    with pytest.raises(ValueError, match="needs a time zone"):
        days_left(naive, date(2025, 1, 1), "UTC")


@pytest.mark.parametrize("name", ["Europe/Lubljana", "", "../etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_named(name):
    with pytest.raises(Invalid) as caught:
        time_zone(name)
    assert caught.value.message == (
        f'There is no time zone named "{name}". Write it as in "Europe/Ljubljana".'
    )


# --- days left


def test_days_left_are_counted_on_the_wall_calendar_of_the_country():
    day = date(2025, 1, 28)
    last_second = datetime(2025, 1, 28, 22, 59, 59, tzinfo=UTC)
    assert days_left(last_second, day, "Europe/Ljubljana") == 0
    assert days_left(last_second + SECOND, day, "Europe/Ljubljana") == -1
    assert days_left(last_second + SECOND, day, "America/Lima") == 0


def test_days_left_across_a_change_of_the_clock_are_whole_days():
    saturday_evening = datetime(2025, 3, 29, 22, 59, 59, tzinfo=UTC)
    assert days_left(saturday_evening, date(2025, 3, 31), "Europe/Ljubljana") == 2
    assert days_left(date(2025, 3, 29), date(2025, 3, 31), "Europe/Ljubljana") == 2


@given(day=days, zone=zones, offset=st.integers(-200_000, 200_000))
def test_no_day_is_left_exactly_when_the_deadline_is_over(day, zone, offset):
    now = deadline_instant(day, zone) + offset * SECOND
    assert is_over(now, day, zone) == (days_left(now, day, zone) < 0)


# --- working days


def test_slovenias_calendar_knows_weekends_and_holidays():
    calendar = WorkingCalendar("SI", zone="Europe/Ljubljana")
    assert calendar.known
    assert calendar.note == ""
    assert calendar.is_working_day(date(2027, 2, 5))
    assert not calendar.is_working_day(date(2027, 2, 7))  # Sunday
    assert not calendar.is_working_day(date(2027, 2, 8))  # a Monday
    assert calendar.holiday_name(date(2027, 2, 8)) == (
        "Prešeren's Day, the Slovenian Cultural Holiday"
    )
    assert calendar.holiday_name(date(2027, 2, 7)) is None
    assert calendar.next_working_day(date(2027, 2, 6)) == date(2027, 2, 9)
    assert calendar.previous_working_day(date(2027, 2, 8)) == date(2027, 2, 5)
    assert calendar.next_working_day(date(2027, 2, 9)) == date(2027, 2, 9)
    assert calendar.previous_working_day(date(2027, 2, 9)) == date(2027, 2, 9)


def test_the_name_of_a_holiday_is_given_in_the_language_asked_for():
    assert WorkingCalendar("MA", language="fr").holiday_name(date(2027, 7, 30)) == "Fête du Trône"
    assert WorkingCalendar("MA", language="xx").holiday_name(date(2027, 7, 30)) == "عيد العرش"


def test_a_date_that_depends_on_the_moon_says_so():
    assert WorkingCalendar("MA").holiday_name(date(2027, 3, 9)) == "Eid al-Fitr (estimated)"
    assert not WorkingCalendar("MA").is_working_day(date(2027, 3, 9))


def test_the_weekend_is_the_countrys_own():
    maldives = WorkingCalendar("MV", zone="Indian/Maldives")
    assert not maldives.is_working_day(date(2027, 6, 11))  # Friday
    assert maldives.is_working_day(date(2027, 6, 13))  # Sunday


def test_the_closures_of_the_ministry_are_days_off():
    moving = date(2027, 6, 14)
    named = WorkingCalendar("SI", {moving: "The ministry moves"})
    assert not named.is_working_day(moving)
    assert named.holiday_name(moving) == "The ministry moves"
    unnamed = WorkingCalendar("SI", [moving, date(2027, 2, 8)])
    assert unnamed.holiday_name(moving) == "Closed"
    assert unnamed.holiday_name(date(2027, 2, 8)) == (
        "Prešeren's Day, the Slovenian Cultural Holiday"
    )


def test_an_unknown_country_has_weekends_only_and_says_so():
    calendar = WorkingCalendar("xx", [date(2027, 1, 1)])
    assert not calendar.known
    assert calendar.note == (
        "No public holidays are known for XX: only Saturdays and Sundays count as days off. "
        "Enter the public holidays as closures."
    )
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert not calendar.is_working_day(date(2027, 1, 2))
    assert calendar.is_working_day(date(2027, 12, 24))
    assert calendar.holiday_name(date(2027, 12, 24)) is None


def test_an_unknown_zone_is_refused_when_the_calendar_is_made():
    with pytest.raises(Invalid):
        WorkingCalendar("SI", zone="Europe/Atlantis")


def test_a_calendar_answers_in_its_own_zone():
    calendar = WorkingCalendar("PE", zone="America/Lima")
    ends = datetime(2027, 1, 2, 5, tzinfo=UTC)
    assert calendar.deadline_instant(date(2027, 1, 1)) == ends
    assert calendar.days_left(ends - SECOND, date(2027, 1, 1)) == 0
    assert calendar.days_left(ends, date(2027, 1, 1)) == -1


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2027, 2, 5), 1, date(2027, 2, 9)),  # over a weekend and a holiday
        (date(2027, 2, 9), -1, date(2027, 2, 5)),
        (date(2027, 2, 6), 1, date(2027, 2, 9)),  # from a Saturday
        (date(2027, 2, 6), 0, date(2027, 2, 9)),
        (date(2027, 2, 5), 0, date(2027, 2, 5)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # over the year's end
        (date(2027, 2, 1), 10, date(2027, 2, 16)),
    ],
)
def test_working_days_are_counted_without_the_first_day(day, count, expected):
    assert WorkingCalendar("SI").add_working_days(day, count) == expected


@given(day=days, count=st.integers(1, 60))
def test_counting_forward_passes_exactly_that_many_working_days(day, count):
    end = shift_working_days(day, count, weekdays_only)
    passed = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert weekdays_only(end)
    assert sum(map(weekdays_only, passed)) == count


@given(day=days.filter(weekdays_only), count=st.integers(-60, 60))
def test_counting_there_and_back_returns_to_a_working_day(day, count):
    assert (
        shift_working_days(shift_working_days(day, count, weekdays_only), -count, weekdays_only)
        == day
    )


@given(day=days)
def test_rolling_moves_only_days_off_and_never_over_a_working_day(day):
    before = roll_to_working_day(day, "previous", weekdays_only)
    after = roll_to_working_day(day, "next", weekdays_only)
    assert before <= day <= after
    assert weekdays_only(before)
    assert weekdays_only(after)
    assert (before == day == after) == weekdays_only(day)
    assert (after - before).days <= 3
    assert roll_to_working_day(day, "none", weekdays_only) == day


def test_a_calendar_without_working_days_is_an_error_and_not_an_endless_search():
    with pytest.raises(ValueError, match="no working day"):
        shift_working_days(date(2027, 1, 1), 1, lambda _day: False)
