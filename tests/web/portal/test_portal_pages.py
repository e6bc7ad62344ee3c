from __future__ import annotations

import json

import pytest

from nmrf.portal.datasets import DATASETS
from tests import factories
from tests.factories.cycles import planned
from tests.factories.desk import comment
from tests.queries import count_statements
from tests.web.pages import texts, tree

PAGES = [
    "/",
    "/about",
    "/protection",
    "/accessibility",
    "/institutions",
    "/open-data",
    "/progress",
    "/progress?by=state&cycle=nonsense",
    "/progress?by=cycle",
    "/search",
    "/search?q=nothing",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_on_an_empty_database(client_for, address):
    page = client_for().get(address)
    assert (page.status_code, len(texts(page, "//h1"))) == (200, 1)


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_a_public_page_opens(loop, client_for, address):
    client = client_for()
    links = set(tree(client.get(address)).xpath("//main//a/@href"))
    inside = {link for link in links if link.startswith("/") and ".ics" not in link}
    opened = {link: client.get(link).status_code for link in inside}
    assert {link: code for link, code in opened.items() if code != 200} == {}


def test_home_says_who_does_what_first(client_for):
    page = client_for().get("/")
    assert texts(page, "//p[@class='empty-who']") == [
        "The secretariat opens the cycle.",
        "The secretariat imports the list; the ministries then report on each.",
    ]
    assert texts(page, "//p[@class='home-act-title']") == [
        "No draft is open for comment",
        "None is announced",
        "See what became of your comment",
    ]


def test_home_in_one_look(loop, client_for):
    page = client_for().get("/")
    assert texts(page, "//p[@class='home-act-title']") == [
        "National report",
        "Hearing on children",
        "See what became of your comment",
    ]
    assert texts(page, "//figcaption") == ["Nobody has reported on the 3 recommendations yet"]
    assert texts(page, "//ul[@class='home-dates']/li/p[1]") == [
        "List of hospitals",
        "National report",
    ]
    assert texts(page, "//div[@class='home-now']//span[@class='due-relative']") == [
        "in 19 days",
        "in 27 days",
    ]


def test_the_stage_line_has_its_six_stages_and_today(ctx, client_for):
    planned(ctx, 54, state="UKR")
    ctx.session.commit()
    page = client_for().get("/")
    assert len(tree(page).xpath("//ol[contains(@class, 'stage-line')]/li")) == 6
    assert texts(page, "//span[@class='stage-today-label']") == ["Today, 18 Nov 2026"]


def test_a_window_that_has_closed_is_gone(loop, client_for, clock):
    clock.advance(days=20)
    page = client_for().get("/")
    assert texts(page, "//p[@class='home-act-title']")[0] == "No draft is open for comment"


def test_the_public_sees_no_secret_date(loop, client_for):
    assert "Secret" not in client_for().get("/").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/", "/institutions", "/search?q=children"])
def test_few_statements_however_many_rows(ctx, loop, client_for, database, address):
    client = client_for()
    with count_statements(database) as one:
        client.get(address)
    for number in (11, 12):
        comment(ctx.session, loop.public, number)
    ctx.session.commit()
    with count_statements(database) as three:
        client.get(address)
    assert (len(three), len(three) <= 15) == (len(one), True)


def test_institutions_are_shown_without_people(loop, client_for):
    page = client_for().get("/institutions")
    assert texts(page, "//main/div/div[@class='table-frame']//tbody/tr/td[1]") == ["2", "1", "–"]
    people = ["Fay Focal", "Sam Secretary", "Hal Healer", "example.org"]
    assert [name for name in people if name in page.get_data(as_text=True)] == []


def test_organisations_of_civil_society_are_not_listed(loop, client_for):
    text = client_for().get("/institutions").get_data(as_text=True)
    assert ("Alliance for Examples" in text, "Ministry of Health" in text) == (False, True)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_open_data_is_handed_out_as_a_file(loop, client_for, name, kind):
    answer = client_for().get(f"/open-data/{name}.{kind}")
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (
        200,
        f"attachment; filename={name}-2026-11-18.{kind}",
    )


def test_whoever_is_signed_in_gets_the_same_data(loop, client_for):
    signed_in = client_for(loop.round.people.secretary)
    found = [
        json.loads(client.get("/open-data/comments.json").data)["comments"]
        for client in (client_for(), signed_in)
    ]
    assert found[0] == found[1]


def test_there_is_no_other_data(client_for):
    client = client_for()
    codes = [
        client.get(f"/open-data/{name}").status_code for name in ("people.json", "comments.pdf")
    ]
    assert codes == [404, 404]


def test_reprisals_can_be_reported_to_the_united_nations(client_for):
    page = client_for().get("/protection")
    assert tree(page).xpath("//main//a[starts-with(@href, 'mailto')]/@href") == [
        "mailto:uprreprisals@ohchr.org",
        "mailto:reprisals@ohchr.org",
    ]


def test_search_shows_the_words_in_place(loop, client_for):
    page = client_for().get("/search?q=quick")
    assert texts(page, "//li[@class='search-hit']/p[2]") == ["Courts are quick."]


def test_search_can_show_one_kind_and_marks_what_it_found(loop, client_for):
    client = client_for()
    page = client.get("/search?q=children")
    tabs = tree(page).xpath("//ul[@class='tabs-list']//a/@href")
    assert texts(page, "//ul[@class='tabs-list']//a") == [
        "All 3",
        "Published reports 1",
        "Comments 1",
        "Consultations 1",
    ]
    one = client.get(tabs[1])
    assert texts(one, "//li[@class='search-hit']//mark") == ["Children"]
    assert texts(one, "//ul[@class='tabs-list']//a[@aria-current]") == ["Published reports 1"]


def test_search_takes_anything(loop, client_for):
    for words in ("'", "<script>", "a" * 5000, "%F0%9F%92%A9"):
        assert client_for().get(f"/search?q={words}").status_code == 200


def test_an_institution_has_its_page(loop, client_for):
    client = client_for()
    page = client.get(f"/institutions/{loop.round.people.moj.id}")
    assert texts(page, "//h1") == ["Ministry of Justice"]
    assert texts(page, "//dl[@class='home-positions']/div") == [
        "Leads2",
        "Supports1",
        "Reported on0",
    ]
    links = tree(page).xpath("//dl[@class='home-positions']//a/@href")
    assert [client.get(link).status_code for link in links] == [200, 200]


def test_civil_society_has_no_public_page(loop, client_for):
    stakeholder = loop.round.people.stakeholder
    [office] = stakeholder.offices
    assert client_for().get(f"/institutions/{office.institution_id}").status_code == 404
    assert client_for().get("/institutions/99999").status_code == 404


def test_the_figures_by_theme_lead_to_their_recommendations(loop, client_for):
    client = client_for()
    page = client.get("/progress?by=lead")
    assert texts(page, "//figcaption") == [
        "Most recommendations: Ministry of Justice, with progress on 0 of 2"
    ]
    links = tree(page).xpath("//main//table//a/@href")
    assert [client.get(link).status_code for link in links] == [200, 200]


def test_the_picture_shows_the_largest_and_the_table_all(ctx, loop, client_for):
    for n in range(25):
        body = factories.institution(ctx.session, f"Ministry Number {n}")
        factories.recommendation(ctx.session, loop.round.cycle, f"150.{n}", lead=body)
    ctx.session.commit()
    page = client_for().get("/progress?by=lead")
    assert len(tree(page).xpath("//div[@class='chart-row']")) == 20
    assert len(tree(page).xpath("//figure//tbody/tr")) == 27
    assert texts(page, "//figure//summary") == [
        "All 27 as a table; the picture shows the 20 largest"
    ]
