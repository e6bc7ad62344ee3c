"""The cells of a matrix: numbers, sources, positions, themes, groups of persons and SDGs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

# Marks of writing direction may stand before a number in Arabic files.
_LEAD = r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069*•\[(]*"
_CALLED = r"(?:(?:recommendation|recommandation|recomendación|rec\.|no\.|nos\.|№|#|para\.)\s*)?"
_DOTTED = r"(\d{1,3})(\s?[.,٫·‧]\s?|[-–‑])(\d{1,3})((?-i:[a-z])\b)?"
_AFTER = r"[.)\]:]?[\s\u200e\u200f]*(?:[-–—]\s+)?"
_AT_START = re.compile(
    _LEAD + _CALLED + _DOTTED + _AFTER + r"(?!\.?\d|\s?[-–]\s?\d)", re.IGNORECASE
)
_BARE_AT_START = re.compile(_LEAD + _CALLED + r"(\d{1,3})[.):]\s+(?=\S)", re.IGNORECASE)
# On a later line or after a bracket only a capital (or a script without them) begins a new one.
_LATER = re.compile(
    r"(?:(?<=\n)|(?<=[;)][\s\n])|(?<=\)[;.]\s))(?=\d{1,3}\.\d{1,3}\.?[ \n]*[^\W\d_a-zà-ÿа-я])"
    r"|(?<=[;.)]\n)(?=\d{1,3}\.\d{1,3}\.?\s)"
)
_SOURCE = re.compile(
    r"(?:sources?\s+of\s+(?:the\s+)?positions?|position\s+sources?"
    r"|sources?\s+de\s+la\s+position|fuentes?\s+de\s+la\s+posici[oó]n|источник\s+позиции"
    r"|مصدر\s+(?:ال)?موقف|立场(?:的)?来源)\s*[:：\-–]?\s*"
    r"|(?:^|\n)\(?sources?\s*[:：]\s*(?=A\s*/\s*HRC)|(?:^|\n)\(?(?=A\s?/\s?HRC\s?/)",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"(?:^|\n)(?:comments?|commentaires?|comentarios?)\s*[:：]\s*", re.IGNORECASE)
_SYMBOL = re.compile(
    r"A\s*/\s*HRC(?:\s*/\s*(?:(?:Add|Rev|Corr|L)\s*\.?\s*\d+|WG\.\s*6|[A-Z]{3}\b|\d+))+",
    re.IGNORECASE,
)
_ADDENDUM = re.compile(r"/(?:add|rev|corr)\.?(\d+)", re.IGNORECASE)
_PARAGRAPH = re.compile(
    r"(?:pars?|paras?|paragraphs?|paragraphes?|párrs?|párrafos?|пункт\w*|п|(?:ال)?فقرة|第|¶|§)"
    r"\s*[.:]?\s*(?P<number>\d+(?:\s?\([a-z]\))?(?:\s*(?:-|–|,|&|and|to|et|y)\s*"
    r"(?:\d+(?:\s?\([a-z]\))?|\([a-z]\)))*)\s?[段款]?(?P<rest>.*)",
    re.IGNORECASE,
)

_MARKS_AROUND = re.compile(r"^[\s.;,:()–—-]+|[\s.;,:()–—-]+$")

_BULLET = re.compile(r"[-–—•·▪●*]\s*")
_CODED = re.compile(r"([A-HS]\d{1,3}|\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}\.)\s+(?=\D)(.+)|(S) (Sust.+)")
_SDG = re.compile(
    r"(?:S\d{0,2}\s+)?(?:(?:SDG|ODD|ODS|ЦУР|Goal|Target|Objectif|Objetivo|الهدف|目标)s?)?[\s\-–.]*"
    r"(\d{1,2}(?:\.[0-9a-z]{1,2})?)(?:(?:\s*[-–—:.]\s*|\s+)(.+))?",
    re.IGNORECASE,
)
_SEVERAL_SDGS = re.compile(
    r"(?:(?:SDG|ODD|ODS|ЦУР|Goal|Target)s?\s*)?"
    r"(\d{1,2}(?:\.[0-9a-z]{1,2})?(?:\s*(?:[,;&/]|and|et|y)\s*\d{1,2}(?:\.[0-9a-z]{1,2})?)+)",
    re.IGNORECASE,
)
_SDG_CODE = re.compile(r"S\d{0,2}\s+SDG\b|SDG\s+\d", re.IGNORECASE)
_BLOCKS = re.compile(
    r"(?P<persons>affected (?:persons?|groups?)(?:\s*/\s*(?:groups?|persons?))?"
    r"|groups? of persons?|(?:persons?|groups?) affected|personnes (?:concernées|touchées)"
    r"|groupes de personnes|personas (?:afectadas|concernidas)|grupos de personas"
    r"|группы лиц|затрагиваемые лица"
    r"|فئات الأشخاص|الأشخاص المتأثرون|受影响人员|人群|人员群体)\s*(?:[:：]\s*|$)"
    r"|(?P<sdgs>(?:relevant )?(?:sdgs?|odd|ods|цур)|(?:relevant )?sustainable development goals?"
    r"|objectifs de développement durable|objetivos de desarrollo sostenible"
    r"|أهداف التنمية المستدامة|可持续发展目标)\s*(?:[:：]\s*|$)"
    r"|(?P<themes>(?:human rights )?(?:themes?|rights?|rights? or areas?|thèmes?|temas?))"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:themes?|right or area|rights? or areas?|rights?|areas?|thèmes?|temas?|тем[аы]"
    r"|droits? ou domaines?|derechos? o ámbitos?|(?:ال)?موضوع|主题|专题)\s*[:：]\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Label:
    """A theme or group of persons; `code` is "" where the list has none ("A12", "2.1")."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Number:
    """A recommendation's number: "140.7" as text; `doubtful` if it was not written so."""

    text: str
    written: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where a position was taken: "A/HRC/59/15/Add.1", paragraph "3"; `rest` was not understood."""

    symbol: str
    paragraph: str
    written: str
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One numbered recommendation as it stands in a cell."""

    number: Number | None
    body: str
    source: Source | None
    comment: str
    lead: str = ""
    """Text before the first number of the cell."""


@dataclass(slots=True)
class Labels:
    """What a cell of themes holds; `strange` are lines that could not be understood."""

    themes: list[Label] = field(default_factory=list)
    persons: list[Label] = field(default_factory=list)
    sdgs: list[Label] = field(default_factory=list)
    strange: list[str] = field(default_factory=list)


def number_in(text: str) -> tuple[Number, int] | None:
    """The number at the start of a text, and where the text after it begins."""
    found = _AT_START.match(text)
    if found:
        prefix, separator, serial, letter = found.groups()
        plain = f"{int(prefix)}.{int(serial)}{letter or ''}"
        written = text[found.start(1) : found.end(3)] + (letter or "")
        ascii_digits = f"{_digits(prefix)}{separator}{_digits(serial)}{letter or ''}"
        return Number(plain, written, ascii_digits != plain), found.end()
    found = _BARE_AT_START.match(text)
    if found:
        return Number(str(int(found[1])), found[1], doubtful=False), found.end()
    return None


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in text)


def pieces_of(cell: str) -> list[Piece]:
    """The numbered recommendations of a cell; one piece without number if there is none."""
    starts = [found.start() for found in _LATER.finditer(cell)]
    first = number_in(cell)
    if first is None:
        later = next((at for at in starts if number_in(cell[at:])), None)
        if later is None:
            body, source, comment = without_source(cell)
            return [Piece(None, body, source, comment)]
        cuts = [at for at in starts if at >= later]
        lead = cell[:later].strip()
    else:
        prefix = first[0].text.partition(".")[0]
        cuts = [0, *(at for at in starts if at and _same_list(cell[at:], prefix))]
        lead = ""
    pieces: list[Piece] = []
    for start, end in zip(cuts, [*cuts[1:], len(cell)], strict=True):
        text = cell[start:end]
        found = number_in(text)
        number, at = found or (None, 0)
        body, source, comment = without_source(text[at:])
        pieces.append(Piece(number, body, source, comment, "" if pieces else lead))
    return [
        piece if piece.source else Piece(piece.number, piece.body, after, piece.comment, piece.lead)
        for piece, after in zip(pieces, _next_sources(pieces), strict=True)
    ]


def _same_list(text: str, prefix: str) -> bool:
    """Of two numbers in a cell the part before the dot differs by a few at most (121, 122)."""
    found = number_in(text)
    if not found or not prefix:
        return False
    return abs(int(found[0].text.partition(".")[0]) - int(prefix)) <= 3


def _next_sources(pieces: list[Piece]) -> list[Source | None]:
    """For several recommendations in a cell one source may stand at the end."""
    found: list[Source | None] = []
    last: Source | None = None
    for piece in reversed(pieces):
        last = piece.source or last
        found.append(last)
    return found[::-1]


def without_source(text: str) -> tuple[str, Source | None, str]:
    """A text without the source of its position and without its comment, and these two."""
    comment = ""
    if not text:
        return "", None, ""
    if found := _COMMENT.search(text):
        text, comment = text[: found.start()], text[found.end() :].strip()
        if later := _SOURCE.search(comment):
            text, comment = f"{text}\n{comment[later.start() :]}", comment[: later.start()].strip()
    if found := _SOURCE.search(text):
        return text[: found.start()].strip(), source_of(text[found.end() :]), comment
    return text.strip(), None, comment


@lru_cache(maxsize=1_024)
def source_of(text: str) -> Source | None:
    """The document symbol and paragraph named in a text; None if it names no document."""
    written = " ".join(text.split())
    found = _SYMBOL.search(written)
    if not found:
        return Source("", "", written, written) if written else None
    symbol = re.sub(r"\s+", "", found[0]).upper()
    symbol = _ADDENDUM.sub(lambda m: f"/{m[0][1:4].title()}.{m[1]}", symbol)
    after = written[found.end() :]
    paragraph = _PARAGRAPH.search(after)
    if not paragraph:
        return Source(symbol, "", written, _remainder(after))
    number = re.sub(r"\s+", " ", paragraph["number"]).strip()
    rest = f"{_remainder(after[: paragraph.start()])} {_remainder(paragraph['rest'])}"
    return Source(symbol, number, written, rest.strip())


def _remainder(text: str) -> str:
    return _MARKS_AROUND.sub("", text)


def labels_of(cell: str, kind: str = "themes") -> Labels:
    """Themes, groups of persons and SDGs of a cell that begins with one of these kinds."""
    found = Labels()
    if not cell:
        return found
    for block, line in _joined(cell, kind):
        if block == "persons":
            _add(found.persons, Label("", line))
        elif block == "sdgs" or _SDG_CODE.match(line):
            sdgs = sdgs_of(line)
            if not sdgs:
                found.strange.append(line)
            for sdg in sdgs:
                _add(found.sdgs, sdg)
        else:
            _add(found.themes, theme_of(line))
    return found


def _add(labels: list[Label], label: Label) -> None:
    if label not in labels:
        labels.append(label)


def _joined(cell: str, kind: str) -> Iterator[tuple[str, str]]:
    """The entries of a cell with their block. A line without a bullet goes on after one with."""
    block, pending, bulleted = kind, "", False
    for raw in cell.split("\n"):
        line = raw.strip()
        if opening := _BLOCKS.match(line):
            if pending:
                yield block, pending
            block, pending, bulleted = opening.lastgroup or block, "", False
            line = line[opening.end() :].strip()
        if not line:
            continue
        bullet = _BULLET.match(line)
        if bulleted and not bullet:
            pending = f"{pending} {line}"
            continue
        if pending:
            yield block, pending
        bulleted = bullet is not None
        pending = line[bullet.end() :].strip() if bullet else line
    if pending:
        yield block, pending


@lru_cache(maxsize=4_096)
def theme_of(text: str) -> Label:
    """A theme with its code, if it has one: "A12 Acceptance …", "2.1. Acceptance …"."""
    plain = " ".join(text.split())
    found = _CODED.fullmatch(plain)
    if not found:
        return Label("", plain)
    code, label, other, whole = found.groups()
    return Label((code or other).rstrip("."), label or whole)


@lru_cache(maxsize=1_024)
def sdgs_of(text: str) -> tuple[Label, ...]:
    """The goal ("16") or target ("16.b") with its label, or several numbers: "5, 10 and 16".

    Nothing if the text names anything that is no goal.
    """
    plain = " ".join(text.split())
    if several := _SEVERAL_SDGS.fullmatch(plain):
        codes = re.findall(r"\d{1,2}(?:\.[0-9a-z]{1,2})?", several[1], re.IGNORECASE)
        labels = tuple(Label(code.casefold(), "") for code in codes)
    else:
        found = _SDG.fullmatch(plain)
        labels = (Label(found[1].casefold(), found[2] or ""),) if found else ()
    return labels if all(1 <= int(one.code.partition(".")[0]) <= 17 for one in labels) else ()


def heading_of(text: str) -> tuple[str, bool]:
    """The theme of a merged row without "Theme:", and whether such a word stood before it."""
    plain = " ".join(text.split())
    found = _HEADING.match(plain)
    return (plain[found.end() :], True) if found else (plain, False)
