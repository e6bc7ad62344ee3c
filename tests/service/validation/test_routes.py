"""Every route of `workflows/routes` can be walked to approval by the right people, and no other."""

from __future__ import annotations

import pytest

from nmrf.access import can
from nmrf.core.errors import Invalid, Refused
from nmrf.core.roles import Role
from nmrf.definitions import load
from nmrf.paths import WORKFLOWS
from nmrf.reports import drafting
from nmrf.reports.models import BlockKind, ReportKind, VersionState
from nmrf.reports.queries import draft_of
from nmrf.validation import planning, service
from nmrf.validation.models import RunState, TaskState
from nmrf.validation.states import AGREED, OUTCOMES
from tests.factories.validation import states

ROUTES = load(WORKFLOWS).routes


def deciders(make_ctx, realm, task):
    return [one for one in realm.insiders if can(make_ctx(one).actor, "task.decide", task)]


def edit(ctx, version, text):
    block = next(b for b in version.blocks if b.kind is BlockKind.PARAGRAPH)
    drafting.edit_block(ctx, block, lock=block.lock, text=text)


@pytest.mark.parametrize("name", ROUTES)
def test_it_is_walked_to_approval(make_ctx, realm, monkeypatch, name):
    route = ROUTES[name]
    # Some routes are for documents that are no reports; their steps are walked all the same.
    monkeypatch.setattr(service, "route_for", lambda _ctx, _report, _route: route)
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version, name)
    walked = []
    while run.state is RunState.RUNNING:
        open_tasks = [task for task in run.tasks if task.state is TaskState.OPEN]
        assert open_tasks, f"{name} stands still: {states(run)}"
        for task in open_tasks:
            if task.state is not TaskState.OPEN:  # enough others agreed
                continue
            with pytest.raises(Refused):
                service.decide(make_ctx(realm.stranger), task, OUTCOMES[task.kind][0], "Why")
            decider = deciders(make_ctx, realm, task)[0]
            draft = draft_of(ctx.session, realm.report.id)
            if task.kind == "edit":
                assert draft is not None
                edit(ctx, draft, f"Text of step {task.step}, {task.id}.")
            service.decide(make_ctx(decider), task, OUTCOMES[task.kind][0], "Reason")
            walked.append(task.step)
    assert run.state is RunState.APPROVED
    assert list(dict.fromkeys(walked)) == [step.id for step in route.steps]
    assert run.version.state in {VersionState.FROZEN, VersionState.PUBLIC}
    edited = len({step.stage for step in route.steps if step.kind == "edit"})
    assert run.version.number == 1 + edited
    for task in run.tasks:
        if task.kind in {"advise", "consult"}:
            assert task.state not in AGREED


@pytest.mark.parametrize("name", ROUTES)
def test_the_nhri_and_stakeholders_only_ever_advise(make_ctx, realm, name):
    """Paris Principles, General Assembly resolution 48/134."""
    ctx = make_ctx(realm.secretary)
    for stage in planning.plan(ctx, realm.version, ROUTES[name]):
        for planned in stage:
            for member in planned.members:
                if member.role in {Role.NHRI, Role.STAKEHOLDER}:
                    assert OUTCOMES[planned.step.kind] == (TaskState.ADVISED,)


def test_the_practice_of_the_cycle_gives_the_route(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    assert planning.route_for(ctx, realm.report).id == "standard"
    realm.cycle.practice = "slovenia"
    assert planning.route_for(ctx, realm.report).id == "slovenia"
    realm.report.kind = ReportKind.MID_TERM
    realm.cycle.practice = "denmark"
    assert planning.route_for(ctx, realm.report).id == "denmark"
    for wrong in ("siplus", "nowhere"):
        with pytest.raises(Invalid) as refused:
            planning.route_for(ctx, realm.report, wrong)
        assert refused.value.place == "route"
