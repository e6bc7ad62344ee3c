"""After a return: where the route goes on, and which approvals stand for the new text."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from nmrf.core.errors import Conflict, Refused
from nmrf.definitions import Step, load
from nmrf.outbox.models import Message
from nmrf.paths import WORKFLOWS
from nmrf.reports import drafting
from nmrf.reports import service as reports
from nmrf.reports.models import Block
from nmrf.reports.queries import draft_of
from nmrf.validation import queries, service, standing
from nmrf.validation.models import RunState, TaskState
from tests.factories.cycles import mails
from tests.factories.validation import states, task

APPROVED, RETURNED = TaskState.APPROVED, TaskState.RETURNED
OPEN = TaskState.OPEN
ROUTES = load(WORKFLOWS).routes


def block(ctx, version, number):
    return ctx.session.scalars(
        select(Block).where(Block.version_id == version.id, Block.number == number)
    ).one()


def own(ctx, realm, institution, number):
    block(ctx, realm.version, number).owner_id = institution.id
    ctx.session.flush()


def take(monkeypatch, **changes):
    """The standard route, with these fields of its first step."""
    route = ROUTES["standard"]
    first = route.steps[0].model_copy(update=changes)
    changed = route.model_copy(update={"steps": (first, *route.steps[1:])})
    monkeypatch.setattr(service, "route_for", lambda _ctx, _report, _route="": changed)


def next_version(ctx, realm, of, **texts):
    """The next version with these paragraphs changed, by number: `p2="…"`."""
    following = reports.open_next_version(ctx, of)
    for name, text in texts.items():
        one = block(ctx, following, int(name[1:]))
        drafting.edit_block(ctx, one, lock=one.lock, text=text)
    ctx.session.flush()
    return following


@pytest.fixture
def first_round(make_ctx, realm):
    """Justice has approved with remarks, health has returned the text."""
    ctx = make_ctx(realm.secretary)
    own(ctx, realm, realm.moj, 1)
    own(ctx, realm, realm.moh, 2)

    def play():
        run = service.start(ctx, realm.version)
        service.decide(
            make_ctx(realm.moj_authority),
            task(run, "ministries", realm.moj),
            TaskState.APPROVED_WITH_REMARKS,
            "Mind the year",
        )
        service.decide(
            make_ctx(realm.moh_authority), task(run, "ministries", realm.moh), RETURNED, "No"
        )
        assert run.state is RunState.RETURNED
        return run

    return play


# --- Where it goes on ---------------------------------------------------------------------------


def test_a_return_to_a_step_of_editing_begins_the_next_round_there(make_ctx, realm):
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version, "denmark")
    while run.stage < 4:
        for one in [t for t in run.tasks if t.state is OPEN]:
            actor = {
                "committee_member": realm.chair
                if one.institution_id != realm.moj.id
                else realm.moj_member,
                "nhri": realm.ombudsman,
                "stakeholder": realm.secretary,
                "focal_point": realm.moj_focal
                if one.institution_id == realm.moj.id
                else realm.moh_focal,
            }[one.role]
            outcome = APPROVED if one.kind == "edit" else TaskState.ADVISED
            service.decide(make_ctx(actor), one, outcome, "Said")
    back = task(run, "ministries", realm.moh)
    service.decide(make_ctx(realm.moh_authority), back, RETURNED, "Figures are missing")
    assert run.state is RunState.RETURNED
    again = queries.running(ctx.session, realm.report.id)
    assert (again.round_number, again.stage, again.started_by_id) == (2, 3, None)
    # Committee, hearing and NHRI are not asked again; the ministries correct the open draft.
    assert list(states(again)) == ["answers", "ministries", "minister"]
    assert states(again)["answers"] == ["open", "open"]
    assert draft_of(ctx.session, realm.report.id) is not None
    body = next(
        m.body
        for m in ctx.session.scalars(select(Message).where(Message.kind == "validation_returned"))
        if m.person_id == realm.drafter.id
    )
    assert "Round 2 has begun with an earlier step" in body
    assert "The drafters hold the text now" not in body
    assert queries.returned(ctx) == []


def test_a_return_to_another_step_lets_the_next_version_go_on_there(make_ctx, realm, monkeypatch):
    route = ROUTES["standard"]
    last = route.steps[-1].model_copy(update={"on_return": "nhri"})
    changed = route.model_copy(update={"steps": (*route.steps[:-1], last)})
    monkeypatch.setattr(service, "route_for", lambda _ctx, _report, _route="": changed)
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version)
    for who, at in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at), APPROVED)
    service.decide(make_ctx(realm.ombudsman), task(run, "nhri"), TaskState.ADVISED, "Words")
    service.decide(make_ctx(realm.minister), task(run, "minister"), RETURNED, "Ask again")
    assert queries.running(ctx.session, realm.report.id) is None  # the drafters hold it
    following = next_version(ctx, realm, realm.version, p1="Other words stand here.")
    again = service.start(ctx, following)
    assert states(again) == {"nhri": ["open"], "minister": ["waiting"]}
    service.withdraw(ctx, again, "All shall see it")
    anew = service.start(ctx, following, whole=True)
    assert list(states(anew)) == ["ministries", "nhri", "minister"]


# --- What stands --------------------------------------------------------------------------------


def test_a_decision_says_what_exactly_it_was_on(make_ctx, realm, first_round):
    run = first_round()
    given = task(run, "ministries", realm.moj).decision
    ctx = make_ctx()
    assert given.version_id == realm.version.id
    assert given.part == [block(ctx, realm.version, 1).paragraph_id]
    assert queries.paragraph_numbers(ctx.session, given.version_id, given.part) == "1"


def test_asked_again_an_office_sees_what_changed_and_lets_its_approval_stand(
    make_ctx, realm, first_round
):
    ctx = make_ctx(realm.secretary)
    first_round()
    following = next_version(ctx, realm, realm.version, p2="Figures: 12 of 14 wards.")
    again = service.start(ctx, following)
    mine, theirs = (task(again, "ministries", one) for one in (realm.moj, realm.moh))
    assert (mine.state, theirs.state) == (OPEN, OPEN)  # as a rule everybody is asked again
    before = standing.earlier(ctx, mine)
    assert (before.unchanged, before.whole, before.elsewhere) == (True, False, 1)
    assert standing.earlier(ctx, theirs) is None  # its last word was a return
    with pytest.raises(Conflict) as nothing:
        service.stand(make_ctx(realm.moh_authority), theirs)
    assert nothing.value.message == (
        "This office gave no approval in an earlier round that could stand."
    )
    with pytest.raises(Refused):
        service.stand(make_ctx(realm.moh_authority), mine)
    kept = service.stand(make_ctx(realm.moj_authority), mine, mine.lock)
    assert (kept.outcome, kept.reason, kept.version_id, kept.stands_from) == (
        TaskState.APPROVED_WITH_REMARKS,
        "Mind the year",
        following.id,
        before.decision,
    )
    assert kept.decided_by_id == realm.moj_authority.id
    with pytest.raises(Conflict):  # two at once: the second finds it decided
        service.stand(make_ctx(realm.moj_authority), mine)


def test_a_change_in_its_part_is_shown_and_may_still_be_kept_up(make_ctx, realm, first_round):
    ctx = make_ctx(realm.secretary)
    first_round()
    following = next_version(ctx, realm, realm.version, p1="Ministries wrote the whole report.")
    mine = task(service.start(ctx, following), "ministries", realm.moj)
    before = standing.earlier(ctx, mine)
    assert [(row.new_number, row.what) for row in before.changes] == [("1", "reworded")]
    assert service.stand(make_ctx(realm.moj_authority), mine).version_id == following.id


def test_an_author_since_then_lets_nothing_stand(make_ctx, realm, first_round):
    ctx = make_ctx(realm.secretary)
    first_round()
    following = next_version(ctx, realm, realm.version)
    block(ctx, following, 2).edited_by_id = realm.moj_authority.id
    ctx.session.flush()
    mine = task(service.start(ctx, following), "ministries", realm.moj)
    with pytest.raises(Refused):
        service.stand(make_ctx(realm.moj_authority), mine)


def test_where_the_route_says_so_an_unchanged_part_is_not_asked_again(
    make_ctx, realm, first_round, monkeypatch
):
    take(monkeypatch, after_return="stands_if_unchanged")
    ctx = make_ctx(realm.secretary)
    run = first_round()
    asked = len(mails(ctx.session, "validation_asked"))
    following = next_version(ctx, realm, realm.version, p2="Figures: 12 of 14 wards.")
    again = service.start(ctx, following)
    mine, theirs = (task(again, "ministries", one) for one in (realm.moj, realm.moh))
    assert (mine.state, theirs.state) == (TaskState.APPROVED_WITH_REMARKS, OPEN)
    kept = mine.decision
    assert (kept.decided_by_id, kept.version_id, kept.reason) == (
        None,
        following.id,
        "Mind the year",
    )
    assert kept.stands_from is task(run, "ministries", realm.moj).decision
    assert kept.capacity == (
        "Stands from version 1, unchanged: Validating authority, Ministry of Justice"
    )
    assert [(to, s) for _k, to, s in mails(ctx.session, "validation_stands")] == [
        (realm.moj_authority.email, "Your approval stands: National report, version 2")
    ]
    assert len(mails(ctx.session, "validation_asked")) == asked + 1
    service.decide(make_ctx(realm.moh_authority), theirs, APPROVED)
    assert again.stage == 2


@pytest.mark.parametrize("change", ["text", "note", "author", "moved"])
def test_any_change_to_its_part_is_asked(make_ctx, realm, first_round, monkeypatch, change):
    take(monkeypatch, after_return="stands_if_unchanged")
    ctx = make_ctx(realm.secretary)
    one = block(ctx, realm.version, 1)
    one.text, realm.version.notes = "Ministries wrote.[^1]", {"1": "All of them."}
    ctx.session.flush()
    first_round()
    following = next_version(ctx, realm, realm.version)
    theirs = block(ctx, following, 1)
    if change == "text":
        theirs.text = "Ministries wrote it.[^1]"
    elif change == "note":
        following.notes = {"1": "Some of them."}
    elif change == "author":
        theirs.edited_by_id = realm.moj_authority.id
    else:
        rows = sorted(following.blocks, key=lambda b: b.position)
        theirs.position = rows[-1].position + 1
    ctx.session.flush()
    ctx.session.expire(following, ["blocks"])
    mine = task(service.start(ctx, following), "ministries", realm.moj)
    assert mine.state is OPEN


def test_an_approval_can_stand_only_at_a_step_that_approves():
    from nmrf.definitions.routes import problems

    route = ROUTES["standard"]
    advice = Step.model_validate_json(
        '{"id": "nhri", "title": "Advice", "kind": "advise", "stage": 2, '
        '"decider": {"role": "nhri", "of": "nhri"}, "due": "5 working days after opening", '
        '"after_return": "stands_if_unchanged"}'
    )
    wrong = route.model_copy(update={"steps": (route.steps[0], advice, route.steps[2])})
    assert [
        (p.loc, p.message) for p in problems(wrong, frozenset(route.documents), frozenset())
    ] == [
        (
            ("steps", 1, "after_return"),
            "an approval can stand only at a step that approves, not at one of kind advise",
        )
    ]
