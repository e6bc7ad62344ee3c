from __future__ import annotations

import csv
import io
import json

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from nmrf.accounts.queries import actor_for
from nmrf.core.errors import NotFound
from nmrf.core.roles import PUBLIC
from nmrf.feedback.models import Comment, CommentAuthor, DispositionState, Mode
from nmrf.portal import exports
from nmrf.portal.datasets import DATASETS
from nmrf.recommendations import service
from nmrf.recommendations.models_plan import Indicator
from tests.factories.desk import comment, disposition
from tests.queries import count_statements

NAMES = list(DATASETS)
SECRETS = [
    "Secret meeting",
    "Unpublished words",
    "Withheld words",
    "Not moderated",
    "Unannounced",
    "We agree.",
    "example.org",
    "Fay Focal",
]


@pytest.fixture
def data(ctx):
    def read(name, person=None):
        actor = actor_for(ctx.session, person, ctx.today) if person else PUBLIC
        made = exports.export(ctx.acting_as(actor), name, "json")
        return json.loads(made.data)

    return read


@pytest.mark.parametrize("name", NAMES)
def test_nothing_unpublished_is_in_any_file_whoever_asks(loop, data, name):
    found = data(name, loop.round.people.secretary)
    text = json.dumps(found, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret in text] == []
    assert found == data(name)


def test_published_actions_with_every_value_and_no_other(ctx, loop, data):
    cycle = loop.round.cycle
    one = ctx.session.scalar(select(Indicator).where(Indicator.what == "Roads"))
    for value in ("1", "2"):
        service.record_value(ctx, one, value, on=ctx.today, source="Count")
    assert [(r["action"], r["recommendations"]) for r in data("actions")["actions"]] == [
        ("Open a road", f"{cycle.state}-{cycle.session}-140.1")
    ]
    assert [(r["indicator"], r["value"]) for r in data("indicators")["indicators"]] == [
        ("Roads", "1"),
        ("Roads", "2"),
    ]
    assert [(r["commitment"], r["institution"]) for r in data("commitments")["commitments"]] == [
        ("Report midway", "")
    ]


def test_comments_with_what_became_of_them(ctx, loop, data):
    first = data("comments")["comments"]
    assert [(row["comment"], row["paragraph"], row["answer"]) for row in first] == [
        ("Name the children", 1, ""),
        ("Courts are slow", 1, ""),
    ]


def test_an_answer_is_there_once_it_is_released(ctx, loop, data):
    answered = disposition(
        ctx.session,
        comment(ctx.session, loop.public, 9, text="Third"),
        code="partly",
        reason="Half of it.",
        state=DispositionState.RELEASED,
        released_at=ctx.now,
        changed_block_id=loop.draft.blocks[1].id,
    )
    ctx.session.flush()
    row = data("comments")["comments"][-1]
    assert (row["answer"], row["reason"], row["answered_on"]) == (
        "partly",
        "Half of it.",
        "2026-11-18",
    )
    # The paragraph stands in a draft that nobody outside may know of.
    assert (answered.changed_block_id, row["changed_paragraph"], row["changed_version"]) == (
        loop.draft.blocks[1].id,
        None,
        None,
    )


def test_no_name_is_in_the_comments(ctx, loop, data):
    named = comment(ctx.session, loop.public, 9, text="With a name")
    ctx.session.expunge(named)
    ctx.session.execute(
        Comment.__table__.update().where(Comment.id == named.id).values(mode="public")
    )
    ctx.session.add(
        CommentAuthor(
            comment_id=named.id,
            mode=Mode.PUBLIC,
            name="Nada Novak",
            organisation="Fictional League",
            consented_on=ctx.today,
        )
    )
    ctx.session.flush()
    found = data("comments")
    assert [row["anonymous"] for row in found["comments"] if row["comment"] == "With a name"] == [
        False
    ]
    assert [word for word in ("Nada", "League") if word in json.dumps(found)] == []


def test_identifiers_are_stable_and_unique(loop, data):
    ids = [row["id"] for row in data("milestones")["milestones"]]
    assert len(set(ids)) == len(ids)
    assert [row["id"] for row in data("recommendations")["recommendations"]] == [
        "SVN-48-140.1",
        "SVN-48-140.2",
        "SVN-48-140.3",
    ]


def test_consultations(loop, data):
    assert [(row["title"], row["state"]) for row in data("consultations")["consultations"]] == [
        ("Hearing on children", "announced")
    ]


@pytest.mark.parametrize("name", NAMES[1:])
def test_all_formats_hold_the_same_rows(ctx, loop, data, name):
    public = ctx.acting_as(PUBLIC)
    table = list(
        csv.reader(io.StringIO(exports.export(public, name, "csv").data.decode("utf-8-sig")))
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.export(public, name, "xlsx").data))
    sheet = book.get_sheet_by_index(0).to_python()
    ids = [row["id"] for row in data(name)[name]]
    assert ([row[0] for row in table[1:]], [row[0] for row in sheet[1:]]) == (ids, ids)
    assert table[0] == sheet[0] == list(data(name)[name][0])


def test_no_spreadsheet_calculates_a_comment(ctx, loop):
    comment(ctx.session, loop.public, 9, text="=HYPERLINK(1)")
    table = exports.export(ctx.acting_as(PUBLIC), "comments", "csv").data.decode("utf-8-sig")
    assert [row[5] for row in csv.reader(io.StringIO(table))][-1] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(("name", "kind"), [("people", "json"), ("comments", "docx"), ("", "csv")])
def test_what_there_is_not(ctx, name, kind):
    with pytest.raises(NotFound, match="There is no such data"):
        exports.export(ctx, name, kind)


@pytest.mark.parametrize("name", NAMES)
def test_the_statements_do_not_grow_with_the_rows(ctx, loop, database, name):
    public = ctx.acting_as(PUBLIC)
    ctx.session.connection()  # begins the transaction
    with count_statements(database) as one:
        exports.export(public, name, "json")
    for n in range(20, 22):
        comment(ctx.session, loop.public, n)
    with count_statements(database) as three:
        exports.export(public, name, "json")
    assert len(three) == len(one)
