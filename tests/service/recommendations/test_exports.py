"""A file holds the filter on screen and the chosen columns, and nothing that calculates."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import pytest
from openpyxl import load_workbook

from nmrf.core.errors import Invalid
from nmrf.paths import ROOT
from nmrf.recommendations import exports, service
from nmrf.recommendations.import_file import import_matrix_file
from nmrf.recommendations.matrix import read_matrix
from nmrf.recommendations.models import LabelScheme, Position
from nmrf.recommendations.register import Filter
from tests import factories
from tests.factories.recommendations import label, many, state
from tests.queries import count_statements

MATRICES = ROOT / "tests" / "data" / "matrices"
EVIL = '=HYPERLINK("http://example.org","x")'


@pytest.fixture
def rows(ctx, cycle, world):
    first = factories.recommendation(
        ctx.session,
        cycle,
        "140.10",
        EVIL,
        lead=world.moj,
        position_symbol="A/HRC/59/15/Add.1",
        position_paragraph="3",
    )
    state(ctx.session, first, "Togo", "TGO")
    first.labels = [label(ctx.session, LabelScheme.SDG, "Gender Equality", "5")]
    second = factories.recommendation(
        ctx.session, cycle, "140.2", "-Ratify", position=Position.NOTED
    )
    service.record_status(ctx, first, "planned", institution=world.moj, on=ctx.today)
    ctx.session.flush()
    ctx.session.expire_all()
    return [second, first]


def test_csv_is_safe_and_marked_as_utf_8(ctx, rows):
    made = exports.export(ctx, Filter(), "csv", ["number", "text", "position", "states"])
    assert made.data.startswith(b"\xef\xbb\xbf")
    assert (made.name, made.mime) == (
        "recommendations-2026-11-18.csv",
        "text/csv; charset=utf-8",
    )
    read = list(csv.reader(io.StringIO(made.data.decode("utf-8-sig"))))
    assert read == [
        ["Number", "Recommendation", "Recommending States", "Position"],
        ["140.2", "'-Ratify", "", "Noted"],
        ["140.10", f"'{EVIL}", "Togo", "Supported"],
    ]


def test_excel_holds_words_not_formulas(ctx, rows):
    made = exports.export(ctx, Filter(), "xlsx")
    book = load_workbook(io.BytesIO(made.data))
    sheet = book["Recommendations"]
    head = [cell.value for cell in sheet[1]]
    last = dict(zip(head, sheet[3], strict=True))
    assert head == [str(c.label) for c in exports.columns_for(ctx)]
    assert (last["Recommendation"].value, last["Recommendation"].data_type) == (EVIL, "s")
    assert (last["Number"].value, last["Number"].data_type) == ("140.10", "s")
    assert last["Reported on"].value.date() == ctx.today
    assert (last["Session"].value, last["Leads"].value) == (48, "Ministry of Justice")
    with zipfile.ZipFile(io.BytesIO(made.data)) as package:
        sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
        assert [b"<f>" in package.read(n) for n in sheets] == [False, False]


def test_json_has_stable_identifiers(ctx, rows):
    made = exports.export(ctx, Filter(position=("supported",)), "json", ["id", "status", "sdgs"])
    said = json.loads(made.data)
    assert said == {
        "as_of": "2026-11-18T09:00:00+00:00",
        "filter": {"position": ["supported"]},
        "counting_rule": "one row for each numbered recommendation of the Working Group report",
        "count": 1,
        "recommendations": [
            {"id": "SVN-48-140.10", "sdgs": ["5 Gender Equality"], "status": "Planned"}
        ],
    }


def test_answers_of_institutions_are_for_the_government(ctx, justice, member, rows):
    assert "answers" in [c.key for c in exports.columns_for(justice)]
    assert "answers" not in [c.key for c in exports.columns_for(member)]
    with pytest.raises(Invalid, match="There is no column answers"):
        exports.export(member, Filter(), "csv", ["answers"])


@pytest.mark.parametrize(("kind", "columns"), [("pdf", []), ("", []), ("csv", ["nothing"])])
def test_what_there_is_not(ctx, kind, columns):
    with pytest.raises(Invalid):
        exports.export(ctx, Filter(), kind, columns)


@pytest.mark.parametrize("kind", exports.FORMATS)
@pytest.mark.parametrize("n", [0, 1, 3])
def test_statements_do_not_grow_with_the_rows(ctx, cycle, database, kind, n):
    if n:
        many(ctx.session, cycle, n)
    with count_statements(database) as sent:
        exports.export(ctx, Filter(), kind)
    assert len(sent) == (6 if n else 1)


@pytest.mark.parametrize(
    ("name", "code", "session"),
    [("svn-wg34", "SVN", 34), ("svn-wg48", "SVN", 48), ("chn-wg31", "CHN", 31)],
)
def test_the_word_matrix_can_be_read_back(ctx, name, code, session):
    path = MATRICES / f"{name}.docx"
    import_matrix_file(ctx, path, state=code, session=session)
    made = exports.export(ctx, Filter(), "docx")
    first, second = read_matrix(path.read_bytes(), "first"), read_matrix(made.data, "second")
    assert second.counts() == first.counts()
    assert second.doubts == ()
    assert (second.state_named.code, second.session_named) == (code, session)

    def plain(matrix):
        return {
            row.number: (
                row.text,
                row.states,
                row.parts,
                row.position,
                row.source_symbol,
                row.source_paragraph,
                row.theme_heading,
                {(t.code, t.label.casefold()) for t in (*row.themes, *row.persons)},
                {goal.code for goal in row.sdgs},
            )
            for row in matrix.rows
        }

    assert plain(second) == plain(first)


def test_the_word_matrix_of_the_same_rows_is_the_same(ctx, rows):
    first = exports.export(ctx, Filter(), "docx").data
    assert exports.export(ctx, Filter(), "docx").data == first
