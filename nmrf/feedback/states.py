"""Which moves there are, and where a window stands: computed from the time, never stored."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from nmrf.core.calendar import deadline_instant
from nmrf.core.i18n import Lazy, _l
from nmrf.feedback.models import Audience, Channel, CommentState, CommentWindow, DispositionState

TRANSITIONS: dict[CommentState, frozenset[CommentState]] = {
    CommentState.RECEIVED: frozenset({CommentState.SHOWN, CommentState.WITHHELD}),
    CommentState.SHOWN: frozenset({CommentState.WITHHELD}),
    CommentState.WITHHELD: frozenset({CommentState.SHOWN}),
}
DISPOSITION_TRANSITIONS: dict[DispositionState, frozenset[DispositionState]] = {
    DispositionState.PREPARED: frozenset({DispositionState.RELEASED}),
    DispositionState.RELEASED: frozenset(),
}


class Phase(StrEnum):
    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


PHASE_LABELS: dict[Phase, Lazy] = {
    Phase.UPCOMING: _l("Not open yet"),
    Phase.OPEN: _l("Open for comment"),
    Phase.CLOSED: _l("Closed"),
}
PHASE_BADGES = {Phase.UPCOMING: "deferred", Phase.OPEN: "active", Phase.CLOSED: "closed"}

AUDIENCE_LABELS: dict[Audience, Lazy] = {
    Audience.EVERYONE: _l("Everyone, with or without an account"),
    Audience.PARTNERS: _l("Everyone with an account"),
    Audience.GOVERNMENT: _l("The Government only"),
}
CHANNEL_LABELS: dict[Channel, Lazy] = {
    Channel.WEB: _l("On this page"),
    Channel.MEETING: _l("Said at a meeting, entered by the secretariat"),
    Channel.LETTER: _l("By letter, entered by the secretariat"),
    Channel.EMAIL: _l("By e-mail, entered by the secretariat"),
}
STATE_LABELS: dict[CommentState, Lazy] = {
    CommentState.RECEIVED: _l("Received, not shown yet"),
    CommentState.SHOWN: _l("Shown"),
    CommentState.WITHHELD: _l("Not shown"),
}
# The views of the answering desk.
VIEW_LABELS: dict[str, Lazy] = {
    "waiting": _l("To look at"),
    "unanswered": _l("Without an answer"),
    "prepared": _l("Prepared"),
    "released": _l("Released"),
    "withheld": _l("Withheld"),
    "all": _l("All"),
}
STATE_BADGES = {
    CommentState.RECEIVED: "waiting",
    CommentState.SHOWN: "done",
    CommentState.WITHHELD: "refused",
}


def closes_at(window: CommentWindow, zone: str) -> datetime:
    """The instant at which a window closes: the end of its last day in the national time zone."""
    return deadline_instant(window.closes_on, zone)


def phase(window: CommentWindow, now: datetime, zone: str) -> Phase:
    """Where a window stands at a time."""
    if now < window.opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < closes_at(window, zone) else Phase.CLOSED
