"""What consultations add to the gates of a cycle's stages."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nmrf.consultations.models import Consultation, ConsultationState, Outcome, OutcomeState
from nmrf.core.i18n import _l
from nmrf.cycles.gates import Gap, register
from nmrf.cycles.models import Cycle, Stage


def _held(session: Session, cycle: Cycle) -> Gap:
    """At least one consultation was held (HRC resolution 5/1, annex, ¶15 a)."""
    count = session.scalar(
        select(func.count(Consultation.id)).where(
            Consultation.cycle_id == cycle.id, Consultation.state == ConsultationState.HELD
        )
    )
    return Gap(0 if count else 1, "consultations.index")


def _open_outcomes(session: Session, cycle: Cycle) -> Gap:
    count = session.scalar(
        select(func.count(Outcome.id))
        .join(Consultation, Consultation.id == Outcome.consultation_id)
        .where(Consultation.cycle_id == cycle.id, Outcome.state == OutcomeState.OPEN)
    )
    return Gap(count or 0, "consultations.outcomes")


register(Stage.CONSULTATION, "held", _l("A consultation has been held"), _held)
for _stage in (Stage.CONSULTATION, Stage.FOLLOW_UP):
    register(_stage, "outcomes", _l("What was agreed at consultations is done"), _open_outcomes)
