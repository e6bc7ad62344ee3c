"""Reads of the implementation matrix: what of it an actor sees, by recommendation and by body."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import PAGE_SIZE, Page, paginate
from nmrf.core.roles import Actor
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Assignment, Position, Recommendation
from nmrf.recommendations.models_plan import (
    Action,
    ActionState,
    Indicator,
    IndicatorValue,
    action_recommendation,
)

OPEN = (ActionState.PLANNED, ActionState.UNDER_WAY)
AHEAD = timedelta(days=30)  # an action or indicator is shown on a desk from so long before
SUPPORTED = (Position.SUPPORTED, Position.SUPPORTED_NOTED)


def visible(actor: Actor) -> ColumnElement[bool]:
    """The actions that an actor sees: everyone the published ones, the Government all."""
    return Action.visibility.in_(access.visible_levels(actor))


def has_action(actor: Actor) -> ColumnElement[bool]:
    """Whether a recommendation has an action that the actor sees and that was not dropped."""
    linked, action = action_recommendation.alias(), aliased(Action)
    return Recommendation.id.in_(
        select(linked.c.recommendation_id)
        .join(action, action.id == linked.c.action_id)
        .where(
            action.visibility.in_(access.visible_levels(actor)),
            action.state != ActionState.DROPPED,
        )
    )


def get_action(ctx: Ctx, action_id: int) -> Action:
    """An action with everything. Raises `NotFound`, also for those who may not see it."""
    found = ctx.session.scalar(
        select(Action)
        .where(Action.id == action_id)
        .options(
            joinedload(Action.cycle),
            joinedload(Action.institution),
            selectinload(Action.recommendations).selectinload(Recommendation.assignments),
            selectinload(Action.indicators).selectinload(Indicator.values_by_day),
        )
    )
    if found is None or not access.can(ctx.actor, "thing.see", found):
        raise NotFound(_("There is no such action, or it is not open to you."))
    return found


def get_indicator(ctx: Ctx, indicator_id: int) -> Indicator:
    """An indicator with its action and values. Raises `NotFound` as `get_action` does."""
    found = ctx.session.scalar(
        select(Indicator)
        .where(Indicator.id == indicator_id)
        .options(
            joinedload(Indicator.action).joinedload(Action.institution),
            selectinload(Indicator.values_by_day),
        )
    )
    if found is None or not access.can(ctx.actor, "thing.see", found.action):
        raise NotFound(_("There is no such indicator, or it is not open to you."))
    return found


def _whole() -> Select[Action]:
    return select(Action).options(
        joinedload(Action.institution),
        selectinload(Action.indicators).selectinload(Indicator.values_by_day),
    )


def of_recommendations(ctx: Ctx, ids: Iterable[int]) -> dict[int, list[Action]]:
    """The actions that the actor sees, by recommendation, open ones first; in four statements."""
    found: dict[int, list[Action]] = {id_: [] for id_ in ids}
    if not found:
        return found
    pairs = ctx.session.execute(
        select(action_recommendation.c.recommendation_id, action_recommendation.c.action_id)
        .join(Action, Action.id == action_recommendation.c.action_id)
        .where(action_recommendation.c.recommendation_id.in_(found), visible(ctx.actor))
    ).all()
    wanted = {action_id for _recommendation_id, action_id in pairs}
    actions = {one.id: one for one in ctx.session.scalars(_whole().where(Action.id.in_(wanted)))}
    for recommendation_id, action_id in pairs:
        found[recommendation_id].append(actions[action_id])
    for mine in found.values():
        mine.sort(key=_order)
    return found


def _order(action: Action) -> tuple[bool, object, int]:
    return (not action.is_open, action.ends_on.toordinal() if action.ends_on else 10**7, action.id)


@dataclass(frozen=True)
class ActionFilter:
    """Which actions a list shows; empty values show all. `late` means past their end, open."""

    cycle_id: int | None = None
    institution_id: int | None = None
    state: ActionState | None = None
    late: bool = False


def actions(ctx: Ctx, chosen: ActionFilter, number: int, size: int = PAGE_SIZE) -> Page[Action]:
    """A page of the actions that the actor sees, the earliest end first; six statements."""
    query = _whole().options(selectinload(Action.recommendations)).where(visible(ctx.actor))
    if chosen.cycle_id is not None:
        query = query.where(Action.cycle_id == chosen.cycle_id)
    if chosen.institution_id is not None:
        query = query.where(Action.institution_id == chosen.institution_id)
    if chosen.state is not None:
        query = query.where(Action.state == chosen.state)
    if chosen.late:
        query = query.where(Action.state.in_(OPEN), Action.ends_on < ctx.today)
    order = (Action.state.not_in(OPEN), Action.ends_on.is_(None), Action.ends_on, Action.id)
    return paginate(ctx.session, query.order_by(*order), number, size)


def responsible(ctx: Ctx) -> list[tuple[int, str]]:
    """Id and name of the institutions that have an action which the actor sees, by name."""
    rows = ctx.session.execute(
        select(Institution.id, Institution.name)
        .where(exists().where(Action.institution_id == Institution.id, visible(ctx.actor)))
        .order_by(Institution.name)
    )
    return [(id_, name) for id_, name in rows]


@dataclass(frozen=True)
class DueCount:
    """What of an institution's actions is due soon or overdue, and the earliest day."""

    institution_id: int
    institution: str
    count: int
    first: date


def _due(condition: ColumnElement[bool], day: Any, ids: Sequence[int]) -> Select[Any]:
    return (
        select(Institution.id, Institution.name, func.count(), func.min(day))
        .select_from(Action)
        .join(Institution, Institution.id == Action.institution_id)
        .where(Action.institution_id.in_(ids), Action.state.in_(OPEN), condition)
        .group_by(Institution.id, Institution.name)
        .order_by(Institution.name)
    )


def actions_due(ctx: Ctx, institution_ids: Iterable[int]) -> list[DueCount]:
    """Open actions of these institutions that end within 30 days, or should have ended."""
    until = Action.ends_on <= ctx.today + AHEAD
    return [
        DueCount(*row)
        for row in ctx.session.execute(_due(until, Action.ends_on, list(institution_ids)))
    ]


def indicators_due(ctx: Ctx, institution_ids: Iterable[int]) -> list[DueCount]:
    """Indicators due within 30 days or before, of which no value of the last 30 days is known."""
    known = exists().where(
        IndicatorValue.indicator_id == Indicator.id,
        IndicatorValue.on >= Indicator.due_on,
    )
    fresh = exists().where(
        IndicatorValue.indicator_id == Indicator.id, IndicatorValue.on >= ctx.today - AHEAD
    )
    asked = and_(
        Indicator.ended_at.is_(None),
        Indicator.due_on <= ctx.today + AHEAD,
        ~or_(known, fresh),
    )
    query = _due(asked, Indicator.due_on, list(institution_ids)).join(
        Indicator, Indicator.action_id == Action.id
    )
    return [DueCount(*row) for row in ctx.session.execute(query)]


def late_actions(ctx: Ctx, cycle: Cycle) -> int:
    """How many open actions of a cycle, of those that the actor sees, are past their end."""
    found = ctx.session.scalar(
        select(func.count(Action.id)).where(
            Action.cycle_id == cycle.id,
            visible(ctx.actor),
            Action.state.in_(OPEN),
            Action.ends_on < ctx.today,
        )
    )
    return found or 0


def numbered(
    session: Session, cycle: Cycle, numbers: Iterable[str]
) -> tuple[list[Recommendation], list[str]]:
    """The recommendations of a cycle with these UN numbers, and the numbers that it has not."""
    wanted = list(dict.fromkeys(numbers))
    rows = session.scalars(
        select(Recommendation)
        .where(Recommendation.cycle_id == cycle.id, Recommendation.number.in_(wanted))
        .options(selectinload(Recommendation.assignments).joinedload(Assignment.institution))
        .order_by(Recommendation.sort_key)
    ).all()
    there = {row.number for row in rows}
    return list(rows), [number for number in wanted if number not in there]
