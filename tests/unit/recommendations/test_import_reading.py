"""The kinds of files beside Word: what they are is seen by their content."""

from __future__ import annotations

import io
import zipfile

import pytest

from nmrf.core.errors import BadFile
from nmrf.files.sheets import address
from nmrf.recommendations.import_reading import kind_of_list, read_list
from nmrf.recommendations.matrix import Label
from nmrf.recommendations.reviews import Review
from tests.factories.lists import (
    TEMPLATE_HEADINGS,
    UHRI_HEADINGS,
    csv_file,
    json_file,
    uhri_json,
    uhri_row,
    xlsx_file,
)
from tests.unit.recommendations.lists import G2, SOURCE, file

SVN48 = Review("SVN", 48)
FIRST = (
    "140.10",
    "Ratify the Convention",
    "France\nViet Nam",
    "Supported",
    "A/HRC/59/15/Add.1",
    "3",
    "Norms",
    "A12 Acceptance of international norms\nEnforced disappearances",
    "Women & girls\nChildren",
    "5, 16.3",
)
SECOND = ("140.2", "Abolish it", "Peru", "Noted", "", "", "", "", "", "")


def read(data, name="list"):
    return read_list(data, name, SVN48)


def reasons(matrix):
    return [doubt.reason for doubt in matrix.doubts]


def said(row):
    return (
        row.number,
        row.text,
        [state.code for state in row.states],
        row.position,
        (row.source_symbol, row.source_paragraph),
        row.theme_heading,
        row.themes,
        row.persons,
        [label.code for label in row.sdgs],
    )


# --- Which file it is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (file(G2, [["1.1 Adopt it (Chad);" + SOURCE, "Noted", "", ""]]), "docx"),
        (xlsx_file(["Number"]), "xlsx"),
        (csv_file(["Number", "Recommendation"]), "csv"),
        (json_file(uhri_json()), "json"),
        (b"\xef\xbb\xbf \n[{}]", "json"),
        ('[{"Text": 1}]'.encode("utf-16"), "json"),
    ],
)
def test_the_content_says_what_a_file_is(data, kind):
    assert kind_of_list(data, "list.pdf") == kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7 ...", "A PDF cannot be imported."),
        (b"{\\rtf1 words}", "This is an RTF document."),
        (b"", "This file is empty."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 words", "This is an old Word document (.doc)."),
        (b"PK\x03\x04 no zip", "This file is damaged"),
        (b"\x00\x01\x02\x03", "This file is no text that can be read."),
        (b"Dear Sir or Madam", "This file holds no list of recommendations"),
        (b"[1, 2", "This JSON file is damaged"),
        (b"[" * 200_000, "This JSON file is damaged"),
        (b'{"a": 1}', "This JSON file is no export"),
        (b'[{"a": 1}]', "This JSON file is no export"),
        (b"[" + b" " * (26 * 1024 * 1024) + b"]", "at most 25 MB can be taken. Choose your State"),
    ],
)
def test_what_is_no_list_is_refused_in_words(data, words):
    with pytest.raises(BadFile) as caught:
        read(data)
    assert words in caught.value.message
    assert caught.value.place == "list"


# --- The template ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        xlsx_file(TEMPLATE_HEADINGS, FIRST, SECOND),
        csv_file(TEMPLATE_HEADINGS, FIRST, SECOND),
        csv_file(TEMPLATE_HEADINGS, FIRST, SECOND, delimiter=";", encoding="utf-16"),
        csv_file(TEMPLATE_HEADINGS, FIRST, SECOND, delimiter="\t", encoding="cp1252"),
    ],
)
def test_a_template_filled_in(data):
    matrix = read(data)
    assert [said(row) for row in matrix.rows] == [
        (
            "140.10",
            "Ratify the Convention",
            ["FRA", "VNM"],
            "supported",
            ("A/HRC/59/15/Add.1", "3"),
            "Norms",
            (
                Label("A12", "Acceptance of international norms"),
                Label("", "Enforced disappearances"),
            ),
            (Label("", "Women & girls"), Label("", "Children")),
            ["5", "16.3"],
        ),
        ("140.2", "Abolish it", ["PER"], "noted", ("", ""), "", (), (), []),
    ]
    assert matrix.symbol == "A/HRC/59/15"
    assert {doubt.row for doubt in matrix.doubts} == {3, None}


def test_numbers_that_a_spreadsheet_calculates_with_are_refused_by_cell():
    rows = [TEMPLATE_HEADINGS, FIRST, (140.1, *SECOND[1:]), (140.2, *SECOND[1:])]
    with pytest.raises(BadFile, match=r"A3, A4: .*140\.10 cannot be told from 140\.1"):
        read(xlsx_file(*rows))
    assert read(xlsx_file(TEMPLATE_HEADINGS, (7, *SECOND[1:]))).rows[0].number == "7"


def test_a_text_that_begins_like_a_number_is_no_number():
    matrix = read(xlsx_file(TEMPLATE_HEADINGS, ("140.2", "2.1 million need help", *SECOND[2:])))
    assert [(row.number, row.text) for row in matrix.rows] == [("140.2", "2.1 million need help")]


def test_errors_of_rows_are_told_by_row_and_column():
    matrix = read(
        csv_file(
            TEMPLATE_HEADINGS,
            ("14O.1", *SECOND[1:]),
            ("140.2", "Abolish it", "Wakanda", "Perhaps", *SECOND[4:]),
            ("140.2", "Keep it", "Peru", *SECOND[3:]),
        )
    )
    assert [(doubt.row, doubt.cell) for doubt in matrix.doubts[:4]] == [
        (2, "Recommendation"),
        (3, "Recommending States"),
        (3, "Position"),
        (4, ""),
    ]
    assert matrix.counts().recommendations == 1


def test_a_word_list_pasted_into_a_spreadsheet_and_its_other_sheets():
    list_ = [
        ["UPR of Slovenia (4th Cycle - 48th Session)"],
        G2,
        ["Theme: Norms"],
        ["140.1 Adopt a law (Chad);" + SOURCE, "Noted", "- Norms", ""],
    ]
    matrix = read(xlsx_file(sheets={"Notes": [["Ask the ministry"]], "List": list_}))
    assert (matrix.state_named.code, matrix.session_named) == ("SVN", 48)
    assert [(r.number, r.row, r.theme_heading) for r in matrix.rows] == [("140.1", 4, "Norms")]
    assert reasons(matrix) == ["The sheet “Notes” is not read: “Ask the ministry”"]


def test_marks_against_calculating_are_taken_off():
    matrix = read(csv_file(TEMPLATE_HEADINGS, ("140.2", "'=1+1 is two", *SECOND[2:])))
    assert matrix.rows[0].text == "=1+1 is two"


def test_a_cell_far_out_is_refused_before_memory_is_set_aside():
    data = xlsx_file(TEMPLATE_HEADINGS, FIRST)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", far)
            new.writestr(member, content)
    with pytest.raises(BadFile, match="This sheet reaches over 50000 rows or 200 columns"):
        read(out.getvalue())


def test_addresses_of_cells():
    assert [address(5, 0), address(1, 25), address(2, 26), address(3, 701)] == [
        "A5",
        "Z1",
        "AA2",
        "ZZ3",
    ]


# --- The index ------------------------------------------------------------------------------------


RECORDS = (
    uhri_json(),
    uhri_json(
        Text="<p>140.10 Protect &amp;quot;whistle-blowers&amp;quot; &amp; others (Peru) (Viet Nam);</p>",
        UprPositions=["Supported", "Noted"],
        UprRecommendingCountry=["Peru", "Viet Nam"],
        Sdgs=["16 - PEACE", "16.b - Promote laws"],
    ),
    uhri_json(Body="- CEDAW", UprSession=[], Text="79(a) Teach everyone"),
    uhri_json(Body="- CEDAW", UprSession=[]),
    uhri_json(Countries=["Fiji"]),
    uhri_json(UprSession=["34"]),
    uhri_json(AnnotationType="- Concerns/Observations"),
    uhri_json(Text="140.3 Say more (Fiji);", UprSession=[], UprCycle=None),
    uhri_json(Text="140.4 Say less (Fiji);", UprSession=[]),
)


def test_an_export_as_json():
    matrix = read(json_file(*RECORDS))
    assert [(row.number, row.text, row.position, row.row) for row in matrix.rows] == [
        ("140.1", "Teach everyone", "supported", 1),
        ("140.10", 'Protect "whistle-blowers" & others', "supported_noted", 2),
        ("140.4", "Say less", "supported", 9),
    ]
    second = matrix.rows[1]
    assert [state.code for state in second.states] == ["PER", "VNM"]
    assert second.sdgs == (Label("16", "PEACE"), Label("16.b", "Promote laws"))
    assert matrix.rows[0].persons == (Label("", "Children"),)
    assert matrix.symbol == "A/HRC/59/15"
    told = reasons(matrix)
    assert "Left aside, of other mechanisms: 2 (CEDAW 2)." in told
    assert "Left aside, on other States: 1 (Fiji 1)." in told
    assert "Left aside, of other sessions: 1 (34 1)." in told
    assert "Left aside, no recommendations: 1 (Concerns/Observations 1)." in told
    assert "This row names no session and is not read: “140.3 Say more (Fiji);”" in told


@pytest.mark.parametrize("headings", [UHRI_HEADINGS, tuple(reversed(UHRI_HEADINGS))])
def test_an_export_as_a_spreadsheet(headings):
    rows = [
        uhri_row(),
        uhri_row(
            Text="140.2 Abolish &#8220;it&#8221; (Peru) (Chad);",
            UPR_Reccomending_States="- Peru\n- Chad",
            UPR_Position="- Noted",
            Themes="- Death penalty\n- Right to life",
        ),
        uhri_row(Reccomending_Body="- SR Torture", UPR_Session=""),
    ]
    order = [UHRI_HEADINGS.index(heading) for heading in headings]
    data = xlsx_file(headings, *([row[at] for at in order] for row in rows))
    matrix = read(data)
    assert [(row.number, row.text, row.position) for row in matrix.rows] == [
        ("140.1", "Teach everyone", "supported"),
        ("140.2", "Abolish “it”", "noted"),
    ]
    assert matrix.rows[1].themes == (Label("", "Death penalty"), Label("", "Right to life"))
    assert matrix.rows[1].row == 3
    aside = [doubt for doubt in matrix.doubts if "Left aside" in doubt.reason]
    assert [(doubt.cell, doubt.reason) for doubt in aside] == [
        ("Reccomending Body", "Left aside, of other mechanisms: 1 (SR Torture 1).")
    ]


def test_an_export_of_another_state_is_refused_with_what_it_holds():
    with pytest.raises(BadFile) as caught:
        read(json_file(uhri_json(Countries=["Fiji"]), uhri_json(Body="CAT")))
    assert caught.value.message == (
        "This file holds no recommendation of the review of Slovenia in session 48. Left aside, "
        "of other mechanisms: 1 (CAT 1). Left aside, on other States: 1 (Fiji 1)."
    )


@pytest.mark.parametrize("value", [None, 7, {"a": 1}, [None, {"b": 2}], [["x"]], "", "- "])
def test_fields_of_odd_kinds_break_nothing(value):
    record = dict.fromkeys(uhri_json(), value)
    matrix = read(json_file(uhri_json(), {**record, "Body": "UPR"}, {}))
    assert [row.number for row in matrix.rows] == ["140.1"]
