"""Building the body of a Word file: paragraphs in styles, links, endnotes, comments, tables.

Written with lxml: python-docx takes seconds for the comments of one consultation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from nmrf.files.word_xml import XML_SPACE, Element, R, W, fit_for_xml, sub, w
from nmrf.reports.inline import NOTE_MARK, Run, to_runs
from nmrf.reports.word_styles import PARAGRAPHS_LIST

_P, _PPR, _PSTYLE, _R, _RPR, _RSTYLE, _T, _BR = (
    w(name) for name in ("p", "pPr", "pStyle", "r", "rPr", "rStyle", "t", "br")
)
_VAL, _ID = w("val"), w("id")
# A line inside a paragraph that is a point of its own: "(a) …", "(ii) …", "• …".
_SUB_ITEM = re.compile(r"\((?:[^\W\d_]{1,4}|\d{1,2})\)\s|[•▪–]\s")
_INITIALS = 3


@dataclass(frozen=True)
class CommentForWord:
    """A native Word comment. `author` is what may be shown; `date` is aware."""

    author: str
    date: datetime
    text: str


class Body:
    """The body of a document, with what its relationships and other parts must hold.

    `notes` maps the number in a mark such as `[^3]` to the source text of that note; a mark
    without a note is written as a raised number.
    """

    def __init__(self, notes: Mapping[str, str] | None = None) -> None:
        self.document = etree.Element(w("document"), nsmap={"w": W, "r": R})
        self.element = sub(self.document, "body")
        self.links: dict[str, str] = {}
        self.endnotes: list[str] = []
        self.comments: list[CommentForWord] = []
        self.starts: list[int] = []
        self._notes = notes or {}
        self._next_number = 1
        self._list = PARAGRAPHS_LIST

    def paragraph(
        self,
        style: str,
        text: str,
        *,
        comments: Iterable[CommentForWord] = (),
        lead: str = "",
        parent: Element | None = None,
    ) -> None:
        """Append a paragraph of source text; lines that are points become paragraphs.

        `lead` is a typed label, set off by a tab.
        """
        place = self.element if parent is None else parent
        lines = text.split("\n")
        start = 0
        groups = []
        for position in range(1, len(lines) + 1):
            if position == len(lines) or _SUB_ITEM.match(lines[position]):
                groups.append("\n".join(lines[start:position]))
                start = position
        for number, group in enumerate(groups):
            p = self._open(place, style if number == 0 else "SubItem")
            kept = list(comments) if number == 0 else []
            ids = [self._comment_start(p, comment) for comment in kept]
            if number == 0 and lead:
                self._tab(p, lead)
            self._write(p, to_runs(fit_for_xml(group)))
            for comment_id in ids:
                self._comment_end(p, comment_id)

    def numbered(self, number: int, text: str, *, comments: Iterable[CommentForWord] = ()) -> None:
        """Append a paragraph that Word numbers; the count begins anew where `number` jumps."""
        if number != self._next_number:
            self.starts.append(number)
            self._list = PARAGRAPHS_LIST + len(self.starts)
        self._next_number = number + 1
        first = len(self.element)
        self.paragraph("NumberedParagraph", text, comments=comments)
        if self._list != PARAGRAPHS_LIST:
            numbering = sub(self.element[first].find(_PPR), "numPr")
            sub(numbering, "ilvl", val="0")
            sub(numbering, "numId", val=str(self._list))

    def bare(self, style: str, text: str) -> None:
        """Append a paragraph of bare text, such as a title: no markup is read in it."""
        p = self._open(self.element, style)
        self._letters(self._run(p), fit_for_xml(text))

    def heading(
        self, level: int, text: str, label: str = "", *, comments: Iterable[CommentForWord] = ()
    ) -> None:
        """Append a heading, level 1 to 3; without a label Word numbers it I., A., 1."""
        p = self._open(self.element, f"Heading{level}{'Typed' if label else ''}")
        ids = [self._comment_start(p, comment) for comment in comments]
        if label:
            self._tab(p, label)
        self._letters(self._run(p), fit_for_xml(text))
        for comment_id in ids:
            self._comment_end(p, comment_id)

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[int],
        *,
        rtl: bool,
    ) -> None:
        """Append a table of source texts; the first row is repeated on each page."""
        table = sub(self.element, "tbl")
        properties = sub(table, "tblPr")
        sub(properties, "tblStyle", val="PositionTable")
        if rtl:
            sub(properties, "bidiVisual")
        sub(properties, "tblW", w=str(sum(widths)), type="dxa")
        sub(properties, "tblLayout", type="fixed")
        grid = sub(table, "tblGrid")
        for width in widths:
            sub(grid, "gridCol", w=str(width))
        for place, row in enumerate([head, *rows]):
            line = sub(table, "tr")
            row_properties = sub(line, "trPr")
            sub(row_properties, "cantSplit")
            if place == 0:
                sub(row_properties, "tblHeader")
            for width, text in zip(widths, row, strict=True):
                cell = sub(line, "tc")
                sub(sub(cell, "tcPr"), "tcW", w=str(width), type="dxa")
                self.paragraph("TableText" if place else "TableHead", text, parent=cell)
        # Word wants a paragraph after a table.
        self._open(self.element, "BodyText")

    def endnote_paragraph(self, parent: Element, text: str) -> None:
        """Write the text of an endnote into word/endnotes.xml."""
        p = self._open(parent, "EndnoteText")
        run = self._run(p, "EndnoteReference")
        sub(run, "endnoteRef")
        self._letters(self._run(p), " ")
        self._write(p, to_runs(fit_for_xml(NOTE_MARK.sub("", text))))

    def _open(self, parent: Element, style: str) -> Element:
        p = etree.SubElement(parent, _P)
        etree.SubElement(etree.SubElement(p, _PPR), _PSTYLE).set(_VAL, style)
        return p

    def _tab(self, p: Element, label: str) -> None:
        run = self._run(p)
        self._letters(run, fit_for_xml(label))
        sub(run, "tab")

    def _write(self, p: Element, runs: Iterable[Run]) -> None:
        for run in runs:
            place = p
            if run.href:
                place = etree.SubElement(p, w("hyperlink"))
                place.set(f"{{{R}}}id", self.links.setdefault(run.href, f"link{len(self.links)}"))
            style = (
                ("Hyperlink" if run.href else "")
                + ("Strong" if run.bold else "")
                + ("Emphasis" if run.italic else "")
            )
            pieces = NOTE_MARK.split(run.text)
            for position, piece in enumerate(pieces):
                if position % 2:
                    self._note(place, piece)
                elif piece:
                    self._letters(self._run(place, style), piece)

    def _note(self, place: Element, number: str) -> None:
        run = self._run(place, "EndnoteReference")
        if number in self._notes:
            self.endnotes.append(self._notes[number])
            sub(run, "endnoteReference", id=str(len(self.endnotes)))
        else:
            self._letters(run, number)

    @staticmethod
    def _run(place: Element, style: str = "") -> Element:
        run = etree.SubElement(place, _R)
        if style:
            etree.SubElement(etree.SubElement(run, _RPR), _RSTYLE).set(_VAL, style)
        return run

    @staticmethod
    def _letters(run: Element, text: str) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                etree.SubElement(run, _BR)
            if line:
                written = etree.SubElement(run, _T)
                written.text = line
                if line[0].isspace() or line[-1].isspace():
                    written.set(XML_SPACE, "preserve")

    def _comment_start(self, p: Element, comment: CommentForWord) -> str:
        comment_id = str(len(self.comments))
        self.comments.append(comment)
        sub(p, "commentRangeStart", id=comment_id)
        return comment_id

    def _comment_end(self, p: Element, comment_id: str) -> None:
        sub(p, "commentRangeEnd", id=comment_id)
        sub(self._run(p, "CommentReference"), "commentReference", id=comment_id)

    def comments_xml(self) -> bytes:
        """word/comments.xml."""
        root = etree.Element(w("comments"), nsmap={"w": W})
        for number, comment in enumerate(self.comments):
            author = fit_for_xml(comment.author)
            entry = etree.SubElement(root, w("comment"))
            entry.set(_ID, str(number))
            entry.set(w("author"), author)
            entry.set(w("date"), utc_stamp(comment.date))
            entry.set(w("initials"), "".join(word[0] for word in author.split())[:_INITIALS])
            for line in fit_for_xml(comment.text).split("\n"):
                self._letters(self._run(self._open(entry, "CommentText")), line)
        return serialised(root)

    def endnotes_xml(self) -> bytes:
        """word/endnotes.xml; the first two are the lines that Word draws above notes."""
        root = etree.Element(w("endnotes"), nsmap={"w": W, "r": R})
        for note_id, kind in (("-1", "separator"), ("0", "continuationSeparator")):
            line = sub(root, "endnote", type=kind, id=note_id)
            sub(sub(sub(line, "p"), "r"), kind)
        for number, text in enumerate(self.endnotes, start=1):
            self.endnote_paragraph(sub(root, "endnote", id=str(number)), text)
        return serialised(root)


def utc_stamp(moment: datetime) -> str:
    """A moment as Word writes it: 2026-11-20T13:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def serialised(root: Element) -> bytes:
    """The bytes of an XML part."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
