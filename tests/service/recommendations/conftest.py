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
    """Two ministries with focal points, one without, the secretariat, a stakeholder."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    moi = factories.institution(s, "Ministry of the Interior")
    silent = factories.institution(s, "Agency of Silence", InstitutionKind.AGENCY)
    league = factories.institution(s, "Fictional League", InstitutionKind.CIVIL_SOCIETY)
    return SimpleNamespace(
        mfa=mfa,
        moj=moj,
        moi=moi,
        silent=silent,
        league=league,
        secretary=factories.person(s, Role.SECRETARIAT, mfa),
        justice=factories.person(s, Role.FOCAL_POINT, moj),
        alternate=factories.person(s, Role.ALTERNATE, moj),
        interior=factories.person(s, Role.FOCAL_POINT, moi),
        member=factories.person(s, Role.STAKEHOLDER, league),
    )


@pytest.fixture
def secretary(make_ctx, world):
    return make_ctx(world.secretary)


@pytest.fixture
def justice(make_ctx, world):
    return make_ctx(world.justice)


@pytest.fixture
def interior(make_ctx, world):
    return make_ctx(world.interior)


@pytest.fixture
def member(make_ctx, world):
    return make_ctx(world.member)
