"""People of both sides with their institutions, and signing in as one of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from nmrf.accounts import passwords
from nmrf.accounts.models import Institution, InstitutionKind, Person
from nmrf.core.roles import Role
from tests import factories

PASSWORD = "seven quiet lanterns"


@dataclass(frozen=True)
class World:
    """A ministry of foreign affairs, one of justice, an ombuds office and an alliance."""

    mfa: Institution
    moj: Institution
    ombuds: Institution
    alliance: Institution
    admin: Person
    secretary: Person
    focal: Person
    alternate: Person
    authority: Person
    ombudsman: Person
    stakeholder: Person


def world(session: Session) -> World:
    """The people below, each with one office since 2024, none with a password."""
    mfa = factories.institution(session, "Ministry of Foreign Affairs")
    moj = factories.institution(session, "Ministry of Justice")
    ombuds = factories.institution(session, "Ombuds Office", InstitutionKind.NHRI)
    alliance = factories.institution(
        session, "Alliance for Examples", InstitutionKind.CIVIL_SOCIETY
    )

    def person(name: str, role: Role, at: Institution) -> Person:
        made = factories.person(session, role, at, name=name)
        session.refresh(made)
        assert [office.institution for office in made.offices] == [at]  # loaded for all tests
        return made

    return World(
        mfa=mfa,
        moj=moj,
        ombuds=ombuds,
        alliance=alliance,
        admin=person("Ada Administrator", Role.ADMINISTRATOR, mfa),
        secretary=person("Sam Secretary", Role.SECRETARIAT, mfa),
        focal=person("Fay Focal", Role.FOCAL_POINT, moj),
        alternate=person("Alf Alternate", Role.ALTERNATE, moj),
        authority=person("Vera Authority", Role.VALIDATING_AUTHORITY, moj),
        ombudsman=person("Olga Ombuds", Role.NHRI, ombuds),
        stakeholder=person("Stan Stakeholder", Role.STAKEHOLDER, alliance),
    )


def with_password(session: Session, person: Person, password: str = PASSWORD) -> Person:
    """Give a person a password without a mail or an event."""
    person.password_hash = passwords.hashed(password)
    session.flush()
    return person


def sign_in(
    client: FlaskClient, person: Person, password: str = PASSWORD, **query: str
) -> TestResponse:
    """Sign in through the real form; the answer is the redirect when it succeeds."""
    return client.post(
        "/sign-in", data={"email": person.email, "password": password}, query_string=query
    )
