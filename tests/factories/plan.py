"""Actions, indicators and clusters for tests."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution
from nmrf.core.roles import Visibility
from nmrf.recommendations.models import Cluster, Recommendation
from nmrf.recommendations.models_plan import Action, ActionState, Indicator
from tests.factories import THEN


def action(
    session: Session,
    of: Recommendation,
    by: Institution,
    title: str = "Build a bridge",
    visibility: Visibility = Visibility.GOVERNMENT,
    **values: object,
) -> Action:
    row = Action(
        cycle_id=of.cycle_id,
        title=title,
        institution_id=by.id,
        state=values.pop("state", ActionState.PLANNED),
        state_on=date(2026, 1, 5),
        visibility=visibility,
        created_at=THEN,
        recommendations=[of],
        **values,
    )
    session.add(row)
    session.flush()
    return row


def indicator(session: Session, of: Action, what: str = "Bridges", **values: object) -> Indicator:
    row = Indicator(action_id=of.id, what=what, **values)
    session.add(row)
    session.flush()
    return row


def cluster(session: Session, name: str = "Group rights", place: int = 1) -> Cluster:
    row = Cluster(name=name, place=place)
    session.add(row)
    session.flush()
    return row
