"""The three real files; the counts are those of tests/data/README.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nmrf.recommendations.matrix import (
    Doubt,
    Label,
    Matrix,
    MatrixCounts,
    StateMention,
    read_matrix,
)

MATRICES = Path(__file__).resolve().parents[2] / "data" / "matrices"


def _read(name: str) -> Matrix:
    return read_matrix((MATRICES / f"{name}.docx").read_bytes(), f"{name}.docx")


@pytest.fixture(scope="module")
def wg34() -> Matrix:
    return _read("svn-wg34")


@pytest.fixture(scope="module")
def wg48() -> Matrix:
    return _read("svn-wg48")


@pytest.fixture(scope="module")
def china() -> Matrix:
    return _read("chn-wg31")


def _row(matrix: Matrix, number: str):
    return next(row for row in matrix.rows if row.number == number)


def _numbers(prefix: int, last: int) -> set[str]:
    return {f"{prefix}.{serial}" for serial in range(1, last + 1)}


def test_slovenia_third_cycle(wg34):
    assert wg34.counts() == MatrixCounts(215, 182, 33, 0, 0, 53, 81)
    assert {row.number for row in wg34.rows} == _numbers(121, 58) | _numbers(122, 157)
    assert wg34.symbol == "A/HRC/43/15"
    assert wg34.header_text == (
        "UPR of Slovenia (3rd Cycle - 34th Session) Thematic list of recommendations"
    )
    assert wg34.state_named == StateMention("Slovenia", "SVN")
    assert (wg34.cycle_named, wg34.session_named) == (3, 34)
    assert wg34.doubts == ()
    assert wg34.repeated == ()


def test_slovenia_fourth_cycle(wg48):
    assert wg48.counts() == MatrixCounts(254, 217, 37, 0, 0, 53, 94)
    assert {row.number for row in wg48.rows} == _numbers(140, 254)
    assert wg48.symbol == "A/HRC/59/15"
    assert (wg48.state_named, wg48.cycle_named, wg48.session_named) == (
        StateMention("Slovenia", "SVN"),
        4,
        48,
    )
    assert wg48.doubts == (
        Doubt(
            149,
            "Recommendation and recommending State",
            "The source “A/HRC/59/15/Add.1 - Para.3vv” is read as A/HRC/59/15/Add.1, paragraph 3.",
            "140.113",
        ),
    )


def test_china_third_cycle(china):
    assert china.counts() == MatrixCounts(346, 284, 62, 0, 0, 64, 138)
    assert {row.number for row in china.rows} == _numbers(28, 346)
    assert china.symbol == "A/HRC/40/6"
    assert (china.state_named, china.cycle_named, china.session_named) == (
        StateMention("China", "CHN"),
        3,
        31,
    )
    assert china.doubts == ()


def test_a_row_with_themes_sdgs_and_persons_in_one_cell(wg34):
    row = _row(wg34, "121.1")
    assert row.text == (
        "Ratify the International Convention for the Protection of All Persons from Enforced "
        "Disappearance"
    )
    assert row.states == (StateMention("France", "FRA"), StateMention("Lithuania", "LTU"))
    assert (row.position, row.position_text) == ("supported", "Supported")
    assert (row.source_symbol, row.source_paragraph) == ("A/HRC/43/15", "121")
    assert row.themes == (
        Label("", "Acceptance of international norms"),
        Label("", "Enforced disappearances"),
    )
    assert row.sdgs == (Label("16", "PEACE, JUSTICE AND STRONG INSTITUTIONS"),)
    assert row.persons == (Label("", "Disappeared persons"),)
    assert row.theme_heading == "Acceptance of international norms"
    assert row.assessment == ""
    assert row.row == 3
    assert row.parts == ()


def test_brackets_that_are_no_states_stay_in_the_text(wg34, china):
    assert _row(wg34, "121.3").text.endswith("Forced Labour Convention, 1930 (No. 29)")
    assert _row(wg34, "121.3").states == (
        StateMention("United Kingdom of Great Britain and Northern Ireland", "GBR"),
    )
    assert _row(china, "28.19").text.count("(ILO)") == 1
    assert _row(china, "28.74").text.endswith("(2016–2020)")


def test_one_number_for_several_sentences_with_their_own_states(wg34, china):
    row = _row(wg34, "121.2")
    assert [(part.text, [state.code for state in part.states]) for part in row.parts] == [
        (
            (
                "Complete the process of ratification of the International Convention for the "
                "Protection of All Persons from Enforced Disappearance"
            ),
            ["UKR"],
        ),
        (
            (
                "Increase efforts towards ratification of the International Convention for the "
                "Protection of All Persons from Enforced Disappearance"
            ),
            ["SVK"],
        ),
    ]
    assert [state.code for state in row.states] == ["UKR", "SVK"]
    assert row.text == f"{row.parts[0].text}; {row.parts[1].text}"
    assert {row.number for row in wg34.rows if row.parts} == {"121.2", "122.3", "122.11"}
    assert [[s.code for s in part.states] for part in _row(china, "28.4").parts] == [
        ["NZL"],
        ["URY", "MLI"],
    ]


def test_a_list_with_a_column_of_goals_and_none_for_an_assessment(wg48):
    row = _row(wg48, "140.12")
    assert row.text.startswith("Ratify the 1961 Convention on the Reduction of Statelessness and")
    assert row.states == (StateMention("Montenegro", "MNE"),)
    assert row.sdgs == (Label("10", "REDUCED INEQUALITIES"),)
    assert [label.label for label in row.persons] == [
        "Refugees & asylum seekers",
        "Public officials",
        "Stateless persons",
    ]
    assert row.theme_heading == "Ratification of & accession to international instruments"
    assert (row.source_symbol, row.source_paragraph) == ("A/HRC/59/15/Add.1", "4")
    assert row.assessment is None


def test_coded_themes_and_goals_among_them(china):
    row = _row(china, "28.264")
    assert row.themes == (
        Label("A12", "Acceptance of international norms"),
        Label("E51", "Right to education - General"),
        Label("F31", "Children: definition; general principles; protection"),
    )
    assert row.sdgs == (
        Label("4", "education"),
        Label("16", "peace, justice and strong institutions"),
    )
    assert row.theme_heading == "A12 Acceptance of international norms"
    assert _row(china, "28.321").themes[-1] == Label(
        "S", "Sustainable Development Goal implementation"
    )


@pytest.mark.parametrize("name", ["svn-wg34", "svn-wg48", "chn-wg31"])
def test_no_letter_is_lost_between_cell_and_row(name):
    def letters(text: str) -> str:
        return re.sub(r"[\W_]+", "", text)

    for row in _read(name).rows:
        pieces = [(part.text, part.states) for part in row.parts] or [(row.text, row.states)]
        again = "".join(text + "".join(s.name for s in states) for text, states in pieces)
        assert letters(again) == letters(row.original), row.number


@pytest.mark.parametrize("name", ["svn-wg34", "svn-wg48", "chn-wg31"])
def test_all_states_of_the_real_files_are_known(name):
    assert [
        state.name for row in _read(name).rows for state in row.states if state.code is None
    ] == []
