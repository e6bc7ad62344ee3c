"""What the public pages show: where the cycle stands, what is open, how implementation stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from nmrf.accounts.models import Institution, InstitutionKind
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.cycles.models import Cycle
from nmrf.desk.queries import register_cycle
from nmrf.recommendations.models import Assignment, Position, Recommendation

_ORDER = (Position.SUPPORTED, Position.SUPPORTED_NOTED, Position.NOTED, Position.PENDING)

# How far it is, in four steps, best first. A code that a State added counts by its place in the
# scale of the vocabulary; "" is what nobody has reported on.
_DONE = frozenset({"fully_implemented", "continuous"})
_BEGUN = frozenset({"partially_implemented", "in_progress"})
STEPS = 4


def step_of(status: str) -> int:
    """0 in place, 1 begun, 2 nothing begun, 3 not reported."""
    if not status:
        return 3
    return 0 if status in _DONE else 1 if status in _BEGUN else 2


@dataclass(frozen=True)
class Standing:
    """How the recommendations of a cycle stand, by position and step (see `step_of`)."""

    cycle: Cycle
    by_position: Mapping[Position, tuple[int, ...]]

    @property
    def total(self) -> int:
        return sum(sum(counts) for counts in self.by_position.values())

    @property
    def steps(self) -> tuple[int, ...]:
        """The sums over all positions."""
        columns = zip(*self.by_position.values(), strict=True)
        return tuple(sum(column) for column in columns) or (0,) * STEPS

    @property
    def progress(self) -> int:
        """Recommendations that are in place or begun, as institutions report."""
        return self.steps[0] + self.steps[1]

    @property
    def reported(self) -> int:
        return self.total - self.steps[3]

    def of(self, position: Position) -> int:
        return sum(self.by_position.get(position, ()))


def standing(ctx: Ctx) -> Standing | None:
    """Of the latest open cycle that has recommendations; None when none has. Two statements."""
    cycle = register_cycle(ctx.session)
    if cycle is None:
        return None
    rows = ctx.session.execute(
        select(Recommendation.position, Recommendation.status, func.count(Recommendation.id))
        .where(Recommendation.cycle_id == cycle.id)
        .group_by(Recommendation.position, Recommendation.status)
    )
    found: dict[Position, list[int]] = defaultdict(lambda: [0] * STEPS)
    for position, status, count in rows:
        found[position][step_of(status)] += count
    return Standing(cycle, {p: tuple(found[p]) for p in _ORDER if p in found})


@dataclass(frozen=True)
class Lead:
    """What an institution leads and supports, and on how much of what it leads it reported."""

    institution: Institution
    leads: int
    supports: int
    steps: tuple[int, ...]

    @property
    def reported(self) -> int:
        return self.leads - self.steps[3]


def institutions(ctx: Ctx, cycle: Cycle | None) -> list[Lead]:
    """The active institutions of the Government, and others that carry a recommendation.

    Two statements. Nobody's name or address is read.
    """
    rows = (
        ctx.session.execute(
            select(
                Assignment.institution_id,
                Assignment.lead,
                Recommendation.status,
                func.count(Recommendation.id),
            )
            .join(Assignment, Assignment.recommendation_id == Recommendation.id)
            .where(Assignment.ended_at.is_(None), Recommendation.cycle_id == cycle.id)
            .group_by(Assignment.institution_id, Assignment.lead, Recommendation.status)
        ).all()
        if cycle is not None
        else []
    )
    leads: dict[int, list[int]] = defaultdict(lambda: [0] * STEPS)
    supports: dict[int, int] = defaultdict(int)
    for institution_id, lead, status, count in rows:
        if lead:
            leads[institution_id][step_of(status)] += count
        else:
            supports[institution_id] += count
    found = ctx.session.scalars(
        select(Institution)
        .where(Institution.active, Institution.kind.in_(_SHOWN))
        .order_by(Institution.name)
    )
    lines = [
        Lead(one, sum(leads[one.id]), supports[one.id], tuple(leads[one.id]))
        for one in found
        if one.is_government or one.id in leads or one.id in supports
    ]
    return sorted(lines, key=lambda line: (-line.leads, -line.supports, line.institution.name))


def institution(ctx: Ctx, institution_id: int) -> Institution:
    """An institution that has a public page.

    Raises:
        NotFound: for another, also for one that is closed or of civil society.
    """
    found = ctx.session.get(Institution, institution_id)
    if found is None or not found.active or found.kind not in _SHOWN:
        raise NotFound(_("There is no public page of this institution."))
    return found


def last_reported(ctx: Ctx, one: Institution, cycle: Cycle) -> date | None:
    """The day of the newest status that an institution reported and signed in a cycle."""
    return ctx.session.scalar(
        select(func.max(Recommendation.status_on)).where(
            Recommendation.cycle_id == cycle.id, Recommendation.status_institution_id == one.id
        )
    )


# Which organisations of civil society hold an account is nobody else's business.
_SHOWN = (
    InstitutionKind.MINISTRY,
    InstitutionKind.AGENCY,
    InstitutionKind.JUDICIARY,
    InstitutionKind.COMMITTEE,
    InstitutionKind.NHRI,
    InstitutionKind.PARLIAMENT,
)
