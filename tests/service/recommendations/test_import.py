"""A list is previewed, then imported all or nothing; again it changes nothing, later it updates."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from sqlalchemy import func, select

from nmrf.core.errors import BadFile, Conflict, Invalid, Refused
from nmrf.core.events import Event
from nmrf.files.models import StoredFile
from nmrf.recommendations import queries, service
from nmrf.recommendations.importing import apply, preview
from nmrf.recommendations.models import (
    ImportBatch,
    Label,
    Position,
    PositionChange,
    Recommendation,
    RecommendingState,
)
from nmrf.recommendations.parts import PartPlan
from nmrf.reconcile import recompute
from tests import factories
from tests.factories.recommendations import Line, word_list
from tests.queries import count_statements

FIRST = word_list(
    "Detention",
    Line("140.2", states=("France", "Viet Nam"), persons=("Prisoners",)),
    Line(
        "140.10", "Abolish the death penalty", position="Noted", source="A/HRC/59/15/Add.1 - Para.5"
    ),
)


def rows_of(ctx, table):
    return ctx.session.scalar(select(func.count()).select_from(table))


def everything(ctx):
    return {
        t.__tablename__: rows_of(ctx, t)
        for t in (Recommendation, RecommendingState, Label, PositionChange, ImportBatch, StoredFile)
    }


def read(ctx, cycle):
    ctx.session.expire_all()
    return {r.number: queries.get(ctx, r.id) for r in queries.of_cycle(ctx.session, cycle)}


def said(row):
    return (
        row.text,
        [(s.name, s.code) for s in row.states],
        sorted((label.scheme.value, label.code, label.name) for label in row.labels),
        row.position.value,
        row.position_symbol,
        row.position_paragraph,
        row.theme_heading,
    )


def test_a_list_becomes_a_register(secretary, cycle):
    done = apply(secretary, cycle, FIRST, "list.docx")
    found = read(secretary, cycle)
    assert list(found) == ["140.2", "140.10"]  # by number, not as text
    assert said(found["140.2"]) == (
        "Ratify the Optional Protocol",
        [("France", "FRA"), ("Viet Nam", "VNM")],
        [
            ("persons", "", "Prisoners"),
            ("sdg", "16", "Peace, Justice and Strong Institutions"),
            ("theme", "", "Detention conditions"),
        ],
        "supported",
        "A/HRC/59/15/Add.1",
        "3",
        "Detention",
    )
    assert [(p.position, p.symbol, p.paragraph, p.on) for p in found["140.10"].positions] == [
        (Position.NOTED, "A/HRC/59/15/Add.1", "5", date(2026, 11, 18))
    ]
    batch = done.batch
    assert (batch.counts["created"], batch.counts["updated"], batch.file_name) == (
        2,
        0,
        "list.docx",
    )
    assert batch.undo["created"] == ["140.2", "140.10"]
    file = batch.file
    assert (file.kind, file.visibility.value, file.sha256) == ("docx", "government", batch.sha256)


def test_an_import_is_one_event(secretary, cycle):
    done = apply(secretary, cycle, FIRST, "list.docx")
    secretary.session.commit()
    events = secretary.session.scalars(
        select(Event).where(Event.kind.like("recommend%")).order_by(Event.id)
    ).all()
    assert [(e.kind, e.subject_type, e.subject_id) for e in events] == [
        ("recommendations.imported", "import_batch", str(done.batch.id))
    ]
    assert events[0].data == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "sha256": done.batch.sha256,
    }


def test_the_same_list_again_changes_nothing(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    before = everything(secretary)
    again = apply(secretary, cycle, FIRST, "list.docx")
    assert again.batch is None
    assert (len(again.preview.plan.created), len(again.preview.plan.updated)) == (0, 0)
    assert [e.number for e in again.preview.plan.unchanged] == ["140.2", "140.10"]
    assert everything(secretary) == before


def test_a_dry_run_writes_nothing(secretary, cycle):
    before = everything(secretary)
    seen = preview(secretary, cycle, FIRST, "list.docx")
    assert [e.number for e in seen.plan.created] == ["140.2", "140.10"]
    assert everything(secretary) == before
    assert not secretary.session.dirty | secretary.session.new


def test_a_later_list_updates_by_number_and_takes_nothing_away(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    later = word_list(
        "Detention",
        Line(
            "140.10",
            "Abolish the death penalty in law",
            states=("Viet Nam",),
            themes=("Death penalty",),
            source="A/HRC/59/15/Add.2 - Para.1",
        ),
        Line("140.11"),
    )
    seen = preview(secretary, cycle, later, "later.docx").plan
    assert seen.missing == ["140.2"]
    assert [(u.new.number, [(c.field, c.old, c.new) for c in u.changes]) for u in seen.updated] == [
        (
            "140.10",
            [
                ("text", "Abolish the death penalty", "Abolish the death penalty in law"),
                ("states", "France", "Viet Nam"),
                ("themes", "Detention conditions", "Death penalty"),
                (
                    "position",
                    "Noted (A/HRC/59/15/Add.1 ¶ 5)",
                    "Supported (A/HRC/59/15/Add.2 ¶ 1)",
                ),
            ],
        )
    ]
    apply(secretary, cycle, later, "later.docx")
    found = read(secretary, cycle)
    assert list(found) == ["140.2", "140.10", "140.11"]
    assert said(found["140.10"])[:2] == (
        "Abolish the death penalty in law",
        [("Viet Nam", "VNM")],
    )
    assert [(p.position.value, p.symbol) for p in found["140.10"].positions] == [
        ("noted", "A/HRC/59/15/Add.1"),
        ("supported", "A/HRC/59/15/Add.2"),
    ]
    assert [r.number for r in queries.search(secretary, "death law")] == ["140.10"]
    assert [r.number for r in queries.search(secretary, "France penalty")] == []


def test_a_position_entered_since_is_kept_and_told(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.10")
    service.set_position(secretary, row, Position.SUPPORTED, symbol="Mid-term report")
    seen = apply(secretary, cycle, FIRST, "list.docx")
    assert seen.batch is None
    assert seen.preview.plan.held == ["140.10"]
    assert [(d.row, d.cell, d.number, d.reason) for d in seen.preview.doubts if d.row] == [
        (
            4,
            "Position",
            "140.10",
            "The list says “Noted (A/HRC/59/15/Add.1 ¶ 5)”, but the secretariat entered "
            "“Supported (Mid-term report)” since. What the secretariat entered is kept.",
        )
    ]
    assert read(secretary, cycle)["140.10"].position == Position.SUPPORTED


def test_a_position_entered_since_is_replaced_when_that_is_asked_for(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.10")
    service.set_position(secretary, row, Position.SUPPORTED, national="accepted", symbol="X")
    done = apply(secretary, cycle, FIRST, "list.docx", overwrite_positions=True)
    assert (done.batch.counts["updated"], done.preview.plan.held) == (1, [])
    found = read(secretary, cycle)["140.10"]
    assert (found.position, found.national_position, found.position_symbol) == (
        Position.NOTED,
        "",
        "A/HRC/59/15/Add.1",
    )
    secretary.session.commit()
    assert recompute(secretary.session).drift == []


def test_a_position_without_a_document_takes_the_one_of_the_list(secretary, cycle):
    apply(secretary, cycle, word_list(Line("140.1", position="", source="")), "early.docx")
    row = queries.by_number(secretary.session, cycle, "140.1")
    service.set_position(secretary, row, Position.SUPPORTED)
    done = apply(secretary, cycle, word_list(Line("140.1")), "list.docx")
    assert done.preview.plan.held == []
    found = read(secretary, cycle)["140.1"]
    assert (found.position, found.position_symbol) == (Position.SUPPORTED, "A/HRC/59/15/Add.1")


SPLIT = [
    PartPlan("Abolish it in law", Position.SUPPORTED),
    PartPlan("and now", Position.NOTED, "The Constitution keeps it"),
]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_list_moves_no_position_of_parts_and_tells(secretary, cycle, overwrite):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.10")
    service.split(secretary, row, SPLIT, symbol="A/HRC/59/15/Add.1", paragraph="5")
    seen = apply(secretary, cycle, FIRST, "list.docx", overwrite_positions=overwrite)
    assert (seen.batch, seen.preview.plan.held) == (None, [])
    assert [(d.row, d.cell, d.number, d.reason) for d in seen.preview.doubts if d.row] == [
        (
            4,
            "Position",
            "140.10",
            "The list says “Noted (A/HRC/59/15/Add.1 ¶ 5)”, but this recommendation is split into "
            "parts, which make it “Supported/Noted (A/HRC/59/15/Add.1 ¶ 5)”. Its position was not "
            "changed: look at its parts.",
        )
    ]
    found = read(secretary, cycle)["140.10"]
    assert found.position is Position.SUPPORTED_NOTED
    assert [part.position for part in found.split] == [Position.SUPPORTED, Position.NOTED]
    assert found.justification == "(b) The Constitution keeps it"


def test_the_other_fields_of_a_split_recommendation_are_updated(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.10")
    service.split(secretary, row, SPLIT)
    later = word_list("Detention", Line("140.10", states=("Togo",), position="Noted"))
    done = apply(secretary, cycle, later, "later.docx")
    found = read(secretary, cycle)["140.10"]
    assert [s.code for s in found.states] == ["TGO"]
    assert (found.position, len(found.split)) == (Position.SUPPORTED_NOTED, 2)
    # The batch keeps what the list said.
    told = [d["reason"] for d in done.batch.doubts if d["number"] == "140.10"]
    assert len(told) == 1
    assert told[0].startswith("The list says “Noted (A/HRC/59/15/Add.1 ¶ 3)”")
    secretary.session.commit()
    assert recompute(secretary.session).drift == []


def test_a_list_that_agrees_with_parts_gives_the_document(secretary, cycle):
    apply(secretary, cycle, word_list(Line("140.1", position="", source="")), "early.docx")
    row = queries.by_number(secretary.session, cycle, "140.1")
    service.split(secretary, row, SPLIT)
    done = apply(secretary, cycle, word_list(Line("140.1", position="Supported/Noted")), "l.docx")
    assert [d for d in done.preview.doubts if d.row] == []
    found = read(secretary, cycle)["140.1"]
    assert (found.position, found.position_symbol, found.justification) == (
        Position.SUPPORTED_NOTED,
        "A/HRC/59/15/Add.1",
        "(b) The Constitution keeps it",
    )
    assert [(p.symbol, p.batch_id) for p in found.positions] == [
        ("", None),
        ("A/HRC/59/15/Add.1", done.batch.id),
    ]


def test_once_put_together_a_list_is_asked_again(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.10")
    service.split(secretary, row, SPLIT)
    service.put_together(secretary, row)
    assert apply(secretary, cycle, FIRST, "list.docx").preview.plan.held == ["140.10"]


def test_a_list_without_positions_leaves_them(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    bare = word_list(
        "Detention",
        Line(
            "140.2", states=("France", "Viet Nam"), persons=("Prisoners",), position="", source=""
        ),
        Line("140.10", "Abolish the death penalty", position="", source=""),
    )
    assert apply(secretary, cycle, bare, "bare.docx").batch is None
    assert read(secretary, cycle)["140.10"].position == Position.NOTED


def test_the_day_of_the_positions_can_be_given(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx", positions_on=date(2025, 6, 27))
    found = read(secretary, cycle)["140.2"]
    assert [p.on for p in found.positions] == [date(2025, 6, 27)]
    with pytest.raises(Invalid, match="This day has not come yet"):
        apply(secretary, cycle, FIRST, "list.docx", positions_on=date(2026, 11, 19))


def test_another_state_or_session_is_told(secretary, ctx):
    other = factories.cycle(ctx.session, 45, "CHN")
    assert preview(secretary, other, FIRST, "list.docx").warnings == (
        "The file says that it is about Slovenia, but this cycle is of China.",
        "The file says that it is of session 48, but this cycle is reviewed in session 45.",
    )
    same = factories.cycle(ctx.session, 48, "SVN")
    assert preview(secretary, same, FIRST, "list.docx").warnings == ()


def test_labels_that_differ_in_case_only_are_one(secretary, cycle):
    apply(secretary, cycle, word_list(Line("140.1", persons=("Women",))), "a.docx")
    apply(
        secretary,
        cycle,
        word_list(Line("140.1", persons=("women",)), Line("140.2", persons=("WOMEN",))),
        "b.docx",
    )
    names = secretary.session.scalars(select(Label.name).where(Label.scheme == "persons")).all()
    assert names == ["Women"]


@pytest.mark.parametrize("number", [2, 40])
def test_the_number_of_statements_does_not_grow(secretary, cycle, database, number):
    data = word_list(*(Line(f"140.{n}") for n in range(1, number + 1)))
    with count_statements(database) as sent:
        apply(secretary, cycle, data, "list.docx")
    assert len(sent) <= 20


def test_only_the_secretariat_imports(justice, member, make_ctx, cycle):
    for who in (justice, member):
        with pytest.raises(Refused):
            preview(who, cycle, FIRST, "list.docx")
        with pytest.raises(Refused):
            apply(who, cycle, FIRST, "list.docx")


def test_a_closed_cycle_takes_no_list(secretary, cycle):
    cycle.closed = True
    with pytest.raises(Conflict, match="This cycle is closed"):
        apply(secretary, cycle, FIRST, "list.docx")


def _zip(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def _with_part(name, content):
    with zipfile.ZipFile(io.BytesIO(FIRST)) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    return _zip({**parts, name: content})


BAD = {
    "no Word file": (b"Just words.", "This is not a Word document"),
    "empty": (b"", "This file is empty"),
    "damaged": (FIRST[: len(FIRST) // 2], "This file is damaged"),
    "no matrix": (word_list(), "The table of recommendations in this file is empty"),
    "macros": (_with_part("word/vbaProject.bin", b"\x00"), "This file holds macros"),
    "entities": (
        _with_part("word/extra.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        "defines entities of its own",
    ),
    "bomb": (_with_part("word/big.xml", b" " * (65 * 1024 * 1024)), "unpacks to more than"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_and_leaves_nothing(secretary, cycle, kind):
    data, sentence = BAD[kind]
    before = everything(secretary)
    with pytest.raises(BadFile, match=sentence) as refused:
        apply(secretary, cycle, data, "list.docx")
    assert refused.value.place == "list.docx"
    assert everything(secretary) == before


def test_odd_rows_are_doubts_and_the_others_are_imported(secretary, cycle):
    done = apply(
        secretary,
        cycle,
        word_list(
            Line("140.1", states=("Ruritania",)),
            Line("140.2", "Do one thing"),
            Line("140.2", "Do another thing"),
            Line("", "Do what has no number"),
        ),
        "list.docx",
    )
    assert list(read(secretary, cycle)) == ["140.1", "140.2"]
    assert [(d.row, d.number) for d in done.preview.doubts if d.row] == [
        (2, "140.1"),
        (4, "140.2"),
        (5, ""),
    ]
    found = read(secretary, cycle)["140.1"]
    assert [(s.name, s.code) for s in found.states] == [("Ruritania", None)]
    assert read(secretary, cycle)["140.2"].text == "Do one thing"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <b>ratify</b>",
        "التصديق على البروتوكول الاختياري",
        "批准《任择议定书》",
        "=1+1",
    ],
)
def test_text_is_kept_as_it_stands(secretary, cycle, text):
    apply(secretary, cycle, word_list(Line("140.1", text)), "list.docx")
    assert read(secretary, cycle)["140.1"].text == text
