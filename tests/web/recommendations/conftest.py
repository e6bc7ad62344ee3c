from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from nmrf.recommendations import queries, service
from nmrf.recommendations.importing import apply
from tests import factories
from tests.factories.recommendations import Line, word_list

LIST = word_list(
    "Detention",
    Line("140.2", "Ratify the Convention", states=("France", "Togo"), persons=("Prisoners",)),
    Line("140.10", "Abolish the death penalty", position="Noted", themes=("Death penalty",)),
    Line("140.12", "Vote <b>a</b> law", position="", source="", themes=("Equality",)),
)


@pytest.fixture
def cycle(ctx):
    return factories.cycle(ctx.session)


@pytest.fixture
def world(ctx):
    """Two ministries with focal points, the secretariat, a stakeholder."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    moi = factories.institution(s, "Ministry of the Interior")
    league = factories.institution(s, "Fictional League", InstitutionKind.CIVIL_SOCIETY)
    found = SimpleNamespace(
        mfa=mfa,
        moj=moj,
        moi=moi,
        secretary=factories.person(s, Role.SECRETARIAT, mfa),
        justice=factories.person(s, Role.FOCAL_POINT, moj),
        interior=factories.person(s, Role.FOCAL_POINT, moi),
        member=factories.person(s, Role.STAKEHOLDER, league),
    )
    s.commit()
    return found


@pytest.fixture
def secretary(make_ctx, world):
    return make_ctx(world.secretary)


@pytest.fixture
def listed(secretary, cycle, world):
    """Three recommendations; the first two are with the Ministry of Justice."""
    apply(secretary, cycle, LIST, "list.docx")
    rows = queries.of_cycle(secretary.session, cycle)
    service.assign(secretary, rows[:2], world.moj)
    service.record_status(secretary, rows[0], "planned", institution=world.moj, on=secretary.today)
    secretary.session.commit()
    return rows
