"""Lists of recommendations in Word, built for tests."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import docx

from nmrf.recommendations.matrix import Matrix, read_matrix

G1 = ["Recommendation", "Recommending state/s", "Position", "Full list of rights/affected persons"]
G2 = [
    "Recommendation",
    "Position",
    "Full list of themes",
    "Assessment/comments on level of implementation",
]
SOURCE = "\nSource of Position: A/HRC/28/16/Add.1 - Para. 4"


def saved(document) -> bytes:
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def add_table(document, headings: Sequence[str], rows: Sequence[Sequence[str] | str]):
    """A string is a row merged across the table; a sequence has one text a cell."""
    table = document.add_table(rows=1, cols=len(headings))
    for cell, heading in zip(table.rows[0].cells, headings, strict=True):
        cell.text = heading
    for row in rows:
        cells = table.add_row().cells
        if isinstance(row, str):
            cells[0].merge(cells[-1]).text = row
        else:
            for cell, text in zip(cells, row, strict=True):
                cell.text = text
    return table


def file(headings: Sequence[str], rows: Sequence[Sequence[str] | str], header: str = "") -> bytes:
    document = docx.Document()
    if header:
        document.sections[0].header.paragraphs[0].text = header
    add_table(document, headings, rows)
    return saved(document)


def read(headings: Sequence[str], rows: Sequence[Sequence[str] | str], header: str = "") -> Matrix:
    return read_matrix(file(headings, rows, header), "list.docx")


def g2(*cells: str, position: str = "Supported") -> Matrix:
    """A list of the second layout with these recommendations under one theme."""
    return read(G2, ["Theme: A12 Norms", *([cell, position, "A12 Norms", ""] for cell in cells)])


def reasons(matrix: Matrix) -> list[str]:
    return [doubt.reason for doubt in matrix.doubts]


def codes(row) -> list[str | None]:
    return [state.code for state in row.states]
