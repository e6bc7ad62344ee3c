"""The paragraphs of a Word file as a reader sees them, and what a text cannot keep.

Tracked insertions are taken and deletions left out. Tables and text boxes become text; pictures
and remarks in the margin are left out: each is told with its place, so that nothing goes missing
unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from lxml import etree

from nmrf.files.checks import parser_of_strangers
from nmrf.files.word_numbers import Label, ListNumbers, Styles
from nmrf.files.word_xml import Element, R, is_on, is_true, value, w
from nmrf.reports.inline import Run

if TYPE_CHECKING:
    from docx.document import Document

FindingKind = Literal[
    "table",
    "picture",
    "text box",
    "formula",
    "contents",
    "inserted",
    "deleted",
    "embedded",
    "remark",
]

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WRAPPERS = {
    w(name) for name in ("smartTag", "customXml", "fldSimple", "dir", "bdo", "ins", "moveTo")
}
_LEFT_OUT = {w(name) for name in ("del", "moveFrom")}
_LETTERS = {
    w("t"): None,
    w("tab"): "\t",
    w("ptab"): "\t",
    w("cr"): "\n",
    w("noBreakHyphen"): "\u2011",
}
_NOTES = {w("footnoteReference"): "footnote", w("endnoteReference"): "endnote"}
_LINK_FIELD = re.compile(r'HYPERLINK\s+"([^"]+)"')


def _symbol(element: Element) -> str:
    """A sign of a symbol font; those of Wingdings have no letter of their own."""
    code = int(element.get(w("char"), "0"), 16)
    return "•" if 0xE000 <= code <= 0xF8FF else chr(code) if code else ""


def _line_break(element: Element) -> str:
    return "\n" if element.get(w("type"), "textWrapping") == "textWrapping" else ""


def _ruby(element: Element) -> str:
    """The signs; the reading above them is left out."""
    base = element.find(w("rubyBase"))
    return "" if base is None else "".join(base.itertext(w("t")))


_SPELLED = {w("sym"): _symbol, w("br"): _line_break, w("ruby"): _ruby}


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
    is_box: bool = False

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
        # Notes are parts of their own: the same id leads elsewhere in each.
        self._relations: Mapping[str, Any] = document.part.rels
        self._styles = Styles(document.styles.element)
        numbering, _none = self._related("numbering")
        self._lists = ListNumbers(numbering, self._styles)
        self._notes = {
            (kind, note.get(w("id"))): (note, relations)
            for kind in ("footnote", "endnote")
            for part, relations in [self._related(f"{kind}s")]
            for note in ([] if part is None else part.findall(w(kind)))
        }
        self._index = -1
        self._pending: list[Run] = []
        self._boxes: list[Element] = []
        self._source = Source()

    def _related(self, kind: str) -> tuple[Element | None, Mapping[str, Any]]:
        """A part of the file and its relationships."""
        for relation in self._part.rels.values():
            if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                part = relation.target_part
                element = getattr(part, "element", None)
                if element is None:
                    element = etree.fromstring(part.blob, parser_of_strangers())
                return element, part.rels
        return None, {}

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
                yield from self._boxed()
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

    def _boxed(self) -> Iterator[SourceParagraph]:
        """What stands in the text boxes that hang on the paragraph just read."""
        boxes, self._boxes = self._boxes, []
        for box in boxes:
            inside = list(self._blocks(box))
            text = " ".join(paragraph.text for paragraph in inside)
            if text:
                self._source.findings.append(Finding("text box", inside[0].index, text))
            for paragraph in inside:
                yield replace(paragraph, outline=None, label=None, is_box=True)

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
            row for row in _inside(table, w("tr")) if row.find(f"{w('trPr')}/{w('del')}") is None
        ]
        cells = [list(_inside(row, w("tc"))) for row in rows]
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
        relation = self._relations.get(element.get(f"{{{R}}}id", ""))
        return relation.target_ref if relation is not None and relation.is_external else ""

    def style_switch(self, style_id: str | None, switch: str) -> bool:
        return bool(self._from_style(style_id, "rPr", switch))

    def note(self, kind: str, note_id: str) -> str:
        """Keep the text of a note; returns its mark, numbered in order of appearance."""
        note, relations = self._notes.get((kind, note_id), (None, {}))
        if note is None:
            return ""
        runs: list[Run] = []
        outer, self._relations = self._relations, relations
        for p in note.iter(w("p")):
            runs += [*([Run("\n")] if runs else []), *self._runs(p)]
        self._relations = outer
        self._source.notes.append((max(self._index, 0), runs))
        return f"[^{len(self._source.notes)}]"

    def box(self, content: Element) -> None:
        """Keep a text box until the paragraph that it hangs on is read."""
        self._boxes.append(content)

    find = _find


def _inside(parent: Element, tag: str) -> Iterator[Element]:
    """Rows of a table or cells of a row, also those in content controls and tracked changes."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag == w("sdt"):
            content = child.find(w("sdtContent"))
            yield from _inside(content, tag) if content is not None else ()
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)


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
        note = next((child for child in run if child.tag in _NOTES), None)
        if is_true(note, "customMarkFollows"):
            # The sign that the author chose for the note, such as "*", stands beside its mark.
            run = [note]
        for child in run:
            text = self._letters(child)
            if text:
                link = href or next((link for link in self._field_links[::-1] if link), "")
                self.runs.append(Run(text, bold, italic, link))

    def _letters(self, child: Element) -> str:
        tag = child.tag
        if tag in _LETTERS:
            return (_LETTERS[tag] or child.text or "") if tag == w("t") else _LETTERS[tag] or ""
        if tag in _NOTES:
            return self._reader.note(_NOTES[tag], child.get(w("id"), ""))
        if tag in _SPELLED:
            return _SPELLED[tag](child)
        if tag == w("fldChar"):
            self._field(child.get(w("fldCharType"), ""))
        elif tag == w("instrText") and self._field_code is not None:
            self._field_code.append(child.text or "")
        else:
            self._aside(child)
        return ""

    def _aside(self, child: Element) -> None:
        """What hangs on a paragraph and is no letter of it."""
        if child.tag == w("commentReference"):
            self._reader.find("remark")
        elif child.tag == f"{_ALTERNATE}AlternateContent":
            choice = child.find(f"{_ALTERNATE}Choice")
            for inside in [] if choice is None else choice:
                self._object(inside)
        elif child.tag in {w("drawing"), w("pict"), w("object")}:
            self._object(child)

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
            box
            for box in element.iter(w("txbxContent"))
            if next(box.iterancestors(w("txbxContent")), None) is None
        ]
        for box in boxes:
            self._reader.box(box)
        is_line = element.tag == w("pict") and not any(
            "imagedata" in str(part.tag) for part in element.iter()
        )
        if not boxes and not is_line:
            described = (part.get("descr") for part in element.iter() if part.get("descr"))
            self._reader.find("picture", next(described, ""))
