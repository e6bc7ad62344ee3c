"""What the columns of a matrix hold: found by their headings, since their order has changed.

The headings seen since 2012 are in the tests; the patterns are wider, because the next generation
will bring others.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from nmrf.recommendations.matrix_table import Cell, Row

# The first kind that fits decides: "Position of the State under review" is a position.
_PATTERNS: dict[str, tuple[str, ...]] = {
    "number": (
        r"^(recommendation )?(nos?\.?|number|nr\.?|n[°º]\.?|#|№)$",
        r"^(ref\.?|reference|para(graph)?\.?)$",
    ),
    "recommendation": (
        r"^(text of (the )?|list of |upr |full )?recommendations?\b",
        r"^recommandations?\b|^recomendaci[oó]n|^рекомендац|^(ال)?توصي|建议",
    ),
    "position": (
        r"position|posici[oó]n|позици|موقف|立场",
        r"^(state'?s? )?response|^réponse|^respuesta",
    ),
    "sdgs": (
        r"\bsdgs?\b|sustainable development goal|\bodd\b|\bods\b",
        r"цур|التنمية المستدامة|可持续发展",
    ),
    "themes": (
        r"theme|\brights?\b|\bissues?\b|subject|\barea|thème|\btemas?\b|\bтем[аы]",
        r"موضوع|مواضيع|主题|专题",
    ),
    "persons": (r"persons?\b|groups?\b|personnes|personas|групп|أشخاص|人群",),
    "states": (
        r"recommending|^states?\b|^countr|^made by|^états?\b|^pays\b|^estados?\b|^país",
        r"государств|دول|国",
    ),
    "source": (r"^sources?\b|^fuente|^источник|^(ال)?مصدر|来源",),
    "assessment": (
        r"assessment|comments?\b|implementation|^status|évaluation|observations",
        r"evaluaci[oó]n|applicaci[oó]n|mise en œuvre|осуществлен|تقييم|تنفيذ|评估|执行",
    ),
}
_KINDS = {kind: re.compile("|".join(patterns)) for kind, patterns in _PATTERNS.items()}
_LONGEST_HEADING = 150


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each kind of content stands, as grid columns, and the headings as written."""

    at: dict[str, int]
    headings: dict[str, str]
    unknown: tuple[str, ...]
    width: int

    def cell(self, row: Row, kind: str) -> Cell | None:
        """The cell of a row under a heading; None if there is no such column or cell."""
        column = self.at.get(kind)
        if column is None:
            return None
        return next((cell for cell in row.cells if cell.start <= column < cell.end), None)

    def covered(self, cell: Cell) -> int:
        """How many headings stand above a cell."""
        return sum(cell.start <= column < cell.end for column in self.at.values())

    def heading(self, kind: str) -> str:
        """The heading of a column as written, to name the place of a doubt."""
        return self.headings.get(kind, "")


def columns_of(row: Row) -> Columns | None:
    """The columns named by a row, if it is the heading of a table of recommendations."""
    at: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown: list[str] = []
    for cell in row.cells:
        if len(cell.text) > _LONGEST_HEADING:
            return None
        if not cell.text:
            continue
        kind = _kind(cell.text)
        if kind is None or kind in at:
            unknown.append(cell.text.replace("\n", " "))
        else:
            at[kind] = cell.start
            headings[kind] = cell.text.replace("\n", " ")
    if "recommendation" not in at or len(at) < 2:
        return None
    return Columns(at, headings, tuple(unknown), row.cells[-1].end)


def _kind(heading: str) -> str | None:
    plain = " ".join(unicodedata.normalize("NFKC", heading).casefold().split()).strip(" :*")
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(plain)), None)
