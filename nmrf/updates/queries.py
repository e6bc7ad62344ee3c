"""Reads: rounds and how far each institution is, what waits for whom, what was reported before.

`visible` is the one filter of updates: lists, pages, exports and hints all use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import PAGE_SIZE, Page, paginate
from nmrf.core.roles import Actor, Role, Visibility
from nmrf.recommendations.models import Recommendation
from nmrf.updates.models import (
    Evidence,
    Remark,
    Round,
    RoundState,
    Update,
    UpdateSnapshot,
    UpdateState,
)
from nmrf.updates.states import WRITABLE


def visible(actor: Actor) -> ColumnElement[bool]:
    """Which updates an actor sees: the own institution's, or all for those who draft."""
    if actor.has(*access.DRAFTING):
        return true()
    own = actor.institutions_as(*access.MINISTRY)
    return Update.institution_id.in_(own) if own else false()


def evidence_levels(actor: Actor, institution_id: int) -> frozenset[Visibility]:
    """Which evidence of an institution's updates an actor sees: all of it in the institution."""
    if actor.has_in(institution_id, *access.MINISTRY):
        return frozenset(Visibility)
    return access.visible_levels(actor)


# --- Rounds -------------------------------------------------------------------------------------


def get_round(ctx: Ctx, round_id: int) -> Round:
    """A round with its cycle. Raises `NotFound`, also for those outside the Government."""
    found = ctx.session.scalar(
        select(Round).where(Round.id == round_id).options(joinedload(Round.cycle))
    )
    if found is None or not access.can(ctx.actor, "board.see"):
        raise NotFound(_("There is no such round, or it is not open to you."))
    return found


@dataclass(frozen=True)
class Progress:
    """How far an institution is in a round: how many updates there are in each state."""

    institution_id: int
    institution: str
    short_name: str
    states: dict[UpdateState, int]

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def signed(self) -> int:
        return self.states.get(UpdateState.SUBMITTED, 0)

    @property
    def to_sign(self) -> int:
        return self.states.get(UpdateState.SIGN_OFF, 0)

    @property
    def answered(self) -> int:
        """Sent for sign-off, or signed off already."""
        return self.to_sign + self.signed

    @property
    def to_write(self) -> int:
        return sum(self.states.get(state, 0) for state in WRITABLE)

    @property
    def open(self) -> int:
        return self.total - self.signed


def progress(session: Session, round: Round) -> list[Progress]:  # noqa: A002
    """How far each institution is that was asked in a round, by name; one statement."""
    rows = session.execute(
        select(
            Institution.id,
            Institution.name,
            Institution.short_name,
            Update.state,
            func.count(Update.id),
        )
        .join(Update, Update.institution_id == Institution.id)
        .where(Update.round_id == round.id)
        .group_by(Institution.id, Institution.name, Institution.short_name, Update.state)
        .order_by(Institution.name, Institution.id)
    )
    names: dict[int, tuple[str, str]] = {}
    states: dict[int, dict[UpdateState, int]] = defaultdict(dict)
    for id_, name, short_name, state, count in rows:
        names[id_] = (name, short_name)
        states[id_][state] = count
    return [Progress(id_, *names[id_], states[id_]) for id_ in names]


@dataclass(frozen=True)
class RoundRow:
    """A round with the numbers that the actor may see; `total` 0 when nothing was asked."""

    round: Round
    total: int = 0
    answered: int = 0
    signed: int = 0


def rounds(ctx: Ctx) -> list[RoundRow]:
    """All rounds, the latest first, counted over the updates that the actor sees."""
    found = ctx.session.scalars(
        select(Round)
        .options(joinedload(Round.cycle))
        .order_by(Round.opens_on.desc(), Round.id.desc())
    ).all()
    counts = ctx.session.execute(
        select(Update.round_id, Update.state, func.count(Update.id))
        .where(visible(ctx.actor))
        .group_by(Update.round_id, Update.state)
    )
    states: dict[int, dict[UpdateState, int]] = defaultdict(dict)
    for round_id, state, count in counts:
        states[round_id][state] = count
    return [
        RoundRow(one, counted.total, counted.answered, counted.signed)
        for one in found
        for counted in (Progress(0, "", "", states[one.id]),)
    ]


# --- Updates ------------------------------------------------------------------------------------


def get(ctx: Ctx, update_id: int) -> Update:
    """An update with all that its page shows. Raises `NotFound`, also for a stranger."""
    found = ctx.session.scalar(
        select(Update)
        .where(Update.id == update_id, visible(ctx.actor))
        .options(
            joinedload(Update.round).joinedload(Round.cycle),
            joinedload(Update.institution),
            joinedload(Update.recommendation),
            selectinload(Update.evidence).joinedload(Evidence.file),
            selectinload(Update.snapshots),
            selectinload(Update.remarks).joinedload(Remark.written_by),
        )
    )
    if found is None:
        raise NotFound(_("There is no such update, or it is not open to you."))
    return found


def last_reported(session: Session, update: Update) -> UpdateSnapshot | None:
    """What the institution signed off on this recommendation in an earlier round, if anything."""
    return session.scalar(
        select(UpdateSnapshot)
        .where(
            UpdateSnapshot.institution_id == update.institution_id,
            UpdateSnapshot.recommendation_id == update.recommendation_id,
            UpdateSnapshot.update_id != update.id,
        )
        .order_by(UpdateSnapshot.signed_at.desc(), UpdateSnapshot.id.desc())
        .limit(1)
    )


def last_reported_of(session: Session, updates: Sequence[Update]) -> dict[int, UpdateSnapshot]:
    """The same for updates of one institution in one round, by update; one statement."""
    if not updates:
        return {}
    own = {one.recommendation_id: one.id for one in updates}
    found = session.scalars(
        select(UpdateSnapshot)
        .join(UpdateSnapshot.update)
        .where(
            UpdateSnapshot.institution_id == updates[0].institution_id,
            UpdateSnapshot.recommendation_id.in_(own),
            Update.round_id != updates[0].round_id,
        )
        .order_by(UpdateSnapshot.signed_at, UpdateSnapshot.id)
    )
    return {own[one.recommendation_id]: one for one in found}  # the latest of each stays


@dataclass(frozen=True)
class Place:
    """Where an update stands among those of its institution: the ones beside it, and how many."""

    number: int
    total: int
    answered: int
    previous_id: int | None
    next_id: int | None
    next_open_id: int | None  # the next that has to be written, round the end of the list
    next_to_sign_id: int | None  # the same for those that wait for sign-off


def place_of(session: Session, update: Update) -> Place:
    """The neighbours of an update by recommendation number; one statement."""
    rows = session.execute(
        select(Update.id, Update.state)
        .join(Update.recommendation)
        .where(Update.round_id == update.round_id, Update.institution_id == update.institution_id)
        .order_by(Recommendation.sort_key, Update.id)
    ).all()
    ids = [id_ for id_, _state in rows]
    at = ids.index(update.id)
    after = [*rows[at + 1 :], *rows[:at]]
    return Place(
        number=at + 1,
        total=len(rows),
        answered=sum(state not in WRITABLE for _id, state in rows),
        previous_id=ids[at - 1] if at else None,
        next_id=ids[at + 1] if at + 1 < len(ids) else None,
        next_open_id=next((id_ for id_, state in after if state in WRITABLE), None),
        next_to_sign_id=next((id_ for id_, state in after if state is UpdateState.SIGN_OFF), None),
    )


def listed(
    ctx: Ctx,
    round: Round,  # noqa: A002
    institution_id: int,
    states: Iterable[UpdateState] = (),
    page: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Update]:
    """An institution's updates in a round, by recommendation number; of these states, or all."""
    query = _of(round.id, institution_id).where(visible(ctx.actor))
    if wanted := list(states):
        query = query.where(Update.state.in_(wanted))
    return paginate(ctx.session, query, page, size)


def of_institution(session: Session, round_id: int, institution_id: int) -> list[Update]:
    """All updates of an institution in a round, for the verbs; by recommendation number."""
    query = _of(round_id, institution_id).options(
        selectinload(Update.evidence).joinedload(Evidence.file), selectinload(Update.snapshots)
    )
    return list(session.scalars(query))


def _of(round_id: int, institution_id: int) -> Select[Any]:
    return (
        select(Update)
        .join(Update.recommendation)
        .where(Update.round_id == round_id, Update.institution_id == institution_id)
        .options(
            joinedload(Update.recommendation),
            joinedload(Update.institution),
            joinedload(Update.round),
        )
        .order_by(Recommendation.sort_key, Update.id)
    )


def for_export(ctx: Ctx, round: Round) -> list[Update]:  # noqa: A002
    """Every update of a round that the actor sees, by number; the lead institution first."""
    return list(
        ctx.session.scalars(
            select(Update)
            .join(Update.recommendation)
            .where(Update.round_id == round.id, visible(ctx.actor))
            .options(
                joinedload(Update.recommendation),
                joinedload(Update.institution),
                selectinload(Update.evidence),
                selectinload(Update.snapshots),
            )
            .order_by(Recommendation.sort_key, Update.lead.desc(), Update.id)
        )
    )


def waits_for(actor: Actor) -> ColumnElement[bool]:
    """Which updates wait for this actor: to be written, or to be signed off."""
    writes = actor.institutions_as(*access.FOCAL)
    signs = actor.institutions_as(Role.VALIDATING_AUTHORITY)
    parts = []
    if writes:
        may_be_written = and_(
            Update.state.in_(WRITABLE),
            # After the round has closed only what was sent back can still be written.
            or_(Round.state == RoundState.OPEN, Update.return_reason != ""),
        )
        parts.append(and_(Update.institution_id.in_(writes), may_be_written))
    if signs:
        parts.append(
            and_(
                Update.institution_id.in_(signs),
                Update.state == UpdateState.SIGN_OFF,
                or_(Update.written_by_id.is_(None), Update.written_by_id != actor.id),
            )
        )
    return or_(*parts) if parts else false()


def mine(ctx: Ctx) -> list[Update]:
    """The updates that wait for the actor, the most pressing round first, then by number."""
    return list(
        ctx.session.scalars(
            select(Update)
            .join(Update.round)
            .join(Update.recommendation)
            .where(waits_for(ctx.actor))
            .options(
                joinedload(Update.round),
                joinedload(Update.institution),
                joinedload(Update.recommendation),
            )
            .order_by(Round.closes_on, Recommendation.sort_key, Update.id)
        )
    )


@dataclass(frozen=True)
class Waiting:
    """How much of one institution waits for the actor in a round, for the desk and the menu."""

    round: Round
    institution: Institution
    to_write: int
    to_sign: int


def waiting(ctx: Ctx) -> list[Waiting]:
    """What waits for the actor, one row for each round and institution."""
    counts: dict[tuple[Round, Institution], list[Update]] = defaultdict(list)
    for one in mine(ctx):
        counts[one.round, one.institution].append(one)
    return [
        Waiting(
            round_,
            institution,
            to_write=sum(one.state in WRITABLE for one in found),
            to_sign=sum(one.state == UpdateState.SIGN_OFF for one in found),
        )
        for (round_, institution), found in counts.items()
    ]


# --- What was reported --------------------------------------------------------------------------


def reported(session: Session, recommendation_id: int) -> list[UpdateSnapshot]:
    """The newest snapshot of each update on a recommendation, the latest first. Public."""
    newest = (
        select(func.max(UpdateSnapshot.id))
        .where(UpdateSnapshot.recommendation_id == recommendation_id)
        .group_by(UpdateSnapshot.update_id)
    )
    return list(
        session.scalars(
            select(UpdateSnapshot)
            .where(UpdateSnapshot.id.in_(newest))
            .options(
                joinedload(UpdateSnapshot.institution),
                joinedload(UpdateSnapshot.update).joinedload(Update.round),
            )
            .order_by(UpdateSnapshot.signed_at.desc(), UpdateSnapshot.id.desc())
        )
    )


def last_reminders(session: Session, round: Round) -> dict[int, datetime]:  # noqa: A002
    """When each person was last reminded of a round, by person."""
    from nmrf.outbox.models import Message

    rows = session.execute(
        select(Message.person_id, func.max(Message.created_at))
        .where(
            Message.kind == "update_reminder",
            Message.subject_type == Round.__tablename__,
            Message.subject_id == str(round.id),
            Message.person_id.is_not(None),
        )
        .group_by(Message.person_id)
    )
    return {person_id: at for person_id, at in rows if person_id is not None}
