"""The board: who must report what, by when, was it delivered, who is responsible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from nmrf.core.ctx import Ctx
from nmrf.desk.line import Line, Show
from nmrf.desk.lines import SOURCES
from nmrf.desk.people import People

SECRETARIAT = 0  # stands for it in the filter by institution


@dataclass(frozen=True)
class Late:
    """An institution that owes something whose date has passed."""

    institution_id: int  # 0 for the secretariat
    name: str
    count: int
    longest: str  # of what it owes longest: "12 days overdue"


@dataclass(frozen=True)
class Board:
    """The lines of a filter, how many each filter has, and what is late in a sentence."""

    lines: list[Line]
    counts: Mapping[Show, int]
    late: Sequence[Late]  # most first
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
    return Board(
        lines=[_with_persons(line, people) for line in shown] if people else [],
        counts={one: sum(line.is_in(one, ctx.today) for line in every) for one in Show},
        late=_late(every),
        institutions=sorted(institutions, key=lambda pair: (pair[0] != SECRETARIAT, pair[1])),
    )


def late(ctx: Ctx) -> list[Late]:
    """The institutions that are late, as far as the actor may follow them."""
    return _late([line for source in SOURCES for line in source(ctx)])


def _late(lines: Iterable[Line]) -> list[Late]:
    found: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in lines:
        if line.state == "late":
            found[line.institution_id or SECRETARIAT, line.who].append(line)
    all_late = []
    for (id_, name), owed in found.items():
        oldest = min(owed, key=lambda line: line.due_on or date.max)
        longest = oldest.due.relative if oldest.due else ""
        all_late.append(Late(id_, name, len(owed), longest))
    return sorted(all_late, key=lambda one: (-one.count, one.name))


def _order(line: Line) -> tuple[date, str, str]:
    return (line.due_on or date.max, line.who, line.what)


def _with_persons(line: Line, people: People) -> Line:
    return replace(line, persons=line.responsible(people))
