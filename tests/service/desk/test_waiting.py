from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from nmrf.accounts.models import Absence
from nmrf.accounts.queries import actor_for
from nmrf.core.roles import PUBLIC, Role
from nmrf.desk import queries
from nmrf.feedback.models import CommentState, CommentWindow, DispositionState, SecondLook
from nmrf.recommendations.models import AssignmentState
from nmrf.updates.models import RoundState, UpdateState
from nmrf.validation.models import Run, RunState
from tests import factories
from tests.factories import updates
from tests.factories.desk import comment, disposition
from tests.queries import count_statements

MINE = [
    "Deliver: Plan of measures",
    "Do what was agreed: Send the list.",
    "Look after 1 paragraph of the draft",
    "Write 3 updates",
]


def test_a_focal_point_has_the_own_institutions_work_only(loop, titles):
    assert titles(loop.round.people.focal) == MINE


def test_the_focal_point_of_another_ministry_has_theirs(loop, titles):
    assert titles(loop.round.healer) == ["Deliver: List of hospitals", "Write 1 update"]


def test_an_authority_decides_and_signs(ctx, loop, titles):
    w = loop.round.people
    update = updates.update_on(ctx, loop.round.round, loop.round.first, w.moj)
    updates.sent(ctx, update, w.focal)
    assert titles(w.authority) == [
        "Deliver: Plan of measures",
        "Do what was agreed: Send the list.",
        "Decide: Justice approves",
        "Sign off 1 update",
    ]


def test_nobody_is_asked_to_sign_what_they_wrote(ctx, loop, titles):
    w = loop.round.people
    factories.office(ctx.session, w.focal, Role.VALIDATING_AUTHORITY, w.moj)
    update = updates.update_on(ctx, loop.round.round, loop.round.first, w.moj)
    updates.sent(ctx, update, w.focal)
    assert [t for t in titles(w.focal) if t.startswith("Sign")] == []


def test_progress_counts_what_was_sent(ctx, loop):
    w = loop.round.people
    updates.sent(ctx, updates.update_on(ctx, loop.round.round, loop.round.first, w.moj), w.focal)
    actor = actor_for(ctx.session, w.focal, ctx.today)
    found = [
        (task.title, task.progress, task.due_on)
        for task in queries.waiting(ctx.acting_as(actor))
        if task.endpoint == "updates.mine"
    ]
    assert found == [("Write 2 updates", "1 of 3 sent", updates.CLOSES)]


def test_what_was_sent_back_is_told_apart(ctx, loop, titles):
    w = loop.round.people
    update = updates.update_on(ctx, loop.round.round, loop.round.first, w.moj)
    update.state, update.return_reason = UpdateState.RETURNED, "Say when."
    ctx.session.flush()
    assert [t for t in titles(w.focal) if "update" in t] == [
        "Mend 1 update that was sent back",
        "Write 2 updates",
    ]


def test_a_closed_round_asks_for_nothing(ctx, loop, titles):
    loop.round.round.state = RoundState.CLOSED
    ctx.session.flush()
    assert [t for t in titles(loop.round.people.focal) if "update" in t] == []


def test_the_secretariat(loop, titles):
    assert titles(loop.round.people.secretary) == [
        "Answer 1 comment",
        "Look at 1 new comment before it is shown",
        "See why 1 mail was not delivered",
        "Deliver: Secret meeting",
        "Announce and invite to: Unannounced hearing on children",
    ]


def test_answers_wait_for_their_release_once_comments_are_closed(ctx, loop, titles):
    window = ctx.session.scalars(
        select(CommentWindow).where(CommentWindow.version_id == loop.public.id)
    ).one()
    window.closes_on = ctx.today
    ctx.session.flush()
    assert "Release 1 answer" not in titles(loop.round.people.secretary)
    window.closes_on = ctx.today - timedelta(days=1)
    ctx.session.flush()
    assert "Release 1 answer" in titles(loop.round.people.secretary)


def test_a_second_look_waits_since_it_was_asked_for(ctx, loop):
    s, secretary = ctx.session, loop.round.people.secretary
    withheld = comment(s, loop.public, 11, CommentState.WITHHELD)
    redacted = comment(s, loop.public, 12)
    settled = comment(s, loop.public, 13, CommentState.WITHHELD)
    for one, day, done in (
        (withheld, date(2026, 11, 12), None),
        (redacted, date(2026, 11, 14), None),
        (settled, date(2026, 11, 2), date(2026, 11, 3)),
    ):
        s.add(SecondLook(comment_id=one.id, words="Please.", asked_on=day, answered_on=done))
    disposition(s, redacted, state=DispositionState.RELEASED, released_at=factories.THEN)
    s.flush()
    tasks = queries.waiting(ctx.acting_as(actor_for(s, secretary, ctx.today)))
    # Older than those that wait since 15 November.
    assert [(t.title, t.since) for t in tasks[:2]] == [
        ("Look once more at 2 comments, as their authors ask", date(2026, 11, 12)),
        ("Answer 1 comment", date(2026, 11, 15)),
    ]
    assert (tasks[0].endpoint, tasks[0].values["view"]) == ("feedback.desk", "waiting")


def test_an_administrator_sees_failed_mail(loop, titles):
    assert titles(loop.round.people.admin) == ["See why 1 mail was not delivered"]


def test_a_stakeholder_sees_nothing_of_the_government(loop, titles):
    assert titles(loop.round.people.stakeholder) == [
        "Say what you think of: National report",
        "Answer the invitation to: Hearing on children",
    ]


def test_the_human_rights_institution_gives_its_opinion(loop, titles):
    assert titles(loop.round.people.ombudsman) == [
        "Say what you think of: National report",
        "Decide: Opinion",
    ]


def test_nothing_waits_for_the_public(ctx, loop):
    assert queries.waiting(ctx.acting_as(PUBLIC)) == []


def test_a_substitute_has_the_work_of_whom_they_stand_in_for(ctx, loop, titles):
    w = loop.round.people
    ctx.session.add(
        Absence(
            person_id=w.focal.id,
            substitute_id=loop.round.healer.id,
            starts_on=ctx.today,
            ends_on=ctx.today,
        )
    )
    ctx.session.flush()
    theirs = ["Deliver: List of hospitals", "Write 1 update"]
    assert sorted(titles(loop.round.healer)) == sorted([*MINE, *theirs])


def test_the_window_closes_with_its_last_day(ctx, loop, titles):
    window = ctx.session.query(CommentWindow).one()
    window.closes_on = ctx.today
    ctx.session.flush()
    open_ = titles(loop.round.people.stakeholder)[:1]
    window.closes_on = ctx.today - timedelta(days=1)
    ctx.session.flush()
    assert (open_, titles(loop.round.people.stakeholder)) == (
        ["Say what you think of: National report"],
        ["Answer the invitation to: Hearing on children"],
    )


def test_an_assignment_waits_until_it_counts_as_accepted(ctx, loop):
    w = loop.round.people
    given = factories.assignment(ctx.session, loop.round.third, w.mfa)
    given.state, given.assigned_at = AssignmentState.PROPOSED, ctx.now
    person = factories.person(ctx.session, Role.FOCAL_POINT, w.mfa)
    actor = actor_for(ctx.session, person, ctx.today)
    found = [(t.title, t.due_on, t.values) for t in queries.waiting(ctx.acting_as(actor))]
    assert found == [
        (
            "Accept or dispute 1 recommendation",
            date(2026, 12, 2),
            {"ours": w.mfa.id, "assignment": "proposed"},
        )
    ]


@pytest.mark.parametrize("later", [False, True])
def test_a_version_sent_back_waits_until_there_is_a_later_one(ctx, loop, titles, later):
    run = ctx.session.get_one(Run, 1)
    run.state, run.ended_at = RunState.RETURNED, ctx.now
    if not later:
        run.version_id = loop.draft.id
    ctx.session.flush()
    found = [t for t in titles(loop.round.people.secretary) if t.startswith("Revise")]
    assert found == ([] if later else ["Revise what was sent back: National report"])


def test_the_statements_do_not_grow_with_the_rows(ctx, loop, database):
    actor = actor_for(ctx.session, loop.round.people.secretary, ctx.today)
    with count_statements(database) as one:
        queries.waiting(ctx.acting_as(actor))
    for number in (11, 12):
        withheld = comment(ctx.session, loop.public, number, CommentState.WITHHELD)
        ctx.session.add(
            SecondLook(comment_id=withheld.id, words="Please.", asked_on=date(2026, 11, 12))
        )
        comment(ctx.session, loop.public, number + 10)
    with count_statements(database) as three:
        queries.waiting(ctx.acting_as(actor))
    assert len(three) == len(one)


def test_a_dispute_waits_since_it_was_raised(ctx, loop):
    given = factories.assignment(ctx.session, loop.round.third, loop.round.people.mfa)
    given.state, given.answered_at = AssignmentState.DISPUTED, ctx.now - timedelta(days=3)
    ctx.session.flush()
    actor = actor_for(ctx.session, loop.round.people.secretary, ctx.today)
    found = {task.title: task for task in queries.waiting(ctx.acting_as(actor))}
    assert found["Decide 1 disputed assignment"].since == ctx.today - timedelta(days=3)


def test_an_invitation_is_answered_before_the_meeting_begins(ctx, loop):
    actor = actor_for(ctx.session, loop.round.people.stakeholder, ctx.today)
    asking = ctx.acting_as(actor)
    [task] = [t for t in queries.waiting(asking) if t.title.startswith("Answer the invitation")]
    said = queries.due_words(asking, task)
    assert (said.time, said.zone) == ("10:00", "CET")


def test_the_first_day_of_an_administrator(ctx):
    ministry = factories.institution(ctx.session, "Ministry of Foreign Affairs")
    admin = factories.person(ctx.session, Role.ADMINISTRATOR, ministry)

    def steps(person):
        actor = actor_for(ctx.session, person, ctx.today)
        return [task.title for task in queries.waiting(ctx.acting_as(actor))]

    assert steps(admin) == ["Enter the ministries", "Open an account for the secretariat"]
    factories.institution(ctx.session, "Ministry of Justice")
    secretary = factories.person(ctx.session, Role.SECRETARIAT, ministry)
    assert (steps(admin), steps(secretary)) == ([], ["Open the cycle"])
    cycle = factories.cycle(ctx.session)
    assert steps(secretary) == []
    health = factories.institution(ctx.session, "Ministry of Health")
    factories.recommendation(ctx.session, cycle, lead=health)
    assert "Name a focal point for 1 institution" in steps(secretary)
    factories.person(ctx.session, Role.FOCAL_POINT, health)
    assert "Name a focal point for 1 institution" not in steps(secretary)


def test_a_drafter_goes_on_with_the_open_draft(ctx, loop, titles):
    drafter = factories.person(ctx.session, Role.DRAFTER, loop.round.people.mfa)
    assert titles(drafter) == ["Go on with the draft: National report"]
