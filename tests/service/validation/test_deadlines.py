"""Silence with and without proof, advice that ends, reminders, lateness by a second."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from nmrf.accounts.models import Office
from nmrf.core.errors import Conflict
from nmrf.cycles.models import Milestone
from nmrf.validation import service
from nmrf.validation.models import Closing, RunState, TaskState
from tests.factories.cycles import mails
from tests.factories.validation import deliver, states, task

NOTHING = {
    "moved": 0,
    "vacant": 0,
    "asked": 0,
    "consents": 0,
    "unanswered": 0,
    "unproven": 0,
    "reminders": 0,
}
END = datetime(2026, 12, 2, 23, 0, tzinfo=UTC)  # of Wednesday 2 December, 24:00 CET


@pytest.fixture
def at(make_ctx, clock):
    """Run the job at a moment."""

    def run(moment):
        clock.move_to(moment)
        return service.apply_due(make_ctx())

    return run


@pytest.fixture
def silent(make_ctx, realm):
    """A run whose ministries agree by silence until 2 December."""
    run = service.start(make_ctx(realm.secretary), realm.version)
    for one in run.tasks:
        one.silence_is_consent = one.step == "ministries"
    make_ctx().session.flush()
    return run


def test_silence_is_agreement_only_after_the_end_of_the_date(make_ctx, silent, at):
    session = make_ctx().session
    deliver(session, END - timedelta(days=10))
    assert at(END - timedelta(seconds=1))["consents"] == 0
    assert states(silent)["ministries"] == ["open", "open"]
    assert at(END)["consents"] == 2
    assert states(silent)["ministries"] == ["no_objection", "no_objection"]
    assert (silent.stage, task(silent, "nhri").state) == (2, TaskState.OPEN)
    assert [
        (t.decision.capacity, t.decision.decided_by_id, t.decision.reason)
        for t in silent.tasks
        if t.decision
    ] == [
        ("By silence until the due date, Ministry of Health", None, ""),
        ("By silence until the due date, Ministry of Justice", None, ""),
    ]
    assert at(END)["consents"] == 0


def test_silence_counts_only_for_whom_the_mail_reached(make_ctx, realm, silent, at):
    session = make_ctx().session
    deliver(session, END - timedelta(days=10), task(silent, "ministries", realm.moj))
    assert at(END) == {**NOTHING, "consents": 1, "unproven": 1, "reminders": 2}
    assert states(silent)["ministries"] == ["open", "no_objection"]
    assert [(to, subject) for _k, to, subject in mails(session, "validation_stuck")] == [
        (
            realm.secretary.email,
            "Silence does not count: Contributing ministries approve, National report",
        )
    ]
    # Handed over too late: it proves nothing.
    deliver(session, END)
    assert at(END + timedelta(hours=1)) == NOTHING
    assert states(silent)["ministries"] == ["open", "no_objection"]


def test_a_second_late_is_still_taken_unless_silence_was_applied(
    make_ctx, realm, silent, at, clock
):
    deliver(make_ctx().session, END - timedelta(days=10))
    clock.move_to(END + timedelta(seconds=1))
    mine = task(silent, "ministries", realm.moj)
    service.decide(make_ctx(realm.moj_authority), mine, TaskState.RETURNED, "Not so")
    assert silent.state is RunState.RETURNED
    assert at(END + timedelta(seconds=1)) == NOTHING


def test_after_silence_was_applied_nothing_is_taken(make_ctx, realm, silent, at):
    deliver(make_ctx().session, END - timedelta(days=10))
    at(END)
    with pytest.raises(Conflict) as late:
        service.decide(
            make_ctx(realm.moj_authority),
            task(silent, "ministries", realm.moj),
            TaskState.RETURNED,
            "Not so",
        )
    assert late.value.message == (
        "This step was decided already, by: By silence until the due date, Ministry of Justice. "
        "Nothing of yours was saved."
    )


def test_without_silence_a_late_step_stays_open_and_is_answered(make_ctx, realm, started, at):
    assert at(END)["consents"] == 0
    assert states(started)["ministries"] == ["open", "open"]
    service.decide(
        make_ctx(realm.moj_authority),
        task(started, "ministries", realm.moj),
        TaskState.APPROVED,
    )
    assert states(started)["ministries"] == ["open", "approved"]


def test_a_silent_adviser_holds_up_nobody(make_ctx, realm, started, at, clock):
    for who, at_ in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(started, "ministries", at_), TaskState.APPROVED)
    advice = task(started, "nhri")
    assert advice.due_on == date(2026, 12, 2)
    at(END - timedelta(seconds=1))
    assert advice.state is TaskState.OPEN
    assert at(END)["unanswered"] == 1
    assert (advice.state, advice.closed_because, advice.decision) == (
        TaskState.CLOSED,
        Closing.NO_ANSWER,
        None,
    )
    assert (started.stage, task(started, "minister").state) == (3, TaskState.OPEN)
    # 5 working days before 1 February.
    assert task(started, "minister").due_on == date(2027, 1, 25)


def test_reminders_are_said_once_and_only_the_last_of_those_missed(make_ctx, realm, started, at):
    def sent(day):
        return at(datetime(2026, *day, 9, 0, tzinfo=UTC))["reminders"]

    service.decide(
        make_ctx(realm.moh_authority),
        task(started, "ministries", realm.moh),
        TaskState.APPROVED,
    )
    days = [(11, 18), (11, 26), (11, 27), (11, 27), (11, 29), (11, 30), (12, 1), (12, 2), (12, 2)]
    assert [sent(day) for day in days] == [0, 0, 1, 0, 0, 1, 0, 1, 0]
    # Overdue, once: the holder and the secretariat; nobody is minister in Justice.
    assert [sent(day) for day in ((12, 3), (12, 4), (12, 20))] == [2, 0, 0]
    assert [
        (to, subject) for _k, to, subject in mails(make_ctx().session, "validation_reminder")
    ] == [
        (realm.moj_authority.email, f"{word}: Contributing ministries approve, National report")
        for word in ("Reminder", "Reminder", "Reminder", "Overdue")
    ] + [(realm.secretary.email, "Overdue: Contributing ministries approve, National report")]


def test_after_an_outage_only_the_last_reminder_is_sent(make_ctx, realm, started, at):
    assert at(datetime(2026, 12, 2, 9, 0, tzinfo=UTC))["reminders"] == 2
    assert at(datetime(2026, 12, 2, 9, 15, tzinfo=UTC))["reminders"] == 0


def test_a_date_that_has_passed_gives_five_working_days(make_ctx, realm, clock):
    clock.move_to(datetime(2027, 1, 29, 9, 0, tzinfo=UTC))
    run = service.start(make_ctx(realm.secretary), realm.version)
    for who, at_ in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(run, "ministries", at_), TaskState.APPROVED)
    service.decide(make_ctx(realm.ombudsman), task(run, "nhri"), TaskState.ADVISED, "Yes")
    assert task(run, "minister").due_on == date(2027, 2, 5)


def _succeeds(session, old, new, ctx):
    """The office of one goes to another, who is new in the house."""
    for office in list(old.offices):
        office.ends_on = ctx.today - timedelta(days=1)
        session.add(
            Office(
                person_id=new.id,
                institution_id=office.institution_id,
                role=office.role,
                starts_on=ctx.today,
            )
        )
    session.flush()
    session.expire_all()


def test_who_takes_an_office_over_is_asked_and_only_their_mail_proves_anything(
    make_ctx, realm, silent, at
):
    session = make_ctx().session
    deliver(session, END - timedelta(days=10))
    _succeeds(session, realm.moj_authority, realm.stranger, make_ctx())
    assert at(END - timedelta(days=9))["asked"] == 1
    assert at(END - timedelta(days=9))["asked"] == 0
    assert realm.stranger.email in {to for _k, to, _s in mails(session, "validation_asked")}
    assert at(END)["consents"] == 1  # health; what reached the predecessor proves nothing
    assert states(silent)["ministries"] == ["no_objection", "open"]


def test_who_comes_to_a_vacant_office_is_asked(make_ctx, realm, at):
    ctx = make_ctx(realm.secretary)
    run = service.start(ctx, realm.version)
    for one in run.tasks:
        one.due_on = None  # a step without a date as well
    for office in list(realm.moj_authority.offices):
        office.ends_on = ctx.today - timedelta(days=1)
    ctx.session.flush()
    assert at(ctx.now + timedelta(hours=1))["asked"] == 0
    _succeeds(ctx.session, realm.moj_authority, realm.stranger, ctx)
    assert at(ctx.now + timedelta(hours=2))["asked"] == 1


def test_silence_needs_two_working_days_after_the_mail(make_ctx, silent, at):
    session = make_ctx().session
    deliver(session, datetime(2026, 12, 1, 8, 0, tzinfo=UTC))  # Tuesday, until Wednesday
    assert at(END)["consents"] == 0
    assert at(END + timedelta(hours=1))["unproven"] == 0  # said once
    assert states(silent)["ministries"] == ["open", "open"]


def test_a_step_whose_office_falls_vacant_is_told_to_the_secretariat(make_ctx, realm, started, at):
    session = make_ctx().session
    session.merge(realm.moj_authority).active = False
    session.flush()
    session.expire_all()
    moment = make_ctx().now + timedelta(hours=1)
    assert at(moment)["vacant"] == 1
    assert at(moment + timedelta(hours=1))["vacant"] == 0
    assert [(to, s) for _k, to, s in mails(session, "validation_stuck")] == [
        (
            realm.secretary.email,
            "Nobody to decide: Contributing ministries approve, National report",
        )
    ]


@pytest.fixture
def at_the_minister(make_ctx, realm, started):
    """The run at its last step, due 5 working days before the report is."""
    for who, where in ((realm.moj_authority, realm.moj), (realm.moh_authority, realm.moh)):
        service.decide(make_ctx(who), task(started, "ministries", where), TaskState.APPROVED)
    service.decide(make_ctx(realm.ombudsman), task(started, "nhri"), TaskState.ADVISED, "Words")
    last = task(started, "minister")
    assert last.due_on == date(2027, 1, 25)
    return last


def moved(session, on):
    session.scalars(select(Milestone).where(Milestone.key == "national_report_due")).one().on = on
    session.flush()


def test_when_the_un_moves_its_date_the_open_step_follows(
    make_ctx, realm, at_the_minister, at, clock
):
    session, last = make_ctx().session, at_the_minister
    assert at(datetime(2027, 1, 20, 9, 0, tzinfo=UTC))["reminders"] == 1
    moved(session, date(2027, 3, 1))
    done = at(datetime(2027, 1, 21, 9, 0, tzinfo=UTC))
    assert (done["moved"], done["reminders"], last.due_on) == (1, 0, date(2027, 2, 22))
    assert at(datetime(2027, 1, 21, 10, 0, tzinfo=UTC))["moved"] == 0
    (mail,) = mails(session, "validation_due_moved")
    assert mail[1:] == (realm.minister.email, "Another date: Minister approves, National report")
    # The ladder begins anew for the new date, and none of it for the old one.
    assert at(datetime(2027, 1, 25, 23, 0, tzinfo=UTC))["reminders"] == 0
    assert at(datetime(2027, 2, 17, 9, 0, tzinfo=UTC))["reminders"] == 1


def test_a_date_that_moves_into_the_past_makes_nobody_late(make_ctx, at_the_minister, at):
    moved(make_ctx().session, date(2026, 12, 10))
    assert at(datetime(2027, 1, 12, 9, 0, tzinfo=UTC))["moved"] == 0
    assert at_the_minister.due_on == date(2027, 1, 25)


def test_silence_is_never_made_shorter(make_ctx, at_the_minister, at):
    at_the_minister.silence_is_consent = True
    moved(make_ctx().session, date(2027, 1, 18))
    assert at(datetime(2026, 12, 1, 9, 0, tzinfo=UTC))["moved"] == 0
    moved(make_ctx().session, date(2027, 3, 1))
    assert at(datetime(2026, 12, 1, 10, 0, tzinfo=UTC))["moved"] == 1
