"""Spreadsheets: how those are read that people fill in or export, and how ours begin.

A number in a cell has lost what was written: 140.10 is stored as 140.1. So cells that hold
numbers are remembered.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.checks import inspect_xlsx
from nmrf.files.word_xml import fit_for_xml

if TYPE_CHECKING:
    from xlsxwriter import Workbook

LONGEST_CELL = 32_767  # characters that Excel keeps in a cell
MOST_ROWS = 50_000
MOST_COLUMNS = 200

_PLACE = re.compile(rb"""[\s<]r\s*=\s*["']([A-Za-z]{1,3})?(\d{1,7})["']""")
_WORKSHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
# What a spreadsheet would calculate is written with this mark before it.
_MARKED = re.compile(r"'(?=[=+\-@\t\r])")
_BYTE_ORDERS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Line(NamedTuple):
    """A row that holds something; `number` is that of the screen, from 1."""

    number: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that hold something."""

    name: str
    lines: tuple[Line, ...]
    numbers: frozenset[tuple[int, int]]
    """Row and column (from 0) of the cells that hold a number with a fraction."""


def sheets_of_xlsx(data: bytes, name: str, *, most_rows: int = MOST_ROWS) -> list[Sheet]:
    """The sheets of an Excel workbook.

    Raises BadFile (place: `name`) if the file is unsound, or reaches over more than `most_rows`.
    """
    from python_calamine import CalamineError, CalamineWorkbook, load_workbook

    inspect_xlsx(data, name)
    _check_extent(data, name, most_rows)
    try:
        book: CalamineWorkbook = load_workbook(io.BytesIO(data))
        return [
            _sheet(title, book.get_sheet_by_name(title).to_python(skip_empty_area=False))
            for title in book.sheet_names
        ]
    except (CalamineError, ValueError, OSError) as fault:
        raise BadFile(
            _("This file is damaged and cannot be read. Open it in its program and save it again."),
            place=name,
        ) from fault


def sheet_of_csv(data: bytes, name: str) -> Sheet:
    """A CSV file with commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252.

    Raises BadFile (place: `name`) if it is no text.
    """
    text = text_of(data, name)
    first = text.lstrip("\n\r").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as fault:
        raise BadFile(
            _("This CSV file cannot be read: %(fault)s.", fault=fault), place=name
        ) from fault
    if len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows):
        raise _too_large(name, MOST_ROWS)
    return _sheet("", rows)


def text_of(data: bytes, name: str) -> str:
    """The text of a file in one of the usual encodings. Raises BadFile if it is none."""
    encodings = [encoding for mark, encoding in _BYTE_ORDERS if data.startswith(mark)]
    for encoding in encodings or ["utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise BadFile(_("This file is no text that can be read. Save it as UTF-8."), place=name)


def address(row: int, column: int) -> str:
    """The name of a cell: row 5 and column 0 are "A5"."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def new_workbook(out: io.BytesIO, created: datetime | None = None) -> Workbook:
    """An Excel workbook that evaluates nothing which is written into it; the caller closes it.

    `created` is the moment that the file names as its making.
    """
    from xlsxwriter import Workbook

    off = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = Workbook(out, {"in_memory": True, **dict.fromkeys(off, False)})
    if created is not None:
        book.set_properties({"created": created.replace(tzinfo=None)})
    return book


def _check_extent(data: bytes, name: str, most_rows: int) -> None:
    """One cell far out would make the reader set aside memory for all between."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for member in filter(_WORKSHEET.fullmatch, package.namelist()):
            places = _PLACE.findall(package.read(member))
            columns, rows = {column for column, _row in places}, {row for _column, row in places}
            if max(map(int, rows), default=0) > most_rows:
                raise _too_large(name, most_rows)
            if max(map(_column_number, columns), default=0) > MOST_COLUMNS:
                raise _too_large(name, most_rows)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(name: str, most_rows: int) -> BadFile:
    return BadFile(
        _(
            "This sheet reaches over %(rows)s rows or %(columns)s columns. Leave only what is "
            "asked for in it.",
            rows=most_rows,
            columns=MOST_COLUMNS,
        ),
        place=name,
    )


def _sheet(title: str, rows: Iterable[list[Any]]) -> Sheet:
    lines: list[Line] = []
    numbers: set[tuple[int, int]] = set()
    for number, row in enumerate(rows, 1):
        texts = tuple(map(_text, row))
        if any(texts):
            lines.append(Line(number, texts))
            numbers.update((number, at) for at, value in enumerate(row) if _has_fraction(value))
    return Sheet(title, tuple(lines), frozenset(numbers))


def _has_fraction(value: Any) -> bool:
    return isinstance(value, float) and not value.is_integer()


def _text(value: Any) -> str:
    if isinstance(value, str):
        text = (
            fit_for_xml(value)
            .replace("\r\n", "\n")
            .replace("\r", "\n")
            .replace("\u00a0", " ")
            .strip()
        )
        return _MARKED.sub("", text, count=1) if text.startswith("'") else text
    if value is None or value is False:
        return ""
    if value is True:  # a ticked box
        return "yes"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
