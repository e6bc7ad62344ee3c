from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from nmrf.reports import service
from nmrf.reports.models import VersionState
from tests import factories
from tests.factories import reports as report_factories

TEXTS = (
    "# Introduction",
    "The report was prepared by all ministries together.",
    "# Implementation",
    "## Equality",
    "(Recommendations 1, 3)",
    "A law against discrimination was adopted in 2025.",
    "The courts decided forty cases under it.",
    "## Health",
    "Every region now has a centre of mental health.",
)


@pytest.fixture
def world(ctx):
    """A cycle with four recommendations, its report with a draft, and one person of each side."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    moh = factories.institution(s, "Ministry of Health")
    nhri = factories.institution(s, "Fictional Ombudsman", InstitutionKind.NHRI)
    league = factories.institution(s, "Fictional League", InstitutionKind.CIVIL_SOCIETY)
    cycle = factories.cycle(s)
    recommendations = [
        factories.recommendation(s, cycle, f"140.{n}", f"Text {n}") for n in range(1, 5)
    ]
    report = report_factories.report(s, cycle)
    draft = report_factories.version(s, report, TEXTS)
    people = {
        "secretary": (Role.SECRETARIAT, mfa),
        "drafter": (Role.DRAFTER, mfa),
        "administrator": (Role.ADMINISTRATOR, mfa),
        "focal": (Role.FOCAL_POINT, moj),
        "validator": (Role.VALIDATING_AUTHORITY, moj),
        "minister": (Role.MINISTER, moj),
        "other_focal": (Role.FOCAL_POINT, moh),
        "ombudsman": (Role.NHRI, nhri),
        "member": (Role.STAKEHOLDER, league),
    }
    made = {name: factories.person(s, role, at) for name, (role, at) in people.items()}
    return SimpleNamespace(
        mfa=mfa,
        moj=moj,
        cycle=cycle,
        recommendations=recommendations,
        report=report,
        draft=draft,
        stranger=factories.person(s),
        **made,
    )


@pytest.fixture
def drafter(make_ctx, world):
    return make_ctx(world.drafter)


@pytest.fixture
def secretary(make_ctx, world):
    return make_ctx(world.secretary)


@pytest.fixture
def second(world, secretary):
    """The second version, a draft; the first is published."""
    service.publish(secretary, world.draft)
    version = service.open_next_version(secretary, world.draft)
    assert (world.draft.state, version.state) == (VersionState.PUBLIC, VersionState.DRAFT)
    return version


def block(version, start):
    """The block of a version whose text begins so."""
    [found] = [b for b in version.blocks if b.text.startswith(start)]
    return found
