from __future__ import annotations

import pytest

from nmrf.core.i18n import _l
from nmrf.jobs.registry import Job, Tools
from nmrf.jobs.timing import minutes
from tests.service.jobs import verbs


@pytest.fixture
def tools(database, house, clock):
    return Tools(database, house, clock)


@pytest.fixture
def make_job():
    verbs.ran.clear()

    def make(verb="make_institution", when=None, **values):
        return Job(
            values.pop("name", f"test.{verb}"),
            _l("For a test."),
            when or minutes(15),
            f"tests.service.jobs.verbs:{verb}",
            **values,
        )

    return make
