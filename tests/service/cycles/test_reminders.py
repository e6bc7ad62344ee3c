"""Reminders: each step once, one mail a day, after an outage only the last step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nmrf.accounts.models import Absence
from nmrf.core.roles import SYSTEM, Role
from nmrf.cycles.service import remind_due
from tests import factories
from tests.factories.cycles import mails, milestone


@pytest.fixture
def cycle(ctx):
    return factories.cycle(ctx.session)


@pytest.fixture
def moj(ctx):
    return factories.institution(ctx.session, "Ministry of Justice")


@pytest.fixture
def focal(ctx, moj):
    return factories.person(ctx.session, Role.FOCAL_POINT, moj)


@pytest.fixture
def run(make_ctx, clock):
    """Run the job some days from now."""
    start = clock.now()

    def run(days: int = 0):
        clock.move_to(start + timedelta(days=days))
        return remind_due(make_ctx(SYSTEM))

    return run


def test_one_mail_lists_everything_and_goes_once(ctx, cycle, moj, focal, run):
    for title in ("First", "Second"):
        milestone(ctx.session, cycle, title, institution_id=moj.id)  # in 13 days
    assert run() == {"mails": 1, "dates": 2}
    assert mails(ctx.session) == [("cycle.reminder", focal.email, "Reminder: 2 deadlines")]
    assert run() == {"mails": 0, "dates": 0}
    assert run(1) == {"mails": 0, "dates": 0}
    assert run(6) == {"mails": 1, "dates": 2}  # seven days before


def test_after_an_outage_only_the_last_step_is_said(ctx, cycle, moj, focal, run):
    milestone(ctx.session, cycle, institution_id=moj.id, on=date(2026, 12, 18))  # in 30 days
    assert run(24) == {"mails": 1, "dates": 1}  # the steps of 14 and 7 days, once
    assert run(24) == {"mails": 0, "dates": 0}


def test_late_ones_are_said_three_times_and_the_authority_reads_on(ctx, cycle, moj, focal, run):
    authority = factories.person(ctx.session, Role.VALIDATING_AUTHORITY, moj)
    milestone(ctx.session, cycle, institution_id=moj.id, on=date(2026, 11, 19))
    assert run(2)["mails"] == 1
    assert run(8)["mails"] == 2
    assert run(15)["mails"] == 2
    assert [run(days)["mails"] for days in (16, 30, 44, 100)] == [0, 0, 0, 0]
    to = [address for _kind, address, _subject in mails(ctx.session)]
    assert to.count(authority.email) == 2


def test_a_moved_date_starts_a_new_ladder(ctx, cycle, moj, focal, run):
    due = milestone(ctx.session, cycle, institution_id=moj.id)
    assert run()["mails"] == 1
    due.on = date(2026, 12, 3)
    ctx.session.flush()
    assert run(1)["mails"] == 1


def test_nothing_for_what_is_delivered_withdrawn_closed_or_older_than_the_cycle(
    ctx, cycle, moj, focal, run, clock
):
    milestone(ctx.session, cycle, institution_id=moj.id, delivered_on=date(2026, 11, 1))
    milestone(ctx.session, cycle, institution_id=moj.id, withdrawn_at=clock.now())
    closed = factories.cycle(ctx.session, 40, closed=True)
    milestone(ctx.session, closed, institution_id=moj.id)
    young = factories.cycle(ctx.session, 54)
    young.created_at = clock.now()
    milestone(ctx.session, young, institution_id=moj.id, on=date(2026, 11, 10))
    milestone(ctx.session, cycle, institution_id=moj.id, on=date(2026, 11, 10), deadline=False)
    assert run() == {"mails": 0, "dates": 0}


def test_without_a_focal_point_the_secretariat_is_told(ctx, cycle, moj, run):
    mfa = factories.institution(ctx.session, "Ministry of Foreign Affairs")
    secretary = factories.person(ctx.session, Role.SECRETARIAT, mfa)
    milestone(ctx.session, cycle, "Nobody's", institution_id=moj.id)
    run()
    assert mails(ctx.session) == [("cycle.reminder", secretary.email, "Reminder: Nobody's")]


def test_who_stands_in_is_reminded_too(ctx, cycle, moj, focal, run):
    substitute = factories.person(ctx.session, name="Sub Stitute")
    milestone(ctx.session, cycle, institution_id=moj.id)
    ctx.session.add(
        Absence(
            person_id=focal.id,
            substitute_id=substitute.id,
            starts_on=date(2026, 11, 10),
            ends_on=date(2026, 11, 20),
        )
    )
    ctx.session.flush()
    assert run()["mails"] == 2
    assert {to for _kind, to, _subject in mails(ctx.session)} == {focal.email, substitute.email}
    assert run(6)["mails"] == 1  # the absence is over
