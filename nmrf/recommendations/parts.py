"""Splitting a recommendation into parts that the State answers one by one.

UPR Info advises a State to split what bundles several actions, so that each gets an owner and a
clear answer (The Butterfly Effect, §4.1). The United Nations keep the one number: "140.7" stays
140.7, and its parts are "140.7 (a)" and "140.7 (b)". The position of the whole follows from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.definitions import load
from nmrf.recommendations.assigning import assign
from nmrf.recommendations.models import (
    Position,
    Recommendation,
    RecommendationPart,
)
from nmrf.recommendations.positions import set_position

LETTERS = "abcdefgh"
ANSWERS = (Position.PENDING, Position.SUPPORTED, Position.NOTED)


@dataclass(frozen=True)
class PartPlan:
    """A part as it is to be: its words, position, reason, and who carries it out."""

    text: str
    position: Position
    justification: str = ""
    institution: Institution | None = None


def whole(positions: Sequence[Position]) -> Position:
    """The position of the recommendation as a whole, as the United Nations count it.

    One part without a position leaves it open; parts of both kinds make it supported/noted.
    """
    found = set(positions)
    if Position.PENDING in found:
        return Position.PENDING
    return found.pop() if len(found) == 1 else Position.SUPPORTED_NOTED


def split(
    ctx: Ctx,
    recommendation: Recommendation,
    parts: Sequence[PartPlan],
    *,
    symbol: str = "",
    paragraph: str = "",
    on: date | None = None,
    lock: int | None = None,
) -> list[RecommendationPart]:
    """Divide a recommendation, or divide it anew. Number and text of the UN stay as they are.

    An institution that owns a part and has not been given the recommendation supports it from
    now on. `symbol` and `paragraph` name the document of the positions.

    Raises:
        Refused: unless the actor is of the secretariat.
        Invalid: for fewer than two parts, more than eight, an empty one, a part that is both
            supported and noted, or one that is noted without a reason.
        Conflict: for an old `lock`.
    """
    check_lock(recommendation, lock)
    checked = _checked(ctx, parts)
    access.require(ctx.actor, "recommendation.position")
    before = recommendation.split
    set_position(
        ctx,
        recommendation,
        whole([one.position for one in checked]),
        symbol=symbol,
        paragraph=paragraph,
        justification=_reasons(checked),
        on=on,
        by_parts=True,
    )
    for old in before:
        old.ended_at = ctx.now
    made = [
        RecommendationPart(
            recommendation_id=recommendation.id,
            letter=letter,
            text=one.text,
            position=one.position,
            justification=one.justification,
            institution_id=one.institution.id if one.institution else None,
            recorded_at=ctx.now,
            recorded_by_id=ctx.actor.id,
        )
        for letter, one in zip(LETTERS, checked, strict=False)
    ]
    ctx.session.add_all(made)
    events.record(
        ctx,
        "recommendation.split",
        recommendation,
        parts=[{"letter": p.letter, "position": p.position.value} for p in made],
    )
    ctx.session.expire(recommendation, ["all_parts"])
    _give(ctx, recommendation, checked)
    return made


def put_together(ctx: Ctx, recommendation: Recommendation, *, lock: int | None = None) -> None:
    """Answer the recommendation as a whole again. The parts stay in the history.

    Its position stays what the parts made it, until another is taken. Raises `Conflict` for an
    old `lock` or one that is not split, `Refused` unless the actor is of the secretariat.
    """
    check_lock(recommendation, lock)
    current = recommendation.split
    if not current:
        raise Conflict(_("This recommendation is not split."))
    access.require(ctx.actor, "recommendation.position")
    for part in current:
        part.ended_at = ctx.now
    events.record(ctx, "recommendation.put_together", recommendation, parts=len(current))
    ctx.session.expire(recommendation, ["all_parts"])


def _checked(ctx: Ctx, parts: Sequence[PartPlan]) -> list[PartPlan]:
    if len(parts) < 2:
        raise Invalid(_("Write at least two parts."), place="parts-1-text")
    if len(parts) > len(LETTERS):
        raise Invalid(_("At most %(n)s parts.", n=len(LETTERS)), place="parts-0-text")
    vocabulary = load(ctx.house.settings.workflows).vocabularies["positions"]
    found = []
    for n, one in enumerate(parts):
        text = inputs.prose(one.text, f"parts-{n}-text", required=True)
        reason = inputs.prose(one.justification, f"parts-{n}-justification")
        if one.position not in ANSWERS:
            raise Invalid(
                _("A part is supported or noted, not both. Split it further."),
                place=f"parts-{n}-position",
            )
        term = vocabulary.term(one.position.value)
        if term is not None and term.needs_reason and not reason:
            raise Invalid(
                _("Give the reason: a part that is noted needs a justification."),
                place=f"parts-{n}-justification",
            )
        found.append(PartPlan(text, one.position, reason, one.institution))
    return found


def _reasons(parts: Sequence[PartPlan]) -> str:
    """The reasons of the parts in their order, as the reason of the whole."""
    return "\n".join(
        f"({letter}) {one.justification}"
        for letter, one in zip(LETTERS, parts, strict=False)
        if one.justification
    )


def _give(ctx: Ctx, recommendation: Recommendation, parts: Sequence[PartPlan]) -> None:
    has = {one.institution_id for one in recommendation.current_assignments}
    new = {one.institution.id: one.institution for one in parts if one.institution}
    missing = [institution for id_, institution in new.items() if id_ not in has]
    if missing:
        assign(ctx, [recommendation], None, missing)
