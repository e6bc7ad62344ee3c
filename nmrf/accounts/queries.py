from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from nmrf.accounts.models import Absence, Institution, InstitutionKind, Office, Person
from nmrf.core.roles import Actor, Held, Role


def session_key(person: Person) -> str:
    """What the session cookie carries: it ends with the next change of password."""
    return f"{person.id}.{person.session_epoch}"


def signed_in_actor(session: Session, key: str, today: date) -> Actor | None:
    """The actor of a session cookie, or None when it no longer holds."""
    person_id, _dot, epoch = key.partition(".")
    if not person_id.isdigit() or not epoch.isdigit():
        return None
    person = session.get(Person, int(person_id))
    if person is None or not person.active or person.session_epoch != int(epoch):
        return None
    return actor_for(session, person, today)


def actor_for(session: Session, person: Person, today: date) -> Actor:
    """A person with the offices held today, their own and those they stand in for."""
    stood_in_for = select(Absence.person_id).where(
        Absence.substitute_id == person.id, Absence.starts_on <= today, Absence.ends_on >= today
    )
    offices = session.execute(
        select(Office.role, Office.institution_id)
        .join(Person, Person.id == Office.person_id)
        .where(
            or_(Office.person_id == person.id, Office.person_id.in_(stood_in_for)),
            Office.starts_on <= today,
            or_(Office.ends_on.is_(None), Office.ends_on >= today),
        )
        .distinct()
        .order_by(Office.role)
    ).all()
    return Actor(
        id=person.id,
        name=person.name,
        held=tuple(Held(role, institution_id) for role, institution_id in offices),
        language=person.language,
    )


def holders(
    session: Session,
    today: date,
    roles: Iterable[Role],
    institution_ids: Iterable[int] | None = None,
) -> list[Office]:
    """Who holds one of the roles today, in these institutions or in any; with the person."""
    query = (
        select(Office)
        .join(Office.person)
        .where(
            Office.role.in_(list(roles)),
            Office.starts_on <= today,
            or_(Office.ends_on.is_(None), Office.ends_on >= today),
            Person.active,
        )
        .options(joinedload(Office.person), joinedload(Office.institution))
        .order_by(Office.institution_id, Office.role, Office.id)
    )
    if institution_ids is not None:
        query = query.where(Office.institution_id.in_(list(institution_ids)))
    return list(session.scalars(query))


def institutions(
    session: Session, kinds: Iterable[InstitutionKind] | None = None
) -> list[Institution]:
    """The active institutions of these kinds, or of all, by name."""
    query = select(Institution).where(Institution.active).order_by(Institution.name)
    if kinds is not None:
        query = query.where(Institution.kind.in_(list(kinds)))
    return list(session.scalars(query))


def people(session: Session) -> list[Person]:
    """Everybody with an account, with their offices, by name."""
    return list(
        session.scalars(
            select(Person)
            .options(selectinload(Person.offices).joinedload(Office.institution))
            .order_by(Person.name)
        )
    )
