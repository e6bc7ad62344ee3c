"""One's own account."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from nmrf.accounts import second_factor
from nmrf.accounts.models import Absence
from tests.factories.accounts import PASSWORD, sign_in
from tests.web.pages import errors, flashes, forms, rows, texts

NEW = "ten slow bicycles home"


@pytest.fixture
def client(client_for, world):
    return client_for(world.focal)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/me"),
        ("post", "/me"),
        ("get", "/me/password"),
        ("post", "/me/password"),
        ("post", "/me/sign-out-everywhere"),
        ("get", "/me/second-factor"),
        ("post", "/me/second-factor"),
        ("get", "/me/second-factor/code.svg"),
        ("post", "/me/second-factor/confirm"),
        ("post", "/me/second-factor/codes"),
        ("post", "/me/second-factor/off"),
        ("get", "/me/absence"),
        ("post", "/me/absence"),
        ("post", "/me/absences/1/end"),
    ],
)
def test_it_is_for_people_with_an_account(client_for, world, method, address):
    answer = getattr(client_for(), method)(address)
    assert (answer.status_code, answer.location.split("?")[0]) == (302, "/sign-in")


def test_the_page_lists_offices_and_mails(client, world, make_ctx, ctx):
    client.post("/forgotten", data={"email": world.focal.email})
    page = client.get("/me")
    assert texts(page, "//section[@id='offices']//tbody/tr/*[position()<3]") == [
        "Focal point",
        "Ministry of Justice",
    ]
    assert texts(page, "//section[@id='mails']//tbody/tr/*[position()>1]") == [
        "A new password for Human Rights Reporting",
        "somebody asked for a new password for this address.",
    ]


def test_name_and_language_are_changed(client, world, fresh):
    answer = client.post("/me", data={"name": "Fay F.", "language": "fr"})
    assert (answer.status_code, answer.location) == (302, "/me")
    person = fresh(world.focal)
    assert (person.name, person.language) == ("Fay F.", "fr")
    assert 'lang="fr"' in client.get("/me").get_data(as_text=True)[:200]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"name": "<b>", "language": "en"}, "Your name: A name has no angle brackets (< >)."),
        ({"name": "42", "language": "en"}, "Your name: Write a name with at least one letter."),
        ({"name": "", "language": "en"}, "Your name: This field is required."),
        ({"name": "Fay", "language": "xx"}, "Language: Not a valid choice."),
    ],
)
def test_what_cannot_be_taken_is_shown_at_its_field(client, world, fresh, data, message):
    answer = client.post("/me", data=data)
    assert (answer.status_code, errors(answer)) == (422, [message])
    assert fresh(world.focal).name == "Fay Focal"


def test_the_role_cannot_be_changed_by_a_stray_field(client, world, fresh):
    client.post("/me", data={"name": "Fay", "language": "en", "email": "x@y.org", "active": ""})
    assert (fresh(world.focal).email, world.focal.active) == (world.focal.email, True)


def test_a_new_password_ends_other_sessions_and_keeps_this_one(client, client_for, world):
    other = client_for(world.focal)
    data = {"current": PASSWORD, "password": NEW, "repeat": NEW}
    assert client.post("/me/password", data=data).location == "/me"
    assert (client.get("/me").status_code, other.get("/me").status_code) == (200, 302)
    assert sign_in(client_for(), world.focal, NEW).status_code == 302


def test_a_wrong_old_password_is_shown_at_its_field_and_counted(client, world):
    data = {"current": "wrong", "password": NEW, "repeat": NEW}
    for _n in range(8):
        answer = client.post("/me/password", data=data)
        assert (answer.status_code, errors(answer)) == (
            422,
            ["Your password now: This is not your password."],
        )
    assert client.post("/me/password", data={**data, "current": PASSWORD}).status_code == 429


def test_others_can_be_signed_out(client, client_for, world):
    other = client_for(world.focal)
    client.post("/me/sign-out-everywhere")
    assert (client.get("/me").status_code, other.get("/me").status_code) == (200, 302)


# --- Second factor ------------------------------------------------------------------------------


def kept_secret(settings, person):
    """The secret as the person's app holds it."""
    return second_factor.opened(settings, person, person.totp_secret or person.totp_pending)


def test_the_second_factor_is_set_up_in_two_steps(
    client, client_for, world, fresh, clock, settings
):
    other = client_for(world.focal)
    assert forms(client.get("/me/second-factor")) == ["/me/second-factor"]
    assert client.get("/me/second-factor/code.svg").status_code == 404
    client.post("/me/second-factor")
    secret = kept_secret(settings, fresh(world.focal))
    page = client.get("/me/second-factor")
    assert texts(page, "//code")[0].replace(" ", "") == secret
    picture = client.get("/me/second-factor/code.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    wrong = client.post("/me/second-factor/confirm", data={"code": "000000"})
    assert wrong.status_code == 422
    right = client.post(
        "/me/second-factor/confirm", data={"code": pyotp.TOTP(secret).at(clock.now())}
    )
    assert (right.status_code, len(texts(right, "//li/code"))) == (200, 8)
    assert (client.get("/me").status_code, other.get("/me").status_code) == (200, 302)
    assert kept_secret(settings, fresh(world.focal)) == secret
    again = client.post("/me/second-factor/confirm", data={"code": "000000"})
    assert again.status_code == 409


@pytest.fixture
def with_factor(world, ctx):
    world.focal.totp_secret = pyotp.random_base32()
    ctx.session.commit()
    return world.focal


def test_it_is_turned_off_with_the_password_only(client, with_factor, fresh):
    wrong = client.post("/me/second-factor/off", data={"off-password": "wrong"})
    assert (wrong.status_code, errors(wrong)) == (
        422,
        ["Your password: This is not your password."],
    )
    assert fresh(with_factor).totp_secret is not None
    right = client.post("/me/second-factor/off", data={"off-password": PASSWORD})
    assert right.location == "/me"
    assert fresh(with_factor).totp_secret is None
    assert client.get("/me").status_code == 200


def test_new_recovery_codes_are_shown_once(client, with_factor, fresh):
    answer = client.post("/me/second-factor/codes", data={"codes-password": PASSWORD})
    codes = texts(answer, "//li/code")
    assert (len(codes), len(fresh(with_factor).recovery_hashes)) == (8, 8)
    page = client.get("/me/second-factor").get_data(as_text=True)
    assert not [code for code in codes if code in page]


# --- Absence ------------------------------------------------------------------------------------


def test_an_absence_is_entered_and_ended(client, client_for, world, found, fresh, clock):
    assert texts(client.get("/me/absence"), "//select[@name='substitute']/option") == [
        "Choose a person",
        "Alf Alternate",
        "Vera Authority",
    ]
    data = {
        "starts_on": "2026-11-18",
        "ends_on": "2026-11-20",
        "substitute": world.alternate.id,
        "note": "<b>Round</b> half done.",
    }
    answer = client.post("/me/absence", data=data, follow_redirects=True)
    assert flashes(answer) == ["Your absence is entered, and Alf Alternate has a mail."]
    seen = client_for(world.alternate).get("/me").get_data(as_text=True)
    assert "&lt;b&gt;Round&lt;/b&gt; half done." in seen
    absence = found(select(Absence))[0]
    clock.advance(days=1)
    answer = client.post(f"/me/absences/{absence.id}/end", follow_redirects=True)
    assert flashes(answer) == ["Welcome back. You act in your offices again."]
    assert fresh(absence).ends_on == absence.starts_on


def test_what_does_not_fit_is_shown_at_its_field(client, world):
    data = {"starts_on": "2026-11-20", "ends_on": "2026-11-18", "substitute": world.alternate.id}
    answer = client.post("/me/absence", data=data)
    assert (answer.status_code, errors(answer)) == (
        422,
        ["Last day away: The last day cannot lie before the first."],
    )
    answer = client.post("/me/absence", data={"starts_on": "soon", "ends_on": "", "substitute": ""})
    assert answer.status_code == 422
    stranger = {**data, "ends_on": "2026-11-20", "substitute": world.stakeholder.id}
    assert client.post("/me/absence", data=stranger).status_code == 422
    nobody = {**data, "ends_on": "2026-11-20", "substitute": "999"}
    assert errors(client.post("/me/absence", data=nobody)) == [
        "Who stands in: Choose a person of the list."
    ]


def test_who_has_no_colleague_is_told_what_to_do(client_for, world):
    page = client_for(world.stakeholder).get("/me/absence")
    assert (texts(page, "//p[@class='empty-title']"), forms(page)) == (
        ["Nobody can stand in yet"],
        [],
    )


def test_nobody_ends_the_absence_of_another(client, client_for, world, ctx, clock):
    today = clock.now().date()
    absence = Absence(
        person_id=world.alternate.id,
        substitute_id=world.focal.id,
        starts_on=today,
        ends_on=today + timedelta(days=1),
    )
    ctx.session.add(absence)
    ctx.session.commit()
    assert client.post(f"/me/absences/{absence.id}/end").status_code == 404
    assert client_for(world.secretary).post(f"/me/absences/{absence.id}/end").status_code == 404


def test_somebody_without_an_office_sees_who_gives_them(client_for, world, ctx):
    world.focal.offices[0].ends_on = world.focal.offices[0].starts_on
    ctx.session.commit()
    page = client_for(world.focal).get("/me")
    assert page.status_code == 200
    assert rows(page)[:1] == ["Focal point"]
