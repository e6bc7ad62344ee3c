"""Windows in which a version takes comments: open, extend, announce.

A window opens and closes by the clock; nothing has to run for that.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.feedback import notices
from nmrf.feedback.models import Audience, CommentWindow
from nmrf.feedback.states import Phase, closes_at, phase
from nmrf.reports import service as reports
from nmrf.reports.models import Report, ReportVersion, VersionState

CLOSING_SOON = timedelta(days=3)
# After a long outage nobody is told of windows that closed long ago.
_TOLD_LATE = timedelta(days=14)


def open_window(
    ctx: Ctx,
    version: ReportVersion,
    *,
    closes_on: date,
    opens_at: datetime | None = None,
    audience: Audience = Audience.EVERYONE,
    invitation: str = "",
) -> CommentWindow:
    """Take comments on a version until the end of `closes_on`; from now on unless told.

    The text can then be read and never changes again: it is published, or for the Government
    alone closed for review. `invitation` says what is asked of the readers.

    Raises `Conflict` when the version has a window already, `Invalid` for a date in the past.
    """
    access.require(ctx.actor, "window.manage")
    opens_at = opens_at or ctx.now
    if ctx.session.scalar(select(CommentWindow.id).where(CommentWindow.version_id == version.id)):
        raise Conflict(
            _(
                "Version %(n)s has a window for comments already. Extend that one.",
                n=version.number,
            )
        )
    window = CommentWindow(
        version_id=version.id,
        version=version,
        audience=audience,
        opens_at=opens_at,
        closes_on=closes_on,
        invitation=inputs.prose(invitation, "invitation"),
    )
    _check_end(ctx, window, opens_at)
    if version.report.submitted_version_id is not None:
        raise Conflict(_("This report has been submitted: it takes no more comments."))
    if audience is Audience.GOVERNMENT:
        if version.state is VersionState.DRAFT:
            reports.freeze(ctx, version)
    elif version.state not in (VersionState.PUBLIC, VersionState.SUBMITTED):
        reports.publish(ctx, version)
    ctx.session.add(window)
    events.record(
        ctx,
        "window.opened",
        window,
        version=version.id,
        audience=audience.value,
        opens_at=opens_at.isoformat(),
        closes_on=closes_on.isoformat(),
    )
    return window


def extend_window(
    ctx: Ctx, window: CommentWindow, *, closes_on: date, reason: str, lock: int | None = None
) -> None:
    """Let a window close later; one that has closed opens again. It is never shortened.

    Raises `Invalid` for an earlier day or without a reason.
    """
    check_lock(window, lock)
    access.require(ctx.actor, "window.manage", window)
    inputs.prose(reason, "reason", required=True)
    before = window.closes_on
    if closes_on <= before:
        raise Invalid(
            _("A window can only be extended: choose a day after %(day)s.", day=before.isoformat()),
            place="closes_on",
        )
    window.closes_on = closes_on
    _check_end(ctx, window, window.opens_at)
    ctx.session.flush()
    # The reason is told in the mail; the record of events holds no words.
    events.record(
        ctx,
        "window.extended",
        window,
        before=before.isoformat(),
        closes_on=closes_on.isoformat(),
    )
    notices.extended(ctx, window, reason)


def _check_end(ctx: Ctx, window: CommentWindow, opens_at: datetime) -> None:
    inputs.day(window.closes_on, "closes_on")
    end = closes_at(window, ctx.house.settings.time_zone)
    if end <= ctx.now:
        raise Invalid(_("This day is over. Choose today or a later day."), place="closes_on")
    if end <= opens_at:
        raise Invalid(_("It would close before it opens. Choose a later day."), place="closes_on")


def announce_windows(ctx: Ctx) -> dict[str, int]:
    """Tell those asked that a window is open and, three days before its end, that it closes soon;
    tell the secretariat that it has closed. Each is told once.
    """
    told = {"opened": 0, "closing": 0, "closed": 0}
    zone = ctx.house.settings.time_zone
    found = ctx.session.scalars(
        select(CommentWindow)
        .where(
            CommentWindow.opens_at <= ctx.now,
            CommentWindow.closes_on >= ctx.today - _TOLD_LATE,
        )
        .options(
            joinedload(CommentWindow.version)
            .joinedload(ReportVersion.report)
            .joinedload(Report.cycle)
        )
        .order_by(CommentWindow.id)
    )
    for window in found:
        end = closes_at(window, zone)
        if phase(window, ctx.now, zone) is Phase.CLOSED:
            told["closed"] += notices.closed(ctx, window)
            continue
        soon = end - CLOSING_SOON
        # A short window is announced once: its end stands in the announcement.
        if ctx.now >= soon and window.opens_at < soon:
            told["closing"] += notices.closing(ctx, window)
        else:
            told["opened"] += notices.opened(ctx, window)
    return told
