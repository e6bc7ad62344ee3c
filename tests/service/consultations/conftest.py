from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from tests import factories


@pytest.fixture
def cycle(ctx):
    return factories.cycle(ctx.session)


@pytest.fixture
def world(ctx):
    """Institutions: two with people, one with an address only, one that cannot be reached."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    league = factories.institution(
        s, "Fictional League", InstitutionKind.CIVIL_SOCIETY, groups=["women"], region="East"
    )
    club = factories.institution(
        s, "Fictional Club", InstitutionKind.CIVIL_SOCIETY, email="club@example.org"
    )
    mute = factories.institution(s, "Fictional Mute", InstitutionKind.ACADEMIA)
    return SimpleNamespace(
        mfa=mfa,
        moj=moj,
        league=league,
        club=club,
        mute=mute,
        secretary=factories.person(s, Role.SECRETARIAT, mfa),
        focal=factories.person(s, Role.FOCAL_POINT, moj),
        member=factories.person(s, Role.STAKEHOLDER, league),
        stranger=factories.person(s),
    )


@pytest.fixture
def secretary(make_ctx, world):
    return make_ctx(world.secretary)
