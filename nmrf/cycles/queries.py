"""Reads: the current cycle, its milestones as an actor may see them, the deadline board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from nmrf.access import visible_levels
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _, gettext
from nmrf.core.roles import Actor
from nmrf.cycles.due import due
from nmrf.cycles.models import Cycle, DateChange, Milestone, Stage


def current_cycle(session: Session) -> Cycle | None:
    """The latest cycle that is not closed; None when there is none."""
    return session.scalar(
        select(Cycle).where(~Cycle.closed).order_by(Cycle.session.desc(), Cycle.id.desc()).limit(1)
    )


def cycles(session: Session) -> list[Cycle]:
    """Every cycle with its stages, the latest first, closed ones after the others."""
    return list(
        session.scalars(
            select(Cycle)
            .options(selectinload(Cycle.periods))
            .order_by(Cycle.closed, Cycle.session.desc(), Cycle.id.desc())
        )
    )


def get_cycle(ctx: Ctx, cycle_id: int) -> Cycle:
    """A cycle with its stages. Raises `NotFound`."""
    cycle = ctx.session.scalar(
        select(Cycle).where(Cycle.id == cycle_id).options(selectinload(Cycle.periods))
    )
    if cycle is None:
        raise NotFound(_("There is no such cycle."))
    return cycle


def visible(actor: Actor) -> ColumnElement[bool]:
    """Which milestones an actor sees: by level, and always those of the own institution."""
    seen: ColumnElement[bool] = Milestone.visibility.in_(visible_levels(actor))
    if actor.institution_ids:
        seen = or_(seen, Milestone.institution_id.in_(actor.institution_ids))
    return seen & Milestone.withdrawn_at.is_(None)


def _milestones(ctx: Ctx) -> Select[Milestone]:
    return (
        select(Milestone)
        .where(visible(ctx.actor))
        .options(joinedload(Milestone.institution), joinedload(Milestone.cycle))
        .order_by(Milestone.on.is_(None), Milestone.on, Milestone.at, Milestone.id)
    )


def milestones(ctx: Ctx, cycle: Cycle) -> list[Milestone]:
    """The milestones of a cycle that the actor may see, by date, those without one last."""
    return list(ctx.session.scalars(_milestones(ctx).where(Milestone.cycle_id == cycle.id)))


def get_milestone(ctx: Ctx, milestone_id: int) -> Milestone:
    """A milestone that the actor may see, with its old dates. Raises `NotFound`."""
    milestone = ctx.session.scalar(
        _milestones(ctx)
        .where(Milestone.id == milestone_id)
        .options(selectinload(Milestone.changes))
    )
    if milestone is None:
        raise NotFound(_("There is no such date, or it is not open to you."))
    return milestone


def milestone_of(session: Session, cycle: Cycle, key: str) -> Milestone | None:
    """The milestone of a calendar key such as `national_report_due`; None when withdrawn.

    For other slices that need a date of the cycle; it looks at no visibility.
    """
    return session.scalar(
        select(Milestone).where(
            Milestone.cycle_id == cycle.id,
            Milestone.key == key,
            Milestone.withdrawn_at.is_(None),
        )
    )


def title_of(milestone: Milestone) -> str:
    """The title in the reader's language: suggested ones are translated, own ones are data."""
    return gettext(milestone.title) if milestone.key else milestone.title


def due_of(ctx: Ctx, milestone: Milestone) -> Due | None:
    """The milestone's date in words; None while there is none."""
    if milestone.on is None:
        return None
    zone = ctx.house.settings.time_zone
    return due(
        milestone.on,
        ctx.now,
        zone,
        at=milestone.at,
        delivered_on=milestone.delivered_on,
        deadline=milestone.deadline,
        tentative=milestone.tentative,
        month_only=milestone.month_only,
        whose=_("with %(name)s", name=milestone.institution.name)
        if milestone.institution
        else _("with the secretariat"),
        late_matters=counts_as_late(milestone, zone),
    )


def counts_as_late(milestone: Milestone, zone: str) -> bool:
    """Whether it may be called overdue when it has passed.

    Not when it had passed before the cycle was entered, nor when somebody outside the State's
    mechanism delivers it.
    """
    if milestone.on is None or milestone.kind.value == "third_party":
        return False
    return milestone.on >= local_date(milestone.cycle.created_at, zone)


@dataclass(frozen=True)
class Deadline:
    """A line of the deadline board: what, by when, delivered or not, who is responsible.

    `state`: overdue, soon, ahead, undated, met (delivered) or past (before this service).
    """

    milestone: Milestone
    title: str
    due: Due | None
    state: str
    responsible: str


def deadlines(
    ctx: Ctx,
    *,
    cycle: Cycle | None = None,
    institution_id: int | None = None,
    open_only: bool = False,
    until: date | None = None,
) -> list[Deadline]:
    """The deadlines that the actor may see, by date: of one cycle or of all that run.

    `open_only` leaves out what is delivered or had passed before this service knew of it.
    """
    query = _milestones(ctx).where(Milestone.deadline)
    if cycle is not None:
        query = query.where(Milestone.cycle_id == cycle.id)
    else:
        query = query.where(Milestone.cycle_id.in_(select(Cycle.id).where(~Cycle.closed)))
    if institution_id is not None:
        query = query.where(Milestone.institution_id == institution_id)
    if open_only:
        query = query.where(Milestone.delivered_on.is_(None))
    if until is not None:
        query = query.where(Milestone.on <= until)
    found = [
        Deadline(
            milestone=milestone,
            title=title_of(milestone),
            due=said,
            state=said.state if said else "undated",
            responsible=milestone.institution.name if milestone.institution else _("Secretariat"),
        )
        for milestone in ctx.session.scalars(query)
        for said in [due_of(ctx, milestone)]
    ]
    return [line for line in found if line.state != "past"] if open_only else found


def next_dates(ctx: Ctx, cycle: Cycle, limit: int = 5) -> list[Milestone]:
    """The next milestones that the actor may see and that are not delivered."""
    return list(
        ctx.session.scalars(
            _milestones(ctx)
            .where(
                Milestone.cycle_id == cycle.id,
                Milestone.on >= ctx.today,
                Milestone.delivered_on.is_(None),
            )
            .limit(limit)
        )
    )


def counts_by_cycle(ctx: Ctx) -> dict[int, tuple[int, int]]:
    """For each cycle: deadlines delivered, and deadlines in all, that the actor may see."""
    rows = ctx.session.execute(
        select(Milestone.cycle_id, func.count(Milestone.delivered_on), func.count(Milestone.id))
        .where(visible(ctx.actor), Milestone.deadline)
        .group_by(Milestone.cycle_id)
    )
    return {cycle_id: (done, total) for cycle_id, done, total in rows}


def date_changes(ctx: Ctx, cycle: Cycle, limit: int = 30) -> Sequence[Any]:
    """The newest moves of visible dates in a cycle: rows of (DateChange, Milestone)."""
    return ctx.session.execute(
        select(DateChange, Milestone)
        .join(Milestone, Milestone.id == DateChange.milestone_id)
        .where(Milestone.cycle_id == cycle.id, visible(ctx.actor))
        .order_by(DateChange.id.desc())
        .limit(limit)
    ).all()


@dataclass(frozen=True)
class StageShown:
    """A stage for `ui.stage_line`: dates in words, state done, current or ahead."""

    stage: Stage
    label: str
    state: str
    starts: str = ""
    ends: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class StageLine:
    """What `ui.stage_line` needs: the stages and how far we are (2.4 is in the third stage)."""

    stages: list[StageShown]
    today: float | None
    today_label: str
    label: str
