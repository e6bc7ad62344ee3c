"""Gates: what must be there before a cycle leaves a stage. Other slices register theirs here.

A gate never blocks for good: it may be passed with gaps, by a written note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nmrf.core.i18n import Lazy, _l
from nmrf.cycles.models import Cycle, Milestone, MilestoneKind, Stage


@dataclass(frozen=True)
class Gap:
    """How many things are missing (0: the gate is open), and the page where to mend it."""

    count: int
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Session, Cycle], Gap]


@dataclass(frozen=True)
class Gate:
    """A condition for leaving a stage; `label` says what must be there."""

    stage: Stage
    label: Lazy
    check: Check


@dataclass(frozen=True)
class Finding:
    """A gate, and what is missing at it now."""

    label: str
    gap: Gap

    @property
    def open(self) -> bool:
        return self.gap.count == 0


registry: dict[Stage, dict[str, Gate]] = {stage: {} for stage in Stage}


def register(stage: Stage, name: str, label: Lazy, check: Check) -> None:
    """Add a gate at the end of a stage. The same name registered again replaces it."""
    registry[stage][name] = Gate(stage, label, check)


def findings(session: Session, cycle: Cycle, stage: Stage | None = None) -> list[Finding]:
    """Every gate of a stage (the cycle's own unless told) with what is missing now."""
    gates = registry[stage or cycle.stage].values()
    return [Finding(str(gate.label), gate.check(session, cycle)) for gate in gates]


def _undelivered(stage: Stage) -> Check:
    def check(session: Session, cycle: Cycle) -> Gap:
        count = session.scalar(
            select(func.count(Milestone.id)).where(
                Milestone.cycle_id == cycle.id,
                Milestone.stage == stage,
                Milestone.deadline,
                Milestone.kind != MilestoneKind.THIRD_PARTY,
                Milestone.delivered_on.is_(None),
                Milestone.withdrawn_at.is_(None),
            )
        )
        return Gap(
            count or 0, "cycles.cycle", {"cycle_id": cycle.id, "_anchor": f"stage-{stage.value}"}
        )

    return check


def _undated(key: str) -> Check:
    def check(session: Session, cycle: Cycle) -> Gap:
        count = session.scalar(
            select(func.count(Milestone.id)).where(
                Milestone.cycle_id == cycle.id,
                Milestone.key == key,
                Milestone.withdrawn_at.is_(None),
                Milestone.on.is_(None) | Milestone.tentative,
            )
        )
        return Gap(count or 0, "cycles.cycle", {"cycle_id": cycle.id, "_anchor": f"key-{key}"})

    return check


for _stage in Stage:
    register(
        _stage, "deadlines", _l("Every deadline of this stage is delivered"), _undelivered(_stage)
    )
register(
    Stage.CONSULTATION,
    "report_deadline",
    _l("The deadline of the national report is known and final"),
    _undated("national_report_due"),
)
register(
    Stage.DRAFTING,
    "review_day",
    _l("The day of the review is known and final"),
    _undated("interactive_dialogue"),
)
register(
    Stage.REVIEW,
    "addendum_deadline",
    _l("The deadline of the addendum is known and final"),
    _undated("addendum_due"),
)
