"""The implementation matrix: recommendations with cluster, actions and indicators, as rows.

The columns are those of Kenya's matrix of 2016: recommendation, specific action, indicator,
responsible body, potential partners, timeframe; with position and state. Exactly the filter of
the register, and of the actions only what the reader sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.core.paging import Page
from nmrf.recommendations import queries_plan, register
from nmrf.recommendations.models import (
    POSITION_LABELS,
    Assignment,
    Recommendation,
    RecommendationPart,
)
from nmrf.recommendations.models_plan import ACTION_STATE_LABELS, Action, Indicator
from nmrf.recommendations.register import Filter, filtered

PAGE = 25
_AT_ONCE = 200


@dataclass(frozen=True)
class Planned:
    """A recommendation and the actions for it that the reader sees, open ones first."""

    recommendation: Recommendation
    actions: list[Action]


def page(ctx: Ctx, chosen: Filter, number: int) -> Page[Planned]:
    """A page of the matrix; the number of statements does not grow with its rows."""
    shown = register.page(ctx, chosen, number, PAGE)
    actions = queries_plan.of_recommendations(ctx, [one.id for one in shown.items])
    return Page(
        items=[Planned(one, actions[one.id]) for one in shown.items],
        total=shown.total,
        number=shown.number,
        size=shown.size,
    )


def rows(ctx: Ctx, chosen: Filter) -> Iterator[Planned]:
    """All of a filter, some hundreds at once."""
    ids = list(ctx.session.scalars(filtered(ctx, chosen).with_only_columns(Recommendation.id)))
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        found = {
            one.id: one
            for one in ctx.session.scalars(
                select(Recommendation)
                .where(Recommendation.id.in_(some))
                .options(
                    joinedload(Recommendation.cycle),
                    selectinload(Recommendation.states),
                    selectinload(Recommendation.cluster),
                    selectinload(Recommendation.all_parts).joinedload(
                        RecommendationPart.institution
                    ),
                    selectinload(Recommendation.assignments).joinedload(Assignment.institution),
                )
            )
        }
        actions = queries_plan.of_recommendations(ctx, some)
        for id_ in some:
            yield Planned(found[id_], actions[id_])


def indicator_words(one: Indicator) -> str:
    """An indicator in a line: "Cells below standard: from 40 to 0 cells by 1 Jun 2028; 31 (…)"."""
    said = one.what
    if one.baseline or one.target:
        said = _(
            "%(what)s: from %(baseline)s to %(target)s",
            what=one.what,
            baseline=one.baseline or "?",
            target=one.target or "?",
        )
        said = f"{said} {one.unit}".rstrip()
    if one.due_on:
        said = _("%(said)s by %(day)s", said=said, day=words.short_day(one.due_on))
    if one.latest:
        said = _(
            "%(said)s; %(value)s on %(day)s",
            said=said,
            value=one.latest.value,
            day=words.short_day(one.latest.on),
        )
    return said


def indicators_of(action: Action) -> list[Indicator]:
    """The indicators that are measured now."""
    return [one for one in action.indicators if one.ended_at is None]


def timeframe(starts_on: date | None, ends_on: date | None) -> str:
    """From when until when, in words; empty where nothing is known."""
    first, last = words.short_day(starts_on), words.short_day(ends_on)
    if starts_on and ends_on:
        return f"{first} – {last}"
    if ends_on:
        return _("until %(day)s", day=last)
    return _("from %(day)s", day=first) if starts_on else ""


def state_words(action: Action) -> str:
    """How far an action is, with its day and, when dropped, the reason."""
    said = _(
        "%(state)s, %(day)s",
        state=ACTION_STATE_LABELS[action.state],
        day=words.short_day(action.state_on),
    )
    return f"{said}: {action.state_reason}" if action.state_reason else said


def position_words(one: Recommendation) -> str:
    """The position; of a split recommendation also that of each part."""
    said = str(POSITION_LABELS[one.position])
    parts = [f"({part.letter}) {POSITION_LABELS[part.position]}" for part in one.split]
    return "\n".join([said, *parts])
