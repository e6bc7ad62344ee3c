"""Exports of the Universal Human Rights Index (uhri.ohchr.org), as JSON or as a spreadsheet.

One record is one observation of any mechanism on any State. Read are those that are
recommendations of the Universal Periodic Review to this State in this session; what is left aside
is counted and named. The names of fields, with their spelling, are those of the exports of 2026.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nmrf.core.errors import BadFile
from nmrf.core.i18n import _
from nmrf.files.sheets import Line, Sheet, text_of
from nmrf.files.word_xml import fit_for_xml
from nmrf.recommendations.matrix import finished
from nmrf.recommendations.matrix_columns import Columns
from nmrf.recommendations.matrix_reading import Reading
from nmrf.recommendations.matrix_records import Doubt, Matrix
from nmrf.recommendations.matrix_rows import short
from nmrf.recommendations.matrix_table import Cell, Row
from nmrf.recommendations.reviews import Review
from nmrf.recommendations.states_names import match_state, state_name

# What is read, its heading in a spreadsheet and its field in JSON.
_FIELDS: dict[str, tuple[tuple[str, ...], str]] = {
    "text": (("Text",), "Text"),
    "countries": (("Countries Concerned",), "Countries"),
    "body": (("Reccomending Body", "Recommending Body"), "Body"),
    "symbol": (("Document Symbol",), "Symbol"),
    "themes": (("Themes",), "Themes"),
    "persons": (("Affected Persons",), "AffectedPersons"),
    "sdgs": (("Sdgs",), "Sdgs"),
    "states": (("UPR Reccomending States", "UPR Recommending States"), "UprRecommendingCountry"),
    "position": (("UPR Position",), "UprPositions"),
    "type": (("Type",), "AnnotationType"),
    "session": (("UPR Session",), "UprSession"),
    "cycle": (("UPR Cycle",), "UprCycle"),
}
# In the order of the columns that the reader of lists knows.
_READ = {
    "recommendation": "text",
    "states": "states",
    "position": "position",
    "themes": "themes",
    "persons": "persons",
    "sdgs": "sdgs",
}
_REVIEW = re.compile(
    r"\b(?:UPR|EPU)\b|universal periodic review|examen p[eé]ri[oó]d", re.IGNORECASE
)
_RECOMMENDATION = re.compile(r"recomm|recomend|рекоменд|توصي|建议", re.IGNORECASE)
_LINE_ENDS = re.compile(r"<\s*(?:br|/p|/div|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BULLET = re.compile(r"^[-–•]\s+")
_WHOLE = re.compile(r"\d+")
_NAMED = 8


@dataclass(slots=True)
class _Record:
    row: int
    values: dict[str, list[str]]

    def says(self, name: str) -> str:
        return "\n".join(self.values.get(name, ()))


@dataclass(slots=True)
class _Aside:
    """What was not taken, by why."""

    bodies: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    countries: Counter[str] = field(default_factory=Counter)
    sessions: Counter[str] = field(default_factory=Counter)
    unclear: list[Doubt] = field(default_factory=list)

    def doubts(self, headings: Mapping[str, str]) -> Iterator[Doubt]:
        for name, found, sentence in (
            ("body", self.bodies, _("Left aside, of other mechanisms: %(n)s (%(what)s).")),
            (
                "countries",
                self.countries,
                _("Left aside, on other States: %(n)s (%(what)s)."),
            ),
            ("session", self.sessions, _("Left aside, of other sessions: %(n)s (%(what)s).")),
            ("type", self.kinds, _("Left aside, no recommendations: %(n)s (%(what)s).")),
        ):
            if found:
                yield Doubt(
                    None,
                    headings[name],
                    sentence % {"n": found.total(), "what": _most_common(found)},
                )
        yield from self.unclear


def is_uhri(row: Line) -> bool:
    """Whether a row has the headings of an export of the index."""
    return {"text", "countries", "body"} <= _columns(row).keys()


def read_uhri_sheet(sheet: Sheet, name: str, review: Review) -> Matrix:
    """Read the spreadsheet of an export; its first row has the headings.

    Raises BadFile (place: `name`) if nothing in it is about this review.
    """
    columns = _columns(sheet.lines[0])
    headings = {
        key: sheet.lines[0].texts[columns[key]] if key in columns else labels[0]
        for key, (labels, _field) in _FIELDS.items()
    }
    records = (
        _Record(
            row.number,
            {
                key: _values(row.texts[at].split("\n") if key != "text" else row.texts[at])
                for key, at in columns.items()
                if at < len(row.texts)
            },
        )
        for row in sheet.lines[1:]
    )
    return _read(records, headings, name, review)


def read_uhri_json(data: bytes, name: str, review: Review) -> Matrix:
    """Read the JSON of an export: a list of records. Rows of doubts are counted from 1.

    Raises BadFile (place: `name`) if it is no such list, or nothing in it is about this review.
    """
    try:
        found = json.loads(text_of(data, name))
    except (ValueError, RecursionError) as fault:
        raise BadFile(_("This JSON file is damaged and cannot be read."), place=name) from fault
    fields = {key: field_name for key, (_labels, field_name) in _FIELDS.items()}
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _not_uhri(name)
    needed = (fields["text"], fields["countries"], fields["body"])
    if not any(all(key in one for key in needed) for one in found):
        raise _not_uhri(name)
    records = (
        _Record(row, {key: _values(one.get(name_)) for key, name_ in fields.items()})
        for row, one in enumerate(found, 1)
    )
    return _read(records, fields, name, review)


def _not_uhri(name: str) -> BadFile:
    return BadFile(
        _("This JSON file is no export of the Universal Human Rights Index: it has other fields."),
        place=name,
    )


def _columns(row: Line) -> dict[str, int]:
    places = {text.casefold(): at for at, text in reversed(list(enumerate(row.texts)))}
    return {
        key: places[label.casefold()]
        for key, (labels, _field) in _FIELDS.items()
        for label in labels
        if label.casefold() in places
    }


def _read(
    records: Iterable[_Record], headings: Mapping[str, str], name: str, review: Review
) -> Matrix:
    reading = Reading(columns=_as_columns(headings))
    aside = _Aside()
    symbols: Counter[str] = Counter()
    for record in records:
        if any(record.values.values()) and _is_wanted(record, review, aside, headings):
            symbols[record.says("symbol")] += 1
            reading.row(_as_row(record))
    if not reading.rows:
        raise BadFile(
            " ".join(
                [
                    _(
                        "This file holds no recommendation of the review of %(state)s in session "
                        "%(session)s.",
                        state=state_name(review.state),
                        session=review.session,
                    ),
                    *(doubt.reason for doubt in aside.doubts(headings)),
                ]
            ),
            place=name,
        )
    reading.conclude()
    reading.doubts += aside.doubts(headings)
    return finished(reading, name, symbol=symbols.most_common(1)[0][0])


def _is_wanted(record: _Record, review: Review, aside: _Aside, headings: Mapping[str, str]) -> bool:
    body, countries = record.says("body"), record.values.get("countries", [])
    if not _REVIEW.search(body):
        aside.bodies[body or _("none named")] += 1
        return False
    if review.state not in {match_state(country) for country in countries}:
        aside.countries[", ".join(countries) or _("none named")] += 1
        return False
    if not _RECOMMENDATION.search(record.says("type") or "recommendation"):
        aside.kinds[record.says("type")] += 1
        return False
    return _is_of_session(record, review, aside, headings)


def _is_of_session(
    record: _Record, review: Review, aside: _Aside, headings: Mapping[str, str]
) -> bool:
    """By the session; by the cycle where a record names none."""
    session, cycle = _WHOLE.search(record.says("session")), _WHOLE.search(record.says("cycle"))
    if session is not None:
        name, same = session[0], int(session[0]) == review.session
    elif cycle is not None:
        name, same = _("cycle %(n)s", n=cycle[0]), int(cycle[0]) == review.cycle
    else:
        text = short(record.says("text"))
        reason = _("This row names no session and is not read: “%(text)s”", text=text)
        aside.unclear.append(Doubt(record.row, headings["session"], reason))
        return False
    if not same:
        aside.sessions[name] += 1
    return same


def _as_columns(headings: Mapping[str, str]) -> Columns:
    places = {kind: at for at, kind in enumerate(_READ)}
    return Columns(
        at=places,
        order=places,
        headings={kind: headings[name] for kind, name in _READ.items()},
        unknown=(),
        width=len(_READ),
        count=len(_READ),
    )


def _as_row(record: _Record) -> Row:
    texts = {kind: record.says(name) for kind, name in _READ.items()}
    for kind in ("themes", "persons", "sdgs"):
        texts[kind] = "\n".join(f"- {value}" for value in record.values.get(_READ[kind], ()))
    return Row(
        record.row,
        tuple(Cell(at, at + 1, text) for at, text in enumerate(texts.values())),
    )


def _values(value: Any) -> list[str]:
    """The values of a field: one text, or a list; without "- " before and without HTML."""
    many: Sequence[Any] = value if isinstance(value, list) else [value]
    plain = (
        _plain(str(one)) for one in many if one not in (None, "") and not isinstance(one, dict)
    )
    return [_BULLET.sub("", text) for text in plain if text not in ("", "-")]


def _plain(text: str) -> str:
    """A text without tags and entities; a paragraph is a line."""
    if "<" in text:
        text = _TAG.sub("", _LINE_ENDS.sub("\n", text))
    if "&" in text:
        # Some texts were escaped twice.
        text = html.unescape(html.unescape(text))
    lines = (" ".join(line.split()) for line in fit_for_xml(text).split("\n"))
    return "\n".join(line for line in lines if line)


def _most_common(found: Counter[str]) -> str:
    named = [f"{_BULLET.sub('', key)} {n}" for key, n in found.most_common(_NAMED)]
    return ", ".join(named) + (" …" if len(found) > _NAMED else "")
