"""What has served its purpose is deleted, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from nmrf.accounts.models import Throttle
from nmrf.jobs.models import JobRun, Lease
from nmrf.jobs.tidying import tidy
from nmrf.outbox.models import Message, MessageState
from tests.factories.outbox import message

DAY = timedelta(days=1)


def run(ctx, job, ago, **values):
    row = JobRun(**{"job": job, "started_at": ctx.now - ago, "ok": True, "done": {}} | values)
    ctx.session.add(row)
    ctx.session.flush()
    return row.id


def test_nothing_to_tidy(ctx):
    assert tidy(ctx) == {}


def test_old_runs_go_but_never_the_last_good_one(ctx):
    kept = [
        run(ctx, "daily", 400 * DAY),
        run(ctx, "daily", 30 * DAY, ok=False, error="KeyError"),
        run(ctx, "often", 89 * DAY, done={"sent": 1}),
        run(ctx, "often", 2 * DAY, ok=None),
        run(ctx, "often", timedelta(hours=1)),
        run(ctx, "often", timedelta(minutes=1)),
    ]
    run(ctx, "often", 91 * DAY, done={"sent": 1})
    run(ctx, "often", 91 * DAY, ok=False, error="KeyError")
    newest = run(ctx, "often", timedelta(seconds=1))
    run(ctx, "idle", 3 * DAY)
    last_idle = run(ctx, "idle", 2 * DAY)
    assert tidy(ctx) == {"runs": 3}
    left = ctx.session.scalars(select(JobRun.id).order_by(JobRun.id)).all()
    assert left == sorted([*kept, newest, last_idle])


def test_old_counters_and_leases_go(ctx):
    for n, ago in enumerate((3 * DAY, DAY)):
        ctx.session.add(Throttle(key=str(n), starts_at=ctx.now - ago, count=1))
        ctx.session.add(Lease(name=str(n), owner="x", until=ctx.now - ago + timedelta(hours=1)))
    ctx.session.flush()
    assert tidy(ctx) == {"counters": 1, "leases": 1}
    assert ctx.session.scalars(select(Throttle.key)).all() == ["1"]
    assert ctx.session.scalars(select(Lease.name)).all() == ["1"]


def test_links_that_ran_out_are_wiped(ctx):
    days = ctx.house.settings.invitation_days
    old, new = ctx.now - timedelta(days=days + 1), ctx.now - timedelta(days=days - 1)
    failed = MessageState.FAILED
    message(ctx.session, "a@example.org", at=old, sensitive=True, state=failed)
    message(ctx.session, "b@example.org", at=new, sensitive=True, state=failed)
    message(ctx.session, "c@example.org", at=old, state=failed)
    message(ctx.session, "d@example.org", at=old, sensitive=True)
    assert tidy(ctx) == {"links": 1}
    bodies = ctx.session.scalars(select(Message.body).order_by(Message.id)).all()
    assert [bool(body) for body in bodies] == [False, True, True, True]


def test_the_text_of_old_mail_goes_and_the_proof_stays(ctx):
    days = ctx.house.settings.keep_mail_days
    old, new = ctx.now - timedelta(days=days + 1), ctx.now - timedelta(days=days - 1)
    for n, (at, state) in enumerate(
        [(old, MessageState.SENT), (new, MessageState.SENT), (old, MessageState.FAILED)]
    ):
        row = message(ctx.session, f"{n}@example.org", at=at, state=state)
        row.sent_at = at if state is MessageState.SENT else None
    ctx.session.flush()
    assert tidy(ctx) == {"texts": 1}
    kept = ctx.session.scalars(select(Message).order_by(Message.id)).all()
    assert [bool(one.body) for one in kept] == [False, True, True]
    assert (kept[0].to_address, kept[0].sent_at) == ("0@example.org", old)
