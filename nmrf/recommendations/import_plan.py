"""What a list of recommendations would change in a cycle, worked out before anything is written.

The list is compared by (cycle, number). What the list does not name stays as it is; a position
that the secretariat entered is never replaced in silence, and the one of a recommendation that is
split into parts not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.core.i18n import Lazy, _, _l
from nmrf.cycles.models import Cycle
from nmrf.definitions import Vocabulary
from nmrf.recommendations.matrix_records import Doubt, Matrix, MatrixRow
from nmrf.recommendations.models import (
    POSITION_LABELS,
    Label,
    LabelScheme,
    Position,
    PositionChange,
    Recommendation,
    RecommendingState,
    recommendation_label,
)
from nmrf.recommendations.numbers import sort_key
from nmrf.recommendations.positions import is_split
from nmrf.recommendations.states_names import state_name

FIELD_LABELS: dict[str, Lazy] = {
    "text": _l("Text"),
    "theme_heading": _l("Heading in the list"),
    "states": _l("Recommending States"),
    "themes": _l("Themes"),
    "persons": _l("Groups of persons"),
    "sdgs": _l("Sustainable Development Goals"),
    "position": _l("Position"),
}
_FIELD_OF_SCHEME = {
    LabelScheme.THEME: "themes",
    LabelScheme.PERSONS: "persons",
    LabelScheme.SDG: "sdgs",
}


class Term(NamedTuple):
    """A label as a list gives it. Two spellings that differ in case only have one key."""

    scheme: LabelScheme
    code: str
    name: str
    key: tuple[str, str, str]

    @property
    def words(self) -> str:
        return f"{self.code} {self.name}".strip()


@lru_cache(maxsize=20_000)
def term_of(scheme: LabelScheme, code: str, name: str) -> Term:
    """A label, cut to what a column holds. A list says the same few labels again and again."""
    code, name = code[:80], name[:400]
    return Term(scheme, code, name, (scheme.value, code, name.casefold()))


@dataclass(frozen=True, slots=True)
class Stand:
    """A position with the document and paragraph that it was taken in."""

    position: Position
    symbol: str = ""
    paragraph: str = ""

    @property
    def words(self) -> str:
        source = f"{self.symbol} ¶ {self.paragraph}" if self.paragraph else self.symbol
        return (
            f"{POSITION_LABELS[self.position]} ({source})"
            if source
            else str(POSITION_LABELS[self.position])
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A recommendation as a list gives it, or as the register holds it."""

    number: str
    text: str
    parts: list[dict[str, Any]]
    theme_heading: str
    states: tuple[tuple[str, str | None], ...]  # name as written, code
    terms: tuple[Term, ...]
    stand: Stand
    row: int = 0
    id: int = 0
    national_position: str = ""
    justification: str = ""
    by_hand: bool = False  # the secretariat entered its position after the list
    told: bool = False  # the record of events tells of its position
    split: bool = False  # answered part by part; its position follows from the parts


@dataclass(frozen=True, slots=True)
class Change:
    """A field that becomes another, in words."""

    field: str
    old: str
    new: str

    @property
    def label(self) -> str:
        return str(FIELD_LABELS[self.field])


@dataclass(frozen=True, slots=True)
class Update:
    """A known recommendation that the list changes."""

    old: Entry
    new: Entry
    changes: tuple[Change, ...]

    def changes_any(self, *fields: str) -> bool:
        return any(change.field in fields for change in self.changes)


@dataclass(slots=True)
class Plan:
    """What an import would do. `held` are the positions kept because somebody entered them."""

    created: list[Entry] = field(default_factory=list)
    updated: list[Update] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def make_plan(
    session: Session,
    cycle: Cycle | None,
    matrix: Matrix,
    goals: Vocabulary,
    *,
    overwrite_positions: bool = False,
) -> Plan:
    """Compare a list with what the cycle holds (nothing, where there is no cycle yet).

    With `overwrite_positions` the list's position wins over one entered by hand. Never over that
    of parts: only the document that it was taken in can change with them.
    """
    plan = Plan(doubts=list(matrix.doubts))
    known = entries_of(session, cycle) if cycle is not None else {}
    comparison = _Comparison(matrix, plan, overwrite_positions=overwrite_positions)
    named = set()
    names = {term.code: term.label for term in goals.terms}
    for row in matrix.rows:
        if not row.number:
            continue
        new = _entry(row, names)
        named.add(new.number)
        old = known.get(new.number)
        if old is None:
            plan.created.append(new)
        elif update := comparison.update(old, new):
            plan.updated.append(update)
        else:
            plan.unchanged.append(old)
    plan.missing = sorted(set(known) - named, key=sort_key)
    return plan


def entries_of(session: Session, cycle: Cycle) -> dict[str, Entry]:
    """The recommendations of a cycle by number, in five statements."""
    of_cycle = select(Recommendation.id).where(Recommendation.cycle_id == cycle.id)
    states: dict[int, list[tuple[str, str | None]]] = {}
    for id_, name, code in session.execute(
        select(RecommendingState.recommendation_id, RecommendingState.name, RecommendingState.code)
        .where(RecommendingState.recommendation_id.in_(of_cycle))
        .order_by(RecommendingState.recommendation_id, RecommendingState.place)
    ):
        states.setdefault(id_, []).append((name, code))
    terms: dict[int, list[Term]] = {}
    for id_, scheme, code, name in session.execute(
        select(recommendation_label.c.recommendation_id, Label.scheme, Label.code, Label.name)
        .join(Label, Label.id == recommendation_label.c.label_id)
        .where(recommendation_label.c.recommendation_id.in_(of_cycle))
    ):
        terms.setdefault(id_, []).append(term_of(scheme, code, name))
    changes = session.execute(
        select(PositionChange.recommendation_id, PositionChange.batch_id)
        .where(PositionChange.recommendation_id.in_(of_cycle))
        .order_by(PositionChange.id)
    ).all()
    newest: dict[int, int | None] = dict(changes)  # the last one of each wins
    told = {id_ for id_, batch_id in changes if batch_id is None}
    split = set(session.scalars(of_cycle.where(is_split())))
    table = Recommendation.__table__
    return {
        row.number: Entry(
            number=row.number,
            text=row.text,
            parts=row.parts,
            theme_heading=row.theme_heading,
            states=tuple(states.get(row.id, ())),
            terms=tuple(terms.get(row.id, ())),
            stand=Stand(row.position, row.position_symbol, row.position_paragraph),
            id=row.id,
            national_position=row.national_position,
            justification=row.justification,
            by_hand=row.id in newest and newest[row.id] is None,
            told=row.id in told,
            split=row.id in split,
        )
        for row in session.execute(select(table).where(table.c.cycle_id == cycle.id))
    }


def _entry(row: MatrixRow, goals: Mapping[str, str]) -> Entry:
    terms = [
        *(term_of(LabelScheme.THEME, label.code, label.label) for label in row.themes),
        *(term_of(LabelScheme.PERSONS, label.code, label.label) for label in row.persons),
        *(
            term_of(LabelScheme.SDG, label.code, _goal(label.code, label.label, goals))
            for label in row.sdgs
        ),
    ]
    return Entry(
        number=row.number,
        text=row.text,
        parts=[
            {"text": part.text, "states": [state.code or state.name for state in part.states]}
            for part in row.parts
        ],
        theme_heading=row.theme_heading[:400],
        states=tuple((state.name[:400], state.code) for state in row.states),
        terms=tuple({term.key: term for term in terms}.values()),
        stand=Stand(Position(row.position), row.source_symbol[:80], row.source_paragraph[:80]),
        row=row.row,
    )


def _goal(code: str, name: str, goals: Mapping[str, str]) -> str:
    # Lists write the names of goals in capitals, in small letters or not at all.
    return goals.get(code, name)


class _Comparison:
    def __init__(self, matrix: Matrix, plan: Plan, *, overwrite_positions: bool) -> None:
        self.plan = plan
        self.overwrite = overwrite_positions
        # A list without a column says nothing about it: what the register has is kept.
        self.says_positions = any(row.position != Position.PENDING for row in matrix.rows)
        self.says = {
            LabelScheme.THEME: any(row.themes for row in matrix.rows),
            LabelScheme.PERSONS: any(row.persons for row in matrix.rows),
            LabelScheme.SDG: any(row.sdgs for row in matrix.rows),
        }

    def update(self, old: Entry, new: Entry) -> Update | None:
        """What the list changes in a known recommendation; None for nothing."""
        changes: list[Change] = []
        if (old.text, old.parts) != (new.text, new.parts):
            changes.append(Change("text", old.text, new.text))
        if old.theme_heading != new.theme_heading and new.theme_heading:
            changes.append(Change("theme_heading", old.theme_heading, new.theme_heading))
        if old.states != new.states:
            changes.append(Change("states", _states(old), _states(new)))
        kept: list[Term] = []
        for scheme, name in _FIELD_OF_SCHEME.items():
            before = {term.key: term for term in old.terms if term.scheme == scheme}
            after = {term.key: term for term in new.terms if term.scheme == scheme}
            if not self.says[scheme]:
                kept += before.values()
                continue
            kept += after.values()
            if before.keys() != after.keys():
                changes.append(Change(name, _terms(before), _terms(after)))
        stand = self._stand(old, new)
        if stand != old.stand:
            changes.append(Change("position", old.stand.words, stand.words))
        if not changes:
            return None
        merged = Entry(
            number=new.number,
            text=new.text,
            parts=new.parts,
            theme_heading=new.theme_heading or old.theme_heading,
            states=new.states,
            terms=tuple(kept),
            stand=stand,
            row=new.row,
            id=old.id,
            # A reason and a national value belong to the position that they were given for.
            national_position=old.national_position if stand.position == old.stand.position else "",
            justification=old.justification if stand.position == old.stand.position else "",
        )
        return Update(old, merged, tuple(changes))

    def _stand(self, old: Entry, new: Entry) -> Stand:
        """The position after the import: the list's, or the known one where that is kept."""
        before, after = old.stand, new.stand
        if before == after or not self.says_positions:
            return before
        if after.position == Position.PENDING:
            if before.position != Position.PENDING:
                self._doubt(
                    new, _("The list gives no position; “%(old)s” is kept.", old=before.words)
                )
            return before
        if before.position == after.position and not after.symbol:
            return before
        if old.split and before.position != after.position:
            reason = _(
                "The list says “%(new)s”, but this recommendation is split into parts, which make "
                "it “%(old)s”. Its position was not changed: look at its parts.",
                new=after.words,
                old=before.words,
            )
            self._doubt(new, reason)
            return before
        agrees = before.position == after.position and not before.symbol
        if old.by_hand and not agrees and not self.overwrite:
            self.plan.held.append(new.number)
            reason = _(
                "The list says “%(new)s”, but the secretariat entered “%(old)s” since. What the "
                "secretariat entered is kept.",
                new=after.words,
                old=before.words,
            )
            self._doubt(new, reason)
            return before
        return after

    def _doubt(self, entry: Entry, reason: str) -> None:
        self.plan.doubts.append(Doubt(entry.row, _("Position"), reason, entry.number))


def _states(entry: Entry) -> str:
    return ", ".join(state_name(code) if code else name for name, code in entry.states)


def _terms(terms: dict[tuple[str, str, str], Term]) -> str:
    return "; ".join(term.words for term in terms.values())
