"""The State's position on a recommendation, and what ministries report of its implementation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, select

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, gettext
from nmrf.definitions import load
from nmrf.recommendations.models import (
    POSITION_LABELS,
    Position,
    PositionChange,
    Recommendation,
    RecommendationPart,
)

_MOST_REASON = 20_000


def set_position(
    ctx: Ctx,
    recommendations: Recommendation | Sequence[Recommendation],
    position: Position,
    *,
    national: str = "",
    symbol: str = "",
    paragraph: str = "",
    justification: str = "",
    on: date | None = None,
    needs_parliament: bool | None = None,
    needs_assistance: bool | None = None,
    locks: Mapping[int, int] | None = None,
    by_parts: bool = False,
) -> int:
    """Take a position on one recommendation or several, as a dated event with its source.

    `national` is of the vocabulary national_positions and goes with the official position.
    `needs_parliament` and `needs_assistance` are left as they are with None. `locks` are the
    versions that the person saw, by id. `by_parts` is said by `parts.py` alone. Gives how many
    changed.

    Raises:
        Refused: unless the actor is of the secretariat.
        Invalid: when a reason is missing (a recommendation is noted with a justification; OHCHR,
            national reporting practice of Peru), a value is unknown, or the day is to come.
        Conflict: for an old version, when a position that a UN document names would be none, or
            for a recommendation that is answered part by part.
    """
    rows = (
        [recommendations] if isinstance(recommendations, Recommendation) else list(recommendations)
    )
    if not rows:
        raise Invalid(_("Tick at least one recommendation first."), place="recommendations")
    if locks is not None:
        _check_locks(rows, locks)
    on = on or ctx.today
    symbol, paragraph = symbol.strip(), paragraph.strip()
    justification = justification.strip()
    _check_values(ctx, position, national, justification)
    _check_source(ctx, position, symbol, paragraph, on)
    if position == Position.PENDING:
        _check_unanswered(rows)
    if not by_parts:
        _check_whole(ctx, rows)
    access.require(ctx.actor, "recommendation.position")
    changed = []
    for row in rows:
        before = (
            row.position,
            row.national_position,
            row.position_symbol,
            row.position_paragraph,
            row.justification,
        )
        _note_needs(ctx, row, needs_parliament, needs_assistance)
        if before == (position, national, symbol, paragraph, justification):
            continue
        changed.append((row, row.position))
        row.position = position
        row.national_position = national
        row.position_symbol = symbol
        row.position_paragraph = paragraph
        row.justification = justification
        ctx.session.add(
            PositionChange(
                recommendation_id=row.id,
                position=position,
                national_position=national,
                symbol=symbol,
                paragraph=paragraph,
                justification=justification,
                on=on,
                recorded_at=ctx.now,
                recorded_by_id=ctx.actor.id,
            )
        )
    for row, was in changed:
        events.record(
            ctx,
            "recommendation.positioned",
            row,
            was=was.value,
            position=position.value,
            national=national,
            symbol=symbol,
            paragraph=paragraph,
            on=on.isoformat(),
        )
        ctx.session.expire(row, ["positions"])
    return len(changed)


def _check_locks(rows: Sequence[Recommendation], locks: Mapping[int, int]) -> None:
    for row in rows:
        if locks.get(row.id, row.lock) != row.lock:
            raise Conflict(
                _(
                    "Somebody else changed %(number)s meanwhile. Its position is now "
                    "“%(position)s”. Compare it with yours and save again.",
                    number=row.number,
                    position=POSITION_LABELS[row.position],
                )
            )


def _check_values(ctx: Ctx, position: Position, national: str, justification: str) -> None:
    vocabularies = load(ctx.house.settings.workflows).vocabularies
    official = vocabularies["positions"].term(position.value)
    needs = official is not None and official.needs_reason
    if national:
        term = vocabularies["national_positions"].term(national)
        if term is None:
            raise Invalid(_("There is no such national position."), place="national")
        if term.parent != position.value:
            raise Invalid(
                _(
                    "“%(national)s” does not go with “%(position)s”.",
                    national=gettext(term.label),
                    position=POSITION_LABELS[position],
                ),
                place="national",
            )
        needs = needs or term.needs_reason
    if needs and not justification:
        raise Invalid(
            _(
                "Give the reason: what is not fully supported needs a justification, such as "
                "national priorities, plans or law."
            ),
            place="justification",
        )
    if len(justification) > _MOST_REASON:
        raise Invalid(
            _("This is too long: at most %(n)s characters.", n=_MOST_REASON), place="justification"
        )


def _check_source(ctx: Ctx, position: Position, symbol: str, paragraph: str, on: date) -> None:
    if on > ctx.today:
        raise Invalid(_("A position is recorded on the day it is taken, or later."), place="on")
    if paragraph and not symbol:
        raise Invalid(
            _("Name the document that the paragraph is of, such as A/HRC/59/15/Add.1."),
            place="symbol",
        )
    for value, place in ((symbol, "symbol"), (paragraph, "paragraph")):
        if len(value) > 80:
            raise Invalid(_("This is too long: at most 80 characters."), place=place)


def _check_unanswered(rows: Sequence[Recommendation]) -> None:
    for row in rows:
        if row.position != Position.PENDING and row.position_symbol:
            raise Conflict(
                _(
                    "The position on %(number)s stands in %(symbol)s and cannot be taken back to "
                    "“no position yet”. Enter the new position instead.",
                    number=row.number,
                    symbol=row.position_symbol,
                )
            )


def is_split() -> ColumnElement[bool]:
    """Whether the recommendation of a statement is answered part by part now."""
    return exists().where(
        RecommendationPart.recommendation_id == Recommendation.id,
        RecommendationPart.ended_at.is_(None),
    )


def _check_whole(ctx: Ctx, rows: Sequence[Recommendation]) -> None:
    numbers = ctx.session.scalars(
        select(Recommendation.number)
        .where(
            Recommendation.id.in_([row.id for row in rows]),
            is_split(),
        )
        .order_by(Recommendation.sort_key)
    ).all()
    if numbers:
        raise Conflict(
            _(
                "%(numbers)s: split into parts, each with its own position. Change the parts, or "
                "put them together again first.",
                numbers=", ".join(numbers),
            ),
            place="recommendations",
        )


def set_needs(
    ctx: Ctx,
    recommendations: Sequence[Recommendation],
    *,
    needs_parliament: bool | None = None,
    needs_assistance: bool | None = None,
) -> int:
    """Say what carrying these out needs: a decision of Parliament, technical assistance.

    None leaves a need as it is. Gives how many changed. Raises `Refused` unless the actor is of
    the secretariat.
    """
    access.require(ctx.actor, "recommendation.position")
    return sum(_note_needs(ctx, row, needs_parliament, needs_assistance) for row in recommendations)


def _note_needs(
    ctx: Ctx, row: Recommendation, parliament: bool | None, assistance: bool | None
) -> bool:
    changed = False
    if parliament is not None and row.needs_parliament != parliament:
        row.needs_parliament, changed = parliament, True
        events.record(ctx, "recommendation.parliament_noted", row, needs_parliament=parliament)
    if assistance is not None and row.needs_assistance != assistance:
        row.needs_assistance, changed = assistance, True
        events.record(ctx, "recommendation.assistance_noted", row, needs_assistance=assistance)
    return changed


def record_status(
    ctx: Ctx,
    recommendation: Recommendation,
    status: str,
    *,
    institution: Institution,
    on: date,
) -> None:
    """Keep the implementation status that an institution reported, with its day.

    The door for the slice of the updates, which has checked who signed it. A report older than
    the known one changes nothing. Raises `Invalid` for a status outside the vocabulary.
    """
    terms = load(ctx.house.settings.workflows).vocabularies["implementation_status"]
    if status not in terms.codes:
        raise Invalid(_("There is no such implementation status."), place="status")
    known = ctx.session.execute(
        select(Recommendation.status_on).where(Recommendation.id == recommendation.id)
    ).scalar()
    if known is not None and known > on:
        return
    was = recommendation.status
    recommendation.status = status
    recommendation.status_on = on
    recommendation.status_institution_id = institution.id
    recommendation.status_institution = institution
    events.record(
        ctx,
        "recommendation.status_reported",
        recommendation,
        was=was,
        status=status,
        institution=institution.id,
        on=on.isoformat(),
    )
