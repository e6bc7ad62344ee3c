"""Rounds in the one calendar of the service, for the Government."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles import entries
from nmrf.cycles.entries import CalendarEntry
from nmrf.updates.models import Round, RoundState

ALARMS = (timedelta(days=7), timedelta(days=1))


def round_entries(ctx: Ctx) -> Iterator[CalendarEntry]:
    """The window of each round, its last day, and the day of the Government's summary."""
    if not access.can(ctx.actor, "board.see"):
        return
    for one in ctx.session.scalars(select(Round).order_by(Round.id)):
        url = _page(ctx, one)
        over = one.state is RoundState.CLOSED
        yield CalendarEntry(
            uid=entries.uid(ctx, f"round-{one.id}"),
            kind="round",
            title=_("%(title)s: collection", title=one.title),
            start=one.opens_on,
            end=one.closes_on,
            url=url,
            sequence=one.lock,
        )
        yield CalendarEntry(
            uid=entries.uid(ctx, f"round-{one.id}-closes"),
            kind="round",
            title=_("%(title)s: last day", title=one.title),
            start=one.closes_on,
            url=url,
            deadline=True,
            delivered=over,
            sequence=one.lock,
            alarms=() if over else ALARMS,
        )
        if one.consolidate_by is not None:
            yield CalendarEntry(
                uid=entries.uid(ctx, f"round-{one.id}-summary"),
                kind="round",
                title=_("%(title)s: summary for the Government", title=one.title),
                start=one.consolidate_by,
                url=url,
                sequence=one.lock,
            )


def _page(ctx: Ctx, one: Round) -> str:
    """The page of a round that the actor may open."""
    if access.can(ctx.actor, "round.monitor"):
        return ctx.house.link("updates.round", round_id=one.id)
    if ctx.actor.institutions_as(*access.MINISTRY):
        return ctx.house.link("updates.mine", round_id=one.id)
    return ctx.house.link("updates.index")


entries.register("rounds", round_entries)
