"""Spreadsheets and exports of the index go the same way as the Word list."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from nmrf.core.errors import BadFile
from nmrf.files.models import StoredFile
from nmrf.recommendations import queries, undoing
from nmrf.recommendations.import_file import import_matrix_file
from nmrf.recommendations.importing import apply, find_file, preview
from nmrf.recommendations.models import Position, PositionChange, Recommendation
from tests.factories.lists import (
    TEMPLATE_HEADINGS,
    UHRI_HEADINGS,
    csv_file,
    json_file,
    uhri_json,
    uhri_row,
    xlsx_file,
)
from tests.factories.recommendations import Line, word_list

ROWS = (
    (
        "140.1",
        "Teach everyone",
        "Fiji",
        "Supported",
        "A/HRC/59/15/Add.1",
        "3",
        "",
        "Education",
        "",
        "4",
    ),
    ("140.10", "Abolish it", "Peru\nChad", "Noted", "A/HRC/59/15/Add.1", "5", "", "", "", ""),
)
FILES = {
    "template.xlsx": xlsx_file(TEMPLATE_HEADINGS, *ROWS),
    "template.csv": csv_file(TEMPLATE_HEADINGS, *ROWS),
    "export.json": json_file(uhri_json(), uhri_json(Text="140.10 Abolish it (Peru)")),
    "export.xlsx": xlsx_file(UHRI_HEADINGS, uhri_row(), uhri_row(Text="140.10 Abolish it (Fiji)")),
}


def numbers(ctx, cycle):
    ctx.session.expire_all()
    return [row.number for row in queries.of_cycle(ctx.session, cycle)]


@pytest.mark.parametrize("name", FILES)
def test_import_again_and_back(secretary, cycle, name):
    data = FILES[name]
    assert len(preview(secretary, cycle, data, name).plan.created) == 2
    done = apply(secretary, cycle, data, name)
    assert numbers(secretary, cycle) == ["140.1", "140.10"]
    assert done.batch.file.kind == name.rpartition(".")[2]
    assert find_file(secretary, done.preview.sha256) is done.batch.file
    again = apply(secretary, cycle, data, name)
    assert (again.batch, len(again.preview.plan.unchanged)) == (None, 2)
    undoing.undo(secretary, done.batch)
    assert numbers(secretary, cycle) == []


def test_a_wrong_name_is_put_right_in_the_store(secretary, cycle):
    done = apply(secretary, cycle, FILES["export.json"], "export.txt")
    assert (done.batch.file.name, done.batch.file.kind) == ("export.json", "json")


def test_the_index_keeps_what_the_list_knew_better(secretary, cycle):
    word = word_list("Learning", Line("140.1", "Teach everyone", states=("Fiji",)))
    apply(secretary, cycle, word, "list.docx")
    seen = preview(secretary, cycle, FILES["export.json"], "export.json")
    (update,) = seen.plan.updated
    # The index names neither the heading nor the paragraph of the position.
    assert update.new.theme_heading == update.old.theme_heading == "Learning"
    assert update.new.stand == update.old.stand
    assert update.old.stand.paragraph
    assert {change.field for change in update.changes} == {"themes", "persons", "sdgs"}


def test_a_file_with_a_lost_number_leaves_nothing(secretary, cycle):
    data = xlsx_file(TEMPLATE_HEADINGS, ROWS[0], (140.1, *ROWS[1][1:]))
    with pytest.raises(BadFile, match="A3: the number"):
        apply(secretary, cycle, data, "template.xlsx")
    for table in (Recommendation, PositionChange, StoredFile):
        assert secretary.session.scalar(select(func.count()).select_from(table)) == 0


def test_the_command_takes_every_kind(ctx, tmp_path):
    for name, data in FILES.items():
        path = tmp_path / name
        path.write_bytes(data)
        report, warnings = import_matrix_file(ctx, path, state="SVN", session=48, dry_run=True)
        assert (report["recommendations"], report["created"], warnings) == (2, 2, ())
    path = tmp_path / "export.json"
    report, _warnings = import_matrix_file(ctx, path, state="SVN", session=48)
    assert report["created"] == 2
    rows = ctx.session.scalars(select(Recommendation)).all()
    assert {row.position for row in rows} == {Position.SUPPORTED}


def test_signs_that_no_database_keeps_are_left_out(secretary, cycle):
    data = json_file(uhri_json(Text="140.1 Teach\u0000 every\x1bone (Fiji);"))
    data = data.replace(b"Right to", rb"Right \ud800to")
    apply(secretary, cycle, data, "export.json")
    (row,) = queries.of_cycle(secretary.session, cycle)
    assert row.text == "Teach everyone"
    assert "Right to education" in {label.name for label in row.labels}


def test_a_file_as_large_as_the_whole_index_is_not_even_opened(ctx, tmp_path):
    path = tmp_path / "export-full-en.json"
    with path.open("wb") as out:
        out.truncate(400 * 1024 * 1024)
    with pytest.raises(BadFile, match="This file has 400 MB; at most 25 MB can be taken"):
        import_matrix_file(ctx, path, state="SVN", session=48)
