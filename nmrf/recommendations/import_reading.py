"""One door for every file that holds a list of recommendations: it looks at what is in the file."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import Literal

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.checks import MAX_UPLOAD, inspect_docx
from nmrf.files.sheets import Line, Sheet, address, sheet_of_csv, sheets_of_xlsx
from nmrf.recommendations.matrix import finished, read_matrix
from nmrf.recommendations.matrix_columns import columns_of
from nmrf.recommendations.matrix_reading import Reading
from nmrf.recommendations.matrix_records import Matrix
from nmrf.recommendations.matrix_rows import short
from nmrf.recommendations.matrix_table import Cell, Row
from nmrf.recommendations.matrix_title import names_a_review
from nmrf.recommendations.reviews import Review
from nmrf.recommendations.uhri import is_uhri, read_uhri_json, read_uhri_sheet

ListKind = Literal["docx", "xlsx", "csv", "json"]
KINDS: tuple[ListKind, ...] = ("docx", "xlsx", "csv", "json")

_OLE = b"\xd0\xcf\x11\xe0"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_MEGABYTE = 1024 * 1024
_HEADING_ROWS = 20
_CELLS_NAMED = 5


def check_size(size: int, name: str) -> None:
    """Refuse a file of more bytes than can be taken. Raises BadFile (place: `name`)."""
    if size > MAX_UPLOAD:
        raise BadFile(
            _(
                "This file has %(size)s MB; at most %(most)s MB can be taken. Choose your State "
                "and the Universal Periodic Review before you export from the index; in a Word "
                "file, make the pictures smaller.",
                size=-(-size // _MEGABYTE),
                most=MAX_UPLOAD // _MEGABYTE,
            ),
            place=name,
        )


def kind_of_list(data: bytes, name: str) -> ListKind:
    """What kind of file this is by its content, whatever its name says.

    Raises BadFile (place: `name`) for a kind that no list comes in.
    """
    check_size(len(data), name)
    if data.startswith(b"%PDF"):
        raise BadFile(
            _(
                "A PDF cannot be imported. Take OHCHR's Word file of the list (.docx), which "
                "stands beside it on the page of the State."
            ),
            place=name,
        )
    if data.startswith(b"{\\rtf"):
        raise BadFile(
            _("This is an RTF document. Open it in Word, save it as .docx and send that."),
            place=name,
        )
    if data.startswith(b"PK"):
        return "xlsx" if _is_workbook(data) else "docx"
    if data.startswith(_OLE) or not data.strip():
        return "docx"  # whose inspection knows what to say of old Office files and empty ones
    start = data.replace(b"\0", b"")[:64]
    for mark in _MARKS:
        start = start.removeprefix(mark)
    return "json" if start.lstrip()[:1] in (b"[", b"{") else "csv"


def _is_workbook(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            return any(member.startswith("xl/") for member in package.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def read_list(data: bytes, name: str, review: Review | None) -> Matrix:
    """Read OHCHR's Word list, an export of the Universal Human Rights Index, or a spreadsheet.

    `review` says whose recommendations are meant, where a file holds those of many.

    Raises BadFile (place: `name`) if the file is unsound or holds no such recommendations.
    """
    kind = kind_of_list(data, name)
    if kind == "docx":
        return read_matrix(data, name)
    if kind == "json":
        return read_uhri_json(data, name, _needed(review, name))
    sheets = sheets_of_xlsx(data, name) if kind == "xlsx" else [sheet_of_csv(data, name)]
    sheets = [sheet for sheet in sheets if sheet.lines]
    for sheet in sheets:
        if is_uhri(sheet.lines[0]):
            return read_uhri_sheet(sheet, name, _needed(review, name))
    for sheet in sheets:
        if any(columns_of(_row(line)) for line in sheet.lines[:_HEADING_ROWS]):
            others = [other for other in sheets if other is not sheet]
            return _read_sheet(sheet, others, name)
    if PurePath(name).suffix.casefold() in (".docx", ".doc"):
        inspect_docx(data, name)  # says that it is none
    raise BadFile(
        _(
            "This file holds no list of recommendations: no row has the heading “Recommendation” "
            "beside others. Use the template, OHCHR's Word list, or an export of the index."
        ),
        place=name,
    )


def _needed(review: Review | None, name: str) -> Review:
    if review is None:
        raise BadFile(_("Choose first into which cycle this file goes."), place=name)
    return review


def _read_sheet(sheet: Sheet, others: list[Sheet], name: str) -> Matrix:
    """A spreadsheet with a recommendation a row: the template, or the same columns elsewhere."""
    reading = Reading()
    reading.read(tuple(map(_row, sheet.lines)))
    _refuse_numbers(sheet, reading, name)
    for other in others:
        reason = _(
            "The sheet “%(name)s” is not read: “%(text)s”",
            name=other.name,
            text=short(" | ".join(filter(None, other.lines[0].texts))),
        )
        reading.doubt(None, "", reason)
    reading.conclude()
    titles = [row.texts[0] for row in reading.above if names_a_review(row.texts[0])]
    return finished(reading, name, header=titles[0] if titles else "")


def _row(line: Line) -> Row:
    return Row(line.number, tuple(Cell(at, at + 1, text) for at, text in enumerate(line.texts)))


def _refuse_numbers(sheet: Sheet, reading: Reading, name: str) -> None:
    columns = reading.columns
    if columns is None:
        return
    places = {columns.at[kind] for kind in ("number", "recommendation") if kind in columns.at}
    cells = [address(row, at) for row, at in sorted(sheet.numbers) if at in places]
    if cells:
        named = ", ".join(cells[:_CELLS_NAMED]) + (" …" if len(cells) > _CELLS_NAMED else "")
        raise BadFile(
            _(
                "%(cells)s: the number of a recommendation stands there as a calculating number, "
                "and 140.10 cannot be told from 140.1. Format the column as text, write the "
                "numbers again and save.",
                cells=named,
            ),
            place=name,
        )
