"""What the checker refuses in a route, and when a step is due."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.calendar import WorkingCalendar
from nmrf.core.roles import Role
from nmrf.definitions import Route
from nmrf.definitions.routes import WHY_NHRI, WHY_STAKEHOLDERS, RoleName, problems

KINDS = frozenset({"national_report", "mid_term"})
MILESTONES = frozenset({"report_approved"})
SLOVENIA = WorkingCalendar("SI").is_working_day

MINISTRIES = {
    "id": "ministries",
    "title": "Ministries approve",
    "stage": 1,
    "kind": "approve",
    "decider": {"role": "validating_authority", "of": "contributing_ministries"},
    "each": True,
    "quorum": "all",
}
MINISTER = {
    "id": "minister",
    "title": "Minister approves",
    "stage": 2,
    "kind": "approve",
    "decider": {"role": "minister", "of": "minister"},
}
ADVICE = {
    "id": "advice",
    "title": "NHRI advises",
    "stage": 2,
    "kind": "advise",
    "decider": {"role": "nhri", "of": "nhri"},
    "due": "10 working days after opening",
}


def route(*steps: dict, **changes: object) -> Route:
    content = {
        "id": "test",
        "version": 1,
        "title": "Test",
        "documents": ["national_report"],
        "source": "Law, ¶1",
        "description": "A route.",
        "steps": list(steps),
    }
    return Route.restore({**content, **changes})


def found(*steps: dict, **changes: object) -> list[tuple]:
    return [tuple(problem) for problem in problems(route(*steps, **changes), KINDS, MILESTONES)]


def test_a_good_route_has_no_problems():
    assert found(MINISTRIES, ADVICE, {**MINISTER, "stage": 3}) == []


def test_the_roles_of_a_route_are_the_roles_of_the_service():
    assert RoleName.__args__ == tuple(role.value for role in Role)


@pytest.mark.parametrize("kind", ["approve", "edit", "publish", "record"])
def test_the_nhri_may_only_advise_and_the_reason_is_given(kind):
    step = {**ADVICE, "kind": kind, "due": "1 month after opening"}
    assert (("steps", 1, "kind"), WHY_NHRI) in found(MINISTRIES, step)
    assert WHY_NHRI == (
        "the NHRI can only advise or be consulted. It must stay independent: it neither prepares "
        "the State's report nor reports for the Government (Paris Principles, General Assembly "
        "resolution 48/134; OHCHR tips for NHRIs and civil society, L180–184)"
    )


def test_the_nhri_cannot_approve_by_being_the_body_either():
    step = {**MINISTRIES, "decider": {"role": "validating_authority", "of": "nhri"}, "quorum": 1}
    assert found(step) == [
        (("steps", 0, "kind"), WHY_NHRI),
        (("steps", 0, "decider", "of"), "the NHRI, and only it, speaks for the NHRI"),
    ]


@pytest.mark.parametrize("kind", ["approve", "edit", "publish", "record"])
def test_stakeholders_may_only_be_consulted_and_the_reason_is_given(kind):
    step = {**ADVICE, "kind": kind, "decider": {"role": "stakeholder", "of": "stakeholders"}}
    assert (("steps", 1, "kind"), WHY_STAKEHOLDERS) in found(MINISTRIES, step)


def test_nobody_else_speaks_for_stakeholders():
    step = {**ADVICE, "decider": {"role": "focal_point", "of": "stakeholders"}}
    assert found(MINISTRIES, step) == [
        (
            ("steps", 1, "decider", "of"),
            "stakeholders, and only they, speak for stakeholders",
        )
    ]


@pytest.mark.parametrize("kind", ["advise", "consult"])
@pytest.mark.parametrize("voice", [("nhri", "nhri"), ("stakeholder", "stakeholders")])
def test_advice_and_consultation_are_open_to_both(kind, voice):
    step = {**ADVICE, "kind": kind, "decider": {"role": voice[0], "of": voice[1]}}
    assert found(MINISTRIES, step) == []


def test_parliament_does_not_write_the_governments_text():
    step = {**MINISTER, "kind": "edit", "decider": {"role": "parliament", "of": "parliament"}}
    assert found(MINISTRIES, step) == [
        (
            ("steps", 1, "decider", "role"),
            "only the Government's own people edit its text",
        )
    ]


def test_the_decision_of_another_body_is_recorded_by_the_secretariat():
    step = {**MINISTER, "kind": "record", "decider": {"role": "minister", "of": "parliament"}}
    assert found(MINISTRIES, step) == [
        (
            ("steps", 1, "decider", "role"),
            'what a body decided elsewhere is recorded by the role "secretariat"',
        )
    ]


def test_the_cabinet_decides_outside_the_service():
    step = {**MINISTER, "decider": {"role": "minister", "of": "cabinet"}}
    assert found(MINISTRIES, step) == [
        (
            ("steps", 1, "kind"),
            (
                'the cabinet decides outside this service: use kind = "record", so that the '
                "secretariat enters the outcome"
            ),
        )
    ]


def test_step_ids_are_unique():
    assert found(MINISTRIES, {**MINISTER, "id": "ministries"}) == [
        (
            ("steps", 1, "id"),
            '"ministries" is already number 1 of this list; give each its own name',
        )
    ]


def test_a_route_begins_with_stage_1():
    assert found({**MINISTRIES, "stage": 2}) == [
        (("steps", 0, "stage"), "the first step has stage 1")
    ]


def test_a_stage_that_is_left_out_makes_the_next_step_unreachable():
    assert found(MINISTRIES, {**MINISTER, "stage": 3}) == [
        (("steps", 1, "stage"), "cannot be reached: there is no stage 2")
    ]


def test_stages_do_not_go_back():
    assert found(MINISTRIES, MINISTER, {**ADVICE, "stage": 1}) == [
        (("steps", 2, "stage"), "cannot be reached: stage 1 stands after stage 2")
    ]


def test_nothing_comes_after_publication():
    publish = {
        **MINISTER,
        "kind": "publish",
        "decider": {"role": "secretariat", "of": "secretariat"},
    }
    assert found(MINISTRIES, publish, {**MINISTER, "id": "late", "stage": 3}) == [
        (
            ("steps", 1, "stage"),
            (
                "steps after publication cannot be reached: a published version never changes. "
                'For a draft put before the public, use kind = "consult"'
            ),
        )
    ]


def test_somebody_has_to_be_able_to_say_yes():
    assert found({**ADVICE, "stage": 1}) == [
        (
            ("steps",),
            "no step approves the text: somebody has to be able to say yes or no",
        )
    ]


@pytest.mark.parametrize("target", ["minister", "side"])
def test_a_return_leads_back_and_not_forward_or_aside(target):
    side = {**MINISTER, "id": "side", "stage": 1}
    assert found({**MINISTRIES, "on_return": target}, side, MINISTER) == [
        (
            ("steps", 0, "on_return"),
            f'"{target}" is not before this step: a return leads back, not forward or aside',
        )
    ]


def test_a_return_leads_to_a_step_that_is_there():
    assert found(MINISTRIES, {**MINISTER, "on_return": "hearing"}) == [
        (("steps", 1, "on_return"), 'there is no step "hearing"; or write "drafting"')
    ]


def test_a_return_to_an_earlier_step_or_to_drafting_is_fine():
    assert found(MINISTRIES, {**MINISTER, "on_return": "ministries"}) == []
    assert found(MINISTRIES, {**MINISTER, "on_return": "drafting"}) == []


def test_only_decisions_are_returned():
    assert found(MINISTRIES, {**ADVICE, "on_return": "drafting"}) == [
        (
            ("steps", 1, "on_return"),
            "a step of kind advise returns nothing; only approve and record do",
        )
    ]


def test_a_quorum_of_one_institution_is_one():
    step = {**MINISTER, "each": True, "quorum": 2}
    assert found(MINISTRIES, step) == [
        (
            ("steps", 1, "quorum"),
            "can never be reached: minister is one institution, and 2 decisions are asked for",
        )
    ]


def test_a_quorum_needs_several_decisions_to_count():
    assert found(MINISTRIES, {**MINISTER, "quorum": "60%"}) == [
        (("steps", 1, "quorum"), "needs each = true: without it there is one decision")
    ]
    assert found(MINISTRIES, {**ADVICE, "each": True, "quorum": "all"}) == [
        (
            ("steps", 1, "quorum"),
            "has no meaning at a step of kind advise: nothing is voted on",
        )
    ]


def test_advice_ends_on_a_date():
    without = {key: value for key, value in ADVICE.items() if key != "due"}
    assert found(MINISTRIES, without) == [
        (
            ("steps", 1, "id"),
            "needs due: advice ends on a date, so that silence holds up nobody",
        )
    ]


def test_silence_is_agreement_only_at_an_approval_with_a_real_date():
    due = "10 working days after opening"
    assert found({**MINISTRIES, "silence": True, "due": due}) == []
    assert found({**MINISTRIES, "silence": True}) == [
        (("steps", 0, "silence"), "needs due: silence is agreement from a date on")
    ]
    assert found({**MINISTRIES, "silence": True, "due": due, "advisory": True}) == [
        (
            ("steps", 0, "advisory"),
            "cannot stand beside silence: agreement by silence needs a real date",
        )
    ]
    assert found(MINISTRIES, {**ADVICE, "silence": True}) == [
        (("steps", 1, "silence"), "is agreement only at a step that approves")
    ]


def test_an_advisory_date_needs_a_date():
    assert found({**MINISTRIES, "advisory": True}) == [(("steps", 0, "advisory"), "needs due")]


def test_a_due_date_counts_from_something_that_is_there():
    assert found({**MINISTRIES, "due": "2 weeks before report_aproved"}) == [
        (
            ("steps", 0, "due"),
            (
                'there is no milestone "report_aproved". Count from opening (the step opens), '
                "submission (the document is due) or a milestone of a calendar"
            ),
        )
    ]
    assert found({**MINISTRIES, "due": "2 weeks before opening"}) == [
        (("steps", 0, "due"), "lies before the step opens")
    ]
    assert found({**MINISTRIES, "due": "2 weeks before report_approved"}) == []
    assert found({**MINISTRIES, "due": "2 weeks before submission"}) == []


def test_a_route_is_for_known_kinds_of_document():
    assert found(MINISTRIES, documents=["national_report", "novel"]) == [
        (
            ("documents", 1),
            'there is no kind of document "novel"; the kinds are mid_term, national_report',
        )
    ]


def test_all_problems_of_a_route_are_found_together():
    places = [
        place
        for place, _why in found(
            {**ADVICE, "kind": "approve", "on_return": "nowhere"},
            {**ADVICE, "stage": 4, "quorum": 1},
            documents=["novel"],
        )
    ]
    assert places == [
        ("documents", 0),
        ("steps", 1, "id"),
        ("steps", 0, "stage"),
        ("steps", 1, "stage"),
        ("steps", 0, "kind"),
        ("steps", 0, "on_return"),
        ("steps", 1, "quorum"),
        ("steps", 1, "quorum"),
    ]


# --- reading a route


def test_steps_of_one_stage_stand_side_by_side():
    both = route(MINISTRIES, {**ADVICE, "stage": 1}, MINISTER)
    assert [[step.id for step in stage] for stage in both.stages] == [
        ["ministries", "advice"],
        ["minister"],
    ]
    assert [both.next_stage(stage) for stage in (0, 1, 2)] == [1, 2, None]
    assert both.step("advice") == both.steps[1]
    assert both.step("nothing") is None


def test_a_route_is_pinned_by_id_and_version():
    assert route(MINISTRIES, version=3).ref == "test@3"


def test_a_running_item_keeps_the_route_that_it_started_with():
    before = route(MINISTRIES, ADVICE, {**MINISTER, "stage": 3, "quorum": "60%", "each": True})
    assert Route.restore(before.snapshot()) == before
    assert Route.restore(before.snapshot()).fingerprint == before.fingerprint


def test_the_fingerprint_shows_a_change_under_the_same_version():
    assert route(MINISTRIES).fingerprint != route({**MINISTRIES, "quorum": 2}).fingerprint


def test_how_many_decisions_a_step_needs():
    ministries, minister = route(MINISTRIES, MINISTER).steps
    assert (ministries.needed(7), minister.needed(7)) == (7, 1)
    share = route({**MINISTRIES, "quorum": "60%"}).steps[0]
    assert share.needed(7) == 5
    silent = route({key: value for key, value in MINISTRIES.items() if key != "quorum"}).steps[0]
    assert silent.needed(7) == 7


def test_a_return_leads_to_drafting_unless_the_route_says_otherwise():
    one, two, three = route(
        MINISTRIES, ADVICE, {**MINISTER, "stage": 3, "on_return": "ministries"}
    ).steps
    assert (one.returns_to, two.returns_to, three.returns_to) == ("drafting", None, "ministries")


def test_an_author_may_not_approve_unless_the_route_allows_it():
    assert not route(MINISTRIES).steps[0].own_text_allowed


# --- when a step is due


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (None, None),
        ("10 working days after opening", date(2025, 1, 16)),  # over New Year's holidays
        ("1 month after opening", date(2025, 1, 31)),
        ("on submission", date(2025, 2, 28)),
        ("5 working days before submission", date(2025, 2, 21)),
        ("1 month before submission", date(2025, 1, 28)),
        ("2 weeks before report_approved", date(2025, 1, 30)),
        ("2 weeks before matrix_ready", None),  # not dated yet
    ],
)
def test_when_a_step_is_due(due, expected):
    step = route({**MINISTRIES, "due": due} if due else MINISTRIES).steps[0]
    assert (
        step.due_on(
            date(2024, 12, 31), date(2025, 2, 28), {"report_approved": date(2025, 2, 13)}, SLOVENIA
        )
        == expected
    )


def test_a_step_counted_from_a_document_without_a_date_is_not_due():
    step = route({**MINISTRIES, "due": "5 working days before submission"}).steps[0]
    assert step.due_on(date(2024, 12, 31), None, {}, SLOVENIA) is None


@given(
    opened=st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    count=st.integers(1, 60),
    unit=st.sampled_from(["working day", "day", "week", "month"]),
)
def test_a_step_counted_from_its_opening_is_never_due_before_it_opens(opened, count, unit):
    due = f"{count} {unit}{'' if count == 1 else 's'} after opening"
    step = route({**MINISTRIES, "due": due}).steps[0]
    on = step.due_on(opened, None, {}, SLOVENIA)
    assert on is not None
    assert on > opened
    following = step.due_on(opened + timedelta(days=1), None, {}, SLOVENIA)
    assert following is not None
    assert on <= following
