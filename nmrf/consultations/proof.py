"""Who was consulted: for each institution what was sent when, its answer, whether it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from nmrf.accounts.models import INSTITUTION_KIND_LABELS
from nmrf.consultations.models import (
    ANSWER_LABELS,
    PRESENCE_LABELS,
    Consultation,
    Invitation,
    Presence,
)
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, _l
from nmrf.outbox.models import Message, MessageState

SENT_LABELS = {
    MessageState.QUEUED: _l("waiting to be sent"),
    MessageState.SENDING: _l("being sent"),
    MessageState.SENT: _l("sent"),
    MessageState.FAILED: _l("could not be delivered"),
}
KIND_LABELS = {
    "consultation.invited": _l("Invitation"),
    "consultation.changed": _l("Change"),
    "consultation.cancelled": _l("Cancellation"),
    "consultation.place_free": _l("Place given"),
    "consultation.reminder": _l("Reminder"),
}


@dataclass(frozen=True)
class SentMail:
    """A mail about an invitation: what, to which address, when, and how it went."""

    what: str
    address: str
    queued_at: datetime
    sent_at: datetime | None
    state: str
    detail: str


@dataclass(frozen=True)
class ProofRow:
    """One line of the proof."""

    institution: str
    kind: str
    invited_at: datetime | None
    mails: Sequence[SentMail]
    answer: str
    answered_at: datetime | None
    presence: str
    women: int
    men: int
    others: int

    @property
    def reached(self) -> str:
        """Whether an invitation got through, in words."""
        if not self.mails:
            return _("no address to write to") if self.invited_at else _("came without invitation")
        return next((m.state for m in self.mails if m.sent_at), self.mails[0].state)


def proof(ctx: Ctx, consultation: Consultation) -> list[ProofRow]:
    """A line for each institution on the list, by name, from the invitations and the outbox."""
    mails = _mails(ctx, consultation.invitations)
    rows = sorted(consultation.invitations, key=lambda one: one.institution.name)
    return [_row(one, mails[str(one.id)]) for one in rows]


def _mails(ctx: Ctx, asked: Sequence[Invitation]) -> dict[str, list[SentMail]]:
    found: dict[str, list[SentMail]] = defaultdict(list)
    for message in ctx.session.scalars(
        select(Message)
        .where(
            Message.subject_type == "invitation",
            Message.subject_id.in_([str(one.id) for one in asked]),
        )
        .options(selectinload(Message.deliveries))
        .order_by(Message.id)
    ):
        last = message.deliveries[-1] if message.deliveries else None
        found[message.subject_id].append(
            SentMail(
                what=str(KIND_LABELS.get(message.kind, message.kind)),
                address=message.to_address,
                queued_at=message.created_at,
                sent_at=message.sent_at,
                state=str(SENT_LABELS[message.state]),
                detail=last.detail if last and not last.delivered else "",
            )
        )
    return found


def _row(one: Invitation, mails: list[SentMail]) -> ProofRow:
    came = one.presence == Presence.PRESENT
    return ProofRow(
        institution=one.institution.name,
        kind=str(INSTITUTION_KIND_LABELS[one.institution.kind]),
        invited_at=one.invited_at,
        mails=mails,
        answer=str(ANSWER_LABELS[one.answer]),
        answered_at=one.answered_at,
        presence=str(PRESENCE_LABELS[one.presence]),
        women=one.women if came else 0,
        men=one.men if came else 0,
        others=one.others if came else 0,
    )
