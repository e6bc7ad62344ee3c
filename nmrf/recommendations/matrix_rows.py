"""One recommendation of a matrix: its cells put together, with the doubts about them."""

from __future__ import annotations

from nmrf.core.i18n import _
from nmrf.recommendations.matrix_cells import (
    Labels,
    Piece,
    Source,
    labels_of,
    number_in,
    source_of,
    without_source,
)
from nmrf.recommendations.matrix_columns import Columns
from nmrf.recommendations.matrix_positions import PENDING, position_of
from nmrf.recommendations.matrix_records import Doubt, MatrixRow
from nmrf.recommendations.matrix_states import (
    Part,
    StateMention,
    behalf_in,
    list_of_states,
    sentences_of,
    union_of,
)
from nmrf.recommendations.matrix_table import Row
from nmrf.recommendations.models import POSITION_LABELS, Position
from nmrf.recommendations.states_names import nearest_state, state_name

_QUOTED = 120


class Recommendation:
    """One numbered recommendation of a table row, with the doubts about it."""

    def __init__(self, columns: Columns, row: Row, piece: Piece, band: str) -> None:
        self.columns = columns
        self.row = row
        self.piece = piece
        self.band = band
        self.number = ""
        self.doubts: list[Doubt] = []

    def read(self, heading: str) -> MatrixRow:
        """The recommendation, under the heading of a theme; see `doubts` afterwards."""
        self.number = self._number()
        piece = self.piece
        sentences = sentences_of(piece.body)
        parts = [part for part in sentences.parts if part.text or part.states]
        states = self._states(parts)
        for name in sentences.perhaps:
            self._doubt(
                "recommendation", _("“%(name)s” may be a State; it is left in the text.", name=name)
            )
        for name in sentences.inside:
            self._doubt(
                "recommendation",
                _("“%(name)s” stands in the middle of the text and is left there.", name=name),
            )
        for name in sentences.behalf:
            self._behalf("recommendation", name)
        position, position_text = self._position()
        labels = self._labels()
        symbol, paragraph, source_text = self._source()
        bundled = len([part for part in parts if part.states]) > 1
        return MatrixRow(
            number=self.number,
            text="; ".join(part.text for part in parts if part.text),
            states=states,
            position=position,
            position_text=position_text,
            source_symbol=symbol,
            source_paragraph=paragraph,
            source_text=source_text,
            themes=tuple(labels.themes),
            persons=tuple(labels.persons),
            sdgs=tuple(labels.sdgs),
            theme_heading=heading,
            assessment=self._says("assessment") if "assessment" in self.columns.at else None,
            comment=piece.comment,
            row=self.row.number,
            parts=tuple(parts) if bundled else (),
            original=piece.body,
        )

    def _doubt(self, kind: str, reason: str) -> None:
        self.doubts.append(Doubt(self.row.number, self.columns.heading(kind), reason, self.number))

    def _says(self, kind: str) -> str:
        cell = self.columns.cell(self.row, kind)
        return cell.text if cell else ""

    def _number(self) -> str:
        number = self.piece.number
        if number is None and (own := number_in(self._says("number") + " ")):
            number = own[0]
        if number is None:
            bare = self._says("number").strip(" .")
            if bare.isdecimal():
                return str(int(bare))
            reason = _("The number cannot be read: “%(text)s”", text=short(self.piece.body))
            self._doubt("recommendation", reason)
            return ""
        self.number = number.text
        if number.doubtful:
            reason = _(
                "“%(written)s” is read as %(number)s.", written=number.written, number=number.text
            )
            self._doubt("recommendation", reason)
        if self.piece.lead:
            reason = _("This text stands before a number: “%(text)s”", text=short(self.piece.lead))
            self._doubt("recommendation", reason)
        return number.text

    def _states(self, parts: list[Part]) -> tuple[StateMention, ...]:
        states = union_of(parts)
        column = self._says("states")
        if column:
            own = list_of_states(column)
            for name in behalf_in(column):
                self._behalf("states", name)
            if states and {s.code for s in own} != {s.code for s in states}:
                self._doubt("states", _("The States in this cell are not those in the text."))
            known = {state.code or state.name for state in own}
            states = own + tuple(s for s in states if (s.code or s.name) not in known)
        if not states:
            self._doubt("recommendation", _("No recommending State is named."))
        elif len(parts) > 1 and any(not part.states for part in parts) and not column:
            text = next(part.text for part in parts if not part.states)
            reason = _("This sentence names no State: “%(text)s”", text=short(text))
            self._doubt("recommendation", reason)
        for state in states:
            if state.code is None:
                self._doubt("states" if column else "recommendation", _unknown_state(state.name))
        return states

    def _behalf(self, kind: str, name: str) -> None:
        reason = _(
            "“%(name)s”: the State that spoke is recorded, not those on whose behalf it did.",
            name=short(name),
        )
        self._doubt(kind, reason)

    def _position(self) -> tuple[str, str]:
        text = without_source(self._says("position"))[0].replace("\n", " ").strip()
        if not text and self.band:
            return self.band, ""
        stated = position_of(text)
        if stated is None:
            reason = _("The position “%(text)s” is not known.", text=short(text))
            self._doubt("position", reason)
            return PENDING, text
        if stated.rest:
            reason = _(
                "The position “%(text)s” is read as %(position)s.",
                text=short(text),
                position=POSITION_LABELS[Position(stated.position)],
            )
            self._doubt("position", reason)
        return stated.position, text

    def _labels(self) -> Labels:
        found = labels_of(self._says("themes"))
        for kind in ("persons", "sdgs"):
            more = labels_of(self._says(kind), kind)
            for label in more.persons:
                if label not in found.persons:
                    found.persons.append(label)
            for label in more.sdgs:
                if label not in found.sdgs:
                    found.sdgs.append(label)
            found.strange.extend(more.strange)
        for line in found.strange:
            kind = "sdgs" if self._says("sdgs") else "themes"
            self._doubt(kind, _("“%(text)s” is not a goal or target.", text=short(line)))
        return found

    def _source(self) -> tuple[str, str, str]:
        source = self.piece.source
        if source is None:
            source = (
                source_of(self._says("source"))
                or without_source(self._says("position"))[1]
                or self._source_in_columns()
            )
        if source is None:
            return "", "", ""
        if not source.symbol:
            reason = _("The source “%(text)s” names no document.", text=short(source.written))
            self._doubt("recommendation", reason)
        elif source.rest:
            reason = _(
                "The source “%(written)s” is read as %(symbol)s, paragraph %(paragraph)s.",
                written=source.written,
                symbol=source.symbol,
                paragraph=source.paragraph or "–",
            )
            self._doubt("recommendation", reason)
        return source.symbol, source.paragraph, source.written

    def _source_in_columns(self) -> Source | None:
        document, paragraph = self._says("document"), self._says("paragraph")
        if not document and not paragraph:
            return None
        return source_of(f"{document} ¶ {paragraph}" if paragraph else document)


def _unknown_state(name: str) -> str:
    near = nearest_state(name)
    if near:
        return _(
            "The State “%(name)s” is not known. Is it %(near)s?", name=name, near=state_name(near)
        )
    return _("The State “%(name)s” is not known.", name=name)


def short(text: str) -> str:
    """One line of a text, to quote it in a doubt."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 1]}…"
