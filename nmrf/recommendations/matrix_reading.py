"""A table of recommendations, row by row, whatever file it stands in.

Columns are found by their headings, and whatever was not understood is told as a doubt instead of
being dropped or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nmrf.core.i18n import _
from nmrf.recommendations.matrix_cells import (
    Label,
    Piece,
    heading_of,
    number_in,
    pieces_of,
    theme_of,
    without_source,
)
from nmrf.recommendations.matrix_columns import Columns, columns_of, second_row
from nmrf.recommendations.matrix_positions import position_of_heading
from nmrf.recommendations.matrix_records import Doubt, MatrixRow
from nmrf.recommendations.matrix_rows import Recommendation, short
from nmrf.recommendations.matrix_states import sentences_of, union_of
from nmrf.recommendations.matrix_table import Cell, Row
from nmrf.recommendations.matrix_title import names_a_review

_REMARK = re.compile(r"(?:comments?|sources?)\b|\*", re.IGNORECASE)
_LONGEST_HEADING = 250
_LONGEST_BAND = 20
_MOST_GAPS = 40


@dataclass(slots=True)
class Reading:
    """What has been read so far; rows are read one after the other, then `conclude` is called."""

    columns: Columns | None = None
    rows: list[MatrixRow] = field(default_factory=list)
    repeated: list[MatrixRow] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    unmarked: list[tuple[int, str]] = field(default_factory=list)
    by_number: dict[str, int] = field(default_factory=dict)
    """Where in `rows` a number stands."""
    above: list[Row] = field(default_factory=list)
    """Rows above the first headings: a title, or something else."""
    heading: str = ""
    band: str = ""
    """The position that a merged row gives to all rows under it."""

    def doubt(self, row: int | None, cell: str, reason: str, number: str = "") -> None:
        self.doubts.append(Doubt(row, cell, reason, number))

    def lead(self, text: str) -> None:
        """A paragraph above a table may give the theme or the position of what is in it."""
        theme, marked = heading_of(text)
        if marked and theme and len(theme) <= _LONGEST_HEADING:
            self.heading = theme
            self.headings.append(theme)
        elif position := position_of_heading(text):
            self.band = position

    def read(self, table: tuple[Row, ...]) -> None:
        """Read a table that has the headings, or goes on from the table before it."""
        known = self.columns
        begun = False
        top: Row | None = None
        """The row of headings just read, if it is the row before."""
        for row in self._joined(table):
            if not row.texts:
                continue
            named = columns_of(row)
            if named is None and self.columns and top:
                named = second_row(self.columns, top, row)
                top = None
            else:
                top = row if named else None
            if named:
                self._begin(row, named)
                begun = True
            elif begun or (known and known.fits(row)) or (known and len(row.cells) == 1):
                self.row(row)
            elif known:
                self.doubt(
                    row.number, "", _("This row stands outside of the table and is not read.")
                )
            else:
                self.above.append(row)

    def _joined(self, table: tuple[Row, ...]) -> Iterator[Row]:
        """The rows of a table; those beside a recommendation that is merged downwards are one."""
        last: Row | None = None
        for row in table:
            upper = self.columns.cell(row, "recommendation") if self.columns else None
            same = last is not None and len(last.cells) == len(row.cells) > 1
            if last is not None and same and upper and upper.goes_on and not columns_of(row):
                last = Row(last.number, tuple(map(_below, last.cells, row.cells)))
                continue
            if last is not None:
                yield last
            last = row
        if last is not None:
            yield last

    def _begin(self, row: Row, columns: Columns) -> None:
        if self.columns is None or columns.at != self.columns.at:
            for heading in columns.unknown:
                self.doubt(row.number, heading, _("This column is not known and is not read."))
            if "position" not in columns.at:
                self.doubt(row.number, "", _("There is no column for the position."))
        self.columns = columns

    def row(self, row: Row) -> None:
        """Read a row under the headings."""
        columns = self.columns
        assert columns is not None  # noqa: S101  # rows are read under headings only
        cell = columns.cell(row, "recommendation")
        text = cell.text if cell else ""
        merged = cell is not None and columns.covered(row, cell) > 1
        alone = len(set(row.texts)) == 1 and (merged or len(row.cells) == 1 or len(row.texts) > 1)
        marked = text and row.texts == [text] and heading_of(text)[1]
        has_number = bool(number_in(text)) or "number" in columns.at
        if (alone or marked) and not self._is_recommendation(row.texts[0]):
            self._merged(row, row.texts[0])
        elif not text or (cell and cell.goes_on):
            self._below(row)
        elif not has_number and not self._says(row, "position") and not self._says(row, "themes"):
            if theme_of(text).code:
                self._merged(row, text)  # "A12 Acceptance of …" in a row that is not merged
                return
            reason = _("This text belongs to no recommendation: “%(text)s”", text=short(text))
            self.doubt(row.number, columns.heading("recommendation"), reason)
        else:
            for piece in self._pieces(row, text):
                self._recommendation(row, piece)

    def _pieces(self, row: Row, text: str) -> list[Piece]:
        """The recommendations of a row; a column of numbers says what is a number."""
        own = self._says(row, "number")
        first = number_in(text)
        if own and (first is None or first[0].text != own.strip(" .")):
            return [Piece(None, *without_source(text))]
        return pieces_of(text)

    def _says(self, row: Row, kind: str) -> str:
        cell = self.columns.cell(row, kind) if self.columns else None
        return cell.text if cell else ""

    def _merged(self, row: Row, text: str) -> None:
        """A row across the whole table: a theme, or a position for what follows."""
        theme, marked = heading_of(text)
        position = position_of_heading(theme)
        if position and not (marked and len(theme) > _LONGEST_BAND):
            self.band = position
        elif not theme:
            self.doubt(row.number, "", _("This heading names no theme."))
        elif len(theme) > _LONGEST_HEADING or _REMARK.match(theme):
            reason = _("This text belongs to no recommendation: “%(text)s”", text=short(text))
            self.doubt(row.number, "", reason)
        else:
            self.heading = theme
            self.headings.append(theme)
            if not marked:
                self.unmarked.append((row.number, theme))

    def _is_recommendation(self, text: str) -> bool:
        """Whether a merged row is no heading such as "2.1. Acceptance of international norms"."""
        found = number_in(text)
        if found is None:
            return False
        last = next((row.number for row in reversed(self.rows) if row.number), "")
        prefix, dot, _serial = found[0].text.partition(".")
        same_list = bool(dot) and last.startswith(f"{prefix}.")
        return same_list or bool(union_of(sentences_of(text).parts))

    def _below(self, row: Row) -> None:
        """A row without a recommendation: the lower part of the one above, if anything."""
        own = [cell.text for cell in row.cells if cell.text and not cell.goes_on]
        if not own:
            return
        reason = _(
            "This row names no recommendation; its other cells are not read: “%(text)s”",
            text=short(" | ".join(own)),
        )
        self.doubt(row.number, "", reason)

    def _recommendation(self, row: Row, piece: Piece) -> None:
        assert self.columns is not None  # noqa: S101  # rows are read under headings only
        recommendation = Recommendation(self.columns, row, piece, self.band)
        read = recommendation.read(self._says(row, "heading") or self.heading)
        place = self.by_number.get(read.number) if read.number else None
        if place is None:
            self.doubts += recommendation.doubts
            if read.number:
                self.by_number[read.number] = len(self.rows)
            self.rows.append(read)
            return
        earlier = self.rows[place]
        if _plain(earlier.text) != _plain(read.text):
            self.doubts += recommendation.doubts
            self.repeated.append(read)
            reason = _(
                "Number %(number)s stands in row %(row)s with another text; only that one is "
                "taken: “%(text)s”",
                number=read.number,
                row=earlier.row,
                text=short(earlier.text),
            )
            self.doubt(row.number, "", reason, read.number)
            return
        if earlier.position != read.position:
            reason = _(
                "Number %(number)s has the position “%(first)s” in row %(row)s and “%(second)s” "
                "here; the first is taken.",
                number=read.number,
                first=earlier.position_text,
                row=earlier.row,
                second=read.position_text,
            )
            self.doubt(row.number, self._heading("position"), reason, read.number)
        if _named_states(earlier) != _named_states(read):
            reason = _(
                "Number %(number)s has other recommending States in row %(row)s; those are taken.",
                number=read.number,
                row=earlier.row,
            )
            self.doubt(row.number, self._heading("recommendation"), reason, read.number)
        # A list repeats a recommendation under each of its themes.
        self.rows[place] = replace(
            earlier,
            themes=_union(earlier.themes, read.themes),
            persons=_union(earlier.persons, read.persons),
            sdgs=_union(earlier.sdgs, read.sdgs),
        )

    def _heading(self, kind: str) -> str:
        return self.columns.heading(kind) if self.columns else ""

    def conclude(self, outside: Sequence[str] = ()) -> None:
        """Doubts that only the whole list shows. `outside` are texts around the tables."""
        if len(self.unmarked) < len(self.headings):
            for row, theme in self.unmarked:
                reason = _("“%(text)s” is taken for a theme.", text=short(theme))
                self.doubt(row, "", reason)
        for text in outside:
            if number_in(text):
                reason = _("This text stands outside of the table: “%(text)s”", text=short(text))
                self.doubt(None, "", reason)
        self._above()
        self._unkept()
        self._sources()
        self._sequence()
        self.doubts.sort(key=lambda doubt: doubt.row if doubt.row is not None else 10**9)

    def _above(self) -> None:
        rows = [row for row in self.above if not names_a_review(row.texts[0])]
        if rows:
            text = short(" | ".join(text for row in rows for text in row.texts))
            reason = _(
                "Above the list, not read (rows: %(n)s): “%(text)s”",
                n=len(rows),
                text=text,
            )
            self.doubt(rows[0].number, "", reason)

    def _unkept(self) -> None:
        """What a list may hold beside recommendations and the register has no place for."""
        assessed = [row for row in self.rows if row.assessment]
        if assessed:
            reason = _(
                "What stands in this column is not imported (rows: %(n)s): “%(text)s”",
                n=len(assessed),
                text=short(assessed[0].assessment or ""),
            )
            self.doubt(assessed[0].row, self._heading("assessment"), reason)
        commented = [row for row in self.rows if row.comment]
        if commented:
            reason = _(
                "A comment under a recommendation is not imported (rows: %(n)s): “%(text)s”",
                n=len(commented),
                text=short(commented[0].comment),
            )
            self.doubt(commented[0].row, self._heading("recommendation"), reason)

    def _sources(self) -> None:
        without = [row for row in self.rows if not row.source_symbol]
        if len(without) == len(self.rows):
            self.doubt(None, "", _("No recommendation names the source of its position."))
            return
        for row in without:
            if row.source_text:
                # It was told already that this source names no document.
                continue
            reason = _("The source of the position is missing.")
            self.doubt(row.row, self._heading("recommendation"), reason, row.number)

    def _sequence(self) -> None:
        """Numbers that are missing between 1 and the highest, and numbers that stand alone."""
        series: dict[str, dict[int, MatrixRow]] = {}
        for row in self.rows:
            prefix, _dot, serial = row.number.rpartition(".")
            if serial.isdigit():
                series.setdefault(prefix, {})[int(serial)] = row
        largest = max(map(len, series.values()), default=0)
        for prefix, numbers in series.items():
            if len(numbers) <= 2 and largest > 10:
                for row in numbers.values():
                    reason = _(
                        "Number %(number)s does not fit the other numbers.", number=row.number
                    )
                    self.doubt(row.row, self._heading("recommendation"), reason, row.number)
                continue
            gaps = _ranges(sorted(set(range(1, max(numbers))) - numbers.keys()))
            for first, last in gaps[:_MOST_GAPS]:
                start = f"{prefix}.{first}" if prefix else str(first)
                end = f"{prefix}.{last}" if prefix else str(last)
                reason = (
                    _("Number %(number)s is missing.", number=start)
                    if first == last
                    else _("Numbers %(first)s to %(last)s are missing.", first=start, last=end)
                )
                self.doubt(None, "", reason, start)


def _below(upper: Cell, lower: Cell) -> Cell:
    if lower.goes_on or not lower.text or lower.text in upper.text.split("\n"):
        return upper
    return Cell(upper.start, upper.end, f"{upper.text}\n{lower.text}".strip())


def _named_states(row: MatrixRow) -> set[str]:
    return {state.code or state.name for state in row.states}


def _union(first: tuple[Label, ...], second: tuple[Label, ...]) -> tuple[Label, ...]:
    return first + tuple(label for label in second if label not in first)


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
