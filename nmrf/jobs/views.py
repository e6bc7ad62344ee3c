"""The operator's page of jobs: what each does, how it fares, and a button to run it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import flask
from werkzeug.wrappers import Response

from nmrf.core import events, words
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.jobs import desk, queries
from nmrf.jobs.models import JobRun
from nmrf.jobs.registry import JOBS, Job, Tools
from nmrf.jobs.runner import HELD, run_job
from nmrf.jobs.scheduler import LEADER
from nmrf.outbox.queries import trouble
from nmrf.web.addresses import row_number
from nmrf.web.edge import allow, ctx, edge
from nmrf.web.pager import pager

bp = flask.Blueprint("jobs", __name__, url_prefix="/jobs")

# Registered when the pages are: what waits for the operators.
__all__ = ["bp", "desk"]


@dataclass(frozen=True)
class Line:
    """A job as the page shows it."""

    job: Job
    when: str
    last: JobRun | None
    next_due: datetime
    state: str
    badge: str


def _line(job: Job, runs: queries.LastRuns | None) -> Line:
    now, zone = ctx().now, ctx().house.settings.zone
    last = runs.last if runs else None
    state, badge = _state(last, now)
    began = last.started_at if last else None
    return Line(job, job.when.words(), last, job.when.next_due(now, began, zone), state, badge)


def _state(run: JobRun | None, now: datetime) -> tuple[str, str]:
    if run is None:
        return _("never ran"), "none"
    if run.ended_at is None:
        cut_off = run.started_at < now - HELD
        return (_("cut off"), "late") if cut_off else (_("running"), "active")
    return (_("done"), "done") if run.ok else (_("failed"), "refused")


def _job(name: str) -> Job:
    if name not in JOBS:
        raise NotFound(_("There is no such job."))
    return JOBS[name]


@bp.get("")
def index() -> str:
    allow("jobs.see")
    session, now = ctx().session, ctx().now
    runs = queries.last_runs(session)
    return flask.render_template(
        "jobs/index.html",
        lines=[_line(job, runs.get(name)) for name, job in JOBS.items()],
        leader=queries.holder(session, LEADER, now),
        mail_trouble=trouble(session, now),
        done_words=_done_words,
    )


def _done_words(run: JobRun) -> str:
    """What a run did: "sent 3, later 1"; the names are those of its counters."""
    return ", ".join(f"{name} {words.number(n)}" for name, n in run.done.items())


@bp.get("/<name>")
def job(name: str) -> str:
    allow("jobs.see")
    found, session = _job(name), ctx().session
    shown = queries.runs_of(session, name, flask.request.args.get("page", 1, type=row_number))
    newest = queries.last_runs(session).get(name)
    return flask.render_template(
        "jobs/job.html",
        line=_line(found, newest),
        runs=[(run, *_state(run, ctx().now)) for run in shown.items],
        pager=pager(shown),
        done_words=_done_words,
    )


@bp.post("/<name>/run")
def run(name: str) -> Response:
    allow("jobs.run")
    found = _job(name)
    # The job writes in its own transactions; on SQLite ours would keep it waiting.
    ctx().session.rollback()
    kept = edge()
    done = run_job(Tools(kept.database, kept.house, kept.clock), found)
    events.record(ctx(), "job_run.started", done, job=name)
    if done.ok:
        said = _done_words(done) or _("there was nothing to do")
        flask.flash(_("%(job)s is done: %(done)s.", job=name, done=said), "success")
    else:
        flask.flash(_("%(job)s failed: %(error)s", job=name, error=done.error), "danger")
    return flask.redirect(flask.url_for(".job", name=name))
