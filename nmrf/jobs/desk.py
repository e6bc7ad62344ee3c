"""A job whose last run failed waits for the operators."""

from __future__ import annotations

from collections.abc import Iterator

from nmrf.access import can
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.desk.tasks import Task, register
from nmrf.jobs.queries import last_runs


def failed_jobs(ctx: Ctx) -> Iterator[Task]:
    """Jobs whose newest run failed."""
    if not can(ctx.actor, "jobs.run"):
        return
    for name, runs in sorted(last_runs(ctx.session).items()):
        if runs.last.ok is False:
            yield Task(
                _("See why a job failed: %(name)s", name=name),
                "jobs.job",
                {"name": name},
                why=_("It is tried again at its next time."),
                since=local_date(runs.last.started_at, ctx.house.settings.time_zone),
            )


register("jobs", failed_jobs)
