"""The pages of the implementation matrix as each reader meets them."""

from __future__ import annotations

import io

import docx
import pytest
from sqlalchemy import select

from nmrf.recommendations.models import Cluster
from nmrf.recommendations.models_plan import Action, Commitment, Indicator
from tests.factories import plan as made
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, rows, text, texts, tree

PLAN = {
    "title": "Amend <b>the</b> act",
    "recommendations": "140.2, 140.10",
    "kind": "legislative",
    "ends_on": "2027-06-30",
    "partners": "League",
}


def only(database, model):
    """The one row of a table; no session stays open, so that the next request can write."""
    with database.reading() as session:
        return session.scalar(select(model))


@pytest.fixture
def action(client_for, world, listed, database):
    """Planned by the focal point of Justice, through the page."""
    client = client_for(world.justice)
    answer = client.post(
        f"/recommendations/{listed[0].id}/actions/new",
        data={**PLAN, "institution": str(world.moj.id)},
    )
    assert answer.status_code == 303
    return only(database, Action)


def test_a_focal_point_plans_an_action(client_for, world, listed, action):
    client = client_for(world.justice)
    page = client.get(f"/recommendations/{listed[0].id}")
    assert texts(page, "//section[@id='actions']//li/p")[0].startswith("Amend <b>the</b> act")
    assert "Plan an action" in texts(page, "//section[@id='actions']//a")
    page = client.get(f"/recommendations/actions/{action.id}")
    assert texts(page, "//h1") == ["Amend <b>the</b> act"]
    assert texts(page, "//section[@id='recommendations']//strong") == ["140.2", "140.10"]
    # No control that would refuse: publishing is the secretariat's.
    assert forms(page) == ["/recommendations/actions/N/move"] * 3


def test_numbers_that_are_not_there_are_named(client_for, world, listed):
    answer = client_for(world.justice).post(
        f"/recommendations/{listed[0].id}/actions/new",
        data={**PLAN, "institution": str(world.moj.id), "recommendations": "140.99, x"},
    )
    assert answer.status_code == 422
    assert "There is no recommendation 140.99, x in this cycle" in errors(answer)[0]


def test_nobody_else_is_offered_or_given_it(client_for, world, listed, action):
    for who in (None, world.interior, world.member):
        client = client_for(who)
        page = client.get(f"/recommendations/{listed[0].id}")
        assert "Plan an action" not in page.text
        answer = client.get(f"/recommendations/{listed[0].id}/actions/new")
        assert answer.status_code in {302, 303, 403}
    for who in (None, world.member):  # internal: as if it did not exist
        client = client_for(who)
        assert client.get(f"/recommendations/actions/{action.id}").status_code == 404
        assert "Amend" not in client.get("/recommendations/actions").text
        assert "Amend" not in client.get("/recommendations/matrix").text
    page = client_for(world.interior).get(f"/recommendations/actions/{action.id}")
    assert (page.status_code, forms(page)) == (200, [])
    answer = client_for(world.interior).post(
        f"/recommendations/actions/{action.id}/move", data={"to": "done"}
    )
    assert answer.status_code == 403


def test_published_it_is_on_the_public_pages(client_for, world, listed, action):
    client = client_for(world.secretary)
    answer = client.post(
        f"/recommendations/actions/{action.id}/publish", data={"lock": str(action.lock)}
    )
    assert answer.status_code == 303
    public = client_for()
    assert public.get(f"/recommendations/actions/{action.id}").status_code == 200
    assert "Amend" in public.get(f"/recommendations/{listed[0].id}").text
    assert "Amend" in public.get("/open-data/actions.json").text
    answer = public.get("/recommendations?action=some")
    assert texts(answer, "//a[@class='rec-number']") == ["140.2", "140.10"]


def test_moving_it(client_for, world, action):
    client = client_for(world.justice)
    url = f"/recommendations/actions/{action.id}/move"
    answer = client.post(url, data={"to": "dropped", "lock": str(action.lock)})
    assert answer.status_code == 422
    answer = client.post(
        url, data={"to": "dropped", "reason": "No money", "lock": str(action.lock)}
    )
    assert answer.status_code == 303
    assert client.post(url, data={"to": "elsewhere"}).status_code == 422
    page = client.get(f"/recommendations/actions/{action.id}")
    assert texts(page, "//section[@id='move']//blockquote") == ["No money"]
    # What was dropped was not delivered.
    assert tree(page).xpath("//*[contains(@class, 'due-met')]") == []


def test_indicators_and_values(client_for, world, action, database):
    client = client_for(world.justice)
    url = f"/recommendations/actions/{action.id}/indicators/new"
    assert client.post(url, data={"what": " "}).status_code == 422
    assert client.post(url, data={"what": "Readings", "baseline": "0"}).status_code == 303
    one = only(database, Indicator).id
    edit = f"/recommendations/indicators/{one}/edit"
    assert client.get(edit).status_code == 200
    value = f"/recommendations/indicators/{one}/value"
    assert client.post(value, data={"value": "=1", "source": ""}).status_code == 422
    for number in ("=1", "2"):
        assert client.post(value, data={"value": number, "source": "Gazette"}).status_code == 303
    page = client.get(f"/recommendations/actions/{action.id}")
    assert rows(page, 2) == ["2", "=1"]
    changed = client.post(edit, data={"what": "Other"})
    assert (changed.status_code, "stays as it is" in changed.text) == (422, True)
    assert client.post(f"/recommendations/indicators/{one}/end").status_code == 303
    assert client_for(world.interior).get(value).status_code == 403
    assert client_for().get(value).status_code == 404


def test_the_matrix_and_its_files_obey_the_filter(client_for, world, action):
    client = client_for(world.secretary)
    page = client.get("/recommendations/matrix?position=noted")
    assert len(rows(page)) == 1
    links = tree(page).xpath("//main//a[contains(@href, 'matrix/export')]/@href")
    assert links == [
        "/recommendations/matrix/export?format=docx&position=noted",
        "/recommendations/matrix/export?format=xlsx&position=noted",
    ]
    answer = client.get(links[0])
    [table] = docx.Document(io.BytesIO(answer.data)).tables
    assert [row.cells[0].text for row in table.rows] == ["No.", "140.10"]
    assert client.get("/recommendations/matrix/export?format=x").status_code == 422


def test_clusters_are_set_in_bulk_and_shown_to_everyone(client_for, world, listed, database):
    client = client_for(world.secretary)
    assert client.post("/recommendations/clusters/new", data={"name": "Group"}).status_code == 303
    answer = client.post("/recommendations/clusters/new", data={"name": "group"})
    assert answer.status_code == 422
    one = only(database, Cluster)
    answer = client.post(
        "/recommendations/group",
        data={
            "id": [str(listed[0].id), str(listed[1].id)],
            "cluster": str(one.id),
            "parliament": "",
            "assistance": "yes",
        },
    )
    assert answer.status_code == 303
    public = client_for()
    page = public.get(f"/recommendations?cluster={one.id}&assistance=1")
    assert texts(page, "//a[@class='rec-number']") == ["140.2", "140.10"]
    assert "Cluster: Group" in text(tree(page).xpath("//li[@class='rec-row']")[0])
    assert "Group" in public.get(f"/recommendations/{listed[0].id}").text
    assert "2 recommendations" in public.get("/recommendations/clusters").text
    page = client.get(f"/recommendations/clusters/{one.id}")
    lock = tree(page).xpath("//input[@name='lock']/@value")[0]
    form = {"name": "Groups", "description": "", "place": "2", "retired": "y", "lock": lock}
    assert client.post(f"/recommendations/clusters/{one.id}", data=form).status_code == 303
    assert client.post(f"/recommendations/clusters/{one.id}", data=form).status_code == 422
    for url in ("/recommendations/clusters/new", f"/recommendations/group?id={listed[0].id}"):
        assert client_for(world.justice).get(url).status_code == 403
    flash = client.get("/recommendations/group", follow_redirects=True)
    assert "Tick at least one" in flashes(flash)[-1]


def test_splitting_keeps_the_number_and_shows_the_rule(client_for, world, listed):
    client = client_for(world.secretary)
    url = f"/recommendations/{listed[2].id}/split"
    page = client.get(url)
    assert texts(page, "//textarea[@name='parts-0-text']") == ["Vote <b>a</b> law"]
    form = {
        "parts-0-text": "Vote a law",
        "parts-0-position": "supported",
        "parts-1-text": "now",
        "parts-1-position": "noted",
        "parts-2-text": "",
        "parts-2-position": "supported",
    }
    answer = client.post(url, data=form)
    assert (answer.status_code, len(errors(answer))) == (422, 1)
    answer = client.post(url, data={**form, "parts-1-justification": "Parliament is sovereign"})
    assert answer.status_code == 303
    page = client_for().get(f"/recommendations/{listed[2].id}")
    assert texts(page, "//ol[@class='rec-parts']/li") == [
        "140.12 (a) Supported Vote a law",
        "140.12 (b) Noted now Parliament is sovereign",
    ]
    assert "keep one number" in page.text
    answer = client.post(
        "/recommendations/position", data={"id": str(listed[2].id), "position": "supported"}
    )
    assert (answer.status_code, "split into parts" in errors(answer)[0]) == (422, True)
    assert client.post(f"/recommendations/{listed[2].id}/together").status_code == 303
    assert "Former parts" in client.get(f"/recommendations/{listed[2].id}").text
    assert client_for(world.justice).get(url).status_code == 403


def test_commitments_are_public_and_the_owner_reports(client_for, world, listed, cycle, database):
    client = client_for(world.secretary)
    form = {"cycle": str(cycle.id), "text": "Publish a <b>report</b>", "source": "plenary"}
    assert client.post("/recommendations/commitments/new", data=form).status_code == 303
    assert (
        client.post("/recommendations/commitments/new", data={**form, "text": ""}).status_code
        == 422
    )
    public = client_for()
    page = public.get("/recommendations/commitments?owner=none")
    assert "Nobody owns it yet" in page.text
    assert "<b>report" not in page.text
    one = only(database, Commitment)
    answer = client.post(
        f"/recommendations/commitments/{one.id}",
        data={**form, "institution": str(world.moj.id), "lock": str(one.lock)},
    )
    assert answer.status_code == 303
    assert "Nobody owns it yet" not in public.get("/recommendations/commitments").text
    url = f"/recommendations/commitments/{one.id}/report"
    assert client_for(world.interior).post(url, data={"status": "planned"}).status_code == 403
    assert client_for(world.justice).post(url, data={"status": "magic"}).status_code == 422
    assert client_for(world.justice).post(url, data={"status": "planned"}).status_code == 303
    assert "Planned" in public.get("/recommendations/commitments").text
    assert client_for(world.justice).get("/recommendations/commitments/new").status_code == 403


def test_what_is_due_stands_on_the_desk(client_for, world, listed, ctx):
    from datetime import date

    made.action(ctx.session, listed[0], world.moj, ends_on=date(2026, 11, 1))
    ctx.session.commit()
    page = client_for(world.justice).get("/desk")
    assert "Say how far 1 action is" in page.text
    assert "Say how far" not in client_for(world.interior).get("/desk").text
    board = client_for(world.secretary).get("/board")
    assert "Supported recommendations without an action" in board.text
    assert "Actions past their end" in board.text


@pytest.mark.parametrize(
    "url", ["/recommendations/actions", "/recommendations/matrix", "/recommendations/{id}"]
)
def test_pages_take_the_same_statements_for_any_number(
    client_for, world, listed, ctx, database, url
):
    client = client_for(world.secretary)

    def more(n):
        for _n in range(n):
            made.indicator(ctx.session, made.action(ctx.session, listed[0], world.moj))
        ctx.session.commit()

    def asked():
        with count_statements(database) as sent:
            assert client.get(url.format(id=listed[0].id)).status_code == 200
        return len(sent)

    more(1)
    asked()  # what is read once a process
    few = asked()
    more(8)
    assert asked() == few
