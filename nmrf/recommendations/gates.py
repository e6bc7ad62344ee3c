"""What has to be there of the recommendations before a cycle leaves a stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from nmrf.core.i18n import _l
from nmrf.cycles import gates
from nmrf.cycles.gates import Check, Gap
from nmrf.cycles.models import Cycle, Stage
from nmrf.recommendations.models import Assignment, Position, Recommendation


def has_lead() -> ColumnElement[bool]:
    """Whether an institution leads now."""
    leading = aliased(Assignment)  # so that it also stands in a query about assignments
    return Recommendation.id.in_(
        select(leading.recommendation_id).where(leading.lead, leading.ended_at.is_(None))
    )


def _counted(condition: ColumnElement[bool], values: Mapping[str, Any]) -> Check:
    def check(session: Session, cycle: Cycle) -> Gap:
        count = session.scalar(
            select(func.count(Recommendation.id)).where(
                Recommendation.cycle_id == cycle.id, condition
            )
        )
        return Gap(count or 0, "recommendations.index", {"cycle": cycle.id, **values})

    return check


def _imported(session: Session, cycle: Cycle) -> Gap:
    there = session.scalar(select(exists().where(Recommendation.cycle_id == cycle.id)))
    return Gap(0 if there else 1, "recommendations.import_list", {"cycle": cycle.id})


# Left without an answer at the adoption, a recommendation counts as noted (UPR Info, method).
gates.register(
    Stage.REVIEW,
    "recommendations",
    _l("The list of recommendations has been imported"),
    _imported,
)
gates.register(
    Stage.ADOPTION,
    "positions",
    _l("Every recommendation has a position"),
    _counted(Recommendation.position == Position.PENDING, {"position": "pending"}),
)
gates.register(
    Stage.ADOPTION,
    "owners",
    _l("Every recommendation has an institution that leads"),
    _counted(~has_lead(), {"lead": "none"}),
)
gates.register(
    Stage.FOLLOW_UP,
    "statuses",
    _l("The implementation of every recommendation has been reported"),
    _counted(Recommendation.status == "", {"status": "none"}),
)
