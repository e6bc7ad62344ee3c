"""The process that runs jobs on time. However many are started, one leads and the others stand by.

What is due lies in the tables; APScheduler only says when to look, and keeps nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from nmrf.core.errors import Conflict
from nmrf.core.faults import place_of
from nmrf.jobs import lease
from nmrf.jobs.queries import last_runs
from nmrf.jobs.registry import JOBS, Job, Tools
from nmrf.jobs.runner import run_job

log = logging.getLogger("nmrf.jobs")

LEADER = "scheduler"
TTL = timedelta(seconds=30)
RENEW_SECONDS = 10.0
# Missed and failed jobs are looked for at the start and then this often.
CATCH_UP = timedelta(minutes=5)
THREADS = 4


def new_owner() -> str:
    """Who holds the lease: machine, process, and a word that no other has."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


class Scheduler:
    """Leads when it holds the lease, and stands by otherwise."""

    def __init__(
        self, tools: Tools, owner: str | None = None, jobs: Mapping[str, Job] = JOBS
    ) -> None:
        self.owner = owner or new_owner()
        self._jobs = jobs
        self._ending = threading.Event()
        self._tools = replace(tools, stopping=self._ending.is_set)
        self._running: BackgroundScheduler | None = None
        self._until: datetime | None = None

    @property
    def leads(self) -> bool:
        return self._running is not None

    def serve(self, stop: threading.Event, parent: int | None = None) -> None:
        """Lead or stand by until `stop` is set, or the process `parent` has ended."""
        try:
            while not stop.is_set():
                self.step()
                if _waited(stop, parent):
                    return
        finally:
            self.end()

    def step(self) -> None:
        """Take or renew the lease; begin to lead, or cease to, as it goes."""
        now = self._tools.clock.now()
        try:
            held = lease.take(self._tools.database, LEADER, self.owner, now, TTL)
        except SQLAlchemyError as error:
            log.error("the lease cannot be renewed", extra={"error": place_of(error)})  # noqa: TRY400
            # While it has not run out nobody else leads.
            held = self._until is not None and now < self._until
        else:
            self._until = now + TTL if held else None
        if held and not self.leads:
            self._begin()
        elif self.leads and not held:
            log.error("another scheduler leads now", extra={"owner": self.owner})
            self._cease(wait=False)

    def end(self) -> None:
        """Let running jobs finish, then let another lead at once."""
        if self.leads:
            self._cease(wait=True)
            lease.release(self._tools.database, LEADER, self.owner)

    def _begin(self) -> None:
        log.info("leading", extra={"owner": self.owner})
        self._ending.clear()
        self._running = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self._jobs.values():
            trigger = job.when.trigger(self._tools.house.settings.zone)
            self._running.add_job(self._tick, trigger, args=[job], id=job.name)
        self._running.add_job(
            self.catch_up,
            "interval",
            seconds=CATCH_UP.total_seconds(),
            id="catch-up",
            next_run_time=self._tools.clock.now(),
        )
        self._running.start()

    def _cease(self, *, wait: bool) -> None:
        running, self._running = self._running, None
        self._ending.set()
        if running is not None:
            running.shutdown(wait=wait)

    def catch_up(self) -> list[str]:
        """Run what should have run and did not, or failed; gives the names."""
        now, zone = self._tools.clock.now(), self._tools.house.settings.zone
        with self._tools.database.reading() as session:
            runs = last_runs(session)
        overdue = []
        for name, job in self._jobs.items():
            run = runs.get(name)
            good = run.last_good if run else None
            tried = run.last.started_at if run else None
            late = good is None or good < job.when.last_due(now, zone)
            if late and (tried is None or tried <= now - CATCH_UP / 2):
                overdue.append(name)
                self._tick(job)
        return overdue

    def _tick(self, job: Job) -> None:
        if self._ending.is_set():
            return
        try:
            run_job(self._tools, job)
        except Conflict:
            log.info("still running", extra={"job": job.name})
        except SQLAlchemyError as error:
            log.error("job not begun", extra={"job": job.name, "error": place_of(error)})  # noqa: TRY400


def _waited(stop: threading.Event, parent: int | None) -> bool:
    """Wait until the lease is to be renewed. True: it is time to end."""
    for _second in range(round(RENEW_SECONDS)):
        if stop.wait(1):
            return True
        if parent is not None and os.getppid() != parent:
            return True
    return False
