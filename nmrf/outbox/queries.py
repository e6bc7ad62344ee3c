"""Reads of the mail log. Who may see the log is asked in the views.

A mail to a commenter is listed for all who see the log, and found by what is in it only by those
who may read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, defer, selectinload

from nmrf.access import MAIL_TO_COMMENTERS, can
from nmrf.core.paging import Page, paginate
from nmrf.core.roles import Actor
from nmrf.outbox.models import Message, MessageState

CAUGHT_PAGE = 20
# A message that is due so long and still waits is a sign that nothing is being sent.
OVERDUE = timedelta(minutes=15)


def readable(actor: Actor) -> ColumnElement[bool]:
    """Which mails of the log an actor may read: the rule `mail.read` of `access.py`."""
    if can(actor, "comment.see_author"):
        return true()
    return Message.kind.not_in(MAIL_TO_COMMENTERS)


@dataclass(frozen=True)
class MailFilter:
    """What the mail log is narrowed to; empty means all."""

    states: tuple[MessageState, ...] = ()
    kinds: tuple[str, ...] = ()
    words: str = ""
    person_id: int | None = None

    @property
    def any(self) -> bool:
        return bool(self.states or self.kinds or self.words or self.person_id is not None)

    def conditions(self, actor: Actor, *, but: str = "") -> list[ColumnElement[bool]]:
        """The filter without the part named `but`, for the counts beside that part's choices."""
        found: list[ColumnElement[bool]] = []
        if self.kinds or self.words or self.person_id is not None:
            # Who finds a mail by an address knows that it went there.
            found.append(readable(actor))
        if self.states and but != "states":
            found.append(Message.state.in_(self.states))
        if self.kinds and but != "kinds":
            found.append(Message.kind.in_(self.kinds))
        if self.person_id is not None:
            found.append(Message.person_id == self.person_id)
        if self.words:
            columns = (Message.to_name, Message.to_address, Message.subject)
            found.append(or_(*(one.icontains(self.words, autoescape=True) for one in columns)))
        return found


def messages(session: Session, actor: Actor, wanted: MailFilter, page: int) -> Page[Message]:
    """Messages without their texts, newest first; also those that the actor may not read."""
    query = (
        select(Message)
        .where(*wanted.conditions(actor))
        .options(defer(Message.body, raiseload=True), defer(Message.calendar, raiseload=True))
        .order_by(Message.id.desc())
    )
    return paginate(session, query, page)


def counts_by_state(session: Session, actor: Actor, wanted: MailFilter) -> dict[MessageState, int]:
    """How many messages there are in each state, under the other filters."""
    return _grouped(session, Message.state, wanted.conditions(actor, but="states"))


def counts_by_kind(session: Session, actor: Actor, wanted: MailFilter) -> dict[str, int]:
    """How many messages that the actor may read there are of each kind, under the other filters."""
    conditions = [readable(actor), *wanted.conditions(actor, but="kinds")]
    return _grouped(session, Message.kind, conditions)


def _grouped(session: Session, column: Any, conditions: Sequence[Any]) -> dict[Any, int]:
    rows = session.execute(
        select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    )
    return dict(rows.all())


def message(session: Session, message_id: int) -> Message | None:
    """One message with every try to deliver it."""
    return session.get(Message, message_id, options=[selectinload(Message.deliveries)])


def caught(session: Session, actor: Actor, page: int) -> Page[Message]:
    """All messages that the actor may read, with their texts, newest first: a demonstration's."""
    query = select(Message).where(readable(actor)).order_by(Message.id.desc())
    return paginate(session, query, page, CAUGHT_PAGE)


@dataclass(frozen=True)
class MailTrouble:
    """`failed` were given up; `overdue` should have gone long ago; `cut_off` lost their sender."""

    failed: int
    overdue: int
    cut_off: int

    def __bool__(self) -> bool:
        return bool(self.failed or self.overdue or self.cut_off)


def trouble(session: Session, now: datetime) -> MailTrouble:
    """What the operator should know of: counted in one statement."""
    failed, overdue, cut_off = session.execute(
        select(
            func.count().filter(Message.state == MessageState.FAILED),
            func.count().filter(
                Message.state == MessageState.QUEUED,
                Message.attempts == 0,
                Message.not_before < now - OVERDUE,
            ),
            func.count().filter(Message.state == MessageState.SENDING, Message.lease_until < now),
        )
    ).one()
    return MailTrouble(failed, overdue, cut_off)
