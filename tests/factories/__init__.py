"""Rows for tests. Required fields are explicit, nothing is made behind your back.

Each function adds to the session, flushes, and gives the row; the test commits.
"""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution, InstitutionKind, Office, Person
from nmrf.core.roles import Role
from nmrf.core.search import fold
from nmrf.cycles.models import Cycle, Stage, StagePeriod
from nmrf.recommendations.models import Assignment, AssignmentState, Position, Recommendation

START = date(2024, 1, 1)
THEN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_numbers = itertools.count(1)


def institution(
    session: Session,
    name: str = "Ministry of Examples",
    kind: InstitutionKind = InstitutionKind.MINISTRY,
    **values: object,
) -> Institution:
    row = Institution(
        name=name,
        short_name="".join(w[0] for w in name.split() if w[0].isupper()),
        kind=kind,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def person(
    session: Session,
    role: Role | None = None,
    at: Institution | None = None,
    name: str = "",
    **values: object,
) -> Person:
    """A person; with `role` and `at` also the office, held since 2024."""
    n = next(_numbers)
    row = Person(name=name or f"Person {n}", email=f"person{n}@example.org", **values)
    session.add(row)
    session.flush()
    if role is not None:
        assert at is not None
        office(session, row, role, at)
    return row


def office(
    session: Session,
    holder: Person,
    role: Role,
    at: Institution,
    starts_on: date = START,
    ends_on: date | None = None,
) -> Office:
    row = Office(
        person_id=holder.id, institution_id=at.id, role=role, starts_on=starts_on, ends_on=ends_on
    )
    session.add(row)
    session.flush()
    return row


def cycle(
    session: Session, session_number: int = 48, state: str = "SVN", **values: object
) -> Cycle:
    row = Cycle(
        state=state,
        number=values.pop("number", 4),
        session=session_number,
        title=values.pop("title", "Fourth cycle"),
        practice="standard",
        created_at=THEN,
        **values,
    )
    row.periods = [StagePeriod(stage=stage, position=n) for n, stage in enumerate(Stage, 1)]
    session.add(row)
    session.flush()
    return row


def recommendation(
    session: Session,
    of: Cycle,
    number: str = "140.1",
    text: str = "Ratify the Optional Protocol",
    position: Position = Position.SUPPORTED,
    lead: Institution | None = None,
    **values: object,
) -> Recommendation:
    row = Recommendation(
        cycle_id=of.id,
        number=number,
        sort_key=".".join(part.zfill(5) for part in number.split(".")),
        text=text,
        position=position,
        search_text=fold(f"{number} {text}"),
        **values,
    )
    session.add(row)
    session.flush()
    if lead is not None:
        assignment(session, row, lead)
    return row


def assignment(
    session: Session, of: Recommendation, to: Institution, *, lead: bool = True
) -> Assignment:
    row = Assignment(
        recommendation_id=of.id,
        institution_id=to.id,
        lead=lead,
        state=AssignmentState.ACCEPTED,
        assigned_at=THEN,
    )
    session.add(row)
    session.flush()
    return row
