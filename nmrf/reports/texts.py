"""What may be written in a draft: how texts are cleaned before they are kept."""

from __future__ import annotations

import re

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.core.words import number
from nmrf.reports.models import BlockKind

LONGEST_PARAGRAPH = 20_000  # characters: five dense pages
LONGEST_HEADING = 400
LONGEST_CITATION = 1_200
LONGEST_NOTE = 5_000
# Runs of spaces are joined first: these must not go back and forth in a large paste.
_SPACES = re.compile(r"[ \t]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
_EMPTY_LINES = re.compile(r"\n ?\n[ \n]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def clean(kind: BlockKind, text: str) -> str:
    """The text as it is kept: no empty lines, one line for headings. Raises `Invalid`."""
    text = _BREAKS.sub("\n", _plain_lines(text)).strip()
    if kind is not BlockKind.PARAGRAPH:
        text = " ".join(text.split())
    if not text:
        raise Invalid(_("This cannot be empty. To take it out, remove it."), place="text")
    longest = {BlockKind.PARAGRAPH: LONGEST_PARAGRAPH, BlockKind.CITATION: LONGEST_CITATION}
    most = longest.get(kind, LONGEST_HEADING)
    if len(text) > most:
        raise too_long(text, most)
    return text


def divided(text: str) -> list[str]:
    """The parts of a text between empty lines."""
    return [part for part in _EMPTY_LINES.split(_plain_lines(text).strip()) if part.strip()]


def _plain_lines(text: str) -> str:
    lined = text.replace("\r\n", "\n").replace("\r", "\n")
    return _SPACES.sub(" ", _CONTROLS.sub("", lined))


def too_long(text: str, most: int) -> Invalid:
    """The refusal of a text of more characters than may be."""
    return Invalid(
        _(
            "This has %(n)s characters; %(most)s at most. Split it with empty lines, or import it "
            "as a Word file.",
            n=number(len(text)),
            most=number(most),
        ),
        place="text",
    )


def clean_note(text: str) -> str:
    """A foot- or endnote as it is kept; may be empty. Raises `Invalid` when it is too long."""
    text = _BREAKS.sub("\n", _plain_lines(text)).strip()
    if len(text) > LONGEST_NOTE:
        raise too_long(text, LONGEST_NOTE)
    return text
