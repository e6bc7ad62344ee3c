"""Which moves between the stages of a cycle exist: one on, or one back to mend a slip."""

from nmrf.cycles.models import Stage

_ORDER = tuple(Stage)
TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    stage: frozenset(_ORDER[max(place - 1, 0) : place] + _ORDER[place + 1 : place + 2])
    for place, stage in enumerate(_ORDER)
}


def following(stage: Stage) -> Stage | None:
    """The stage after this one; None after the last."""
    place = _ORDER.index(stage) + 1
    return _ORDER[place] if place < len(_ORDER) else None


def is_back(of: Stage, to: Stage) -> bool:
    """Whether a move leads back."""
    return _ORDER.index(to) < _ORDER.index(of)
