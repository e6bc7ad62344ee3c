"""Verbs on the dates of a cycle: add, edit, move, deliver, withdraw. Nothing is ever deleted."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles import inputs, notices
from nmrf.cycles.models import Cycle, DateChange, Milestone, MilestoneKind, Stage
from nmrf.cycles.planning import Move, definition_of, fact_of, preview_following
from nmrf.cycles.stage_line import plan_periods
from nmrf.definitions import Suggestion


def check_lock(thing: Any, lock: int | None) -> None:
    """Raise `Conflict` when the form was opened before somebody else changed the thing."""
    if lock is not None and lock != thing.lock:
        raise Conflict(
            _(
                "Somebody else changed this while you had it open. Look at what stands there now, "
                "and send your change again if it still holds."
            ),
            place="lock",
        )


def add_milestone(
    ctx: Ctx,
    cycle: Cycle,
    *,
    title: str,
    stage: Stage,
    kind: MilestoneKind = MilestoneKind.NATIONAL,
    on: date | None = None,
    at: time | None = None,
    tentative: bool = False,
    source: str = "",
    note: str = "",
    deadline: bool = True,
    institution_id: int | None = None,
    visibility: Visibility = Visibility.PUBLIC,
) -> Milestone:
    """Add a date of one's own. `on` and `at` are local; a deadline without `at` ends at 24:00.

    Raises `Invalid` for a title that is empty or a year that is a slip.
    """
    access.require(ctx.actor, "milestone.edit", cycle)
    milestone = Milestone(
        cycle_id=cycle.id,
        key=None,
        title=inputs.line(title, "title", required=True),
        stage=stage,
        kind=kind,
        on=inputs.day(on, "on"),
        at=at,
        tentative=tentative or on is None,
        source=inputs.line(source, "source") or _("Secretariat"),
        note=inputs.prose(note, "note"),
        deadline=deadline,
        institution_id=_institution(ctx, institution_id),
        visibility=visibility,
    )
    milestone.cycle = cycle
    ctx.session.add(milestone)
    events.record(ctx, "milestone.added", milestone, on=on, cycle=cycle.id)
    return milestone


def edit_milestone(
    ctx: Ctx,
    milestone: Milestone,
    *,
    title: str,
    stage: Stage,
    kind: MilestoneKind,
    at: time | None,
    note: str,
    deadline: bool,
    institution_id: int | None,
    visibility: Visibility,
    lock: int | None = None,
) -> None:
    """Change everything but the date, which only `move_milestone` does.

    Raises `Conflict` for an old `lock`, `Invalid` for an empty title.
    """
    check_lock(milestone, lock)
    access.require(ctx.actor, "milestone.edit", milestone)
    new = inputs.line(title, "title", required=True)
    if milestone.key is None or new != _(milestone.title):
        # A suggested title that was not touched stays English underneath, to be translated.
        milestone.title = new
    milestone.stage, milestone.kind, milestone.at = stage, kind, at
    milestone.note = inputs.prose(note, "note")
    milestone.deadline, milestone.visibility = deadline, visibility
    milestone.institution_id = _institution(ctx, institution_id)
    milestone.sequence += 1
    events.record(ctx, "milestone.edited", milestone, institution=institution_id)


def move_milestone(
    ctx: Ctx,
    milestone: Milestone,
    on: date | None,
    *,
    tentative: bool,
    source: str,
    reason: str,
    lock: int | None = None,
    follow: bool = False,
) -> list[Move]:
    """Move a date, keep the old one with the reason, and tell those concerned once.

    With `follow`, the dates counted from it move too, except those that have passed; what moved
    with it is returned. `on=None` says that the date is open again.

    Raises `Conflict` for an old `lock` or a withdrawn date, `Invalid` without a reason or change.
    """
    check_lock(milestone, lock)
    access.require(ctx.actor, "milestone.edit", milestone)
    if milestone.withdrawn_at is not None:
        raise Conflict(_("This date was withdrawn, so it cannot be moved."))
    inputs.day(on, "on")
    reason = inputs.line(reason, "reason", required=True)
    source = inputs.line(source, "source", required=True)
    if (on, tentative, source) == (milestone.on, milestone.tentative, milestone.source):
        raise Invalid(_("Nothing changes: date and source are what they were."), place="on")
    following = preview_following(ctx, milestone, on) if follow and on else []
    if fact := fact_of(definition_of(ctx.house, milestone)):
        _enter_fact(milestone, fact, on, source, tentative=tentative)
    was = milestone.on
    change_date(ctx, milestone, on, tentative=tentative, source=source, reason=reason)
    moved = [notices.Moved(milestone, was)]
    for move in following:
        moved += apply_move(ctx, milestone.cycle, move, reason)
    replan(milestone.cycle)
    events.record(
        ctx,
        "milestone.moved",
        milestone,
        was=was,
        became=on,
        tentative=tentative,
        with_it=len(following),
    )
    key = f"milestone:{milestone.id}:seq:{milestone.sequence}"
    notices.dates_moved(ctx, milestone.cycle, moved, reason=reason, key=key)
    return following


def _enter_fact(
    milestone: Milestone, fact: str, on: date | None, source: str, *, tentative: bool
) -> None:
    """Keep a UN date that was entered, so that what is counted from it is counted from here."""
    entered = dict(milestone.cycle.facts)
    if on is None:
        entered.pop(fact, None)
    else:
        entered[fact] = {"on": on.isoformat(), "source": source, "tentative": tentative}
    milestone.cycle.facts = entered
    milestone.suggested_on = on


def change_date(
    ctx: Ctx,
    milestone: Milestone,
    on: date | None,
    *,
    tentative: bool,
    source: str,
    reason: str,
    month_only: bool = False,
) -> None:
    """Write a new date and keep the old one. Only the verbs on dates call this."""
    milestone.changes.append(
        DateChange(
            was_on=milestone.on,
            was_tentative=milestone.tentative,
            was_source=milestone.source,
            became_on=on,
            reason=reason,
            changed_at=ctx.now,
            changed_by_id=ctx.actor.id,
        )
    )
    milestone.on, milestone.tentative, milestone.source = on, tentative or on is None, source
    milestone.month_only = month_only
    milestone.sequence += 1


def apply_move(ctx: Ctx, cycle: Cycle, move: Move, reason: str) -> list[notices.Moved]:
    """Carry out one line of a preview; gives what has to be told."""
    row, now = move.milestone, move.suggestion
    if move.kind == "new" and now is not None:
        cycle.milestones.append(suggested(now, ""))
    if row is None or move.kind in {"new", "stays"}:
        return []
    if move.kind == "goes":
        row.key = None  # the calendar may suggest it again
        row.withdrawn_at, row.withdrawn_reason = ctx.now, reason
        row.sequence += 1
        return []
    was, by_hand = row.on, row.on != row.suggested_on
    follows = now is not None and not by_hand
    change_date(
        ctx,
        row,
        move.becomes,
        tentative=now.tentative if now and follows else row.tentative,
        source=now.source if now and follows else row.source,
        reason=reason,
        month_only=now.month_only if now and follows else False,
    )
    row.suggested_on = now.date if now and follows else move.suggested_on
    if now is not None:
        row.key = now.id
    return [notices.Moved(row, was)] if was != row.on else []


def suggested(one: Suggestion, note: str) -> Milestone:
    """A new milestone from a calendar's suggestion."""
    return Milestone(
        key=one.id,
        title=one.title,
        stage=Stage(one.stage),
        kind=MilestoneKind(one.kind),
        on=one.date,
        suggested_on=one.date,
        tentative=one.tentative,
        month_only=one.month_only,
        source=one.source[:400],
        note=note,
        deadline=one.deadline,
        visibility=Visibility(one.visibility),
    )


def replan(cycle: Cycle) -> None:
    """Let the planned days of the stages follow the milestones that bound them."""
    plan_periods(
        cycle,
        {m.key: m.on for m in cycle.milestones if m.key is not None and m.withdrawn_at is None},
    )


def deliver_milestone(
    ctx: Ctx, milestone: Milestone, on: date | None = None, *, lock: int | None = None
) -> None:
    """Say that what was due is delivered, today unless told; reminders stop.

    Raises `Invalid` for a day in the future, `Conflict` when it was delivered or withdrawn.
    """
    check_lock(milestone, lock)
    access.require(ctx.actor, "milestone.deliver", milestone)
    day = on or ctx.today
    if milestone.withdrawn_at is not None or milestone.delivered_on is not None:
        raise Conflict(_("This is already marked as delivered, or was withdrawn."))
    if day > ctx.today:
        raise Invalid(_("The day of delivery lies in the future."), place="delivered_on")
    inputs.day(day, "delivered_on")
    milestone.delivered_on = day
    milestone.sequence += 1
    events.record(ctx, "milestone.delivered", milestone, on=day)


def reopen_milestone(ctx: Ctx, milestone: Milestone, *, lock: int | None = None) -> None:
    """Take back that something was delivered. Raises `Conflict` when it was not."""
    check_lock(milestone, lock)
    access.require(ctx.actor, "milestone.edit", milestone)
    if milestone.delivered_on is None:
        raise Conflict(_("This is not marked as delivered."))
    milestone.delivered_on = None
    milestone.sequence += 1
    events.record(ctx, "milestone.reopened", milestone)


def withdraw_milestone(
    ctx: Ctx, milestone: Milestone, reason: str, *, lock: int | None = None
) -> None:
    """Hide a date that no longer holds; the row and its history stay.

    Raises `Invalid` without a reason, `Conflict` when it is withdrawn already.
    """
    check_lock(milestone, lock)
    access.require(ctx.actor, "milestone.edit", milestone)
    reason = inputs.line(reason, "reason", required=True)
    if milestone.withdrawn_at is not None:
        raise Conflict(_("This date is withdrawn already."))
    milestone.withdrawn_at, milestone.withdrawn_reason = ctx.now, reason
    milestone.sequence += 1
    replan(milestone.cycle)
    events.record(ctx, "milestone.withdrawn", milestone)


def _institution(ctx: Ctx, institution_id: int | None) -> int | None:
    if institution_id is None:
        return None
    institution = ctx.session.get(Institution, institution_id)
    if institution is None or not institution.active:
        raise Invalid(_("Choose an institution from the list."), place="institution_id")
    return institution_id
