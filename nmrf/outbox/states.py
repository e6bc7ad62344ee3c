"""How a message moves. Only `sending.py` and `service.retry` write the state."""

from __future__ import annotations

from nmrf.core.i18n import Lazy, _l
from nmrf.outbox.models import MessageState

TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset({MessageState.SENDING}),
    MessageState.SENDING: frozenset(
        {
            MessageState.SENDING,  # claimed anew when whoever claimed it was cut off
            MessageState.SENT,
            MessageState.QUEUED,  # tried again later
            MessageState.FAILED,
        }
    ),
    MessageState.SENT: frozenset(),
    MessageState.FAILED: frozenset({MessageState.QUEUED}),  # by hand
}

STATE_LABELS: dict[MessageState, Lazy] = {
    MessageState.QUEUED: _l("Waiting"),
    MessageState.SENDING: _l("Being sent"),
    MessageState.SENT: _l("Sent"),
    MessageState.FAILED: _l("Not delivered"),
}
