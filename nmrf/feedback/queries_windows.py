"""Reads: windows for comments as an actor may see them. The number of statements is constant.

Every page, count, file, feed and search goes through `visible_windows`.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import contains_eager

from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import GOVERNMENT, Actor
from nmrf.feedback.models import Audience, CommentWindow
from nmrf.feedback.states import Phase, phase
from nmrf.reports.models import Report, ReportVersion
from nmrf.reports.queries import visible_versions


def audiences(actor: Actor) -> frozenset[Audience]:
    """Whose windows this actor takes part in, or reads."""
    found = {Audience.EVERYONE}
    if actor.is_authenticated or actor.is_system:
        found.add(Audience.PARTNERS)
    if actor.has(*GOVERNMENT):
        found.add(Audience.GOVERNMENT)
    return frozenset(found)


def visible_windows(actor: Actor) -> ColumnElement[bool]:
    """Which windows an actor sees, where `ReportVersion` is joined.

    That a text takes comments from those with an account is told to everyone: they can sign in.
    """
    seen = audiences(actor) | {Audience.PARTNERS}
    return and_(visible_versions(actor), CommentWindow.audience.in_(seen))


def _windows(ctx: Ctx) -> Select[CommentWindow]:
    return (
        select(CommentWindow)
        .join(CommentWindow.version)
        .join(ReportVersion.report)
        .join(Report.cycle)
        .where(visible_windows(ctx.actor))
        .options(
            contains_eager(CommentWindow.version)
            .contains_eager(ReportVersion.report)
            .contains_eager(Report.cycle)
        )
        .order_by(CommentWindow.opens_at.desc(), CommentWindow.id.desc())
    )


def windows(ctx: Ctx) -> list[CommentWindow]:
    """All windows that the actor sees, the latest first, with version, report and cycle."""
    return list(ctx.session.scalars(_windows(ctx)))


def open_windows(ctx: Ctx) -> list[CommentWindow]:
    """Those that take comments now, the first to close first."""
    zone = ctx.house.settings.time_zone
    # A day's grace for the time zone; the exact instant is looked at below.
    found = ctx.session.scalars(
        _windows(ctx).where(
            CommentWindow.opens_at <= ctx.now,
            CommentWindow.closes_on >= ctx.today - timedelta(days=1),
        )
    )
    now_open = [window for window in found if phase(window, ctx.now, zone) is Phase.OPEN]
    return sorted(now_open, key=lambda window: (window.closes_on, window.id))


def window_of(ctx: Ctx, version_id: int) -> CommentWindow | None:
    """The window of a version, if it has one that the actor sees."""
    return ctx.session.scalar(_windows(ctx).where(CommentWindow.version_id == version_id))


def get_window(ctx: Ctx, window_id: int) -> CommentWindow:
    """A window that the actor sees. Raises `NotFound`."""
    window = ctx.session.scalar(_windows(ctx).where(CommentWindow.id == window_id))
    if window is None:
        raise NotFound(_("There is no such window for comments, or it is not open to you."))
    return window


def need_window(ctx: Ctx, version_id: int) -> CommentWindow:
    """The window of a version. Raises `NotFound` where the version takes no comments."""
    window = window_of(ctx, version_id)
    if window is None:
        raise NotFound(_("This text takes no comments, or not from you."))
    return window
