"""What lists of other States, cycles and languages may do: every row is read, or told of."""

from __future__ import annotations

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Inches

from nmrf.recommendations.matrix import Label, MatrixCounts, read_matrix
from nmrf.recommendations.matrix_cells import labels_of, number_in, source_of
from nmrf.recommendations.matrix_positions import position_of
from nmrf.recommendations.matrix_states import sentences_of
from tests.unit.recommendations.lists import (
    G1,
    G2,
    SOURCE,
    add_table,
    codes,
    file,
    g2,
    read,
    reasons,
    saved,
)

W = nsdecls("w")


def _law(serial: int, state: str = "Chad") -> str:
    return f"1.{serial} Adopt law {serial} ({state});{SOURCE}"


def _numbers(matrix) -> list[str]:
    return [row.number for row in matrix.rows]


# --- Tables ---------------------------------------------------------------------------------------


def test_a_page_of_another_grid_goes_on_by_the_order_of_its_cells():
    """Word draws each table on grid lines of its own, and rows on lines of their neighbours."""
    document = docx.Document()
    add_table(document, G2, [[_law(1), "Noted", "- Norms", ""]])
    document.add_paragraph()
    wide = document.add_table(rows=1, cols=8)
    cells = wide.rows[0].cells
    for (first, last), text in zip(
        ((0, 3), (4, 4), (5, 6), (7, 7)), (_law(2), "Supported", "- Law", ""), strict=True
    ):
        cells[first].merge(cells[last]).text = text
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.number, row.position) for row in matrix.rows] == [
        ("1.1", "noted"),
        ("1.2", "supported"),
    ]
    assert matrix.rows[1].themes == (Label("", "Law"),)
    assert matrix.doubts == ()


def test_headings_and_rows_on_different_grid_lines():
    document = docx.Document()
    table = document.add_table(rows=2, cols=6)
    head, row = (list(line.cells) for line in table.rows)
    for (first, last), text in zip(
        ((0, 0), (1, 2), (3, 4), (5, 5)),
        ("Recommendation", "Position", "Themes", "SDGs"),
        strict=True,
    ):
        head[first].merge(head[last]).text = text
    for (first, last), text in zip(
        ((0, 1), (2, 2), (3, 3), (4, 5)), (_law(1), "Noted", "- Norms", "- 5 - X"), strict=True
    ):
        row[first].merge(row[last]).text = text
    (one,) = read_matrix(saved(document), "list.docx").rows
    assert (one.number, one.position, one.sdgs) == ("1.1", "noted", (Label("5", "X"),))


def test_headings_in_two_rows():
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    for at in (0, 1):
        table.cell(0, at).merge(table.cell(1, at))
    table.cell(0, 0).text, table.cell(0, 1).text = "Recommendation", "Position"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "Human rights themes and groups of persons"
    table.cell(1, 2).text, table.cell(1, 3).text = "Themes", "Groups of persons"
    for at, text in enumerate((_law(1), "Noted", "- Norms", "- Women")):
        table.cell(2, at).text = text
    matrix = read_matrix(saved(document), "list.docx")
    (row,) = matrix.rows
    assert (row.themes, row.persons) == ((Label("", "Norms"),), (Label("", "Women"),))
    assert matrix.doubts == ()


def test_a_second_row_of_headings_without_vertical_merging():
    document = docx.Document()
    table = document.add_table(rows=3, cols=4)
    table.cell(0, 0).text, table.cell(0, 1).text = "Recommendation", "Position"
    table.cell(0, 2).merge(table.cell(0, 3)).text = "Human rights themes"
    table.cell(1, 2).text, table.cell(1, 3).text = "Rights", "Relevant SDGs"
    for at, text in enumerate((_law(1), "Noted", "- Norms", "- 16 - Peace")):
        table.cell(2, at).text = text
    matrix = read_matrix(saved(document), "list.docx")
    (row,) = matrix.rows
    assert (row.themes, row.sdgs) == ((Label("", "Norms"),), (Label("16", "Peace"),))
    assert matrix.doubts == ()


def test_a_title_in_the_first_row_names_the_review_and_other_rows_above_are_told():
    document = docx.Document()
    table = document.add_table(rows=3, cols=3)
    title = "UPR of Fiji (3rd Cycle – 34th session): thematic list of recommendations"
    for at, text in enumerate((title, "Prepared by the secretariat")):
        table.cell(at, 0).merge(table.cell(at, 2)).text = text
    for cell, heading in zip(table.rows[2].cells, G2, strict=False):
        cell.text = heading
    row = table.add_row().cells
    row[0].text, row[1].text = _law(1), "Noted"
    matrix = read_matrix(saved(document), "list.docx")
    assert (matrix.state_named.code, matrix.cycle_named, matrix.session_named) == ("FJI", 3, 34)
    assert [(doubt.row, doubt.reason) for doubt in matrix.doubts] == [
        (2, "Above the list, not read (rows: 1): “Prepared by the secretariat”")
    ]


def test_a_list_inside_of_a_framing_table():
    document = docx.Document()
    frame = document.add_table(rows=1, cols=1)
    inner = frame.cell(0, 0).add_table(rows=2, cols=3)
    for cell, heading in zip(inner.rows[0].cells, G2, strict=False):
        cell.text = heading
    inner.cell(1, 0).text, inner.cell(1, 1).text = _law(1), "Noted"
    matrix = read_matrix(saved(document), "list.docx")
    assert _numbers(matrix) == ["1.1"]
    assert matrix.doubts == ()


def test_a_recommendation_merged_downwards_has_the_states_and_themes_of_all_its_rows():
    document = docx.Document()
    rows = [
        [_law(1), "Chile", "Noted", "3.1 Equality"],
        ["", "Estonia", "Noted", "4.2 Torture"],
        [_law(2), "Peru", "Supported", ""],
    ]
    rows[0][0] = "1.1 Adopt law 1;" + SOURCE
    rows[2][0] = "1.2 Adopt law 2;" + SOURCE
    table = add_table(document, G1, rows)
    merged = table.cell(1, 0).merge(table.cell(2, 0))
    merged.text = rows[0][0]
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.number, codes(row), row.position) for row in matrix.rows] == [
        ("1.1", ["CHL", "EST"], "noted"),
        ("1.2", ["PER"], "supported"),
    ]
    assert [label.label for label in matrix.rows[0].themes] == ["Equality", "Torture"]
    assert matrix.doubts == ()


def test_two_positions_beside_a_merged_recommendation_are_both():
    document = docx.Document()
    table = add_table(document, G2, [[_law(1), "Noted", "", ""], ["", "Supported", "", ""]])
    table.cell(1, 0).merge(table.cell(2, 0)).text = _law(1)
    matrix = read_matrix(saved(document), "list.docx")
    assert [row.position for row in matrix.rows] == ["supported_noted"]


def test_a_recommendation_that_looks_like_a_heading_is_one():
    matrix = read(
        G2, [["Recommendation 140.4: Adopt a law (Chad);" + SOURCE, "Noted", "Rights of women", ""]]
    )
    assert _numbers(matrix) == ["140.4"]


def test_a_row_of_another_table_that_does_not_fit_is_told():
    document = docx.Document()
    add_table(document, G2, [[_law(1), "Noted", "", ""]])
    document.add_paragraph()
    legend = document.add_table(rows=1, cols=2)
    legend.cell(0, 0).text, legend.cell(0, 1).text = "S", "supported"
    matrix = read_matrix(saved(document), "list.docx")
    assert reasons(matrix) == ["This row stands outside of the table and is not read."]


def test_tables_rows_cells_and_words_inside_of_content_controls():
    document = docx.Document()
    table = add_table(document, G2, [[_law(1), "Noted", "", ""], [_law(2), "Noted", "", ""]])

    def wrap(element):
        control = parse_xml(f"<w:sdt {W}><w:sdtPr/><w:sdtContent/></w:sdt>")
        element.addprevious(control)
        control[1].append(element)

    wrap(table.cell(1, 0).paragraphs[0].runs[0]._r)
    wrap(table.cell(1, 1)._tc)
    wrap(table.rows[2]._tr)
    wrap(table._tbl)
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.number, row.position) for row in matrix.rows] == [
        ("1.1", "noted"),
        ("1.2", "noted"),
    ]


def test_numbers_that_word_counts_itself():
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {W} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="7"/>'
            '<w:numFmt w:val="decimal"/><w:lvlText w:val="140.%1"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(parse_xml(f'<w:num {W} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    rows = [[f"Adopt law {n} (Chad);{SOURCE}", "Noted", "", ""] for n in (1, 2)]
    table = add_table(document, G2, rows)
    for at in (1, 2):
        table.cell(at, 0).paragraphs[0]._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {W}><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>')
        )
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.number, row.text) for row in matrix.rows] == [
        ("140.7", "Adopt law 1"),
        ("140.8", "Adopt law 2"),
    ]


def test_a_position_above_the_recommendations_in_the_words_of_the_report():
    matrix = read(
        ["Recommendation", "Themes"],
        [
            "1. The recommendations listed below enjoy the support of Fiji:",
            "Theme: Norms",
            [_law(1), ""],
            "2. The following recommendations will be examined by Fiji:",
            [_law(2), ""],
            "3. The recommendations below did not enjoy the support of Fiji and have been noted:",
            [_law(3), ""],
        ],
    )
    assert [row.position for row in matrix.rows] == ["supported", "pending", "noted"]
    assert matrix.headings == ("Norms",)


def test_a_merged_row_with_a_number_of_the_list_is_a_recommendation():
    matrix = read(
        G2, ["Theme: 2.1 Norms", [_law(1), "Noted", "", ""], "1.2 Adopt a plan without end"]
    )
    assert _numbers(matrix) == ["1.1", "1.2"]
    assert "No recommending State is named." in reasons(matrix)


@pytest.mark.parametrize("numbered", [False, True])
def test_a_table_without_headings_is_read_by_what_its_columns_hold(numbered):
    document = docx.Document()
    table = document.add_table(rows=0, cols=5)
    for serial in (1, 2, 3):
        if serial != 2:
            cells = table.add_row().cells
            cells[0].merge(cells[-1]).text = f"Theme: {serial}"
        number = f"1.{serial}"
        texts = [
            f"{number} Adopt law {serial}",
            "Chile\nPeru",
            "Noted",
            "- Norms",
            "- 5 - Equality",
        ]
        if numbered:
            texts = [number, f"Adopt law {serial} (Chile) (Peru)", "Noted", "- Norms", ""]
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    matrix = read_matrix(saved(document), "list.docx")
    assert [(r.number, r.text, codes(r), r.position) for r in matrix.rows] == [
        (f"1.{serial}", f"Adopt law {serial}", ["CHL", "PER"], "noted") for serial in (1, 2, 3)
    ]
    assert matrix.rows[0].themes == (Label("", "Norms"),)
    assert matrix.headings == ("1", "3")
    assert "The table has no headings; what its columns are was seen by content." in reasons(matrix)


def test_paragraphs_above_tables_give_position_and_theme():
    document = docx.Document()
    for serial, (position, theme) in enumerate(
        (("Recommendations supported by Fiji", "Theme: Norms"), ("B. Noted", "Theme: Equality")), 1
    ):
        document.add_paragraph(position)
        document.add_paragraph(theme)
        add_table(document, ["Recommendation", "Full list of themes"], [[_law(serial), ""]])
    matrix = read_matrix(saved(document), "list.docx")
    assert [(row.position, row.theme_heading) for row in matrix.rows] == [
        ("supported", "Norms"),
        ("noted", "Equality"),
    ]
    assert matrix.headings == ("Norms", "Equality")


# --- Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number", "doubtful"),
    [
        ("140.7 Ratify", "140.7", False),
        ("140.7. Ratify", "140.7", False),
        ("140.7) Ratify", "140.7", False),
        ("140.7\u00a0Ratify", "140.7", False),
        ("140.7Ratify", "140.7", False),
        ("(140.7) Ratify", "140.7", False),
        ("• 140.7 Ratify", "140.7", False),
        ("140. 7 Ratify", "140.7", True),
        ("140 .7 Ratify", "140.7", True),
        ("140,7 Ratify", "140.7", True),
        ("140-7 Ratify", "140.7", True),
        ("140.07 Ratify", "140.7", True),
        ("140.7a Ratify", "140.7a", False),
        ("Recommandation 140.7 : ratifier", "140.7", False),
        ("٧٫١٤٠ ", "7.140", True),
        ("140.7 1951 Convention", "140.7", False),
        ("140.7 – Ratify", "140.7", False),
    ],
)
def test_ways_to_write_a_number(written, number, doubtful):
    found = number_in(written)
    assert found is not None
    assert (found[0].text, found[0].doubtful) == (number, doubtful)
    assert written[found[1] :][:1].strip("–-") == written[found[1] :][:1]


@pytest.mark.parametrize(
    "written", ["140.7.1 Ratify", "140.7–140.9 Ratify", "140.1234", "Ratify 140.7"]
)
def test_what_is_no_number(written):
    assert number_in(written) is None


def test_a_second_number_in_a_cell_may_go_on_in_small_letters():
    matrix = g2(
        "1.1 Adopt a law (Chad);\n1.2 adopt a plan under article\n12.3 of it (Peru);" + SOURCE
    )
    assert [(row.number, row.text) for row in matrix.rows] == [
        ("1.1", "Adopt a law"),
        ("1.2", "adopt a plan under article 12.3 of it"),
    ]


def test_letters_of_sentences_are_no_numbers():
    matrix = g2("1.1 (a) Adopt a law (Spain); (b) adopt a plan (Peru);" + SOURCE)
    (row,) = matrix.rows
    assert [(part.text, [s.code for s in part.states]) for part in row.parts] == [
        ("(a) Adopt a law", ["ESP"]),
        ("(b) adopt a plan", ["PER"]),
    ]


def test_a_row_without_a_number_is_told_and_not_counted():
    matrix = g2("Adopt a law (Chad);" + SOURCE, "1.2 Adopt a plan (Chad);" + SOURCE)
    assert matrix.counts().recommendations == 1
    assert reasons(matrix)[0] == "The number cannot be read: “Adopt a law (Chad);”"


def test_a_number_that_comes_again_with_other_states_or_themes():
    rows = [
        ["1.1 Adopt a law (Chad);" + SOURCE, "Noted", "A12 Norms", ""],
        ["1.1 Adopt a law (Peru);" + SOURCE, "Noted", "B31 Equality", ""],
    ]
    matrix = read(G2, rows)
    (row,) = matrix.rows
    assert codes(row) == ["TCD"]
    assert row.themes == (Label("A12", "Norms"), Label("B31", "Equality"))
    assert reasons(matrix) == [
        "Number 1.1 has other recommending States in row 2; those are taken."
    ]


# --- Positions and their sources ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "position"),
    [
        ("SUPPORTED", "supported"),
        ("Supported.", "supported"),
        ("Sup\nported", "supported"),
        ("Accepted", "supported"),
        ("Enjoys support", "supported"),
        ("Enjoys the support", "supported"),
        ("Noted", "noted"),
        ("Not supported", "noted"),
        ("Does not enjoy support", "noted"),
        ("Rejected", "noted"),
        ("Supported / Noted", "supported_noted"),
        ("Noted/Supported", "supported_noted"),
        ("Supported\nNoted", "supported_noted"),
        ("Partially supported", "supported_noted"),
        ("Supported in part", "supported_noted"),
        ("Partially supported/partially noted", "supported_noted"),
        ("Under consideration", "pending"),
        ("To be examined", "pending"),
        ("No response", "pending"),
        ("N/A", "pending"),
        ("–", "pending"),
        ("APPUYEE", "supported"),
        ("Acceptée", "supported"),
        ("Prise en note", "noted"),
        ("Cuenta con el apoyo", "supported"),
        ("Se toma nota", "noted"),
        ("Apoyada/Anotada", "supported_noted"),
        ("محاط بها علماً", "noted"),
        ("مؤيَّدة", "supported"),
    ],
)
def test_ways_to_write_a_position(written, position):
    stated = position_of(written)
    assert stated is not None
    assert (stated.position, stated.rest) == (position, "")


def test_words_after_a_position_are_told_and_may_take_it_back():
    rest = position_of("Supported (already implemented)")
    assert rest == ("supported", "(already implemented)")
    for text in ("Supported except the last sentence", "Noted (in part)", "Perhaps", "Supportedly"):
        assert position_of(text) is None, text
    matrix = g2(_law(1), position="Noted, see the addendum")
    assert reasons(matrix) == ["The position “Noted, see the addendum” is read as Noted."]


def test_two_lines_of_positions_are_both():
    assert [row.position for row in g2(_law(1), position="Supported\nNoted").rows] == [
        "supported_noted"
    ]


@pytest.mark.parametrize(
    ("written", "symbol", "paragraph", "rest"),
    [
        ("A/HRC/27/5/Add.1 – Para. 3", "A/HRC/27/5/Add.1", "3", ""),
        ("A/HRC/27/5/Add.1 - Paras. 3, 4 and 6", "A/HRC/27/5/Add.1", "3, 4 and 6", ""),
        ("A/HRC/27/5/add.1, paras 3 (a) and (b)", "A/HRC/27/5/Add.1", "3 (a) and (b)", ""),
        ("a/hrc/27/5 - para 138", "A/HRC/27/5", "138", ""),
        ("A/HRC/27/5/Add.1", "A/HRC/27/5/Add.1", "", ""),
        ("A/HRC/27/5/Add.1, annex, para. 3", "A/HRC/27/5/Add.1", "3", "annex"),
        ("A/HRC/27/5 - Para. 3; A/HRC/27/5/Add.1", "A/HRC/27/5", "3", "A/HRC/27/5/Add.1"),
        ("A/HRC/27/5/Add.1, párr. 4", "A/HRC/27/5/Add.1", "4", ""),
        ("A/HRC/27/5/Add.1, par. 4", "A/HRC/27/5/Add.1", "4", ""),
    ],
)
def test_ways_to_write_where_a_position_was_taken(written, symbol, paragraph, rest):
    source = source_of(written)
    assert source is not None
    assert (source.symbol, source.paragraph, source.rest) == (symbol, paragraph, rest)


@pytest.mark.parametrize(
    "line",
    [
        "Source of position: A/HRC/27/5/Add.1 – Para. 3",
        "Source: A/HRC/27/5/Add.1 – Para. 3",
        "(A/HRC/27/5/Add.1, para. 3)",
        "Source de la position : A/HRC/27/5/Add.1 - Par. 3",
        "Fuente de la posición: A/HRC/27/5/Add.1, párr. 3",
        "Источник позиции: A/HRC/27/5/Add.1, пункт 3",
        "مصدر الموقف: A/HRC/27/5/Add.1 - الفقرة 3",
        "立场来源：A/HRC/27/5/Add.1 第 3 段",
    ],
)
@pytest.mark.parametrize("beside", [False, True])
def test_the_source_is_found_in_the_cell_or_beside_the_position(line, beside):
    text = "1.1 Adopt a law (Chad);"
    cells = [text, f"Noted\n{line}"] if beside else [f"{text}\n{line}", "Noted"]
    (row,) = read(G2, [[*cells, "", ""]]).rows
    assert (row.text, row.position) == ("Adopt a law", "noted")
    assert (row.source_symbol, row.source_paragraph) == ("A/HRC/27/5/Add.1", "3")


# --- States ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "states"),
    [
        ("Adopt it (Egypt on behalf of the African Group);", ["EGY"]),
        ("Adopt it (Egypt (on behalf of the African Group));", ["EGY"]),
        ("Adopt it (Denmark, also on behalf of Finland and Norway);", ["DNK"]),
        ("Adopt it (France) – (Spain);", ["FRA", "ESP"]),
        ("Adopt it (France; Spain);", ["FRA", "ESP"]),
        ("Adopt it (France)(Spain) ;", ["FRA", "ESP"]),
        ("Adopt it (Maldives));", ["MDV"]),
        ("Adopt it (Maldives", ["MDV"]),
        (
            "Adopt it (Senegal, Venezuela (Bolivarian Republic of),Peru, Uruguay);",
            ["SEN", "VEN", "PER", "URY"],
        ),
        ("Adopt it (Bosnia  and   Herzegovina);", ["BIH"]),
        ("Adopt it (Swaziland) (Cape Verde) (fYROM);", ["SWZ", "CPV", "MKD"]),
        ("Adopt it (State of Palestine) (Holy See);", ["PSE", "VAT"]),
        ("Adopt it (Islamic Republic of Afghanistan, Kingdom of Spain);", ["AFG", "ESP"]),
    ],
)
def test_states_in_brackets(body, states):
    (row,) = g2(f"1.1 {body}{SOURCE}").rows
    assert codes(row) == states
    assert row.text == "Adopt it"


def test_those_on_whose_behalf_a_state_spoke_are_told():
    found = sentences_of("Adopt it (Egypt on behalf of the African Group);")
    assert found.behalf == ["Egypt on behalf of the African Group"]
    matrix = read(
        G1,
        [["1.1 Adopt it;" + SOURCE, "Iceland (on behalf of the Nordic States)\nPeru", "Noted", ""]],
    )
    assert codes(matrix.rows[0]) == ["ISL", "PER"]
    assert reasons(matrix) == [
        "“Iceland (on behalf of the Nordic States)”: the State that spoke is recorded, not those "
        "on whose behalf it did."
    ]


@pytest.mark.parametrize(
    "column",
    [
        "Chile; Estonia",
        "Chile, Estonia",
        "(Chile) (Estonia)",
        "- Chile\n- Estonia",
        "Chile and Estonia",
    ],
)
def test_states_in_a_column_of_their_own(column):
    (row,) = read(G1, [["1.1 Adopt it;" + SOURCE, column, "Noted", ""]]).rows
    assert codes(row) == ["CHL", "EST"]


def test_the_european_union_is_no_state():
    matrix = g2("1.1 Adopt it (European Union);" + SOURCE)
    assert reasons(matrix) == ["No recommending State is named."]
    assert matrix.rows[0].text == "Adopt it (European Union)"


# --- Themes, groups of persons, goals -------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "sdgs"),
    [
        ("SDGs:\n- 16 - PEACE, JUSTICE AND STRONG INSTITUTIONS", ["16"]),
        ("SDGs: 5, 10 and 16", ["5", "10", "16"]),
        ("SDG 5.3 Eliminate it\nSDG 16 – Peace", ["5.3", "16"]),
        ("S16 SDG 16 - peace", ["16"]),
        ("Relevant SDGs:\nGoal 5: Equality\nTarget 16.b", ["5", "16.b"]),
        ("SDGs: SDG-16", ["16"]),
        ("ODD:\n- ODD 4 - Éducation", ["4"]),
        ("SDGs: 5/10", ["5", "10"]),
    ],
)
def test_ways_to_write_goals(cell, sdgs):
    found = labels_of(cell)
    assert [label.code for label in found.sdgs] == sdgs
    assert found.strange == []


@pytest.mark.parametrize(
    "opening",
    [
        "Affected persons:",
        "Affected persons/groups:",
        "Affected groups:",
        "Groups of Persons:",
        "Persons affected :",
        "Personnes concernées :",
        "Grupos de personas:",
    ],
)
def test_ways_to_open_the_groups_of_persons(opening):
    found = labels_of(f"- Norms\n{opening}\n- women\n- children")
    assert [label.label for label in found.themes] == ["Norms"]
    assert [label.label for label in found.persons] == ["women", "children"]


# --- Languages ------------------------------------------------------------------------------------


def test_a_french_list():
    matrix = read(
        [
            "Recommandation et État auteur de la recommandation",
            "Position de l’État examiné",
            "Thèmes relatifs aux droits de l’homme et groupes de personnes",
            "ODD pertinents",
        ],
        [
            "Thème : Acceptation des normes internationales",
            [
                "140.1 Ratifier la Convention (Côte d’Ivoire) (République démocratique du Congo) ;\n"
                "Source de la position : A/HRC/59/15/Add.1 - Par. 3",
                "Appuyée",
                "- Acceptation des normes\nGroupes de personnes :\n- Femmes et filles",
                "- 5 - ÉGALITÉ ENTRE LES SEXES",
            ],
            [
                "140.2 Abolir la peine de mort (Suisse et Norvège) ;",
                "Notée",
                "- Peine de mort",
                "",
            ],
        ],
        header="EPU de la Slovénie (4e cycle – 48e session) Liste thématique des recommandations",
    )
    assert (matrix.state_named.code, matrix.cycle_named, matrix.session_named) == ("SVN", 4, 48)
    assert [(r.number, r.text, codes(r), r.position) for r in matrix.rows] == [
        ("140.1", "Ratifier la Convention", ["CIV", "COD"], "supported"),
        ("140.2", "Abolir la peine de mort", ["CHE", "NOR"], "noted"),
    ]
    first = matrix.rows[0]
    assert (first.source_paragraph, first.persons, first.sdgs) == (
        "3",
        (Label("", "Femmes et filles"),),
        (Label("5", "ÉGALITÉ ENTRE LES SEXES"),),
    )
    assert matrix.headings == ("Acceptation des normes internationales",)


def test_a_spanish_list():
    matrix = read(
        [
            "Recomendación",
            "Estado que formula la recomendación",
            "Posición",
            "Lista completa de derechos/personas afectadas",
        ],
        [
            "Tema: A12 Aceptación de normas internacionales",
            [
                "118.1. Ratificar el Convenio;\nFuente de la posición: A/HRC/32/9/Add.1 - párr. 4",
                "Reino Unido de Gran Bretaña e Irlanda del Norte\nEstados Unidos de América",
                "Cuenta con el apoyo",
                "A12 Aceptación de normas internacionales\nPersonas afectadas:\n- mujeres",
            ],
        ],
    )
    (row,) = matrix.rows
    assert (row.number, codes(row), row.position) == ("118.1", ["GBR", "USA"], "supported")
    assert (row.source_symbol, row.source_paragraph) == ("A/HRC/32/9/Add.1", "4")
    assert row.persons == (Label("", "mujeres"),)
    assert matrix.headings == ("A12 Aceptación de normas internacionales",)


# --- Nothing is lost ------------------------------------------------------------------------------


def test_every_row_with_a_text_is_a_recommendation_a_heading_or_a_doubt():
    rows = [
        "Theme: A12 Norms",
        [_law(1), "Supported", "", ""],
        ["", "Supported", "A12 Norms", ""],
        ["A text alone", "", "", ""],
        ["", "", "", "A remark"],
        [_law(2), "Maybe", "", ""],
        "* Prepared by OHCHR",
        "Theme:",
        [_law(2), "Maybe", "", ""],
    ]
    matrix = read(G2, rows)
    assert matrix.counts() == MatrixCounts(2, 1, 0, 0, 1, 1, 1)
    told = {doubt.row for doubt in matrix.doubts}
    assert told == {4, 5, 6, 7, 8, 9}


def test_an_assessment_in_the_list_is_told():
    matrix = read(G2, [[_law(1), "Noted", "", "Ratified in 2014"], [_law(2), "Noted", "", "Done"]])
    assert reasons(matrix) == [
        "What stands in this column is not imported (rows: 2): “Ratified in 2014”"
    ]
    assert matrix.doubts[0].cell == G2[3]


def test_a_landscape_file_with_a_picture_in_its_header_is_read():
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Inches(11), Inches(8.5)
    section.header.paragraphs[0].text = "UPR of Cabo Verde (4th Cycle – 44th Session)\tPage 1 of 9"
    add_table(document, G2, [[_law(1), "Noted", "", ""]])
    matrix = read_matrix(saved(document), "list.docx")
    assert (matrix.state_named.code, matrix.session_named) == ("CPV", 44)


def test_a_file_of_many_rows_is_read_in_proportion():
    """No step looks at all rows again for each row: the reader is called for what it is given."""
    matrix = read_matrix(
        file(G2, [[_law(serial), "Noted", "A12 Norms", ""] for serial in range(1, 301)]), "x.docx"
    )
    assert matrix.counts().recommendations == 300


def test_a_coded_theme_in_a_row_that_is_not_merged_is_a_heading():
    matrix = read(
        G2, [["A12 Norms", "", "", ""], [_law(1), "Noted", "", ""], ["Words alone", "", "", ""]]
    )
    assert matrix.rows[0].theme_heading == "A12 Norms"
    assert [doubt.row for doubt in matrix.doubts] == [4]
