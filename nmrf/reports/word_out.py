"""Writing a report as a Word file in the form of a UN document.

The form is that of A/HRC/WG.6/48/SVN/1: masthead, title, chapters "I.", sections "A.", a line
of recommendations in italics, paragraphs numbered through the whole report, endnotes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from nmrf.core.i18n import _, speaking
from nmrf.reports.word_body import Body, CommentForWord
from nmrf.reports.word_package import DOCX, Properties, pack

__all__ = ["DOCX", "BlockForWord", "CommentForWord", "ReportForWord", "write_report"]

BlockKind = Literal["chapter", "section", "subsection", "citation", "paragraph"]

_LEVELS = {"chapter": 1, "section": 2, "subsection": 3}


@dataclass(frozen=True)
class BlockForWord:
    """A heading, citation line or paragraph.

    `text` is inline Markdown in paragraphs, bare text elsewhere. A heading without `label` is
    numbered by Word. A paragraph with `number` is numbered by Word, beginning anew where the
    numbers jump; one without stands unnumbered.
    """

    kind: BlockKind
    text: str
    label: str = ""
    number: int | None = None
    comments: Sequence[CommentForWord] = ()


@dataclass(frozen=True)
class ReportForWord:
    """All that a report file shows.

    `session` and `distribution` may have several lines ("Forty-eighth session", "Geneva,
    20–31 January 2025"; "Distr.: General", "Original: English"). `author` is the State's
    mechanism. `created` is aware. `notes` are endnotes by the number in their mark `[^3]`.
    """

    title: str
    state: str
    created: datetime
    author: str
    language: str = "en"
    session: str = ""
    symbol: str = ""
    distribution: str = ""
    blocks: Sequence[BlockForWord] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


def write_report(report: ReportForWord) -> bytes:
    """The report as a .docx file. The same report gives the same bytes."""
    body = Body(report.notes)
    with speaking(report.language):
        bodies = [_("Human Rights Council"), _("Working Group on the Universal Periodic Review")]
    masthead(body, report.symbol, report.distribution, [*bodies, *report.session.split("\n")])
    body.bare("Title", report.title)
    body.bare("Subtitle", report.state)
    for block in report.blocks:
        level = _LEVELS.get(block.kind)
        if level:
            body.heading(level, block.text, block.label, comments=block.comments)
        elif block.kind == "citation":
            body.paragraph("CitationLine", block.text, comments=block.comments)
        elif block.number is None:
            body.paragraph("BodyText", block.text, comments=block.comments)
        else:
            body.numbered(block.number, block.text, comments=block.comments)
    properties = Properties(
        title=f"{report.title}: {report.state}",
        author=report.author,
        created=report.created,
        language=report.language,
        symbol=report.symbol,
    )
    return pack(body, properties)


def masthead(body: Body, symbol: str, distribution: str, lines: Sequence[str]) -> None:
    """The lines above the title: symbol and distribution, then the bodies and the session."""
    for line in [symbol, *distribution.split("\n")]:
        if line:
            body.bare("MastheadSymbol", line)
    shown = [line for line in lines if line]
    for place, line in enumerate(shown):
        # The last line says where and when; in bold stand the bodies and the session.
        is_last = place == len(shown) - 1 and place > 0
        body.bare("Masthead" if is_last else "MastheadBody", line)
