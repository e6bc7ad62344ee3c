"""The positions of a cycle as its addendum groups them.

HRC resolution 5/1, annex, paragraph 32: a recommendation enjoys the support of the State or is
noted. What is left without a position until the adoption is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from nmrf.core.i18n import Lazy, _l
from nmrf.recommendations.models import Position, Recommendation

# Codes of the vocabulary national_positions that stand in a group of their own.
IN_PLACE = frozenset({"already_implemented", "in_process"})


@dataclass(frozen=True)
class Answered:
    """Recommendations to which the State gives the same explanation."""

    numbers: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Group:
    """Recommendations with one position; `unexplained` are the numbers without a text."""

    key: str
    heading: Lazy
    lead: Lazy
    numbers: tuple[str, ...]
    answers: tuple[Answered, ...]
    unexplained: tuple[str, ...]


@dataclass(frozen=True)
class Positions:
    """All positions of a cycle. `pending` have none yet: the gap of the addendum.

    `supported` and `noted` count as the UN does: what is supported in part counts as noted.
    """

    total: int
    supported: int
    noted: int
    pending: tuple[Recommendation, ...]
    groups: tuple[Group, ...]
    rows: tuple[Recommendation, ...]
    symbol: str  # of the addendum, where the positions name one document
    split: tuple[str, ...] = ()  # numbers that are answered in parts, each part in its group

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Noted recommendations for which no reason is given."""
        return tuple(
            number
            for group in self.groups
            if group.key in {"noted", "part"}
            for number in group.unexplained
        )


@dataclass(frozen=True)
class Answer:
    """What is answered by itself: a recommendation, or a part of one as "140.7 (a)"."""

    number: str
    position: Position
    national: str
    justification: str


def _answers_of(row: Recommendation) -> list[Answer]:
    return [
        Answer(f"{row.number} ({part.letter})", part.position, "", part.justification)
        for part in row.split
    ] or [Answer(row.number, row.position, row.national_position, row.justification)]


_GROUPS: tuple[tuple[str, Lazy, Lazy, Callable[[Answer], bool]], ...] = (
    (
        "supported",
        _l("Supported recommendations"),
        _l("The Government supports the following recommendations"),
        lambda r: r.position is Position.SUPPORTED and r.national not in IN_PLACE,
    ),
    (
        "in_place",
        _l("Supported recommendations already implemented or in the process of implementation"),
        _l(
            "The Government supports the following recommendations, which it considers already "
            "implemented or in the process of implementation"
        ),
        lambda r: r.position is Position.SUPPORTED and r.national in IN_PLACE,
    ),
    (
        "part",
        _l("Recommendations supported in part"),
        _l("The Government supports a part of the following recommendations and notes the rest"),
        lambda r: r.position is Position.SUPPORTED_NOTED,
    ),
    (
        "noted",
        _l("Noted recommendations"),
        _l("The Government notes the following recommendations"),
        lambda r: r.position is Position.NOTED,
    ),
)


def positions(session: Session, cycle_id: int) -> Positions:
    """The positions on all recommendations of a cycle, grouped. Two statements.

    The counts are those of the UN, one for each number; in the groups each part of a split
    recommendation stands where its own position puts it.
    """
    rows = session.scalars(
        select(Recommendation)
        .where(Recommendation.cycle_id == cycle_id)
        .options(selectinload(Recommendation.all_parts))
        .order_by(Recommendation.sort_key)
    ).all()
    answers = [answer for row in rows for answer in _answers_of(row)]
    supported = sum(row.position is Position.SUPPORTED for row in rows)
    pending = tuple(row for row in rows if row.position is Position.PENDING)
    symbols = {row.position_symbol for row in rows if row.position_symbol}
    groups = []
    for key, heading, lead, belongs in _GROUPS:
        inside = [answer for answer in answers if belongs(answer)]
        if inside:
            groups.append(
                Group(
                    key=key,
                    heading=heading,
                    lead=lead,
                    numbers=tuple(row.number for row in inside),
                    answers=tuple(_answers(inside)),
                    unexplained=tuple(row.number for row in inside if not row.justification),
                )
            )
    return Positions(
        total=len(rows),
        supported=supported,
        noted=len(rows) - supported - len(pending),
        pending=pending,
        groups=tuple(groups),
        rows=tuple(rows),
        symbol=symbols.pop() if len(symbols) == 1 else "",
        split=tuple(row.number for row in rows if row.split),
    )


def _answers(rows: Sequence[Answer]) -> list[Answered]:
    """One answer for all recommendations that are explained in the same words."""
    by_text: dict[str, list[str]] = {}
    for row in rows:
        if row.justification:
            by_text.setdefault(row.justification, []).append(row.number)
    return [Answered(tuple(numbers), text) for text, numbers in by_text.items()]
