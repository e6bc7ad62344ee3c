"""What is shipped in `workflows/`: the practices of the sources, and nothing that drifts."""

import re
from datetime import date

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.calendar import WorkingCalendar
from nmrf.definitions import KnownDate, schemas, suggest_milestones
from nmrf.definitions.calendars import Calendar
from nmrf.definitions.practices import Practice
from nmrf.definitions.routes import Route, Step
from nmrf.definitions.schemas import schema_files, write_schemas
from nmrf.definitions.sessions import FACTS
from nmrf.paths import WORKFLOWS
from nmrf.recommendations.models import Position
from nmrf.reports.models import ReportKind

README = (WORKFLOWS / "README.md").read_text(encoding="utf-8")


def steps(route: Route) -> list[list[tuple[str, str, str]]]:
    return [
        [(step.kind, step.decider.role, step.decider.of) for step in stage]
        for stage in route.stages
    ]


def test_which_definitions_are_shipped(definitions):
    assert sorted(definitions.routes) == [
        "denmark",
        "georgia",
        "kenya_matrix",
        "maldives",
        "mongolia_yearly",
        "peru",
        "siplus",
        "slovenia",
        "standard",
    ]
    assert sorted(definitions.practices) == [
        "denmark",
        "georgia",
        "kenya",
        "malaysia",
        "maldives",
        "mongolia",
        "montenegro",
        "peru",
        "slovenia",
        "standard",
    ]
    assert sorted(definitions.calendars) == ["upr_cycle"]
    assert sorted(definitions.vocabularies) == [
        "action_kinds",
        "consultation_kinds",
        "dispositions",
        "document_kinds",
        "event_kinds",
        "implementation_status",
        "institution_kinds",
        "national_positions",
        "persons",
        "positions",
        "sdgs",
        "stakeholder_groups",
        "themes",
    ]


def test_the_standard_route_lets_ministries_decide_side_by_side_the_nhri_advise_and_the_minister_end(
    definitions,
):
    assert steps(definitions.routes["standard"]) == [
        [("approve", "validating_authority", "contributing_ministries")],
        [("advise", "nhri", "nhri")],
        [("approve", "minister", "minister")],
    ]


def test_denmark_kothari_study_30(definitions):
    route = definitions.routes["denmark"]
    assert steps(route) == [
        [("advise", "committee_member", "committee")],
        [("consult", "stakeholder", "stakeholders"), ("advise", "nhri", "nhri")],
        [("edit", "focal_point", "contributing_ministries")],
        [("approve", "validating_authority", "contributing_ministries")],
        [("approve", "minister", "minister")],
    ]
    assert str(route.step("hearing").due) == "1 month after opening"
    assert route.step("ministries").needed(9) == 9


def test_georgia_ends_in_parliament_committee_then_plenary_kothari_study_62(definitions):
    assert steps(definitions.routes["georgia"])[-2:] == [
        [("record", "secretariat", "parliament")],
        [("record", "secretariat", "parliament")],
    ]


def test_peru_sectors_and_foreign_affairs_decide_side_by_side_with_reasons_kothari_study_32(
    definitions,
):
    stage = definitions.routes["peru"].stages[1]
    assert [(step.id, step.kind, step.reason) for step in stage] == [
        ("sectors", "approve", "always"),
        ("foreign_affairs", "approve", "always"),
    ]


def test_mongolia_reports_in_january_and_to_the_government_in_february(definitions):
    route = definitions.routes["mongolia_yearly"]
    milestones = {
        "round_closes": date(2027, 1, 29),
        "round_consolidated": date(2027, 2, 26),
    }
    working = WorkingCalendar("MN").is_working_day
    assert {
        step.id: step.due_on(date(2027, 1, 4), None, milestones, working)
        for step in (route.step("ministries"), route.step("government"))
    } == {"ministries": date(2027, 1, 29), "government": date(2027, 2, 26)}
    window = definitions.practices["mongolia"].round.in_year(2028)
    assert (window.closes, window.consolidated) == (date(2028, 1, 31), date(2028, 2, 29))


def test_malaysia_consults_in_january_and_july_kothari_study_34(definitions):
    assert definitions.practices["malaysia"].consultations.in_year(2027) == (
        date(2027, 1, 15),
        date(2027, 7, 15),
    )


def test_denmark_comments_for_a_month_and_its_committee_meets_four_to_five_times(definitions):
    denmark = definitions.practices["denmark"]
    working = WorkingCalendar("DK").is_working_day
    assert denmark.comment_window.after(date(2027, 1, 31), working) == date(2027, 2, 28)
    assert (denmark.meetings.at_least, denmark.meetings.at_most) == (4, 5)


@pytest.mark.parametrize("kind", [kind.value for kind in ReportKind])
def test_every_practice_has_a_route_for_every_report(definitions, kind):
    assert [p.id for p in definitions.practices.values() if kind not in p.routes] == []


def test_no_route_lets_the_nhri_or_stakeholders_decide(definitions):
    voices = {
        step.kind
        for route in definitions.route_versions.values()
        for step in route.steps
        if step.decider.role in {"nhri", "stakeholder"}
    }
    assert voices == {"advise", "consult"}


def test_no_author_approves_their_own_text_in_any_route(definitions):
    allowed = [s.id for r in definitions.routes.values() for s in r.steps if s.own_text_allowed]
    assert allowed == []


def test_a_practice_of_a_country_has_its_holidays_and_time_zone(definitions):
    for practice in definitions.practices.values():
        if practice.country:
            assert WorkingCalendar(practice.country, zone=practice.time_zone).known


def test_slovenias_fourth_cycle_as_it_was(definitions):
    """The real dates of the review of 28 January 2025, from the documents themselves."""
    facts = definitions.sessions.find("SVN", 48).with_dates(
        {
            "addendum_deadline": KnownDate(date(2025, 4, 8), "A/HRC/59/15/Add.1"),
            "wg_adoption": KnownDate(date(2025, 1, 31), "A/HRC/59/15"),
            "plenary": KnownDate(date(2025, 7, 2), "HRC decision 59/112"),
        }
    )
    found = {
        one.id: (one.date, one.tentative)
        for one in suggest_milestones(
            definitions.calendars["upr_cycle"],
            facts,
            WorkingCalendar("SI").is_working_day,
            definitions.practices["slovenia"],
        )
    }
    expected = {
        "interactive_dialogue": (date(2025, 1, 28), False),
        "wg_report_adopted": (date(2025, 1, 31), False),
        "addendum_due": (date(2025, 4, 8), False),
        "outcome_adopted": (date(2025, 7, 2), False),
        "hc_letter": (date(2025, 10, 1), True),  # as it was sent
        "one_year_report": (date(2026, 1, 28), False),
        "mid_term_report": (date(2027, 7, 28), True),
        "round_closes-2026-01": (date(2026, 1, 30), False),
        "round_consolidated-2026-02": (date(2026, 2, 27), False),
    }
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize("session", [41, 42, 43, 44, 45, 48, 52, 53, 54])
def test_a_suggested_deadline_is_never_later_than_the_one_the_un_set(definitions, session):
    """The fall-back takes the earliest of what was seen: a plan may be early, never late."""
    facts = definitions.sessions.find("SVN", session)
    for milestone, fact in [
        ("national_report_due", "national_report_deadline"),
        ("stakeholder_submissions_due", "stakeholder_deadline"),
    ]:
        known = facts.dates.get(fact)
        found = {
            one.id: one
            for one in suggest_milestones(
                definitions.calendars["upr_cycle"],
                facts.with_dates({fact: None}),
                lambda day: day.weekday() < 5,
            )
        }
        assert found[milestone].tentative
        assert known is None or found[milestone].date <= known.on


# --- vocabularies


def test_codes_that_the_program_knows_are_there(definitions):
    vocabularies = definitions.vocabularies
    assert set(vocabularies["positions"].codes) == {position.value for position in Position}
    assert set(vocabularies["institution_kinds"].codes) == {kind.value for kind in InstitutionKind}
    assert set(vocabularies["document_kinds"].codes) >= {kind.value for kind in ReportKind}
    assert set(vocabularies["stakeholder_groups"].codes) >= {kind.value for kind in InstitutionKind}


def test_national_positions_stand_behind_official_ones(definitions):
    official = set(definitions.vocabularies["positions"].codes)
    assert {t.parent for t in definitions.vocabularies["national_positions"].terms} == {
        "supported",
        "noted",
    }
    assert official >= {"supported", "noted"}


def test_a_disposition_says_whether_the_text_changes_and_explains_itself(definitions):
    terms = definitions.vocabularies["dispositions"].terms
    assert {term.code: term.changes_text for term in terms} == {
        "accepted_changed": True,
        "accepted_no_change": False,
        "partly": True,
        "not_accepted": False,
        "noted": False,
        "out_of_scope": False,
        "already_covered": False,
        "later": False,
    }
    assert [term.code for term in terms if not term.help] == []
    assert [term.code for term in terms if not term.needs_reason] == ["accepted_changed"]


def test_nothing_is_ever_rejected(definitions):
    assert [text for text in definitions.strings() if re.search(r"\breject(?!ed\.$)", text)] == []


def test_labels_are_those_of_the_three_lists(definitions):
    def sizes(name: str) -> dict[str, int]:
        vocabulary = definitions.vocabularies[name]
        return {
            scheme.id: sum(term.scheme == scheme.id for term in vocabulary.terms)
            for scheme in vocabulary.schemes
        }

    assert sizes("themes") == {"ohchr_coded": 67, "ohchr_2020": 62, "ohchr_2025": 60}
    assert sizes("persons") == {"ohchr_coded": 20, "ohchr_2020": 26, "ohchr_2025": 24}
    themes = definitions.vocabularies["themes"]
    term = themes.term("A41", "ohchr_coded")
    assert (term.label, term.same_as) == (
        "Constitutional and legislative framework",
        (
            "ohchr_2020/constitutional_and_legislative_framework",
            "ohchr_2025/constitutional_and_legislative_framework",
        ),
    )


def test_there_are_seventeen_goals(definitions):
    goals = definitions.vocabularies["sdgs"]
    assert goals.codes == tuple(str(number) for number in range(1, 18))
    assert goals.label("16") == "Peace, Justice and Strong Institutions"


# --- what has to keep up


def test_the_schemas_are_current():
    """Run `python -m nmrf.definitions --schemas` after a change of the models."""
    written = {path: path.read_text(encoding="utf-8") for path in schema_files(WORKFLOWS)}
    assert written == schema_files(WORKFLOWS)
    assert write_schemas(WORKFLOWS) == []


def test_the_schemas_refuse_unknown_fields():
    assert sorted(schemas()) == ["calendar", "practice", "route", "vocabulary"]
    assert [schema["additionalProperties"] for schema in schemas().values()] == [False] * 4


def test_every_file_names_its_schema():
    kinds = {
        "routes": "route",
        "calendars": "calendar",
        "practices": "practice",
        "vocabularies": "vocabulary",
    }
    for folder, kind in kinds.items():
        for path in (WORKFLOWS / folder).glob("*.toml"):
            if path.name != "states_aliases.toml":
                first = path.read_text(encoding="utf-8").partition("\n")[0]
                assert first == f"#:schema ../schema/{kind}.json", path.name


def test_the_guide_names_every_field_of_a_step_and_every_un_date():
    fields = set(Step.model_fields) - {"id", "title", "help", "stage"}
    assert {name for name in fields if f"`{name}`" not in README} == set()
    assert {name for name in FACTS if f"`{name}`" not in README} == set()


def test_the_strings_for_the_translators_are_the_texts_that_people_see(definitions):
    texts = definitions.strings()
    assert len(set(texts)) == len(texts)
    for text in (
        definitions.routes["denmark"].title,
        definitions.routes["denmark"].steps[0].title,
        definitions.routes["denmark"].steps[1].help,
        definitions.calendars["upr_cycle"].milestones[1].title,
        definitions.practices["slovenia"].committee,
        definitions.vocabularies["dispositions"].terms[0].help,
    ):
        assert text in texts
    quoted = definitions.vocabularies["themes"].term("B73", "ohchr_coded").label
    assert (quoted, quoted in texts) == ("Human rights and climate change", False)
    assert [text for text in texts if text.startswith("Kothari study")] == []


@pytest.mark.parametrize("model", [Route, Calendar, Practice])
def test_definitions_cannot_be_changed(definitions, model):
    one = {
        Route: definitions.routes["standard"],
        Calendar: definitions.calendars["upr_cycle"],
        Practice: definitions.practices["standard"],
    }[model]
    with pytest.raises(ValueError, match="frozen"):
        one.title = "Other"
    with pytest.raises(TypeError):
        definitions.routes["standard"] = None
