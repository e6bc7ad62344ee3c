from __future__ import annotations

from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmrf.core.errors import Invalid
from nmrf.reports.citations import (
    Citation,
    citations_within,
    find_citation_line,
    parse_numbers,
    range_list,
    ranges,
    resolve,
    running_order,
    split_citation,
)

REPORT = Path(__file__).parents[2] / "data" / "reports" / "svn-wg48-national-report.docx"


def un(paragraph, *numbers):
    return tuple(f"{paragraph}.{number}" for number in numbers)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("(Recommendations 1, 5, 7–9, 158–160)", (1, 5, 7, 8, 9, 158, 159, 160)),
        ("(Recommendation 15)", (15,)),
        ("1-3, 5 — 6 and 8", (1, 2, 3, 5, 6, 8)),
        ("122.17–18", un(122, 17, 18)),
        ("122.17-122.19", un(122, 17, 18, 19)),
        ("140.35. 140.36, 140.41.", un(140, 35, 36, 41)),
        ("140.11-14", un(140, 11, 12, 13, 14)),
        ("140.82-85, 87", un(140, 82, 83, 84, 85, 87)),
        ("140.120, 209", un(140, 120, 209)),
        ("121.5 and 122.5", ("121.5", "122.5")),
        ("5, 122.5", (5, "122.5")),
        ("1, 1, 1–2", (1, 2)),
        ("(Recommandations 1 et 3)", (1, 3)),
        ("(Recomendaciones 1 y 3)", (1, 3)),
        ("(Рекомендации 1 и 3)", (1, 3)),
        ("(التوصيات ١، ٣–٥ و 7)", (1, 3, 4, 5, 7)),
        ("（建议1、3–5和7）", (1, 3, 4, 5, 7)),
        ("（建议1至3）", (1, 2, 3)),
        ("(Recommendation 122.17–18)", un(122, 17, 18)),
        ("(recommendations 122.1, 122.3 and 122.5–122.7)", un(122, 1, 3, 5, 6, 7)),
        ("(Recommendations nos. 12–14)", (12, 13, 14)),
        ("(Recommendations Nos. 12 to 14)", (12, 13, 14)),
        ("(Recommandations 1 à 3)", (1, 2, 3)),
        ("(Recommandations n°s 1 à 3, 7 et 9)", (1, 2, 3, 7, 9)),
        ("(Recomendaciones núms. 1 a 3)", (1, 2, 3)),
        ("(Recomendaciones 1 al 3 y 7)", (1, 2, 3, 7)),
        ("(Empfehlungen 1 bis 3 und 7)", (1, 2, 3, 7)),
        ("(التوصيات 1 إلى 3)", (1, 2, 3)),
        ("122.5 to 122.7", un(122, 5, 6, 7)),
        ("1, 5 of cycle 3", (1, 5)),
    ],
)
def test_numbers_are_read(text, parts):
    citation = parse_numbers(text)
    assert citation.parts == parts


@pytest.mark.parametrize(
    ("text", "citation"),
    [
        ("9–7", Citation((), ("9–7",))),
        ("121.5–122.3", Citation((), ("121.5–122.3",))),
        ("1, see A/HRC/43/15", Citation((1,), ("see", "A/HRC/43/15"))),
        ("140.3(a), 140.4", Citation(("140.4",), ("140.3(a)",))),
        ("1–5 of 2019", Citation((1, 2, 3, 4, 5), ("of", "2019"))),
        ("2024/25", Citation((), ("2024/25",))),
        ("1–99999999", Citation((), ("1–99999999",))),
    ],
)
def test_what_is_not_a_number_is_kept_as_unread(text, citation):
    assert parse_numbers(text) == citation


def test_running_and_un_numbers_are_told_apart():
    citation = parse_numbers("1, 2, 122.3")
    assert (citation.running, citation.numbers) == ([1, 2], ["122.3"])


@pytest.mark.parametrize(
    "line",
    [
        "(Recommendations 1, 5, 7–9)",
        "(Recommendation 15)",
        "Recommendations: 1–5",
        "Recommendations 122.1–122.5.",
        "*(Recommendations 1–5)*",
        "(Recs. 1–5)",
        "(Recommendations nos. 1–5)",
        "(Supported recommendations 1–5, in part)",
        "[Recommandations 1–5]",
        "(建议 1、3–5)",
        "(in response to recommendations 12 and 14)",
        "(Recommandations n° 1 à 5)",
        "(Recomendaciones núms. 12 a 14)",
        "(Priporočila 1, 5, 7–9)",
        "(Recommendations 1–5)[^3]",
    ],
)
def test_citation_lines(line):
    citation = find_citation_line(line)
    assert citation is not None
    assert citation.parts


@pytest.mark.parametrize(
    "line",
    [
        "Slovenia considers that Recommendation 15 is fulfilled.",
        "Recommendation 15 on a national human rights institution",
        "Recommendations",
        "(Recommendations)",
        "(see the annex)",
        "Implementation of recommendations from previous cycles",
        "",
        "(Recommendations 1 to follow up with many words that are no numbers)",
    ],
)
def test_other_lines_are_no_citations(line):
    assert find_citation_line(line) is None


def test_slovenia_cites_by_running_number_in_fourteen_lines():
    lines = [p.text for p in docx.Document(str(REPORT)).paragraphs]
    citations = [citation for line in lines if (citation := find_citation_line(line))]
    order = running_order("122.1-157, 121.1-58")
    ids = {number: f"r-{number}" for number in order.values()}
    running = {place: ids[number] for place, number in order.items()}
    results = [resolve(citation, running, ids) for citation in citations]
    assert len(citations) == 14
    assert [unresolved for _found, unresolved in results] == [[]] * 14
    first = [f"122.{n}" for n in (1, 5, 7, 8, 9, 11, 12)] + ["121.1", "121.2", "121.3"]
    assert results[0][0] == [f"r-{number}" for number in first]


def test_what_resolves_to_nothing_is_named():
    citation = parse_numbers("1, 300, 122.2, 122.2, 122.400, annex")
    assert resolve(citation, {1: "a"}, {"122.2": "b"}) == (["a", "b"], ["300", "122.400", "annex"])


def test_running_order_of_slovenia():
    order = running_order("122.1-157, 121.1-58")
    assert len(order) == 215
    assert (order[1], order[157], order[158], order[215]) == ("122.1", "122.157", "121.1", "121.58")


@pytest.mark.parametrize("order", ["", "1-5", "122.1-5, annex", "122.9-5"])
def test_an_order_of_anything_else_is_refused(order):
    with pytest.raises(Invalid, match="range of recommendation numbers"):
        running_order(order)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        (["122.20", "122.17", "122.18"], "122.17–18, 122.20"),
        (["140.1", "140.2", "140.3", "140.11"], "140.1–3, 140.11"),
        (["122.1", "121.58", "122.2"], "121.58, 122.1–2"),
        (["140.9", "140.10", "140.9"], "140.9–10"),
        (["3", "1", "2"], "1–3"),
        (["5.II.1", "140.1"], "140.1, 5.II.1"),
    ],
)
def test_ranges_in_un_style(numbers, text):
    assert ranges(numbers) == text


@given(st.sets(st.tuples(st.integers(1, 300), st.integers(1, 400)), max_size=60))
def test_ranges_can_be_read_back(pairs):
    numbers = {f"{a}.{b}" for a, b in pairs}
    citation = parse_numbers(ranges(numbers))
    assert set(citation.numbers) == numbers
    assert citation.unread == ()


@given(st.text(max_size=80))
def test_any_text_can_be_read(text):
    parse_numbers(text)
    find_citation_line(text)


def test_ranges_come_in_pieces_too():
    assert range_list(["1.1", "1.2", "1.4"]) == ["1.1–2", "1.4"]


def test_citations_among_the_words_of_a_paragraph():
    text = (
        "A law (the Act (2024)) was adopted (Recommendations 122.4, 122.5); see (Rec. 122.5, 7(a))."
    )
    assert citations_within(text) == Citation(("122.4", "122.5"), ("7(a)",))
    assert citations_within("Recommendation 15 is fulfilled (see Article 5).") == Citation(())


@pytest.mark.parametrize(
    ("heading", "parts"),
    [
        ("Health (Recommendations 1–5)", ("Health", "(Recommendations 1–5)")),
        ("Health (of mothers)", ("Health (of mothers)", "")),
        ("Health (Recommendations 1–5) and work", ("Health (Recommendations 1–5) and work", "")),
        ("Health", ("Health", "")),
    ],
)
def test_a_citation_at_the_end_of_a_heading(heading, parts):
    assert split_citation(heading) == parts
