"""How the jobs fare: for the page, the catching up, and the check of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nmrf.core.paging import Page, paginate
from nmrf.jobs.models import JobRun, Lease


@dataclass(frozen=True)
class LastRuns:
    """The newest run of a job, and when the newest good one began."""

    last: JobRun
    last_good: datetime | None


def last_runs(session: Session) -> dict[str, LastRuns]:
    """By job, in two statements. A job that never ran is missing."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    last = session.scalars(select(JobRun).where(JobRun.id.in_(newest))).all()
    good_ids = select(func.max(JobRun.id)).where(JobRun.ok.is_(True)).group_by(JobRun.job)
    rows = session.execute(select(JobRun.job, JobRun.started_at).where(JobRun.id.in_(good_ids)))
    good = dict(rows.all())
    return {run.job: LastRuns(run, good.get(run.job)) for run in last}


def runs_of(session: Session, name: str, page: int) -> Page[JobRun]:
    """The runs of one job, newest first."""
    return paginate(
        session, select(JobRun).where(JobRun.job == name).order_by(JobRun.id.desc()), page
    )


def holder(session: Session, name: str, now: datetime) -> Lease | None:
    """Who holds a lease now."""
    held = session.get(Lease, name)
    return held if held is not None and held.until >= now else None
