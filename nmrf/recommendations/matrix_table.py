"""The table of an OHCHR matrix as plain text, read straight from the XML of the Word file.

python-docx builds an object for every cell anew and repeats merged ones; a list of 350
recommendations takes it seconds.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from lxml import etree

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.checks import inspect_docx, parser_of_strangers
from nmrf.files.word_numbers import ListNumbers, Styles

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BODY, _P, _TBL, _TR, _TC, _T = (f"{_W}{tag}" for tag in ("body", "p", "tbl", "tr", "tc", "t"))
_WRAPPERS = frozenset(f"{_W}{tag}" for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo"))
# Deleted and moved text is gone for the reader; a text box is no part of the line it hangs on.
_UNREAD = frozenset(
    [f"{_W}{tag}" for tag in ("del", "moveFrom", "rPr", "pPr", "drawing", "pict", "object")]
    + ["{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"]
)
_BREAKS = {
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}tab": " ",
    f"{_W}noBreakHyphen": "-",
}
_SPACES = re.compile(r"[^\S\n]+")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_MAIN = re.compile(r"word/document\d*\.xml")
_HEADER = re.compile(r"word/header\d*\.xml")
_NUMBERING = "word/numbering.xml"
_STYLES = "word/styles.xml"
_NO_STYLES = b'<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'


class Cell(NamedTuple):
    """`start` and `end` are columns of the table's grid, from 0; `end` is not included."""

    start: int
    end: int
    text: str
    goes_on: bool = False
    """The cell is the lower part of one that is merged downwards, and has the text of that."""


class Row(NamedTuple):
    """A row of a table."""

    number: int
    """From 1, counted through all tables of the file."""
    cells: tuple[Cell, ...]

    @property
    def texts(self) -> list[str]:
        return [cell.text for cell in self.cells if cell.text]


@dataclass(frozen=True, slots=True)
class TableFile:
    headers: tuple[str, ...]
    """The texts of the page headers."""
    before: tuple[str, ...]
    """Paragraphs before the first table."""
    outside: tuple[str, ...]
    """Paragraphs between and after the tables."""
    tables: tuple[tuple[Row, ...], ...]
    leads: tuple[tuple[str, ...], ...]
    """For each table the paragraphs between it and the one before."""


def read_tables(data: bytes, name: str) -> TableFile:
    """All tables of a Word file as text, with what stands around them.

    Raises BadFile (place: `name`) if the file is unsound.
    """
    inspect_docx(data, name)
    with zipfile.ZipFile(BytesIO(data)) as package:
        parts = package.namelist()
        body = _root(package.read(next(filter(_MAIN.fullmatch, parts))), name).find(_BODY)
        headers = [
            _Words(None).lines(_root(package.read(part), name))
            for part in parts
            if _HEADER.fullmatch(part)
        ]
        words = _Words(_lists(package, name))
    if body is None:
        raise BadFile(
            _("This file is damaged and cannot be read. Open it in its program and save it again."),
            place=name,
        )
    before: list[str] = []
    outside: list[str] = []
    tables: list[tuple[Row, ...]] = []
    leads: list[tuple[str, ...]] = []
    lead: list[str] = []
    rows = 0
    for block in _children(body, _P, _TBL):
        if block.tag == _P:
            if text := _tidy(words.text(block)):
                (outside if tables else before).append(text)
                lead.append(text)
        else:
            table = tuple(words.rows(block, rows))
            rows += len(table)
            tables.append(table)
            leads.append(tuple(lead))
            lead = []
    return TableFile(
        tuple(filter(None, headers)), tuple(before), tuple(outside), tuple(tables), tuple(leads)
    )


def _root(content: bytes, name: str) -> etree._Element:
    try:
        return etree.fromstring(content.replace(_STRICT, _TRANSITIONAL), parser_of_strangers())
    except etree.XMLSyntaxError as fault:
        raise BadFile(
            _("This file is damaged and cannot be read. Open it in its program and save it again."),
            place=name,
        ) from fault


def _children(parent: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """Children with these tags, also inside of content controls and tracked insertions."""
    for child in parent:
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, *tags)


def _lists(package: zipfile.ZipFile, name: str) -> ListNumbers | None:
    """What counts the automatic numbers of the file; None if it has none."""
    if _NUMBERING not in package.namelist():
        return None
    styles = package.read(_STYLES) if _STYLES in package.namelist() else _NO_STYLES
    return ListNumbers(_root(package.read(_NUMBERING), name), Styles(_root(styles, name)))


class _Words:
    """Texts of a part of the file, with the numbers that Word counts itself."""

    def __init__(self, lists: ListNumbers | None) -> None:
        self._counted = lists

    def rows(self, table: etree._Element, above: int) -> Iterator[Row]:
        """The rows of a table; a table that only frames another one is left out."""
        number = above
        upper: dict[int, str] = {}
        for row in _children(table, _TR):
            properties = row.find(f"{_W}trPr")
            if properties is not None and properties.find(f"{_W}del") is not None:
                continue
            framed = _framed(row)
            if framed is not None:
                for inner in self.rows(framed, number):
                    number = inner.number
                    yield inner
                continue
            number += 1
            column = 0
            if properties is not None:
                before = properties.find(f"{_W}gridBefore")
                column = _number(before, 0)
            cells = []
            for cell in _children(row, _TC):
                width, goes_on = _shape(cell)
                own = self.lines(cell)
                text = upper.get(column, "") if goes_on else own
                upper[column] = text
                cells.append(Cell(column, column + width, text, goes_on))
                column += width
            yield Row(number, tuple(cells))

    def lines(self, parent: etree._Element) -> str:
        """The paragraphs of a cell or page header, one a line; nested tables line by line."""
        found: list[str] = []
        for block in _children(parent, _P, _TBL):
            if block.tag == _P:
                found.append(self.text(block))
            else:
                for row in _children(block, _TR):
                    found.extend(self.lines(cell) for cell in _children(row, _TC))
        return _tidy("\n".join(found))

    def text(self, paragraph: etree._Element) -> str:
        """A paragraph as Word shows it; bullets are left out."""
        out: list[str] = []
        if self._counted is not None:
            label = self._counted.label(paragraph)
            if label is not None and label.kind != "bullet":
                out.append(f"{label.text} ")
        _gather(paragraph, out)
        return "".join(out)


def _framed(row: etree._Element) -> etree._Element | None:
    """The table that is all there is in a row of one cell."""
    cells = list(_children(row, _TC))
    if len(cells) != 1:
        return None
    blocks = list(_children(cells[0], _P, _TBL))
    tables = [block for block in blocks if block.tag == _TBL]
    alone = all(not "".join(block.itertext(_T)).strip() for block in blocks if block.tag == _P)
    return tables[0] if len(tables) == 1 and alone else None


def _shape(cell: etree._Element) -> tuple[int, bool]:
    properties = cell.find(f"{_W}tcPr")
    if properties is None:
        return 1, False
    merged = properties.find(f"{_W}vMerge")
    goes_on = merged is not None and merged.get(f"{_W}val") != "restart"
    return max(1, _number(properties.find(f"{_W}gridSpan"), 1)), goes_on


def _number(element: etree._Element | None, default: int) -> int:
    value = "" if element is None else element.get(f"{_W}val", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else default


def _gather(element: etree._Element, out: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag == _T:
            out.append(child.text or "")
        elif tag in _BREAKS:
            out.append(_BREAKS[tag])
        elif tag not in _UNREAD and isinstance(tag, str):
            _gather(child, out)


def _tidy(text: str) -> str:
    """Plain single spaces, no empty lines. Some files hold a literal "&nbsp;"."""
    plain = _UNSEEN.sub("", text).replace("&nbsp;", " ")
    lines = (_SPACES.sub(" ", line).strip() for line in plain.split("\n"))
    return "\n".join(line for line in lines if line)
