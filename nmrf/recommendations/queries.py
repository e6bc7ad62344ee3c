"""Reads: one recommendation with its memory, what is missing, what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import Actor
from nmrf.cycles.models import Cycle
from nmrf.recommendations.gates import has_lead
from nmrf.recommendations.models import (
    Assignment,
    AssignmentState,
    Position,
    Recommendation,
    RecommendationPart,
)
from nmrf.recommendations.queries_plan import SUPPORTED, has_action
from nmrf.recommendations.register import Filter, filtered


def get(ctx: Ctx, recommendation_id: int) -> Recommendation:
    """A recommendation with States, labels, owners and positions. Raises `NotFound`."""
    found = ctx.session.scalar(
        select(Recommendation)
        .where(Recommendation.id == recommendation_id)
        .options(
            joinedload(Recommendation.cycle),
            joinedload(Recommendation.status_institution),
            selectinload(Recommendation.states),
            selectinload(Recommendation.labels),
            selectinload(Recommendation.assignments).joinedload(Assignment.institution),
            selectinload(Recommendation.assignments).joinedload(Assignment.suggested),
            selectinload(Recommendation.positions),
            selectinload(Recommendation.cluster),
            selectinload(Recommendation.all_parts).joinedload(RecommendationPart.institution),
        )
    )
    if found is None:
        raise NotFound(_("There is no such recommendation."))
    return found


def by_number(session: Session, cycle: Cycle, number: str) -> Recommendation | None:
    """The recommendation of a cycle with a UN number, such as "140.12"."""
    return session.scalar(
        select(Recommendation).where(
            Recommendation.cycle_id == cycle.id, Recommendation.number == number
        )
    )


def by_ids(session: Session, ids: Iterable[int]) -> list[Recommendation]:
    """The recommendations with these ids, by number; unknown ids are left out."""
    return list(
        session.scalars(
            select(Recommendation)
            .where(Recommendation.id.in_(list(ids)))
            .order_by(Recommendation.sort_key, Recommendation.id)
        )
    )


def numbers_of(session: Session, cycle: Cycle) -> dict[str, int]:
    """The ids of a cycle's recommendations by UN number."""
    rows = session.execute(
        select(Recommendation.number, Recommendation.id).where(Recommendation.cycle_id == cycle.id)
    )
    return dict(rows.all())


def of_cycle(session: Session, cycle: Cycle) -> list[Recommendation]:
    """All recommendations of a cycle, by number."""
    return list(
        session.scalars(
            select(Recommendation)
            .where(Recommendation.cycle_id == cycle.id)
            .order_by(Recommendation.sort_key)
        )
    )


def search(ctx: Ctx, words: str, limit: int = 20) -> list[Recommendation]:
    """The recommendations that hold all words, or have the UN number, latest cycle first."""
    return list(ctx.session.scalars(filtered(ctx, Filter(q=words)).limit(limit)))


def owned(session: Session, cycle: Cycle, *, lead_only: bool = False) -> list[Assignment]:
    """The current assignments of a cycle with recommendation and institution, by number.

    Disputed ones too: until the secretariat decides, they stay where they are.
    """
    query = (
        select(Assignment)
        .join(Assignment.recommendation)
        .where(Recommendation.cycle_id == cycle.id, Assignment.ended_at.is_(None))
        .options(joinedload(Assignment.recommendation), joinedload(Assignment.institution))
        .order_by(Recommendation.sort_key, Assignment.lead.desc(), Assignment.id)
    )
    if lead_only:
        query = query.where(Assignment.lead)
    return list(session.scalars(query))


@dataclass(frozen=True)
class MissingItem:
    """How many recommendations of a cycle lack something; `args` filter the register for them."""

    name: str
    count: int
    args: Mapping[str, Any]


@dataclass(frozen=True)
class Gaps:
    """What is missing in a cycle of `total` recommendations."""

    total: int
    without_owner: MissingItem
    without_position: MissingItem
    without_status: MissingItem
    disputed: MissingItem
    unanswered: MissingItem  # assignments that no institution has answered yet
    without_action: MissingItem  # supported, wholly or in part

    @property
    def all(self) -> tuple[MissingItem, ...]:
        return (
            self.without_owner,
            self.without_position,
            self.without_status,
            self.disputed,
            self.unanswered,
            self.without_action,
        )


def gaps(ctx: Ctx, cycle: Cycle) -> Gaps:
    """Recommendations without owner, position, status or action; assignments not agreed on.

    In one statement.
    """

    def some(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def assigned(state: AssignmentState) -> ColumnElement[bool]:
        return Recommendation.id.in_(
            select(Assignment.recommendation_id).where(
                Assignment.ended_at.is_(None), Assignment.state == state
            )
        )

    total, owner, position, status, disputed, unanswered, action = ctx.session.execute(
        select(
            func.count(Recommendation.id),
            some(~has_lead()),
            some(Recommendation.position == Position.PENDING),
            some(Recommendation.status == ""),
            some(assigned(AssignmentState.DISPUTED)),
            some(assigned(AssignmentState.PROPOSED)),
            some(and_(Recommendation.position.in_(SUPPORTED), ~has_action(ctx.actor))),
        ).where(Recommendation.cycle_id == cycle.id)
    ).one()
    here = {"cycle": cycle.id}
    return Gaps(
        total=total,
        without_owner=MissingItem("owner", owner, {**here, "lead": "none"}),
        without_position=MissingItem("position", position, {**here, "position": "pending"}),
        without_status=MissingItem("status", status, {**here, "status": "none"}),
        disputed=MissingItem("disputed", disputed, {**here, "assignment": "disputed"}),
        unanswered=MissingItem("unanswered", unanswered, {**here, "assignment": "proposed"}),
        without_action=MissingItem(
            "action",
            action,
            {**here, "position": [p.value for p in SUPPORTED], "action": "none"},
        ),
    )


def _current(state: AssignmentState) -> Select[Assignment]:
    return (
        select(Assignment)
        .join(Assignment.recommendation)
        .where(Assignment.ended_at.is_(None), Assignment.state == state)
        .options(
            joinedload(Assignment.recommendation).joinedload(Recommendation.cycle),
            joinedload(Assignment.institution),
            joinedload(Assignment.suggested),
        )
        .order_by(Assignment.institution_id, Recommendation.sort_key, Assignment.id)
    )


def disputes(ctx: Ctx, cycle: Cycle | None = None, limit: int = 200) -> list[Assignment]:
    """The disputes that wait for the secretariat, by institution; none for anybody else."""
    if not access.can(ctx.actor, "recommendation.assign"):
        return []
    query = _current(AssignmentState.DISPUTED)
    if cycle is not None:
        query = query.where(Recommendation.cycle_id == cycle.id)
    return list(ctx.session.scalars(query.limit(limit)))


@dataclass(frozen=True)
class Waiting:
    """Assignments that an institution has to answer, the oldest since `since`."""

    institution_id: int
    institution: str
    count: int
    since: Any  # aware time


def waiting_for(ctx: Ctx, actor: Actor | None = None) -> list[Waiting]:
    """What the actor's institutions have been given and not answered, in one statement."""
    actor = actor or ctx.actor
    ids = actor.institutions_as(*access.MINISTRY)
    if not ids:
        return []
    rows = ctx.session.execute(
        select(
            Institution.id,
            Institution.name,
            func.count(Assignment.id),
            func.min(Assignment.assigned_at),
        )
        .join(Assignment, Assignment.institution_id == Institution.id)
        .where(
            Institution.id.in_(ids),
            Assignment.ended_at.is_(None),
            Assignment.state == AssignmentState.PROPOSED,
        )
        .group_by(Institution.id, Institution.name)
        .order_by(Institution.name)
    )
    return [Waiting(*row) for row in rows]


def assignment(ctx: Ctx, assignment_id: int) -> Assignment:
    """A current or former assignment, for those who may answer or decide it.

    Raises `NotFound` for everybody else.
    """
    found = ctx.session.get(
        Assignment,
        assignment_id,
        options=[joinedload(Assignment.recommendation), joinedload(Assignment.institution)],
    )
    allowed = found is not None and (
        access.can(ctx.actor, "assignment.answer", found)
        or access.can(ctx.actor, "recommendation.assign")
    )
    if found is None or not allowed:
        raise NotFound(_("There is no such assignment, or it is not open to you."))
    return found


def assignments_of(
    session: Session, institution_id: int, recommendation_ids: Iterable[int]
) -> list[Assignment]:
    """The current assignments of an institution on these recommendations, by number."""
    return list(
        session.scalars(
            select(Assignment)
            .join(Assignment.recommendation)
            .where(
                Assignment.institution_id == institution_id,
                Assignment.recommendation_id.in_(list(recommendation_ids)),
                Assignment.ended_at.is_(None),
            )
            .options(joinedload(Assignment.recommendation), joinedload(Assignment.institution))
            .order_by(Recommendation.sort_key, Assignment.id)
        )
    )
