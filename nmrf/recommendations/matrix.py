"""A list of recommendations: OHCHR's matrix ("thematic list") in Word, or rows of another file.

Five layouts of the Word file are known since 2012 and a sixth is to be expected.
"""

from __future__ import annotations

import re
from collections import Counter

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.recommendations.matrix_cells import Label
from nmrf.recommendations.matrix_guess import guessed_columns
from nmrf.recommendations.matrix_reading import Reading
from nmrf.recommendations.matrix_records import Doubt, Matrix, MatrixCounts, MatrixRow
from nmrf.recommendations.matrix_states import Part, StateMention
from nmrf.recommendations.matrix_table import TableFile, read_tables
from nmrf.recommendations.matrix_title import header_text, title_of

__all__ = [
    "Doubt",
    "Label",
    "Matrix",
    "MatrixCounts",
    "MatrixRow",
    "Part",
    "StateMention",
    "finished",
    "read_matrix",
]


def read_matrix(data: bytes, name: str) -> Matrix:
    """Read OHCHR's Word file of recommendations.

    Raises BadFile (place: `name`) if the file is unsound or holds no recommendations.
    """
    file = read_tables(data, name)
    reading = _read(file, Reading())
    if reading.columns is None:
        columns = guessed_columns([row for table in file.tables for row in table])
        if columns is not None:
            reading = Reading(columns=columns)
            reading.doubt(
                None, "", _("The table has no headings; what its columns are was seen by content.")
            )
            _read(file, reading)
    reading.conclude(file.outside)
    return finished(reading, name, header=header_text(file, reading.above))


def _read(file: TableFile, reading: Reading) -> Reading:
    for lead, table in zip(file.leads, file.tables, strict=True):
        for text in lead:
            reading.lead(text)
        reading.read(table)
    return reading


def finished(reading: Reading, name: str, *, header: str = "", symbol: str = "") -> Matrix:
    """The list that was read. `symbol` is its document, where the file says it elsewhere.

    Raises BadFile (place: `name`) if there are no recommendations in it.
    """
    if reading.columns is None:
        raise BadFile(
            _(
                "This file holds no table of recommendations: no table has a column "
                "“Recommendation” and one for the position, the themes or the States."
            ),
            place=name,
        )
    if not reading.rows:
        raise BadFile(_("The table of recommendations in this file is empty."), place=name)
    state, cycle, session = title_of(header)
    return Matrix(
        name=name,
        symbol=symbol or _symbol(reading),
        header_text=header,
        state_named=state,
        cycle_named=cycle,
        session_named=session,
        columns=tuple(reading.columns.headings.values()) + reading.columns.unknown,
        headings=tuple(reading.headings),
        rows=tuple(reading.rows),
        repeated=tuple(reading.repeated),
        doubts=tuple(reading.doubts),
    )


def _symbol(reading: Reading) -> str:
    """The report of the Working Group: what most sources name, without "/Add.1"."""
    found = Counter(
        re.sub(r"/(?:Add|Rev|Corr)\.\d+", "", row.source_symbol)
        for row in reading.rows
        if row.source_symbol
    )
    return found.most_common(1)[0][0] if found else ""
