"""Series plan themselves, the invited and the owners are reminded, gates and calendar know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nmrf.consultations import calendar, gates, queries, service  # noqa: F401
from nmrf.consultations.models import ConsultationState as S
from nmrf.core.errors import Invalid
from nmrf.core.roles import PUBLIC, SYSTEM, Visibility
from nmrf.cycles import entries
from nmrf.cycles.gates import findings
from nmrf.cycles.models import Stage
from tests.factories.consultations import STARTS, announced, held, scheduled
from tests.factories.cycles import mails


@pytest.fixture
def run(make_ctx, clock):
    def run(job, at=None):
        if at:
            clock.move_to(at)
        return job(make_ctx(SYSTEM))

    return run


def test_a_series_plans_its_next_month_once(ctx, secretary, world, cycle, run):
    series = service.create_series(secretary, cycle, title="Half-yearly", kind="biannual")
    assert series.months == "3,9"  # of the practice
    assert run(service.plan_series) == {"planned": 1}
    ctx.session.flush()
    [one] = queries.of_series(secretary, series)
    assert (one.title, one.state, one.starts_at) == (
        "Half-yearly",
        S.PLANNED,
        datetime(2027, 3, 15, 9, 0, tzinfo=UTC),
    )
    assert mails(ctx.session) == [
        (
            "consultation.planned",
            world.secretary.email,
            "Planned: Half-yearly, Monday, 15 March 2027, 10:00 CET",
        )
    ]
    ctx.session.expire(series)
    assert run(service.plan_series) == {"planned": 0}
    service.cancel(secretary, one, "Not this time")
    ctx.session.expire(series)
    assert run(service.plan_series) == {"planned": 0}


def test_the_next_is_like_the_last_at_the_same_local_time(ctx, secretary, world, cycle, run):
    series = service.create_series(
        secretary, cycle, title="Half-yearly", kind="biannual", months=[7]
    )
    scheduled(ctx, cycle, world.league, series=series, venue="Hall", agenda="Opening")
    ctx.session.flush()
    ctx.session.expire(series)
    run(service.plan_series)
    ctx.session.flush()
    new = queries.of_series(secretary, series)[0]
    assert (new.starts_at, new.ends_at - new.starts_at) == (
        datetime(2027, 7, 15, 8, 0, tzinfo=UTC),  # 10:00 in summer as in winter
        timedelta(hours=3),
    )
    assert (new.title, new.venue, new.agenda, [i.institution_id for i in new.invitations]) == (
        "Half-yearly",
        "Hall",
        "Opening",
        [world.league.id],
    )


@pytest.mark.parametrize("months", [[0], [13], [3, 40]])
def test_months_that_do_not_exist_are_refused(secretary, cycle, months):
    with pytest.raises(Invalid) as caught:
        service.create_series(secretary, cycle, title="x", kind="biannual", months=months)
    assert caught.value.place == "months"


def test_the_invited_are_reminded_a_week_and_a_day_before(ctx, world, cycle, run):
    one = announced(ctx, cycle, world.league, world.moj, world.club)
    by = {i.institution_id: i for i in one.invitations}
    service.answer(ctx, by[world.moj.id], coming=False)
    service.answer(ctx, by[world.club.id], coming=True)
    assert run(service.remind_due)["consultations"] == 0
    week = STARTS - timedelta(days=7)
    assert run(service.remind_due, week)["consultations"] == 2
    assert run(service.remind_due, week + timedelta(days=1))["consultations"] == 0
    day = STARTS - timedelta(days=1)
    assert run(service.remind_due, day)["consultations"] == 2
    assert run(service.remind_due, STARTS)["consultations"] == 0
    subjects = [s for _k, _a, s in mails(ctx.session, "consultation.reminder")][:2]
    assert sorted(subjects) == [
        "Please answer: Hearing, Tuesday, 15 December 2026, 10:00 CET",
        "Reminder: Hearing, Tuesday, 15 December 2026, 10:00 CET",
    ]


def test_after_an_outage_one_reminder_and_none_on_the_day_of_the_invitation(ctx, world, cycle, run):
    announced(ctx, cycle, world.league)
    assert run(service.remind_due, STARTS - timedelta(days=2))["consultations"] == 1
    soon = datetime(2026, 12, 20, 9, tzinfo=UTC)
    one = scheduled(ctx, cycle, world.moj, starts_at=soon)
    ctx_now = run(lambda c: c)
    service.announce(ctx_now, one)
    assert run(service.remind_due)["consultations"] == 0


def test_owners_of_outcomes_are_reminded(ctx, secretary, world, cycle, run):
    one = held(ctx, cycle)
    service.add_outcome(
        secretary, one, text="Figures", institution_id=world.moj.id, due_on=date(2026, 11, 20)
    )
    assert [
        run(service.remind_due, datetime(2026, 11, day, 8, tzinfo=UTC))["outcomes"]
        for day in (18, 18, 19, 20, 21, 22, 27)
    ] == [1, 0, 1, 0, 1, 0, 1]


def test_the_gate_of_consultation_opens_with_the_first_that_was_held(ctx, cycle):
    def gaps():
        found = {f.label: f.gap.count for f in findings(ctx.session, cycle, Stage.CONSULTATION)}
        return found["A consultation has been held"]

    announced(ctx, cycle)
    assert gaps() == 1
    held(ctx, cycle)
    assert gaps() == 0


def test_the_calendar_shows_to_each_what_the_page_shows(ctx, make_ctx, world, cycle):
    scheduled(ctx, cycle, title="Planned")
    announced(ctx, cycle, world.league, title="Closed", visibility=Visibility.SECRETARIAT)
    announced(ctx, cycle, title="Partners", visibility=Visibility.PARTNERS)
    announced(ctx, cycle, title="Open")
    ctx.session.flush()

    def seen(actor):
        one = make_ctx(actor)
        shown = [e.title for e in entries.collect(one, kinds=["consultation"])]
        listed = [c.title for c in queries.upcoming(one)]
        assert sorted(shown) == sorted(listed)
        return sorted(shown)

    assert seen(PUBLIC) == ["Open"]
    assert seen(world.stranger) == ["Open", "Partners"]
    assert seen(world.member) == ["Closed", "Open", "Partners"]
    assert seen(world.focal) == ["Open", "Partners"]
    assert seen(world.secretary) == ["Closed", "Open", "Partners", "Planned"]


def test_a_cancelled_one_stays_in_the_feed_as_cancelled(ctx, secretary, cycle):
    one = announced(ctx, cycle)
    service.cancel(secretary, one, "Ill")
    [entry] = entries.collect(secretary, kinds=["consultation"])
    assert (entry.cancelled, entry.sequence, one.invitations) == (True, 1, [])
