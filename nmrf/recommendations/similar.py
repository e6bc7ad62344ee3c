"""Similar recommendations of other cycles: the same wish, made before or again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from nmrf.core.ctx import Ctx
from nmrf.core.search import fold
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations.models import Label, Recommendation, recommendation_label

_CANDIDATES = 600
_ALIKE = 30
# Words that nearly every recommendation has say nothing about what it wishes.
_COMMON = frozenset(
    fold(
        "a an and the of to in on for by with as at that this all its their from including "
        "particular through further more continue continuing efforts take measures ensure "
        "strengthen order other such which is are be national relevant towards regard country"
    ).split()
)


@dataclass(frozen=True)
class Similar:
    """A recommendation of another cycle; `score` is 0–100, the share of words in both texts."""

    recommendation: Recommendation
    score: int


def similar(ctx: Ctx, recommendation: Recommendation, limit: int = 6) -> list[Similar]:
    """The likest recommendations of other cycles of the State that share a label or its equal.

    Candidates are bounded; in two statements, whatever their number.
    """
    names = _equal_names(ctx, recommendation)
    if not names:
        return []
    shared = (
        select(recommendation_label.c.recommendation_id)
        .join(Label, Label.id == recommendation_label.c.label_id)
        .where(
            or_(
                Label.id.in_([label.id for label in recommendation.labels]),
                func.lower(Label.name).in_(names),
            )
        )
    )
    candidates = ctx.session.execute(
        select(Recommendation.id, Recommendation.text)
        .join(Recommendation.cycle)
        .where(
            Recommendation.cycle_id != recommendation.cycle_id,
            Cycle.state == recommendation.cycle.state,
            Recommendation.id.in_(shared),
        )
        .order_by(Recommendation.cycle_id.desc(), Recommendation.id)
        .limit(_CANDIDATES)
    ).all()
    words = _words(recommendation.text)
    scored = (
        (_score(words, _words(row.text)), -place, row.id) for place, row in enumerate(candidates)
    )
    found = [(id_, score) for score, _place, id_ in sorted(scored, reverse=True) if score >= _ALIKE]
    found = found[:limit]
    if not found:
        return []
    rows = {
        row.id: row
        for row in ctx.session.scalars(
            select(Recommendation)
            .where(Recommendation.id.in_([id_ for id_, _ in found]))
            .options(joinedload(Recommendation.cycle))
        )
    }
    return [Similar(rows[id_], score) for id_, score in found]


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text).split()) - _COMMON


def _score(one: frozenset[str], other: frozenset[str]) -> int:
    """Twice the shared words over all words of both, in per cent (the coefficient of Dice)."""
    return round(200 * len(one & other) / (len(one) + len(other))) if one and other else 0


def _equal_names(ctx: Ctx, recommendation: Recommendation) -> set[str]:
    """The names of its labels, and of the same notions in lists of other years."""
    equals = _equals(ctx.house.settings.workflows)
    found: set[str] = set()
    for label in recommendation.labels:
        name = label.name.lower()
        found |= equals.get(name, {name})
    return found


@cache
def _equals(workflows: Path) -> dict[str, set[str]]:
    """For each label of a vocabulary, in small letters, all labels that mean the same."""
    groups: dict[str, set[str]] = {}
    for vocabulary in (load(workflows).vocabularies[name] for name in ("themes", "persons")):
        by_key = {f"{term.scheme}/{term.code}": term for term in vocabulary.terms}
        for term in vocabulary.terms:
            same = {term.label.lower(), *(by_key[key].label.lower() for key in term.same_as)}
            for name in list(same):
                same |= groups.get(name, set())
            for name in same:
                groups[name] = same
    return groups
