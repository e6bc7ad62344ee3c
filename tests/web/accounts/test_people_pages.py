"""People and institutions, for those who look after them; refused to everybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from nmrf.accounts.models import Absence, Institution, Person
from nmrf.core.roles import Role
from nmrf.outbox.models import Message
from tests import factories
from tests.queries import count_statements
from tests.web.pages import errors, flashes, forms, rows, texts

PAGES = [
    "/people",
    "/people/new",
    "/people/{person}",
    "/people/{person}/details",
    "/people/{person}/offices",
    "/people/{person}/offices/{office}/end",
    "/people/{person}/absence",
    "/people/{person}/hand-over",
    "/people/{person}/close",
    "/institutions/manage",
    "/institutions/manage/new",
    "/institutions/manage/{institution}",
    "/institutions/manage/{institution}/change",
]
POSTS = [
    *(
        page
        for page in PAGES
        if page not in {"/people", "/people/{person}", "/institutions/manage"}
    ),
    "/people/{person}/absences/1/end",
    "/people/{person}/reactivate",
    "/people/{person}/invite",
    "/people/{person}/unlock",
    "/people/{person}/end-sessions",
    "/people/{person}/second-factor/off",
    "/institutions/manage/{institution}/close",
    "/institutions/manage/{institution}/reopen",
]
POSTS.remove("/institutions/manage/{institution}")


def address(page, person, world):
    return page.format(person=person.id, office=person.offices[0].id, institution=world.moj.id)


@pytest.fixture
def client(client_for, world):
    return client_for(world.secretary)


@pytest.mark.parametrize("page", PAGES)
def test_the_secretariat_opens_every_page(client, world, page):
    answer = client.get(address(page, world.alternate, world))
    assert (answer.status_code, len(texts(answer, "//h1"))) == (200, 1)


@pytest.mark.parametrize("who", ["focal", "ombudsman", "stakeholder"])
def test_strangers_open_none_and_send_none(client_for, world, who):
    client = client_for(getattr(world, who))
    got = {client.get(address(page, world.alternate, world)).status_code for page in PAGES}
    sent = {client.post(address(page, world.alternate, world)).status_code for page in POSTS}
    assert (got, sent) == ({403}, {403})


def test_they_do_not_even_learn_who_has_an_account(client_for, world):
    client = client_for(world.stakeholder)
    answers = [
        client.get(f"/people/{n}{end}") for n in (world.focal.id, 999) for end in ("", "/sheet")
    ]
    assert {answer.status_code for answer in answers} == {403}


def test_visitors_are_led_to_sign_in(client_for, world):
    client = client_for()
    got = {client.get(address(page, world.alternate, world)).status_code for page in PAGES}
    assert got == {302}
    answer = client.get(f"/people/{world.focal.id}/sheet")
    assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize("page", ["/people/999", "/people/999/sheet", "/institutions/manage/999"])
def test_what_is_not_there_is_not_found(client, page):
    assert client.get(page).status_code == 404


def test_people_are_listed_searched_and_filtered(client, world):
    assert [name.split("person")[0] for name in rows(client.get("/people"))] == [
        "Ada Administrator",
        "Alf Alternate",
        "Fay Focal",
        "Olga Ombuds",
        "Sam Secretary",
        "Stan Stakeholder",
        "Vera Authority",
    ]
    found = client.get("/people?role=focal_point&role=alternate&state=active&kind=ministry")
    assert rows(found, 2) == ["Alternate focal point, MJ", "Focal point, MJ"]
    nothing = client.get("/people?q=zzz")
    assert texts(nothing, "//p[@class='empty-title']") == ["Nobody found"]
    assert client.get("/people?role=king&kind=x&page=x&institution=x").status_code == 200


def test_a_longer_list_asks_the_database_no_more_often(client, world, ctx, database):
    counts = []
    for turn in range(2):
        with count_statements(database) as sent:
            assert client.get("/people").status_code == 200
            assert client.get("/institutions/manage").status_code == 200
        counts.append(len(sent))
        for n in range(3):
            at = factories.institution(ctx.session, f"Agency {turn} {n}")
            factories.person(ctx.session, Role.FOCAL_POINT, at)
        ctx.session.commit()
    assert counts[0] == counts[1]


def test_names_are_shown_as_text(client, world, ctx):
    world.focal.name = "<script>alert(1)</script>"
    world.moj.name = "<i>Justice</i>"
    ctx.session.commit()
    for page in ("/people", f"/people/{world.focal.id}", f"/people/{world.focal.id}/sheet"):
        text = client.get(page).get_data(as_text=True)
        assert "<script>alert" not in text
        assert "<i>Justice" not in text


NEW = {
    "name": "Nadia Example",
    "email": "nadia@example.org",
    "language": "fr",
    "role": "alternate",
    "starts_on": "2026-11-18",
    "ends_on": "",
}


def test_an_account_is_opened_with_its_office_and_an_invitation(client, world, found):
    answer = client.post("/people/new", data={**NEW, "institution": world.moj.id})
    [person] = found(select(Person).where(Person.email == NEW["email"]))
    assert answer.location == f"/people/{person.id}"
    [message] = found(select(Message))
    assert (message.kind, message.language, message.sensitive) == ("invitation", "fr", True)
    page = client.get(answer.location)
    assert flashes(page) == [
        "The account is open. Nadia Example gets a mail with a link to set a password."
    ]
    assert texts(page, "//main//*[@class='notice-title']") == [
        "Note: Invited, but no password has been set yet"
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "<b>Nadia</b>"}, "Name: A name has no angle brackets (< >)."),
        ({"name": "N" * 500}, "Name: This has 500 characters; 200 at most can be kept."),
        (
            {"email": "nadia@example.org, b@example.org"},
            ("E-mail: This is not an e-mail address. Write one address, such as name@example.org."),
        ),
        ({"starts_on": ""}, "First day: This field is required."),
        ({"ends_on": "2026-11-17"}, "Last day: The last day cannot lie before the first."),
        ({"role": ""}, "Role: This field is required."),
        ({"institution": "999"}, "Institution: Choose an institution of the list."),
        (
            {"role": "stakeholder"},
            (
                "Ministry of Justice is part of the Government, so nobody there can be "
                "“Stakeholder”: that role speaks for those outside it. Choose a role of the "
                "Government."
            ),
        ),
    ],
)
def test_what_cannot_be_is_shown_with_the_reason_and_nothing_is_kept(
    client, world, found, changes, message
):
    answer = client.post("/people/new", data={**NEW, "institution": world.moj.id, **changes})
    assert (answer.status_code, errors(answer)) == (422, [message])
    assert found(select(Person).where(Person.email == NEW["email"])) == []
    assert found(select(Message)) == []


def test_an_address_in_use_names_its_owner(client, world):
    data = {**NEW, "institution": world.moj.id, "email": world.focal.email.upper()}
    answer = client.post("/people/new", data=data)
    assert errors(answer) == [
        (
            f"E-mail: {world.focal.email} already has an account: Fay Focal. One person has one "
            "account, with as many offices as needed."
        )
    ]


def test_an_office_on_the_other_side_is_refused_with_the_reason(client, world):
    answer = client.post(
        f"/people/{world.stakeholder.id}/offices",
        data={"institution": world.moj.id, "role": "focal_point", "starts_on": "2026-11-18"},
    )
    assert (answer.status_code, errors(answer)) == (
        422,
        [
            (
                "This person already speaks for the other side: one person cannot both approve "
                "the Government's text and comment on it for a stakeholder. End the other office "
                "first."
            )
        ],
    )


def test_offices_are_given_and_ended(client, world, fresh):
    page = f"/people/{world.alternate.id}"
    data = {"institution": world.moj.id, "role": "validating_authority", "starts_on": "2026-11-18"}
    assert client.post(f"{page}/offices", data=data).location == page
    assert rows(client.get(page)) == ["Alternate focal point", "Validating authority"]
    office = world.alternate.offices[0]
    ended = client.post(f"{page}/offices/{office.id}/end", data={"last_day": "2026-11-17"})
    assert ended.location == page
    shown = client.get(page)
    assert rows(shown) == ["Validating authority"]
    assert len(texts(shown, "//section[@id='offices']//li")) == 1
    other = world.focal.offices[0]
    assert client.get(f"{page}/offices/{other.id}/end").status_code == 404


def test_details_are_changed(client, world, fresh):
    page = f"/people/{world.focal.id}"
    data = {"name": "Fay New", "email": "fay@new.example", "language": "ar"}
    assert client.post(f"{page}/details", data=data).location == page
    person = fresh(world.focal)
    assert (person.name, person.email, person.language) == ("Fay New", "fay@new.example", "ar")
    answer = client.post(f"{page}/details", data={**data, "email": world.secretary.email})
    assert answer.status_code == 422


def test_who_changes_the_own_address_stays_signed_in(client, world):
    page = f"/people/{world.secretary.id}"
    data = {"name": "Sam Secretary", "email": "sam@new.example", "language": "en"}
    client.post(f"{page}/details", data=data)
    assert client.get(page).status_code == 200


def test_a_hand_over_leads_to_the_sheet(client, client_for, world):
    page = f"/people/{world.focal.id}"
    choices = texts(client.get(f"{page}/hand-over"), "//select[@name='successor']//option")
    assert choices == [
        "Choose a person",
        "Alf Alternate",
        "Vera Authority",
        "Ada Administrator",
        "Sam Secretary",
    ]
    data = {"successor": world.alternate.id, "last_day": "2026-11-18"}
    answer = client.post(f"{page}/hand-over", data=data)
    assert answer.location == f"{page}/sheet"
    assert client_for(world.alternate).get(answer.location).status_code == 200
    assert client_for(world.ombudsman).get(answer.location).status_code == 403


def test_an_account_is_closed_with_a_successor(client, client_for, world, fresh):
    page = f"/people/{world.focal.id}"
    theirs = client_for(world.focal)
    offered = texts(client.get(f"{page}/close"), "//select[@name='successor']//option")
    assert offered[0] == "Choose a person"
    alone = client.post(f"{page}/close", data={"successor": "0"})
    assert (alone.status_code, errors(alone)) == (
        422,
        [
            (
                "Who takes the offices over today: Choose a successor: nobody else holds the "
                "office in Ministry of Justice, and its open work would be left to nobody."
            )
        ],
    )
    assert theirs.get("/me").status_code == 200
    answer = client.post(f"{page}/close", data={"successor": world.alternate.id})
    assert answer.location == f"{page}/sheet"
    assert theirs.get("/me").status_code == 302
    assert not fresh(world.focal).active
    assert forms(client.get(page)) == ["/people/N/reactivate"]
    client.post(f"{page}/reactivate")
    assert fresh(world.focal).active


def test_somebody_without_offices_is_closed_without_a_question(client, world, ctx, fresh):
    person = factories.person(ctx.session)
    ctx.session.commit()
    page = client.get(f"/people/{person.id}/close")
    assert texts(page, "//main//select") == []
    client.post(f"/people/{person.id}/close", data={})
    assert not fresh(person).active


def test_the_secretariat_sees_why_it_cannot_change_an_administrator(client, world):
    page = client.get(f"/people/{world.admin.id}")
    assert (page.status_code, forms(page)) == (200, [])
    assert "Only an administrator changes the account of an administrator." in page.get_data(
        as_text=True
    )
    posts = [page for page in POSTS if page.startswith("/people/{person}")]
    sent = {client.post(address(page, world.admin, world)).status_code for page in posts}
    assert sent == {403}


def test_only_controls_that_work_are_shown(client, client_for, world, ctx):
    own = f"/people/{world.secretary.id}"
    assert f"{own}/close" not in client.get(own).get_data(as_text=True)
    shown = forms(client.get(f"/people/{world.focal.id}"))
    assert shown == ["/people/N/end-sessions"]
    world.focal.password_hash = None
    ctx.session.commit()
    assert forms(client.get(f"/people/{world.focal.id}")) == ["/people/N/invite"]


def test_locked_accounts_are_unlocked(client, world, ctx, clock, fresh):
    world.focal.locked_until = clock.now().replace(hour=23)
    ctx.session.commit()
    page = f"/people/{world.focal.id}"
    assert forms(client.get(page))[0] == "/people/N/unlock"
    client.post(f"{page}/unlock")
    assert fresh(world.focal).locked_until is None
    assert client.post(f"{page}/unlock").status_code == 409


def test_the_secretariat_enters_and_ends_an_absence(client, world, found):
    page = f"/people/{world.focal.id}"
    data = {"starts_on": "2026-11-18", "ends_on": "2026-11-20", "substitute": world.alternate.id}
    assert client.post(f"{page}/absence", data=data).location == page
    [absence] = found(select(Absence))
    other = f"/people/{world.alternate.id}/absences/{absence.id}/end"
    assert client.post(other).status_code == 404
    assert client.post(f"{page}/absences/{absence.id}/end").location == page
    assert found(select(Absence)) == []


# --- Institutions -------------------------------------------------------------------------------


def test_institutions_are_listed_with_their_people(client, world):
    page = client.get("/institutions/manage")
    assert rows(page) == [
        "Alliance for Examples AE",
        "Ministry of Foreign Affairs MFA",
        "Ministry of Justice MJ",
        "Ombuds Office OO",
    ]
    assert rows(page, 3) == ["1", "2", "3", "1"]
    assert rows(client.get("/institutions/manage?kind=nhri&q=omb")) == ["Ombuds Office OO"]
    nothing = client.get("/institutions/manage?closed=1")
    assert texts(nothing, "//p[@class='empty-title']") == ["Nothing found"]


def test_an_institution_is_entered_and_changed(client, world, found, fresh):
    data = {
        "name": "Women's Legal Aid",
        "short_name": "",
        "kind": "civil_society",
        "parent": "",
        "email": "",
        "region": "Coast",
        "groups": ["women_girls"],
    }
    offered = texts(client.get("/institutions/manage/new"), "//input[@name='groups']/@value/..")
    assert len(offered) > 0
    first = client.get("/institutions/manage/new").get_data(as_text=True)
    code = first.split('name="groups"')[1].split('value="')[1].split('"')[0]
    answer = client.post("/institutions/manage/new", data={**data, "groups": [code]})
    [made] = found(select(Institution).where(Institution.name == "Women's Legal Aid"))
    assert answer.location == f"/institutions/manage/{made.id}"
    assert (made.short_name, made.region, made.groups) == ("WLA", "Coast", [code])
    changed = client.post(
        f"/institutions/manage/{made.id}/change",
        data={**data, "short_name": "Aid", "kind": "nhri", "groups": []},
    )
    assert changed.location == f"/institutions/manage/{made.id}"
    made = fresh(made)
    assert (made.short_name, made.kind, made.groups) == ("Aid", "nhri", [])


def test_a_kind_that_breaks_offices_is_shown_at_its_field(client, world):
    answer = client.post(
        f"/institutions/manage/{world.moj.id}/change",
        data={"name": "Ministry of Justice", "kind": "media", "parent": ""},
    )
    assert (answer.status_code, errors(answer)) == (
        422,
        [
            (
                "Kind: Alf Alternate is “Alternate focal point” here, which does not exist in an "
                "institution of the kind “Media”. End that office first."
            )
        ],
    )


def test_a_name_in_use_or_a_group_unknown_is_refused(client, world):
    data = {"name": "Ministry of Justice", "kind": "media", "parent": ""}
    answer = client.post("/institutions/manage/new", data=data)
    assert errors(answer) == ["Name: There already is an institution of this name."]
    data = {"name": "New", "kind": "media", "parent": "", "groups": ["martians"]}
    assert client.post("/institutions/manage/new", data=data).status_code == 422


def test_an_empty_institution_is_closed_and_opened_again(client, world, ctx, fresh):
    empty = factories.institution(ctx.session, "Old Office")
    ctx.session.commit()
    page = f"/institutions/manage/{empty.id}"
    assert forms(client.get(page)) == ["/institutions/manage/N/close"]
    assert forms(client.get(f"/institutions/manage/{world.moj.id}")) == []
    client.post(f"{page}/close")
    assert not fresh(empty).active
    assert forms(client.get(page)) == ["/institutions/manage/N/reopen"]
    client.post(f"{page}/reopen")
    assert fresh(empty).active
    assert client.post(f"/institutions/manage/{world.moj.id}/close").status_code == 409
