"""Consultations in a given state, with their list of the invited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nmrf.accounts.models import Institution
from nmrf.consultations import service
from nmrf.consultations.models import Consultation
from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM
from nmrf.cycles.models import Cycle

STARTS = datetime(2026, 12, 15, 9, 0, tzinfo=UTC)


def scheduled(
    ctx: Ctx, of: Cycle, *invited: Institution, title: str = "Hearing", **values: object
) -> Consultation:
    """Planned for 15 December 2026, 10:00 to 13:00 in Ljubljana, with a list to invite."""
    starts = values.pop("starts_at", STARTS)
    one = service.schedule(
        ctx.acting_as(SYSTEM),
        of,
        title=title,
        kind="biannual",
        starts_at=starts,
        ends_at=values.pop("ends_at", starts + timedelta(hours=3)),
        **values,
    )
    if invited:
        service.invite(ctx.acting_as(SYSTEM), one, [i.id for i in invited])
    return one


def announced(ctx: Ctx, of: Cycle, *invited: Institution, **values: object) -> Consultation:
    one = scheduled(ctx, of, *invited, **values)
    service.announce(ctx.acting_as(SYSTEM), one)
    return one


def held(ctx: Ctx, of: Cycle, **values: object) -> Consultation:
    """Held on 1 October 2026."""
    starts = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
    return scheduled(ctx, of, starts_at=starts, already_held=True, **values)
