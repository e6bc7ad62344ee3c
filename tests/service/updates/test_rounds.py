"""Rounds: planning, opening and closing by date, more time, reminders; and the last second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from nmrf.core import events
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.cycles import entries
from nmrf.outbox.models import Message
from nmrf.updates import calendar, queries, service
from nmrf.updates.models import RoundState as R
from nmrf.updates.models import Update
from nmrf.updates.models import UpdateState as S
from nmrf.updates.reminders import step_due
from tests import factories
from tests.factories.cycles import mails
from tests.factories.updates import (
    CLOSES,
    DONE,
    OPENS,
    acting,
    at,
    collection,
    opened,
    sent,
    signed,
    update_on,
    written,
)

# Ljubljana is one hour ahead of UTC in winter: the last day, 30 November, ends at 23:00 UTC.
LAST_SECOND = datetime(2026, 11, 30, 22, 59, 59, tzinfo=UTC)
TOO_LATE = LAST_SECOND + timedelta(seconds=1)


def on(ctx, day, hour=9):
    return at(ctx, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def asked(ctx):
    return [
        (u.institution.short_name, u.recommendation.number, u.lead, u.state)
        for u in ctx.session.scalars(select(Update).order_by(Update.id))
    ]


# --- Planning -----------------------------------------------------------------------------------


def test_the_practice_suggests_the_dates(ctx):
    cycle = factories.cycle(ctx.session)
    window = service.suggested(ctx, cycle, 2027)
    assert window == (date(2027, 1, 2), date(2027, 1, 31), date(2027, 2, 28))
    assert service.next_year(ctx, cycle) == 2027
    service.create_round(ctx, cycle, year=2027, opens_on=OPENS, closes_on=CLOSES)
    assert service.next_year(ctx, cycle) == 2028


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"closes_on": OPENS - timedelta(days=1)}, "closes_on"),
        ({"consolidate_by": CLOSES - timedelta(days=1)}, "consolidate_by"),
        ({"opens_on": date(1926, 1, 2)}, "opens_on"),
        ({"year": 27}, "year"),
    ],
)
def test_dates_that_cannot_be_are_refused_at_their_field(ctx, values, place):
    dates = {"year": 2027, "opens_on": OPENS, "closes_on": CLOSES, **values}
    with pytest.raises(Invalid) as refused:
        service.create_round(ctx, factories.cycle(ctx.session), **dates)
    assert refused.value.place == place


def test_a_cycle_has_one_round_a_year_and_a_closed_one_none(ctx):
    made = collection(ctx)
    with pytest.raises(Conflict) as refused:
        service.create_round(ctx, made.cycle, year=2027, opens_on=OPENS, closes_on=CLOSES)
    assert refused.value.place == "year"
    made.cycle.closed = True
    with pytest.raises(Conflict):
        service.create_round(ctx, made.cycle, year=2028, opens_on=OPENS, closes_on=CLOSES)


@pytest.mark.parametrize("person", ["focal", "authority", "stakeholder", "admin"])
def test_only_the_secretariat_runs_rounds(ctx, person):
    made = collection(ctx)
    who = acting(ctx, getattr(made.people, person))
    later = CLOSES + timedelta(days=7)
    acts = [
        lambda: service.create_round(who, made.cycle, year=2028, opens_on=OPENS, closes_on=CLOSES),
        lambda: service.edit_round(
            who, made.round, title="Other", opens_on=OPENS, closes_on=CLOSES
        ),
        lambda: service.open_round(who, made.round),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    service.open_round(ctx, made.round)
    acts = [
        lambda: service.close_round(who, made.round),
        lambda: service.extend_round(who, made.round, later, "Holidays."),
        lambda: service.remind(who, made.round),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert (made.round.state, made.round.closes_on) == (R.OPEN, CLOSES)


# --- Opening ------------------------------------------------------------------------------------


def test_opening_asks_each_owner_once_and_tells_the_focal_points(ctx):
    made = collection(ctx)
    secretary = acting(ctx, made.people.secretary)
    assert service.open_round(secretary, made.round) == 4
    assert asked(ctx) == [
        ("MJ", "140.1", True, S.REQUESTED),
        ("MJ", "140.2", True, S.REQUESTED),
        ("MH", "140.3", True, S.REQUESTED),
        ("MJ", "140.3", False, S.REQUESTED),
    ]
    assert sorted(mails(ctx.session)) == sorted(
        [
            (
                "round_opened",
                made.people.focal.email,
                "Updates of 2027: 3 recommendations wait for MJ",
            ),
            (
                "round_opened",
                made.people.alternate.email,
                "Updates of 2027: 3 recommendations wait for MJ",
            ),
            ("round_opened", made.healer.email, "Updates of 2027: 1 recommendation waits for MH"),
        ]
    )
    with pytest.raises(Conflict):
        service.open_round(secretary, made.round)


def test_a_round_without_owners_does_not_open(ctx):
    one = service.create_round(
        ctx, factories.cycle(ctx.session), year=2027, opens_on=OPENS, closes_on=CLOSES
    )
    with pytest.raises(Conflict):
        service.open_round(ctx, one)
    ctx.session.rollback()


def test_rounds_open_and_close_on_their_dates_also_late_and_twice(ctx):
    made = collection(ctx)
    counts = service.open_and_close_due
    none = {"opened": 0, "closed": 0, "asked": 0}
    assert counts(on(ctx, OPENS - timedelta(days=2))) == none
    assert counts(on(ctx, OPENS)) == {"opened": 1, "closed": 0, "asked": 4}
    assert counts(on(ctx, OPENS)) == none
    assert counts(at(ctx, LAST_SECOND)) == none
    assert counts(at(ctx, TOO_LATE)) == {"opened": 0, "closed": 1, "asked": 0}
    assert counts(at(ctx, TOO_LATE)) == none
    assert made.round.state == R.CLOSED


def test_a_window_that_an_outage_swallowed_is_left_to_people(ctx):
    made = collection(ctx)
    service.open_and_close_due(at(ctx, TOO_LATE))
    assert (made.round.state, asked(ctx)) == (R.PLANNED, [])


def test_an_open_round_follows_the_assignments(ctx):
    made = opened(ctx)
    moj = made.people.moj
    begun = update_on(ctx, made.round, made.second, moj)
    written(ctx, begun, made.people.focal)
    for one in [*made.first.assignments, *made.second.assignments]:
        one.ended_at = ctx.now
    fourth = factories.recommendation(ctx.session, made.cycle, "140.4", lead=made.health)
    ctx.session.flush()
    assert service.open_and_close_due(ctx)["asked"] == 1
    assert [(short, number) for short, number, _lead, _state in asked(ctx)] == [
        ("MJ", "140.2"),  # holds words, so it stays
        ("MH", "140.3"),
        ("MJ", "140.3"),
        ("MH", fourth.number),
    ]
    assert mails(ctx.session, "round_opened")[-1][1:] == (
        made.healer.email,
        "Updates of 2027: 1 recommendation waits for MH",
    )


# --- The last second ----------------------------------------------------------------------------


def test_writing_ends_with_the_last_second_of_the_last_day(ctx):
    made = opened(ctx)
    one = update_on(ctx, made.round, made.first, made.people.moj)
    focal = acting(ctx, made.people.focal)
    service.save_update(at(focal, LAST_SECOND), one, status="planned", narrative=DONE)
    late = at(focal, TOO_LATE)
    acts = [
        lambda: service.save_update(late, one, status="planned", narrative="Later."),
        lambda: service.add_evidence(late, one, title="Gazette", url="https://example.org/1"),
        lambda: service.send_for_sign_off(late, one),
    ]
    for act in acts:
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.message == (
            "This round closed at the end of Monday, 30 November 2026, so nothing is saved any "
            f"more. Ask the secretariat (Sam Secretary, {made.people.secretary.email}) for more "
            "time."
        )
    assert (one.state, one.narrative) == (S.DRAFT, DONE)
    service.send_for_sign_off(at(focal, LAST_SECOND), one)
    authority = acting(ctx, made.people.authority)
    service.sign_off(at(authority, TOO_LATE), one)
    assert one.state == S.SUBMITTED


def test_what_was_sent_back_is_written_after_the_round_has_closed(ctx):
    made = opened(ctx)
    one = update_on(ctx, made.round, made.first, made.people.moj)
    sent(ctx, one, made.people.focal)
    later = at(ctx, TOO_LATE)
    service.open_and_close_due(later)
    service.return_update(acting(later, made.people.authority), one, "Name the law.")
    focal = acting(later, made.people.focal)
    service.save_update(focal, one, status="planned", narrative="First half.")
    service.save_update(focal, one, status="planned", narrative="All of it.")
    service.send_for_sign_off(focal, one)
    service.sign_off(acting(later, made.people.authority), one)
    assert (one.state, one.snapshots[0].narrative) == (S.SUBMITTED, "All of it.")


def test_a_round_that_was_closed_early_takes_no_more(ctx):
    made = opened(ctx)
    one = update_on(ctx, made.round, made.first, made.people.moj)
    service.close_round(acting(ctx, made.people.secretary), made.round)
    with pytest.raises(Conflict) as refused:
        service.save_update(acting(ctx, made.people.focal), one, status="", narrative="A")
    assert refused.value.message.startswith("The secretariat (Sam Secretary,")


# --- More time ----------------------------------------------------------------------------------


def test_more_time_opens_the_round_again_and_tells_those_who_owe(ctx):
    made = opened(ctx)
    secretary = acting(ctx, made.people.secretary)
    service.close_round(secretary, made.round)
    later = CLOSES + timedelta(days=7)
    service.extend_round(secretary, made.round, later, "Many were on leave.")
    assert (made.round.state, made.round.closes_on) == (R.OPEN, later)
    people = made.people
    assert sorted(address for _k, address, _s in mails(ctx.session, "round_extended")) == sorted(
        p.email for p in (people.focal, people.alternate, people.authority, made.healer)
    )
    assert {s for _k, _a, s in mails(ctx.session, "round_extended")} == {
        "Updates of 2027: more time, until 7 Dec 2026"
    }
    ctx.session.commit()
    event = events.history(ctx.session, "collection_round", made.round.id)[-1]
    assert (event.kind, event.data) == (
        "round.extended",
        {"was": "2026-11-30", "became": "2026-12-07"},
    )


@pytest.mark.parametrize(
    ("day", "reason", "place"),
    [
        (CLOSES, "Leave.", "closes_on"),
        (CLOSES + timedelta(days=1), " ", "reason"),
    ],
)
def test_more_time_is_later_and_has_a_reason(ctx, day, reason, place):
    made = opened(ctx)
    with pytest.raises(Invalid) as refused:
        service.extend_round(acting(ctx, made.people.secretary), made.round, day, reason)
    assert refused.value.place == place


# --- Reminders ----------------------------------------------------------------------------------


def test_steps_of_reminders():
    steps = {left: step_due(CLOSES, CLOSES - timedelta(days=left)) for left in range(15, -32, -1)}
    before = {15: None, 14: 14, 8: 14, 7: 7, 4: 7, 3: 3, 2: 3, 1: 1, 0: 1}
    after = {-1: -1, -30: -1, -31: None}
    assert {left: steps[left] for left in (before | after)} == before | after


def reminded(session, person):
    query = select(Message).where(Message.kind == "update_reminder", Message.person_id == person.id)
    return [
        (m.subject, [line.split(":")[0] for line in m.body.splitlines() if line[:2] == "- "])
        for m in session.scalars(query.order_by(Message.id))
    ]


def test_reminders_list_exactly_what_is_open_once_a_step(ctx):
    made = opened(ctx)
    people = made.people
    signed(ctx, update_on(ctx, made.round, made.first, people.moj), people.focal, people.authority)
    sent(ctx, update_on(ctx, made.round, made.second, people.moj), people.focal)
    early = CLOSES - timedelta(days=20)
    assert service.remind_due(on(ctx, early)) == {"mails": 0}
    week = on(ctx, CLOSES - timedelta(days=7))
    assert service.remind_due(week) == {"mails": 4}
    assert service.remind_due(week) == {"mails": 0}
    assert service.remind_due(on(ctx, CLOSES - timedelta(days=6))) == {"mails": 0}
    subject = "Updates of 2027 closes on 30 Nov 2026: 1 update is open"
    assert reminded(ctx.session, people.focal) == [(subject, ["- 140.3 (MJ)"])]
    assert reminded(ctx.session, people.alternate) == [(subject, ["- 140.3 (MJ)"])]
    assert reminded(ctx.session, people.authority) == [(subject, ["- 140.2 (MJ)"])]
    assert reminded(ctx.session, made.healer) == [(subject, ["- 140.3 (MH)"])]
    # An outage over two steps: only the last of them is said.
    assert service.remind_due(on(ctx, CLOSES)) == {"mails": 4}
    service.open_and_close_due(on(ctx, CLOSES + timedelta(days=3)))
    assert service.remind_due(on(ctx, CLOSES + timedelta(days=3))) == {"mails": 4}
    assert service.remind_due(on(ctx, CLOSES + timedelta(days=9))) == {"mails": 0}
    assert reminded(ctx.session, made.healer)[-1][0] == (
        "Updates of 2027 has closed: 1 update is missing"
    )


def test_the_button_reminds_nobody_twice_on_a_day(ctx):
    made = opened(ctx)
    secretary = acting(ctx, made.people.secretary)
    assert service.remind(secretary, made.round, made.health.id) == 1
    assert service.remind(secretary, made.round) == 2
    assert service.remind(secretary, made.round) == 0
    assert service.remind_due(on(ctx, CLOSES - timedelta(days=7))) == {"mails": 3}
    assert set(queries.last_reminders(ctx.session, made.round)) == {
        made.people.focal.id,
        made.people.alternate.id,
        made.healer.id,
    }


# --- The calendar -------------------------------------------------------------------------------


def test_the_government_finds_the_round_in_the_calendar(ctx):
    made = collection(ctx)
    assert entries.sources["rounds"] is calendar.round_entries
    found = list(calendar.round_entries(acting(ctx, made.people.focal)))
    assert [(e.title, e.start, e.end, e.deadline) for e in found] == [
        ("Updates of 2027: collection", OPENS, CLOSES, False),
        ("Updates of 2027: last day", CLOSES, None, True),
    ]
    assert [e.url for e in found] == [ctx.house.link("updates.mine", round_id=made.round.id)] * 2
    assert list(calendar.round_entries(acting(ctx, made.people.stakeholder))) == []
