"""What the checker refuses in a calendar, a practice and a vocabulary."""

import json

import pytest

from nmrf.core.roles import Visibility as RoleVisibility
from nmrf.cycles.models import MilestoneKind
from nmrf.cycles.models import Stage as CycleStage
from nmrf.definitions import Calendar, Practice, Vocabulary, calendars, practices, vocabularies
from nmrf.definitions.calendars import Kind, Stage, Visibility

ONCE = {
    "id": "approved",
    "title": "Report approved",
    "stage": "drafting",
    "kind": "national",
    "when": "3 weeks before national_report_deadline",
    "source": "Law, ¶1",
}
YEARLY = {
    "id": "round",
    "title": "Round closes",
    "stage": "follow_up",
    "kind": "national",
    "each_year": "31 January",
    "first": "on plenary",
    "last": "24 months after approved",
    "source": "Law, ¶2",
}


def calendar_problems(*milestones: dict) -> list[tuple]:
    content = {"id": "test", "title": "Test", "source": "Law", "milestones": list(milestones)}
    calendar = Calendar.model_validate_json(json.dumps(content))
    return [tuple(problem) for problem in calendars.problems(calendar)]


def without(milestone: dict, *fields: str) -> dict:
    return {name: value for name, value in milestone.items() if name not in fields}


def test_the_words_of_a_calendar_are_those_of_the_service():
    assert Stage.__args__ == tuple(stage.value for stage in CycleStage)
    assert Kind.__args__ == tuple(kind.value for kind in MilestoneKind)
    assert Visibility.__args__ == tuple(level.value for level in RoleVisibility)


def test_a_good_calendar_has_no_problems():
    assert calendar_problems(ONCE, YEARLY) == []


def test_a_milestone_has_exactly_one_rule():
    message = "needs exactly one of: when, each_year, every"
    assert calendar_problems(without(ONCE, "when")) == [(("milestones", 0, "id"), message)]
    assert (("milestones", 1, "id"), message) in calendar_problems(
        ONCE, {**YEARLY, "every": "6 months"}
    )


def test_what_comes_again_has_a_first_and_a_last():
    assert calendar_problems(ONCE, without(YEARLY, "last")) == [
        (("milestones", 1, "id"), "comes again and again, so it needs first and last")
    ]
    assert calendar_problems({**ONCE, "first": "on plenary"}) == [
        (("milestones", 0, "id"), "comes once, so it has no first and last")
    ]


def test_fallbacks_and_practice_dates_stand_where_they_have_a_meaning():
    assert calendar_problems(ONCE, {**YEARLY, "otherwise": ["on plenary"]}) == [
        (("milestones", 1, "otherwise"), "stands beside when")
    ]
    assert calendar_problems({**ONCE, "practice_date": "round.closes"}) == [
        (
            ("milestones", 0, "practice_date"),
            "is for a milestone that comes again and again",
        )
    ]


@pytest.mark.parametrize("reminders", [[7, 14], [7, 7]])
def test_reminders_go_from_far_to_near(reminders):
    assert calendar_problems({**ONCE, "reminders": reminders}) == [
        (
            ("milestones", 0, "reminders"),
            "are days before the date, from the most to the least",
        )
    ]


def test_no_reminder_comes_after_the_date():
    assert calendar_problems({**ONCE, "reminders": [7, -1]}) == [
        (("milestones", 0, "reminders"), "are days before the date; none is negative")
    ]


@pytest.mark.parametrize(("field", "place"), [("when", ("when",)), ("otherwise", ("otherwise", 0))])
def test_a_milestone_counts_from_something_that_is_there(field, place):
    value = "3 weeks before report_deadline"
    assert calendar_problems({**ONCE, field: [value] if field == "otherwise" else value}) == [
        (
            ("milestones", 0, *place),
            (
                'there is no milestone and no UN date named "report_deadline" to count from; the UN '
                "dates are session_start, session_end, review_day, wg_adoption, plenary, "
                "national_report_deadline, stakeholder_deadline, addendum_deadline, pre_sessions, "
                "pre_sessions_application"
            ),
        )
    ]


def test_nothing_counts_from_what_comes_again_and_again():
    late = {**ONCE, "id": "late", "when": "1 week after round"}
    places = [place for place, _why in calendar_problems(ONCE, YEARLY, late)]
    assert places == [("milestones", 2, "when")]


def test_two_milestones_cannot_count_from_each_other():
    one = {**ONCE, "when": "1 week after other"}
    other = {**ONCE, "id": "other", "when": "1 week after approved"}
    message = "is counted from a milestone that is itself counted from this one"
    assert calendar_problems(one, other) == [
        (("milestones", 0, "when"), message),
        (("milestones", 1, "when"), message),
    ]


def test_milestones_have_ids_of_their_own():
    assert calendar_problems(ONCE, {**ONCE}) == [
        (
            ("milestones", 1, "id"),
            '"approved" is already number 1 of this list; give each its own name',
        )
    ]
    assert calendar_problems({**ONCE, "id": "plenary"}) == [
        (
            ("milestones", 0, "id"),
            '"plenary" already names a date of the UN; choose another',
        )
    ]


# --- practices

PRACTICE = {
    "id": "test",
    "title": "Test",
    "source": "Law",
    "committee": "Committee",
    "calendar": "upr_cycle",
    "routes": {"national_report": "standard"},
    "comment_window": "1 month",
    "invitation_days": 21,
    "required_participants": ["nhri"],
    "consultations": {"times_a_year": 2, "months": [1, 7]},
}


def practice(**changes: object) -> Practice:
    return Practice.model_validate_json(json.dumps({**PRACTICE, **changes}))


def practice_problems(**changes: object) -> list[tuple]:
    return [tuple(problem) for problem in practices.problems(practice(**changes))]


def reference_problems(**changes: object) -> list[tuple]:
    return [
        tuple(problem)
        for problem in practices.references(
            practice(**changes),
            routes={"standard": frozenset({"national_report"})},
            milestones={"upr_cycle": frozenset({"a"}), "other": frozenset()},
            route_anchors={"standard": frozenset({"a"})},
            groups=frozenset({"nhri", "media"}),
        )
    ]


def test_a_good_practice_has_no_problems():
    assert practice_problems() == []
    assert reference_problems() == []


def test_consultations_name_as_many_months_as_they_are():
    assert practice_problems(consultations={"times_a_year": 3, "months": [1, 7]}) == [
        (("consultations", "months"), "name 2 months, but times_a_year is 3")
    ]
    assert practice_problems(consultations={"times_a_year": 2, "months": [7, 1]}) == [
        (("consultations", "months"), "stand in the order of the year")
    ]


def test_a_country_has_a_time_zone_that_is_one():
    assert practice_problems(country="SI") == [
        (("country",), "a practice of a country needs its time_zone")
    ]
    assert practice_problems(country="SI", time_zone="Europe/Lubljana") == [
        (("time_zone",), 'there is no time zone named "Europe/Lubljana"')
    ]


def test_a_committee_does_not_meet_more_often_at_least_than_at_most():
    assert practice_problems(meetings={"at_least": 5, "at_most": 4}) == [
        (("meetings", "at_most"), "is less than at_least")
    ]


def test_what_is_unsourced_is_something_of_the_practice():
    fields = ["comment_window", "consultations.months", "routes.national_report"]
    assert practice_problems(unsourced=fields) == []
    assert practice_problems(unsourced=["round", "routes.matrix"]) == [
        (("unsourced", 0), '"round" is not a field of this practice'),
        (("unsourced", 1), '"routes.matrix" is not a field of this practice'),
    ]


def test_a_practice_names_what_is_there():
    changes = {
        "calendar": "lunar",
        "routes": {"national_report": "scenic", "matrix": "standard"},
        "required_participants": ["nhri", "astronauts"],
    }
    assert reference_problems(**changes) == [
        (("calendar",), 'there is no calendar "lunar"'),
        (("routes", "national_report"), 'there is no route "scenic"'),
        (
            ("routes", "matrix"),
            'the route "standard" is not for matrix; it takes national_report',
        ),
        (
            ("required_participants", 1),
            'there is no stakeholder group "astronauts"; the groups are media, nhri',
        ),
    ]


def test_the_calendar_of_a_practice_has_the_milestones_of_its_routes():
    assert reference_problems(calendar="other") == [
        (
            ("routes", "national_report"),
            'the route "standard" counts from a, which the calendar "other" does not have',
        )
    ]


# --- vocabularies


def vocabulary(*terms: dict, **changes: object) -> Vocabulary:
    content = {"id": "test", "title": "Test", "source": "Law", "terms": list(terms), **changes}
    return Vocabulary.model_validate_json(json.dumps(content))


def vocabulary_problems(*terms: dict, **changes: object) -> list[tuple]:
    return [tuple(one) for one in vocabularies.problems(vocabulary(*terms, **changes))]


SCHEMES = [{"id": "old", "title": "Old", "source": "List"}, {"id": "new", "title": "New", "source": "List"}]  # fmt: skip


def test_a_code_stands_once_in_each_scheme():
    twice = [{"code": "a", "label": "A"}, {"code": "a", "label": "B"}]
    assert vocabulary_problems(*twice) == [
        (("terms", 1, "code"), '"a" is already the code of term 1')
    ]
    schemed = [{**twice[0], "scheme": "old"}, {**twice[1], "scheme": "new"}]
    assert vocabulary_problems(*schemed, schemes=SCHEMES) == []


def test_a_term_names_a_scheme_and_terms_that_are_there():
    term = {"code": "a", "label": "A", "scheme": "older", "same_as": ["new/a"]}
    assert vocabulary_problems(term, schemes=SCHEMES) == [
        (("terms", 0, "scheme"), '"older" is not among the schemes of this file'),
        (("terms", 0, "same_as"), 'there is no term "new/a"'),
    ]


def test_terms_are_found_by_code():
    colours = vocabulary(
        {"code": "a", "label": "Old A", "scheme": "old"},
        {"code": "a", "label": "New A", "scheme": "new"},
        schemes=SCHEMES,
    )
    assert colours.codes == ("a", "a")
    assert colours.term("a", "new") == colours.terms[1]
    assert colours.term("a", "newest") is None
    assert (colours.label("a"), colours.label("gone")) == ("Old A", "gone")
