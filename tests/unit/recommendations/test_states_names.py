from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nmrf.recommendations.states_names import (
    _shuffled,
    _spellings,
    _squeezed,
    _vocabulary,
    all_states,
    match_state,
    nearest_state,
    state_name,
)

DATA = Path(__file__).resolve().parents[2] / "data"


def test_every_state_of_the_fourth_cycle_is_known():
    with (DATA / "calendar" / "upr_cycle4_states.csv").open(encoding="utf-8") as lines:
        names = [line["state"] for line in csv.DictReader(lines)]
    codes = [match_state(name) for name in names]
    assert [name for name, code in zip(names, codes, strict=True) if code is None] == []
    assert len(set(codes)) == 193


@pytest.mark.parametrize("form", [_squeezed, _shuffled])
def test_no_two_states_share_a_spelling(form):
    seen: dict[str, str] = {}
    clashes = [
        (name, code, seen[form(name)])
        for name, code in _spellings()
        if seen.setdefault(form(name), code) != code
    ]
    assert clashes == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Czechia", "CZE"),
        ("Czech Republic", "CZE"),
        ("The former Yugoslav Republic of Macedonia", "MKD"),
        ("North Macedonia", "MKD"),
        ("Holy See", "VAT"),
        ("State of Palestine", "PSE"),
        ("United Kingdom of Great Britain and Northern Ireland", "GBR"),
        ("UNITED\u00a0KINGDOM", "GBR"),
        ("Bolivia (Plurinational S tate of)", "BOL"),
        ("Bolivarian Republic of Venezuela", "VEN"),
        ("Venezuela (Bolivarian Republic of)", "VEN"),
        ("Iran ( Islamic Republic of )", "IRN"),
        ("Korea, Republic of", "KOR"),
        ("Democratic People's Republic of Korea", "PRK"),
        ("Democratic People’s Republic of Korea", "PRK"),
        ("the Netherlands", "NLD"),
        ("Netherlands (Kingdom of the)", "NLD"),
        ("Cote d'Ivoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("Congo", "COG"),
        ("Democratic Republic of the Congo", "COD"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Dominica", "DMA"),
        ("Dominican Republic", "DOM"),
        ("Guinea-Bissau", "GNB"),
        ("République de Corée", "KOR"),
        ("Reino Unido de Gran Bretaña e Irlanda del Norte", "GBR"),
        ("Российская Федерация", "RUS"),
        ("إسبانيا", "ESP"),
        ("西班牙", "ESP"),
        ("刚果民主共和国", "COD"),
    ],
)
def test_names_as_documents_write_them(name, code):
    assert match_state(name) == code


@pytest.mark.parametrize(
    "name", ["", "  ", "No. 29", "CEDAW", "Wakanda", "Northern Ireland", "European Union", "Taiwan"]
)
def test_what_is_no_state_is_unknown(name):
    assert match_state(name) is None


def test_a_slip_of_the_pen_finds_its_neighbour():
    assert nearest_state("Portugall") == "PRT"
    assert nearest_state("Wakanda") is None


def test_names_are_the_united_nations_own_in_english_and_unicode_s_elsewhere():
    assert state_name("IRN") == "Iran (Islamic Republic of)"
    assert state_name("SVN") == "Slovenia"
    assert state_name("SVN", "fr") == "Slovénie"
    assert state_name("CHN", "zh-Hans") == "中国"
    assert state_name("XYZ") == "XYZ"


def test_193_members_and_2_observers():
    states = all_states()
    assert len(states) == 195
    assert [state.code for state in states if state.observer] == ["VAT", "PSE"]
    assert (states[0].code, states[0].alpha2, states[0].name) == ("AFG", "AF", "Afghanistan")
    assert all(match_state(state.name) == state.code for state in states)


def test_every_state_is_known_by_its_long_form():
    names = _vocabulary()["formal_names"]
    assert len(names) == 195
    assert [(name, code) for code, name in names.items() if match_state(name) != code] == []
    assert [code for code, name in names.items() if match_state(f"the {name}") != code] == []
