from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload, selectinload

from nmrf.access import Account
from nmrf.accounts.clean import clean_email
from nmrf.accounts.models import Absence, Institution, InstitutionKind, Office, Person
from nmrf.core.errors import Invalid
from nmrf.core.roles import GOVERNMENT, Actor, Held, Role
from nmrf.outbox.models import Message


def held_on(day: date) -> ColumnElement[bool]:
    """A condition: the office is held on this day."""
    return and_(Office.starts_on <= day, or_(Office.ends_on.is_(None), Office.ends_on >= day))


def session_key(person: Person) -> str:
    """What the session cookie carries: it ends with the next change of password."""
    return f"{person.id}.{person.session_epoch}"


def signed_in_actor(session: Session, key: str, today: date) -> Actor | None:
    """The actor of a session cookie, or None when it no longer holds."""
    person_id, _dot, epoch = key.partition(".")
    if not (key.isascii() and person_id.isdigit() and epoch.isdigit()):
        return None
    person = session.get(Person, int(person_id))
    if person is None or not person.active or person.session_epoch != int(epoch):
        return None
    return actor_for(session, person, today)


def actor_for(session: Session, person: Person, today: date) -> Actor:
    """A person with the offices held today, their own and those they stand in for."""
    stood_in_for = (
        select(Absence.person_id)
        .join(Absence.person)
        .where(
            Absence.substitute_id == person.id,
            Absence.starts_on <= today,
            Absence.ends_on >= today,
            Person.active,
        )
    )
    offices = session.execute(
        select(Office.role, Office.institution_id)
        .where(
            # Who administers the service is not passed on with the desk.
            or_(
                Office.person_id == person.id,
                and_(Office.person_id.in_(stood_in_for), Office.role != Role.ADMINISTRATOR),
            ),
            held_on(today),
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
            held_on(today),
            Person.active,
        )
        .options(joinedload(Office.person), joinedload(Office.institution))
        .order_by(Office.institution_id, Office.role, Office.id)
    )
    if institution_ids is not None:
        query = query.where(Office.institution_id.in_(list(institution_ids)))
    return list(session.scalars(query))


def recipients(
    session: Session,
    today: date,
    roles: Iterable[Role],
    institution_ids: Iterable[int] | None = None,
) -> list[Person]:
    """Whom to write to: who holds one of the roles today, and who stands in for them; once each.

    Somebody who is away is written to as well: they may have set the dates wrong.
    """
    found = {
        office.person_id: office.person
        for office in holders(session, today, roles, institution_ids)
    }
    for _away, substitute in stand_ins(session, today, found):
        found.setdefault(substitute.id, substitute)
    return list(found.values())


def stand_ins(session: Session, today: date, person_ids: Iterable[int]) -> list[tuple[int, Person]]:
    """Who stands in today for which of these people: pairs of whoever is away and substitute."""
    absences = session.scalars(
        select(Absence)
        .join(Absence.substitute)
        .where(
            Absence.person_id.in_(list(person_ids)),
            Absence.starts_on <= today,
            Absence.ends_on >= today,
            Person.active,
        )
        .options(joinedload(Absence.substitute))
        .order_by(Absence.id)
    )
    return [(absence.person_id, absence.substitute) for absence in absences]


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


def find_by_email(session: Session, email: str) -> Person | None:
    """The person with this address, however it is written; None when there is none."""
    try:
        address = clean_email(email)
    except Invalid:
        return None
    return session.scalar(select(Person).where(Person.email == address))


def hold(session: Session, person_id: int) -> Person | None:
    """The person, read anew and locked until the end of the transaction, with their offices."""
    return session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(selectinload(Person.offices).joinedload(Office.institution))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def hold_institution(session: Session, institution: Institution) -> None:
    """Read the institution anew and lock it: its kind decides which offices there are."""
    session.flush()
    session.refresh(institution, with_for_update=True)


def person(session: Session, person_id: int) -> Person | None:
    """A person with offices, institutions, absences and substitutes."""
    return session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .options(
            selectinload(Person.offices).joinedload(Office.institution),
            selectinload(Person.absences).joinedload(Absence.substitute),
        )
    )


def account(of: Person, today: date) -> Account:
    """What the access rules have to know about an account; its offices are loaded."""
    return Account(
        person_id=of.id,
        administers=any(
            office.role == Role.ADMINISTRATOR and not has_ended(office, today)
            for office in of.offices
        ),
        institution_ids=frozenset(office.institution_id for office in of.offices),
    )


def has_ended(office: Office, today: date) -> bool:
    """Whether the last day of the office has passed."""
    return office.ends_on is not None and office.ends_on < today


def standing_in_for(session: Session, substitute_id: int, today: date) -> list[Absence]:
    """The absences, now or to come, in which this person acts for another; with that person."""
    return list(
        session.scalars(
            select(Absence)
            .join(Absence.person)
            .where(Absence.substitute_id == substitute_id, Absence.ends_on >= today, Person.active)
            .options(joinedload(Absence.person))
            .order_by(Absence.starts_on, Absence.id)
        )
    )


def colleagues(session: Session, of: Person, today: date) -> list[Person]:
    """Active people with an office today in one of the person's institutions, on the same side.

    They can stand in for the person, or take over.
    """
    own = [office for office in of.offices if not has_ended(office, today)]
    sides = {office.role in GOVERNMENT for office in own}
    if len(sides) != 1:
        return []
    same_side = Office.role.in_(GOVERNMENT) if sides == {True} else Office.role.not_in(GOVERNMENT)
    found = session.scalars(
        select(Person)
        .join(Person.offices)
        .where(
            Person.active,
            Person.id != of.id,
            Office.institution_id.in_({office.institution_id for office in own}),
            same_side,
            held_on(today),
        )
        .options(selectinload(Person.offices).joinedload(Office.institution))
        .order_by(Person.name, Person.id)
    )
    return list(found.unique())


def also_held_by(session: Session, of: Person, today: date) -> dict[int, list[Person]]:
    """For each office of the person that has not ended: who else holds it today, by office id."""
    own = [office for office in of.offices if not has_ended(office, today)]
    others = holders(
        session, today, {o.role for o in own}, {office.institution_id for office in own}
    )
    return {
        mine.id: [
            other.person
            for other in others
            if (other.role, other.institution_id) == (mine.role, mine.institution_id)
            and other.person_id != of.id
        ]
        for mine in own
    }


def other_administrators(session: Session, than: int | None, day: date) -> int:
    """How many active people other than this one are administrators on a day."""
    query = (
        select(func.count(func.distinct(Office.person_id)))
        .join(Office.person)
        .where(Office.role == Role.ADMINISTRATOR, held_on(day), Person.active)
    )
    if than is not None:
        query = query.where(Office.person_id != than)
    return session.scalar(query) or 0


def holders_in(session: Session, institution_ids: Iterable[int], today: date) -> dict[int, int]:
    """How many people hold an office today, by institution."""
    rows = session.execute(
        select(Office.institution_id, func.count(func.distinct(Office.person_id)))
        .join(Office.person)
        .where(Office.institution_id.in_(list(institution_ids)), held_on(today), Person.active)
        .group_by(Office.institution_id)
    )
    return {institution_id: number for institution_id, number in rows}  # noqa: C416


def offices_in(session: Session, institution_id: int, today: date) -> list[Office]:
    """Offices in an institution that have not ended, with their people."""
    return list(
        session.scalars(
            select(Office)
            .join(Office.person)
            .where(
                Office.institution_id == institution_id,
                or_(Office.ends_on.is_(None), Office.ends_on >= today),
                Person.active,
            )
            .options(joinedload(Office.person))
            .order_by(Office.role, Person.name, Office.id)
        )
    )


def successors(session: Session, of: Person, today: date) -> list[Person]:
    """Active people who hold no office on the other side, by name: who could take over."""
    own = {office.role in GOVERNMENT for office in of.offices if not has_ended(office, today)}
    other_side = Office.role.not_in(GOVERNMENT) if True in own else Office.role.in_(GOVERNMENT)
    not_over = or_(Office.ends_on.is_(None), Office.ends_on >= today)
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.active,
                Person.id != of.id,
                ~exists().where(Office.person_id == Person.id, other_side, not_over),
            )
            .order_by(Person.name, Person.id)
        )
    )


def successor_ids(session: Session, of: Person, today: date) -> frozenset[int]:
    """Who holds, or will hold, one of the offices that the person holds or held."""
    offices = {(office.role, office.institution_id) for office in of.offices}
    found = session.scalars(
        select(Office.person_id).where(
            tuple_(Office.role, Office.institution_id).in_(offices),
            or_(Office.ends_on.is_(None), Office.ends_on >= today),
        )
    )
    return frozenset(found)


def recent_mail(session: Session, person_id: int, limit: int = 10) -> list[Message]:
    """The newest mails to a person."""
    query = select(Message).where(Message.person_id == person_id)
    return list(session.scalars(query.order_by(Message.id.desc()).limit(limit)))
