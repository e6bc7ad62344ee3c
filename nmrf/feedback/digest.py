"""Once a day: how many comments came in, so that none can be lost unseen.

The number and a digest of the day's receipts go into the record of events. Whoever holds the
receipts can show later that one is missing; from the digest alone nobody learns anything.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.events import Event
from nmrf.feedback import notices
from nmrf.feedback.arrival import forget_order
from nmrf.feedback.models import Comment, CommentWindow
from nmrf.reports.models import ReportVersion

KIND = "comments.received"


def digest_received(ctx: Ctx) -> dict[str, int]:
    """Record and tell what came in on each day before today that is not recorded yet.

    After that the database does not know in which order it came.
    """
    recorded = {
        (event.subject_id, event.data["day"])
        for event in ctx.session.scalars(select(Event).where(Event.kind == KIND))
    }
    days: dict[tuple[int, date], list[str]] = defaultdict(list)
    for version_id, day, receipt_hash in ctx.session.execute(
        select(Comment.version_id, Comment.received_on, Comment.receipt_hash).where(
            Comment.received_on < ctx.today
        )
    ):
        days[version_id, day].append(receipt_hash)
    windows = {
        window.version_id: window
        for window in ctx.session.scalars(
            select(CommentWindow).options(
                joinedload(CommentWindow.version).joinedload(ReportVersion.report)
            )
        )
    }
    new: dict[date, list[tuple[CommentWindow, int]]] = defaultdict(list)
    for (version_id, day), hashes in sorted(days.items(), key=lambda item: item[0][::-1]):
        window = windows[version_id]
        if (str(window.id), day.isoformat()) in recorded:
            continue
        events.record(
            ctx,
            KIND,
            window,
            day=day.isoformat(),
            count=len(hashes),
            digest=digest_of(hashes),
        )
        new[day].append((window, len(hashes)))
    for day, rows in new.items():
        notices.received(ctx, day, rows)
    forget_order(ctx)
    return {"days": len(new), "comments": sum(n for rows in new.values() for _w, n in rows)}


def digest_of(hashes: Iterable[str]) -> str:
    """The SHA-256 of receipt hashes in alphabetical order, so that it tells nothing of theirs."""
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
