"""Dates move with their history; what is counted from them follows; what has passed stays."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.roles import Role, Visibility
from nmrf.cycles import queries, service
from nmrf.cycles.models import MilestoneKind, Stage
from tests import factories
from tests.factories.cycles import date_of, mails, milestone, planned

UN = {"tentative": False, "source": "Letter of OHCHR", "reason": "The UN says so."}


@pytest.fixture
def people(ctx):
    """Secretary, another secretary, focal point, alternate, authority, and somebody elsewhere."""
    s = ctx.session
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    moh = factories.institution(s, "Ministry of Health")
    return {
        "moj": moj,
        "secretary": factories.person(s, Role.SECRETARIAT, mfa),
        "second": factories.person(s, Role.SECRETARIAT, mfa),
        "focal": factories.person(s, Role.FOCAL_POINT, moj),
        "alternate": factories.person(s, Role.ALTERNATE, moj),
        "authority": factories.person(s, Role.VALIDATING_AUTHORITY, moj),
        "elsewhere": factories.person(s, Role.FOCAL_POINT, moh),
    }


@pytest.fixture
def secretary(make_ctx, people):
    return make_ctx(people["secretary"])


def test_a_moved_date_keeps_the_old_one_and_tells_those_concerned_once(ctx, secretary, people):
    due = milestone(ctx.session, planned(ctx), institution_id=people["moj"].id)
    service.move_milestone(secretary, due, date(2026, 12, 9), **UN)
    assert (due.on, due.tentative, due.source, due.sequence) == (
        date(2026, 12, 9),
        False,
        "Letter of OHCHR",
        1,
    )
    [change] = due.changes
    assert (change.was_on, change.became_on, change.reason, change.changed_by_id) == (
        date(2026, 12, 1),
        date(2026, 12, 9),
        "The UN says so.",
        people["secretary"].id,
    )
    subject = "Date moved: Something due is now on 9 Dec 2026"
    assert sorted(mails(ctx.session)) == sorted(
        ("cycle.dates_moved", people[who].email, subject)
        for who in ("second", "focal", "alternate")
    )


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"reason": " "}, "reason"),
        ({"source": ""}, "source"),
        ({"on": date(1999, 1, 1)}, "on"),
        ({"on": date(2026, 12, 1), "source": "Secretariat"}, "on"),
    ],
)
def test_a_move_needs_reason_source_and_a_change(ctx, secretary, values, place):
    due = milestone(ctx.session, planned(ctx))
    with pytest.raises(Invalid) as caught:
        service.move_milestone(secretary, due, **{"on": date(2026, 12, 9), **UN, **values})
    assert (caught.value.place, due.changes) == (place, [])


def test_an_old_form_is_a_conflict(ctx, secretary):
    due = milestone(ctx.session, planned(ctx))
    lock = due.lock
    service.move_milestone(secretary, due, date(2026, 12, 9), **UN, lock=lock)
    ctx.session.flush()
    with pytest.raises(Conflict):
        service.move_milestone(secretary, due, date(2026, 12, 10), **UN, lock=lock)
    assert due.on == date(2026, 12, 9)


@pytest.mark.parametrize("who", ["focal", "elsewhere"])
def test_only_the_secretariat_moves_dates(ctx, make_ctx, people, who):
    due = milestone(ctx.session, planned(ctx), institution_id=people["moj"].id)
    with pytest.raises(Refused):
        service.move_milestone(make_ctx(people[who]), due, date(2026, 12, 9), **UN)


def test_what_is_counted_from_a_date_moves_with_it(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    opens = date_of(cycle, "session_opens")
    was_troika, was_published = (
        date_of(cycle, "troika_drawn").on,
        date_of(cycle, "documents_published").on,
    )
    service.move_milestone(secretary, opens, date(2027, 2, 2), follow=True, **UN)
    assert (was_troika, was_published) == (date(2026, 12, 29), date(2026, 12, 8))
    assert date_of(cycle, "troika_drawn").on == date(2027, 1, 12)
    assert date_of(cycle, "documents_published").on == date(2026, 12, 22)
    assert date_of(cycle, "national_report_due").on == date(2026, 10, 1)  # passed: it stays
    assert date_of(cycle, "addendum_due").on == date(2027, 3, 1)  # has a date of its own


def test_without_following_the_others_stay(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    service.move_milestone(secretary, date_of(cycle, "session_opens"), date(2027, 2, 2), **UN)
    assert date_of(cycle, "troika_drawn").on == date(2026, 12, 29)


def test_a_preview_of_another_session_changes_nothing(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    before = {m.key: m.on for m in cycle.milestones}
    shown = service.preview_session_move(secretary, cycle, session=61)
    fates = {m.milestone.key: m.kind for m in shown.moves if m.milestone}
    assert fates["session_opens"] == "unknown"
    assert fates["stakeholder_submissions_due"] == "stays"
    assert {m.key: m.on for m in cycle.milestones} == before
    assert list(ctx.session.dirty) == []


def test_the_session_moves_and_past_dates_stay(ctx, secretary, people):
    cycle = planned(ctx, 61, number=5)
    service.move_session(secretary, cycle, session=54, source="UN", reason="Now known.")
    assert (cycle.session, date_of(cycle, "session_opens").on) == (54, date(2027, 1, 19))
    # Its day lies behind us; a date that was open is filled in all the same.
    assert date_of(cycle, "national_report_due").on == date(2026, 10, 1)
    told = mails(ctx.session, "cycle.dates_moved")
    assert sorted(address for _k, address, _s in told) == sorted(
        people[who].email for who in ("second", "focal", "alternate", "elsewhere")
    )


def test_a_delivered_date_stays_when_the_session_moves(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    published = date_of(cycle, "documents_published")
    published.delivered_on = date(2026, 11, 1)
    service.move_session(
        secretary, cycle, dates={"session_start": date(2027, 2, 2)}, source="UN", reason="Moved."
    )
    assert published.on == date(2026, 12, 8)
    assert date_of(cycle, "troika_drawn").on == date(2027, 1, 12)


def test_a_date_set_by_hand_keeps_its_distance(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    troika = date_of(cycle, "troika_drawn")
    service.move_milestone(secretary, troika, date(2027, 1, 4), **UN)  # six days later
    service.move_session(
        secretary, cycle, dates={"session_start": date(2027, 2, 2)}, source="UN", reason="Moved."
    )
    assert troika.on == date(2027, 1, 18)
    service.move_session(
        secretary, cycle, dates={"session_start": date(2027, 2, 9)}, source="UN", reason="Again."
    )
    assert troika.on == date(2027, 1, 25)


def test_moving_to_nowhere_is_refused(ctx, secretary):
    cycle = planned(ctx, 54, state="UKR")
    with pytest.raises(Invalid, match="Nothing changes"):
        service.move_session(secretary, cycle, session=54, source="UN", reason="Why?")


def test_two_cycles_cannot_share_a_session(ctx, secretary):
    planned(ctx, 53)
    cycle = planned(ctx, 54)
    with pytest.raises(Conflict, match="session 53"):
        service.move_session(secretary, cycle, session=53, source="UN", reason="Moved.")


def test_forth_and_back_ends_where_it_began(ctx, secretary):
    cycle = planned(ctx, 53, state="USA")
    before = {(m.key, m.on) for m in cycle.milestones if m.on and m.on > date(2026, 11, 18)}
    service.move_session(secretary, cycle, session=54, source="UN", reason="Forth.")
    service.move_session(secretary, cycle, session=53, source="UN", reason="Back.")
    after = {
        (m.key, m.on)
        for m in cycle.milestones
        if m.on and m.on > date(2026, 11, 18) and m.withdrawn_at is None
    }
    assert before - after == set()


def test_delivery_stops_at_today_and_happens_once(ctx, make_ctx, people):
    due = milestone(ctx.session, planned(ctx), institution_id=people["moj"].id)
    focal = make_ctx(people["focal"])
    with pytest.raises(Invalid) as caught:
        service.deliver_milestone(focal, due, date(2026, 11, 19))
    assert caught.value.place == "delivered_on"
    service.deliver_milestone(focal, due)
    assert due.delivered_on == date(2026, 11, 18)
    with pytest.raises(Conflict):
        service.deliver_milestone(focal, due)
    with pytest.raises(Refused):
        service.reopen_milestone(focal, due)


def test_another_institution_delivers_nothing(ctx, make_ctx, people):
    due = milestone(ctx.session, planned(ctx), institution_id=people["moj"].id)
    with pytest.raises(Refused):
        service.deliver_milestone(make_ctx(people["elsewhere"]), due)


def test_a_withdrawn_date_is_hidden_and_kept(ctx, secretary):
    due = milestone(ctx.session, planned(ctx))
    service.withdraw_milestone(secretary, due, "Entered twice")
    ctx.session.flush()
    with pytest.raises(NotFound):
        queries.get_milestone(secretary, due.id)
    assert (due.withdrawn_reason, due.on) == ("Entered twice", date(2026, 12, 1))


def test_own_dates_of_every_kind(ctx, secretary):
    cycle = planned(ctx)
    workshop = service.add_milestone(
        secretary,
        cycle,
        title="  Validation workshop <b>here</b> ",
        stage=Stage.DRAFTING,
        kind=MilestoneKind.THIRD_PARTY,
        on=date(2027, 1, 19),
        deadline=False,
        visibility=Visibility.PARTNERS,
    )
    assert (workshop.title, workshop.key, workshop.source) == (
        "Validation workshop <b>here</b>",
        None,
        "Secretariat",
    )
    with pytest.raises(Invalid):
        service.add_milestone(secretary, cycle, title=" ", stage=Stage.DRAFTING)


def test_a_suggested_title_stays_translatable_until_it_is_changed(ctx, secretary):
    due = date_of(planned(ctx), "national_report_due")
    values = {
        "stage": due.stage,
        "kind": due.kind,
        "at": None,
        "note": "",
        "deadline": True,
        "institution_id": None,
        "visibility": due.visibility,
    }
    service.edit_milestone(secretary, due, title="National report due at OHCHR", **values)
    assert due.title == "National report due at OHCHR"
    service.edit_milestone(secretary, due, title="Our report", **values)
    assert queries.title_of(due) == "Our report"


def test_the_board_says_what_is_late_and_who_has_it(ctx, make_ctx, people):
    cycle = factories.cycle(ctx.session)  # opened in January 2026
    milestone(ctx.session, cycle, "Late", on=date(2026, 11, 15), institution_id=people["moj"].id)
    milestone(ctx.session, cycle, "Before", on=date(2025, 6, 1))
    milestone(ctx.session, cycle, "Met", on=date(2026, 11, 1), delivered_on=date(2026, 10, 30))
    milestone(ctx.session, cycle, "Open", on=None, tentative=True)
    milestone(ctx.session, cycle, "Ahead", on=date(2027, 5, 1), visibility=Visibility.SECRETARIAT)
    board = queries.deadlines(make_ctx(people["secretary"]))
    assert [(d.title, d.state, d.responsible) for d in board] == [
        ("Before", "past", "Secretariat"),
        ("Met", "met", "Secretariat"),
        ("Late", "overdue", "Ministry of Justice"),
        ("Ahead", "ahead", "Secretariat"),
        ("Open", "undated", "Secretariat"),
    ]
    assert board[2].due.whose == "with Ministry of Justice"
    open_ones = queries.deadlines(make_ctx(people["focal"]), open_only=True)
    assert [d.title for d in open_ones] == ["Late", "Open"]
