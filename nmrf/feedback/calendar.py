"""Windows for comment in the one calendar of the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles import entries
from nmrf.cycles.entries import CalendarEntry
from nmrf.feedback import queries_windows
from nmrf.feedback.states import Phase, phase

ALARMS = (timedelta(days=3),)


def window_entries(ctx: Ctx) -> Iterator[CalendarEntry]:
    """The windows that the actor sees: when they open, and the day on which they close."""
    zone = ctx.house.settings.time_zone
    for window in queries_windows.windows(ctx):
        version = window.version
        over = phase(window, ctx.now, zone) is Phase.CLOSED
        yield CalendarEntry(
            uid=entries.uid(ctx, f"window-{window.id}"),
            kind="window",
            title=_(
                "Comments on %(title)s, version %(n)s",
                title=version.report.title,
                n=version.number,
            ),
            start=window.opens_at.astimezone(ctx.house.settings.zone).date(),
            end=window.closes_on,
            url=ctx.house.link("feedback.version", version_id=version.id),
            description=window.invitation,
            sequence=window.lock,
            alarms=() if over else ALARMS,
            delivered=over,
            deadline=True,
        )


entries.register("feedback", window_entries)
