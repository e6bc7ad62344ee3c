"""Which moves exist: of an assignment, of a position, of an action of the matrix."""

from nmrf.recommendations.models import AssignmentState, Position
from nmrf.recommendations.models_plan import ActionState

# An institution may dispute also what it has accepted, above all where its silence was taken for
# a yes. A dispute ends when the institution accepts after all or the secretariat upholds it.
TRANSITIONS: dict[AssignmentState, frozenset[AssignmentState]] = {
    AssignmentState.PROPOSED: frozenset({AssignmentState.ACCEPTED, AssignmentState.DISPUTED}),
    AssignmentState.ACCEPTED: frozenset({AssignmentState.DISPUTED}),
    AssignmentState.DISPUTED: frozenset({AssignmentState.ACCEPTED}),
}

# A position may change at any time, also after the adoption; one that a UN document names never
# becomes "none yet" again (see `positions.py`).
POSITION_TRANSITIONS: dict[Position, frozenset[Position]] = {
    position: frozenset(Position) - {position} for position in Position
}

# What was done or dropped can be taken up again, with a reason.
ACTION_TRANSITIONS: dict[ActionState, frozenset[ActionState]] = {
    ActionState.PLANNED: frozenset({ActionState.UNDER_WAY, ActionState.DONE, ActionState.DROPPED}),
    ActionState.UNDER_WAY: frozenset({ActionState.DONE, ActionState.DROPPED}),
    ActionState.DONE: frozenset({ActionState.UNDER_WAY}),
    ActionState.DROPPED: frozenset({ActionState.PLANNED, ActionState.UNDER_WAY}),
}
