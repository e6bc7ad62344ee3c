"""Every job can be run, and run again, on a database with nothing to do."""

from __future__ import annotations

import pytest

from nmrf.jobs.registry import JOBS
from nmrf.jobs.runner import run_job


@pytest.mark.parametrize("name", list(JOBS))
def test_a_job_does_no_harm_when_there_is_nothing_to_do(tools, name):
    for _time in range(2):
        run = run_job(tools, JOBS[name])
        assert (run.error, run.done) == ("", {})
