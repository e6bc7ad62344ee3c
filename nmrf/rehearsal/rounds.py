"""A round as it is played: focal points write, validating authorities sign or send back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.recommendations.models import Position
from nmrf.rehearsal.people import BODIES
from nmrf.rehearsal.play import Play
from nmrf.updates import service as updates
from nmrf.updates.models import Round, Update, UpdateState

NAMES = {body.key: body.name for body in BODIES}
STATUSES = (
    "in_progress",
    "partially_implemented",
    "continuous",
    "planned",
    "fully_implemented",
    "in_progress",
    "not_started",
)
SENTENCES = {
    "in_progress": (
        "A working group has begun, and its proposals are expected within the year.",
        "The drafting of the rules has begun; the public can comment on them next spring.",
        "A pilot runs in two regions, and its results decide on the next step.",
    ),
    "partially_implemented": (
        "The law is in force; the guidelines for those who apply it are still missing.",
        "Two of the three measures asked for are in place, and the third has a budget.",
    ),
    "continuous": (
        "Training is held every year for all new staff, and its content was brought up to date.",
        "The service is offered in all regions, and the numbers are published every year.",
    ),
    "planned": (
        "The measure stands in the action plan, with a budget and a responsible unit.",
        "A study of the law is commissioned and will say what has to change.",
    ),
    "fully_implemented": ("What was asked for is in force and in practice since last year.",),
    "not_started": ("Nothing has been done yet; the ministry will propose a first step.",),
    "not_planned": ("The recommendation was noted. No measure is planned, since the law differs.",),
}


def status_of(update: Update, year: int) -> str:
    """A status for an update: the same each time, moving on with the years."""
    if update.recommendation.position is Position.NOTED:
        return "not_planned"
    return STATUSES[(update.recommendation_id + year) % len(STATUSES)]


def words_of(update: Update, status: str, year: int) -> str:
    """Words for an update that nobody can take for a ministry's own."""
    sentences = SENTENCES[status]
    said = sentences[(update.recommendation_id + year) % len(sentences)]
    theme = update.recommendation.theme_heading or "this recommendation"
    return f"Demonstration text for {year} on “{theme}” ({update.recommendation.number}). {said}"


def asked_of(play: Play, round_: Round, key: str) -> Sequence[Update]:
    """The updates that a body of the cast is asked for in a round, those it leads first."""
    return play.session.scalars(
        select(Update)
        .where(Update.round_id == round_.id, Update.institution_id == play.institutions[key])
        .options(joinedload(Update.recommendation), joinedload(Update.round))
        .order_by(Update.lead.desc(), Update.recommendation_id)
    ).all()


def write(play: Play, round_: Round, key: str, *, most: int | None = None) -> list[Update]:
    """A ministry's focal point writes its updates, up to `most`; gives them."""
    with play.acting(f"focal:{key}") as ctx:
        mine = list(asked_of(play, round_, key))[:most]
        for update in mine:
            if update.state in {UpdateState.REQUESTED, UpdateState.RETURNED}:
                status = status_of(update, round_.year)
                text = words_of(update, status, round_.year)
                updates.save_update(ctx, update, status=status, narrative=text)
    if mine:
        play.say(f"{NAMES[key]} writes {len(mine)} updates")
    return mine


def send(play: Play, round_: Round, key: str) -> None:
    """The focal point hands everything that is ready to the validating authority."""
    with play.acting(f"focal:{key}") as ctx:
        count = updates.send_ready(ctx, round_, play.institution(key))
    play.say(f"{NAMES[key]} sends {count} updates to its validating authority")


def sign(play: Play, round_: Round, key: str) -> int:
    """The validating authority signs what waits; gives how many."""
    with play.acting(f"authority:{key}") as ctx:
        waiting = [u for u in asked_of(play, round_, key) if u.state is UpdateState.SIGN_OFF]
        seen = {update.id: update.lock for update in waiting}
        made = updates.sign_all(ctx, round_, play.institution(key), seen) if seen else []
    if made:
        play.say(f"Validating authority of {NAMES[key]} signs {len(made)} updates", "decided")
    return len(made)


def send_back_once(play: Play, round_: Round, key: str) -> None:
    """The validating authority returns one update; the focal point mends it and sends it again."""
    reason = "Please say in which regions the measure applies."
    with play.acting(f"authority:{key}") as ctx:
        waiting = [u for u in asked_of(play, round_, key) if u.state is UpdateState.SIGN_OFF]
        number = waiting[0].recommendation.number
        updates.return_update(ctx, waiting[0], reason, lock=waiting[0].lock)
        returned_id = waiting[0].id
    play.say(
        f"Validating authority of {NAMES[key]} sends back the update on {number}: {reason}",
        "decided",
    )
    play.move_to(play.working_day(play.today.fromordinal(play.today.toordinal() + 1)))
    with play.acting(f"focal:{key}") as ctx:
        update = ctx.session.get_one(Update, returned_id)
        text = f"{update.narrative} The measure applies in all regions."
        updates.save_update(ctx, update, status=update.status, narrative=text)
        updates.send_for_sign_off(ctx, update)
    play.say(f"{NAMES[key]} mends the update on {number} and sends it again")


def bodies_asked(play: Play, round_: Round) -> list[str]:
    """The bodies of the cast that are asked in a round, in the order of the cast."""
    ids = set(
        play.session.scalars(
            select(Update.institution_id).where(Update.round_id == round_.id).distinct()
        )
    )
    return [body.key for body in BODIES if play.institutions[body.key] in ids]
