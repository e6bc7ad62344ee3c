"""The implementation matrix as files: the filter on screen, what the reader sees, no formulas."""

from __future__ import annotations

import io
from datetime import date

import docx
import pytest
from openpyxl import load_workbook

from nmrf.core.errors import Invalid
from nmrf.core.roles import PUBLIC, Visibility
from nmrf.recommendations import exports_plan, plan, service
from nmrf.recommendations.models import Position
from nmrf.recommendations.models_plan import ActionState
from nmrf.recommendations.parts import PartPlan
from nmrf.recommendations.register import Filter
from tests import factories
from tests.factories import plan as made
from tests.factories.recommendations import many
from tests.queries import count_statements

EVIL = '=HYPERLINK("http://example.org","x")\x01'


@pytest.fixture
def rows(ctx, secretary, cycle, world):
    s = ctx.session
    first = factories.recommendation(s, cycle, "140.2", EVIL, lead=world.moj)
    second = factories.recommendation(
        s, cycle, "140.10", "Abolish the penalty", position=Position.NOTED
    )
    service.put_into(secretary, [first], service.create_cluster(secretary, "@Group"))
    public = made.action(
        s,
        first,
        world.moj,
        "+Amend",
        Visibility.PUBLIC,
        partners="-League",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 6, 30),
    )
    one = made.indicator(
        s, public, "Readings", baseline="0", target="3", unit="times", due_on=date(2027, 6, 1)
    )
    service.record_value(ctx, one, "1", on=date(2026, 10, 1), source="Gazette")
    made.action(s, first, world.moi, "Secret", state=ActionState.DROPPED, state_reason="No money")
    s.flush()
    s.expire_all()
    return [first, second]


def sheet(ctx, chosen=None):
    data = exports_plan.export(ctx, chosen or Filter(), "xlsx").data
    book = load_workbook(io.BytesIO(data))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()], book


def test_a_row_for_each_action_and_one_for_what_has_none(secretary, rows):
    found, book = sheet(secretary)
    head, first, second, third = found
    assert len(head) == len(exports_plan.HEADS) + 1
    line = dict(zip(head, first, strict=True))
    assert line["Identifier"] == "SVN-48-140.2"
    assert line["Cluster"] == "@Group"
    assert line["Specific action"] == "+Amend"
    assert line["Indicators"] == ("Readings: from 0 to 3 times by 1 Jun 2027; 1 on 1 Oct 2026")
    assert line["Timeframe"] == "1 Jan 2026 – 30 Jun 2027"
    assert line["Until"].date() == date(2027, 6, 30)
    assert line["Who sees the action"] == "Everyone"
    assert dict(zip(head, second, strict=True))["State of the action"] == (
        "Dropped, 5 Jan 2026: No money"
    )
    assert dict(zip(head, third, strict=True))["State of the action"] == "No action yet"
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert kinds <= {"s", "d", "n"}  # no formula


def test_others_get_published_actions_only(make_ctx, rows):
    found, book = sheet(make_ctx(PUBLIC))
    assert "Secret" not in str(found)
    assert "No money" not in str(found)
    assert len(found) == 3
    assert "Published actions." in [c.value for c in book.worksheets[1]["B"]]


def test_the_filter_on_screen(secretary, rows):
    found, _book = sheet(secretary, Filter(position=("noted",)))
    assert [row[1] for row in found[1:]] == ["140.10"]


def test_word_is_a_landscape_table_with_a_repeated_head(secretary, rows):
    made_file = exports_plan.export(secretary, Filter(), "docx")
    assert made_file.name == "implementation-matrix-2026-11-18.docx"
    document = docx.Document(io.BytesIO(made_file.data))
    section = document.sections[0]
    assert section.page_width > section.page_height
    [table] = document.tables
    assert [c.text for c in table.rows[0].cells] == [
        "No.",
        "Recommendation",
        "Position",
        "Cluster",
        "Specific action",
        "Indicators",
        "Responsible body",
        "Partners",
        "Timeframe",
        "State of the action",
    ]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    first, second = ([c.text for c in row.cells] for row in table.rows[1:3])
    assert first[1] == EVIL[:-1]
    assert (second[0], second[1], second[4]) == ("140.2", "", "Secret")


def test_parts_stand_under_the_text(secretary, rows):
    service.split(
        secretary,
        rows[1],
        [PartPlan("abolish", Position.SUPPORTED), PartPlan("now", Position.NOTED, "Later")],
    )
    found, _book = sheet(secretary, Filter(q="140.10"))
    assert found[1][2] == "Abolish the penalty\n(a) abolish\n(b) now"
    assert found[1][3] == "Supported/Noted\n(a) Supported\n(b) Noted"


def test_an_unknown_format_is_refused(secretary, rows):
    with pytest.raises(Invalid):
        exports_plan.export(secretary, Filter(), "pdf")


@pytest.mark.parametrize("n", [2, 25])
def test_a_page_takes_the_same_statements_for_any_number(ctx, cycle, world, database, n):
    many(ctx.session, cycle, n)
    for one in plan.page(ctx, Filter(), 1).items:
        made.indicator(ctx.session, made.action(ctx.session, one.recommendation, world.moj))
    ctx.session.commit()
    ctx.session.expunge_all()
    with count_statements(database) as sent:
        page = plan.page(ctx, Filter(), 1)
        assert [len(row.actions) for row in page.items] == [1] * n
    assert len([one for one in sent if not one.startswith("BEGIN")]) == 9
