"""Building the body of a Word file: paragraphs in styles, links, endnotes, comments, tables.

Written as text: a report has hundreds of paragraphs, and a library that builds a tree of objects
takes most of the time of an export.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from nmrf.files.word_xml import fit_for_xml
from nmrf.reports.inline import NOTE_MARK, Run, to_runs
from nmrf.reports.word_styles import DECLARATION, NAMESPACES, PARAGRAPHS_LIST

# A line inside a paragraph that is a point of its own: "(a) …", "(ii) …", "• …".
_SUB_ITEM = re.compile(r"\((?:[^\W\d_]{1,4}|\d{1,2})\)\s|[•▪–]\s")
_INITIALS = 3


@dataclass(frozen=True)
class CommentForWord:
    """A native Word comment. `author` is what may be shown; `date` is aware."""

    author: str
    date: datetime
    text: str


@dataclass(frozen=True)
class Section:
    """Pages of one look. `end` counts the parts of the body up to the end of the section."""

    end: int
    columns: int = 1
    landscape: bool = False


class Body:
    """The body of a document, with what its relationships and other parts must hold.

    `notes` maps the number in a mark such as `[^3]` to the source text of that note; a mark
    without a note is written as a raised number.
    """

    def __init__(self, notes: Mapping[str, str] | None = None) -> None:
        self.parts: list[str] = []
        self.links: dict[str, str] = {}
        self.endnotes: list[str] = []
        self.comments: list[CommentForWord] = []
        self.starts: list[int] = []
        self.sections: list[Section] = []
        self._notes = notes or {}
        self._next_number = 1
        self._list = PARAGRAPHS_LIST

    def paragraph(
        self, style: str, text: str, *, comments: Iterable[CommentForWord] = (), lead: str = ""
    ) -> None:
        """Append a paragraph of source text; lines that are points become paragraphs.

        `lead` is a typed label, set off by a tab.
        """
        self.parts.append(self._written(style, text, comments=comments, lead=lead))

    def numbered(self, number: int, text: str, *, comments: Iterable[CommentForWord] = ()) -> None:
        """Append a paragraph that Word numbers; the count begins anew where `number` jumps."""
        if number != self._next_number:
            self.starts.append(number)
            self._list = PARAGRAPHS_LIST + len(self.starts)
        self._next_number = number + 1
        place = ""
        if self._list != PARAGRAPHS_LIST:
            place = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{self._list}"/></w:numPr>'
        self.parts.append(
            self._written("NumberedParagraph", text, comments=comments, numbering=place)
        )

    def bare(self, style: str, text: str) -> None:
        """Append a paragraph of bare text, such as a title: no markup is read in it."""
        self.parts.append(_p(style, _run(_letters(fit_for_xml(text)))))

    def heading(
        self, level: int, text: str, label: str = "", *, comments: Iterable[CommentForWord] = ()
    ) -> None:
        """Append a heading, level 1 to 3; without a label Word numbers it I., A., 1."""
        before, after = self._remarks(comments)
        # No markup is read in a heading, but it may bear the mark of a note.
        words = self._pieces(fit_for_xml(text), "")
        style = f"Heading{level}{'Typed' if label else ''}"
        self.parts.append(_p(style, f"{before}{_tabbed(label)}{words}{after}"))

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        widths: Sequence[int],
        *,
        rtl: bool,
    ) -> None:
        """Append a table of source texts; the first row is repeated on each page."""
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        self.parts.append(
            '<w:tbl><w:tblPr><w:tblStyle w:val="PositionTable"/>'
            f'{"<w:bidiVisual/>" if rtl else ""}<w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
        )
        for place, row in enumerate([head, *rows]):
            style, header = ("TableText", "") if place else ("TableHead", "<w:tblHeader/>")
            cells = "".join(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
                f"{self._written(style, text)}</w:tc>"
                for width, text in zip(widths, row, strict=True)
            )
            self.parts.append(f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{cells}</w:tr>")
        # Word wants a paragraph after a table.
        self.parts.append(f"</w:tbl>{_p('BodyText', '')}")

    def end_section(self, *, columns: int = 1, landscape: bool = False) -> None:
        """Say how the pages look that hold what was written since the last section."""
        self.sections.append(Section(len(self.parts), columns, landscape))

    def _written(
        self,
        style: str,
        text: str,
        *,
        comments: Iterable[CommentForWord] = (),
        lead: str = "",
        numbering: str = "",
    ) -> str:
        first, *points = _points(fit_for_xml(text))
        before, after = self._remarks(comments)
        written = _p(
            style, f"{before}{_tabbed(lead)}{self._runs(to_runs(first))}{after}", numbering
        )
        return written + "".join(_p("SubItem", self._runs(to_runs(point))) for point in points)

    def _runs(self, runs: Iterable[Run]) -> str:
        written = []
        for run in runs:
            style = (
                ("Hyperlink" if run.href else "")
                + ("Strong" if run.bold else "")
                + ("Emphasis" if run.italic else "")
            )
            words = self._pieces(run.text, style)
            if run.href:
                key = self.links.setdefault(run.href, f"link{len(self.links)}")
                words = f'<w:hyperlink r:id="{key}">{words}</w:hyperlink>'
            written.append(words)
        return "".join(written)

    def _pieces(self, text: str, style: str) -> str:
        """Words in one look, with the marks of notes among them."""
        if "[^" not in text:
            return _run(_letters(text), style)
        pieces = NOTE_MARK.split(text)
        return "".join(
            self._note(piece) if position % 2 else _run(_letters(piece), style)
            for position, piece in enumerate(pieces)
            if piece
        )

    def _note(self, number: str) -> str:
        if number not in self._notes:
            return _run(_letters(number), "EndnoteReference")
        self.endnotes.append(self._notes[number])
        return _run(f'<w:endnoteReference w:id="{len(self.endnotes)}"/>', "EndnoteReference")

    def _remarks(self, comments: Iterable[CommentForWord]) -> tuple[str, str]:
        """What stands before and after the words that are commented on."""
        first = len(self.comments)
        self.comments += comments
        if first == len(self.comments):
            return "", ""
        ids = range(first, len(self.comments))
        before = "".join(f'<w:commentRangeStart w:id="{n}"/>' for n in ids)
        after = "".join(
            f'<w:commentRangeEnd w:id="{n}"/>'
            + _run(f'<w:commentReference w:id="{n}"/>', "CommentReference")
            for n in ids
        )
        return before, after

    def comments_xml(self) -> str:
        """word/comments.xml."""
        entries = []
        for number, comment in enumerate(self.comments):
            author = fit_for_xml(comment.author)
            initials = "".join(word[0] for word in author.split())[:_INITIALS]
            lines = "".join(
                _p("CommentText", _run(_letters(line)))
                for line in fit_for_xml(comment.text).split("\n")
            )
            entries.append(
                f'<w:comment w:id="{number}" w:author={quoteattr(author)}'
                f' w:date="{utc_stamp(comment.date)}" w:initials={quoteattr(initials)}>'
                f"{lines}</w:comment>"
            )
        return f"{DECLARATION}<w:comments {NAMESPACES}>{''.join(entries)}</w:comments>"

    def endnotes_xml(self) -> str:
        """word/endnotes.xml; the first two are the lines that Word draws above notes."""
        written = [
            f'<w:endnote w:type="{kind}" w:id="{note_id}"><w:p><w:r><w:{kind}/></w:r></w:p>'
            "</w:endnote>"
            for note_id, kind in (("-1", "separator"), ("0", "continuationSeparator"))
        ]
        mark = _run("<w:endnoteRef/>", "EndnoteReference") + _run(_letters(" "))
        for number, text in enumerate(self.endnotes, start=1):
            words = self._runs(to_runs(fit_for_xml(NOTE_MARK.sub("", text))))
            written.append(
                f'<w:endnote w:id="{number}">{_p("EndnoteText", mark + words)}</w:endnote>'
            )
        return f"{DECLARATION}<w:endnotes {NAMESPACES}>{''.join(written)}</w:endnotes>"


def _points(text: str) -> list[str]:
    """The first lines, and each line that is a point with what follows it."""
    if "\n" not in text:
        return [text]
    groups: list[str] = []
    for line in text.split("\n"):
        if groups and not _SUB_ITEM.match(line):
            groups[-1] += f"\n{line}"
        else:
            groups.append(line)
    return groups


def _p(style: str, content: str, numbering: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{numbering}</w:pPr>{content}</w:p>'


def _run(content: str, style: str = "") -> str:
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f"<w:r>{look}{content}</w:r>"


def _tabbed(label: str) -> str:
    """A typed label and the tab behind it; nothing for none."""
    return _run(f"{_letters(fit_for_xml(label))}<w:tab/>") if label else ""


def _letters(text: str) -> str:
    """Words of one run; a line break is a newline."""
    lines = escape(text).split("\n")
    return "<w:br/>".join(
        f'<w:t xml:space="preserve">{line}</w:t>' if line else "" for line in lines
    )


def utc_stamp(moment: datetime) -> str:
    """A moment as Word writes it: 2026-11-20T13:30:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
