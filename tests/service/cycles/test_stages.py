"""A stage ends at its gate: with nothing missing, or with a written note."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from nmrf.core.roles import Role
from nmrf.cycles import gates, service
from nmrf.cycles.gates import Gap
from nmrf.cycles.models import Stage
from tests import factories
from tests.factories.cycles import mails, milestone


@pytest.fixture
def secretary(ctx, make_ctx):
    mfa = factories.institution(ctx.session, "Ministry of Foreign Affairs")
    return make_ctx(factories.person(ctx.session, Role.SECRETARIAT, mfa))


@pytest.fixture
def only_deadlines(monkeypatch):
    """The gates of this slice alone, whatever others register."""
    own = {stage: {"deadlines": gates.registry[stage]["deadlines"]} for stage in Stage}
    monkeypatch.setattr(gates, "registry", own)


@pytest.fixture
def cycle(ctx, only_deadlines):
    return factories.cycle(ctx.session)


def test_nothing_missing_needs_no_note(secretary, cycle):
    found = service.advance_stage(secretary, cycle)
    assert [f.open for f in found] == [True]
    assert (cycle.stage, cycle.periods[0].closed_at, cycle.periods[1].opened_at) == (
        Stage.DRAFTING,
        secretary.now,
        secretary.now,
    )


def test_gaps_need_a_note_which_is_kept(ctx, secretary, cycle):
    milestone(ctx.session, cycle, stage=Stage.CONSULTATION)
    with pytest.raises(Invalid) as caught:
        service.advance_stage(secretary, cycle, "  ")
    assert (caught.value.place, cycle.stage) == ("note", Stage.CONSULTATION)
    service.advance_stage(secretary, cycle, "The ministry delivers next week.")
    assert cycle.periods[0].gate_note == "The ministry delivers next week."
    ctx.session.commit()
    [event] = history(ctx.session, "cycle", cycle.id)
    assert (event.kind, event.data) == (
        "cycle.stage_advanced",
        {"was": "consultation", "became": "drafting", "gaps": 1},
    )


def test_slices_register_gates_of_their_own(secretary, cycle):
    gates.register(Stage.CONSULTATION, "test", "A test gate", lambda _s, _c: Gap(3))
    found = gates.findings(secretary.session, cycle)
    assert [(f.label, f.gap.count) for f in found[1:]] == [("A test gate", 3)]


def test_one_step_at_a_time(secretary, cycle):
    with pytest.raises(Conflict):
        service.move_stage(secretary, cycle, Stage.REVIEW)


def test_back_needs_a_reason(secretary, cycle):
    service.advance_stage(secretary, cycle)
    with pytest.raises(Invalid):
        service.move_stage(secretary, cycle, Stage.CONSULTATION)
    service.move_stage(secretary, cycle, Stage.CONSULTATION, "A slip.")
    assert (cycle.stage, cycle.periods[0].closed_at, cycle.periods[1].opened_at) == (
        Stage.CONSULTATION,
        None,
        None,
    )


def test_only_the_last_stage_closes_the_cycle_once(secretary, cycle):
    with pytest.raises(Conflict):
        service.close_cycle(secretary, cycle)
    for _stage in range(5):
        service.advance_stage(secretary, cycle)
    with pytest.raises(Conflict):
        service.advance_stage(secretary, cycle)
    service.close_cycle(secretary, cycle)
    assert cycle.closed is True
    with pytest.raises(Conflict):
        service.close_cycle(secretary, cycle)


def test_a_drafter_does_not_move_the_cycle(ctx, make_ctx, cycle):
    ministry = factories.institution(ctx.session)
    drafter = make_ctx(factories.person(ctx.session, Role.DRAFTER, ministry))
    with pytest.raises(Refused):
        service.advance_stage(drafter, cycle)


def test_an_old_form_is_a_conflict(secretary, cycle):
    with pytest.raises(Conflict):
        service.advance_stage(secretary, cycle, lock=cycle.lock + 1)


def test_the_government_is_told_with_the_stage_line(ctx, secretary, cycle):
    moj = factories.institution(ctx.session, "Ministry of Justice")
    focal = factories.person(ctx.session, Role.FOCAL_POINT, moj)
    factories.person(
        ctx.session,
        Role.STAKEHOLDER,
        factories.institution(ctx.session, "Fictional League", kind="civil_society"),
    )
    cycle.periods[1].ends_on = date(2027, 3, 1)
    service.advance_stage(secretary, cycle)
    assert mails(ctx.session) == [
        ("cycle.stage_opened", focal.email, "Fourth cycle: the stage “Drafting” has begun")
    ]
