"""A round with recommendations of several ministries, and updates in the state that a test needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from nmrf.accounts.models import Institution, Person
from nmrf.accounts.queries import actor_for
from nmrf.core.ctx import Ctx
from nmrf.core.roles import SYSTEM, Role
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Recommendation
from nmrf.updates import service
from nmrf.updates.models import Round, Update
from tests import factories
from tests.factories.accounts import World, world

# The tests' day is 18 November 2026.
OPENS, CLOSES = date(2026, 11, 2), date(2026, 11, 30)
DONE = "The law was passed on 3 March 2026 and is in force."


@dataclass(frozen=True)
class Collection:
    """The Ministry of Justice leads 140.1 and 140.2 and supports 140.3, which Health leads."""

    people: World
    health: Institution
    healer: Person  # focal point of Health
    cycle: Cycle
    first: Recommendation
    second: Recommendation
    third: Recommendation
    round: Round


def collection(ctx: Ctx) -> Collection:
    """A planned round; nothing is asked yet."""
    s = ctx.session
    people = world(s)
    health = factories.institution(s, "Ministry of Health")
    cycle = factories.cycle(s)
    first = factories.recommendation(s, cycle, "140.1", lead=people.moj)
    second = factories.recommendation(s, cycle, "140.2", "Adopt a plan", lead=people.moj)
    third = factories.recommendation(s, cycle, "140.3", "Train nurses", lead=health)
    factories.assignment(s, third, people.moj, lead=False)
    return Collection(
        people=people,
        health=health,
        healer=factories.person(s, Role.FOCAL_POINT, health, name="Hal Healer"),
        cycle=cycle,
        first=first,
        second=second,
        third=third,
        round=service.create_round(
            ctx.acting_as(SYSTEM), cycle, year=2027, opens_on=OPENS, closes_on=CLOSES
        ),
    )


def opened(ctx: Ctx) -> Collection:
    """The same with the round open, and its mails written."""
    made = collection(ctx)
    service.open_round(ctx.acting_as(SYSTEM), made.round)
    ctx.session.flush()
    return made


def acting(ctx: Ctx, person: Person) -> Ctx:
    """The context as a person."""
    return ctx.acting_as(actor_for(ctx.session, person, ctx.today))


def at(ctx: Ctx, moment) -> Ctx:
    """The context at another time."""
    return replace(ctx, now=moment)


def update_on(ctx: Ctx, of: Round, recommendation: Recommendation, by: Institution) -> Update:
    """The update of an institution on a recommendation."""
    return ctx.session.scalars(
        select(Update).where(
            Update.round_id == of.id,
            Update.recommendation_id == recommendation.id,
            Update.institution_id == by.id,
        )
    ).one()


def written(ctx: Ctx, update: Update, by: Person, status: str = "in_progress") -> Update:
    service.save_update(acting(ctx, by), update, status=status, narrative=DONE)
    return update


def sent(ctx: Ctx, update: Update, by: Person, status: str = "in_progress") -> Update:
    written(ctx, update, by, status)
    service.send_for_sign_off(acting(ctx, by), update)
    return update


def signed(ctx: Ctx, update: Update, by: Person, authority: Person, status: str = "in_progress"):
    """The snapshot of an update that was written, sent and signed off."""
    sent(ctx, update, by, status)
    return service.sign_off(acting(ctx, authority), update)
