from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nmrf.core.db import Base, Code, Key, Line, Prose, word


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Message(Base):
    """A mail to one person, written in the transaction of what it tells about."""

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_state_not_before", "state", "not_before"),)

    id: Mapped[Key]
    # The same key is never queued twice: `consultation.invited:12:person:7:seq:0`.
    dedupe_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[Code]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    to_name: Mapped[Line]
    to_address: Mapped[Line]
    language: Mapped[Code]
    subject: Mapped[Line]
    body: Mapped[Prose]
    why: Mapped[Line]  # "You receive this because …"
    calendar: Mapped[Prose] = mapped_column(default="")
    calendar_method: Mapped[Code] = mapped_column(default="")
    # Holds a personal link: the body is shown to nobody and wiped when sent.
    sensitive: Mapped[bool] = mapped_column(default=False)
    subject_type: Mapped[Code]
    subject_id: Mapped[Code]
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    state: Mapped[MessageState] = mapped_column(word(MessageState), default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    deliveries: Mapped[list[Delivery]] = relationship(order_by="Delivery.id")


class Delivery(Base):
    """One try to send a message, and the mail server's answer."""

    __tablename__ = "delivery"

    id: Mapped[Key]
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    at: Mapped[datetime]
    delivered: Mapped[bool]
    code: Mapped[int | None]
    detail: Mapped[Line] = mapped_column(default="")
