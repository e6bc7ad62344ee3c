"""Signed links and states that name a person, a purpose and an end.

A link is used once: what it leads to raises the person's `session_epoch`, which is in the link.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from nmrf.accounts.models import Person
from nmrf.core import words
from nmrf.core.ctx import Ctx, House
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.core.keys import signer


class Purpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"
    SECOND_STEP = "second_step"


def make(ctx: Ctx, person: Person, purpose: Purpose, until: datetime) -> str:
    """A token that holds for this person and purpose until a time, or until the epoch is raised."""
    return _signer(ctx.house).dumps(
        [purpose.value, person.id, person.session_epoch, int(until.timestamp())]
    )


def read(ctx: Ctx, token: str, *purposes: Purpose) -> Person:
    """The person of a token.

    Raises:
        Invalid: when it was changed, is for something else, has ended or has been used; the
            message says which, and what to do.
    """
    try:
        purpose, person_id, epoch, until = _signer(ctx.house).loads(token)
    except (BadSignature, ValueError):
        purpose, person_id, epoch, until = "", 0, 0, 0
    person = _person(ctx.session, person_id) if purpose in purposes else None
    if person is None:
        raise Invalid(
            _(
                "This link is not complete, or not one of ours. Copy the whole link from the mail, "
                "or ask for a new one."
            )
        )
    end = datetime.fromtimestamp(until, UTC)
    if person.session_epoch != epoch:
        raise Invalid(
            _(
                "This link has been used, or a newer one was sent after it. Sign in with your "
                "password, use the newest mail, or ask for a new link."
            )
        )
    if ctx.now >= end:
        raise Invalid(
            _(
                "This link was open until %(until)s. Ask for a new one.",
                until=words.moment(end, ctx.house.settings.zone),
            )
        )
    return person


def lasting(ctx: Ctx, **units: float) -> datetime:
    """The time that lies this far ahead."""
    return ctx.now + timedelta(**units)


def _person(session: Session, person_id: int) -> Person | None:
    person = session.get(Person, person_id)
    return person if person is not None and person.active else None


def _signer(house: House) -> URLSafeSerializer:
    return signer(house.settings, "nmrf.accounts")
