"""Which moves exist: of an assignment between its answers, of a position between its values."""

from nmrf.recommendations.models import AssignmentState, Position

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
