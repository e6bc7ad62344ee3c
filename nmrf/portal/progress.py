"""How implementation stands by theme, group of persons, institution, recommending State, cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, distinct, func, select

from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _l
from nmrf.cycles.models import Cycle
from nmrf.portal.queries import STEPS, step_of
from nmrf.recommendations.models import (
    Assignment,
    Label,
    LabelScheme,
    Recommendation,
    RecommendingState,
    recommendation_label,
)


class By(StrEnum):
    """By what the recommendations are grouped; the value is the register's filter too."""

    THEME = "theme"
    PERSONS = "persons"
    SDG = "sdg"
    LEAD = "lead"
    STATE = "state"
    CYCLE = "cycle"


BY_LABELS: dict[By, Lazy] = {
    By.THEME: _l("Theme"),
    By.PERSONS: _l("Group of persons"),
    By.SDG: _l("Sustainable Development Goal"),
    By.LEAD: _l("Institution that leads"),
    By.STATE: _l("Recommending State"),
    By.CYCLE: _l("Cycle"),
}
_SCHEMES = {
    By.THEME: LabelScheme.THEME,
    By.PERSONS: LabelScheme.PERSONS,
    By.SDG: LabelScheme.SDG,
}


@dataclass(frozen=True)
class Share:
    """The recommendations of a group by step (see `step_of`); `key` is its register value."""

    key: str
    name: str
    steps: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.steps)

    @property
    def progress(self) -> int:
        """In place or begun, as institutions report."""
        return self.steps[0] + self.steps[1]


def progress(
    ctx: Ctx, by: By, cycle: Cycle | None = None, led_by: Institution | None = None
) -> list[Share]:
    """The groups, the largest first, in one statement; cycles the latest first.

    `cycle` and `led_by` narrow what is counted; grouped by cycle, all cycles count. States are
    named by their code where they have one.
    """
    query = _grouped(by)
    if cycle is not None and by is not By.CYCLE:
        query = query.where(Recommendation.cycle_id == cycle.id)
    if led_by is not None:
        query = query.where(Recommendation.id.in_(_led_by(led_by)))
    found = _shares(ctx.session.execute(query))
    if by is By.CYCLE:
        return found[::-1]
    return sorted(found, key=lambda one: (-one.total, one.name))


def _shares(rows: Iterable[Any]) -> list[Share]:
    names: dict[str, str] = {}
    counts: dict[str, list[int]] = defaultdict(lambda: [0] * STEPS)
    for key, name, status, count in rows:
        names[str(key)] = name
        counts[str(key)][step_of(status)] += count
    return [Share(key, names[key], tuple(steps)) for key, steps in counts.items()]


def _led_by(institution: Institution) -> Select[int]:
    return select(Assignment.recommendation_id).where(
        Assignment.lead,
        Assignment.ended_at.is_(None),
        Assignment.institution_id == institution.id,
    )


def _grouped(by: By) -> Any:
    # Rows of key, name, status and count.
    status, count = Recommendation.status, func.count(distinct(Recommendation.id))
    if by in _SCHEMES:
        # As in the register: a goal is named by its code, a theme by its words.
        key: Any = Label.code if by is By.SDG else Label.name
        return (
            select(key, func.min(Label.name), status, count)
            .select_from(Recommendation)
            .join(
                recommendation_label, recommendation_label.c.recommendation_id == Recommendation.id
            )
            .join(Label, Label.id == recommendation_label.c.label_id)
            .where(Label.scheme == _SCHEMES[by])
            .group_by(key, status)
        )
    if by is By.LEAD:
        return (
            select(Institution.id, Institution.name, status, count)
            .select_from(Recommendation)
            .join(Assignment, Assignment.recommendation_id == Recommendation.id)
            .join(Institution, Institution.id == Assignment.institution_id)
            .where(Assignment.lead, Assignment.ended_at.is_(None))
            .group_by(Institution.id, Institution.name, status)
        )
    if by is By.STATE:
        key = func.coalesce(RecommendingState.code, RecommendingState.name)
        return (
            select(key, key, status, count)
            .select_from(Recommendation)
            .join(RecommendingState, RecommendingState.recommendation_id == Recommendation.id)
            .group_by(key, status)
        )
    return (
        select(Cycle.id, Cycle.title, status, count)
        .select_from(Recommendation)
        .join(Cycle, Cycle.id == Recommendation.cycle_id)
        .group_by(Cycle.id, Cycle.title, Cycle.session, status)
        .order_by(Cycle.session, Cycle.id)
    )
