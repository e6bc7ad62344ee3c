"""The milestones in the one calendar, and the personal address of the feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.accounts.models import Person
from nmrf.accounts.queries import session_key, signed_in_actor
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.keys import signer
from nmrf.core.roles import Actor
from nmrf.cycles import entries
from nmrf.cycles.entries import CalendarEntry
from nmrf.cycles.models import Milestone
from nmrf.cycles.queries import title_of, visible

ALARMS = (timedelta(days=7), timedelta(days=1))


def milestone_entries(ctx: Ctx) -> Iterator[CalendarEntry]:
    """The dated milestones that the actor may see."""
    for milestone in ctx.session.scalars(
        select(Milestone)
        .where(visible(ctx.actor), Milestone.on.is_not(None))
        .options(joinedload(Milestone.institution))
    ):
        if milestone.on is None:
            continue
        start = milestone.on
        open_ = milestone.delivered_on is None
        title = title_of(milestone)
        description = [milestone.note, _("Source: %(source)s", source=milestone.source)]
        if milestone.institution:
            description.insert(0, _("Responsible: %(name)s", name=milestone.institution.name))
        yield CalendarEntry(
            uid=entries.uid(ctx, f"milestone-{milestone.id}"),
            kind=milestone.kind.value,
            title=title,
            start=datetime.combine(start, milestone.at, ZoneInfo(ctx.house.settings.time_zone))
            if milestone.at
            else start,
            url=ctx.house.link("cycles.milestone", milestone_id=milestone.id),
            description="\n".join(text for text in description if text),
            tentative=milestone.tentative,
            month_only=milestone.month_only,
            delivered=not open_,
            deadline=milestone.deadline,
            sequence=milestone.sequence,
            alarms=ALARMS if milestone.deadline and open_ else (),
        )


entries.register("milestones", milestone_entries)


def _signer(ctx: Ctx) -> URLSafeSerializer:
    return signer(ctx.house.settings, "calendar")


def feed_token(ctx: Ctx) -> str:
    """The part of the address that stands for the actor; it ends with a change of password."""
    person = ctx.session.get(Person, ctx.actor.id) if ctx.actor.id else None
    return str(_signer(ctx).dumps(session_key(person))) if person else ""


def feed_actor(ctx: Ctx, token: str) -> Actor:
    """Whose feed this is. Raises `NotFound` for an address that no longer holds."""
    try:
        key = str(_signer(ctx).loads(token))
    except BadSignature:
        key = ""
    actor = signed_in_actor(ctx.session, key, ctx.today) if key else None
    if actor is None:
        raise NotFound(_("This calendar address no longer holds. Sign in and copy the new one."))
    return actor
