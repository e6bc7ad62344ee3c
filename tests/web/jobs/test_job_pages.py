"""The page of jobs, and the button that runs one now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from nmrf.core.events import Event
from nmrf.core.roles import Role
from nmrf.jobs import lease
from nmrf.jobs.models import JobRun
from nmrf.jobs.registry import JOBS
from nmrf.jobs.scheduler import LEADER
from nmrf.outbox.models import MessageState
from tests import factories
from tests.factories.outbox import message
from tests.queries import count_statements
from tests.web.pages import flashes, forms, rows, texts


@pytest.fixture
def operator(ctx):
    row = factories.person(ctx.session, Role.ADMINISTRATOR, factories.institution(ctx.session))
    ctx.session.commit()
    return row


def ran(ctx, name, *, ago, ok=True, **values):
    row = JobRun(job=name, started_at=ctx.now - ago, ok=ok, **values)
    row.ended_at = None if ok is None else row.started_at + timedelta(seconds=2)
    ctx.session.add(row)
    ctx.session.commit()
    return row


def test_every_job_is_listed(client_for, operator):
    page = client_for(operator).get("/jobs")
    assert texts(page, "//tbody/tr/th/a") == list(JOBS)
    assert rows(page, 3) == ["never ran"] * len(JOBS)
    assert rows(page, 4) == ["due now"] * len(JOBS)
    assert len(forms(page)) == len(JOBS)


def test_how_the_last_run_went(client_for, ctx, operator):
    ran(ctx, "mail.send", ago=timedelta(seconds=10), done={"sent": 3})
    ran(ctx, "jobs.tidy", ago=timedelta(hours=1), ok=False, error="KeyError at jobs/tidying.py:9")
    ran(ctx, "cycles.remind", ago=timedelta(minutes=1), ok=None)
    ran(ctx, "updates.remind", ago=timedelta(hours=1), ok=None)
    page = client_for(operator).get("/jobs")
    last = dict(zip(texts(page, "//tbody/tr/th/a"), rows(page, 3), strict=True))
    assert last["mail.send"] == "done 18 Nov 2026, 09:59 · sent 3"
    assert last["jobs.tidy"] == "failed 18 Nov 2026, 09:00KeyError at jobs/tidying.py:9"
    assert last["cycles.remind"] == "running 18 Nov 2026, 09:59"
    assert last["updates.remind"] == "cut off 18 Nov 2026, 09:00"
    due = dict(zip(texts(page, "//tbody/tr/th/a"), rows(page, 4), strict=True))
    assert due["mail.send"] == "18 Nov 2026, 10:00"


def test_without_a_scheduler_the_page_says_so(client_for, ctx, operator, database):
    client = client_for(operator)
    notice = "//main//*[contains(@class, 'notice-danger')]/p[2]"
    assert len(texts(client.get("/jobs"), notice)) == 1
    lease.take(database, LEADER, "here:1", ctx.now, timedelta(seconds=30))
    assert texts(client.get("/jobs"), notice) == []


def test_stuck_mail_is_said(client_for, ctx, operator):
    message(ctx.session, state=MessageState.FAILED)
    ctx.session.commit()
    page = client_for(operator).get("/jobs")
    said = "//main//*[contains(@class, 'notice-warning')]//a/@href"
    from tests.web.pages import tree

    assert tree(page).xpath(said) == ["/mail?state=failed"]


def test_a_job_is_run_now(client_for, ctx, operator):
    client = client_for(operator)
    answer = client.post("/jobs/jobs.tidy/run")
    assert (answer.status_code, answer.location) == (302, "/jobs/jobs.tidy")
    page = client.get("/jobs/jobs.tidy")
    assert flashes(page) == ["jobs.tidy is done: there was nothing to do."]
    assert rows(page, 3) == ["done"]
    event = ctx.session.scalars(select(Event)).one()
    assert (event.kind, event.actor_id, event.data) == (
        "job_run.started",
        operator.id,
        {"job": "jobs.tidy"},
    )


def test_a_job_that_is_running_is_not_run_twice(client_for, ctx, operator, database):
    lease.take(database, "job:jobs.tidy", "elsewhere", ctx.now, timedelta(minutes=10))
    assert client_for(operator).post("/jobs/jobs.tidy/run").status_code == 409


def test_an_unknown_job(client_for, operator):
    client = client_for(operator)
    assert client.get("/jobs/nothing").status_code == 404
    assert client.post("/jobs/nothing/run").status_code == 404


def test_only_those_who_operate_the_service(client_for, ctx, operator):
    stranger = factories.person(
        ctx.session, Role.DRAFTER, factories.institution(ctx.session, "Ministry of Justice")
    )
    ctx.session.commit()
    client = client_for(stranger)
    assert client.get("/jobs").status_code == 403
    assert client.get("/jobs/jobs.tidy").status_code == 403
    assert client.post("/jobs/jobs.tidy/run").status_code == 403
    assert ctx.session.scalars(select(JobRun)).all() == []


def test_statements_do_not_grow_with_the_runs(client_for, ctx, operator, database):
    counts = []
    for n in (1, 3):
        for name in JOBS:
            for _run in range(n):
                ran(ctx, name, ago=timedelta(minutes=1))
        with count_statements(database) as sent:
            client_for(operator).get("/jobs")
            client_for(operator).get("/jobs/mail.send")
        counts.append(len(sent))
    assert counts[0] == counts[1]
