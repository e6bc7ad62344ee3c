"""Indicators of an action and their dated values. A value is never overwritten."""

from __future__ import annotations

from datetime import date

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.recommendations.models_plan import Action, Indicator, IndicatorValue

MOST = 20  # indicators of an action
_CODE = 80


def add_indicator(
    ctx: Ctx,
    action: Action,
    *,
    what: str,
    unit: str = "",
    baseline: str = "",
    target: str = "",
    due_on: date | None = None,
    source: str = "",
) -> Indicator:
    """Say what is measured of an action, from which value to which, by when, from what source.

    Raises `Refused` unless the actor writes the action, `Conflict` when it is done or dropped or
    has too many, `Invalid` for nothing to measure or a text that is too long.
    """
    access.require(ctx.actor, "action.write", action)
    _check_open(action)
    if len(action.indicators) >= MOST:
        raise Conflict(_("An action has %(n)s indicators at most.", n=MOST))
    indicator = Indicator(action_id=action.id)
    _write(indicator, what, unit, baseline, target, due_on, source)
    action.indicators.append(indicator)
    events.record(ctx, "indicator.set", indicator, action=action.id)
    return indicator


def change_indicator(
    ctx: Ctx,
    indicator: Indicator,
    *,
    what: str,
    unit: str,
    baseline: str,
    target: str,
    due_on: date | None,
    source: str,
    lock: int | None = None,
) -> None:
    """Change an indicator of which no value has been recorded yet.

    Raises `Conflict` for an old `lock`, an ended indicator, or one that has values: what was
    measured must not become something else afterwards.
    """
    check_lock(indicator, lock)
    _check_open(indicator.action)
    _check_current(indicator)
    if indicator.values_by_day:
        raise Conflict(
            _(
                "Values have been recorded of this indicator, so it stays as it is. End it and set "
                "another one."
            )
        )
    access.require(ctx.actor, "action.write", indicator.action)
    _write(indicator, what, unit, baseline, target, due_on, source)
    events.record(ctx, "indicator.changed", indicator, action=indicator.action_id)


def end_indicator(ctx: Ctx, indicator: Indicator, *, lock: int | None = None) -> None:
    """Measure this no longer. The indicator and its values stay readable.

    Raises `Conflict` when it has ended already, `Refused` unless the actor writes the action.
    """
    check_lock(indicator, lock)
    _check_current(indicator)
    access.require(ctx.actor, "action.write", indicator.action)
    indicator.ended_at = ctx.now
    events.record(ctx, "indicator.ended", indicator, action=indicator.action_id)


def record_value(
    ctx: Ctx, indicator: Indicator, value: str, *, on: date | None, source: str, note: str = ""
) -> IndicatorValue:
    """Add a value with its day and source. Those before it stay; a correction is a new value.

    Raises `Invalid` for no value or source or a day to come, `Conflict` for an ended indicator,
    `Refused` unless the actor writes the action.
    """
    access.require(ctx.actor, "action.write", indicator.action)
    _check_current(indicator)
    on = inputs.day(on, "on") or ctx.today
    if on > ctx.today:
        raise Invalid(_("A value is of today or of a day before."), place="on")
    made = IndicatorValue(
        indicator_id=indicator.id,
        value=inputs.line(value, "value", required=True, longest=_CODE),
        on=on,
        source=inputs.line(source, "source", required=True),
        note=inputs.prose(note, "note"),
        recorded_at=ctx.now,
        recorded_by_id=ctx.actor.id,
    )
    ctx.session.add(made)
    events.record(
        ctx, "indicator.value_recorded", indicator, action=indicator.action_id, on=on.isoformat()
    )
    ctx.session.expire(indicator, ["values_by_day"])
    return made


def _write(
    indicator: Indicator,
    what: str,
    unit: str,
    baseline: str,
    target: str,
    due_on: date | None,
    source: str,
) -> None:
    indicator.what = inputs.line(what, "what", required=True)
    indicator.unit = inputs.line(unit, "unit", longest=_CODE)
    indicator.baseline = inputs.line(baseline, "baseline", longest=_CODE)
    indicator.target = inputs.line(target, "target", longest=_CODE)
    indicator.due_on = inputs.day(due_on, "due_on")
    indicator.source = inputs.line(source, "source")


def _check_open(action: Action) -> None:
    if not action.is_open:
        raise Conflict(_("This action is closed. Take it up again first."))


def _check_current(indicator: Indicator) -> None:
    if indicator.ended_at is not None:
        raise Conflict(_("This indicator has ended."))
