"""Deletes what has served its purpose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from nmrf.accounts.models import Throttle
from nmrf.accounts.second_factor import seal_anew
from nmrf.core.ctx import Ctx
from nmrf.jobs.models import JobRun, Lease
from nmrf.outbox.models import Message, MessageState

KEEP_COUNTERS = timedelta(days=2)  # longer than any lock
KEEP_IDLE_RUNS = timedelta(days=1)
KEEP_LEASES = timedelta(days=1)


def tidy(ctx: Ctx) -> dict[str, int]:
    """Delete old counters, runs and leases, wipe the texts of old mail and the links of mail that
    was never delivered, and seal second factors with the present key.
    """
    counts = {
        "counters": _delete(ctx, Throttle, Throttle.starts_at < ctx.now - KEEP_COUNTERS),
        "runs": _delete(ctx, JobRun, _old_runs(ctx)),
        "leases": _delete(ctx, Lease, Lease.until < ctx.now - KEEP_LEASES),
        "links": _wipe_links(ctx),
        "texts": _wipe_texts(ctx),
        "secrets": seal_anew(ctx),
    }
    return {name: n for name, n in counts.items() if n}


def _delete(ctx: Ctx, table: Any, condition: Any) -> int:
    return ctx.session.execute(
        delete(table).where(condition).execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]


def _old_runs(ctx: Ctx) -> Any:
    """Runs that nobody will look at; never the last good one, which says when a job is due."""
    last_good = select(func.max(JobRun.id)).where(JobRun.ok.is_(True)).group_by(JobRun.job)
    idle = and_(
        JobRun.ok.is_(True), JobRun.done == {}, JobRun.started_at < ctx.now - KEEP_IDLE_RUNS
    )
    old = JobRun.started_at < ctx.now - timedelta(days=ctx.house.settings.keep_job_days)
    return and_(or_(idle, old), JobRun.id.not_in(last_good))


def _wipe_links(ctx: Ctx) -> int:
    """A link that nobody got ends after the time for invitations; its text is of no more use."""
    run_out = ctx.now - timedelta(days=ctx.house.settings.invitation_days)
    return ctx.session.execute(
        update(Message)
        .where(
            Message.sensitive,
            Message.state == MessageState.FAILED,
            Message.created_at < run_out,
            Message.body != "",
        )
        .values(body="", calendar="")
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]


def _wipe_texts(ctx: Ctx) -> int:
    """A mail is proof of who was told what and when; its text, which names people, goes in time."""
    over = ctx.now - timedelta(days=ctx.house.settings.keep_mail_days)
    return ctx.session.execute(
        update(Message)
        .where(Message.state == MessageState.SENT, Message.sent_at < over, Message.body != "")
        .values(body="", calendar="")
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
