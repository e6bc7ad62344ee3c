"""Sign-in, second step, sign-out and mailed links, through the real forms."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pyotp
import pytest
from sqlalchemy import select

from nmrf.accounts.queries import session_key
from nmrf.outbox.models import Message
from tests.factories.accounts import PASSWORD, sign_in
from tests.web.pages import errors, flashes, texts

NEW = "ten slow bicycles home"


def who(client):
    """The name that the account page shows, or where it leads instead."""
    answer = client.get("/me")
    if answer.status_code == 302:
        return answer.location
    return texts(answer, "//summary")[0]


@pytest.fixture
def client(client_for):
    return client_for()


def test_the_right_password_leads_to_what_waits(client, world, fresh, clock):
    answer = sign_in(client, world.focal)
    assert (answer.status_code, answer.location) == (302, "/desk")
    person = fresh(world.focal)
    assert person.last_signed_in_on == clock.now().date()
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        ("/me?x=1", "/me?x=1"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_it_leads_on_within_the_service_only(client, world, wanted, location):
    assert sign_in(client, world.focal, next=wanted).location == location
    assert client.get("/sign-in", query_string={"next": wanted}).location == location


def test_a_page_for_members_leads_to_sign_in_and_back(client, world):
    answer = client.get("/people")
    assert answer.location == "/sign-in?next=/people?"
    assert sign_in(client, world.secretary, next="/people?").location == "/people"


def test_every_failure_shows_the_same_page(client, world, ctx):
    world.alternate.active = False
    world.authority.locked_until = ctx.now + timedelta(minutes=5)
    ctx.session.commit()
    tries = [
        (world.focal.email, "wrong"),
        ("nobody@example.org", PASSWORD),
        (world.alternate.email, PASSWORD),
        (world.authority.email, PASSWORD),
    ]
    shown = set()
    for email, password in tries:
        answer = client.post("/sign-in", data={"email": email, "password": password})
        page = answer.get_data(as_text=True).replace(email, "…")
        shown.add((answer.status_code, re.sub(r'value="[^"]{60,}"', "", page)))
    assert [status for status, _page in shown] == [422]


def test_a_wrong_password_stays_counted_and_the_password_is_not_sent_back(client, world, fresh):
    answer = sign_in(client, world.focal, "a wrong password")
    assert answer.status_code == 422
    assert "a wrong password" not in answer.get_data(as_text=True)
    assert fresh(world.focal).failed_attempts == 1


def test_an_empty_form_is_shown_again_and_counts_nothing(client, world, fresh):
    answer = client.post("/sign-in", data={"email": world.focal.email, "password": ""})
    assert (answer.status_code, errors(answer)) == (422, ["Password: This field is required."])
    assert fresh(world.focal).failed_attempts == 0


def test_the_lock_and_its_mail_are_kept_although_the_answer_is_an_error(
    client, world, found, fresh
):
    for _n in range(8):
        sign_in(client, world.focal, "wrong")
    assert fresh(world.focal).locked_until is not None
    mails = found(select(Message))
    assert [(m.kind, m.to_address) for m in mails] == [("account_locked", world.focal.email)]
    assert sign_in(client, world.focal).status_code == 422


def test_a_network_that_fails_too_often_is_asked_to_wait(client, world):
    for n in range(80):
        client.post("/sign-in", data={"email": f"nobody{n}@example.org", "password": "wrong"})
    answer = sign_in(client, world.focal)
    assert (answer.status_code, texts(answer, "//h1")) == (429, ["Too many tries"])


def test_what_a_browser_held_before_does_not_go_along(client, world):
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client, world.focal)
    with client.session_transaction() as cookie:
        assert cookie.permanent
        assert {key for key in cookie if key != "csrf_token"} == {
            "_fresh",
            "_permanent",
            "_user_id",
            "language",
        }
        assert cookie["_user_id"] == session_key(world.focal)


def test_the_session_ends_after_its_hours(client, world, settings):
    answer = sign_in(client, world.focal)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("nmrf="))
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert client.application.permanent_session_lifetime == timedelta(hours=settings.session_hours)


def test_sign_out_ends_the_session_and_keeps_the_language(client, world, ctx):
    world.focal.language = "fr"
    ctx.session.commit()
    sign_in(client, world.focal)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out").location == "/"
    assert client.get("/me").status_code == 302
    with client.session_transaction() as cookie:
        assert cookie["language"] == "fr"


def test_the_page_is_shown_in_the_language_of_the_person(client, world, ctx):
    world.focal.language = "ar"
    ctx.session.commit()
    sign_in(client, world.focal)
    assert texts(client.get("/me"), "/html/@dir/..") != []
    assert 'dir="rtl"' in client.get("/me").get_data(as_text=True)


def test_a_session_of_an_earlier_password_no_longer_holds(client, world, ctx):
    sign_in(client, world.focal)
    world.focal.session_epoch += 1
    ctx.session.commit()
    assert client.get("/me").status_code == 302


@pytest.mark.parametrize("key", ["", "x", "1", "1.x", "x.1", "999.1", "1.1.1", "-1.1", "٣.1"])
def test_a_forged_key_signs_nobody_in(client, world, key):
    with client.session_transaction() as cookie:
        cookie["_user_id"] = key
    assert client.get("/me").status_code == 302


# --- Second step --------------------------------------------------------------------------------


@pytest.fixture
def with_factor(world, ctx):
    world.focal.totp_secret = pyotp.random_base32()
    ctx.session.commit()
    return world.focal


def code_now(person, clock):
    return pyotp.TOTP(person.totp_secret).at(clock.now())


def test_the_code_is_asked_for_after_the_password(client, with_factor, clock):
    answer = sign_in(client, with_factor, next="/me")
    assert answer.location == "/sign-in/code"
    assert client.get("/me").status_code == 302  # not signed in yet
    wrong = client.post("/sign-in/code", data={"code": "000000"})
    assert wrong.status_code == 422
    right = client.post("/sign-in/code", data={"code": code_now(with_factor, clock)})
    assert right.location == "/me"
    assert client.get("/me").status_code == 200


def test_a_wrong_code_stays_counted(client, with_factor, fresh):
    sign_in(client, with_factor)
    client.post("/sign-in/code", data={"code": "000000"})
    assert fresh(with_factor).failed_attempts == 1


def test_a_code_is_taken_once_from_two_browsers(client_for, with_factor, clock):
    code = code_now(with_factor, clock)
    answers = []
    for client in (client_for(), client_for()):
        sign_in(client, with_factor)
        answers.append(client.post("/sign-in/code", data={"code": code}).status_code)
    assert answers == [302, 422]


def at_once(*calls):
    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(done.result() for done in [pool.submit(call) for call in calls])


def test_a_code_is_taken_once_at_the_same_moment(client_for, with_factor, clock):
    code = code_now(with_factor, clock)
    clients = [client_for(), client_for()]
    for client in clients:
        sign_in(client, with_factor)
    calls = [partial(client.post, "/sign-in/code", data={"code": code}) for client in clients]
    assert at_once(*(lambda call=call: call().status_code for call in calls)) == [302, 422]


def test_tries_at_the_same_moment_are_all_counted(client_for, world, fresh):
    clients = [client_for() for _n in range(4)]
    calls = [partial(sign_in, client, world.focal, "wrong") for client in clients]
    assert at_once(*(lambda call=call: call().status_code for call in calls)) == [422] * 4
    assert fresh(world.focal).failed_attempts == 4


def test_the_second_step_needs_the_first(client, world):
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": "000000"}).location == "/sign-in"


def test_who_waits_too_long_begins_again(client, with_factor, clock):
    sign_in(client, with_factor)
    clock.advance(minutes=5)
    answer = client.post(
        "/sign-in/code", data={"code": code_now(with_factor, clock)}, follow_redirects=True
    )
    assert flashes(answer) == ["That took too long. Please begin again."]
    assert client.get("/sign-in/code").location == "/sign-in"


# --- Links --------------------------------------------------------------------------------------


@pytest.fixture
def link(client, world, found):
    """The address of a mailed reset link."""
    client.post("/forgotten", data={"email": world.focal.email})
    body = found(select(Message.body))[0]
    return re.search(r"http://nmrf\.test(/set-password/\S+)", body)[1]


def test_the_answer_is_the_same_with_and_without_an_account(client, world):
    shown = []
    for email in (world.focal.email, "nobody@example.org"):
        answer = client.post("/forgotten", data={"email": email}, follow_redirects=True)
        shown.append((answer.status_code, flashes(answer)))
    assert shown[0] == shown[1]
    assert shown[0][1] == [
        (
            "If this address has an account, a link is on its way. It is open for 60 minutes. "
            "Look among unwanted mail, too."
        )
    ]


def test_what_is_no_address_is_shown_again(client, world):
    answer = client.post("/forgotten", data={"email": "nobody"})
    assert (answer.status_code, errors(answer)) == (
        422,
        ["Your e-mail address: Write a whole e-mail address, such as name@example.org."],
    )


def test_the_link_sets_a_password_and_is_then_used(client, world, link):
    page = client.get(link)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    answer = client.post(link, data={"password": NEW, "repeat": NEW}, follow_redirects=True)
    assert flashes(answer) == ["Your password is set. Sign in with it now."]
    assert sign_in(client, world.focal, NEW).status_code == 302
    over = client.get(link)
    assert (over.status_code, texts(over, "//h1")) == (410, ["This link no longer holds"])
    assert client.post(link, data={"password": NEW, "repeat": NEW}).status_code == 410


def test_a_weak_or_mistyped_password_is_shown_again(client, world, link):
    answer = client.post(link, data={"password": NEW, "repeat": NEW + "x"})
    assert (answer.status_code, errors(answer)) == (
        422,
        ["The same once more: The two passwords are not the same."],
    )
    answer = client.post(link, data={"password": "short", "repeat": "short"})
    assert (answer.status_code, errors(answer)) == (
        422,
        [("New password: This has 5 characters; 12 at least are needed. Add a word or two.")],
    )


def test_a_forged_link_says_so(client, world):
    answer = client.get("/set-password/forged")
    assert (answer.status_code, texts(answer, "//p[@class='lead']")) == (
        410,
        [
            (
                "This link is not complete, or not one of ours. Copy the whole link from the "
                "mail, or ask for a new one."
            )
        ],
    )


def test_a_reset_does_not_go_round_the_second_factor(client, with_factor, link):
    client.post(link, data={"password": NEW, "repeat": NEW})
    assert sign_in(client, with_factor, NEW).location == "/sign-in/code"


def test_forms_need_the_token_of_their_page(app, client, world):
    app.config["WTF_CSRF_ENABLED"] = True
    for address in ("/sign-in", "/forgotten", "/sign-out"):
        assert client.post(address, data={"email": world.focal.email}).status_code == 400
