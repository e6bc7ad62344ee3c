"""The sheet of a ministry: what stands in it, and what it may change when it comes back."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from nmrf.core.errors import BadFile, Conflict, Refused
from nmrf.updates import service, sheets
from nmrf.updates.models import UpdateState as S
from tests.factories.updates import DONE, acting, at, opened, sent, update_on, written

ARABIC = "صدر القانون في 3 آذار 2026\nوهو نافذ"
NAME = "filled.xlsx"


@pytest.fixture
def made(ctx):
    return opened(ctx)


@pytest.fixture
def focal(ctx, made):
    return acting(ctx, made.people.focal)


@pytest.fixture
def fill(focal, made):
    """The sheet as bytes after cells were written: `fill({"140.1": {"status": "Planned"}})`."""

    def make(values=None, change=None):
        data = service.offline_sheet(focal, made.round, made.people.moj)
        book = load_workbook(BytesIO(data))
        sheet = book.active
        for row in sheet.iter_rows(min_row=6):
            for name, value in (values or {}).get(row[1].value, {}).items():
                row[sheets.COLUMNS.index(name)].value = value
        if change:
            change(sheet)
        out = BytesIO()
        book.save(out)
        return out.getvalue()

    return make


@pytest.fixture
def read(focal, made):
    def ask(data):
        return service.read_sheet(focal, made.round, made.people.moj, data, NAME)

    return ask


@pytest.fixture
def take(focal, made):
    def do(data):
        return service.take_sheet(focal, made.round, made.people.moj, data, NAME)

    return do


def on(ctx, made, recommendation):
    return update_on(ctx, made.round, recommendation, made.people.moj)


def test_the_sheet_holds_what_can_be_written_and_what_was_said_last(ctx, made, focal):
    sent(ctx, on(ctx, made, made.second), made.people.focal)
    sheet = load_workbook(BytesIO(service.offline_sheet(focal, made.round, made.people.moj))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert [row[1] for row in rows] == ["140.1", "140.3"]
    assert rows[0][2] == made.first.text
    assert sheet.column_dimensions["A"].hidden
    assert sheet.row_dimensions[4].hidden
    assert [cell.protection.locked for cell in sheet[6]] == [True] * 5 + [False] * 3
    assert [v.formula1 for v in sheet.data_validations.dataValidation] == [
        '"yes"',
        '"Not started,Planned,In progress,Partially implemented,Fully implemented,Continuous,'
        'No action planned"',
    ]


def test_a_filled_in_sheet_becomes_drafts(ctx, made, fill, read, take):
    data = fill(
        {
            "140.1": {"status": "In progress", "narrative": f" {ARABIC} "},
            "140.2": {"status": "planned", "narrative": '=HYPERLINK("http://x.test")'},
        }
    )
    reading = read(data)
    assert [(c.row, c.update.recommendation.number, c.status) for c in reading.changes] == [
        (6, "140.1", "in_progress"),
        (7, "140.2", "planned"),
    ]
    assert (reading.wrong, reading.unchanged) == ([], 1)
    one = on(ctx, made, made.first)
    assert one.state is S.REQUESTED  # a dry run writes nothing
    assert take(data) == 2
    assert (one.state, one.status, one.narrative) == (S.DRAFT, "in_progress", ARABIC)
    assert one.written_by_id == made.people.focal.id
    assert on(ctx, made, made.third).state is S.REQUESTED
    again = read(data)  # the same file again
    assert (again.changes, again.wrong, again.unchanged) == ([], [], 3)
    with pytest.raises(Conflict):
        take(data)


def test_one_wrong_row_and_nothing_is_taken(ctx, made, fill, read, take):
    data = fill(
        {
            "140.1": {"status": "In progress", "narrative": DONE},
            "140.2": {"status": "Nearly done"},
            "140.3": {"no_change": "yes"},
        }
    )
    assert [(w.row, w.number, w.sentence) for w in read(data).wrong] == [
        (7, "140.2", "“Nearly done” is none of the statuses of the list."),
        (8, "140.3", "Nothing was reported before, so “no change” says nothing. Write."),
    ]
    with pytest.raises(Conflict):
        take(data)
    assert on(ctx, made, made.first).state is S.REQUESTED


def test_what_was_changed_meanwhile_is_not_overwritten(ctx, made, fill, read):
    data = fill({"140.1": {"status": "Planned", "narrative": "Offline."}})
    written(ctx, on(ctx, made, made.first), made.people.focal)
    ctx.session.flush()
    (wrong,) = read(data).wrong
    assert wrong.sentence.startswith("Somebody has changed this update since")


def test_after_the_last_second_nothing_is_taken(made, ctx, fill, focal):
    from datetime import UTC, datetime

    data = fill({"140.1": {"status": "Planned", "narrative": "Offline."}})
    end = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # 24:00 CET
    for moment, wrong in ((end.replace(hour=22, minute=59, second=59), 0), (end, 1)):
        late = at(focal, moment)
        reading = service.read_sheet(late, made.round, made.people.moj, data, NAME)
        assert len(reading.wrong) == wrong
    assert "closed at the end of" in reading.wrong[0].sentence


def forge(name, value):
    def change(sheet):
        sheet.cell(6, sheets.COLUMNS.index(name) + 1).value = value

    return change


def test_rows_of_others_forged_and_repeated_rows_are_named(ctx, made, fill, read):
    theirs = update_on(ctx, made.round, made.third, made.health)
    for change, said in (
        (forge("key", f"{theirs.id}:1"), "Nothing is asked of your institution under this number"),
        (forge("key", "²:1"), "The hidden first cell of this row is missing."),
        (forge("key", None), "The hidden first cell of this row is missing."),
        (forge("number", 140.99), "The number of this row was changed; it was 140.1."),
        (forge("no_change", "perhaps"), "Under “No change” stands “perhaps”: write yes"),
        (forge("narrative", "x" * 32_000 + "y" * 700), None),
        (
            lambda sheet: sheet.append([sheet.cell(6, n).value for n in range(1, 9)]),
            "This recommendation stands in row 6 already.",
        ),
    ):
        wrong = read(fill(change=change)).wrong
        assert [w.sentence.startswith(said) for w in wrong] == ([True] if said else [])


def test_columns_may_be_moved_and_rows_left_out(made, fill, read):
    def change(sheet):
        sheet.delete_rows(7)
        sheet.insert_cols(2)

    reading = read(fill({"140.1": {"status": "Planned", "narrative": "Plan."}}, change))
    assert ([c.row for c in reading.changes], reading.wrong, reading.unchanged) == ([6], [], 1)


def test_no_change_takes_over_the_last_report(ctx, made, fill, read, take):
    from tests.factories.reports import snapshot

    before = snapshot(ctx.session, made.first, made.people.moj, "Reported last year.")
    data = fill({"140.1": {"no_change": "Yes"}})
    assert take(data) == 1
    one = on(ctx, made, made.first)
    assert (one.no_change, one.narrative, one.status) == (True, before.narrative, before.status)
    both = fill({"140.1": {"no_change": "yes", "narrative": "And more."}})
    assert [w.sentence for w in read(both).wrong] == [
        "Say “no change”, or write: this row does both."
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 no zip", "damaged"),
        (b"plain text", "not"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(read, data, said):
    with pytest.raises(BadFile) as refused:
        read(data)
    assert refused.value.place == NAME
    assert said in refused.value.message


def test_another_workbook_is_refused(ctx, made, read):
    from nmrf.updates.exports import round_workbook

    with pytest.raises(BadFile) as refused:
        read(round_workbook(acting(ctx, made.people.focal), made.round))
    assert refused.value.message.startswith("This is not a sheet of this round")


@pytest.mark.parametrize("who", ["authority", "secretary", "stakeholder"])
def test_only_focal_points_take_it_away_or_bring_it_back(ctx, made, fill, who):
    data = fill()
    other = acting(ctx, getattr(made.people, who))
    with pytest.raises(Refused):
        service.offline_sheet(other, made.round, made.people.moj)
    with pytest.raises(Refused):
        service.read_sheet(other, made.round, made.people.moj, data, NAME)
    with pytest.raises(Refused):
        service.offline_sheet(acting(ctx, made.people.focal), made.round, made.health)
