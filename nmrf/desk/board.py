"""The board: who must report what, by when, was it delivered, who is responsible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import ngettext
from nmrf.desk.line import Line, Show
from nmrf.desk.lines import SOURCES
from nmrf.desk.people import People

SECRETARIAT = 0  # stands for it in the filter by institution


@dataclass(frozen=True)
class Board:
    """The lines of a filter, how many each filter has, and what is late in a sentence."""

    lines: list[Line]
    counts: Mapping[Show, int]
    late: Sequence[tuple[str, int]]  # institution, how many
    institutions: Sequence[tuple[int, str]]  # id (0 for the secretariat), name

    @property
    def finding(self) -> str:
        """Who is late, for those with ten seconds."""
        total = sum(count for _name, count in self.late)
        if not total:
            return ""
        names = ", ".join(f"{name} ({count})" for name, count in self.late)
        return ngettext("%(n)s is late: %(names)s", "%(n)s are late: %(names)s", total, names=names)


def board(ctx: Ctx, show: Show = Show.OPEN, institution_id: int | None = None) -> Board:
    """What the actor may follow, by date, the late first; about fifteen statements."""
    every = [line for source in SOURCES for line in source(ctx)]
    institutions = {(line.institution_id or SECRETARIAT, line.who) for line in every}
    if institution_id is not None:
        every = [line for line in every if (line.institution_id or SECRETARIAT) == institution_id]
    shown = sorted((line for line in every if line.is_in(show)), key=_order)
    if show is Show.DELIVERED:
        shown.reverse()
    ids = {line.institution_id for line in shown if line.institution_id}
    people = People(ctx, ids) if shown else None
    late = Counter(line.who for line in every if line.state == "late")
    return Board(
        lines=[_with_persons(line, people) for line in shown] if people else [],
        counts={one: sum(line.is_in(one) for line in every) for one in Show},
        late=late.most_common(),
        institutions=sorted(institutions, key=lambda pair: (pair[0] != SECRETARIAT, pair[1])),
    )


def _order(line: Line) -> tuple[date, str, str]:
    return (line.due_on or date.max, line.who, line.what)


def _with_persons(line: Line, people: People) -> Line:
    return replace(line, persons=line.responsible(people))
