"""Paragraph text: plain text with emphasis, strong and links in Markdown, and nothing else.

The text stays plain in the database, so that comparing, anchoring and writing Word are simple.
A marker such as `[^3]` stands for note 3 of the report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

NOTE_MARK = re.compile(r"\[\^(\d{1,4})\]")
_WEB_ADDRESS = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_SPECIAL = re.compile(r"[\\*_\[\]\n\r\0]")
_SPACE_AT_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_EDGES = re.compile(r"^(\s*)(.*?)(\s*)$", re.DOTALL)

_markdown = MarkdownIt("zero", {"breaks": True}).enable(["emphasis", "link", "newline", "escape"])
_markdown.validateLink = lambda url: bool(_WEB_ADDRESS.fullmatch(url))  # type: ignore[method-assign]


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look; `href` is a web address or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


def to_html(text: str) -> Markup:
    """HTML of a paragraph's source text: `em`, `strong`, `a`, `br`, and `sup` for notes.

    Raw HTML, block syntax and links to anything but http and https come out as text.
    """
    if not _SPECIAL.search(text):
        # Most paragraphs hold no markup, and a report shows hundreds on one page.
        return escape(text)
    return _rendered(text)


def bare_to_html(text: str) -> Markup:
    """HTML of bare text, such as a heading: no markup is read but the marks of notes."""
    return Markup(NOTE_MARK.sub(r"<sup>\1</sup>", str(escape(text))))  # noqa: S704 - escaped


@lru_cache(maxsize=2048)
def _rendered(text: str) -> Markup:
    clean = nh3.clean(
        _markdown.renderInline(text),
        tags={"em", "strong", "a", "br"},
        attributes={"a": {"href"}, "*": set()},
        generic_attribute_prefixes=set(),
        url_schemes={"http", "https"},
        link_rel="noopener noreferrer nofollow",
    )
    # nh3 has made the rest safe; a number between two fixed tags cannot undo that.
    return Markup(NOTE_MARK.sub(r"<sup>\1</sup>", clean))  # noqa: S704


def to_runs(text: str) -> list[Run]:
    """The text as runs for Word; a line break is a newline inside a run."""
    if not _SPECIAL.search(text):
        return [Run(text)] if text else []
    runs: list[Run] = []
    bold = italic = 0
    href = ""
    for token in _markdown.parseInline(text)[0].children or []:
        match token.type:
            case "strong_open":
                bold += 1
            case "strong_close":
                bold -= 1
            case "em_open":
                italic += 1
            case "em_close":
                italic -= 1
            case "link_open":
                href = str(token.attrs["href"])
            case "link_close":
                href = ""
            case "softbreak" | "hardbreak":
                runs.append(Run("\n", bold > 0, italic > 0, href))
            case _:
                runs.append(Run(token.content, bold > 0, italic > 0, href))
    return _joined(runs)


def plain(text: str) -> str:
    """The words alone, without markup and note marks."""
    if not _SPECIAL.search(text):
        return text
    return NOTE_MARK.sub("", "".join(run.text for run in to_runs(text)))


def from_runs(runs: Iterable[Run]) -> str:
    """The source text that renders as these runs.

    Backslashes are put only where the text would otherwise be read as markup. A look that
    Markdown cannot express at that place (bold inside a word, before punctuation) is dropped,
    never a letter.
    """
    wanted = _normalised(runs)
    for attempt in (_write(wanted, str), _write(wanted, _escaped)):
        if to_runs(attempt) == wanted:
            return attempt
    bare = "".join(run.text for run in wanted)
    return bare if to_runs(bare) == _joined([Run(bare)]) else _escaped(bare)


def literal(text: str) -> str:
    """Source text that shows exactly these letters, whatever stars or brackets they hold."""
    return from_runs([Run(text)])


def _joined(runs: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = joined[-1] if joined else None
        if last and (last.bold, last.italic, last.href) == (run.bold, run.italic, run.href):
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return joined


def _normalised(runs: Iterable[Run]) -> list[Run]:
    """Spaces at the edges of a look are moved out of it: `**word **` is not emphasis."""
    pieces: list[Run] = []
    for run in _joined(runs):
        href = run.href if _WEB_ADDRESS.fullmatch(run.href) else ""
        text = _SPACE_AT_BREAK.sub("\n", run.text.replace("\r\n", "\n"))
        before, middle, after = _EDGES.match(text).groups()  # type: ignore[union-attr]
        pieces += [Run(before), Run(middle, run.bold, run.italic, href), Run(after)]
    return _joined(pieces)


def _write(runs: list[Run], spell: Callable[[str], str]) -> str:
    written = []
    for run in runs:
        text = spell(run.text)
        if run.href:
            text = f"[{text}]({run.href})"
        mark = "*" * (run.italic + 2 * run.bold)
        written.append(f"{mark}{text}{mark}")
    return "".join(written)


def _escaped(text: str) -> str:
    """Backslashes before all that could be markup, but for note marks."""
    parts = NOTE_MARK.split(text)
    shown = [re.sub(r"([\\*_\[\]])", r"\\\1", part) for part in parts[::2]]
    marks = [f"[^{number}]" for number in parts[1::2]]
    return "".join(a + b for a, b in zip(shown, [*marks, ""], strict=True))
