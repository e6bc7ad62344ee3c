"""Runs one job, and writes down that it began, how it ended and what it did."""

from __future__ import annotations

import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update

from nmrf.core.clock import Clock
from nmrf.core.errors import Conflict
from nmrf.core.faults import place_of
from nmrf.core.i18n import _
from nmrf.jobs import lease
from nmrf.jobs.models import JobRun
from nmrf.jobs.registry import Job, Tools

log = logging.getLogger("nmrf.jobs")

# A run that was killed keeps others of the same job out for so long. A longer run may be joined
# by another, which does no harm: what a job has done is not done again.
HELD = timedelta(minutes=10)


def run_job(tools: Tools, job: Job, *, work_clock: Clock | None = None) -> JobRun:
    """Run a job now, unless it is running. A failure stands in the row and in the log.

    `work_clock` is the time that the job itself sees, for trying out another day.

    Raises:
        Conflict: when the job is running at this moment, here or elsewhere.
    """
    name, owner, now = f"job:{job.name}", secrets.token_hex(8), tools.clock.now()
    if not lease.take(tools.database, name, owner, now, HELD):
        raise Conflict(_("The job %(job)s is running at this moment.", job=job.name))
    try:
        run = _begin(tools, job, now)
        try:
            done = job.work(replace(tools, clock=work_clock or tools.clock))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is written down
            return _end(tools, run, error=place_of(error))
        except BaseException:
            _end(tools, run, error="told to stop")
            raise
        return _end(tools, run, done=done)
    finally:
        lease.release(tools.database, name, owner)


def _begin(tools: Tools, job: Job, now: datetime) -> JobRun:
    """Committed before the work, so that a run which is killed shows."""
    with tools.database.writing() as session:
        # We hold the job's lease, so whatever has not ended was cut off.
        session.execute(
            update(JobRun)
            .where(JobRun.job == job.name, JobRun.ended_at.is_(None))
            .values(ended_at=now, ok=False, error="cut off before it ended")
        )
        run = JobRun(job=job.name, started_at=now)
        session.add(run)
    return run


def _end(
    tools: Tools, run: JobRun, *, done: dict[str, int] | None = None, error: str = ""
) -> JobRun:
    run.ended_at, run.ok = tools.clock.now(), not error
    run.done, run.error = {name: n for name, n in (done or {}).items() if n}, error
    with tools.database.writing() as session:
        kept = session.merge(run)
    if error:
        log.error("job failed", extra={"job": run.job, "error": error})
    elif run.done:
        log.info("job done", extra={"job": run.job, "done": run.done})
    return kept
