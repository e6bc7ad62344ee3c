"""What the columns of a matrix hold: found by their headings, since their order has changed.

The headings seen since 2012 are in the tests; the patterns are wider, because the next generation
will bring others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from nmrf.recommendations.matrix_cells import number_in
from nmrf.recommendations.matrix_table import Cell, Row

# The first kind that fits decides: "Position of the State under review" is a position.
_PATTERNS: dict[str, tuple[str, ...]] = {
    "number": (
        r"^(recommendation )?(nos?\.?|number|nr\.?|n[°º]\.?|#|№)$",
        r"^(ref\.?|reference|para(graph)?\.?)$",
    ),
    "recommendation": (
        r"^(text of (the )?|list of |upr |full )?recommendations?\b",
        r"^(texte? (de (la |las )?|des )?)?(recommandations?\b|recomendaci[oó]n)",
        r"^(текст )?рекомендац|^(نص )?(ال)?توصي|建议",
    ),
    "position": (
        r"position|posici[oó]n|позици|موقف|立场",
        r"^(state'?s? )?(response|reply)\b|^réponse|^respuesta|^(supported|accepted) ?/ ?noted$",
    ),
    "sdgs": (
        r"\bsdgs?\b|sustainable development goal|\bodd\b|\bods\b",
        r"цур|التنمية المستدامة|可持续发展",
    ),
    "themes": (
        r"theme|\brights?\b|\bissues?\b|subject|\barea|topic|thème|\btemas?\b|\bтем[аы]",
        r"\bdroits?\b|\bderechos?\b|\bправ[ао]?\b|حقوق|权利",
        r"موضوع|مواضيع|主题|专题",
    ),
    "persons": (r"persons?\b|groups?\b|personnes|personas|групп|أشخاص|人群",),
    "states": (
        r"recommending|^states?\b|^countr|^made by|^états?\b|^pays\b|^estados?\b|^país",
        r"государств|دول|国",
    ),
    # Of spreadsheets.
    "document": (r"^(document( symbol)?|symbol)$",),
    "paragraph": (r"^para(graph)?$",),
    "heading": (r"^heading( in the list)?$",),
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
    order: dict[str, int]
    """The same, counted in cells."""
    headings: dict[str, str]
    unknown: tuple[str, ...]
    width: int
    count: int
    """Cells of the row of headings."""

    def fits(self, row: Row) -> bool:
        """Whether a row of another table can stand under these headings."""
        return row.cells[-1].end == self.width or len(row.cells) == self.count

    def cell(self, row: Row, kind: str) -> Cell | None:
        """The cell of a row under a heading; None if there is no such column or cell.

        Rows may be drawn on other grid lines than the headings. As long as they have as many
        cells, the third cell stands under the third heading.
        """
        if kind not in self.at:
            return None
        if len(row.cells) == self.count:
            return row.cells[self.order[kind]]
        column = self.at[kind]
        return next((cell for cell in row.cells if cell.start <= column < cell.end), None)

    def covered(self, row: Row, cell: Cell) -> int:
        """How many headings stand above a cell."""
        if len(row.cells) == self.count:
            return 1
        return sum(cell.start <= column < cell.end for column in self.at.values())

    def heading(self, kind: str) -> str:
        """The heading of a column as written, to name the place of a doubt."""
        return self.headings.get(kind, "")


def columns_of(row: Row) -> Columns | None:
    """The columns named by a row, if it is the heading of a table of recommendations."""
    if any(len(cell.text) > _LONGEST_HEADING for cell in row.cells):
        return None
    at: dict[str, int] = {}
    order: dict[str, int] = {}
    headings: dict[str, str] = {}
    unknown: list[str] = []
    for place, cell in enumerate(row.cells):
        if not cell.text:
            continue
        heading = cell.text.replace("\n", " ")
        kind = next((one for one in _kinds(heading) if one not in at), None)
        if kind == "recommendation" and number_in(re.sub(r"^\w+ ", "", heading)):
            return None  # "Recommendation 140.4: Adopt a law" is one, not the word above them
        if kind is None:
            unknown.append(heading)
        else:
            at[kind], order[kind], headings[kind] = cell.start, place, heading
    if "recommendation" not in at or len(at) < 2:
        return None
    return Columns(at, order, headings, tuple(unknown), row.cells[-1].end, len(row.cells))


def second_row(columns: Columns, above: Row, row: Row) -> Columns | None:
    """The columns of headings in two rows: what the lower one says under a wide one of the upper.

    None if the row is no second row of headings.
    """
    wide = [cell for cell in above.cells if cell.end - cell.start > 1]
    lower: dict[str, Cell] = {}
    for cell in row.cells:
        if not cell.text or cell.goes_on:
            continue
        kind = next(_kinds(cell.text), None)
        under = any(one.start <= cell.start < one.end for one in wide)
        if kind in (None, "recommendation") or not under or len(cell.text) > _LONGEST_HEADING:
            return None
        lower[str(kind)] = cell
    if not lower:
        return None
    return Columns(
        at={**columns.at, **{kind: cell.start for kind, cell in lower.items()}},
        order=columns.order,
        headings={**columns.headings, **{kind: cell.text for kind, cell in lower.items()}},
        unknown=columns.unknown,
        width=columns.width,
        count=0,  # the rows below have more cells than the upper row of headings
    )


def _kinds(heading: str) -> Iterator[str]:
    plain = " ".join(unicodedata.normalize("NFKC", heading).casefold().split()).strip(" :*")
    return (kind for kind, pattern in _KINDS.items() if pattern.search(plain))
