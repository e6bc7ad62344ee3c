"""The event log: append-only, chained by hash, written in the transaction of the change.

An event never holds a person's name, address or words: it names things by type and id.
Nothing about an anonymous comment is recorded here when it arrives; see `feedback/service.py`.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import DDL, Index, String, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from nmrf.core.ctx import Ctx
from nmrf.core.db import Base, Code, Json, Key

GENESIS = "0" * 64


class Event(Base):
    """One thing that happened, in the past tense, such as `recommendation.assigned`."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject_type_subject_id", "subject_type", "subject_id"),)

    id: Mapped[Key]
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(index=True)
    actor_role: Mapped[Code]
    kind: Mapped[str] = mapped_column(String(80), index=True)
    subject_type: Mapped[Code]
    subject_id: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    def computed_hash(self) -> str:
        """What the hash must be, from everything that the row says and the row before it."""
        body = json.dumps(
            [
                self.previous_hash,
                self.at.isoformat(),
                self.actor_id,
                self.actor_role,
                self.kind,
                self.subject_type,
                self.subject_id,
                self.data,
            ],
            sort_keys=True,
            ensure_ascii=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(body.encode()).hexdigest()


class EventHead(Base):
    """One row: the hash of the newest event. Locking it puts writers in line."""

    __tablename__ = "event_head"

    id: Mapped[Key]
    hash: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]


APPEND_ONLY: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE TRIGGER event_no_update BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
        """CREATE TRIGGER event_no_delete BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'events are append-only'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$""",
        """CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
        FOR EACH ROW EXECUTE FUNCTION event_append_only()""",
    ),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(
            Event.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
        )


def record(ctx: Ctx, kind: str, subject: Any, **data: Any) -> None:
    """Say that something happened to `subject` (a row with an id). Written when the change is.

    The chain is closed just before the commit, so that writers wait for each other only there.
    """
    subject_type = type(subject).__tablename__
    ctx.session.flush()
    ctx.session.connection()  # a rollback is told to us only once a transaction has begun
    pending = ctx.session.info.setdefault("nmrf_events", [])
    pending.append(
        Event(
            at=ctx.now,
            actor_id=ctx.actor.id,
            actor_role=_role_of(ctx),
            kind=kind,
            subject_type=subject_type,
            subject_id=str(subject.id),
            data=json.loads(json.dumps(data, default=str)),
        )
    )


def _role_of(ctx: Ctx) -> str:
    if ctx.actor.is_system:
        return "system"
    roles = sorted(ctx.actor.roles)
    return roles[0].value if roles else "public"


@event.listens_for(Session, "before_commit")
def _close_chain(session: Session) -> None:
    pending: list[Event] = session.info.pop("nmrf_events", [])
    if not pending:
        return
    head = session.scalar(select(EventHead).where(EventHead.id == 1).with_for_update())
    if head is None:
        head = EventHead(id=1, hash=GENESIS, length=0)
        session.add(head)
    for item in pending:
        item.previous_hash = head.hash
        item.hash = item.computed_hash()
        head.hash = item.hash
        head.length += 1
    session.add_all(pending)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: object) -> None:
    session.info.pop("nmrf_events", None)


@dataclass(frozen=True)
class ChainReport:
    """`length` events were read; `broken_at` is the id of the first that does not fit, if any."""

    length: int
    broken_at: int | None
    reason: str = ""


def verify_chain(session: Session) -> ChainReport:
    """Recompute every hash, and compare the end with the head."""
    previous, length = GENESIS, 0
    query = select(Event).order_by(Event.id).execution_options(yield_per=1000)
    with closing(session.scalars(query)) as events:
        for item in events:
            if item.previous_hash != previous:
                reason = "an event before it is missing or out of place"
                return ChainReport(length, item.id, reason)
            if item.computed_hash() != item.hash:
                return ChainReport(length, item.id, "its content was changed")
            previous, length = item.hash, length + 1
    head = session.get(EventHead, 1)
    if (head.hash if head else GENESIS) != previous:
        return ChainReport(length, 0, "events at the end are missing")
    return ChainReport(length, None)


def history(session: Session, subject_type: str, subject_id: object) -> list[Event]:
    """What happened to one thing, oldest first."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.subject_type == subject_type, Event.subject_id == str(subject_id))
            .order_by(Event.id)
        )
    )
