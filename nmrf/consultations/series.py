"""Consultations that recur: the months in which one is due, and the job that plans the next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from nmrf import access
from nmrf.consultations import arranging, kinds, notices
from nmrf.consultations.models import Consultation, Invitation, Series
from nmrf.core import events
from nmrf.core.calendar import in_month
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.models import Cycle
from nmrf.cycles.planning import practice_of

DAY = 15  # of the month, where the practice names none
BEGINS, LENGTH = time(10), timedelta(hours=3)


def create_series(
    ctx: Ctx,
    cycle: Cycle,
    *,
    title: str,
    kind: str,
    months: Iterable[int] = (),
    purpose: str = "",
) -> Series:
    """A series, by default in the months of the cycle's practice.

    Raises `Invalid` for an empty title, an unknown kind, or months that do not exist.
    """
    access.require(ctx.actor, "consultation.manage", cycle)
    practice = practice_of(ctx.house, cycle.practice).consultations
    series = Series(
        cycle_id=cycle.id,
        title=inputs.line(title, "title", required=True),
        kind=kinds.check_kind(ctx, kind),
        months=_months(list(months) or list(practice.months if practice else ())),
        purpose=inputs.prose(purpose, "purpose"),
    )
    ctx.session.add(series)
    events.record(ctx, "series.created", series, months=series.months)
    return series


def edit_series(
    ctx: Ctx, series: Series, *, title: str, kind: str, months: Iterable[int], purpose: str = ""
) -> None:
    """Change a series; what is planned already stays. Raises `Invalid` as `create_series` does."""
    access.require(ctx.actor, "consultation.manage", series)
    series.title = inputs.line(title, "title", required=True)
    series.kind = kinds.check_kind(ctx, kind)
    series.months = _months(months)
    series.purpose = inputs.prose(purpose, "purpose")
    events.record(ctx, "series.edited", series, months=series.months)


def _months(months: Iterable[int]) -> str:
    chosen = sorted(set(months))
    if not chosen or not all(1 <= month <= 12 for month in chosen):
        raise Invalid(_("Choose the months in which a consultation is due."), place="months")
    return ",".join(map(str, chosen))


def months_of(series: Series) -> list[int]:
    """The months of a series, as numbers."""
    return [int(month) for month in series.months.split(",") if month]


def next_due(series: Series, today: date, day: int) -> date:
    """The next day on which one is due, after today: that day of one of the months."""
    days = (
        in_month(year, month, day)
        for year in (today.year, today.year + 1)
        for month in months_of(series)
    )
    return min(one for one in days if one > today)


def plan_series(ctx: Ctx) -> dict[str, int]:
    """Plan the next consultation of each series of a running cycle, when its month has none.

    One that was cancelled counts as arranged, so that it is not planned again behind somebody's
    back. The new one is like the latest of the series; the secretariat is told.
    """
    planned = 0
    found = ctx.session.execute(
        select(Series, Cycle)
        .join(Cycle, Cycle.id == Series.cycle_id)
        .where(~Cycle.closed)
        .order_by(Series.id)
        .options(
            selectinload(Series.consultations)
            .selectinload(Consultation.invitations)
            .joinedload(Invitation.institution)
        )
    )
    for series, cycle in found.all():
        planned += _plan(ctx, series, cycle)
    return {"planned": planned}


def _plan(ctx: Ctx, series: Series, cycle: Cycle) -> bool:
    zone = ctx.house.settings.time_zone
    cadence = practice_of(ctx.house, cycle.practice).consultations
    due = next_due(series, ctx.today, cadence.day if cadence else DAY)
    taken = {
        (on.year, on.month) for c in series.consultations for on in [local_date(c.starts_at, zone)]
    }
    if (due.year, due.month) in taken:
        return False
    on = ctx.house.calendar.next_working_day(due)
    latest = max(series.consultations, key=lambda c: c.starts_at, default=None)
    if latest is None:
        starts_at = inputs.local_moment(on, BEGINS, zone, "starts_at")
        consultation = arranging.schedule(
            ctx,
            cycle,
            title=series.title,
            kind=series.kind,
            starts_at=starts_at,
            ends_at=starts_at + LENGTH,
            purpose=series.purpose,
            series=series,
        )
    else:
        at = latest.starts_at.astimezone(ctx.house.settings.zone).time()
        starts_at = inputs.local_moment(on, at, zone, "starts_at")
        consultation = arranging.copy(
            ctx,
            latest,
            starts_at=starts_at,
            ends_at=starts_at + (latest.ends_at - latest.starts_at),
            title=series.title,
            cycle=cycle,
        )
    notices.series_planned(ctx, series, consultation)
    return True
