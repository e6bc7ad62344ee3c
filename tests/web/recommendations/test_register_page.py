"""The register as each reader sees it: nothing hidden, facets, shareable addresses, exports."""

from __future__ import annotations

import csv
import io

import pytest

from nmrf.core.roles import Role
from tests import factories
from tests.factories.recommendations import many
from tests.queries import count_statements
from tests.web.pages import text, texts, tree


def numbers(answer):
    return texts(answer, "//ul[@class='rec-rows']//a[@class='rec-number']")


def facet(answer, name):
    """The options of a facet with their counts."""
    found = tree(answer).xpath(f"//input[@name='{name}' and starts-with(@id, 'facet-')]/..")
    return [text(option) for option in found]


def test_the_public_sees_all_of_them_with_position_owner_and_status(client_for, listed):
    answer = client_for().get("/recommendations")
    assert answer.status_code == 200
    assert numbers(answer) == ["140.2", "140.10", "140.12"]
    rows = texts(answer, "//ul[@class='rec-rows']/li")
    assert rows[0] == (
        "140.2 Supported A/HRC/59/15/Add.1, ¶ 3 Ratify the Convention France, Togo "
        "Leads: Ministry of Justice "
        "Planned 18 Nov 2026 · reported by the ministry, not independently verified"
    )
    assert rows[1] == (
        "140.10 Noted A/HRC/59/15/Add.1, ¶ 3 Abolish the death penalty France "
        "Leads: Ministry of Justice Implementation not reported yet"
    )
    assert rows[2] == (
        "140.12 No position yet Vote <b>a</b> law France No owner yet "
        "Implementation not reported yet"
    )


def test_states_are_named_in_the_language_of_the_reader(client_for, secretary, listed):
    listed[2].states[0].name, listed[2].states[0].code = "Germany", "DEU"
    secretary.session.commit()
    answer = client_for().get("/recommendations", headers={"Accept-Language": "fr"})
    assert tree(answer).get("lang") == "fr"
    row = texts(answer, "//ul[@class='rec-rows']/li")[2]
    assert "Vote <b>a</b> law Allemagne Pas encore de responsable" in row


def test_facets_with_counts(client_for, listed):
    answer = client_for().get("/recommendations?position=noted&position=pending")
    assert numbers(answer) == ["140.10", "140.12"]
    assert facet(answer, "position") == ["Noted 1", "No position yet 1", "Supported 1"]
    assert facet(answer, "lead") == ["No owner 1", "Ministry of Justice 1"]
    assert facet(answer, "status") == []  # one value only: nothing to choose
    assert facet(answer, "theme") == ["Death penalty 1", "Equality 1"]
    chips = texts(answer, "//ul[@class='facet-chosen']//a")
    assert chips == ["Remove filter: Noted ×", "Remove filter: No position yet ×", "Clear all"]
    links = tree(answer).xpath("//ul[@class='facet-chosen']//a/@href")
    assert links[0] == "/recommendations?position=pending"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=140.12", ["140.12"]),
        ("q=death", ["140.10"]),
        ("lead=none", ["140.12"]),
        ("status=none", ["140.10", "140.12"]),
        ("state=TGO", ["140.2"]),
        ("persons=Prisoners", ["140.2"]),
        ("page=99", ["140.2", "140.10", "140.12"]),
        ("page=x&cycle=x&position=rejected", ["140.2", "140.10", "140.12"]),
        ("q=zebra", []),
    ],
)
def test_an_address_is_a_filter(client_for, listed, query, found):
    answer = client_for().get(f"/recommendations?{query}")
    assert (answer.status_code, numbers(answer)) == (200, found)


def test_an_empty_register_says_who_fills_it(client_for, world, cycle, ctx):
    ctx.session.commit()
    assert texts(client_for().get("/recommendations"), "//div[@class='empty']") == [
        "No recommendations yet They come with the report of the Working Group, about two weeks "
        "after the review. The secretariat imports OHCHR's list."
    ]
    answer = client_for(world.secretary).get("/recommendations")
    assert texts(answer, "//div[@class='empty']//a") == ["Import a list"]


@pytest.mark.parametrize(
    ("role", "buttons"),
    [
        (None, []),
        ("member", []),
        ("justice", []),
        ("secretary", ["Assign …", "Take a position …", "Group or mark …"]),
    ],
)
def test_who_is_offered_to_act_on_ticked_rows(client_for, world, listed, role, buttons):
    answer = client_for(getattr(world, role) if role else None).get("/recommendations")
    assert texts(answer, "//form[@id='bulk']//button") == buttons
    ticks = tree(answer).xpath("//ul[@class='rec-rows']//input[@type='checkbox']")
    assert len(ticks) == (3 if buttons else 0)


def test_a_ministry_is_told_what_waits_and_can_answer(client_for, world, listed):
    client = client_for(world.justice)
    answer = client.get("/recommendations")
    assert "2 recommendations wait for the answer of Ministry of Justice" in text(tree(answer))
    url = tree(answer).xpath("//a[text()='Show them']/@href")[0]
    assert url == f"/recommendations?ours={world.moj.id}&assignment=proposed"
    answer = client.get(url)
    assert numbers(answer) == ["140.2", "140.10"]
    assert texts(answer, "//form[@id='bulk']//button") == ["Accept or dispute …"]
    assert facet(answer, "assignment") == ["waits for an answer 2"]


def test_answers_are_not_shown_to_the_public(client_for, world, listed):
    assert "waits for an answer" in client_for(world.interior).get("/recommendations").text
    for who in (None, world.member):
        answer = client_for(who).get("/recommendations?assignment=accepted")
        assert numbers(answer) == ["140.2", "140.10", "140.12"]
        assert "waits for an answer" not in answer.text


@pytest.mark.parametrize("role", [None, Role.SECRETARIAT])
def test_statements_do_not_grow_with_the_rows(ctx, client_for, database, role):
    cycle = factories.cycle(ctx.session)
    at = factories.institution(ctx.session)
    who = factories.person(ctx.session, role, at) if role else None
    sent = []
    for n in (1, 3):
        session = cycle if n == 1 else factories.cycle(ctx.session, 54)
        rows = [factories.recommendation(ctx.session, session, f"1.{i}", lead=at) for i in range(n)]
        assert len(rows) == n
        ctx.session.commit()
        client = client_for(who)
        with count_statements(database) as counted:
            client.get(f"/recommendations?cycle={session.id}")
        sent.append(len(counted))
    assert sent[0] == sent[1] <= 12


def test_five_thousand_rows_take_a_page_and_twelve_statements(ctx, client_for, database, cycle):
    many(ctx.session, cycle, 5_000)
    ctx.session.commit()
    client = client_for()
    with count_statements(database) as sent:
        answer = client.get("/recommendations?q=protocol&page=2")
    assert len(sent) <= 12
    assert len(numbers(answer)) == 50
    assert texts(answer, "//p[@class='pagination-sum']") == ["51 to 100 of 5000 recommendations"]
    assert len(answer.data) < 400_000


def test_an_export_obeys_the_filter_and_the_columns(client_for, listed):
    answer = client_for().get(
        "/recommendations/export?position=noted&format=csv&columns=number&columns=text"
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=recommendations-2026-11-18.csv"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))) == [
        ["Number", "Recommendation"],
        ["140.10", "Abolish the death penalty"],
    ]


def test_the_form_of_the_export_carries_the_filter(client_for, listed):
    answer = client_for().get("/recommendations?position=noted&q=death")
    form = tree(answer).xpath("//form[@action='/recommendations/export']")[0]
    hidden = [(i.get("name"), i.get("value")) for i in form.xpath(".//input[@type='hidden']")]
    assert hidden == [("q", "death"), ("position", "noted")]
    formats = [b.get("value") for b in form.xpath(".//button")]
    assert formats == ["xlsx", "csv", "json", "docx"]
    for kind in formats:
        got = client_for().get(f"/recommendations/export?position=noted&q=death&format={kind}")
        assert got.status_code == 200


def test_an_unknown_format_is_said(client_for, listed):
    answer = client_for().get("/recommendations/export?format=exe")
    assert answer.status_code == 422
    assert "Choose one of these formats: xlsx, csv, json, docx." in answer.text
