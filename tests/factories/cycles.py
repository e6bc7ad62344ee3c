"""Cycles with suggested dates, and single dates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM
from nmrf.cycles import service
from nmrf.cycles.models import Cycle, Milestone, MilestoneKind, Stage


def planned(ctx: Ctx, session: int = 54, **values: object) -> Cycle:
    """A cycle as the secretariat opens it; the tests' day is 18 November 2026."""
    return service.create_cycle(ctx.acting_as(SYSTEM), session=session, **values)


def date_of(cycle: Cycle, key: str) -> Milestone:
    return next(m for m in cycle.milestones if m.key == key)


def milestone(session: Session, of: Cycle, title: str = "Something due", **values: object):
    row = Milestone(
        **{
            "cycle_id": of.id,
            "title": title,
            "stage": Stage.DRAFTING,
            "kind": MilestoneKind.NATIONAL,
            "on": date(2026, 12, 1),
            "tentative": False,
            "source": "Secretariat",
            **values,
        }
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return row


def mails(session: Session, kind: str = "") -> list[tuple[str, str, str]]:
    """Queued mails as (kind, address, subject), of one kind or all."""
    from nmrf.outbox.models import Message

    query = select(Message).order_by(Message.id)
    return [
        (m.kind, m.to_address, m.subject)
        for m in session.scalars(query)
        if not kind or m.kind == kind
    ]
