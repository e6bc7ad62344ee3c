from __future__ import annotations

import pytest

from nmrf.accounts.queries import actor_for
from nmrf.core.roles import PUBLIC
from nmrf.portal.search import around, marked, search
from tests import factories
from tests.factories.desk import comment
from tests.queries import count_statements


@pytest.fixture
def found(ctx):
    def ask(words, person=None):
        actor = actor_for(ctx.session, person, ctx.today) if person else PUBLIC
        groups = search(ctx.acting_as(actor), words)
        return {group.label: [hit.title for hit in group.hits] for group in groups}

    return ask


def test_one_box_over_all_that_is_public(ctx, loop, found):
    factories.recommendation(ctx.session, loop.round.cycle, "140.7", "Protect all children")
    assert found("children") == {
        "Recommendations": ["140.7"],
        "Published reports": ["National report, paragraph 1"],
        "Comments": ["Comment on National report, version 1"],
        "Consultations": ["Hearing on children"],
    }


def test_endings_and_accents_do_not_matter(loop, found):
    assert found("PROTÉCTING children") == {"Published reports": ["National report, paragraph 1"]}


@pytest.mark.parametrize("words", ["Unpublished", "Withheld words", "Not moderated", "Unannounced"])
def test_the_public_finds_nothing_unpublished(loop, found, words):
    assert found(words) == {}


@pytest.mark.parametrize("words", ["", "  ", "…", "%", "_"])
def test_nothing_is_found_without_words(loop, found, words):
    assert found(words) == {}


def test_all_words_have_to_be_there(loop, found):
    assert found("courts quick slow") == {}


def test_the_secretariat_finds_its_own_plans_but_no_draft(loop, found):
    w = loop.round.people
    assert found("Unannounced", w.secretary) == {"Consultations": [loop.secret.title]}
    assert found("Unpublished", w.secretary) == {}


def test_the_number_leads_to_the_recommendation(loop, found):
    assert found("140.2") == {"Recommendations": ["140.2"]}


def test_four_statements_however_much_there_is(ctx, loop, found, database):
    for n in range(20, 50):
        comment(ctx.session, loop.public, n)
    with count_statements(database) as sent:
        hits = found("children")
    assert (len(sent) <= 5, len(hits["Comments"])) == (True, 20)


def test_the_words_around_the_first_hit():
    text = f"{'before ' * 40}the courts were quick {'after ' * 40}"
    shown = around(text, "court")
    assert shown.split("the courts were quick")[0].startswith("… before")
    assert shown.endswith("after …")
    assert len(shown) <= 230


def test_a_short_text_is_shown_whole():
    assert around("Courts are\n quick.", "quick") == "Courts are quick."


@pytest.mark.parametrize(
    ("text", "words", "language", "found"),
    [
        ("Courts protect children, in courts.", "court child", "en", ["Courts", "courts"]),
        ("Pour l'égalité", "egalite", "fr", ["égalité"]),
        ("保护儿童", "儿童", "zh", ["儿", "童"]),
        ("حماية الأطفال", "أطفال", "ar", ["الأطفال"]),
        ("<b>court</b>", "court", "en", ["court"]),
        ("nothing here", "court", "en", []),
    ],
)
def test_the_words_found_are_marked_and_nothing_is_lost(text, words, language, found):
    pieces = marked(text, words, language)
    assert [piece for piece, hit in pieces if hit] == found
    assert "".join(piece for piece, _hit in pieces) == text
