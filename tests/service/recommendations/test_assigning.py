"""Leads and supporters: given in bulk, accepted, disputed, upheld, ended, accepted by silence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from nmrf.outbox.models import Message
from nmrf.recommendations import queries, service
from nmrf.recommendations.models import Assignment, AssignmentState, Dispute
from nmrf.reconcile import recompute
from tests import factories
from tests.queries import count_statements


@pytest.fixture
def rows(ctx, cycle):
    return [
        factories.recommendation(ctx.session, cycle, f"140.{n}", text=f"Do thing {n}")
        for n in range(1, 4)
    ]


def mails(ctx):
    ctx.session.flush()
    return [
        (m.kind, m.to_address, m.subject)
        for m in ctx.session.scalars(select(Message).order_by(Message.id))
    ]


def owners(ctx, row):
    ctx.session.flush()
    ctx.session.expire(row)
    return [
        (a.institution.short_name, "lead" if a.lead else "support", a.state.value)
        for a in row.current_assignments
    ]


def current(ctx, institution, *rows):
    return queries.assignments_of(ctx.session, institution.id, [r.id for r in rows])


def test_many_are_assigned_in_one_call_with_one_mail_a_focal_point(secretary, world, rows):
    done = service.assign(secretary, rows, world.moj, [world.moi])
    assert (done.changed, done.unchanged) == (3, 0)
    for row in rows:
        assert owners(secretary, row) == [
            ("MJ", "lead", "proposed"),
            ("MI", "support", "proposed"),
        ]
    assert mails(secretary) == [
        ("recommendations_assigned", world.alternate.email, "3 recommendations for MJ"),
        ("recommendations_assigned", world.justice.email, "3 recommendations for MJ"),
        ("recommendations_assigned", world.interior.email, "3 recommendations for MI"),
    ]
    body = secretary.session.scalars(select(Message.body).order_by(Message.id)).first()
    assert "To lead (3): 140.1, 140.2, 140.3" in body
    assert f"/recommendations?ours={world.moj.id}&assignment=proposed" in body
    assert "by the end of Wednesday, 2 December 2026" in body


def test_the_same_again_changes_nothing(secretary, world, rows):
    service.assign(secretary, rows, world.moj, [world.moi])
    before = mails(secretary)
    done = service.assign(secretary, rows, world.moj, [world.moi, world.moj])
    assert (done.changed, done.unchanged) == (0, 3)
    assert mails(secretary) == before


def test_a_new_lead_replaces_the_old_one_which_is_kept(secretary, world, rows):
    service.assign(secretary, rows[:1], world.moj, [world.moi])
    service.assign(secretary, rows[:1], world.moi)
    assert owners(secretary, rows[0]) == [("MI", "lead", "proposed")]
    ended = [a for a in rows[0].assignments if a.ended_at is not None]
    assert [(a.institution.short_name, a.lead, a.ended_at) for a in ended] == [
        ("MJ", True, secretary.now),
        ("MI", False, secretary.now),
    ]
    kinds = [(e.kind, e.data) for e in _committed(secretary, rows[0])]
    assert kinds == [
        ("recommendation.assigned", {"lead": world.moj.id, "supporting": [world.moi.id]}),
        ("recommendation.assigned", {"lead": world.moi.id, "supporting": []}),
    ]


def _committed(ctx, row):
    ctx.session.commit()
    return history(ctx.session, "recommendation", row.id)


def test_support_is_added_without_touching_the_lead(secretary, world, rows):
    service.assign(secretary, rows[:1], world.moj)
    service.assign(secretary, rows[:1], None, [world.moi])
    assert owners(secretary, rows[0]) == [("MJ", "lead", "proposed"), ("MI", "support", "proposed")]


@pytest.mark.parametrize(
    ("lead", "supporting", "place", "sentence"),
    [
        (None, [], "lead", "Choose who leads"),
        ("league", [], "lead", "Fictional League is not part of the Government"),
        ("moj", ["league"], "supporting", "Fictional League is not part of the Government"),
    ],
)
def test_who_cannot_own(secretary, world, rows, lead, supporting, place, sentence):
    with pytest.raises(Invalid, match=sentence) as refused:
        service.assign(
            secretary,
            rows,
            getattr(world, lead) if lead else None,
            [getattr(world, name) for name in supporting],
        )
    assert refused.value.place == place


def test_an_institution_that_is_closed_cannot_own(secretary, world, rows):
    world.moj.active = False
    with pytest.raises(Invalid, match="Ministry of Justice is no longer active"):
        service.assign(secretary, rows, world.moj)


def test_nothing_ticked(secretary, world):
    with pytest.raises(Invalid, match="Tick at least one"):
        service.assign(secretary, [], world.moj)


def test_only_the_secretariat_assigns(justice, member, world, rows):
    for who in (justice, member):
        with pytest.raises(Refused):
            service.assign(who, rows, world.moj)


@pytest.mark.parametrize("n", [1, 3])
def test_statements_do_not_grow_with_what_is_assigned(secretary, world, rows, database, n):
    secretary.session.commit()
    with count_statements(database) as sent:
        service.assign(secretary, rows[:n], world.moj, [world.moi])
    assert len(sent) <= 16


def test_an_institution_accepts_all_at_once(secretary, justice, world, rows):
    service.assign(secretary, rows, world.moj)
    assert [(w.institution, w.count) for w in queries.waiting_for(justice)] == [
        ("Ministry of Justice", 3)
    ]
    assert service.answer_assignment(justice, current(justice, world.moj, *rows), accept=True) == 3
    assert queries.waiting_for(justice) == []
    assert owners(secretary, rows[0]) == [("MJ", "lead", "accepted")]
    one = rows[0].current_assignments[0]
    assert (one.answered_at, one.answered_by_id) == (justice.now, world.justice.id)


def test_a_dispute_goes_to_the_secretariat_with_its_reason(secretary, justice, world, rows):
    service.assign(secretary, rows, world.moj)
    service.answer_assignment(
        justice,
        current(justice, world.moj, *rows[:2]),
        accept=False,
        reason="The Interior decides on this.",
        suggested=world.moi,
    )
    assert mails(secretary)[-1] == (
        "assignments_disputed",
        world.secretary.email,
        "MJ disputes 2 recommendations",
    )
    found = queries.disputes(secretary)
    assert [(a.recommendation.number, a.reason, a.dispute, a.suggested.name) for a in found] == [
        ("140.1", "The Interior decides on this.", Dispute.NOT_OURS, "Ministry of the Interior"),
        ("140.2", "The Interior decides on this.", Dispute.NOT_OURS, "Ministry of the Interior"),
    ]
    assert queries.disputes(justice) == []
    secretary.session.commit()
    said = str([e.data for e in history(secretary.session, "recommendation", rows[0].id)])
    assert "Interior" not in said  # the record holds codes and ids only


def test_a_dispute_needs_a_reason(secretary, justice, world, rows):
    service.assign(secretary, rows, world.moj)
    with pytest.raises(Invalid, match="Say why it is not yours") as refused:
        service.answer_assignment(
            justice, current(justice, world.moj, rows[0]), accept=False, reason="  "
        )
    assert refused.value.place == "reason"
    assert owners(secretary, rows[0]) == [("MJ", "lead", "proposed")]


def test_nobody_answers_for_another_institution(secretary, interior, member, world, rows):
    service.assign(secretary, rows, world.moj)
    for who in (interior, member, secretary):
        with pytest.raises(Refused, match="Only the focal points of the institution"):
            service.answer_assignment(who, current(who, world.moj, rows[0]), accept=True)


def test_the_secretariat_upholds_with_a_reason(secretary, justice, world, rows):
    service.assign(secretary, rows, world.moj)
    one = current(justice, world.moj, rows[0])[0]
    with pytest.raises(Conflict):
        service.uphold(secretary, one, "Nothing to decide yet.")
    service.answer_assignment(justice, one, accept=False, reason="Not ours.")
    with pytest.raises(Refused):
        service.uphold(justice, one, "We decide.")
    with pytest.raises(Invalid):
        service.uphold(secretary, one, " ")
    service.uphold(secretary, one, "The Act of 2022 names you.")
    assert (one.state, one.reason) == (AssignmentState.ACCEPTED, "The Act of 2022 names you.")
    assert mails(secretary)[-2:] == [
        ("assignment_upheld", world.alternate.email, "Recommendation 140.1 stays with MJ"),
        ("assignment_upheld", world.justice.email, "Recommendation 140.1 stays with MJ"),
    ]


def test_a_dispute_can_be_withdrawn(secretary, justice, world, rows):
    service.assign(secretary, rows, world.moj)
    one = current(justice, world.moj, rows[0])[0]
    service.answer_assignment(justice, one, accept=False, reason="Not ours.")
    service.answer_assignment(justice, one, accept=True)
    assert (one.state, one.dispute, one.reason) == (AssignmentState.ACCEPTED, None, "")
    with pytest.raises(Conflict):
        service.answer_assignment(justice, one, accept=True)


def test_ours_and_theirs_is_settled_when_they_are_asked(secretary, justice, world, rows):
    service.assign(secretary, rows[:1], world.moj)
    one = current(justice, world.moj, rows[0])[0]
    service.answer_assignment(
        justice, one, accept=False, dispute=Dispute.SHARED, reason="Both.", suggested=world.moi
    )
    service.assign(secretary, rows[:1], None, [world.moi])
    assert owners(secretary, rows[0]) == [("MJ", "lead", "accepted"), ("MI", "support", "proposed")]
    secretary.session.commit()
    assert recompute(secretary.session).drift == []


def test_an_ended_assignment_takes_no_answer(secretary, justice, world, rows):
    service.assign(secretary, rows[:1], world.moj)
    one = current(justice, world.moj, rows[0])[0]
    with pytest.raises(Invalid):
        service.end_assignment(secretary, one, "")
    with pytest.raises(Refused):
        service.end_assignment(justice, one, "We want to be rid of it.")
    service.end_assignment(secretary, one, "Given in error.")
    assert owners(secretary, rows[0]) == []
    with pytest.raises(Conflict, match=r"140\.1 is no longer with Ministry of Justice"):
        service.answer_assignment(justice, one, accept=True)
    with pytest.raises(Conflict):
        service.end_assignment(secretary, one, "Again.")
    assert mails(secretary)[-1][0] == "assignment_ended"


# 2 December 2026 ends in Ljubljana at 23:00 UTC.
LAST_MOMENT = datetime(2026, 12, 2, 22, 59, 59, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 23, 0, 0, tzinfo=UTC)


def test_silence_counts_after_ten_working_days_and_not_a_second_before(
    secretary, make_ctx, clock, world, rows
):
    service.assign(secretary, rows, world.moj, [world.silent])
    clock.move_to(LAST_MOMENT)
    assert service.accept_silent(make_ctx()) == {"accepted": 0, "nobody": 0}
    clock.move_to(AFTER)
    assert service.accept_silent(make_ctx()) == {"accepted": 3, "nobody": 3}
    assert service.accept_silent(make_ctx()) == {"accepted": 0, "nobody": 3}
    assert owners(secretary, rows[0]) == [("MJ", "lead", "accepted"), ("AS", "support", "proposed")]
    one = rows[0].current_assignments[0]
    assert (one.answered_at, one.answered_by_id) == (AFTER, None)
    assert mails(secretary)[-2:] == [
        (
            "assignments_accepted_by_silence",
            who.email,
            "3 recommendations count as accepted by MJ",
        )
        for who in (world.alternate, world.justice)
    ]
    secretary.session.commit()
    assert recompute(secretary.session).drift == []


def test_what_was_answered_is_not_taken_for_silence(
    secretary, justice, make_ctx, clock, world, rows
):
    service.assign(secretary, rows[:1], world.moj)
    service.answer_assignment(
        justice, current(justice, world.moj, rows[0]), accept=False, reason="Not ours."
    )
    clock.move_to(AFTER)
    assert service.accept_silent(make_ctx()) == {"accepted": 0, "nobody": 0}
    states = secretary.session.scalars(select(Assignment.state)).all()
    assert states == [AssignmentState.DISPUTED]
