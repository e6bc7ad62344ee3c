"""Each run of a job leaves a row that says how it went, whatever happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from nmrf.accounts.models import Institution
from nmrf.core.clock import SimulatedClock
from nmrf.core.errors import Conflict
from nmrf.jobs import lease
from nmrf.jobs.models import JobRun, Lease
from nmrf.jobs.runner import HELD, run_job


@pytest.fixture
def runs(database):
    def read():
        with database.reading() as session:
            return [
                (run.ok, run.done, run.error)
                for run in session.scalars(select(JobRun).order_by(JobRun.id))
            ]

    return read


def institutions(database):
    with database.reading() as session:
        return list(session.scalars(select(Institution.name)))


def test_what_was_done_is_kept(tools, make_job, runs, database):
    run_job(tools, make_job())
    assert runs() == [(True, {"made": 1}, "")]
    assert institutions(database) == ["Institution of 2026-11-18"]


def test_a_failure_changes_nothing_and_says_where_it_was(tools, make_job, runs, database, caplog):
    run_job(tools, make_job("fail_late"))
    [(ok, done, error)] = runs()
    assert (ok, done) == (False, {})
    assert error.startswith("KeyError at jobs/registry.py:")
    assert "ana" not in error
    assert institutions(database) == []
    assert [record.message for record in caplog.records] == ["job failed"]


def test_an_interrupt_is_written_down_and_goes_on(tools, make_job, runs):
    with pytest.raises(KeyboardInterrupt):
        run_job(tools, make_job("be_interrupted"))
    assert runs() == [(False, {}, "told to stop")]


def test_a_verb_that_is_missing_fails_loudly(tools, make_job, runs):
    run_job(tools, make_job("not_there"))
    [(ok, _done, error)] = runs()
    assert ok is False
    assert error.startswith("AttributeError at jobs/registry.py:")


def test_a_job_is_not_run_while_it_runs(tools, make_job, clock, runs):
    job = make_job()
    name = f"job:{job.name}"
    lease.take(tools.database, name, "elsewhere", clock.now(), HELD)
    with pytest.raises(Conflict) as refused:
        run_job(tools, job)
    assert str(refused.value) == "The job test.make_institution is running at this moment."
    assert runs() == []
    clock.advance(seconds=HELD.total_seconds() + 1)
    assert run_job(tools, job).ok


def test_a_run_that_was_killed_is_closed_by_the_next(tools, make_job, clock, runs, database):
    job = make_job()
    with database.writing() as session:
        session.add(JobRun(job=job.name, started_at=clock.now() - timedelta(hours=1)))
    run_job(tools, job)
    assert runs() == [(False, {}, "cut off before it ended"), (True, {"made": 1}, "")]


def test_the_lease_is_given_back(tools, make_job, database):
    run_job(tools, make_job())
    run_job(tools, make_job("fail_late"))
    with database.reading() as session:
        assert session.scalars(select(Lease)).all() == []


def test_another_day_can_be_tried_out(tools, make_job, clock, database):
    other = SimulatedClock(datetime(2031, 1, 31, tzinfo=UTC))
    run = run_job(tools, make_job(), work_clock=other)
    assert institutions(database) == ["Institution of 2031-01-31"]
    assert run.started_at == clock.now()


def test_a_job_speaks_the_language_of_the_house(tools, make_job):
    settings = tools.house.settings.model_copy(update={"default_language": "fr"})
    french = replace(tools, house=replace(tools.house, settings=settings))
    assert run_job(french, make_job("speak")).done == {"fr": 1}


def test_a_job_with_its_own_transactions_gets_the_tools(tools, make_job):
    assert run_job(tools, make_job("own", own_transactions=True)).done == {"one": 1}
