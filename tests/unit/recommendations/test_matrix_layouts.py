"""Layouts of which no real file may be shipped, and damaged or odd lists, built here."""

from __future__ import annotations

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st

from nmrf.core.errors import BadFile
from nmrf.recommendations.matrix import (
    Doubt,
    Label,
    MatrixCounts,
    StateMention,
    read_matrix,
)
from nmrf.recommendations.matrix_cells import Source, source_of
from nmrf.recommendations.matrix_reading import Reading
from nmrf.recommendations.matrix_states import sentences_of
from nmrf.recommendations.matrix_table import Cell, Row
from tests.unit.recommendations.lists import (
    G1,
    G2,
    SOURCE,
    add_table,
    codes,
    g2,
    read,
    reasons,
    saved,
)


def test_first_layout_has_a_column_of_states():
    matrix = read(
        G1,
        [
            "Right or area: 2.1. Acceptance of international norms",
            [
                "166.1. Ratify the Convention (Chile); (Estonia);" + SOURCE,
                "Chile\nEstonia",
                "Supported",
                "2.1. Acceptance of international norms\nAffected persons:\n- disappeared persons",
            ],
            [
                "166.2. Lift the reservations (Iran (Islamic Republic of));"
                + SOURCE
                + "\nComments: Information sent in a post Add.1 letter",
                "Iran (Islamic Republic of)",
                "Supported/Noted",
                "2.1. Acceptance of international norms\n3.1 Equality",
            ],
            "Right or area: 3.1 Equality",
            [
                "166.3. Amend the law" + SOURCE,
                "United Kingdom of Great Britain\nand Northern Ireland\nKorea, Republic of",
                "Noted",
                "3.1 Equality",
            ],
        ],
        header="UPR of Egypt (2nd Cycle – 20th session) Thematic list",
    )
    assert matrix.counts() == MatrixCounts(3, 1, 1, 1, 0, 2, 5)
    assert reasons(matrix) == [
        "A comment under a recommendation is not imported (rows: 1): “Information sent in a post "
        "Add.1 letter”"
    ]
    assert matrix.state_named == StateMention("Egypt", "EGY")
    assert (matrix.cycle_named, matrix.session_named, matrix.symbol) == (2, 20, "A/HRC/28/16")
    first, second, third = matrix.rows
    assert (first.number, first.text, codes(first)) == (
        "166.1",
        "Ratify the Convention",
        ["CHL", "EST"],
    )
    assert first.themes == (Label("2.1", "Acceptance of international norms"),)
    assert first.persons == (Label("", "disappeared persons"),)
    assert first.theme_heading == "2.1. Acceptance of international norms"
    assert first.assessment is None
    assert (first.source_symbol, first.source_paragraph) == ("A/HRC/28/16/Add.1", "4")
    assert second.states == (StateMention("Iran (Islamic Republic of)", "IRN"),)
    assert (second.position, second.comment) == (
        "supported_noted",
        "Information sent in a post Add.1 letter",
    )
    assert second.themes[1] == Label("3.1", "Equality")
    assert (third.text, codes(third), third.theme_heading) == (
        "Amend the law",
        ["GBR", "KOR"],
        "3.1 Equality",
    )


def test_second_layout_lists_states_with_commas():
    matrix = read(
        G2,
        [
            "Theme: A12 Acceptance of international norms",
            [
                "186.28. Ratify ILO Convention (No. 189) (Spain, Bosnia and Herzegovina, "
                "Korea, Republic of and Tunisia);" + SOURCE,
                "Supported",
                (
                    "A12 Acceptance of international norms\nS16 SDG 16 - peace\nAffected persons:\n"
                    "- women"
                ),
                "Ratified in 2014.",
            ],
        ],
    )
    (row,) = matrix.rows
    assert row.number == "186.28"
    assert row.text == "Ratify ILO Convention (No. 189)"
    assert codes(row) == ["ESP", "BIH", "KOR", "TUN"]
    assert row.themes == (Label("A12", "Acceptance of international norms"),)
    assert row.sdgs == (Label("16", "peace"),)
    assert row.persons == (Label("", "women"),)
    assert row.assessment == "Ratified in 2014."
    assert row.row == 3


def test_columns_are_found_by_heading_and_unknown_ones_are_told():
    matrix = read(
        ["No.", "Position", "Lead", "Recommendation", "States", "Relevant SDGs"],
        [["1", "Noted", "MFA", "Adopt a law (Spain)", "Spain", "- 16.b - Laws\n- 4 - Education"]],
    )
    (row,) = matrix.rows
    assert (row.number, row.text, row.position, codes(row)) == (
        "1",
        "Adopt a law",
        "noted",
        ["ESP"],
    )
    assert row.sdgs == (Label("16.b", "Laws"), Label("4", "Education"))
    assert matrix.doubts == (
        Doubt(1, "Lead", "This column is not known and is not read."),
        Doubt(None, "", "No recommendation names the source of its position."),
    )


def test_several_numbered_recommendations_in_a_cell():
    matrix = g2(
        "121.1 Ratify the Convention (France);\n121.2 Adopt a law (Spain) (Peru);" + SOURCE,
        "121.3 Train the police (Mali); 121.4 Train judges (Oman);" + SOURCE,
    )
    assert [(row.number, row.text, codes(row), row.row) for row in matrix.rows] == [
        ("121.1", "Ratify the Convention", ["FRA"], 3),
        ("121.2", "Adopt a law", ["ESP", "PER"], 3),
        ("121.3", "Train the police", ["MLI"], 4),
        ("121.4", "Train judges", ["OMN"], 4),
    ]
    assert {row.source_symbol for row in matrix.rows} == {"A/HRC/28/16/Add.1"}
    assert matrix.doubts == ()


def test_sentences_of_one_number_are_parts_of_it():
    matrix = g2(
        "86.1 Ratify it (Turkey) / Sign it (Mexico, Chad). Accede to it (Wakanda);" + SOURCE
    )
    (row,) = matrix.rows
    assert [(part.text, [s.name for s in part.states]) for part in row.parts] == [
        ("Ratify it", ["Turkey"]),
        ("Sign it", ["Mexico", "Chad"]),
        ("Accede to it", ["Wakanda"]),
    ]
    assert row.text == "Ratify it; Sign it; Accede to it"
    assert reasons(matrix) == ["The State “Wakanda” is not known."]


def test_what_is_in_brackets_is_no_state_unless_known():
    matrix = g2(
        "1.1 Implement the Convention (CEDAW) (Spain);" + SOURCE,
        "1.2 Follow the rules (the Nelson Mandela Rules) (Peru) (on behalf of a group);" + SOURCE,
        "1.3 Accede to it (Kuwait on behalf of the Gulf Cooperation Council);" + SOURCE,
        "1.4 Protect groups (including Spain and France) (Chad);" + SOURCE,
        "1.5 Ratify it (Istanbul Convention) (Italy);" + SOURCE,
    )
    assert [(row.text, codes(row)) for row in matrix.rows] == [
        ("Implement the Convention (CEDAW)", ["ESP"]),
        ("Follow the rules (the Nelson Mandela Rules) (on behalf of a group)", ["PER"]),
        ("Accede to it", ["KWT"]),
        ("Protect groups (including Spain and France)", ["TCD"]),
        ("Ratify it (Istanbul Convention)", ["ITA"]),
    ]
    assert reasons(matrix) == [
        "“Kuwait on behalf of the Gulf Cooperation Council”: the State that spoke is recorded, not "
        "those on whose behalf it did."
    ]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("Ratify it (Spain), and sign it (Peru)", [("Ratify it", "ESP"), ("and sign it", "PER")]),
        ("Ratify it (Spain): Sign it (Peru).", [("Ratify it", "ESP"), ("Sign it", "PER")]),
        ("Ratify it (Spain) Sign it (Peru)", [("Ratify it", "ESP"), ("Sign it", "PER")]),
        ("Ratify it [Spain]; (Peru) and (Chad).*", [("Ratify it", "ESP PER TCD")]),
        ("Ratify it (Venezuela (Bolivarian Republic of);", [("Ratify it", "VEN")]),
        ("Ratify it (Côte d’Ivoire/Viet Nam);", [("Ratify it", "CIV VNM")]),
        ("Ratify it (Trinidad and Tobago and Mali);", [("Ratify it", "TTO MLI")]),
    ],
)
def test_ways_to_write_states(body, parts):
    found = sentences_of(body).parts
    assert [(part.text, " ".join(s.code or "?" for s in part.states)) for part in found] == parts


@pytest.mark.parametrize(
    ("written", "symbol", "paragraph"),
    [
        ("A/HRC/43/15 - Para 121", "A/HRC/43/15", "121"),
        ("A/HRC/43/15/ADD. 1, paras. 3, 4 and 6", "A/HRC/43/15/Add.1", "3, 4 and 6"),
        ("A/HRC/43/15/Add.1", "A/HRC/43/15/Add.1", ""),
        ("A/HRC/WG.6/20/L.5 - Para. 3 (a)", "A/HRC/WG.6/20/L.5", "3 (a)"),
        ("A/HRC/DEC/59/112", "A/HRC/DEC/59/112", ""),
    ],
)
def test_ways_to_write_a_source(written, symbol, paragraph):
    source = source_of(written)
    assert source == Source(symbol, paragraph, written)


CELL_SIGNS = st.text(
    "140.7-٫١() ;,:\nA/HRC/Add.1 Source of Position Spain Wakanda 和و²", max_size=60
)


@given(st.lists(st.tuples(CELL_SIGNS, CELL_SIGNS, CELL_SIGNS), max_size=4))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reader(rows):
    cells = tuple(
        Row(n, tuple(Cell(at, at + 1, text.strip()) for at, text in enumerate(row)))
        for n, row in enumerate([("Recommendation", "Position", "Themes"), *rows], start=1)
    )
    reading = Reading()
    reading.read(cells)
    reading.conclude()
    numbers = [row.number for row in reading.rows if row.number]
    assert sorted(numbers) == sorted(set(numbers))


def test_unknown_states_are_named_and_doubted():
    matrix = g2(
        "1.1 Adopt a law (Portugall) (Spain);" + SOURCE,
        "1.2 Adopt a plan (Spain) (Wakanda);" + SOURCE,
        "1.3 Adopt a budget (Atlantis);" + SOURCE,
    )
    assert [[(s.name, s.code) for s in row.states] for row in matrix.rows] == [
        [("Portugall", None), ("Spain", "ESP")],
        [("Spain", "ESP"), ("Wakanda", None)],
        [("Atlantis", None)],
    ]
    heading = "Recommendation"
    assert matrix.doubts == (
        Doubt(3, heading, "The State “Portugall” is not known. Is it Portugal?", "1.1"),
        Doubt(4, heading, "The State “Wakanda” is not known.", "1.2"),
        Doubt(5, heading, "The State “Atlantis” is not known.", "1.3"),
    )
    assert matrix.counts().recommending_states == 4


def test_a_state_in_the_middle_and_a_sentence_without_one_are_told():
    matrix = g2(
        "1.1 Respect the rights of people from abroad (Spain) in prison (Peru);" + SOURCE,
        "1.2 Adopt a law (Chad); and a plan;" + SOURCE,
        "1.3 Adopt a budget;" + SOURCE,
    )
    assert [(row.text, codes(row)) for row in matrix.rows] == [
        ("Respect the rights of people from abroad (Spain) in prison", ["PER"]),
        ("Adopt a law; and a plan", ["TCD"]),
        ("Adopt a budget", []),
    ]
    assert reasons(matrix) == [
        "“Spain” stands in the middle of the text and is left there.",
        "This sentence names no State: “and a plan”",
        "No recommending State is named.",
    ]


def test_a_number_that_comes_again_with_the_same_text_is_one_recommendation():
    cell = ["1.1 Adopt a law (Chad);" + SOURCE, "Supported", "A12 Norms", ""]
    matrix = read(G2, ["Theme: A12 Norms", cell, "Theme: B31 Equality", cell])
    assert matrix.counts() == MatrixCounts(1, 1, 0, 0, 0, 2, 1)
    assert matrix.doubts == ()


def test_a_number_that_comes_again_with_another_text_is_doubted():
    matrix = g2("1.1 Adopt a law (Chad);" + SOURCE, "1.1 Adopt a plan (Peru);" + SOURCE)
    assert [row.text for row in matrix.rows] == ["Adopt a law"]
    assert [row.text for row in matrix.repeated] == ["Adopt a plan"]
    assert matrix.doubts == (
        Doubt(
            4,
            "",
            "Number 1.1 stands in row 3 with another text; only that one is taken: “Adopt a law”",
            "1.1",
        ),
    )


def test_two_positions_for_one_number():
    text = "1.1 Adopt a law (Chad);" + SOURCE
    matrix = read(G2, [[text, "Supported", "", ""], [text, "Noted", "", ""]])
    assert [row.position for row in matrix.rows] == ["supported"]
    assert reasons(matrix) == [
        "Number 1.1 has the position “Supported” in row 2 and “Noted” here; the first is taken."
    ]


def test_missing_numbers_are_told_as_ranges():
    serials = (2, 3, 7, 9)
    matrix = g2(*(f"5.{serial} Adopt law {serial} (Chad);{SOURCE}" for serial in serials))
    assert reasons(matrix) == [
        "Number 5.1 is missing.",
        "Numbers 5.4 to 5.6 are missing.",
        "Number 5.8 is missing.",
    ]


def test_a_number_that_fits_no_other():
    numbers = [*(f"140.{n}" for n in range(1, 12)), "14.12"]
    matrix = g2(*(f"{number} Adopt law {number} (Chad);{SOURCE}" for number in numbers))
    assert reasons(matrix) == ["Number 14.12 does not fit the other numbers."]


def test_numbers_written_oddly():
    matrix = g2(
        "140. 1 Adopt a law (Chad);" + SOURCE,
        "140,2 Adopt a plan (Chad);" + SOURCE,
        "140.3Adopt a budget (Chad);" + SOURCE,
        "Recommendation 140.4: Adopt a code (Chad);" + SOURCE,
        "14O.5 Adopt a list (Chad);" + SOURCE,
    )
    assert [(row.number, row.text) for row in matrix.rows] == [
        ("140.1", "Adopt a law"),
        ("140.2", "Adopt a plan"),
        ("140.3", "Adopt a budget"),
        ("140.4", "Adopt a code"),
        ("", "14O.5 Adopt a list"),
    ]
    assert reasons(matrix) == [
        "“140. 1” is read as 140.1.",
        "“140,2” is read as 140.2.",
        "The number cannot be read: “14O.5 Adopt a list (Chad);”",
    ]


@pytest.mark.parametrize(
    ("written", "position"),
    [
        ("Supported", "supported"),
        ("Accepted", "supported"),
        ("Supported/Not\ned", "supported_noted"),
        ("Partially supported", "supported_noted"),
        ("Under consideration", "pending"),
        ("", "pending"),
        ("NOTED.", "noted"),
        ("Notée", "noted"),
        ("Принята к сведению", "noted"),
        ("支持", "supported"),
    ],
)
def test_positions(written, position):
    matrix = g2("1.1 Adopt a law (Chad);" + SOURCE, position=written)
    assert [row.position for row in matrix.rows] == [position]
    assert matrix.doubts == ()


def test_an_unknown_position_is_pending_and_doubted():
    matrix = g2("1.1 Adopt a law (Chad);" + SOURCE, position="Perhaps")
    assert [(row.position, row.position_text) for row in matrix.rows] == [("pending", "Perhaps")]
    assert matrix.doubts == (Doubt(3, "Position", "The position “Perhaps” is not known.", "1.1"),)


def test_a_merged_row_can_give_the_position():
    text = "1.{} Adopt law {} (Chad);" + SOURCE
    matrix = read(
        ["Recommendation", "Theme"],
        [
            "A. Supported recommendations",
            "Theme: Norms",
            [text.format(1, 1), "Norms"],
            "Noted",
            [text.format(2, 2), "Norms"],
        ],
    )
    assert [row.position for row in matrix.rows] == ["supported", "noted"]
    assert matrix.headings == ("Norms",)
    assert reasons(matrix) == ["There is no column for the position."]


def test_a_cell_merged_downwards_counts_for_all_its_rows():
    document = docx.Document()
    rows = [[f"1.{n} Adopt law {n} (Chad);{SOURCE}", "", "", ""] for n in (1, 2)]
    table = add_table(document, G2, rows)
    table.cell(1, 1).merge(table.cell(2, 1)).text = "Noted"
    matrix = read_matrix(saved(document), "list.docx")
    assert [row.position for row in matrix.rows] == ["noted", "noted"]
    assert matrix.doubts == ()


def test_sources_missing_or_odd():
    matrix = g2(
        "1.1 Adopt a law (Chad);\nSource of position: A/HRC/28/16/Add. 1 – Paras 3-5",
        "1.2 Adopt a plan (Chad);\nSource of position: letter of May",
        "1.3 Adopt a code (Chad);",
    )
    assert [(row.source_symbol, row.source_paragraph) for row in matrix.rows] == [
        ("A/HRC/28/16/Add.1", "3-5"),
        ("", ""),
        ("", ""),
    ]
    assert reasons(matrix) == [
        "The source “letter of May” names no document.",
        "The source of the position is missing.",
    ]


def test_goals_that_are_none_are_told():
    matrix = read(
        ["Recommendation", "Position", "Relevant SDGs"],
        [["1.1 Adopt a law (Chad);" + SOURCE, "Noted", "- 18 - FLYING\n- 5.3 Eliminate it"]],
    )
    assert matrix.rows[0].sdgs == (Label("5.3", "Eliminate it"),)
    assert matrix.doubts == (
        Doubt(2, "Relevant SDGs", "“18 - FLYING” is not a goal or target.", "1.1"),
    )


def test_text_outside_of_rows_is_told():
    document = docx.Document()
    document.add_paragraph("UPR of Chad – Second Cycle, 17th session")
    add_table(
        document,
        G2,
        [
            ["1.1 Adopt a law (Chad);" + SOURCE, "Noted", "", ""],
            ["and what was left of the line", "", "", ""],
            "Comments: Information sent in a letter",
        ],
    )
    document.add_paragraph("1.2 Adopt a plan (Peru);")
    matrix = read_matrix(saved(document), "list.docx")
    assert (matrix.state_named, matrix.session_named) == (StateMention("Chad", "TCD"), 17)
    assert matrix.cycle_named == 2
    assert matrix.doubts == (
        Doubt(
            3,
            "Recommendation",
            "This text belongs to no recommendation: “and what was left of the line”",
        ),
        Doubt(
            4,
            "",
            "This text belongs to no recommendation: “Comments: Information sent in a letter”",
        ),
        Doubt(None, "", "This text stands outside of the table: “1.2 Adopt a plan (Peru);”"),
    )


def test_the_list_may_go_on_in_another_table_with_or_without_headings():
    document = docx.Document()
    row = ["1.{} Adopt law {} (Chad);" + SOURCE, "Noted", "", ""]
    add_table(document, G2, [[row[0].format(1, 1), *row[1:]]])
    document.add_paragraph("")
    bare = document.add_table(rows=1, cols=4)
    for cell, text in zip(bare.rows[0].cells, [row[0].format(2, 2), *row[1:]], strict=True):
        cell.text = text
    document.add_paragraph("")
    add_table(document, G2, [[row[0].format(3, 3), *row[1:]]])
    matrix = read_matrix(saved(document), "list.docx")
    assert [(r.number, r.row) for r in matrix.rows] == [("1.1", 2), ("1.2", 3), ("1.3", 5)]
    assert matrix.doubts == ()


def test_arabic_and_chinese():
    arabic = read(
        ["التوصية", "الموقف", "المواضيع"],
        [
            "الموضوع: قبول المعايير الدولية",
            ["140.1 التصديق على الاتفاقية (إسبانيا) (الاتحاد الروسي)؛", "مقبولة", "- المساواة"],
            ["١٤٠٫٢ اعتماد قانون (تونس وإسبانيا)؛", "أحيط علما", "- المساواة"],
        ],
    )
    assert [(r.number, r.text, codes(r), r.position) for r in arabic.rows] == [
        ("140.1", "التصديق على الاتفاقية", ["ESP", "RUS"], "supported"),
        ("140.2", "اعتماد قانون", ["TUN", "ESP"], "noted"),
    ]
    assert arabic.headings == ("قبول المعايير الدولية",)
    chinese = read(
        ["建议", "立场", "主题"],
        [
            [
                "28.1 批准《公约》（西班牙、刚果民主共和国）；加入《议定书》（法国）；",
                "支持",
                "- 平等",
            ]
        ],
    )
    (row,) = chinese.rows
    assert [(part.text, [s.code for s in part.states]) for part in row.parts] == [
        ("批准《公约》", ["ESP", "COD"]),
        ("加入《议定书》", ["FRA"]),
    ]
    assert row.themes == (Label("", "平等"),)


def test_inserted_text_counts_and_deleted_text_does_not():
    document = docx.Document()
    table = add_table(document, G2, [["1.1 Adopt a ", "Noted", "", ""], ["1.2 Gone", "", "", ""]])
    paragraph = table.cell(1, 0).paragraphs[0]._p
    paragraph.append(
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="1" w:author="x"><w:r><w:delText>law</w:delText></w:r></w:del>'
        )
    )
    paragraph.append(
        parse_xml(
            f'<w:ins {nsdecls("w")} w:id="2" w:author="x"><w:r><w:t xml:space="preserve">plan '
            f"(Chad);</w:t></w:r></w:ins>"
        )
    )
    table.rows[2]._tr.get_or_add_trPr().append(parse_xml(f'<w:del {nsdecls("w")} w:id="3"/>'))
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.number, row.text) for row in matrix.rows] == [("1.1", "Adopt a plan")]


def test_literal_and_real_non_breaking_spaces():
    matrix = g2("140.1\u00a0Adopt&nbsp;a\u00a0 law\u200b (Viet\u00a0Nam);" + SOURCE)
    (row,) = matrix.rows
    assert (row.text, codes(row)) == ("Adopt a law", ["VNM"])


@pytest.mark.parametrize(
    ("headings", "rows", "sentence"),
    [
        (
            ["Session", "State"],
            [["41", "Bahrain"]],
            (
                "This file holds no table of recommendations: no table has a column “Recommendation” "
                "and one for the position, the themes or the States."
            ),
        ),
        (G2, ["Theme: Norms"], "The table of recommendations in this file is empty."),
    ],
)
def test_a_file_without_recommendations_is_refused(headings, rows, sentence):
    with pytest.raises(BadFile) as caught:
        read(headings, rows)
    assert (caught.value.message, caught.value.place) == (sentence, "list.docx")


def test_a_file_that_is_no_word_document_is_refused():
    with pytest.raises(BadFile) as caught:
        read_matrix(b"140.1 Adopt a law (Chad);", "list.docx")
    assert caught.value.place == "list.docx"
