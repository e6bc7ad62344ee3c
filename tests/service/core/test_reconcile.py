"""A status that was changed past the service is found, whatever it belongs to."""

from __future__ import annotations

import pytest

from nmrf.core.db import Base
from nmrf.reconcile import STATUSES, recompute
from nmrf.updates.models import Round, RoundState
from tests import factories

# Statuses that no events move one by one.
OTHERWISE = {
    "comment",  # events name no anonymous comment
    "validation_task",  # follows from its run and its decision
    "disposition",  # its state goes with the release of the version
    "message",  # compared with its deliveries
}


def test_every_status_is_compared():
    compared = {status.model.__tablename__ for status in STATUSES}
    with_state = {
        mapper.class_.__tablename__ for mapper in Base.registry.mappers if "state" in mapper.columns
    }
    assert with_state - compared - OTHERWISE == set()


@pytest.fixture
def round_(ctx):
    cycle = factories.cycle(ctx.session)
    row = Round(cycle=cycle, title="2027", year=2027, opens_on=ctx.today, closes_on=ctx.today)
    ctx.session.add(row)
    ctx.session.flush()
    return row


def test_a_status_changed_past_the_service_is_found(ctx, round_):
    before = recompute(ctx.session)
    assert [str(one) for one in before.drift if one.table == "collection_round"] == []
    round_.state = RoundState.CLOSED
    ctx.session.flush()
    drift = [one for one in recompute(ctx.session).drift if one.table == "collection_round"]
    assert [str(one) for one in drift] == [
        f"collection_round {round_.id}: state is “closed”, the events say “planned”"
    ]
