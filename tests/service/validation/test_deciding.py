"""Starting, deciding, returning, withdrawing: who, on which version, with which mails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from nmrf.accounts.models import Absence, Office, Person
from nmrf.accounts.queries import actor_for
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.roles import Role
from nmrf.cycles.gates import findings
from nmrf.cycles.models import Stage
from nmrf.outbox.models import Message
from nmrf.reports import drafting
from nmrf.reports import service as reports
from nmrf.reports.models import Block, VersionState
from nmrf.reports.queries import draft_of
from nmrf.validation import joints, queries, service
from nmrf.validation.models import Closing, RunState, Task, TaskState
from tests import factories
from tests.factories.cycles import mails
from tests.factories.validation import states, task

APPROVED, REMARKS = TaskState.APPROVED, TaskState.APPROVED_WITH_REMARKS
TITLE = "National report, version 1"


def subjects(ctx, kind):
    return {(address, subject) for _kind, address, subject in mails(ctx.session, kind)}


def test_a_start_freezes_the_draft_and_asks_the_first_stage(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version)
    assert realm.version.state is VersionState.FROZEN
    assert (run.state, run.route, run.route_version, run.round_number, run.stage) == (
        RunState.RUNNING,
        "standard",
        1,
        1,
        1,
    )
    assert [(t.step, t.institution.name, t.state, t.due_on) for t in run.tasks] == [
        ("ministries", "Ministry of Health", TaskState.OPEN, date(2026, 12, 2)),
        ("ministries", "Ministry of Justice", TaskState.OPEN, date(2026, 12, 2)),
        ("nhri", "Ombuds Office", TaskState.WAITING, None),
        ("minister", "Ministry of Foreign Affairs", TaskState.WAITING, None),
    ]
    assert subjects(ctx, "validation_asked") == {
        (realm.moj_authority.email, f"Please approve or return: {TITLE}"),
        (realm.moh_authority.email, f"Please approve or return: {TITLE}"),
    }
    body = queries.deliveries(ctx.session, [run.tasks[0].id])[0].body
    assert "Until: Wednesday 2 December 2026, 24:00 CET (in 14 days)" in body.splitlines()
    assert f"/validation/tasks/{run.tasks[0].id}" in body


def test_the_whole_way_to_approval(make_ctx, realm, started):
    ctx = make_ctx()
    service.decide(
        make_ctx(realm.moj_authority), task(started, "ministries", realm.moj), REMARKS, "See ¶1"
    )
    assert subjects(ctx, "validation_decided") == {
        (
            realm.secretary.email,
            "Approved with remarks: Contributing ministries approve, National report",
        )
    }
    assert started.stage == 1
    service.decide(make_ctx(realm.moh_authority), task(started, "ministries", realm.moh), APPROVED)
    advice = task(started, "nhri")
    assert (started.stage, advice.state) == (2, TaskState.OPEN)
    service.decide(make_ctx(realm.ombudsman), advice, TaskState.ADVISED, "More on detention")
    service.decide(make_ctx(realm.minister), task(started, "minister"), APPROVED)
    assert (started.state, started.ended_at) == (RunState.APPROVED, ctx.now)
    assert states(started) == {
        "ministries": ["approved", "approved_with_remarks"],
        "nhri": ["advised"],
        "minister": ["approved"],
    }
    decision = task(started, "minister").decision
    assert (decision.capacity, decision.version_id, decision.decided_by_id, decision.reason) == (
        "Minister, Ministry of Foreign Affairs",
        realm.version.id,
        realm.minister.id,
        "",
    )
    assert {address for address, _s in subjects(ctx, "validation_approved")} == {
        one.email
        for one in (
            realm.secretary,
            realm.drafter,
            realm.moj_authority,
            realm.moh_authority,
            realm.minister,
        )
    }


def test_advice_approves_nothing(make_ctx, realm, started):
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(started, "ministries", at), APPROVED)
    advice = task(started, "nhri")
    for outcome in (APPROVED, REMARKS, TaskState.RETURNED):
        with pytest.raises(Refused) as refused:
            service.decide(make_ctx(realm.ombudsman), advice, outcome, "We say so")
        assert refused.value.message == (
            "This step asks for advice. Advice is heard and recorded, and approves or returns "
            "nothing."
        )
    with pytest.raises(Refused):  # nor does the secretariat speak for the institution
        service.decide(make_ctx(realm.secretary), advice, TaskState.ADVISED, "For them")
    assert (started.state, advice.state) == (RunState.RUNNING, TaskState.OPEN)


def test_a_return_gives_the_text_to_the_drafters_with_all_remarks(make_ctx, realm, started):
    ctx = make_ctx()
    service.decide(
        make_ctx(realm.moj_authority), task(started, "ministries", realm.moj), REMARKS, "See ¶1"
    )
    with pytest.raises(Invalid) as missing:
        service.decide(
            make_ctx(realm.moh_authority),
            task(started, "ministries", realm.moh),
            TaskState.RETURNED,
            "  ",
        )
    assert missing.value.place == "reason"
    service.decide(
        make_ctx(realm.moh_authority),
        task(started, "ministries", realm.moh),
        TaskState.RETURNED,
        "Figures are missing",
    )
    assert started.state is RunState.RETURNED
    assert [(t.step, t.state, t.closed_because) for t in started.tasks] == [
        ("ministries", TaskState.RETURNED, None),
        ("ministries", REMARKS, None),
        ("nhri", TaskState.CLOSED, Closing.RETURNED),
        ("minister", TaskState.CLOSED, Closing.RETURNED),
    ]
    assert subjects(ctx, "validation_returned") == {
        (one.email, f"Returned: {TITLE}")
        for one in (realm.secretary, realm.drafter, realm.moj_authority, realm.moh_authority)
    }
    body = next(
        m.body for m in _messages(ctx, "validation_returned") if m.person_id == realm.drafter.id
    )
    lines = body.splitlines()
    assert "Figures are missing" in lines
    assert "- Validating authority, Ministry of Justice: Approved with remarks" in lines
    assert "  See ¶1" in lines
    assert [run.id for run in queries.returned(make_ctx(realm.secretary))] == [started.id]


def _messages(ctx, kind):
    return ctx.session.scalars(select(Message).where(Message.kind == kind)).all()


def test_the_next_round_takes_the_next_version(make_ctx, realm, started):
    secretary = make_ctx(realm.secretary)
    with pytest.raises(Conflict):
        service.start(secretary, realm.version)  # it is on its way
    service.decide(
        make_ctx(realm.moj_authority),
        task(started, "ministries", realm.moj),
        TaskState.RETURNED,
        "No",
    )
    version = reports.open_next_version(secretary, realm.version)
    with pytest.raises(Conflict) as old:
        service.start(secretary, realm.version)
    assert old.value.message == (
        "Version 1 is not the newest: there is a version 2. Send that one."
    )
    again = service.start(secretary, version)
    assert (again.round_number, again.version.number) == (2, 2)
    assert queries.returned(secretary) == []
    last = queries.last_decided(make_ctx(realm.moj_authority), task(again, "ministries", realm.moj))
    assert last.version_id == realm.version.id


def test_an_author_cannot_approve_their_own_text(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    block = ctx.session.scalars(
        select(Block).where(Block.version_id == realm.version.id, Block.number == 1)
    ).one()
    block.edited_by_id = realm.moj_authority.id
    ctx.session.flush()
    run = service.start(ctx, realm.version)
    mine = task(run, "ministries", realm.moj)
    with pytest.raises(Refused) as refused:
        service.decide(make_ctx(realm.moj_authority), mine, APPROVED)
    assert refused.value.message == (
        "You wrote in this text yourself, so you cannot approve it as well. Another holder of "
        "the office, or your substitute, decides."
    )
    assert mine.state is TaskState.OPEN
    definition = dict(run.definition)
    definition["steps"] = [{**step, "own_text_allowed": True} for step in definition["steps"]]
    run.definition = definition
    service.decide(make_ctx(realm.moj_authority), mine, APPROVED)
    assert mine.state is APPROVED


def test_a_substitute_decides_and_is_called_that(make_ctx, realm, started):
    ctx = make_ctx()
    ctx.session.add(
        Absence(
            person_id=realm.moj_authority.id,
            substitute_id=realm.moj_focal.id,
            starts_on=ctx.today,
            ends_on=ctx.today,
        )
    )
    ctx.session.flush()
    substitute = make_ctx(realm.moj_focal)
    mine = task(started, "ministries", realm.moj)
    assert queries.my_tasks(substitute) == [mine]
    decision = service.decide(substitute, mine, APPROVED)
    assert decision.capacity == "Validating authority, Ministry of Justice (substitute)"


def test_what_was_decided_is_not_decided_again_or_changed(make_ctx, realm, started):
    ctx = make_ctx(realm.moj_authority)
    mine = task(started, "ministries", realm.moj)
    with pytest.raises(Conflict) as stale:
        service.decide(ctx, mine, APPROVED, lock=mine.lock - 1)
    assert stale.value.place == "lock"
    decision = service.decide(ctx, mine, APPROVED, lock=mine.lock)
    with pytest.raises(Conflict) as twice:
        service.decide(ctx, mine, TaskState.RETURNED, "After all")
    assert twice.value.message == (
        "This step was decided already, by: Validating authority, Ministry of Justice. "
        "Nothing of yours was saved."
    )
    ctx.session.commit()
    decision.reason = "Other words"
    with pytest.raises(Conflict):
        ctx.session.flush()
    ctx.session.rollback()
    ctx.session.delete(ctx.session.merge(decision))
    with pytest.raises(Conflict):
        ctx.session.flush()


def test_a_quorum_is_enough_and_one_return_is_outvoted(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    health = factories.person(ctx.session, Role.COMMITTEE_MEMBER, realm.moh)
    run = service.start(ctx, realm.version, "slovenia")
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    service.decide(ctx, task(run, "coordination"), APPROVED)
    assert states(run)["commission"] == ["open", "open", "open"]
    service.decide(make_ctx(health), task(run, "commission", realm.moh), TaskState.RETURNED, "No")
    assert run.state is RunState.RUNNING  # two of three can still agree
    service.decide(make_ctx(realm.chair), task(run, "commission", realm.committee), APPROVED)
    service.decide(make_ctx(realm.moj_member), task(run, "commission", realm.moj), APPROVED)
    assert (run.stage, states(run)["commission"]) == (4, ["approved", "returned", "approved"])


def test_a_lost_quorum_returns_the_text(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    health = factories.person(ctx.session, Role.COMMITTEE_MEMBER, realm.moh)
    run = service.start(ctx, realm.version, "slovenia")
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    service.decide(ctx, task(run, "coordination"), APPROVED)
    for who, at in ((health, realm.moh), (realm.chair, realm.committee)):
        service.decide(make_ctx(who), task(run, "commission", at), TaskState.RETURNED, "No")
    assert (run.state, states(run)["commission"]) == (
        RunState.RETURNED,
        ["returned", "returned", "closed"],
    )


def test_an_edit_step_opens_a_draft_and_the_route_goes_on_with_it(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version, "slovenia")
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    draft = reports_draft(ctx, realm)
    assert (draft.number, draft.state, run.version) == (2, VersionState.DRAFT, realm.version)
    block = next(b for b in draft.blocks if b.number == 1)
    drafting.edit_block(ctx, block, lock=block.lock, text="The ministries and others wrote it.")
    decision = service.decide(ctx, task(run, "coordination"), APPROVED)
    assert decision.version_id == draft.id
    assert (run.version, draft.state) == (draft, VersionState.FROZEN)


def test_an_edit_step_that_changes_nothing_keeps_the_version(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version, "slovenia")
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    service.decide(ctx, task(run, "coordination"), APPROVED)
    assert (run.stage, run.version) == (3, realm.version)
    assert reports_draft(ctx, realm).state is VersionState.DRAFT


def reports_draft(ctx, realm):
    return draft_of(ctx.session, realm.report.id)


def test_a_start_without_people_names_the_offices(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    offices = ctx.session.scalars(select(Office)).all()
    for office in offices:
        if office.person_id in {realm.moh_authority.id, realm.minister.id, realm.ombudsman.id}:
            office.ends_on = date(2025, 1, 1)
    ctx.session.flush()
    with pytest.raises(Invalid) as refused:
        service.start(ctx, realm.version)
    assert (refused.value.place, refused.value.message) == (
        "route",
        "Nobody could decide at these steps, so the text would stay there: Contributing "
        "ministries approve (Validating authority, Ministry of Health); Minister approves "
        "(Minister). Give somebody the office, or assign the recommendations, and start then.",
    )
    assert realm.version.state is VersionState.DRAFT


def test_an_adviser_whom_nobody_holds_is_passed_over(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    for office in ctx.session.scalars(select(Office)).all():
        if office.person_id == realm.ombudsman.id:
            office.ends_on = date(2025, 1, 1)
    run = service.start(ctx, realm.version)
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    assert (run.stage, task(run, "nhri").closed_because) == (3, Closing.NOBODY)


def test_only_the_secretariat_starts_and_withdraws(make_ctx, realm, started):
    for who in (realm.stranger, realm.drafter, realm.minister, realm.ombudsman):
        with pytest.raises(Refused):
            service.withdraw(make_ctx(who), started, "Not yet")
    with pytest.raises(Invalid):
        service.withdraw(make_ctx(realm.secretary), started, " ")
    service.withdraw(make_ctx(realm.secretary), started, "A chapter is missing")
    assert (started.state, {t.closed_because for t in started.tasks}) == (
        RunState.WITHDRAWN,
        {Closing.WITHDRAWN},
    )
    assert subjects(make_ctx(), "validation_withdrawn") == {
        (one.email, f"No longer needed: {TITLE}")
        for one in (realm.moj_authority, realm.moh_authority)
    }
    with pytest.raises(Conflict):
        service.withdraw(make_ctx(realm.secretary), started, "Again")


def test_a_stranger_starts_nothing(make_ctx, realm):
    for who in (realm.stranger, realm.drafter, realm.ombudsman):
        with pytest.raises(Refused):
            service.start(make_ctx(who), realm.version)
    assert realm.version.state is VersionState.DRAFT


def test_who_sees_it_and_what_waits_for_whom(make_ctx, realm, started):
    assert queries.get_run(make_ctx(realm.ombudsman), started.id) is started
    mine = task(started, "ministries", realm.moj)
    for who in (realm.stranger, realm.stakeholder):
        with pytest.raises(NotFound):
            queries.get_run(make_ctx(who), started.id)
        with pytest.raises(NotFound):
            queries.get_task(make_ctx(who), mine.id)
    assert [queries.my_tasks(make_ctx(who)) for who in realm.insiders] == [
        [mine]
        if who is realm.moj_authority
        else [task(started, "ministries", realm.moh)]
        if who is realm.moh_authority
        else []
        for who in realm.insiders
    ]
    sheet = joints.open_steps(make_ctx(), realm.moj_authority)
    assert [(item.title, item.what, item.due.iso) for item in sheet] == [
        ("National report", "Contributing ministries approve", "2026-12-02")
    ]


def test_the_gate_of_the_drafting_stage(make_ctx, realm, started):
    def gap():
        return {
            found.label: found.gap.count
            for found in findings(make_ctx().session, realm.cycle, Stage.DRAFTING)
        }["The national report has passed its route of validation"]

    assert gap() == 1
    started.state = RunState.APPROVED
    make_ctx().session.flush()
    assert gap() == 0


def test_events_hold_ids_and_codes_only(make_ctx, realm, started):
    mine = task(started, "ministries", realm.moj)
    service.decide(make_ctx(realm.moj_authority), mine, REMARKS, "Secret words")
    make_ctx().session.commit()
    assert [
        (e.kind, e.data) for e in events.history(make_ctx().session, "validation_task", mine.id)
    ] == [
        (
            "task.decided",
            {"run": started.id, "outcome": REMARKS.value, "version": realm.version.id},
        )
    ]
    assert [e.kind for e in events.history(make_ctx().session, "validation_run", started.id)] == [
        "run.started",
        "run.stage_opened",
    ]


def test_a_comma_of_somebody_else_does_not_make_an_author_a_stranger(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    own = ctx.session.scalars(
        select(Block).where(Block.version_id == realm.version.id, Block.number == 1)
    ).one()
    own.owner_id = realm.moj.id
    ctx.session.add(
        Office(
            person_id=realm.moj_authority.id,
            institution_id=realm.moj.id,
            role=Role.FOCAL_POINT,
            starts_on=ctx.today,
        )
    )
    ctx.session.flush()
    drafting.edit_block(make_ctx(realm.moj_authority), own, lock=own.lock, text="We wrote it.")
    drafting.edit_block(make_ctx(realm.drafter), own, lock=own.lock, text="We wrote it!")
    assert own.edited_by_id == realm.drafter.id
    ctx.session.commit()
    reports.freeze(ctx, realm.version)
    run = service.start(ctx, reports.open_next_version(ctx, realm.version))
    with pytest.raises(Refused):
        service.decide(make_ctx(realm.moj_authority), task(run, "ministries", realm.moj), APPROVED)
    assert not queries.wrote(ctx.session, realm.moh_authority.id, run.version_id)


# --- Two at once --------------------------------------------------------------------------------


def _at_once(database, make_ctx, acts):
    """Each act in a thread and transaction of its own, all at the same moment; what came of each."""
    house, now = make_ctx().house, make_ctx().now
    barrier = threading.Barrier(len(acts))

    def run(person_id, act):
        session = database.session(writing=True)
        barrier.wait(timeout=30)  # before the first statement: SQLite lets one in at a time
        try:
            person = session.get_one(Person, person_id)
            act(Ctx(actor_for(session, person, now.date()), now, session, house))
            session.commit()
        except Conflict as refused:
            session.rollback()
            return refused.message
        finally:
            session.close()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        waiting = [pool.submit(run, person.id, act) for person, act in acts]
        return [one.result(timeout=60) for one in waiting]


def test_two_who_decide_the_same_step_at_once_leave_one_decision(
    database, make_ctx, realm, started
):
    own = make_ctx()
    second = factories.person(
        own.session, Role.VALIDATING_AUTHORITY, realm.moj, name="Second Authority"
    )
    mine = task(started, "ministries", realm.moj).id
    own.session.commit()

    def approve(ctx):
        service.decide(ctx, ctx.session.get_one(Task, mine), APPROVED)

    came = _at_once(database, make_ctx, [(realm.moj_authority, approve), (second, approve)])
    assert sorted(one.partition(" was decided")[0] for one in came) == ["This step", "done"]


def test_the_last_two_who_decide_at_once_open_the_next_stage_once(
    database, make_ctx, realm, started
):
    own = make_ctx()
    ids = {at.id: task(started, "ministries", at).id for at in (realm.moj, realm.moh)}
    own.session.commit()

    def approve(ctx):
        (held,) = ctx.actor.held
        service.decide(ctx, ctx.session.get_one(Task, ids[held.institution_id]), APPROVED)

    people = (realm.moj_authority, realm.moh_authority)
    assert _at_once(database, make_ctx, [(one, approve) for one in people]) == ["done", "done"]
    own.session.expire_all()
    assert states(started) == {
        "ministries": ["approved", "approved"],
        "nhri": ["open"],
        "minister": ["waiting"],
    }
    assert len(subjects(own, "validation_asked")) == 3
