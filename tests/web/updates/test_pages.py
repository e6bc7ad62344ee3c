"""Pages of rounds and updates as each side sees them, and what they never show."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from nmrf.accounts import hand_over
from nmrf.core.roles import Role, Visibility
from nmrf.updates import joints, queries, service
from nmrf.updates.models import Round, Update
from nmrf.updates.models import UpdateState as S
from tests import factories
from tests.factories.updates import (
    DONE,
    acting,
    at,
    collection,
    opened,
    sent,
    signed,
    update_on,
    written,
)
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, rows, text, texts, tree

TOO_LATE = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)


@pytest.fixture
def made(ctx):
    found = opened(ctx)
    ctx.session.commit()
    return found


@pytest.fixture
def one(ctx, made):
    """The update of Justice on 140.1."""
    found = update_on(ctx, made.round, made.first, made.people.moj)
    ctx.session.commit()
    return found


@pytest.fixture
def stored(database):
    def ask(update):
        with database.reading() as session:
            row = session.get(Update, update.id)
            return row.state, row.status, row.narrative

    return ask


def listed(page):
    return texts(page, "//main//ul[@class='rows']/li/p/a/strong")


def buttons(page):
    return texts(page, "//main//form[@method='post']//button")


# --- From the mail to the receipt ---------------------------------------------------------------


def test_an_update_from_the_list_to_the_recommendation(ctx, made, one, client_for, stored):
    focal, authority = client_for(made.people.focal), client_for(made.people.authority)
    page = focal.get(f"/updates/rounds/{made.round.id}/mine")
    assert listed(page) == ["140.1", "140.2", "140.3"]
    assert texts(page, "//main//*[@class='progress-words']") == [
        "0 of 3 recommendations answered, 0 signed off"
    ]
    page = focal.get(f"/updates/{one.id}")
    assert texts(page, "//h1") == ["Recommendation 140.1"]
    assert texts(page, "//main//button[@name='do']") == [
        "Save",
        "Save and go on",
        "Send for sign-off",
    ]
    form = tree(page).xpath("//main//form[@data-draft]")[0]
    assert form.get("data-draft") == f"update-{one.id}-1"
    values = {"lock": "1", "status": "planned", "narrative": "A law is being written."}
    answer = focal.post(f"/updates/{one.id}", data={**values, "do": "next"})
    second = update_on(ctx, made.round, made.second, made.people.moj)
    ctx.session.commit()
    assert answer.location == f"/updates/{second.id}"
    assert stored(one) == (S.DRAFT, "planned", "A law is being written.")
    answer = focal.post(f"/updates/{one.id}", data={**values, "lock": "2", "do": "send"})
    assert answer.status_code == 303
    assert flashes(focal.get(answer.location))[-1] == "Sent. Your validating authority gets a mail."
    assert forms(focal.get(f"/updates/{one.id}")) == []
    page = authority.get(f"/updates/rounds/{made.round.id}/mine")
    assert listed(page) == ["140.1"]
    assert authority.post(f"/updates/{one.id}/sign", data={"lock": "3"}).status_code == 303
    page = focal.get(f"/updates/{one.id}")
    assert texts(page, "//*[@class='receipt-title']") == ["Version 1"]
    section = tree(client_for().get(f"/recommendations/{made.first.id}")).xpath(
        "//section[@id='updates']"
    )[0]
    assert [text(p) for p in section.xpath(".//li/p")][1:] == [
        "A law is being written.",
        "Reported by the ministry, not independently verified.",
    ]
    assert section.xpath(".//a") == []


def test_what_is_missing_is_said_at_the_field_and_the_text_is_kept(made, one, client_for, stored):
    client = client_for(made.people.focal)
    answer = client.post(
        f"/updates/{one.id}", data={"lock": "1", "narrative": "My words.", "do": "send"}
    )
    assert (answer.status_code, errors(answer)) == (
        422,
        ["How far is it carried out?: Choose a status."],
    )
    assert texts(answer, "//textarea[@name='narrative']") == ["My words."]
    assert stored(one) == (S.REQUESTED, "", "")


def test_after_the_last_second_the_text_is_refused_and_kept(
    ctx, made, one, client_for, clock, stored
):
    clock.move_to(TOO_LATE)
    client = client_for(made.people.focal)
    answer = client.post(
        f"/updates/{one.id}", data={"lock": "1", "status": "planned", "narrative": "My words."}
    )
    assert answer.status_code == 422
    assert errors(answer) == [
        "This round closed at the end of Monday, 30 November 2026, so nothing is saved any more. "
        f"Ask the secretariat (Sam Secretary, {made.people.secretary.email}) for more time."
    ]
    assert texts(answer, "//textarea[@name='narrative']") == ["My words."]
    assert stored(one) == (S.REQUESTED, "", "")
    page = client.get(f"/updates/{one.id}")
    assert forms(page) == []
    assert len(texts(page, "//main//div[@class='notice notice-warning']")) == 1


def test_two_people_at_one_update_see_both_texts(ctx, made, one, client_for, stored):
    written(ctx, one, made.people.alternate, "continuous")
    ctx.session.commit()
    client = client_for(made.people.focal)
    values = {"status": "planned", "narrative": "My words."}
    answer = client.post(f"/updates/{one.id}", data={**values, "lock": "1"})
    assert answer.status_code == 422
    assert texts(answer, "//*[@id='stored']") == [DONE]
    assert texts(answer, "//textarea[@name='narrative']") == ["My words."]
    assert stored(one) == (S.DRAFT, "continuous", DONE)
    lock = tree(answer).xpath("//form[@data-draft]//input[@name='lock']")[0].get("value")
    assert client.post(f"/updates/{one.id}", data={**values, "lock": lock}).status_code == 303
    assert stored(one) == (S.DRAFT, "planned", "My words.")


def test_no_change_takes_over_what_was_reported_last(ctx, client_for, stored):
    made = collection(ctx)
    year_before = at(ctx, datetime(2026, 1, 20, 9, tzinfo=UTC))
    before = service.create_round(
        year_before,
        made.cycle,
        year=2026,
        opens_on=datetime(2026, 1, 2, tzinfo=UTC).date(),
        closes_on=datetime(2026, 1, 31, tzinfo=UTC).date(),
    )
    service.open_round(year_before, before)
    old = update_on(ctx, before, made.first, made.people.moj)
    focal = acting(year_before, made.people.focal)
    service.add_evidence(focal, old, title="Gazette", url="https://example.org/1")
    signed(year_before, old, made.people.focal, made.people.authority, "continuous")
    service.open_round(ctx, made.round)
    one = update_on(ctx, made.round, made.first, made.people.moj)
    two = update_on(ctx, made.round, made.second, made.people.moj)
    ctx.session.commit()
    client = client_for(made.people.focal)
    page = client.get(f"/updates/{one.id}")
    assert texts(page, "//*[@id='last']//div[@class='text']") == [DONE]
    answer = client.post(f"/updates/{one.id}/no-change", data={"lock": one.lock, "do": "send"})
    assert answer.status_code == 303
    assert stored(one) == (S.SIGN_OFF, "continuous", DONE)
    page = client.get(f"/updates/{one.id}")
    assert texts(page, "//*[@id='now']//a[@class='file-name']") == ["Gazette"]
    assert texts(page, "//*[@id='now']/p/span[@class='small muted']") == [
        "no change since the last report"
    ]
    assert client.get(f"/updates/{two.id}").status_code == 200
    answer = client.post(f"/updates/{two.id}/no-change", data={"lock": two.lock, "do": "send"})
    assert answer.status_code == 422
    assert stored(two) == (S.REQUESTED, "", "")


def test_evidence_goes_with_the_text_and_is_seen_as_far_as_it_says(ctx, made, one, client_for):
    people = made.people
    client = client_for(people.focal)
    values = {"status": "planned", "narrative": "Text.", "evidence_title": "Statistics"}
    answer = client.post(f"/updates/{one.id}", data={**values, "lock": "1"})
    assert errors(answer) == [
        "Its address on the web: Give the address of the document, or choose a file."
    ]
    for title, level, data in (("Plan", "public", b"a plan"), ("Note", "government", b"a note")):
        answer = client.post(
            f"/updates/{one.id}",
            data={
                **values,
                "evidence_title": title,
                "evidence_visibility": level,
                "evidence_file": (BytesIO(data), f"{title}.txt"),
            },
        )
        assert answer.status_code == 303
    plan = tree(client.get(f"/updates/{one.id}")).xpath("//a[@class='file-name']")[0].get("href")
    # A public file is open to nobody outside before the sign-off.
    assert client_for().get(plan).status_code == 404
    assert client_for(made.healer).get(plan).status_code == 404
    assert client.get(plan).get_data() == b"a plan"
    assert client.post(f"/updates/{one.id}", data={**values, "evidence_title": "", "do": "send"})
    assert client_for(people.authority).post(f"/updates/{one.id}/sign", data={}).status_code == 303
    assert client_for().get(plan).get_data() == b"a plan"
    seen = {}
    for name, person in (("public", None), ("other ministry", made.healer), ("own", people.focal)):
        page = client_for(person).get(f"/recommendations/{made.first.id}")
        links = tree(page).xpath("//section[@id='updates']//a")
        seen[name] = [text(a) for a in links if a.get("href").startswith("/files/")]
    assert seen == {
        "public": ["Plan"],
        "other ministry": ["Plan", "Note"],
        "own": ["Plan", "Note"],
    }


# --- Other people's updates ---------------------------------------------------------------------


def statuses(client, made, one):
    paths = {
        "list of rounds": "/updates",
        "monitor": f"/updates/rounds/{made.round.id}",
        "own list": f"/updates/rounds/{made.round.id}/mine",
        "list of Justice": f"/updates/rounds/{made.round.id}/mine?institution={made.people.moj.id}",
        "update": f"/updates/{one.id}",
        "export": f"/updates/rounds/{made.round.id}/export",
        "new round": "/updates/new",
    }
    return {name: client.get(path).status_code for name, path in paths.items()}


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("secretary", (200, 200, 303, 200, 200, 200, 200)),
        ("focal", (200, 303, 200, 200, 200, 200, 403)),
        ("authority", (200, 303, 200, 200, 200, 200, 403)),
        ("healer", (200, 303, 200, 404, 404, 200, 403)),
        ("admin", (200, 403, 303, 404, 404, 404, 403)),
        ("ombudsman", (403, 404, 404, 404, 404, 404, 403)),
        ("stakeholder", (403, 404, 404, 404, 404, 404, 403)),
    ],
)
def test_pages_answer_each_role(made, one, client_for, person, expected):
    who = made.healer if person == "healer" else getattr(made.people, person)
    assert tuple(statuses(client_for(who), made, one).values()) == expected


def test_a_stranger_ministry_cannot_act_on_an_update(ctx, made, one, client_for, stored):
    sent(ctx, one, made.people.focal)
    healers = factories.person(ctx.session, Role.VALIDATING_AUTHORITY, made.health)
    ctx.session.commit()
    before = stored(one)
    for person in (made.healer, healers):
        client = client_for(person)
        for path in ("", "/sign", "/return", "/no-change"):
            answer = client.post(f"/updates/{one.id}{path}", data={"reason": "Because."})
            assert (path, answer.status_code) == (path, 404)
        for path in ("sign", "send"):
            answer = client.post(
                f"/updates/rounds/{made.round.id}/{path}",
                data={"institution": made.people.moj.id, "seen": f"{one.id}:{one.lock}"},
            )
            assert (path, answer.status_code) == (path, 404)
    assert stored(one) == before


def exported(client, round_id):
    answer = client.get(f"/updates/rounds/{round_id}/export")
    sheet = load_workbook(BytesIO(answer.get_data())).active
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=5)]


def test_the_workbook_holds_what_one_may_see_and_no_formulas(ctx, made, one, client_for):
    service.save_update(
        acting(ctx, made.people.focal), one, status="planned", narrative='=HYPERLINK("x")'
    )
    ctx.session.commit()
    ours = exported(client_for(made.people.focal), made.round.id)
    theirs = exported(client_for(made.healer), made.round.id)
    everything = exported(client_for(made.people.secretary), made.round.id)
    assert [(row[0], row[2]) for row in ours] == [
        ("140.1", "Ministry of Justice"),
        ("140.2", "Ministry of Justice"),
        ("140.3", "Ministry of Justice"),
    ]
    assert [(row[0], row[2]) for row in theirs] == [("140.3", "Ministry of Health")]
    assert len(everything) == 4
    assert ours[0][4:7] == ("being written", "Planned", '=HYPERLINK("x")')
    answer = client_for(made.people.focal).get(f"/updates/rounds/{made.round.id}/export")
    cells = load_workbook(BytesIO(answer.get_data())).active
    assert {cell.data_type for row in cells.iter_rows() for cell in row} == {"s", "n"}


# --- The secretariat ----------------------------------------------------------------------------


def test_a_round_from_plan_to_monitor(ctx, database, client_for):
    made = collection(ctx)
    ctx.session.delete(made.round)
    ctx.session.commit()
    client = client_for(made.people.secretary)
    form = tree(client.get("/updates/new")).xpath("//main//form")[0]
    fields = {i.get("name"): i.get("value") for i in form.xpath(".//input[@name]")}
    assert (fields["year"], fields["opens_on"], fields["closes_on"], fields["consolidate_by"]) == (
        "2027",
        "2027-01-02",
        "2027-01-31",
        "2027-02-28",
    )
    answer = client.post("/updates/new", data={**fields, "closes_on": "2027-01-01"})
    assert errors(answer) == ["Last day: The round closes before it opens."]
    answer = client.post("/updates/new", data=fields)
    assert answer.status_code == 303
    path = answer.location
    page = client.get(path)
    assert buttons(page) == ["Open the round"]
    with database.reading() as session:
        round_id = session.scalars(select(Round.id)).one()
    answer = client.post(f"/updates/rounds/{round_id}/open", data={"lock": "1"})
    assert flashes(client.get(answer.location))[-1] == (
        "The round is open. 4 updates were asked for; the focal points get a mail."
    )
    page = client.get(path)
    assert rows(page, 1) == ["Ministry of Justice", "Ministry of Health"]
    assert rows(page, 2) == ["0 of 3", "0 of 1"]
    assert rows(page, 6) == ["Vera Authority", "nobody"]
    assert texts(page, "//main//div[@class='notice notice-warning']//li") == [
        "Ministry of Health has no validating authority: nobody can sign off."
    ]
    answer = client.post(f"/updates/rounds/{round_id}/remind", data={})
    assert flashes(client.get(answer.location))[-1] == "3 reminders are being sent."
    answer = client.post(
        f"/updates/rounds/{round_id}/extend", data={"lock": "2", "closes_on": "2027-01-31"}
    )
    assert answer.status_code == 422
    assert errors(answer) == ["Reason: This cannot be empty."]


def test_contradictions_are_shown_with_their_lead(ctx, made, client_for):
    people = made.people
    ours = update_on(ctx, made.round, made.third, people.moj)
    theirs = update_on(ctx, made.round, made.third, made.health)
    written(ctx, ours, people.focal, "planned")
    sent(ctx, theirs, made.healer, "fully_implemented")
    ctx.session.commit()
    client = client_for(people.secretary)
    path = f"/updates/rounds/{made.round.id}"
    assert texts(client.get(path), "//section[@id='contradictions']") == []
    service.send_for_sign_off(acting(ctx, people.focal), ours)
    ctx.session.commit()
    assert texts(client.get(path), "//section[@id='contradictions']//li/p") == [
        "140.3",
        "Ministry of Health leads Fully implemented",
        "Ministry of Justice supports Planned",
    ]


def test_the_focal_point_is_told_that_nobody_can_sign(ctx, made, client_for):
    theirs = update_on(ctx, made.round, made.third, made.health)
    ctx.session.commit()
    client = client_for(made.healer)
    said = (
        "Ministry of Health has no validating authority at the moment, so nobody can sign its "
        "updates off. Ask the secretariat to give somebody this office."
    )
    page = client.get(f"/updates/{theirs.id}")
    assert texts(page, "//main//div[@class='notice notice-warning']/p[last()]") == [said]
    answer = client.post(
        f"/updates/{theirs.id}",
        data={"lock": "1", "status": "planned", "narrative": "Text.", "do": "send"},
    )
    assert flashes(client.get(answer.location))[-1] == said


# --- Elsewhere ----------------------------------------------------------------------------------


def test_what_waits_is_counted_for_the_desk_and_handed_over(ctx, made, one):
    people = made.people
    sent(ctx, one, people.focal)
    focal, authority = acting(ctx, people.focal), acting(ctx, people.authority)
    assert [u.recommendation.number for u in queries.mine(focal)] == ["140.2", "140.3"]
    assert [u.recommendation.number for u in queries.mine(authority)] == ["140.1"]
    assert [(w.institution, w.to_write, w.to_sign) for w in queries.waiting(focal)] == [
        (people.moj, 2, 0)
    ]
    assert queries.mine(acting(ctx, people.secretary)) == []
    assert joints.open_updates in hand_over.PROVIDERS
    items = joints.open_updates(focal, people.focal)
    assert [(i.title, i.what) for i in items] == [
        ("Updates of 2027: 2 recommendations", "Write the update of Ministry of Justice")
    ]
    items = joints.open_updates(authority, people.authority)
    assert [(i.title, i.what) for i in items] == [
        ("Updates of 2027: 1 recommendation", "Sign off for Ministry of Justice")
    ]


def test_lists_ask_the_same_whatever_their_length(ctx, made, client_for, database):
    people = made.people
    for n in (1, 2):
        recommendation = (made.first, made.second)[n - 1]
        written(ctx, update_on(ctx, made.round, recommendation, people.moj), people.focal)
    ctx.session.commit()
    paths = {
        people.focal: ["/updates", f"/updates/rounds/{made.round.id}/mine?show=all"],
        people.secretary: [
            "/updates",
            f"/updates/rounds/{made.round.id}",
            f"/updates/rounds/{made.round.id}/export",
        ],
    }

    def counts():
        found = []
        for person, wanted in paths.items():
            client = client_for(person)
            for path in wanted:
                with count_statements(database) as sent_now:
                    assert client.get(path).status_code == 200
                found.append(len(sent_now))
        return found

    counts()  # first use fills caches
    before = counts()
    for n in range(4, 8):
        lead = factories.institution(ctx.session, f"Ministry {n}")
        factories.person(ctx.session, Role.FOCAL_POINT, lead)
        new = factories.recommendation(ctx.session, made.cycle, f"140.{n}", lead=lead)
        factories.assignment(ctx.session, new, people.moj, lead=False)
    service.open_and_close_due(ctx)
    for n in range(4, 8):
        new = ctx.session.scalars(
            select(Update).where(
                Update.recommendation.has(number=f"140.{n}"), Update.institution_id == people.moj.id
            )
        ).one()
        sent(ctx, new, people.focal)
        if n < 6:
            service.sign_off(acting(ctx, people.authority), new)
    ctx.session.commit()
    assert counts() == before


def test_who_sees_evidence_of_each_level(ctx, made):
    def levels(person):
        return queries.evidence_levels(acting(ctx, person).actor, made.people.moj.id)

    everything = frozenset(Visibility)
    assert levels(made.people.focal) == levels(made.people.secretary) == everything
    assert levels(made.healer) == everything - {Visibility.SECRETARIAT}
    assert levels(made.people.stakeholder) == {Visibility.PUBLIC, Visibility.PARTNERS}


def test_both_sides_of_a_contradiction_see_it_before_they_sign(ctx, made, client_for):
    """Justice supports 140.3, which Health leads."""
    ours = update_on(ctx, made.round, made.third, made.people.moj)
    theirs = update_on(ctx, made.round, made.third, made.health)
    written(ctx, ours, made.people.focal, status="fully_implemented")
    ctx.session.commit()
    focal, healer = client_for(made.people.focal), client_for(made.healer)
    assert texts(focal.get(f"/updates/{ours.id}"), "//div[@id='others']") == []
    sent(ctx, theirs, made.healer, status="planned")
    ctx.session.commit()
    said = texts(focal.get(f"/updates/{ours.id}"), "//div[@id='others']")[0]
    assert "Another institution reports a different status" in said
    assert "Ministry of Health leads Planned" in said
    assert DONE not in said  # the status alone
    # What is only a draft is nobody else's business.
    assert texts(healer.get(f"/updates/{theirs.id}"), "//div[@id='others']") == []
    service.send_for_sign_off(acting(ctx, made.people.focal), ours)
    ctx.session.commit()
    assert (
        "Ministry of Justice supports Fully implemented"
        in (texts(healer.get(f"/updates/{theirs.id}"), "//div[@id='others']")[0])
    )
    signer = client_for(made.people.authority)
    listed = signer.get(f"/updates/rounds/{made.round.id}/mine").get_data(as_text=True)
    assert "another institution reports a different status" in listed


def test_who_was_in_good_time_is_thanked_and_nobody_is_blamed(ctx, made, client_for, clock):
    people = made.people
    for one in (made.first, made.second, made.third):
        signed(
            ctx,
            update_on(ctx, made.round, one, people.moj),
            people.focal,
            people.authority,
        )
    ctx.session.commit()
    page = client_for(people.focal).get(f"/updates/rounds/{made.round.id}/mine?show=all")
    assert "Everything was signed off 12 days before the last day." in text(tree(page))
    board = client_for(people.secretary).get(f"/updates/rounds/{made.round.id}")
    assert text(tree(board)).count("days early") == 1
    late = at(ctx, TOO_LATE)
    theirs = update_on(ctx, made.round, made.third, made.health)
    service.extend_round(late, made.round, made.round.closes_on.replace(month=12), "More time")
    written(late, theirs, made.healer)
    theirs.state, made.round.closes_on = S.SIGN_OFF, made.round.closes_on.replace(month=11)
    service.sign_off(late, theirs)
    ctx.session.commit()
    clock.move_to(TOO_LATE)
    page = client_for(made.healer).get(f"/updates/rounds/{made.round.id}/mine?show=all")
    assert "Thank you: in good time" not in text(tree(page))


def test_a_sheet_goes_out_and_comes_back_by_the_pages(ctx, made, client_for, stored):
    people = made.people
    one = update_on(ctx, made.round, made.first, people.moj)
    ctx.session.commit()
    client = client_for(people.focal)
    place = f"/updates/rounds/{made.round.id}"
    data = client.get(f"{place}/sheet.xlsx").data
    book = load_workbook(BytesIO(data))
    for column, value in ((7, "Planned"), (8, "A plan <b>stands</b>")):
        book.active.cell(6, column).value = value
    book.active.cell(7, 7).value = "Nearly"

    def upload(name="back.xlsx"):
        out = BytesIO()
        book.save(out)
        out.seek(0)
        return client.post(f"{place}/sheet", data={"file": (out, name)})

    seen = client.get(upload().location)
    assert "“Nearly” is none of the statuses of the list." in text(tree(seen))
    assert forms(seen) == []  # nothing can be confirmed while a row is wrong
    refused = client.post(seen.request.full_path)
    assert refused.status_code == 422
    book.active.cell(7, 7).value = ""
    answer = upload()
    assert "A plan <b>stands</b>" in text(tree(client.get(answer.location)))
    assert stored(one)[0] is S.REQUESTED
    done = client.post(answer.location)
    assert done.status_code == 303
    assert flashes(client.get(done.location)) == [
        "1 update is saved as a draft. Look at it, and send it for sign-off."
    ]
    assert stored(one) == (S.DRAFT, "planned", "A plan <b>stands</b>")
    assert upload("back.docx").status_code == 422
    assert client.post(f"{place}/sheet").status_code == 422
    # Another ministry does not even learn that the file is there.
    health = client_for(made.healer)
    assert health.get(answer.location).status_code == 404
    theirs = answer.location.replace(
        f"institution={people.moj.id}", f"institution={made.health.id}"
    )
    assert health.get(theirs).status_code == 404
    assert client_for(people.authority).get(f"{place}/sheet").status_code == 403


def test_the_thread_of_a_return_is_read_by_both_sides_and_by_nobody_else(
    ctx, made, one, client_for
):
    people = made.people
    sent(ctx, one, people.focal)
    service.return_update(acting(ctx, people.authority), one, "Name <b>the</b> law.")
    ctx.session.commit()
    client, url = client_for(people.focal), f"/updates/{one.id}"
    assert "What did you correct?" in text(tree(client.get(url)))
    data = {
        "narrative": "Law 12 of 2026.",
        "status": "in_progress",
        "remark": "Law 12, see the text.",
        "lock": one.lock,
        "do": "send",
    }
    assert client.post(url, data=data).status_code == 303
    for person in (people.authority, people.secretary, people.focal):
        assert [
            " ".join(t.split()[:4])
            for t in texts(client_for(person).get(url), "//section[@id='thread']//li/p")
        ] == [
            f"Sent back by {people.authority.name.split()[0]}",
            f"Sent again by {people.focal.name.split()[0]}",
        ]
    assert client_for(made.healer).get(url).status_code == 404
