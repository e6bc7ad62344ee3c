"""Pages of cycles and dates: who sees what, who can do what, what a wrong form says."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle, Milestone, Stage
from tests import factories
from tests.factories.cycles import date_of, mails, milestone, planned
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, text, texts, tree


def test_everybody_sees_where_the_cycle_stands(world, client_for):
    page = client_for().get(f"/cycles/{world.cycle.id}")
    assert texts(page, "//h1") == ["Fifth review"]
    labels = texts(page, "//li[@aria-current='step']//span[@class='stage-label']")
    assert labels == ["Consultation, we are here"]
    assert forms(page) == []
    assert texts(page, "//*[@id='gates']") == []


def test_the_public_sees_public_dates_only(ctx, world, client_for):
    milestone(ctx.session, world.cycle, "Secret plan", visibility=Visibility.GOVERNMENT)
    own = milestone(
        ctx.session,
        world.cycle,
        "Only the secretariat and the owner",
        visibility=Visibility.SECRETARIAT,
        institution_id=world.moj.id,
    )
    ctx.session.commit()
    shown = {
        who: client_for(person).get(f"/cycles/{world.cycle.id}").get_data(as_text=True)
        for who, person in (("public", None), ("focal", world.focal), ("member", world.member))
    }
    assert ["Secret plan" in shown[who] for who in ("public", "member", "focal")] == [
        False,
        False,
        True,
    ]
    assert ["and the owner" in shown[who] for who in ("public", "member", "focal")] == [
        False,
        False,
        True,
    ]
    statuses = [
        client_for(person).get(f"/milestones/{own.id}").status_code
        for person in (None, world.member, world.focal, world.secretary)
    ]
    assert statuses == [404, 404, 200, 200]


def test_the_government_sees_the_gates_and_who_did_what(world, client_for):
    page = client_for(world.focal).get(f"/cycles/{world.cycle.id}")
    gates = texts(page, "//*[@id='gates']//li/span")
    assert gates[0] == "Every deadline of this stage is delivered"
    assert forms(page) == []


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/cycles/new"),
        ("get", "/cycles/{id}/move"),
        ("post", "/cycles/{id}/move"),
        ("post", "/cycles/{id}/stage"),
        ("post", "/cycles/{id}/edit"),
        ("get", "/cycles/{id}/milestones/new"),
    ],
)
def test_what_the_secretariat_does_is_refused_to_others(world, client_for, method, address):
    url = address.format(id=world.cycle.id)
    assert getattr(client_for(world.focal), method)(url).status_code == 403
    answer = getattr(client_for(), method)(url)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")


def test_a_cycle_is_opened(ctx, world, client_for):
    client = client_for(world.secretary)
    form = {"session": "48", "title": "Fourth cycle", "practice": "slovenia"}
    answer = client.post("/cycles/new", data=form)
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert texts(page, "//h1") == ["Fourth cycle"]
    again = client.post("/cycles/new", data=form)
    assert (again.status_code, errors(again)) == (
        422,
        ["Session of the Working Group: There is already a cycle of SVN in session 48."],
    )


def test_the_number_is_asked_for_an_unknown_session(world, client_for):
    answer = client_for(world.secretary).post(
        "/cycles/new", data={"session": "61", "practice": "standard"}
    )
    assert errors(answer) == [
        "Cycle of the review: Say which cycle of the review this is, such as 4."
    ]


def test_gaps_need_a_note_on_the_page_too(world, client_for, stored):
    client = client_for(world.secretary)
    url = f"/cycles/{world.cycle.id}/stage"
    answer = client.post(url, data={"to": "next", "lock": world.cycle.lock})
    assert (answer.status_code, stored(world.cycle).stage) == (422, Stage.CONSULTATION)
    answer = client.post(url, data={"to": "next", "lock": world.cycle.lock, "note": "In parallel"})
    assert (answer.status_code, stored(world.cycle).stage) == (303, Stage.DRAFTING)
    page = client.get(answer.location)
    assert flashes(page) == ["The cycle is now in the stage “Drafting”."]
    assert texts(page, "//section[@id='history']//blockquote") == ["In parallel"]


def test_the_preview_changes_nothing_and_the_post_does(ctx, world, client_for, stored):
    client = client_for(world.secretary)
    url = f"/cycles/{world.cycle.id}/move"
    page = client.get(url + "?session_start=2027-02-02")
    rows = {
        row.xpath("./th")[0].text_content(): [text(cell) for cell in row.xpath("./td")][:2]
        for row in tree(page).xpath("//table/tbody/tr")
    }
    assert rows["Troika drawn by lot"] == ["29 Dec 2026", "12 Jan 2027 tentative"]
    assert stored(world.cycle, lambda c: date_of(c, "troika_drawn").on) == date(2026, 12, 29)
    form = {"session": "54", "session_start": "2027-02-02", "lock": world.cycle.lock}
    answer = client.post(url, data=form)
    assert (answer.status_code, errors(answer)) == (422, ["Reason: This cannot be empty."])
    answer = client.post(url, data={**form, "source": "UN", "reason": "Moved by the Council"})
    assert answer.status_code == 303
    assert stored(world.cycle, lambda c: date_of(c, "troika_drawn").on) == date(2027, 1, 12)
    assert [address for _k, address, _s in mails(ctx.session)] == [world.focal.email]


def test_a_stale_form_keeps_the_words_and_can_be_sent_again(world, client_for, stored):
    client = client_for(world.secretary)
    due = date_of(world.cycle, "session_opens")
    form = {"on": "2027-02-02", "source": "UN", "reason": "My reason", "lock": due.lock}
    assert client.post(f"/milestones/{due.id}/move", data=form).status_code == 303
    answer = client.post(f"/milestones/{due.id}/move", data={**form, "on": "2027-02-03"})
    assert answer.status_code == 422
    assert errors(answer)[0].startswith("Somebody else changed this while you had it open.")
    box = tree(answer).xpath("//input[@name='reason' and @value='My reason']")
    assert len(box) == 1
    lock = tree(answer).xpath("//section[@id='move']//input[@name='lock']/@value")[0]
    answer = client.post(
        f"/milestones/{due.id}/move", data={**form, "on": "2027-02-03", "lock": lock}
    )
    assert (answer.status_code, stored(due).on) == (303, date(2027, 2, 3))


def test_a_date_is_added_delivered_and_withdrawn(database, world, client_for, stored):
    secretary = client_for(world.secretary)
    form = {
        "title": "ورشة <script>alert(1)</script>",
        "stage": "drafting",
        "kind": "national",
        "on": "2026-11-30",
        "deadline": "y",
        "institution_id": str(world.moj.id),
        "visibility": "government",
    }
    answer = secretary.post(f"/cycles/{world.cycle.id}/milestones/new", data=form)
    assert answer.status_code == 303
    with database.reading() as session:
        made = session.scalars(select(Milestone).order_by(Milestone.id.desc())).first()
    focal = client_for(world.focal)
    page = focal.get(f"/milestones/{made.id}")
    assert texts(page, "//h1") == ["ورشة <script>alert(1)</script>"]
    assert forms(page) == ["/milestones/N/deliver"]
    answer = focal.post(
        f"/milestones/{made.id}/deliver", data={"delivered_on": "2026-11-17", "lock": made.lock}
    )
    assert (answer.status_code, stored(made).delivered_on) == (303, date(2026, 11, 17))
    answer = secretary.post(
        f"/milestones/{made.id}/withdraw",
        data={"reason": "Not needed", "lock": stored(made).lock},
    )
    assert answer.status_code == 303
    assert secretary.get(f"/milestones/{made.id}").status_code == 404


def test_a_year_that_is_a_slip_is_said_at_the_field(world, client_for):
    due = date_of(world.cycle, "session_opens")
    answer = client_for(world.secretary).post(
        f"/milestones/{due.id}/move",
        data={"on": "0207-02-02", "source": "UN", "reason": "x", "lock": due.lock},
    )
    assert errors(answer) == ["New date: The year 207 cannot be right. Check the date."]


def test_several_cycles_stand_side_by_side_and_closed_ones_in_the_archive(ctx, world, client_for):
    planned(ctx, 48, title="Fourth cycle", state="SVN")
    old = planned(ctx, 43, title="Old cycle", state="SRB")
    ctx.session.get(Cycle, old.id).closed = True
    ctx.session.commit()
    page = client_for().get("/cycles")
    assert texts(page, "//main//h2") == ["Fifth review", "Fourth cycle", "Archive"]
    assert texts(page, "//main//ul[@class='rows']/li/a") == ["Old cycle"]


def test_the_number_of_statements_does_not_grow(ctx, world, client_for, database):
    client = client_for(world.secretary)

    def statements(url):
        with count_statements(database) as sent:
            assert client.get(url).status_code == 200
        return len(sent)

    urls = ("/cycles", f"/cycles/{world.cycle.id}", "/calendar")
    before = [statements(url) for url in urls]
    for n in range(3):
        milestone(ctx.session, world.cycle, f"More {n}", institution_id=world.moj.id)
        factories.cycle(ctx.session, 40 + n)
    ctx.session.commit()
    assert [statements(url) for url in urls] == before
