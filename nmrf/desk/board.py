"""The board: who must report what, by when, was it delivered, who is responsible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nmrf.core.ctx import Ctx
from nmrf.desk.line import Line, Show
from nmrf.desk.lines import SOURCES
from nmrf.desk.people import People

SECRETARIAT = 0  # stands for it in the filter by institution


@dataclass(frozen=True)
class Board:
    """The lines of a filter, how many each filter has, and what is late in a sentence."""

    lines: list[Line]
    counts: Mapping[Show, int]
    late: Sequence[tuple[int, str, int]]  # institution (0 for the secretariat), name, how many
    institutions: Sequence[tuple[int, str]]  # id (0 for the secretariat), name


def board(ctx: Ctx, show: Show = Show.NOW, institution_id: int | None = None) -> Board:
    """What the actor may follow, by date, the late first; about fifteen statements."""
    every = [line for source in SOURCES for line in source(ctx)]
    institutions = {(line.institution_id or SECRETARIAT, line.who) for line in every}
    if institution_id is not None:
        every = [line for line in every if (line.institution_id or SECRETARIAT) == institution_id]
    shown = sorted((line for line in every if line.is_in(show, ctx.today)), key=_order)
    if show is Show.DELIVERED:
        shown.reverse()
    ids = {line.institution_id for line in shown if line.institution_id}
    people = People(ctx, ids) if shown else None
    late = Counter(
        (line.institution_id or SECRETARIAT, line.who) for line in every if line.state == "late"
    )
    return Board(
        lines=[_with_persons(line, people) for line in shown] if people else [],
        counts={one: sum(line.is_in(one, ctx.today) for line in every) for one in Show},
        late=[(id_, name, count) for (id_, name), count in late.most_common()],
        institutions=sorted(institutions, key=lambda pair: (pair[0] != SECRETARIAT, pair[1])),
    )


def _order(line: Line) -> tuple[date, str, str]:
    return (line.due_on or date.max, line.who, line.what)


def _with_persons(line: Line, people: People) -> Line:
    return replace(line, persons=line.responsible(people))
