"""Whose review a list is about: "UPR of Slovenia (4th Cycle - 48th Session) Thematic list …"."""

from __future__ import annotations

import re

from nmrf.recommendations.matrix_states import StateMention
from nmrf.recommendations.matrix_table import Row, TableFile
from nmrf.recommendations.states_names import match_state

_REVIEW = (
    r"(?:UPR|EPU|Universal Periodic Review|Examen périodique universel|Examen Periódico Universal)"
    r"\s+(?:of|de la|de l[’']|du|des|del|de|d[’'])\s*(?P<state>.+?)\s*"
)
_ORDINAL = r"(?:st|nd|rd|th|er|e|ème|º|o|\.º)?"
_TITLE = re.compile(
    _REVIEW + rf"[(,–-]\s*(?P<cycle>\d|first|second|third|fourth|fifth){_ORDINAL}\s+c(?:ycle|iclo)"
    r"\b[^\d]{0,6}(?P<session>\d+)?",
    re.IGNORECASE,
)
_SHORT_TITLE = re.compile(
    _REVIEW + r"(?:$|[\n(–,:;]|\s-|\b(?:thematic|matrix|list|page|liste|lista|matri[cz]e?)\b)",
    re.IGNORECASE,
)
_SESSION = re.compile(
    rf"(\d{{1,2}}){_ORDINAL} (?:session|sesión|período)|(?:session|sesión) (\d{{1,2}})\b",
    re.IGNORECASE,
)
_CYCLES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}
_PAGE = re.compile(r"\s*\bpage\s+\d*\s*(?:of|/|-)?\s*\d*\s*$", re.IGNORECASE)
_LONGEST_TITLE = 500


def names_a_review(text: str) -> bool:
    """Whether a text is such a title."""
    return _SHORT_TITLE.search(text) is not None


def header_text(file: TableFile, above: list[Row]) -> str:
    """The page header, or the title above the table or in its first row, that names the review."""
    texts = [*file.headers, "\n".join(file.before), *(row.texts[0] for row in above)]
    named = [text for text in texts if _SHORT_TITLE.search(text)]
    text = next(iter(named or [text for text in texts if text]), "")
    return _PAGE.sub("", " ".join(text[:_LONGEST_TITLE].split("\n"))).strip()


def title_of(header: str) -> tuple[StateMention | None, int | None, int | None]:
    """State, cycle and session in "UPR of Slovenia (4th Cycle - 48th Session) …"."""
    found = _TITLE.search(header)
    if found:
        word = found["cycle"].casefold()
        session = found["session"]
        return (
            _named(found["state"]),
            _CYCLES.get(word) or int(word),
            int(session) if session else None,
        )
    short = _SHORT_TITLE.search(header)
    session_found = _SESSION.search(header)
    return (
        _named(short["state"]) if short else None,
        None,
        int(session_found[1] or session_found[2]) if session_found else None,
    )


def _named(name: str) -> StateMention:
    plain = name.strip(" ,-–")
    return StateMention(plain, match_state(plain))
