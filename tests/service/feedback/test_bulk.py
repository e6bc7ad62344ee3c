"""Many comments in one spreadsheet: read, checked, taken all or none."""

from __future__ import annotations

import io

import openpyxl
import pytest
from sqlalchemy import func, select

from nmrf.core.errors import BadFile, Conflict, Invalid, Refused
from nmrf.core.events import Event
from nmrf.feedback import bulk, bulk_files, receipts
from nmrf.feedback.models import Audience, Channel, Comment, CommentAuthor, Mode

HEAD = [str(label) for label in bulk.COLUMNS.values()]
GOOD = [
    [1, "Add the dates.", None, "public", "Ann Example", "Fictional League", "ann@example.org"],
    [None, "Thank you.", None, "Anonymous", None, None, None],
    ["2", None, "A better law was adopted.", "secretariat only", "Ben Example", None, None],
]


def sheet(*rows, head=HEAD):
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(ctx, window, *rows, **values):
    return bulk.read(ctx, window, sheet(*rows, **values), "comments.xlsx")


def count(ctx, table=Comment):
    return ctx.session.scalar(select(func.count()).select_from(table))


def test_a_dry_run_keeps_nothing_and_tells_what_was_read(stakeholder, window):
    run = read(stakeholder, window, *GOOD)
    assert [(row.line, row.place, row.mode) for row in run.rows] == [
        (2, "1", "public"),
        (3, "", "anonymous"),
        (4, "2", "secretariat"),
    ]
    assert (run.faults, run.named, count(stakeholder)) == ([], 2, 0)


def test_all_rows_are_taken_with_a_receipt_each_and_the_sender_is_author_of_none(
    stakeholder, window, world
):
    run = read(stakeholder, window, *GOOD)
    taken = bulk.send(stakeholder, window, run.packed, token="t" * 30, consent=True)
    stakeholder.session.commit()
    for row, receipt in taken:
        assert receipts.hash_of(receipt.code) == receipt.comment.receipt_hash
        assert receipt.comment.mode == row.mode
    assert len({receipt.code for _row, receipt in taken}) == 3
    assert [r.comment.paragraph_id for _row, r in taken] == [
        world.blocks[1].paragraph_id,
        None,
        world.blocks[2].paragraph_id,
    ]
    authors = stakeholder.session.scalars(select(CommentAuthor).order_by(CommentAuthor.name)).all()
    assert [(a.name, a.email, a.person_id, a.institution_id) for a in authors] == [
        ("Ann Example", "ann@example.org", None, None),
        ("Ben Example", "", None, None),
    ]
    # Nothing of the anonymous row, and nothing of the sender.
    events = stakeholder.session.execute(select(Event.subject_id, Event.actor_id)).all()
    assert {tuple(event) for event in events} == {
        (taken[0][1].comment.id, None),
        (taken[2][1].comment.id, None),
    }


def test_sending_again_takes_nothing_twice(stakeholder, window):
    run = read(stakeholder, window, *GOOD)
    first, second = (
        bulk.send(stakeholder, window, run.packed, token="t" * 30, consent=True) for _n in "12"
    )
    assert [r.code for _row, r in first] == [r.code for _row, r in second]
    assert count(stakeholder) == 3


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ([99, "x", None, "anonymous"], "Paragraph", "no paragraph 99"),
        ([1, None, None, "anonymous"], "Comment", "Write what you want to say"),
        ([1, "x", None, "nobody"], "Known as", "public, secretariat only, anonymous"),
        ([1, "x", None, None], "Known as", "Write one of these"),
        ([1, "x", None, "public"], "Name", "Write your name"),
        ([1, "x", None, "public", "Ann", None, "nobody"], "E-mail", "whole e-mail address"),
        ([None, "x", "Other", "anonymous"], "Proposed wording", "Choose the paragraph first"),
        ([1, "x" * 10_001, None, "anonymous"], "Comment", "10,001 characters"),
    ],
)
def test_what_is_wrong_is_told_by_row_and_column(stakeholder, window, row, column, words):
    run = read(stakeholder, window, GOOD[0], row)
    [fault] = run.faults
    assert (fault.line, fault.column) == (3, column)
    assert words in fault.message


def test_one_wrong_row_means_that_none_is_taken(stakeholder, window):
    packed = read(stakeholder, window, *GOOD).packed.replace('"place": "2"', '"place": "99"')
    with pytest.raises(Invalid, match="Row 4, Paragraph: This version has no paragraph 99"):
        bulk.send(stakeholder, window, packed, token="t", consent=True)
    assert count(stakeholder) == 0


@pytest.mark.parametrize("packed", ["", "[1]", '[{"line": 2}]', "{}", '{"a": 1}'])
def test_rows_that_came_back_changed_are_refused(stakeholder, window, packed):
    if packed == "{}":
        packed = "null"
    with pytest.raises(Invalid, match="Upload the file again"):
        bulk.send(stakeholder, window, packed, token="t", consent=True)


def test_names_need_consent_and_the_anonymous_none(stakeholder, window):
    run = read(stakeholder, window, *GOOD)
    with pytest.raises(Invalid, match="each person named has agreed"):
        bulk.send(stakeholder, window, run.packed, token="t")
    assert count(stakeholder) == 0
    nameless = read(stakeholder, window, GOOD[1])
    assert len(bulk.send(stakeholder, window, nameless.packed, token="t")) == 1


def test_a_name_in_an_anonymous_row_goes_no_further_and_is_doubted(stakeholder, window):
    run = read(stakeholder, window, [1, "I am Jane Doe", None, "anonymous", "Jane Doe"])
    assert [doubt.message for doubt in run.doubts] == [
        "It is anonymous, so the name in this row is thrown away.",
        "It seems to say who you are. “I am Jane Doe”",
        "It holds a name that you gave in this form or that your account has. “Jane Doe”",
    ]
    assert run.rows[0].name == ""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"no spreadsheet", "."),
        (sheet(), "There is no comment in it"),
        (sheet(GOOD[0], head=["Paragraph", "Comment"]), "no column “Proposed wording”, “Known as”"),
        (sheet(*[GOOD[1]] * 201), "201 comments; a file can have 200"),
        (sheet(*[[1, "é" * 9000, None, "anonymous"]] * 30), "too long for one file"),
    ],
)
def test_what_is_no_template_is_refused(stakeholder, window, data, words):
    with pytest.raises(BadFile, match=words):
        bulk.read(stakeholder, window, data, "comments.xlsx")


def test_who_may_send_a_file(public, stakeholder, secretary, window, ctx, make_ctx, world):
    with pytest.raises(Refused, match="needs an account"):
        read(public, window, *GOOD)
    window.audience = Audience.GOVERNMENT
    with pytest.raises(Refused, match="from the Government"):
        read(stakeholder, window, *GOOD)
    assert len(read(secretary, window, *GOOD).rows) == 3


def test_the_secretariat_enters_them_for_others_also_afterwards(make_ctx, clock, world, window):
    clock.advance(days=60)
    late = make_ctx(world.stakeholder)
    packed = read(late, window, *GOOD).packed
    with pytest.raises(Conflict, match="closed on"):
        bulk.send(late, window, packed, token="t", consent=True)
    secretary = make_ctx(world.secretary)
    taken = bulk.send(secretary, window, packed, token="t", consent=True, channel=Channel.EMAIL)
    assert {receipt.comment.channel for _row, receipt in taken} == {Channel.EMAIL}


def test_the_template_is_read_back_and_names_nobody(stakeholder, window, world):
    data = bulk_files.template(stakeholder, world.version)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Comments", "How to fill it in", "The text"]
    assert book.properties.creator in (None, "", "openpyxl")
    texts = {row[0].value: row[1].value for row in book["The text"].iter_rows()}
    assert texts["2"] == "A law against discrimination was adopted in 2025."
    for at, value in enumerate(GOOD[0], 1):
        book["Comments"].cell(2, at).value = value
    buffer = io.BytesIO()
    book.save(buffer)
    [row] = bulk.read(stakeholder, window, buffer.getvalue(), "filled.xlsx").rows
    assert (row.place, row.text, row.mode) == ("1", "Add the dates.", Mode.PUBLIC)


def test_a_formula_is_never_calculated_in_the_receipts(stakeholder, window):
    run = read(stakeholder, window, [1, "'=1+1", None, "anonymous"])
    taken = bulk.send(stakeholder, window, run.packed, token="t")
    book = openpyxl.load_workbook(io.BytesIO(bulk_files.receipts_file(stakeholder, taken)))
    _head, row = book.active.iter_rows()
    assert [cell.data_type for cell in row] == ["n", "s", "s", "s"]
    assert row[3].value == taken[0][1].code
