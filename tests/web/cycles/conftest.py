from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from tests import factories
from tests.factories.cycles import planned


@pytest.fixture
def world(ctx):
    """A cycle in session 54, and one person of each side; committed."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    league = factories.institution(s, "Fictional League", InstitutionKind.CIVIL_SOCIETY)
    made = SimpleNamespace(
        moj=moj,
        secretary=factories.person(s, Role.SECRETARIAT, mfa, "Mira Example"),
        focal=factories.person(s, Role.FOCAL_POINT, moj, "Filip Example"),
        member=factories.person(s, Role.STAKEHOLDER, league),
        cycle=planned(ctx, 54, state="UKR", title="Fifth review"),
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
