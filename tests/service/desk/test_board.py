from __future__ import annotations

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from nmrf.accounts.models import Absence
from nmrf.accounts.queries import actor_for
from nmrf.core.roles import Role
from nmrf.desk import queries
from nmrf.desk.exports import board_workbook
from nmrf.desk.line import Show
from nmrf.updates.models import Update
from nmrf.validation.models import Task
from tests import factories
from tests.factories import updates
from tests.factories.desk import comment, disposition
from tests.queries import count_statements

SECRETARYS = [
    ("Ministry of Justice", "Plan of measures", "late", ["Fay Focal"]),
    ("Ministry of Justice", "Send the list.", "late", ["Fay Focal"]),
    ("Ministry of Justice", "Justice approves", "late", ["Vera Authority"]),
    ("Secretariat", "Secret meeting", "soon", ["Sam Secretary"]),
    ("Ministry of Health", "List of hospitals", "soon", ["Hal Healer"]),
    ("Ministry of Health", "1 update", "soon", ["Hal Healer"]),
    ("Ministry of Justice", "3 updates", "soon", ["Fay Focal"]),
    ("Ombuds Office", "Opinion", "ahead", []),
    ("Secretariat", "Answers to 3 comments", "undated", ["Sam Secretary"]),
]


@pytest.fixture
def board(ctx):
    def ask(person, show=Show.NOW, institution_id=None):
        actor = actor_for(ctx.session, person, ctx.today)
        return queries.board(ctx.acting_as(actor), show, institution_id)

    return ask


def said(found):
    return [(one.who, one.what, one.state, [p.name for p in one.persons]) for one in found.lines]


def test_who_must_report_what_by_when_and_who_is_responsible(loop, board):
    assert said(board(loop.round.people.secretary)) == SECRETARYS


def test_the_late_come_first_and_are_counted_by_institution(loop, board):
    found = board(loop.round.people.secretary, Show.LATE)
    assert (said(found), found.late) == (
        SECRETARYS[:3],
        [queries.Late(loop.round.people.moj.id, "Ministry of Justice", 3, "10 days overdue")],
    )


def test_each_filter_says_how_many_it_has(loop, board):
    found = board(loop.round.people.secretary)
    assert found.counts == {
        Show.NOW: 9,
        Show.LATE: 3,
        Show.MONTH: 5,
        Show.QUARTER: 5,
        Show.OPEN: 9,
        Show.DELIVERED: 0,
    }


def test_a_month_ends_on_its_last_day(ctx, loop, board):
    plan = next(m for m in loop.round.cycle.milestones if m.title == "Plan of measures")
    plan.on = date(2026, 12, 18)
    first = {line.what for line in board(loop.round.people.secretary, Show.MONTH).lines}
    plan.on = date(2026, 12, 19)
    then = {line.what for line in board(loop.round.people.secretary, Show.MONTH).lines}
    assert (first - then, then - first) == ({"Plan of measures"}, set())


def test_one_institution(loop, board):
    found = board(loop.round.people.secretary, institution_id=loop.round.health.id)
    assert [line.what for line in found.lines] == ["List of hospitals", "1 update"]


def test_the_secretariat_is_an_institution_of_the_filter(loop, board):
    found = board(loop.round.people.secretary, institution_id=0)
    assert [line.what for line in found.lines] == ["Secret meeting", "Answers to 3 comments"]


def test_a_focal_point_sees_no_answers_of_others_and_nothing_secret(loop, board):
    w = loop.round.people
    assert [(line.who, line.what) for line in board(w.focal).lines] == [
        ("Ministry of Justice", "Plan of measures"),
        ("Ministry of Justice", "Send the list."),
        ("Ministry of Justice", "Justice approves"),
        ("Ministry of Health", "List of hospitals"),
        ("Ministry of Justice", "3 updates"),
        ("Ombuds Office", "Opinion"),
    ]


def test_what_is_delivered_leaves_the_open_ones(ctx, loop, board):
    w = loop.round.people
    plan = next(m for m in loop.round.cycle.milestones if m.title == "Plan of measures")
    plan.delivered_on = ctx.today
    updates.signed(
        ctx,
        updates.update_on(ctx, loop.round.round, loop.round.third, loop.round.health),
        loop.round.healer,
        factories.person(ctx.session, Role.VALIDATING_AUTHORITY, loop.round.health),
    )
    found = board(w.secretary, Show.DELIVERED)
    assert [(line.what, line.delivered) for line in found.lines] == [
        ("1 update", "1 of 1"),
        ("Plan of measures", "on 18 Nov 2026"),
    ]


def test_when_all_is_written_the_authority_is_responsible(ctx, loop, board):
    w = loop.round.people
    for one in (loop.round.first, loop.round.second, loop.round.third):
        updates.sent(ctx, updates.update_on(ctx, loop.round.round, one, w.moj), w.focal)
    line = next(one for one in board(w.secretary).lines if one.what == "3 updates")
    assert ([p.name for p in line.persons], line.delivered) == (["Vera Authority"], "0 of 3")


def test_whoever_is_away_is_named_with_the_substitute(ctx, loop, board):
    w = loop.round.people
    ctx.session.add(
        Absence(
            person_id=w.focal.id,
            substitute_id=w.alternate.id,
            starts_on=ctx.today,
            ends_on=ctx.today,
        )
    )
    ctx.session.flush()
    assert board(w.secretary).lines[0].persons[0].note == (
        "away until 18 Nov 2026, Alf Alternate stands in"
    )


def test_the_statements_do_not_grow_with_the_rows(ctx, loop, database):
    s = ctx.session
    actor = actor_for(s, loop.round.people.secretary, ctx.today)
    with count_statements(database) as one:
        queries.board(ctx.acting_as(actor))
        queries.gaps(ctx.acting_as(actor))
    for n in range(2):
        body = factories.institution(s, f"Ministry Number {n}")
        factories.person(s, Role.FOCAL_POINT, body)
        rec = factories.recommendation(s, loop.round.cycle, f"150.{n}", lead=body)
        s.add(
            Update(
                round_id=loop.round.round.id,
                institution_id=body.id,
                recommendation_id=rec.id,
                lead=True,
                held_since=ctx.now,
            )
        )
        comment(s, loop.public, 20 + n)
    s.flush()
    s.expire_all()
    actor = actor_for(s, loop.round.people.secretary, ctx.today)
    with count_statements(database) as three:
        found = queries.board(ctx.acting_as(actor))
        queries.gaps(ctx.acting_as(actor))
    assert (len(found.lines), len(three) <= 25) == (11, True)
    assert len(three) <= len(one) + 6  # what was expired above is loaded again


def test_gaps_are_counted_and_lead_on(ctx, loop):
    accepted = disposition(ctx.session, comment(ctx.session, loop.public, 9))
    actor = actor_for(ctx.session, loop.round.people.secretary, ctx.today)
    factories.recommendation(ctx.session, loop.round.cycle, "140.9")
    found = queries.gaps(ctx.acting_as(actor))
    assert accepted.changed_block_id is None
    assert [(gap.label, gap.count, gap.endpoint) for gap in found] == [
        ("Recommendations that nobody leads", 1, "recommendations.index"),
        ("Recommendations without a position", 0, "recommendations.index"),
        ("Recommendations without a reported status", 4, "recommendations.index"),
        ("Assignments that are disputed", 0, "recommendations.index"),
        ("Supported recommendations without an action", 4, "recommendations.index"),
        ("Actions past their end that are still open", 0, "recommendations.actions"),
        ("Voluntary commitments that nobody owns", 0, "recommendations.commitments"),
        ("Signed updates that no paragraph of the draft uses", 0, "reports.gaps"),
        ("Paragraphs of the draft that rest on no update", 1, "reports.gaps"),
        ("Shown comments without an answer", 1, "feedback.desk"),
        ("Accepted comments without a changed paragraph", 2, "feedback.desk"),
    ]


def test_a_focal_point_sees_the_gaps_of_the_register_only(ctx, loop):
    actor = actor_for(ctx.session, loop.round.people.focal, ctx.today)
    found = {gap.endpoint for gap in queries.gaps(ctx.acting_as(actor))}
    assert found == {
        "recommendations.index",
        "recommendations.actions",
        "recommendations.commitments",
    }


def test_the_workbook_holds_the_lines_on_screen_as_texts(ctx, loop, board):
    ctx.session.query(Task).filter_by(title="Opinion").one().title = "=1+1"
    ctx.session.flush()
    found = board(loop.round.people.secretary)
    data = board_workbook(ctx, found, Show.NOW)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [(row[0], row[1], row[5]) for row in sheet[3:]] == [
        (who, "=1+1" if what == "Opinion" else what, ", ".join(names))
        for who, what, _state, names in SECRETARYS
    ]
