"""Consultation pages as each side sees them, and what a wrong form says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from nmrf.consultations import service
from nmrf.consultations.models import Answer, Consultation, OutcomeState, Presence
from nmrf.consultations.models import ConsultationState as S
from nmrf.consultations.service import Attendance
from nmrf.consultations.tokens import answer_token
from nmrf.core.roles import Visibility
from tests import factories
from tests.factories.consultations import STARTS, announced, held, scheduled
from tests.factories.cycles import mails
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, text, texts, tree

FORM = {
    "title": "Hearing on justice",
    "kind": "themed_hearing",
    "starts_on": "2027-01-20",
    "starts_time": "10:00",
    "ends_time": "13:00",
    "visibility": "public",
    "participants_visibility": "secretariat",
}


def titles(page):
    return texts(page, "//main//ul[@class='rows']/li/p/a")


def newest(database):
    with database.reading() as session:
        return session.scalars(select(Consultation).order_by(Consultation.id.desc())).first()


def test_a_consultation_from_plan_to_announcement(ctx, database, world, client_for, stored):
    client = client_for(world.secretary)
    answer = client.post("/consultations/new", data={**FORM, "cycle_id": world.cycle.id})
    assert answer.status_code == 303
    one = newest(database)
    assert (one.starts_at, one.ends_at) == (
        datetime(2027, 1, 20, 9, tzinfo=UTC),
        datetime(2027, 1, 20, 12, tzinfo=UTC),
    )
    assert client_for().get(f"/consultations/{one.id}").status_code == 404
    answer = client.post(f"/consultations/{one.id}/invite", data={"kinds": ["civil_society"]})
    assert answer.status_code == 303
    answer = client.post(f"/consultations/{one.id}/announce", data={"lock": one.lock})
    assert answer.status_code == 303
    assert flashes(client.get(answer.location))[-1:] == ["Announced. 2 mails are being sent."]
    assert sorted(address for _k, address, _s in mails(ctx.session)) == sorted(
        [world.member.email, "club@example.org"]
    )
    page = client_for().get(f"/consultations/{one.id}")
    assert texts(page, "//h1") == ["Hearing on justice"]
    assert texts(page, "//time[@class='due-date']") == [
        "Wednesday 20 January 2027, 10:00–13:00 CET"
    ]
    assert forms(page) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"ends_time": "09:00"}, "Ends at: It ends before it begins."),
        (
            {"starts_on": "2026-11-17"},
            (
                "Day: This time has passed. Choose a later one, or say that it has taken place "
                "already."
            ),
        ),
        (
            {"starts_on": "2027-03-28", "starts_time": "02:30"},
            "Begins at: This time does not exist: the clocks are set forward that night.",
        ),
        ({"title": "   "}, "Title: This cannot be empty."),
        (
            {"online_url": "javascript:alert(1)"},
            (
                "Address of the online meeting: This is not a web address. Write it as in "
                "https://meet.example.org/room."
            ),
        ),
        (
            {"already_held": "y"},
            "Ends at: This has not ended yet, so it cannot have been held.",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(world, client_for, database, values, said):
    client = client_for(world.secretary)
    form = {**FORM, "cycle_id": world.cycle.id, "purpose": "Kept", **values}
    answer = client.post("/consultations/new", data=form)
    assert (answer.status_code, errors(answer)) == (422, [said])
    assert texts(answer, "//textarea[@name='purpose']") == ["Kept"]
    assert newest(database) is None


def test_markup_in_texts_stays_text(ctx, world, client_for):
    one = announced(
        ctx,
        world.cycle,
        title="<script>alert(1)</script> مشاورة",
        purpose="<img src=x onerror=alert(1)>\nsecond",
        agenda="<b>one</b>",
    )
    ctx.session.commit()
    page = client_for().get(f"/consultations/{one.id}")
    assert texts(page, "//h1") == ["<script>alert(1)</script> مشاورة"]
    found = tree(page)
    assert (len(found.xpath("//main//img")), len(found.xpath("//main//b"))) == (0, 0)


def test_lists_and_pages_show_to_each_the_same(ctx, world, client_for):
    rows = {
        "Planned": scheduled(ctx, world.cycle, title="Planned"),
        "Closed": announced(
            ctx, world.cycle, world.league, title="Closed", visibility=Visibility.SECRETARIAT
        ),
        "Partners": announced(ctx, world.cycle, title="Partners", visibility=Visibility.PARTNERS),
        "Government": announced(
            ctx, world.cycle, title="Government", visibility=Visibility.GOVERNMENT
        ),
        "Open": announced(ctx, world.cycle, title="Open"),
    }
    ctx.session.commit()
    expected = {
        None: {"Open"},
        world.stranger: {"Open", "Partners"},
        world.member: {"Open", "Partners", "Closed"},
        world.focal: {"Open", "Partners", "Government"},
        world.secretary: set(rows),
    }
    for person, seen in expected.items():
        client = client_for(person)
        assert set(titles(client.get("/consultations"))) == seen
        opened = {
            name
            for name, row in rows.items()
            if client.get(f"/consultations/{row.id}").status_code == 200
        }
        assert opened == seen


@pytest.mark.parametrize(
    "address",
    ["edit", "invite", "attendance", "minutes", "proof", "proof.xlsx"],
)
def test_the_secretariats_pages_are_closed_to_others(ctx, world, client_for, address):
    one = announced(ctx, world.cycle, world.league)
    ctx.session.commit()
    url = f"/consultations/{one.id}/{address}"
    assert client_for(world.member).get(url).status_code == 403
    assert client_for().get(url).status_code == 302
    assert client_for(world.secretary).get(url).status_code == 200


@pytest.mark.parametrize("verb", ["announce", "cancel", "held", "outcomes", "documents"])
def test_the_secretariats_verbs_are_closed_to_others(ctx, world, client_for, stored, verb):
    one = announced(ctx, world.cycle, world.league)
    ctx.session.commit()
    answer = client_for(world.member).post(f"/consultations/{one.id}/{verb}", data={"lock": "1"})
    assert (answer.status_code, stored(one).state) == (403, S.ANNOUNCED)


def test_a_member_answers_on_the_page(ctx, world, client_for, stored):
    one = announced(ctx, world.cycle, world.league, world.moj)
    ctx.session.commit()
    client = client_for(world.member)
    assert texts(client.get("/consultations"), "//p[@class='notice-title']") == [
        "Take care: 1 invitation waits for your answer"
    ]
    page = client.get(f"/consultations/{one.id}")
    assert forms(page) == ["/consultations/N/answer/N#answer"]
    url = tree(page).xpath("//main//form/@action")[0]
    answer = client.post(url, data={})
    assert errors(answer) == ["Will you come?: Choose one of the two."]
    answer = client.post(url, data={"coming": "yes", "consents": "y"})
    assert answer.status_code == 303
    league = next(i for i in one.invitations if i.institution_id == world.league.id)
    assert stored(league, lambda i: (i.answer, i.consents_to_listing)) == (Answer.ACCEPTED, True)
    ministry = next(i for i in one.invitations if i.institution_id == world.moj.id)
    other = f"/consultations/{one.id}/answer/{ministry.id}"
    assert client.post(other, data={"coming": "yes"}).status_code == 404


def test_the_link_shows_two_buttons_and_only_the_post_answers(ctx, world, client_for, stored):
    one = announced(ctx, world.cycle, world.club, visibility=Visibility.SECRETARIAT)
    url = f"/invitations/{answer_token(ctx, one.invitations[0])}"
    ctx.session.commit()
    client = client_for()
    page = client.get(url)
    assert texts(page, "//main//button") == ["We come", "We do not come"]
    assert page.headers["Cache-Control"] == "no-store"
    assert stored(one.invitations[0]).answer == Answer.NONE
    assert client.post(url, data={"coming": "no"}).status_code == 303
    assert stored(one.invitations[0]).answer == Answer.DECLINED
    assert flashes(client.get(url)) == [
        "Thank you for telling us. You can change your answer until it begins."
    ]
    assert client.get("/invitations/made-up").status_code == 404


def test_the_link_of_one_that_is_over_only_informs(ctx, world, client_for, clock):
    one = announced(ctx, world.cycle, world.club)
    url = f"/invitations/{answer_token(ctx, one.invitations[0])}"
    ctx.session.commit()
    clock.move_to(STARTS)
    client = client_for()
    assert forms(client.get(url)) == []
    answer = client.post(url, data={"coming": "yes"})
    assert (answer.status_code, texts(answer, "//main//p[@class='muted']")) == (
        422,
        ["It has begun, so the answer can no longer be changed."],
    )


def test_the_secretariat_writes_down_an_answer_by_telephone(ctx, world, client_for, stored):
    one = announced(ctx, world.cycle, world.club)
    one.invitations[0].consents_to_listing = True
    ctx.session.commit()
    invitation = one.invitations[0]
    answer = client_for(world.secretary).post(
        f"/consultations/{one.id}/answer/{invitation.id}", data={"coming": "yes"}
    )
    assert answer.status_code == 303
    assert stored(invitation, lambda i: (i.answer, i.consents_to_listing)) == (
        Answer.ACCEPTED,
        True,
    )


def test_two_who_edit_at_once_see_both_texts(ctx, world, client_for, stored):
    one = scheduled(ctx, world.cycle)
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/consultations/{one.id}/edit"
    assert client.post(url, data={**FORM, "title": "First", "lock": one.lock}).status_code == 303
    answer = client.post(url, data={**FORM, "title": "Second", "lock": one.lock})
    assert answer.status_code == 422
    assert texts(answer, "//div[contains(@class, 'notice')]//dd") == ["First"]
    assert tree(answer).xpath("//input[@name='title']/@value") == ["Second"]
    lock = tree(answer).xpath("//input[@name='lock']/@value")[0]
    assert client.post(url, data={**FORM, "title": "Second", "lock": lock}).status_code == 303
    assert stored(one).title == "Second"


def test_an_edit_that_moves_it_says_how_many_are_told(ctx, world, client_for):
    one = announced(ctx, world.cycle, world.league)
    ctx.session.commit()
    client = client_for(world.secretary)
    answer = client.post(f"/consultations/{one.id}/edit", data={**FORM, "lock": one.lock})
    assert flashes(client.get(answer.location)) == ["Saved. 1 mail is being sent."]


def test_who_came_is_written_down_and_shown_as_allowed(ctx, world, client_for, clock):
    one = announced(
        ctx, world.cycle, world.league, world.moj, participants_visibility=Visibility.PUBLIC
    )
    league, ministry = one.invitations
    ctx.session.commit()
    clock.move_to(STARTS + timedelta(hours=5))
    client = client_for(world.secretary)
    answer = client.post(f"/consultations/{one.id}/held", data={"lock": one.lock})
    assert answer.location == f"/consultations/{one.id}/attendance"
    form = {
        f"presence-{league.id}": "present",
        f"women-{league.id}": "2",
        f"consents-{league.id}": "y",
        f"presence-{ministry.id}": "present",
        f"men-{ministry.id}": "1",
        "others-single": "1",
    }
    bad = client.post(f"/consultations/{one.id}/attendance", data={**form, "men-single": "two"})
    assert (bad.status_code, texts(bad, "//div[contains(@class,'notice-danger')]/p[2]")) == (
        422,
        ["“two” is not a number of people."],
    )
    assert tree(bad).xpath(f"//input[@name='women-{league.id}']/@value") == ["2"]
    assert client.post(f"/consultations/{one.id}/attendance", data=form).status_code == 303
    page = client_for().get(f"/consultations/{one.id}")
    section = "//section[@id='participants']"
    assert texts(page, f"{section}/p[1]") == [
        "2 organisations, 4 people: women 2, men 1, others 1. People are counted, not named."
    ]
    assert texts(page, f"{section}//li") == ["Fictional League"]
    assert texts(page, f"{section}/p[2]") == ["and 1 organisation that is not named"]


def test_minutes_written_at_once_stand_side_by_side(ctx, world, client_for):
    one = held(ctx, world.cycle)
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/consultations/{one.id}/minutes"
    form = {"text": "First", "visibility": "public", "base": "0"}
    assert client.post(url, data=form).status_code == 303
    answer = client.post(url, data={**form, "text": "Second"})
    assert answer.status_code == 422
    assert texts(answer, "//section[@class='sheet']/div") == ["First"]
    assert texts(answer, "//textarea") == ["Second"]
    base = tree(answer).xpath("//input[@name='base']/@value")[0]
    assert client.post(url, data={**form, "text": "Both", "base": base}).status_code == 303
    page = client_for().get(f"/consultations/{one.id}")
    assert texts(page, "//section[@id='minutes']/div[@class='text']") == ["Both"]
    assert client_for().get(f"{url}/1").status_code == 200
    assert texts(client_for().get(f"{url}/2?against=1"), "//div[@role='group']//ins") == [
        "[added: Both]"
    ]
    closed = client.post(f"{url}/1/visibility", data={"visibility": "secretariat"})
    assert (closed.status_code, client_for().get(f"{url}/1").status_code) == (303, 404)
    hidden = client_for().get(f"{url}/2?against=1")
    assert (hidden.status_code, texts(hidden, "//ins")) == (200, [])
    assert client.post(f"{url}/1/visibility", data={"visibility": "x"}).status_code == 422


def test_an_outcome_is_followed_from_page_to_page(ctx, world, client_for, stored):
    one = held(ctx, world.cycle)
    linked = factories.recommendation(ctx.session, world.cycle, "140.12")
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/consultations/{one.id}/outcomes"
    form = {
        "text": "Publish the figures",
        "institution_id": world.moj.id,
        "due_on": "2026-11-10",
        "recommendation": "140.99",
    }
    assert errors(client.post(url, data=form)) == [
        "Recommendation: There is no recommendation 140.99 in this cycle."
    ]
    assert client.post(url, data={**form, "recommendation": "140.12"}).status_code == 303
    focal = client_for(world.focal)
    assert texts(
        focal.get("/consultations/outcomes"), "//table//td[1]//*[@class='due-relative']"
    ) == ["8 days overdue"]
    page = focal.get(f"/consultations/{one.id}")
    assert tree(page).xpath("//span[@class='joint']//a/@href") == [f"/recommendations/{linked.id}"]
    assert forms(page) == ["/outcomes/N/complete"]
    action = tree(page).xpath("//main//form/@action")[0]
    assert client_for(world.member).post(action, data={"result": "x"}).status_code == 403
    assert errors(focal.post(action, data={"result": " "})) == ["Result: This cannot be empty."]
    assert focal.post(action, data={"result": "On the site"}).status_code == 303
    outcome = stored(one, lambda c: c.outcomes[0])
    assert (outcome.state, outcome.done_on) == (OutcomeState.DONE, date(2026, 11, 18))
    assert texts(client_for().get(f"/consultations/{one.id}"), "//blockquote") == ["On the site"]


def test_documents_open_by_their_level(ctx, world, client_for):
    one = held(ctx, world.cycle)
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/consultations/{one.id}/documents"
    assert errors(client.post(url, data={"visibility": "public"})) == ["File: Choose a file."]
    answer = client.post(
        url, data={"visibility": "government", "file": (BytesIO(b"Questions"), "q.txt")}
    )
    assert answer.status_code == 303
    address = f"/consultations/{one.id}"
    found = [
        texts(client_for(person).get(address), "//section[@id='documents']//a")
        for person in (world.focal, world.member)
    ]
    assert found == [["q.txt"], []]


def test_the_proof_and_its_workbook(ctx, world, client_for):
    one = announced(ctx, world.cycle, world.league)
    ctx.session.commit()
    client = client_for(world.secretary)
    page = client.get(f"/consultations/{one.id}/proof")
    assert texts(page, "//tbody/tr/td[1]") == [
        f"Invitation: {world.member.email}, waiting to be sent"
    ]
    file = client.get(f"/consultations/{one.id}/proof.xlsx")
    assert file.headers["Content-Disposition"] == f'attachment; filename="consulted-{one.id}.xlsx"'
    assert file.data[:2] == b"PK"


def test_the_reach_of_a_cycle_is_for_the_government(ctx, make_ctx, world, client_for):
    one = held(ctx, world.cycle)
    service.add_participant(ctx, one, world.league.id, Attendance(Presence.PRESENT, 2, 1, 0))
    ctx.session.commit()
    page = client_for(world.focal).get("/consultations/reach")
    rows = [
        [text(cell) for cell in row.xpath("./*")]
        for row in tree(page).xpath("(//table)[1]/tbody/tr")
    ]
    assert rows == [
        ["Civil society", "2", "0", "1", "3", "2", "1", "0"],
        ["Ministry", "2", "0", "0", "0", "0", "0", "0"],
    ]
    assert client_for(world.member).get("/consultations/reach").status_code == 403


def test_a_series_is_set_up_with_the_months_of_the_practice(world, client_for):
    client = client_for(world.secretary)
    page = client.get("/consultations/series/new")
    assert tree(page).xpath("//input[@name='months'][@checked]/@value") == ["3", "9"]
    form = {"title": "Half-yearly", "kind": "biannual", "months": ["1", "7"]}
    answer = client.post("/consultations/series/new", data=form)
    assert answer.status_code == 303
    assert texts(client.get("/consultations"), "//section[h2='Series']//li") == [
        "Half-yearly January, July"
    ]
    assert errors(client.post("/consultations/series/new", data={**form, "months": []})) == []
    bad = client.post("/consultations/series/new", data={**form, "months": ["13"]})
    assert bad.status_code == 422


def test_without_a_cycle_the_page_says_what_comes_first(ctx, client_for):
    mfa = factories.institution(ctx.session)
    from nmrf.core.roles import Role

    secretary = factories.person(ctx.session, Role.SECRETARIAT, mfa)
    ctx.session.commit()
    client = client_for(secretary)
    assert client.get("/consultations").status_code == 200
    answer = client.get("/consultations/new")
    assert answer.status_code == 409


def test_another_like_it_starts_from_the_same_texts(ctx, world, client_for, database):
    one = announced(ctx, world.cycle, world.league, purpose="The purpose")
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/consultations/new?copy={one.id}"
    assert texts(client.get(url), "//textarea[@name='purpose']") == ["The purpose"]
    answer = client.post(url, data={**FORM, "cycle_id": world.cycle.id})
    assert answer.status_code == 303
    copied = newest(database)
    with database.reading() as session:
        listed = [i.institution_id for i in session.get(Consultation, copied.id).invitations]
    assert (copied.state, listed) == (S.PLANNED, [world.league.id])


@pytest.mark.parametrize("who", ["secretary", "member", None])
def test_the_number_of_statements_does_not_grow(ctx, world, client_for, database, who):
    client = client_for(getattr(world, who) if who else None)
    one = announced(ctx, world.cycle, world.league)
    past = held(ctx, world.cycle)
    ctx.session.commit()

    def statements():
        counts = []
        for url in ("/consultations", f"/consultations/{one.id}", f"/consultations/{past.id}"):
            with count_statements(database) as sent:
                assert client.get(url).status_code == 200
            counts.append(len(sent))
        return counts

    first = factories.institution(ctx.session, "First more")
    service.invite(ctx, one, [first.id])
    service.add_participant(ctx, past, first.id, Attendance(Presence.PRESENT, 1))
    service.add_outcome(ctx, past, text="x", institution_id=world.moj.id)
    ctx.session.commit()
    before = statements()
    for n in range(3):
        more = factories.institution(ctx.session, f"Fictional {n}")
        service.invite(ctx, one, [more.id])
        service.add_participant(ctx, past, more.id, Attendance(Presence.PRESENT, 1))
        service.add_outcome(ctx, past, text="x", institution_id=more.id)
        announced(ctx, world.cycle, more)
        held(ctx, world.cycle)
    ctx.session.commit()
    assert statements() == before


def test_whoever_comes_back_is_led_to_what_changed_in_the_minutes(ctx, world, client_for):
    one = held(ctx, world.cycle)
    ctx.session.commit()
    writer, reader = client_for(world.secretary), client_for(world.focal)
    url = f"/consultations/{one.id}"
    since = "//section[@id='minutes']//a[text()='What changed since you last looked']/@href"
    form = {"text": "First", "visibility": "public", "base": "0"}
    writer.post(f"{url}/minutes", data=form)
    assert tree(reader.get(url)).xpath(since) == []
    writer.post(f"{url}/minutes", data={**form, "text": "First, mended", "base": "1"})
    [link] = tree(reader.get(url)).xpath(since)
    assert texts(reader.get(link), "//div[@role='group']//ins") == ["[added: , mended]"]
