"""Reading a report from Word: chapters, sections, numbered paragraphs, citation lines, notes.

Reports come from many hands, so each thing is recognised in several ways: headings by outline
level, by style name in several languages, by a typed number, bold or capitals; paragraphs by
native numbering or a typed number. What a plain text cannot keep is said in `Outline.warnings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.checks import open_docx
from nmrf.files.word_numbers import Label
from nmrf.reports.citations import find_citation_line, split_citation
from nmrf.reports.inline import NOTE_MARK, Run, from_runs
from nmrf.reports.word_headings import (
    NUMBER_BY_CHAPTER,
    TYPED_ITEM,
    TYPED_NUMBER,
    Heading,
    find_heading,
    is_title_style,
    ranked,
    standing_out,
)
from nmrf.reports.word_paragraphs import Source, SourceParagraph, read_source
from nmrf.reports.word_warnings import explain
from nmrf.reports.words import count_words

if TYPE_CHECKING:
    from docx.document import Document

BlockKind = Literal["chapter", "section", "subsection", "paragraph", "citation", "note"]

_LONGEST_TITLE_LINE = 200
_LONGEST_TITLE_TABLE = 600  # the masthead of a UN document is a table
_BY_CHAPTER = re.compile(r"\d+(?:\.\d+)+\.?")
_HEADING_KINDS: tuple[BlockKind, ...] = ("chapter", "section", "subsection")


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, citation line or note.

    `text` is inline Markdown for paragraphs and notes, bare text for headings and citation
    lines. `level` is 1 for chapters, 2 for sections, 3 and more below, 0 for the rest.
    `label` is "II." or "A." of a heading, "3" of a note. `number` is that of a paragraph.
    `source_index` counts the paragraphs of the file from 0.
    """

    kind: BlockKind
    level: int
    label: str
    text: str
    number: int | None
    source_index: int


@dataclass
class Outline:
    """A report as read from a file. `notes` (foot- and endnotes) are marked "[^3]" in texts."""

    title: str = ""
    subtitles: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    notes: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def of(self, *kinds: BlockKind) -> list[Block]:
        """The blocks of these kinds, in order."""
        return [block for block in self.blocks if block.kind in kinds]

    @property
    def body_words(self) -> int:
        """Words that count against the limit: headings, citation lines and paragraphs."""
        return sum(count_words(block.text) for block in self.blocks)

    @property
    def notes_words(self) -> int:
        """Words of foot- and endnotes, which the limit leaves out."""
        return sum(count_words(note.text) for note in self.notes)


def open_report(data: bytes, name: str) -> Outline:
    """Read a report from the bytes of a .docx file; `name` is for messages.

    The file is inspected before anything opens it. Raises BadFile.
    """
    document = open_docx(data, name)
    try:
        return read_report(document)
    except BadFile as problem:
        raise BadFile(problem.message, place=name) from problem
    except Exception as error:  # odd XML makes reader and library raise whatever a part of it may
        message = _("This is not a Word file (.docx) that can be read. Save it in Word again.")
        raise BadFile(message, place=name) from error


def read_report(document: Document) -> Outline:
    """Read an open Word file. Raises BadFile when it holds no paragraph of text."""
    source = read_source(document)
    outline = _Sorter(source).outline()
    if not outline.of("paragraph"):
        raise BadFile(_("The Word file holds no paragraph of text."))
    outline.notes = [
        Block("note", 0, str(number), from_runs(_trimmed(runs)), None, index)
        for number, (index, runs) in enumerate(source.notes, start=1)
    ]
    outline.warnings += explain(
        source.findings,
        [(block.source_index, block.number, block.label) for block in outline.blocks],
    )
    return outline


class _Sorter:
    """Decides what each paragraph of the file is."""

    def __init__(self, source: Source) -> None:
        self._paragraphs = source.paragraphs
        self._blocks: list[Block] = []
        self._after_heading = True
        self._last_number = 0
        self._main_list: object = None
        self._heading_labels: dict[int, str] = {}  # of the headings above, by rank
        self._by_chapter = False
        self._apart: set[int] = set()  # tables and text boxes, which carry no number

    def outline(self) -> Outline:
        headings = {p.index: heading for p in self._paragraphs if (heading := find_heading(p))}
        has_numbers = any(self._looks_numbered(p) for p in self._paragraphs)
        if not headings:
            headings = self._unmarked_headings()
        elif has_numbers:
            headings |= standing_out(self._paragraphs, headings)
        title, subtitles, rest = self._split_front(headings := ranked(headings))
        for paragraph in rest:
            heading = headings.get(paragraph.index)
            if heading:
                self._add_heading(paragraph, heading)
            else:
                self._add(paragraph)
        warnings = self._number_anew()
        return Outline(title=title, subtitles=subtitles, blocks=self._blocks, warnings=warnings)

    @staticmethod
    def _looks_numbered(p: SourceParagraph) -> bool:
        in_list = p.label is not None and p.label.number is not None
        return in_list or bool(TYPED_NUMBER.match(p.text))

    def _unmarked_headings(self) -> dict[int, Heading]:
        """In a file without marked headings, the lines that stand out, but for those of the title.

        Of several at the beginning the last is a heading, and those above it that outrank it.
        """
        found = standing_out(self._paragraphs[1:], {})
        begin = next(
            (
                n
                for n, p in enumerate(self._paragraphs)
                if p.index not in found and self._is_body(p)
            ),
            len(self._paragraphs),
        )
        if all(p.index not in found for p in self._paragraphs[begin:]):
            return {}  # they belong to the title
        rank = 9
        for p in reversed(self._paragraphs[1:begin]):
            heading = found.get(p.index)
            if heading is None:
                rank = -1
            elif heading.rank >= rank:
                del found[p.index]
            else:
                rank = heading.rank
        return found

    def _is_body(self, p: SourceParagraph) -> bool:
        ends = p.text[-1] in ".;:。؟"
        return ends or self._looks_numbered(p) or len(p.text) > _LONGEST_TITLE_LINE

    def _number_anew(self) -> list[str]:
        """Number the paragraphs where the file has no numbers; what a person is told of that."""
        paragraphs = [n for n, block in enumerate(self._blocks) if block.kind == "paragraph"]
        if any(self._blocks[n].number is not None for n in paragraphs):
            return (
                [_("The paragraphs are numbered by chapter in the file. They are numbered anew.")]
                if self._by_chapter
                else []
            )
        counted = [n for n in paragraphs if self._blocks[n].source_index not in self._apart]
        for number, n in enumerate(counted, start=1):
            self._blocks[n] = replace(self._blocks[n], number=number)
        return [_("The paragraphs have no numbers in the file. They are numbered.")] * bool(counted)

    def _split_front(
        self, headings: dict[int, Heading]
    ) -> tuple[str, list[str], list[SourceParagraph]]:
        """Title, lines under it, and what follows."""
        front: list[SourceParagraph] = []
        rest = list(self._paragraphs)
        has_structure = bool(headings) or any(self._looks_numbered(p) for p in rest)
        while rest and not self._begins_body(rest[0], headings):
            if front and not has_structure:
                break
            front.append(rest.pop(0))
        titled = [p for p in front if is_title_style(p.style)]
        sole = self._sole_top_heading(headings)
        if not titled and sole is not None:
            # One heading above all others is the title of the document.
            heading = headings.pop(sole)
            for index, other in headings.items():
                headings[index] = replace(other, rank=other.rank - 1)
            later = []
            while rest and (p := rest[0]).index not in headings and not self._begins_body(p, {}):
                rest.pop(0)
                later += [] if p.index == sole else [p]
            title = f"{heading.label} {heading.text}".strip()
            return _unmarked(title), [_unmarked(p.text) for p in [*front, *later]], rest
        titled = titled or front[:1]
        while titled and self._is_subtitle(rest, headings):
            front.append(rest.pop(0))
        lines = [line for p in front if p not in titled for line in p.text.split("\n")]
        title = " ".join(p.text for p in titled).replace("\n", " ")
        return _unmarked(title), [_unmarked(line) for line in lines], rest

    @staticmethod
    def _is_subtitle(rest: Sequence[SourceParagraph], headings: Mapping[int, Heading]) -> bool:
        """The name of the State in the style of a chapter, above "I. Introduction"."""
        first, second = (headings.get(p.index) for p in rest[:2]) if rest[1:] else (None, None)
        return bool(
            first and second and not first.label and second.label and first.rank == second.rank == 0
        )

    def _begins_body(self, p: SourceParagraph, headings: dict[int, Heading]) -> bool:
        if is_title_style(p.style):
            return False
        too_long = len(p.text) > (_LONGEST_TITLE_TABLE if p.is_table else _LONGEST_TITLE_LINE)
        begins = p.index in headings or self._looks_numbered(p) or too_long
        return begins or find_citation_line(p.text) is not None

    @staticmethod
    def _sole_top_heading(headings: dict[int, Heading]) -> int | None:
        ordered = sorted(headings)
        tops = [index for index in ordered if headings[index].rank == 0]
        if len(tops) != 1 or len(ordered) < 3 or ordered[0] != tops[0]:
            return None
        return None if headings[tops[0]].label else tops[0]

    def _add_heading(self, p: SourceParagraph, heading: Heading) -> None:
        kind = _HEADING_KINDS[min(heading.rank, 2)]
        text, citation = split_citation(" ".join(heading.text.split()))
        self._blocks.append(Block(kind, heading.rank + 1, heading.label, text, None, p.index))
        if citation:
            self._blocks.append(Block("citation", 0, "", citation, None, p.index))
        above = {rank: label for rank, label in self._heading_labels.items() if rank < heading.rank}
        self._heading_labels = {**above, heading.rank: heading.label.rstrip(".)")}
        self._after_heading = True

    def _add(self, p: SourceParagraph) -> None:
        if find_citation_line(p.text):
            self._blocks.append(Block("citation", 0, "", p.text, None, p.index))
            return
        runs = _trimmed(p.runs)
        if p.is_table or p.is_box:
            self._apart.add(p.index)
            self._blocks.append(Block("paragraph", 0, "", from_runs(runs), None, p.index))
            return
        number, item, runs = self._counted(p, runs)
        text = from_runs(runs)
        if item and self._blocks and self._blocks[-1].kind == "paragraph":
            last = self._blocks[-1]
            self._blocks[-1] = replace(last, text=f"{last.text}\n{item} {text}")
            return
        self._last_number = number or self._last_number
        self._after_heading = False
        text = f"{item} {text}" if item else text
        self._blocks.append(Block("paragraph", 0, "", text, number, p.index))

    def _counted(self, p: SourceParagraph, runs: list[Run]) -> tuple[int | None, str, list[Run]]:
        """The number of a paragraph, or the sign of a point in one, and the runs without it."""
        if p.label is not None and p.label.text:
            number = p.label.number
            if self._is_by_chapter(p.label):
                number = self._last_number + 1
            elif number is None or not self._is_main(number, p.label.list_key):
                return None, p.label.text, runs
            self._main_list = p.label.list_key
            return number, "", runs
        typed = NUMBER_BY_CHAPTER.match(p.text)
        if typed and typed[1] in self._heading_labels.values():
            self._by_chapter = True
            return self._last_number + 1, "", _without_start(runs, typed.end())
        if typed := TYPED_NUMBER.match(p.text):
            rest = _without_start(runs, typed.end())
            number = int(typed[1])
            return (
                (number, "", rest)
                if self._is_main(number, None)
                else (None, typed[0].strip(), rest)
            )
        if typed := TYPED_ITEM.match(p.text):
            return None, typed[0].strip(), _without_start(runs, typed.end())
        return None, "", runs

    def _is_by_chapter(self, label: Label) -> bool:
        """Whether Word counts these paragraphs 1.1, 1.2, 2.1 and so on."""
        if not _BY_CHAPTER.fullmatch(label.text):
            return False
        found = self._after_heading or label.list_key == self._main_list
        self._by_chapter |= found
        return found

    def _is_main(self, number: int, list_key: object) -> bool:
        """Whether a number counts paragraphs, or points inside the paragraph before it."""
        if self._main_list is not None and list_key == self._main_list:
            return True
        if self._main_list is not None and list_key is None:
            # Where Word counts, "15. May" at the start of a line is rather a date.
            return number == self._last_number + 1
        return self._after_heading or number > self._last_number


def _unmarked(text: str) -> str:
    """A line of the title without the marks of notes."""
    return NOTE_MARK.sub("", text).strip()


def _trimmed(runs: Iterable[Run]) -> list[Run]:
    """Tabs and rows of spaces become one space; none are left at the ends."""
    text_runs = [replace(run, text=re.sub(r"[ \t]+", " ", run.text)) for run in runs]
    text_runs = [run for run in text_runs if run.text]
    while text_runs and not (first := text_runs[0].text.lstrip()):
        text_runs.pop(0)
    while text_runs and not text_runs[-1].text.rstrip():
        text_runs.pop()
    if text_runs:
        first = text_runs[0].text.lstrip()
        text_runs[0] = replace(text_runs[0], text=first)
        text_runs[-1] = replace(text_runs[-1], text=text_runs[-1].text.rstrip())
    return text_runs


def _without_start(runs: list[Run], length: int) -> list[Run]:
    """The runs without the typed number at their start."""
    kept = []
    for run in runs:
        cut = min(length, len(run.text))
        length -= cut
        if run.text[cut:]:
            kept.append(replace(run, text=run.text[cut:]))
    return _trimmed(kept)
