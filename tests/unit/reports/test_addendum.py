from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import docx
from lxml import etree

from nmrf.files.word_xml import w
from nmrf.reports.addendum import (
    AddendumForWord,
    AnswerForWord,
    GroupForWord,
    PositionForWord,
    write_addendum,
)


def un(*numbers):
    return [f"140.{number}" for number in numbers]


ADDENDUM = AddendumForWord(
    state="Ruritania",
    session="Fifty-ninth session\n16 June–11 July 2025\nAgenda item 6",
    symbol="A/HRC/59/15/Add.1",
    distribution="Distr.: General",
    created=datetime(2026, 4, 8, tzinfo=UTC),
    author="National Mechanism of Ruritania",
    introduction=["Ruritania received 25 recommendations."],
    groups=[
        GroupForWord(
            "Supported recommendations",
            "The Government supports the following recommendations:",
            un(10, 9, 7, 8, 15, 20),
        ),
        GroupForWord(
            "Supported recommendations that are already implemented",
            "The Government supports the following recommendations",
            un(11, 12, 13, 14, 18, 19),
            [
                AnswerForWord(un(11, 12, 13, 14), "The Convention was *ratified*.\nIt is law."),
                AnswerForWord(un(18, 120, 209), "Independent."),
            ],
        ),
        GroupForWord("Noted recommendations", "The Government takes note of", un(1, 2, 3)),
    ],
)


SUBJECT = (
    "Views on conclusions and/or recommendations, voluntary commitments "
    "and replies presented by the State under review"
)


def paragraphs(data):
    document = docx.Document(BytesIO(data))
    return [(p.style.style_id, p.text) for p in document.paragraphs]


def test_the_form_of_an_addendum():
    assert paragraphs(write_addendum(ADDENDUM)) == [
        ("MastheadSymbol", "A/HRC/59/15/Add.1"),
        ("MastheadSymbol", "Distr.: General"),
        ("MastheadBody", "Human Rights Council"),
        ("MastheadBody", "Fifty-ninth session"),
        ("MastheadBody", "16 June–11 July 2025"),
        ("MastheadBody", "Agenda item 6"),
        ("Masthead", "Universal periodic review"),
        ("Title", "Report of the Working Group on the Universal Periodic Review"),
        ("Subtitle", "Ruritania"),
        ("Subtitle", "Addendum"),
        (
            "Subtitle",
            SUBJECT,
        ),
        ("NumberedParagraph", "Ruritania received 25 recommendations."),
        ("Heading1", "Supported recommendations"),
        (
            "NumberedParagraph",
            "The Government supports the following recommendations: 140.7–10, 140.15, 140.20.",
        ),
        ("Heading1", "Supported recommendations that are already implemented"),
        (
            "NumberedParagraph",
            "The Government supports the following recommendations: 140.11–14, 140.18–19.",
        ),
        ("RecommendationNumbers", "140.11–14"),
        ("Explanation", "The Convention was ratified."),
        ("Explanation", "It is law."),
        ("RecommendationNumbers", "140.18, 140.120, 140.209"),
        ("Explanation", "Independent."),
        ("Heading1", "Noted recommendations"),
        ("NumberedParagraph", "The Government takes note of: 140.1–3."),
    ]


def test_paragraphs_and_groups_are_numbered_by_word():
    document = docx.Document(BytesIO(write_addendum(ADDENDUM)))
    assert [number for _paragraph, number in document.list_numbers] == [
        "1.",
        "I.",
        "2.",
        "II.",
        "3.",
        "III.",
        "4.",
    ]


def test_the_table_has_a_row_for_each_recommendation():
    rows = [
        PositionForWord("140.1", "Noted", "Ratify the [Convention]* (Atlantis);"),
        PositionForWord("140.2", "Supported", "Adopt a law (Lusitania);"),
    ]
    (table,) = docx.Document(BytesIO(write_addendum(replace(ADDENDUM, table=rows)))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["No.", "Recommendation", "Position"],
        ["140.1", "Ratify the [Convention]* (Atlantis);", "Noted"],
        ["140.2", "Adopt a law (Lusitania);", "Supported"],
    ]
    assert table.rows[0]._tr.find(f"{w('trPr')}/{w('tblHeader')}") is not None


def test_a_table_without_texts_has_two_columns():
    rows = [PositionForWord("140.1", "Noted")]
    (table,) = docx.Document(BytesIO(write_addendum(replace(ADDENDUM, table=rows)))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["No.", "Position"],
        ["140.1", "Noted"],
    ]


def test_a_group_without_numbers_is_a_sentence():
    group = GroupForWord("Noted recommendations", "There are none", [])
    last = paragraphs(write_addendum(replace(ADDENDUM, groups=[group])))[-1]
    assert last == ("NumberedParagraph", "There are none.")


def test_a_long_narrow_table_stands_in_columns():
    rows = [PositionForWord("140.1", "Noted")]
    with zipfile.ZipFile(BytesIO(write_addendum(replace(ADDENDUM, table=rows)))) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    sections = list(root.iter(w("sectPr")))
    assert [one.find(w("cols")).get(w("num")) for one in sections] == ["1", "3"]
    assert [one.find(w("titlePg")) is not None for one in sections] == [True, False]


def test_an_arabic_table_runs_from_the_right():
    data = write_addendum(
        replace(ADDENDUM, language="ar", table=[PositionForWord("140.1", "Noted")])
    )
    with zipfile.ZipFile(BytesIO(data)) as package:
        root = etree.fromstring(package.read("word/document.xml"))
    assert root.find(f".//{w('tblPr')}/{w('bidiVisual')}") is not None


def test_the_same_data_gives_the_same_bytes():
    assert write_addendum(ADDENDUM) == write_addendum(ADDENDUM)
