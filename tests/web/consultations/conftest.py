from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from tests import factories


@pytest.fixture
def world(ctx):
    """A cycle, a ministry, a league with a member, and a club that has an address only."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    league = factories.institution(s, "Fictional League", InstitutionKind.CIVIL_SOCIETY)
    club = factories.institution(
        s, "Fictional Club", InstitutionKind.CIVIL_SOCIETY, email="club@example.org"
    )
    made = SimpleNamespace(
        moj=moj,
        league=league,
        club=club,
        secretary=factories.person(s, Role.SECRETARIAT, mfa),
        focal=factories.person(s, Role.FOCAL_POINT, moj),
        member=factories.person(s, Role.STAKEHOLDER, league),
        stranger=factories.person(s),
        cycle=factories.cycle(s),
    )
    s.commit()
    return made


@pytest.fixture
def stored(database):
    """What the database holds now, asked in a reading session of its own."""

    def ask(row, question=lambda row: row):
        with database.reading() as session:
            return question(session.get(type(row), row.id))

    return ask
