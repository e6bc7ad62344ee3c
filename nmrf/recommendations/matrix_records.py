"""What a matrix holds, once read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nmrf.recommendations.matrix_cells import Label
from nmrf.recommendations.matrix_positions import NOTED, PENDING, SUPPORTED, SUPPORTED_NOTED
from nmrf.recommendations.matrix_states import Part, StateMention


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the file that a person should look at before the import."""

    row: int | None
    """Row of the table, from 1; None for the file as a whole."""
    cell: str
    """Heading of the column; "" for a whole row or file."""
    reason: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One numbered recommendation."""

    number: str
    """As text, since 140.10 is not 140.1; "" if it could not be read."""
    text: str
    """Without number, source and trailing States; sentences of a bundle are joined by "; "."""
    states: tuple[StateMention, ...]
    position: str
    """supported, noted, supported_noted or pending."""
    position_text: str
    source_symbol: str
    source_paragraph: str
    source_text: str
    """The source as written; "" if there is none."""
    themes: tuple[Label, ...]
    persons: tuple[Label, ...]
    sdgs: tuple[Label, ...]
    theme_heading: str
    assessment: str | None
    """None if the list has no such column."""
    comment: str
    row: int
    parts: tuple[Part, ...] = ()
    """Only if several sentences with their own States share the number."""
    original: str = ""
    """The recommendation as it stands in its cell."""


@dataclass(frozen=True, slots=True)
class MatrixCounts:
    """Counted by number: one recommendation of five States counts once."""

    recommendations: int
    supported: int
    noted: int
    supported_noted: int
    pending: int
    themes: int
    """Merged rows that name a theme; one under "supported" and again under "noted" is two."""
    recommending_states: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """A list of recommendations as read. `state_named` tells whose review the page header names."""

    name: str
    symbol: str
    header_text: str
    state_named: StateMention | None
    cycle_named: int | None
    session_named: int | None
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    repeated: tuple[MatrixRow, ...]
    """Rows whose number stood before with another text; they are not among `rows`."""
    doubts: tuple[Doubt, ...]

    def counts(self) -> MatrixCounts:
        """What the list holds, to compare with the report of the Working Group."""
        # A row without a number that can be read is a doubt, and is not imported.
        rows = [row for row in self.rows if row.number]
        positions = Counter(row.position for row in rows)
        return MatrixCounts(
            recommendations=len(rows),
            supported=positions[SUPPORTED],
            noted=positions[NOTED],
            supported_noted=positions[SUPPORTED_NOTED],
            pending=positions[PENDING],
            themes=len(self.headings),
            recommending_states=len(
                {state.code or state.name for row in rows for state in row.states}
            ),
        )
