from __future__ import annotations

import io

import pytest
from python_calamine import CalamineWorkbook

from tests.factories.accounts import sign_in, with_password, world
from tests.factories.desk import loop as make_loop
from tests.web.pages import rows, texts, tree


@pytest.fixture
def loop(ctx):
    made = make_loop(ctx)
    ctx.session.commit()
    return made


def test_people_land_on_what_waits_for_them(ctx, loop, client_for):
    with_password(ctx.session, loop.round.people.focal)
    ctx.session.commit()
    client = client_for()
    answer = sign_in(client, loop.round.people.focal)
    assert (answer.status_code, answer.location) == (302, "/desk")
    page = client.get(answer.location)
    assert texts(page, "//h1") == ["What waits for me"]


def test_each_task_leads_to_a_page_that_opens(loop, client_for):
    w = loop.round.people
    opened = []
    for person in (w.secretary, w.admin, w.focal, w.authority, w.ombudsman, w.stakeholder):
        client = client_for(person)
        page = client.get("/desk")
        links = tree(page).xpath("//a[@class='task-title']/@href")
        opened += [(link, client.get(link).status_code) for link in links]
    assert (len(opened), [one for one in opened if one[1] != 200]) == (17, [])


def test_an_empty_desk_says_so(ctx, client_for):
    person = world(ctx.session).focal
    ctx.session.commit()
    page = client_for(person).get("/desk")
    assert texts(page, "//p[@class='empty-title']") == ["Nothing waits for you"]


def test_the_public_is_asked_to_sign_in(client_for):
    answer = client_for().get("/desk")
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/desk?")


def test_the_board_is_for_the_government(loop, client_for):
    w = loop.round.people
    asked = {p.name: client_for(p).get("/board").status_code for p in (w.focal, w.secretary)}
    refused = {
        p.name: (
            client_for(p).get("/board").status_code,
            client_for(p).get("/board/export").status_code,
        )
        for p in (w.stakeholder, w.ombudsman)
    }
    assert asked == {"Fay Focal": 200, "Sam Secretary": 200}
    assert refused == {"Stan Stakeholder": (403, 403), "Olga Ombuds": (403, 403)}


def test_the_board_names_who_is_late(loop, client_for):
    page = client_for(loop.round.people.secretary).get("/board?show=late")
    assert texts(page, "//ul[@class='late-list']/li") == ["Ministry of Justice (3) 10 days overdue"]
    assert rows(page, 5) == ["Fay Focal", "Fay Focal", "Vera Authority"]


def test_the_desk_of_the_secretariat_names_the_late_too(loop, client_for):
    w = loop.round.people
    late = {
        person.name: texts(client_for(person).get("/desk"), "//ul[@class='late-list']/li/a")
        for person in (w.secretary, w.focal)
    }
    assert late == {"Sam Secretary": ["Ministry of Justice"], "Fay Focal": []}


def test_the_board_says_on_paper_what_it_holds(loop, client_for):
    page = client_for(loop.round.people.secretary).get("/board?show=month&institution=0")
    assert texts(page, "//p[@class='only-print']") == [
        "Within a month · Secretariat · Wednesday, 18 November 2026, 10:00 CET"
    ]


def test_the_lines_and_gaps_of_the_board_lead_to_pages_that_open(loop, client_for):
    client = client_for(loop.round.people.secretary)
    page = client.get("/board")
    links = tree(page).xpath("//table//a/@href | //ul[@class='board-gaps']//a/@href")
    opened = {link: client.get(link).status_code for link in links}
    assert set(opened.values()) == {200}


@pytest.mark.parametrize("query", ["show=nonsense", "institution=x", "institution=99999999999"])
def test_a_strange_address_shows_all(loop, client_for, query):
    page = client_for(loop.round.people.secretary).get(f"/board?{query}")
    assert (page.status_code, len(rows(page))) == (200, 9)


def test_an_empty_board_says_who_begins(ctx, client_for):
    person = world(ctx.session).secretary
    ctx.session.commit()
    page = client_for(person).get("/board")
    assert texts(page, "//p[@class='empty-who']") == ["The secretariat opens the cycle."]


def test_the_export_is_the_filter_on_screen(loop, client_for):
    answer = client_for(loop.round.people.secretary).get("/board/export?show=late")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0)
    assert [row[1] for row in sheet.to_python()[3:]] == [
        "Plan of measures",
        "Send the list.",
        "Justice approves",
    ]
