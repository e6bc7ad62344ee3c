from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.calendar import WorkingCalendar, add_months
from nmrf.definitions import Span, When, YearDay

SLOVENIA = WorkingCalendar("SI").is_working_day
days = st.dates(date(2001, 1, 1), date(2040, 12, 31))
spans = st.builds(
    Span, st.integers(1, 200), st.sampled_from(["working day", "day", "week", "month", "year"])
)


def weekdays_only(day: date) -> bool:
    return day.weekday() < 5


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("1 month", Span(1, "month")),
        ("6 weeks", Span(6, "week")),
        ("10 working days", Span(10, "working day")),
        ("1 working day", Span(1, "working day")),
        ("30 days", Span(30, "day")),
        ("2 years", Span(2, "year")),
    ],
)
def test_a_length_is_read_and_written_the_same_way(text, span):
    assert Span.parse(text) == span
    assert str(span) == text


@given(span=spans)
def test_every_length_can_be_read_back(span):
    assert Span.parse(str(span)) == span


@pytest.mark.parametrize(
    "text",
    ["", "1 months", "2 month", "0 days", "-1 day", "one month", "1  day", "1 day ", "6 hours"],
)
def test_a_length_that_is_none_gets_an_example(text):
    with pytest.raises(ValueError) as caught:
        Span.parse(text)
    assert str(caught.value) == (
        f'cannot be read as a length of time: "{text}". Write it as "1 month", "6 weeks" or '
        '"10 working days"'
    )


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("on review_day", date(2025, 1, 28), date(2025, 1, 28)),
        ("13 weeks before session_start", date(2025, 1, 20), date(2024, 10, 21)),
        ("10 weeks after review_day", date(2025, 1, 28), date(2025, 4, 8)),
        ("1 month after opening", date(2025, 1, 31), date(2025, 2, 28)),
        ("1 month before opening", date(2025, 3, 31), date(2025, 2, 28)),
        ("30 months after review_day", date(2025, 8, 31), date(2028, 2, 29)),
        ("1 year after review_day", date(2024, 2, 29), date(2025, 2, 28)),
        ("1 year before review_day", date(2025, 2, 28), date(2024, 2, 28)),
        ("3 days after review_day", date(2025, 1, 28), date(2025, 1, 31)),
        # 8 February is a holiday in Slovenia, in 2027 a Monday
        ("1 working day after opening", date(2027, 2, 5), date(2027, 2, 9)),
        ("1 working day before opening", date(2027, 2, 9), date(2027, 2, 5)),
        ("5 working days before submission", date(2025, 1, 6), date(2024, 12, 24)),
    ],
)
def test_a_date_is_counted_from_its_anchor(text, anchor, expected):
    assert When.parse(text).resolve(anchor, SLOVENIA) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "13 weeks", "on Review day", "13 weeks since plenary", "at noon"]
)
def test_a_date_that_is_none_gets_an_example(text):
    with pytest.raises(ValueError) as caught:
        When.parse(text)
    assert str(caught.value) == (
        f'cannot be read as a date: "{text}". Write it as "13 weeks before session_start", '
        '"2 months after plenary" or "on review_day"'
    )


@given(
    when=st.builds(
        When, st.sampled_from(["opening", "plenary"]), spans, st.sampled_from(["before", "after"])
    )
)
def test_every_date_rule_can_be_read_back(when):
    assert When.parse(str(when)) == when


@given(span=spans, day=days)
def test_before_is_earlier_and_after_is_later(span, day):
    assert span.before(day, weekdays_only) < day < span.after(day, weekdays_only)


@given(count=st.integers(1, 100), day=days)
def test_a_longer_time_ends_later_in_every_unit(count, day):
    for unit in ("working day", "day", "week", "month", "year"):
        shorter = Span(count, unit).after(day, weekdays_only)
        assert shorter < Span(count + 1, unit).after(day, weekdays_only)


@given(count=st.integers(1, 50), day=days)
def test_units_agree_with_each_other(count, day):
    assert Span(count, "week").after(day, weekdays_only) == day + timedelta(days=7 * count)
    assert Span(count, "year").after(day, weekdays_only) == add_months(day, 12 * count)
    assert Span(count, "month").before(day, weekdays_only) == add_months(day, -count)


def test_a_length_is_told_in_words():
    assert [
        Span(1, "working day").words,
        Span(10, "working day").words,
        Span(1, "day").words,
        Span(3, "week").words,
        Span(1, "month").words,
        Span(2, "year").words,
    ] == ["1 working day", "10 working days", "1 day", "3 weeks", "1 month", "2 years"]


def test_a_rule_is_told_in_words_with_the_title_of_its_anchor():
    assert When.parse("13 weeks before session_start").words("First day") == (
        "13 weeks before: First day"
    )
    assert When.parse("1 month after plenary").words("Adoption") == "1 month after: Adoption"
    assert When.parse("on plenary").words("Adoption") == "on: Adoption"


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("31 January", 2027, date(2027, 1, 31)),
        ("29 February", 2027, date(2027, 2, 28)),
        ("29 February", 2028, date(2028, 2, 29)),
        ("15 December", 2026, date(2026, 12, 15)),
    ],
)
def test_a_day_of_the_year_comes_every_year(text, year, expected):
    day = YearDay.parse(text)
    assert day.in_year(year) == expected
    assert str(day) == text


@pytest.mark.parametrize(
    "text", ["", "31 Januar", "0 January", "32 January", "January 31", "01 May"]
)
def test_a_day_of_the_year_that_is_none_gets_an_example(text):
    with pytest.raises(ValueError) as caught:
        YearDay.parse(text)
    assert str(caught.value) == (
        f'cannot be read as a day of the year: "{text}". Write it as "31 January"'
    )


@pytest.mark.parametrize("text", ["30 February", "31 April", "31 November"])
def test_a_month_is_not_longer_than_it_is(text):
    with pytest.raises(ValueError) as caught:
        YearDay.parse(text)
    day, month = text.split()
    assert str(caught.value) == f"{month} has no day {day}"
