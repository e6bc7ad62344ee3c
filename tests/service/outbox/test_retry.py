"""A mail that was not delivered can be sent again by those who look after mail."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from nmrf.core.errors import Conflict, Refused
from nmrf.core.events import Event
from nmrf.core.roles import Role
from nmrf.outbox.models import MessageState
from nmrf.outbox.service import retry
from nmrf.outbox.states import STATE_LABELS, TRANSITIONS
from tests import factories
from tests.factories.outbox import message


@pytest.fixture
def failed(ctx):
    row = message(ctx.session, state=MessageState.FAILED, attempts=10)
    ctx.session.commit()
    return row


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ADMINISTRATOR])
def test_it_waits_again_as_if_never_tried(make_ctx, ctx, failed, role):
    operator = factories.person(ctx.session, role, factories.institution(ctx.session))
    retry(make_ctx(operator), failed)
    ctx.session.commit()
    assert (failed.state, failed.attempts) == (MessageState.QUEUED, 0)
    event = ctx.session.scalars(select(Event)).one()
    assert (event.kind, event.subject_id, event.data) == ("message.retried", str(failed.id), {})


def test_others_are_refused(make_ctx, ctx, failed):
    stranger = factories.person(ctx.session, Role.FOCAL_POINT, factories.institution(ctx.session))
    with pytest.raises(Refused):
        retry(make_ctx(stranger), failed)
    assert failed.state == MessageState.FAILED


@pytest.mark.parametrize("state", [s for s in MessageState if s != MessageState.FAILED])
def test_only_what_was_not_delivered(ctx, failed, state):
    failed.state = state
    with pytest.raises(Conflict) as refused:
        retry(ctx, failed)
    assert str(refused.value) == "Only a mail that was not delivered can be sent again."


def test_a_wiped_link_is_not_sent_empty(ctx, failed):
    failed.body = ""
    with pytest.raises(Conflict) as refused:
        retry(ctx, failed)
    assert str(refused.value) == (
        "This mail held a personal link, which has run out and was wiped. Send a new link instead."
    )


def test_every_state_has_moves_and_a_label():
    assert set(TRANSITIONS) == set(STATE_LABELS) == set(MessageState)
