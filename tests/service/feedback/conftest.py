from __future__ import annotations

from types import SimpleNamespace

import pytest

from nmrf.core.roles import PUBLIC
from nmrf.reports.models import VersionState
from tests import factories
from tests.factories import feedback as rows
from tests.factories import reports as report_factories
from tests.factories.accounts import world as people

TEXTS = (
    "# Introduction",
    "The report was prepared by all ministries.",
    "# Implementation",
    "A law against discrimination was adopted in 2025.",
    "The courts decided forty cases.",
)


@pytest.fixture
def world(ctx):
    """People of both sides, a report with a published version of three paragraphs."""
    cycle = factories.cycle(ctx.session)
    report = report_factories.report(ctx.session, cycle)
    version = report_factories.version(ctx.session, report, TEXTS)
    version.state = VersionState.PUBLIC
    version.sha256 = "0" * 64
    ctx.session.flush()
    blocks = {b.number: b for b in version.blocks if b.number}
    who = people(ctx.session)
    return SimpleNamespace(**vars(who), cycle=cycle, report=report, version=version, blocks=blocks)


@pytest.fixture
def window(ctx, world):
    """Takes comments until 9 December 2026."""
    return rows.window(ctx.session, world.version)


@pytest.fixture
def secretary(make_ctx, world):
    return make_ctx(world.secretary)


@pytest.fixture
def public(make_ctx):
    return make_ctx(PUBLIC)


@pytest.fixture
def stakeholder(make_ctx, world):
    return make_ctx(world.stakeholder)
