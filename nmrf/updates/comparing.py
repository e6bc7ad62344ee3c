"""Institutions side by side: who says the opposite of whom, and who was done in good time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, distinct, func, select
from sqlalchemy.orm import Session, joinedload

from nmrf.core.clock import local_date
from nmrf.recommendations.models import Recommendation
from nmrf.updates.models import Round, Update, UpdateSnapshot, UpdateState

ANSWERED = (UpdateState.SIGN_OFF, UpdateState.SUBMITTED)


@dataclass(frozen=True)
class Contradiction:
    """One recommendation on which institutions reported different statuses in a round."""

    recommendation: Recommendation
    updates: list[Update]


def contradictions(session: Session, round: Round) -> list[Contradiction]:  # noqa: A002
    """Different statuses for one recommendation, among what was sent or signed; by number."""
    answered = and_(
        Update.round_id == round.id,
        Update.state.in_(ANSWERED),
    )
    differing = (
        select(Update.recommendation_id)
        .where(answered)
        .group_by(Update.recommendation_id)
        .having(func.count(distinct(Update.status)) > 1)
    )
    found = session.scalars(
        select(Update)
        .join(Update.recommendation)
        .where(answered, Update.recommendation_id.in_(differing))
        .options(joinedload(Update.recommendation), joinedload(Update.institution))
        .order_by(Recommendation.sort_key, Update.lead.desc(), Update.id)
    )
    by_number: dict[Recommendation, list[Update]] = defaultdict(list)
    for one in found:
        by_number[one.recommendation].append(one)
    return [Contradiction(number, updates) for number, updates in by_number.items()]


def said_by_others(session: Session, update: Update) -> list[Update]:
    """What the other institutions sent or signed on the same recommendation, the lead first.

    For the status alone: the text of an update is read by its own institution.
    """
    return list(
        session.scalars(
            select(Update)
            .where(
                Update.round_id == update.round_id,
                Update.recommendation_id == update.recommendation_id,
                Update.institution_id != update.institution_id,
                Update.state.in_(ANSWERED),
            )
            .options(joinedload(Update.institution))
            .order_by(Update.lead.desc(), Update.id)
        )
    )


def days_early(session: Session, round: Round, time_zone: str) -> dict[int, int]:  # noqa: A002
    """How many days before the last day each institution was done that was done in time.

    Counted to the first sign-off of its last update: a correction afterwards takes nothing away.
    Whoever was late or is not done is not in it; nobody is ranked. By institution.
    """
    first = (
        select(
            UpdateSnapshot.update_id.label("update_id"),
            func.min(UpdateSnapshot.signed_at).label("at"),
        )
        .group_by(UpdateSnapshot.update_id)
        .subquery()
    )
    rows = session.execute(
        select(Update.institution_id, func.max(first.c.at))
        .outerjoin(first, first.c.update_id == Update.id)
        .where(Update.round_id == round.id)
        .group_by(Update.institution_id)
        .having(func.count(Update.id) == func.count(first.c.at))
    )
    early: dict[int, int] = {}
    for institution_id, at in rows:
        on: date = local_date(at, time_zone)
        if on <= round.closes_on:
            early[institution_id] = (round.closes_on - on).days
    return early
