"""The paragraphs of a Word file as a reader sees them, and what a text cannot keep.

Tracked insertions are taken and deletions left out; tables, pictures, text boxes and notes are
noted with their place, so that nothing goes missing unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from lxml import etree

from nmrf.files.word_numbers import Label, ListNumbers, Styles
from nmrf.files.word_xml import Element, R, is_on, value, w
from nmrf.reports.inline import Run

if TYPE_CHECKING:
    from docx.document import Document

FindingKind = Literal[
    "table", "picture", "text box", "formula", "contents", "inserted", "deleted", "embedded"
]

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = {
    w(name) for name in ("smartTag", "customXml", "fldSimple", "dir", "bdo", "ins", "moveTo")
}
_LEFT_OUT = {w(name) for name in ("del", "moveFrom")}
_LETTERS = {w("t"): None, w("tab"): "\t", w("cr"): "\n", w("noBreakHyphen"): "\u2011"}
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_LINK_FIELD = re.compile(r'HYPERLINK\s+"([^"]+)"')


@dataclass
class SourceParagraph:
    """One paragraph (or table) of the file. `index` counts the file's paragraphs from 0."""

    index: int
    style: str
    outline: int | None
    label: Label | None
    runs: list[Run]
    is_bold: bool = False
    is_table: bool = False

    @property
    def text(self) -> str:
        """The bare words, in one line unless the paragraph has line breaks."""
        return "".join(run.text for run in self.runs).replace("\t", " ").strip()


@dataclass(frozen=True)
class Finding:
    """Something that a text cannot keep as it was."""

    kind: FindingKind
    index: int
    detail: str = ""


@dataclass
class Source:
    """All that was read."""

    paragraphs: list[SourceParagraph] = field(default_factory=list)
    notes: list[tuple[int, list[Run]]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_source(document: Document) -> Source:
    """Read body and notes of an open Word file, in document order."""
    return _Reader(document).read()


class _Reader:
    def __init__(self, document: Document) -> None:
        self._part = document.part
        self._body = document.element.body
        self._styles = Styles(document.styles.element)
        numbering = self._related("numbering")
        self._lists = ListNumbers(numbering, self._styles)
        self._note_parts = {
            "footnote": self._related("footnotes"),
            "endnote": self._related("endnotes"),
        }
        self._index = -1
        self._pending: list[Run] = []
        self._source = Source()

    def _related(self, kind: str) -> Element | None:
        for relation in self._part.rels.values():
            if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                part = relation.target_part
                element = getattr(part, "element", None)
                if element is not None:
                    return element
                return etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False))
        return None

    def read(self) -> Source:
        self._source.paragraphs = list(self._blocks(self._body))
        return self._source

    def _find(self, kind: FindingKind, detail: str = "") -> None:
        self._source.findings.append(Finding(kind, max(self._index, 0), detail))

    # Blocks

    def _blocks(self, parent: Element) -> Iterator[SourceParagraph]:
        for child in parent:
            if child.tag == w("p"):
                paragraph = self._paragraph(child)
                if paragraph is not None:
                    yield paragraph
            elif child.tag == w("tbl"):
                yield from self._table(child)
            elif child.tag == w("sdt"):
                gallery = child.find(f"{w('sdtPr')}/{w('docPartObj')}")
                content = child.find(w("sdtContent"))
                if (value(gallery, "docPartGallery") or "") == "Table of Contents":
                    self._find("contents")
                elif content is not None:
                    yield from self._blocks(content)
            elif child.tag in _WRAPPERS:
                yield from self._blocks(child)
            elif child.tag == w("altChunk"):
                self._find("embedded")

    def _paragraph(self, p: Element) -> SourceParagraph | None:
        self._index += 1
        label = self._lists.label(p)
        runs = self._pending + self._runs(p)
        self._pending = []
        properties = p.find(w("pPr"))
        mark = None if properties is None else properties.find(w("rPr"))
        if mark is not None and any(mark.find(tag) is not None for tag in _LEFT_OUT):
            # The mark at the end was deleted: Word runs this paragraph into the next one.
            self._pending = runs
            return None
        style_id = self._styles.of(p)
        bold_style = self._from_style(style_id, "rPr", "b")
        lettered = [run for run in runs if run.text.strip()]
        if not lettered:
            return None
        name = self._styles.name(style_id)
        if re.match(r"toc( heading| \d)", name):
            if not any(finding.kind == "contents" for finding in self._source.findings):
                self._find("contents")
            return None
        return SourceParagraph(
            index=self._index,
            style=name,
            outline=self._outline(properties, style_id),
            label=label,
            runs=runs,
            is_bold=bool(bold_style) or all(run.bold for run in lettered),
        )

    def _outline(self, properties: Element | None, style_id: str | None) -> int | None:
        level = value(properties, "outlineLvl")
        for style in self._styles.chain(style_id):
            if level is None:
                level = value(style.find(w("pPr")), "outlineLvl")
        return int(level) if level is not None and int(level) < 9 else None

    def _from_style(self, style_id: str | None, group: str, switch: str) -> bool | None:
        for style in self._styles.chain(style_id):
            if (on := is_on(style.find(w(group)), switch)) is not None:
                return on
        return None

    def _table(self, table: Element) -> Iterator[SourceParagraph]:
        rows = [
            row for row in table.findall(w("tr")) if row.find(f"{w('trPr')}/{w('del')}") is None
        ]
        cells = [row.findall(w("tc")) for row in rows]
        if all(len(row) <= 1 for row in cells):
            # A frame around text, not a table.
            for row in cells:
                for cell in row:
                    yield from self._blocks(cell)
            return
        first = self._index + 1
        lines = []
        for row in cells:
            shown = []
            for cell in row:
                inside = list(self._blocks(cell))
                shown.append(" ".join(paragraph.text for paragraph in inside))
            lines.append(" | ".join(shown))
        columns = max(len(row) for row in cells)
        self._source.findings.append(Finding("table", first, f"{len(rows)} × {columns}"))
        text = "\n".join(line for line in lines if line.strip(" |"))
        if text:
            yield SourceParagraph(first, "", None, None, [Run(text)], is_table=True)

    # Inside a paragraph

    def _runs(self, p: Element) -> list[Run]:
        inline = _Inline(self)
        inline.walk(p, "")
        return inline.runs

    def relation_target(self, element: Element) -> str:
        relation = self._part.rels.get(element.get(f"{{{R}}}id", ""))
        return relation.target_ref if relation is not None and relation.is_external else ""

    def style_switch(self, style_id: str | None, switch: str) -> bool:
        return bool(self._from_style(style_id, "rPr", switch))

    def note(self, kind: str, note_id: str) -> str:
        """Keep the text of a note; returns its mark, numbered in order of appearance."""
        part = self._note_parts.get(kind)
        for note in [] if part is None else part.findall(w(kind)):
            if note.get(w("id")) == note_id:
                runs: list[Run] = []
                for p in note.iter(w("p")):
                    runs += [*([Run("\n")] if runs else []), *self._runs(p)]
                self._source.notes.append((max(self._index, 0), runs))
                return f"[^{len(self._source.notes)}]"
        return ""

    find = _find


class _Inline:
    """Walks the inside of one paragraph and keeps its runs."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader
        self.runs: list[Run] = []
        self._field_code: list[str] | None = None
        self._field_links: list[str] = []

    def walk(self, parent: Element, href: str) -> None:
        for child in parent:
            tag = child.tag
            if tag == w("r"):
                self._run(child, href)
            elif tag == w("hyperlink"):
                self.walk(child, self._reader.relation_target(child) or href)
            elif tag in _LEFT_OUT:
                self._reader.find("deleted")
            elif tag in _WRAPPERS:
                if tag in {w("ins"), w("moveTo")}:
                    self._reader.find("inserted")
                self.walk(child, href)
            elif tag == w("sdt"):
                content = child.find(w("sdtContent"))
                if content is not None:
                    self.walk(content, href)
            elif isinstance(tag, str) and tag.startswith(_MATH):
                text = "".join(child.itertext(f"{_MATH}t"))
                self._reader.find("formula", text)
                self.runs.append(Run(text))

    def _run(self, run: Element, href: str) -> None:
        look = run.find(w("rPr"))
        if is_on(look, "vanish"):
            return
        style = value(look, "rStyle")
        bold = is_on(look, "b")
        italic = is_on(look, "i")
        bold = self._reader.style_switch(style, "b") if bold is None else bold
        italic = self._reader.style_switch(style, "i") if italic is None else italic
        for child in run:
            text = self._letters(child)
            if text:
                link = href or next((link for link in self._field_links[::-1] if link), "")
                self.runs.append(Run(text, bold, italic, link))

    def _letters(self, child: Element) -> str:
        tag = child.tag
        if tag in _LETTERS:
            return (_LETTERS[tag] or child.text or "") if tag == w("t") else _LETTERS[tag] or ""
        if tag == w("br"):
            return "\n" if child.get(w("type"), "textWrapping") == "textWrapping" else ""
        if tag in _NOTES:
            return self._reader.note(_NOTES[tag], child.get(w("id"), ""))
        if tag == w("fldChar"):
            self._field(child.get(w("fldCharType"), ""))
        elif tag == w("instrText") and self._field_code is not None:
            self._field_code.append(child.text or "")
        elif tag == f"{_ALTERNATE}AlternateContent":
            choice = child.find(f"{_ALTERNATE}Choice")
            for inside in [] if choice is None else choice:
                self._object(inside)
        elif tag in {w("drawing"), w("pict"), w("object")}:
            self._object(child)
        return ""

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._field_code = []
        elif kind == "separate":
            code = _LINK_FIELD.search("".join(self._field_code or []))
            self._field_links.append(code[1] if code else "")
            self._field_code = None
        elif kind == "end":
            if self._field_code is None and self._field_links:
                self._field_links.pop()
            self._field_code = None

    def _object(self, element: Element) -> None:
        boxes = [
            " ".join("".join(p.itertext(w("t"))) for p in box.iter(w("p")))
            for box in element.iter(w("txbxContent"))
        ]
        for text in boxes:
            self._reader.find("text box", text.strip())
        is_line = element.tag == w("pict") and not any(
            "imagedata" in str(part.tag) for part in element.iter()
        )
        if not boxes and not is_line:
            self._reader.find("picture")
