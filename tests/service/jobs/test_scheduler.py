"""One scheduler leads, however many are started; what was missed is caught up."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from nmrf.core.clock import SystemClock
from nmrf.jobs import lease
from nmrf.jobs.models import JobRun, Lease
from nmrf.jobs.registry import Tools
from nmrf.jobs.scheduler import CATCH_UP, LEADER, TTL, Scheduler
from nmrf.jobs.timing import daily
from tests.service.jobs import verbs


@pytest.fixture
def start(tools):
    """Schedulers that are ended after the test."""
    started = []

    def make(owner, jobs=()):
        started.append(Scheduler(tools, owner, {job.name: job for job in jobs}))
        return started[-1]

    yield make
    for one in started:
        one.end()


def test_one_leads_and_the_other_stands_by(start):
    first, second = start("first"), start("second")
    first.step()
    second.step()
    assert (first.leads, second.leads) == (True, False)


def test_when_the_leader_dies_another_leads(start, clock):
    first, second = start("first"), start("second")
    first.step()
    clock.advance(seconds=TTL.total_seconds())
    second.step()
    assert second.leads is False
    clock.advance(seconds=1)
    second.step()
    assert second.leads is True
    first.step()  # it had only been held up
    assert first.leads is False


def test_a_leader_that_renews_goes_on_leading(start, clock):
    first, second = start("first"), start("second")
    for _n in range(10):
        first.step()
        second.step()
        clock.advance(seconds=TTL.total_seconds() - 1)
    assert (first.leads, second.leads) == (True, False)


def test_a_leader_that_ends_lets_another_lead_at_once(start):
    first, second = start("first"), start("second")
    first.step()
    first.end()
    second.step()
    assert (first.leads, second.leads) == (False, True)


def test_of_two_threads_exactly_one_leads(start, clock):
    both = [start("first"), start("second")]
    chance = random.Random(7)  # noqa: S311
    for _round in range(25):
        absent = chance.choice([None, None, *both])
        threads = [threading.Thread(target=one.step) for one in both if one is not absent]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        present = [one for one in both if one is not absent]
        assert sum(one.leads for one in present) <= 1
        if absent is None:
            assert sum(one.leads for one in both) == 1
        clock.advance(seconds=chance.choice([1, 10, TTL.total_seconds() + 1]))


def test_many_takers_at_once_and_one_gets_it(database, clock):
    got = []
    ready = threading.Barrier(6)

    def take(n):
        ready.wait()
        if lease.take(database, "thing", f"owner {n}", clock.now(), TTL):
            got.append(n)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_lease_is_released_by_its_holder_only(database, clock):
    assert lease.take(database, "thing", "me", clock.now(), TTL)
    lease.release(database, "thing", "you")
    assert not lease.take(database, "thing", "you", clock.now(), TTL)
    lease.release(database, "thing", "me")
    assert lease.take(database, "thing", "you", clock.now(), TTL)


def ran(database, job, clock, *, ago, ok=True):
    with database.writing() as session:
        at = clock.now() - ago
        session.add(JobRun(job=job.name, started_at=at, ended_at=at, ok=ok, error=""))


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("history", "due"),
    [
        ([], True),
        ([(1 * HOUR, True)], False),  # at 09:00, after this morning's 07:00
        ([(5 * HOUR, True)], True),  # at 05:00: this morning's was missed
        ([(1 * HOUR, False)], True),  # it failed
        ([(5 * HOUR, True), (timedelta(minutes=1), False)], False),  # it failed a moment ago
        ([(1 * HOUR, True), (timedelta(minutes=30), False)], False),
        ([(5 * HOUR, True), (CATCH_UP, False)], True),
    ],
)
def test_missed_and_failed_runs_are_caught_up(start, make_job, clock, database, history, due):
    job = make_job(when=daily(7))
    for ago, ok in history:
        ran(database, job, clock, ago=ago, ok=ok)
    scheduler = start("one", [job])
    assert scheduler.catch_up() == ([job.name] if due else [])
    assert scheduler.catch_up() == []


def test_a_job_that_fails_does_not_keep_the_others_back(start, make_job):
    jobs = [make_job("fail_late"), make_job()]
    assert start("one", jobs).catch_up() == [job.name for job in jobs]


def test_a_process_runs_what_is_due_until_it_is_told_to_stop(database, house, make_job):
    job, stop = make_job(), threading.Event()
    tools = Tools(database, house, SystemClock())
    scheduler = Scheduler(tools, "process", {job.name: job})
    thread = threading.Thread(target=scheduler.serve, args=(stop,))
    thread.start()
    assert verbs.ran.wait(30)
    with database.reading() as session:
        assert session.get(Lease, LEADER).owner == "process"
    stop.set()
    thread.join(30)
    assert scheduler.leads is False
    with database.reading() as session:
        assert session.scalars(select(Lease)).all() == []
        assert [run.ok for run in session.scalars(select(JobRun))] == [True]


def test_a_process_ends_with_its_parent(database, house):
    scheduler = Scheduler(Tools(database, house, SystemClock()), "child", {})
    scheduler.serve(threading.Event(), parent=-1)  # nobody's parent: it has gone
    assert scheduler.leads is False
