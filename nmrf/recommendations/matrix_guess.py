"""The columns of a table without headings, seen by what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from nmrf.recommendations.matrix_cells import number_in, sdgs_of
from nmrf.recommendations.matrix_columns import Columns
from nmrf.recommendations.matrix_positions import position_of
from nmrf.recommendations.matrix_states import list_of_states
from nmrf.recommendations.matrix_table import Row

_SHORT = 12
_MOST = 0.6
"""The share of a column's cells that have to look like what is looked for."""


def _is_position(text: str) -> bool:
    stated = position_of(text)
    return stated is not None and not stated.rest


def _are_goals(text: str) -> bool:
    return all(sdgs_of(line.lstrip("-–• ")) for line in text.split("\n"))


def _are_states(text: str) -> bool:
    states = list_of_states(text)
    named = sum(len(state.name) for state in states if state.code)
    return named > _MOST * len(text)


_LOOKS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("number", lambda text: len(text) < _SHORT and number_in(f"{text} ") is not None),
    ("recommendation", lambda text: len(text) >= _SHORT and number_in(text) is not None),
    ("position", _is_position),
    ("states", _are_states),
    ("sdgs", _are_goals),
)


def guessed_columns(rows: Sequence[Row]) -> Columns | None:
    """The columns, or None unless one holds recommendations and one positions."""
    counts = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not counts:
        return None
    count = counts.most_common(1)[0][0]
    body = [row for row in rows if len(row.cells) == count]
    texts = {place: [row.cells[place].text for row in body] for place in range(count)}
    left = {place: list(filter(None, column)) for place, column in texts.items() if any(column)}
    found: dict[str, int] = {}
    for kind, looks in _LOOKS:
        shares = {place: sum(map(looks, column)) / len(column) for place, column in left.items()}
        best = max(shares, key=shares.__getitem__, default=None)
        if best is not None and shares[best] >= _MOST:
            found[kind] = best
            del left[best]
    for kind in ("recommendation", "themes"):
        if kind not in found and left:
            found[kind] = max(left, key=lambda place: sum(map(len, left[place])))
            del left[found[kind]]
    if not {"recommendation", "position"} <= found.keys():
        return None
    if "number" not in found and not any(map(number_in, texts[found["recommendation"]])):
        return None
    return Columns(
        at={kind: body[0].cells[place].start for kind, place in found.items()},
        order=found,
        headings={},
        unknown=(),
        width=body[0].cells[-1].end,
        count=count,
    )
