"""Rounds: create, open, extend, close. One update for each recommendation of each institution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf import access
from nmrf.core import events
from nmrf.core.calendar import is_over
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.cycles.models import Cycle
from nmrf.definitions import RoundWindow, load
from nmrf.recommendations.queries import owned
from nmrf.updates import notices
from nmrf.updates.models import Round, RoundState, Update, UpdateState
from nmrf.updates.states import check_round_move


def suggested(ctx: Ctx, cycle: Cycle, year: int) -> RoundWindow | None:
    """The dates of the cycle's practice for a year; None where it has no yearly round."""
    practice = load(ctx.house.settings.workflows).practices.get(cycle.practice)
    return practice.round.in_year(year) if practice and practice.round else None


def next_year(ctx: Ctx, cycle: Cycle) -> int:
    """The year of the next round of a cycle: the first that is not over and not taken."""
    taken = set(ctx.session.scalars(select(Round.year).where(Round.cycle_id == cycle.id)))
    year = ctx.today.year
    window = suggested(ctx, cycle, year)
    if window is not None and window.closes < ctx.today:
        year += 1
    while year in taken:
        year += 1
    return year


def create_round(
    ctx: Ctx,
    cycle: Cycle,
    *,
    year: int,
    opens_on: date,
    closes_on: date,
    title: str = "",
    consolidate_by: date | None = None,
) -> Round:
    """Plan a round; it opens by itself on `opens_on`. Dates are local, the last one ends at 24:00.

    Raises `Conflict` when the cycle is closed or has a round of that year, `Invalid` for dates
    in the wrong order.
    """
    access.require(ctx.actor, "round.manage")
    if cycle.closed:
        raise Conflict(_("This cycle is closed. A round belongs to a cycle that is running."))
    if not inputs.FIRST.year <= year <= inputs.LAST.year:
        raise Invalid(_("Give the year in four digits, such as 2027."), place="year")
    if ctx.session.scalar(select(Round.id).where(Round.cycle_id == cycle.id, Round.year == year)):
        raise Conflict(
            _("This cycle already has a round of %(year)s. Change its dates instead.", year=year),
            place="year",
        )
    _check_dates(opens_on, closes_on, consolidate_by)
    made = Round(
        cycle_id=cycle.id,
        title=inputs.line(title, "title") or _("Updates of %(year)s", year=year),
        year=year,
        opens_on=opens_on,
        closes_on=closes_on,
        consolidate_by=consolidate_by,
        state=RoundState.PLANNED,
    )
    made.cycle = cycle
    ctx.session.add(made)
    events.record(ctx, "round.created", made, opens_on=opens_on, closes_on=closes_on)
    return made


def edit_round(
    ctx: Ctx,
    round: Round,  # noqa: A002
    *,
    title: str,
    opens_on: date,
    closes_on: date,
    consolidate_by: date | None = None,
    lock: int | None = None,
) -> None:
    """Change a round that has not opened. Raises `Conflict` for one that has: extend it instead."""
    check_lock(round, lock)
    if round.state is not RoundState.PLANNED:
        raise Conflict(_("This round has opened. Its end can be moved by extending it."))
    access.require(ctx.actor, "round.manage", round)
    _check_dates(opens_on, closes_on, consolidate_by)
    was = round.closes_on
    round.title = inputs.line(title, "title", required=True)
    round.opens_on, round.closes_on, round.consolidate_by = opens_on, closes_on, consolidate_by
    events.record(ctx, "round.edited", round, was=was, opens_on=opens_on, closes_on=closes_on)


def _check_dates(opens_on: date, closes_on: date, consolidate_by: date | None) -> None:
    inputs.day(opens_on, "opens_on")
    inputs.day(closes_on, "closes_on")
    inputs.day(consolidate_by, "consolidate_by")
    if closes_on < opens_on:
        raise Invalid(_("The round closes before it opens."), place="closes_on")
    if consolidate_by is not None and consolidate_by < closes_on:
        raise Invalid(
            _("The Government's summary cannot be due before the round closes."),
            place="consolidate_by",
        )


def has_ended(ctx: Ctx, round: Round) -> bool:  # noqa: A002
    """Whether the last day of a round is over, at 24:00 in the national time zone."""
    return is_over(ctx.now, round.closes_on, ctx.house.settings.time_zone)


def open_round(ctx: Ctx, round: Round, lock: int | None = None) -> int:  # noqa: A002
    """Ask every institution about each recommendation that it leads or supports.

    Gives how many updates were asked for. Raises `Conflict` for a round that is not planned,
    whose last day is over, or where no recommendation has an owner.
    """
    check_lock(round, lock)
    check_round_move(round.state, RoundState.OPEN)
    if round.state is not RoundState.PLANNED:
        raise Conflict(_("This round has been closed. Extend it to open it again."))
    access.require(ctx.actor, "round.manage", round)
    if has_ended(ctx, round):
        raise Conflict(_("The last day of this round has passed. Give it a later one first."))
    round.state = RoundState.OPEN
    asked = ask(ctx, round)
    if not asked.new:
        raise Conflict(
            _(
                "No recommendation of this cycle is assigned, so there is nobody to ask. Assign "
                "them first."
            )
        )
    events.record(ctx, "round.opened", round, asked=len(asked.new))
    notices.opened(ctx, round, asked.new)
    return len(asked.new)


@dataclass(frozen=True)
class Asked:
    """What changed when the updates were compared with the assignments."""

    new: list[Update]
    dropped: int


def ask(ctx: Ctx, round: Round) -> Asked:  # noqa: A002
    """Make the updates of a round follow the assignments of today.

    New assignments are asked for. What was asked and never begun is taken back when the
    assignment has ended; whatever holds words stays.
    """
    there = {
        (one.institution_id, one.recommendation_id): one
        for one in ctx.session.scalars(select(Update).where(Update.round_id == round.id))
    }
    wanted = {
        (one.institution_id, one.recommendation_id): one for one in owned(ctx.session, round.cycle)
    }
    new = []
    for key, assignment in wanted.items():
        if key in there:
            if there[key].lead != assignment.lead:
                there[key].lead = assignment.lead
            continue
        made = Update(
            round_id=round.id,
            institution_id=assignment.institution_id,
            recommendation_id=assignment.recommendation_id,
            lead=assignment.lead,
            state=UpdateState.REQUESTED,
            held_since=ctx.now,
        )
        made.round, made.institution = round, assignment.institution
        made.recommendation = assignment.recommendation
        new.append(made)
    gone = [
        one
        for key, one in there.items()
        if key not in wanted and one.state is UpdateState.REQUESTED
    ]
    for one in gone:
        ctx.session.delete(one)
    ctx.session.add_all(new)
    ctx.session.flush()
    return Asked(new, len(gone))


def close_round(ctx: Ctx, round: Round, lock: int | None = None) -> None:  # noqa: A002
    """Take no more updates, except what was or is sent back. What waits can still be signed.

    Raises `Conflict` for a round that is not open.
    """
    check_lock(round, lock)
    check_round_move(round.state, RoundState.CLOSED)
    access.require(ctx.actor, "round.manage", round)
    round.state = RoundState.CLOSED
    events.record(ctx, "round.closed", round)


def extend_round(
    ctx: Ctx,
    round: Round,  # noqa: A002
    closes_on: date,
    reason: str,
    lock: int | None = None,
) -> None:
    """Give a round a later last day, and open it again if it was closed; those who owe are told.

    Raises `Invalid` without a reason, or when the day is not later or is over already;
    `Conflict` for a round that has not opened.
    """
    check_lock(round, lock)
    if round.state is RoundState.PLANNED:
        raise Conflict(_("This round has not opened yet. Change its dates instead."))
    access.require(ctx.actor, "round.manage", round)
    reason = inputs.prose(reason, "reason", required=True)
    inputs.day(closes_on, "closes_on")
    if closes_on <= round.closes_on:
        raise Invalid(_("Choose a day after the present last day."), place="closes_on")
    if is_over(ctx.now, closes_on, ctx.house.settings.time_zone):
        raise Invalid(_("This day is over already."), place="closes_on")
    was = round.closes_on
    round.closes_on = closes_on
    if round.consolidate_by is not None and round.consolidate_by < closes_on:
        round.consolidate_by = closes_on
    if round.state is RoundState.CLOSED:
        check_round_move(round.state, RoundState.OPEN)
        round.state = RoundState.OPEN
    events.record(ctx, "round.extended", round, was=was, became=closes_on)
    notices.extended(ctx, round, was, reason)


def open_and_close_due(ctx: Ctx) -> dict[str, int]:
    """Open and close rounds on their dates, and ask for what was assigned meanwhile.

    A round whose whole window an outage swallowed is left for the secretariat to move.
    """
    counts = {"opened": 0, "closed": 0, "asked": 0}
    running = ctx.session.scalars(
        select(Round)
        .join(Round.cycle)
        .where(Round.state != RoundState.CLOSED, ~Cycle.closed)
        .options(joinedload(Round.cycle))
        .order_by(Round.id)
    ).all()
    for one in running:
        if one.state is RoundState.PLANNED:
            if one.opens_on <= ctx.today and not has_ended(ctx, one) and _somebody(ctx, one):
                counts["asked"] += open_round(ctx, one)
                counts["opened"] += 1
        elif has_ended(ctx, one):
            close_round(ctx, one)
            counts["closed"] += 1
        else:
            asked = ask(ctx, one)
            if asked.new or asked.dropped:
                events.record(ctx, "round.asked", one, asked=len(asked.new), dropped=asked.dropped)
            notices.opened(ctx, one, asked.new)
            counts["asked"] += len(asked.new)
    return counts


def _somebody(ctx: Ctx, round: Round) -> bool:  # noqa: A002
    return bool(owned(ctx.session, round.cycle))
