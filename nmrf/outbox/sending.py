"""Sends what is due: claim and commit, send over one connection, mark and commit.

A message is claimed by a lease: nobody else takes it before `lease_until`. When the process is
killed, the lease runs out and the message is claimed again; its Message-ID is the same, so that
a double can be recognised (RFC 5322, 3.6.4). `attempts` grows with each claim and is the proof
of who holds it: a sender that was held up longer than its lease cannot overwrite what a later
one found. A message that is to be tried again waits under a lease of nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.orm import Session

from nmrf.core.clock import Clock
from nmrf.core.ctx import House
from nmrf.core.db import Database
from nmrf.core.errors import Invalid
from nmrf.core.faults import place_of
from nmrf.outbox.mime import Address, CalendarPart, Mail, build, message_id_for
from nmrf.outbox.models import Delivery, Message, MessageState
from nmrf.outbox.smtp import (
    DeliveryFailure,
    FolderTransport,
    PermanentFailure,
    SmtpTransport,
    Transport,
)
from nmrf.settings import Settings

log = logging.getLogger("nmrf.mail")

BATCH = 100
LEASE = timedelta(minutes=10)
# What is known is written down this often, so that a kill repeats few messages.
MARK_EVERY = timedelta(seconds=5)
# After the first, second, … failed try. RFC 5321, 4.5.4.1: give up after four to five days;
# here a person should hear of it sooner, and can send it again by hand.
DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(DELAYS) + 1
# So many refusals in a row are the server's trouble and not the messages'.
SERVER_AWAY = 3
LONGEST_DETAIL = 400


@dataclass(frozen=True)
class _Outcome:
    """What became of one claimed message. `held_back` was not tried at all."""

    message_id: int
    attempt: int
    at: datetime
    delivered: bool = False
    held_back: bool = False
    permanent: bool = False
    code: int | None = None
    detail: str = ""

    @property
    def given_up(self) -> bool:
        return self.permanent or self.attempt >= MAX_ATTEMPTS


@contextmanager
def open_transport(settings: Settings) -> Iterator[Transport]:
    """The way out that the settings choose; its connection is closed at the end of the block."""
    if settings.mail_transport == "folder":
        yield FolderTransport(settings.mail_folder)
        return
    with SmtpTransport(
        settings.smtp_host,
        settings.smtp_port,
        starttls=settings.smtp_security == "starttls",
        tls=settings.smtp_security == "tls",
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
    ) as transport:
        yield transport


def send_due(
    database: Database,
    house: House,
    clock: Clock,
    transport: Transport,
    limit: int = 5000,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Send up to `limit` messages that are due. Counts those `sent`, put off (`later`), `failed`.

    Ends early when the mail server takes nothing any more, or when `stopping` says so; what was
    claimed and not tried is handed back.
    """
    counts = {"sent": 0, "later": 0, "failed": _give_up_cut_off(database, clock.now())}
    taken = 0
    while taken < limit:
        lease_until = clock.now() + LEASE
        claimed = _claim(database, clock.now(), lease_until, min(BATCH, limit - taken))
        if not claimed:
            break
        taken += len(claimed)
        batch = _Batch(database, house, clock, transport, lease_until, counts)
        if not batch.send(claimed, stopping):
            break
    return {name: n for name, n in counts.items() if n}


def mail_of(message: Message, settings: Settings) -> Mail:
    """The mail of a message: always the same for the same message, however often it is tried."""
    domain = settings.mail_from_address.rpartition("@")[2]
    calendar = None
    if message.calendar:
        calendar = CalendarPart(message.calendar, message.calendar_method or "REQUEST")
    return Mail(
        message_id=message_id_for(message.dedupe_key, domain),
        sender=Address(settings.mail_from_name, settings.mail_from_address),
        recipient=Address(message.to_name, message.to_address),
        subject=message.subject,
        text=message.body,
        date=max(message.created_at, message.not_before),
        language=message.language,
        ics=calendar,
        dedupe_key=message.dedupe_key,
    )


def _claim(
    database: Database, now: datetime, lease_until: datetime, n: int
) -> list[tuple[Message, int]]:
    """Up to `n` due messages, oldest first, with the number of this attempt; committed."""
    due = (
        select(Message.id)
        .where(
            Message.state.in_([MessageState.QUEUED, MessageState.SENDING]),
            Message.not_before <= now,
            or_(Message.lease_until.is_(None), Message.lease_until < now),
        )
        .order_by(Message.id)
        .limit(n)
        .with_for_update(skip_locked=True)
    )
    claim = (
        update(Message)
        .where(Message.id.in_(due))
        .values(state=MessageState.SENDING, attempts=Message.attempts + 1, lease_until=lease_until)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        ids = session.scalars(claim).all()
        query = select(Message).where(Message.id.in_(ids)).order_by(Message.id)
        return [(message, message.attempts) for message in session.scalars(query)]


def _give_up_cut_off(database: Database, now: datetime) -> int:
    """Give up on what was claimed again and again and never got an answer: it may be the cause."""
    with database.writing() as session:
        cut_off = and_(
            Message.state == MessageState.SENDING,
            Message.lease_until < now,
            Message.attempts >= MAX_ATTEMPTS,
        )
        rows = session.execute(select(Message.id, Message.attempts).where(cut_off)).all()
        outcomes = [
            _Outcome(id_, attempts, now, permanent=True, detail="sending was cut off each time")
            for id_, attempts in rows
        ]
        _write(session, outcomes, keep_bodies=True)
        return len(outcomes)


@dataclass
class _Batch:
    """One claim: its messages are sent one after the other, and what became of them is marked."""

    database: Database
    house: House
    clock: Clock
    transport: Transport
    lease_until: datetime
    counts: dict[str, int]

    def send(self, claimed: list[tuple[Message, int]], stopping: Callable[[], bool]) -> bool:
        """False: no further batch, because the server is away or we are told to stop."""
        waiting = iter(claimed)
        outcomes: list[_Outcome] = []
        marked, refused, going_on = self.clock.now(), 0, True
        try:
            for message, attempt in waiting:
                outcome = self._try(message, attempt)
                outcomes.append(outcome)
                refused = 0 if outcome.delivered or outcome.permanent else refused + 1
                going_on = refused < SERVER_AWAY and not stopping()
                if not going_on or self.clock.now() > self.lease_until - LEASE / 2:
                    break
                if self.clock.now() - marked >= MARK_EVERY:
                    self._mark(outcomes)
                    outcomes, marked = [], self.clock.now()
        finally:
            # On an interrupt, too: what went out is written down, the rest handed back.
            outcomes += [
                _Outcome(message.id, attempt, self.clock.now(), held_back=True)
                for message, attempt in waiting
            ]
            self._mark(outcomes)
        return going_on

    def _try(self, message: Message, attempt: int) -> _Outcome:
        permanent, code, detail = False, None, ""
        try:
            self.transport.send(build(mail_of(message, self.house.settings)))
        except Invalid:
            permanent, detail = True, "the address or the text cannot be sent"
        except DeliveryFailure as failure:
            permanent = isinstance(failure, PermanentFailure)
            code, detail = failure.code or None, failure.reason
            if failure.maybe_sent:
                detail += " (it may have arrived; sent again under the same identity)"
        except Exception as error:  # noqa: BLE001 - one message must not keep all others back
            detail = f"fault of the service: {place_of(error)}"
        else:
            return _Outcome(message.id, attempt, self.clock.now(), delivered=True)
        outcome = _Outcome(
            message.id,
            attempt,
            self.clock.now(),
            permanent=permanent,
            code=code,
            detail=detail[:LONGEST_DETAIL],
        )
        level = logging.ERROR if outcome.given_up else logging.WARNING
        said = {"message_id": message.id, "attempt": attempt, "code": code, "detail": detail}
        log.log(level, "mail given up" if outcome.given_up else "mail put off", extra=said)
        return outcome

    def _mark(self, outcomes: list[_Outcome]) -> None:
        if not outcomes:
            return
        with self.database.writing() as session:
            # A visitor of the demonstration follows the links in caught mail.
            _write(session, outcomes, keep_bodies=self.house.settings.demo)
        for outcome in outcomes:
            if outcome.delivered:
                self.counts["sent"] += 1
            elif not outcome.held_back:
                self.counts["failed" if outcome.given_up else "later"] += 1


def _write(session: Session, outcomes: list[_Outcome], *, keep_bodies: bool) -> None:
    """Write states and deliveries. This is the one door for what happens after a claim."""
    tried = [outcome for outcome in outcomes if not outcome.held_back]
    if tried:
        session.execute(
            insert(Delivery),
            [
                {
                    "message_id": outcome.message_id,
                    "at": outcome.at,
                    "delivered": outcome.delivered,
                    "code": outcome.code,
                    "detail": outcome.detail,
                }
                for outcome in tried
            ],
        )
    _write_sent(session, [one for one in tried if one.delivered], keep_bodies=keep_bodies)
    for outcome in outcomes:
        if not outcome.delivered:
            _write_unsent(session, outcome)


def _write_sent(session: Session, outcomes: list[_Outcome], *, keep_bodies: bool) -> None:
    """It went out, whoever has claimed it meanwhile; what was secret in it is wiped."""
    if not outcomes:
        return
    # All of a batch went within seconds; one statement for all is worth the difference.
    at = outcomes[-1].at
    ids = [outcome.message_id for outcome in outcomes]
    session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(state=MessageState.SENT, sent_at=at, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    if not keep_bodies:
        session.execute(
            update(Message)
            .where(Message.id.in_(ids), Message.sensitive)
            .values(body="", calendar="")
            .execution_options(synchronize_session=False)
        )


def _write_unsent(session: Session, outcome: _Outcome) -> None:
    """Try later, give up, or hand back what was not tried; unless somebody else has it now."""
    values: dict[str, object] = {"state": MessageState.QUEUED, "lease_until": None}
    if outcome.held_back:
        values["attempts"] = outcome.attempt - 1
    elif outcome.given_up:
        values["state"] = MessageState.FAILED
    else:
        values["lease_until"] = outcome.at + DELAYS[outcome.attempt - 1]
    session.execute(
        update(Message)
        .where(
            Message.id == outcome.message_id,
            Message.state == MessageState.SENDING,
            Message.attempts == outcome.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
