"""Reminders of a round: 14, 7, 3 and 1 days before it closes, and once after it.

Safe twice, late, or after an outage: each step is said once to a person, of the steps that were
missed only the last, and nobody is reminded of a round twice on one day.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf import access
from nmrf.accounts.models import Person
from nmrf.accounts.queries import recipients
from nmrf.core import events
from nmrf.core.calendar import time_zone
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle
from nmrf.outbox.models import Message
from nmrf.recommendations.models import Recommendation
from nmrf.updates import notices
from nmrf.updates.models import Round, RoundState, Update, UpdateState

LADDER = (14, 7, 3, 1)  # days before the last day
AFTER = -1  # the one step after it
FORGOTTEN = 30  # days after it on which nobody is reminded any more


def step_due(closes_on: date, today: date) -> int | None:
    """The last step that has been reached, in days before; -1 after the end; None for none."""
    left = (closes_on - today).days
    if left < 0:
        return AFTER if left >= -FORGOTTEN else None
    return min((step for step in LADDER if step >= left), default=None)


def remind_due(ctx: Ctx) -> dict[str, int]:
    """Send what the steps say today. Gives how many mails were queued."""
    rounds = ctx.session.scalars(
        select(Round)
        .join(Round.cycle)
        .where(Round.state != RoundState.PLANNED, ~Cycle.closed)
        .order_by(Round.closes_on, Round.id)
    ).all()
    mails = 0
    for one in rounds:
        step = step_due(one.closes_on, ctx.today)
        if step is not None:
            mails += _send(ctx, one, f"{one.id}:{one.closes_on}:{step}")
    return {"mails": mails}


def remind(ctx: Ctx, round: Round, institution_id: int | None = None) -> int:  # noqa: A002
    """Remind all who have something open, or those of one institution, because somebody asks.

    Gives how many mails were queued: nobody gets a second one on the same day. Raises `Conflict`
    for a round that has not opened.
    """
    if round.state is RoundState.PLANNED:
        raise Conflict(_("This round has not opened yet, so nobody was asked."))
    access.require(ctx.actor, "round.manage", round)
    sent = _send(ctx, round, f"{round.id}:asked:{ctx.today}", institution_id)
    events.record(ctx, "round.reminded", round, institution=institution_id, mails=sent)
    return sent


@dataclass
class _Open:
    person: Person
    to_write: list[Update] = field(default_factory=list)
    to_sign: list[Update] = field(default_factory=list)


def _send(ctx: Ctx, round: Round, key: str, institution_id: int | None = None) -> int:  # noqa: A002
    reminded = _reminded_today(ctx)
    sent = 0
    for one in _open(ctx, round, institution_id):
        if one.person.id not in reminded:
            sent += notices.reminder(
                ctx, round, one.person, key=key, to_write=one.to_write, to_sign=one.to_sign
            )
    ctx.session.flush()
    return sent


def _open(ctx: Ctx, round: Round, institution_id: int | None) -> list[_Open]:  # noqa: A002
    query = (
        select(Update)
        .join(Update.recommendation)
        .where(Update.round_id == round.id, Update.state != UpdateState.SUBMITTED)
        .options(joinedload(Update.recommendation), joinedload(Update.institution))
        .order_by(Update.institution_id, Recommendation.sort_key, Update.id)
    )
    if institution_id is not None:
        query = query.where(Update.institution_id == institution_id)
    by_institution: dict[int, list[Update]] = defaultdict(list)
    for one in ctx.session.scalars(query):
        by_institution[one.institution_id].append(one)
    found: dict[int, _Open] = {}
    for owing_id, updates in by_institution.items():
        to_sign = [one for one in updates if one.state is UpdateState.SIGN_OFF]
        to_write = [one for one in updates if one.state is not UpdateState.SIGN_OFF]
        for theirs, roles, name in (
            (to_write, notices.FOCAL, "to_write"),
            (to_sign, (Role.VALIDATING_AUTHORITY,), "to_sign"),
        ):
            if theirs:
                for person in recipients(ctx.session, ctx.today, roles, [owing_id]):
                    getattr(found.setdefault(person.id, _Open(person)), name).extend(theirs)
    return list(found.values())


def _reminded_today(ctx: Ctx) -> set[int | None]:
    midnight = datetime.combine(ctx.today, time(), tzinfo=time_zone(ctx.house.settings.time_zone))
    return set(
        ctx.session.scalars(
            select(Message.person_id).where(
                Message.kind == "update_reminder", Message.created_at >= midnight
            )
        )
    )
