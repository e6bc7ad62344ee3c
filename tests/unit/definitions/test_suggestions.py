"""From the facts of a session to dates, with their source and how sure they are."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.calendar import WorkingCalendar
from nmrf.definitions import Calendar, KnownDate, Practice, SessionFacts, suggest_milestones
from nmrf.definitions.practices import Round

SLOVENIA = WorkingCalendar("SI").is_working_day


def always(_day: date) -> bool:
    return True


def calendar(*milestones: dict) -> Calendar:
    common = {"title": "Title", "stage": "drafting", "kind": "national", "source": "Law, ¶1"}
    content = {
        "id": "test",
        "title": "Test",
        "source": "Law",
        "milestones": [{**common, **milestone} for milestone in milestones],
    }
    return Calendar.model_validate_json(json.dumps(content))


def facts(tentative: bool = False, **dates: str) -> SessionFacts:
    return SessionFacts(
        cycle=4,
        session=48,
        dates={
            name: KnownDate(date.fromisoformat(day), "OHCHR", tentative)
            for name, day in dates.items()
        },
    )


def dated(found: list) -> list[tuple[str, str]]:
    return [(one.id, one.date.isoformat()) for one in found]


def test_a_un_date_is_taken_as_it_is_with_its_own_source():
    due = calendar({"id": "due", "kind": "un", "when": "on addendum_deadline", "roll": "previous"})
    # 6 April 2025 is a Sunday: the UN's own date stays.
    (found,) = suggest_milestones(due, facts(addendum_deadline="2025-04-06"), SLOVENIA)
    assert (found.date, found.source, found.tentative) == (date(2025, 4, 6), "OHCHR", False)


def test_a_un_date_that_the_un_calls_tentative_stays_tentative():
    due = calendar({"id": "due", "kind": "un", "when": "on addendum_deadline"})
    (found,) = suggest_milestones(due, facts(True, addendum_deadline="2025-04-08"), SLOVENIA)
    assert found.tentative


def test_a_un_date_that_is_only_counted_is_tentative():
    due = calendar({"id": "due", "kind": "un", "when": "10 weeks after review_day"})
    (found,) = suggest_milestones(due, facts(review_day="2025-01-28"), SLOVENIA)
    assert (found.date, found.source, found.tentative) == (date(2025, 4, 8), "Law, ¶1", True)


def test_a_national_date_counted_from_a_final_one_is_final():
    plan = calendar({"id": "plan", "when": "10 weeks after review_day"})
    (found,) = suggest_milestones(plan, facts(review_day="2025-01-28"), SLOVENIA)
    assert (found.date, found.tentative) == (date(2025, 4, 8), False)
    (doubtful,) = suggest_milestones(plan, facts(True, review_day="2025-01-28"), SLOVENIA)
    assert doubtful.tentative


def test_a_milestone_may_always_be_a_guess():
    plan = calendar({"id": "plan", "when": "on review_day", "tentative": True})
    (found,) = suggest_milestones(plan, facts(review_day="2025-01-28"), SLOVENIA)
    assert found.tentative


def test_the_first_rule_that_can_be_told_counts_and_a_fallback_is_tentative():
    plan = calendar(
        {
            "id": "plan",
            "when": "on national_report_deadline",
            "otherwise": ["13 weeks before review_day", "12 weeks before session_start"],
        }
    )
    known = {
        "national_report_deadline": "2024-10-14",
        "review_day": "2025-01-28",
        "session_start": "2025-01-20",
    }
    seen = []
    for missing in [None, "national_report_deadline", "review_day", "session_start"]:
        known.pop(missing, None)
        seen += [(f.date, f.tentative) for f in suggest_milestones(plan, facts(**known), always)]
    assert seen == [
        (date(2024, 10, 14), False),
        (date(2024, 10, 29), True),
        (date(2024, 10, 28), True),
    ]


def test_doubt_is_handed_on_to_what_is_counted_from_it():
    plan = calendar(
        {"id": "due", "when": "on addendum_deadline", "otherwise": ["10 weeks after review_day"]},
        {"id": "positions", "when": "4 weeks before due"},
    )
    sure = suggest_milestones(plan, facts(addendum_deadline="2025-04-08"), always)
    guessed = suggest_milestones(plan, facts(review_day="2025-01-28"), always)
    assert [(f.id, f.date, f.tentative) for f in sure] == [
        ("positions", date(2025, 3, 11), False),
        ("due", date(2025, 4, 8), False),
    ]
    assert [(f.id, f.date, f.tentative) for f in guessed] == [
        ("positions", date(2025, 3, 11), True),
        ("due", date(2025, 4, 8), True),
    ]


def test_a_month_is_marked_as_one():
    plan = calendar(
        {"id": "outcome", "kind": "un", "when": "on plenary"},
        {"id": "letter", "when": "13 weeks after outcome"},
    )
    known = KnownDate(date(2027, 3, 1), "CeHDI", tentative=True, month_only=True)
    found = suggest_milestones(plan, SessionFacts(4, 53, {"plenary": known}), always)
    assert [(f.id, f.tentative, f.month_only) for f in found] == [
        ("outcome", True, True),
        ("letter", True, False),
    ]


def test_what_cannot_be_dated_is_left_out():
    plan = calendar(
        {"id": "a", "when": "on plenary"},
        {"id": "b", "when": "1 week after a"},
        {"id": "c", "every": "6 months", "first": "on a", "last": "24 months after a"},
        {"id": "d", "when": "on review_day"},
    )
    found = suggest_milestones(plan, facts(review_day="2025-01-28"), always)
    assert dated(found) == [("d", "2025-01-28")]
    assert suggest_milestones(plan, SessionFacts(5, 55), always) == []


@pytest.mark.parametrize(
    ("roll", "expected"),
    [("none", "2027-02-08"), ("previous", "2027-02-05"), ("next", "2027-02-09")],
)
def test_a_counted_date_moves_off_a_holiday(roll, expected):
    plan = calendar({"id": "plan", "when": "1 week after review_day", "roll": roll})
    found = suggest_milestones(plan, facts(review_day="2027-02-01"), SLOVENIA)
    assert dated(found) == [("plan", expected)]


def test_what_is_counted_on_starts_from_the_date_that_was_moved():
    plan = calendar(
        {"id": "opens", "when": "1 week after review_day", "roll": "next"},
        {"id": "closes", "when": "1 week after opens"},
    )
    found = suggest_milestones(plan, facts(review_day="2027-02-01"), SLOVENIA)
    assert dated(found) == [("opens", "2027-02-09"), ("closes", "2027-02-16")]


YEARLY = {"first": "on review_day", "last": "25 months after review_day"}


def test_what_comes_every_year_comes_from_the_first_to_the_last():
    plan = calendar({"id": "round", "each_year": "31 January", **YEARLY})
    found = suggest_milestones(plan, facts(review_day="2025-01-31"), always)
    assert dated(found) == [
        ("round-2025-01", "2025-01-31"),
        ("round-2026-01", "2026-01-31"),
        ("round-2027-01", "2027-01-31"),
    ]
    one_day_later = suggest_milestones(plan, facts(review_day="2025-02-01"), always)
    assert dated(one_day_later) == dated(found)[1:]


def test_the_end_of_february_comes_every_year():
    plan = calendar({"id": "round", "each_year": "29 February", **YEARLY, "roll": "previous"})
    found = suggest_milestones(plan, facts(review_day="2027-02-01"), SLOVENIA)
    assert dated(found) == [
        ("round-2027-02", "2027-02-26"),
        ("round-2028-02", "2028-02-29"),
        ("round-2029-02", "2029-02-28"),
    ]


def test_months_are_counted_from_the_first_time_so_that_no_month_end_is_lost():
    plan = calendar({"id": "series", "every": "1 month", "first": "on review_day", "last": "4 months after review_day"})  # fmt: skip
    found = suggest_milestones(plan, facts(review_day="2025-01-31"), always)
    assert [day for _id, day in dated(found)] == [
        "2025-01-31",
        "2025-02-28",
        "2025-03-31",
        "2025-04-30",
        "2025-05-31",
    ]


def test_a_time_keeps_its_name_when_it_moves_to_another_month():
    plan = calendar({"id": "round", "each_year": "1 February", **YEARLY, "roll": "previous"})
    found = suggest_milestones(plan, facts(review_day="2026-01-10"), SLOVENIA)
    assert dated(found) == [
        ("round-2026-02", "2026-01-30"),
        ("round-2027-02", "2027-02-01"),
        ("round-2028-02", "2028-02-01"),
    ]


def practice(**changes: object) -> Practice:
    content = {
        "id": "test",
        "title": "Test",
        "source": "Law",
        "committee": "Committee",
        "calendar": "test",
        "routes": {},
        "comment_window": "1 month",
        "invitation_days": 21,
    }
    return Practice.model_validate_json(json.dumps({**content, **changes}))


def test_a_countrys_own_months_come_before_those_of_the_calendar():
    plan = calendar(
        {"id": "talks", "every": "6 months", **YEARLY, "practice_date": "consultations"}
    )
    known = facts(review_day="2025-01-20")
    malaysia = practice(consultations={"times_a_year": 2, "months": [1, 7], "day": 31})
    assert [day for _id, day in dated(suggest_milestones(plan, known, always, malaysia))] == [
        "2025-01-31",
        "2025-07-31",
        "2026-01-31",
        "2026-07-31",
        "2027-01-31",
    ]
    assert [day for _id, day in dated(suggest_milestones(plan, known, always))] == [
        "2025-01-20",
        "2025-07-20",
        "2026-01-20",
        "2026-07-20",
        "2027-01-20",
    ]
    assert suggest_milestones(plan, known, always, practice()) == []


def test_a_countrys_own_round_comes_before_that_of_the_calendar():
    plan = calendar(
        {"id": "opens", "each_year": "2 January", **YEARLY, "practice_date": "round.opens"},
        {"id": "closes", "each_year": "31 January", **YEARLY, "practice_date": "round.closes"},
    )
    december = practice(
        round={"opens": "15 November", "closes": "15 December", "consolidated": "31 January"}
    )
    found = suggest_milestones(plan, facts(review_day="2025-01-28"), always, december)
    assert dated(found) == [
        ("opens-2025-11", "2025-11-15"),
        ("closes-2025-12", "2025-12-15"),
        ("opens-2026-11", "2026-11-15"),
        ("closes-2026-12", "2026-12-15"),
    ]
    assert suggest_milestones(plan, facts(review_day="2025-01-28"), always, practice()) == []


def test_a_round_may_open_the_year_before_it_closes_and_be_consolidated_the_year_after():
    content = {"opens": "15 December", "closes": "31 January", "consolidated": "29 February"}
    assert tuple(Round.model_validate_json(json.dumps(content)).in_year(2027)) == (
        date(2026, 12, 15),
        date(2027, 1, 31),
        date(2027, 2, 28),
    )
    content = {"opens": "15 November", "closes": "15 December", "consolidated": "31 January"}
    assert tuple(Round.model_validate_json(json.dumps(content)).in_year(2026)) == (
        date(2026, 11, 15),
        date(2026, 12, 15),
        date(2027, 1, 31),
    )


def test_how_a_date_was_found_is_told_in_words():
    plan = calendar(
        {"id": "due", "title": "Report due", "when": "13 weeks before session_start"},
        {"id": "plan", "when": "1 week before due"},
        {"id": "round", "each_year": "1 January", "first": "on due", "last": "12 months after due"},
    )
    found = suggest_milestones(plan, facts(session_start="2025-01-20"), always)
    assert {one.milestone: one.words for one in found} == {
        "due": "13 weeks before: First day of the Working Group session",
        "plan": "1 week before: Report due",
        "round": "every year",
    }


@given(day=st.dates(date(2020, 1, 1), date(2035, 1, 1)), later=st.integers(1, 400))
def test_when_the_review_moves_everything_counted_from_it_moves_too(definitions, day, later):
    calendar = definitions.calendars["upr_cycle"]

    def single(review: date) -> dict[str, date]:
        found = suggest_milestones(calendar, facts(review_day=review.isoformat()), always)
        return {one.id: one.date for one in found if one.id == one.milestone}

    before, after = single(day), single(day + timedelta(days=later))
    assert before.keys() == after.keys()
    assert all(before[key] <= after[key] for key in before)
    assert before["addendum_due"] + timedelta(days=later) == after["addendum_due"]


@given(day=st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_every_suggestion_of_the_shipped_calendar_has_its_own_id_and_stands_by_date(
    definitions, day
):
    found = suggest_milestones(
        definitions.calendars["upr_cycle"],
        facts(session_start=day.isoformat()),
        SLOVENIA,
        definitions.practices["standard"],
    )
    ids = [one.id for one in found]
    assert len(set(ids)) == len(ids)
    assert [one.date for one in found] == sorted(one.date for one in found)
    rolled = {m.id for m in definitions.calendars["upr_cycle"].milestones if m.roll != "none"}
    assert all(SLOVENIA(one.date) for one in found if one.milestone in rolled)
