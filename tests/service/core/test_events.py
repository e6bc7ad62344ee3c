"""The event log is append-only and its chain shows every change."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from nmrf.core.events import Event, history, record, verify_chain
from tests import factories


@pytest.fixture
def three_events(ctx):
    cycle = factories.cycle(ctx.session)
    for n in range(3):
        record(ctx, "cycle.tested", cycle, n=n)
    ctx.session.commit()
    return cycle


def test_the_chain_holds_over_several_transactions(ctx, three_events):
    record(ctx, "cycle.tested", three_events, n=3)
    ctx.session.commit()
    report = verify_chain(ctx.session)
    assert (report.length, report.broken_at) == (4, None)
    assert [e.data for e in history(ctx.session, "cycle", three_events.id)] == [
        {"n": 0},
        {"n": 1},
        {"n": 2},
        {"n": 3},
    ]


@pytest.mark.parametrize("statement", ["UPDATE event SET kind = 'x'", "DELETE FROM event"])
def test_the_database_refuses_to_change_an_event(ctx, three_events, statement):
    with pytest.raises(DatabaseError, match="append-only"):
        ctx.session.execute(text(statement))


def test_a_rolled_back_change_leaves_no_event(ctx, three_events):
    record(ctx, "cycle.tested", three_events, n=9)
    ctx.session.rollback()
    ctx.session.commit()
    assert verify_chain(ctx.session).length == 3


def test_tampering_shows(ctx, three_events, database_kind):
    if database_kind == "sqlite":
        ctx.session.execute(text("DROP TRIGGER event_no_update"))
    else:
        ctx.session.execute(text("ALTER TABLE event DISABLE TRIGGER event_no_change"))
    second = ctx.session.scalars(Event.__table__.select()).all()[1]
    ctx.session.execute(
        text("UPDATE event SET kind = 'cycle.forged' WHERE id = :id"), {"id": second}
    )
    ctx.session.expire_all()
    report = verify_chain(ctx.session)
    assert (report.broken_at, report.reason) == (second, "its content was changed")
    ctx.session.rollback()
