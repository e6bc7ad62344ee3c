"""State by action by role, generated from the tables: what is not in them is refused."""

from __future__ import annotations

import itertools

import pytest

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.roles import Role
from nmrf.definitions import Route
from nmrf.definitions.routes import VOICES
from nmrf.reports import service as reports
from nmrf.validation import moves, service
from nmrf.validation.models import Run, RunState, Task, TaskState
from nmrf.validation.states import OUTCOMES, RUN_TRANSITIONS, TRANSITIONS
from tests.factories import THEN

DECIDERS = {
    "approve": (Role.VALIDATING_AUTHORITY, "lead_ministries", "moj_authority"),
    "record": (Role.SECRETARIAT, "cabinet", "secretary"),
    "advise": (Role.NHRI, "nhri", "ombudsman"),
    "consult": (Role.COMMITTEE_MEMBER, "committee", "chair"),
    "edit": (Role.FOCAL_POINT, "lead_ministries", "moj_focal"),
    "publish": (Role.SECRETARIAT, "secretariat", "secretary"),
}
# The secretariat may end editing and enter what was said at a hearing.
ALSO_SECRETARIAT = {"record", "publish", "edit", "consult"}


def one_step(kind):
    role, of, _who = DECIDERS[kind]
    return Route.restore(
        {
            "id": "one",
            "version": 1,
            "title": "One",
            "documents": ["national_report"],
            "source": "Test",
            "description": "Test",
            "steps": [
                {
                    "id": "only",
                    "title": "Only",
                    "kind": kind,
                    "stage": 1,
                    "decider": {"role": role.value, "of": of},
                }
            ],
        }
    )


def placed(session, realm, kind, state):
    route = one_step(kind)
    at = {"approve": realm.moj, "edit": realm.moj, "advise": realm.ombuds}.get(kind)
    run = Run(
        version_id=realm.version.id,
        route=route.id,
        route_version=1,
        definition=route.snapshot(),
        round_number=1,
        started_at=THEN,
    )
    run.tasks = [
        Task(
            step="only",
            title="Only",
            kind=kind,
            stage=1,
            position=1,
            role=DECIDERS[kind][0].value,
            institution_id=at.id if at else None,
            state=state,
        )
    ]
    session.add(run)
    session.flush()
    return run.tasks[0]


def expected(kind, state, outcome, who):
    """What the tables say of a move by somebody: the error, or None."""
    if state is not TaskState.OPEN:
        return Conflict
    if outcome not in OUTCOMES[kind]:
        return Refused if kind in VOICES else Invalid
    holder = who == DECIDERS[kind][2] or (who == "secretary" and kind in ALSO_SECRETARIAT)
    return None if holder else Refused


@pytest.mark.parametrize("kind", OUTCOMES)
def test_every_move_by_everybody(make_ctx, realm, kind):
    reports.freeze(make_ctx(), realm.version)
    people = {DECIDERS[kind][2], "secretary", "stranger", "ombudsman", "stakeholder"}
    contexts = {name: make_ctx(getattr(realm, name)) for name in sorted(people)}
    session = make_ctx().session
    session.flush()
    for state, outcome, who in itertools.product(TaskState, TaskState, contexts):
        wanted = expected(kind, state, outcome, who)
        nested = session.begin_nested()
        task = placed(session, realm, kind, state)
        case = (kind, state.value, outcome.value, who)
        if wanted is None:
            decision = service.decide(contexts[who], task, outcome, "Because")
            assert (task.state, decision.outcome, case) == (outcome, outcome, case)
            ends = {TaskState.RETURNED: RunState.RETURNED}.get(outcome, RunState.APPROVED)
            assert (task.run.state, case) == (ends, case)
        else:
            with pytest.raises(wanted) as refused:
                service.decide(contexts[who], task, outcome, "Because")
            assert (type(refused.value), case) == (wanted, case)
            assert (task.state, case) == (state, case)
        nested.rollback()


@pytest.mark.parametrize(("state", "to"), list(itertools.product(TaskState, TaskState)))
def test_a_task_only_makes_the_moves_of_the_table(state, to):
    task = Task(state=state)
    if to in TRANSITIONS[state]:
        moves.settle(task, to)
        assert task.state is to
    else:
        with pytest.raises(Conflict):
            moves.settle(task, to)
        assert task.state is state


@pytest.mark.parametrize(("state", "to"), list(itertools.product(RunState, RunState)))
def test_a_run_only_makes_the_moves_of_the_table(make_ctx, realm, state, to):
    ctx = make_ctx()
    run = placed(ctx.session, realm, "approve", TaskState.OPEN).run
    run.state = state
    ctx.session.flush()
    if to in RUN_TRANSITIONS[state]:
        moves.end(ctx, run, to)
        assert (run.state, run.ended_at) == (to, ctx.now)
    else:
        with pytest.raises(Conflict):
            moves.end(ctx, run, to)
        assert run.state is state
