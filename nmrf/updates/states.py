"""The moves of rounds and updates, and how their states are called."""

from __future__ import annotations

from nmrf.core.errors import Conflict
from nmrf.core.i18n import Lazy, _, _l
from nmrf.updates.models import RoundState, UpdateState

TRANSITIONS: dict[UpdateState, frozenset[UpdateState]] = {
    UpdateState.REQUESTED: frozenset({UpdateState.DRAFT, UpdateState.SIGN_OFF}),
    UpdateState.DRAFT: frozenset({UpdateState.SIGN_OFF}),
    UpdateState.SIGN_OFF: frozenset({UpdateState.SUBMITTED, UpdateState.RETURNED}),
    UpdateState.RETURNED: frozenset({UpdateState.DRAFT, UpdateState.SIGN_OFF}),
    UpdateState.SUBMITTED: frozenset({UpdateState.RETURNED}),
}
ROUND_TRANSITIONS: dict[RoundState, frozenset[RoundState]] = {
    RoundState.PLANNED: frozenset({RoundState.OPEN}),
    RoundState.OPEN: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset({RoundState.OPEN}),  # when it is extended
}
# With the focal points: they can write.
WRITABLE = frozenset({UpdateState.REQUESTED, UpdateState.DRAFT, UpdateState.RETURNED})

STATE_LABELS: dict[UpdateState, Lazy] = {
    UpdateState.REQUESTED: _l("not begun"),
    UpdateState.DRAFT: _l("being written"),
    UpdateState.SIGN_OFF: _l("waiting for sign-off"),
    UpdateState.RETURNED: _l("sent back"),
    UpdateState.SUBMITTED: _l("signed off"),
}
ROUND_STATE_LABELS: dict[RoundState, Lazy] = {
    RoundState.PLANNED: _l("planned"),
    RoundState.OPEN: _l("open"),
    RoundState.CLOSED: _l("closed"),
}


def check_move(of: UpdateState, to: UpdateState) -> None:
    """Raise `Conflict` for a move that an update cannot make."""
    if to not in TRANSITIONS[of]:
        raise Conflict(
            _(
                "This update is “%(of)s”, and cannot become “%(to)s” from there. Load the page "
                "again to see where it stands.",
                of=STATE_LABELS[of],
                to=STATE_LABELS[to],
            )
        )


def check_round_move(of: RoundState, to: RoundState) -> None:
    """Raise `Conflict` for a move that a round cannot make."""
    if to not in ROUND_TRANSITIONS[of]:
        raise Conflict(
            _(
                "This round is %(of)s, and cannot become %(to)s from there.",
                of=ROUND_STATE_LABELS[of],
                to=ROUND_STATE_LABELS[to],
            )
        )
