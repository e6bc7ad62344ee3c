"""A cycle opens with six stages and the dates that follow from what is known."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from nmrf.core.roles import Role
from nmrf.cycles import queries, service
from nmrf.cycles.models import Stage
from nmrf.cycles.stage_line import as_text, stage_line
from tests import factories
from tests.factories.cycles import date_of, planned


@pytest.fixture
def secretary(ctx, make_ctx):
    mfa = factories.institution(ctx.session, "Ministry of Foreign Affairs")
    return make_ctx(factories.person(ctx.session, Role.SECRETARIAT, mfa))


def test_the_real_dates_of_the_fourth_cycle(ctx):
    cycle = planned(ctx, 48, practice="slovenia", title="Fourth cycle")
    assert (cycle.state, cycle.number, cycle.stage) == ("SVN", 4, Stage.CONSULTATION)
    assert [p.stage for p in cycle.periods] == list(Stage)
    dialogue = date_of(cycle, "interactive_dialogue")
    assert (dialogue.on, dialogue.tentative, dialogue.source) == (
        date(2025, 1, 28),
        False,
        "A/HRC/59/15",
    )
    opens = date_of(cycle, "session_opens")
    assert (opens.on, opens.tentative) == (date(2025, 1, 20), False)
    assert date_of(cycle, "national_report_due").tentative is True


def test_what_cannot_be_dated_stands_there_as_a_gap(ctx):
    cycle = planned(ctx, 61, number=5)
    assert {m.on for m in cycle.milestones} == {None}
    assert len(cycle.milestones) > 20
    assert [(p.starts_on, p.ends_on) for p in cycle.periods] == [(None, None)] * 6


def test_sources_that_differ_leave_a_date_tentative_and_say_so(ctx):
    due = date_of(planned(ctx, 54, state="UKR"), "stakeholder_submissions_due")
    assert (due.on, due.tentative) == (date(2026, 6, 25), True)
    assert due.note == "Docip, bulletin 501: 2026-07-17"


def test_a_month_only_date_is_marked(ctx):
    plenary = date_of(planned(ctx, 54, state="UKR"), "outcome_adopted")
    assert (plenary.on, plenary.month_only, plenary.tentative) == (date(2027, 5, 1), True, True)


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"session": 0}, "session"),
        ({"session": 61}, "number"),
        ({"session": 54, "practice": "atlantis"}, "practice"),
        ({"session": 54, "state": "S1"}, "state"),
        ({"session": 54, "title": "x" * 401}, "title"),
    ],
)
def test_bad_input_names_its_place(secretary, values, place):
    with pytest.raises(Invalid) as caught:
        service.create_cycle(secretary, **values)
    assert caught.value.place == place


def test_a_state_has_one_cycle_in_a_session(secretary):
    service.create_cycle(secretary, session=54)
    with pytest.raises(Conflict, match="already a cycle"):
        service.create_cycle(secretary, session=54)


def test_a_stranger_opens_no_cycle(ctx, make_ctx):
    stranger = make_ctx(factories.person(ctx.session))
    with pytest.raises(Refused):
        service.create_cycle(stranger, session=54)


def test_the_current_cycle_is_the_latest_that_runs(ctx):
    assert queries.current_cycle(ctx.session) is None
    planned(ctx, 48)
    later = planned(ctx, 54)
    assert queries.current_cycle(ctx.session) is later
    later.closed = True
    ctx.session.flush()
    assert queries.current_cycle(ctx.session).session == 48


def test_the_stage_line_has_the_mark_in_the_current_stage(ctx):
    cycle = planned(ctx, 48, title="Fourth cycle")
    for period in cycle.periods[:2]:
        period.starts_on, period.ends_on = date(2024, 1, 1), date(2024, 1, 11)
    cycle.stage = Stage.DRAFTING
    line = stage_line(cycle, date(2024, 1, 6))
    assert [s.state for s in line.stages] == ["done", "current"] + ["ahead"] * 4
    assert line.today == 1.5
    assert stage_line(cycle, date(2030, 1, 1)).today == 1.95
    assert stage_line(cycle, date(2020, 1, 1)).today == 1.0
    text = as_text(line).splitlines()
    assert (len(text), text[0][:16], text[1][:12]) == (6, "[x] Consultation", "[>] Drafting")
    cycle.closed = True
    assert stage_line(cycle, date(2024, 1, 6)).today is None


def test_opening_is_one_event(secretary):
    cycle = service.create_cycle(secretary, session=54)
    secretary.session.commit()
    events = history(secretary.session, "cycle", cycle.id)
    assert [(e.kind, e.data["session"]) for e in events] == [("cycle.created", 54)]
