"""Mailed links: invitation and reset."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import select

from nmrf.accounts import passwords, queries, service, sign_in, tokens
from nmrf.core.errors import Conflict, Invalid, Refused, TooMany
from nmrf.core.events import history
from nmrf.core.roles import PUBLIC
from nmrf.outbox.models import Message
from tests.factories.accounts import PASSWORD, with_password

NEW = "ten slow bicycles home"
USED = (
    "This link has been used, or a newer one was sent after it. Sign in with your password, use "
    "the newest mail, or ask for a new link."
)
FORGED = (
    "This link is not complete, or not one of ours. Copy the whole link from the mail, or ask for "
    "a new one."
)


@pytest.fixture
def visitor(make_ctx):
    return lambda: make_ctx(PUBLIC)


def token_in(text):
    return re.search(r"http://nmrf\.test/set-password/(\S+)", text)[1]


def refusal(ctx, token):
    with pytest.raises(Invalid) as refused:
        sign_in.set_password_by_link(ctx, token, NEW)
    return refused.value.message


@pytest.fixture
def reset(visitor, world, ctx, body):
    """The token of a reset link for the focal point, who has a password."""
    with_password(ctx.session, world.focal)
    sign_in.request_reset(visitor(), world.focal.email, "192.0.2.7")
    return token_in(body())


def test_a_reset_is_mailed_as_a_secret(ctx, world, reset):
    message = ctx.session.scalars(select(Message)).one()
    assert (message.kind, message.to_address, message.sensitive) == (
        "password_reset",
        world.focal.email,
        True,
    )
    assert message.body.splitlines()[0] == "Dear Fay Focal,"


def test_the_link_sets_a_password_once_and_ends_sessions(visitor, world, reset):
    before = queries.session_key(world.focal)
    person = sign_in.set_password_by_link(visitor(), reset, NEW)
    assert person is world.focal
    assert passwords.fits(person.password_hash, NEW)
    assert queries.signed_in_actor(visitor().session, before, visitor().today) is None
    assert refusal(visitor(), reset) == USED


def test_its_event_names_the_owner_as_actor(ctx, visitor, world, reset):
    sign_in.set_password_by_link(visitor(), reset, NEW)
    ctx.session.commit()
    events = history(ctx.session, "person", world.focal.id)
    assert [(e.kind, e.actor_id) for e in events] == [("person.password_set", world.focal.id)]


def test_it_unlocks_the_account(visitor, world, reset, clock):
    world.focal.locked_until = clock.now() + timedelta(minutes=10)
    sign_in.set_password_by_link(visitor(), reset, NEW)
    assert sign_in.check_password(visitor(), world.focal.email, NEW, "192.0.2.7") is world.focal


@pytest.mark.parametrize(("seconds", "holds"), [(3599, True), (3600, False)])
def test_it_is_open_for_an_hour(visitor, reset, clock, seconds, holds):
    clock.advance(seconds=seconds)
    if holds:
        sign_in.set_password_by_link(visitor(), reset, NEW)
    else:
        assert refusal(visitor(), reset) == (
            "This link was open until Wednesday, 18 November 2026, 11:00 CET. Ask for a new one."
        )


def test_a_weak_password_leaves_the_link_open(visitor, world, reset):
    with pytest.raises(Invalid) as refused:
        sign_in.set_password_by_link(visitor(), reset, "short")
    assert refused.value.place == "password"
    assert sign_in.set_password_by_link(visitor(), reset, NEW) is world.focal


def test_forged_and_foreign_tokens_are_refused(ctx, visitor, world, reset):
    key = ctx.house.settings.secret_key.get_secret_value()
    until = int((ctx.now + timedelta(hours=1)).timestamp())
    other_salt = URLSafeSerializer(key, salt="else").dumps(["reset", world.focal.id, 1, until])
    other_key = URLSafeSerializer("k", salt="nmrf.accounts").dumps(
        ["reset", world.focal.id, 1, until]
    )
    other_shape = URLSafeSerializer(key, salt="nmrf.accounts").dumps("reset")
    second_step = sign_in.second_step(visitor(), world.focal)
    unknown = URLSafeSerializer(key, salt="nmrf.accounts").dumps(["reset", 999, 1, until])
    tried = [reset[:-1], reset + "x", "", "..", other_salt, other_key, other_shape, second_step]
    assert {refusal(visitor(), token) for token in [*tried, unknown]} == {FORGED}


def test_nobody_learns_whether_an_address_has_an_account(visitor, ctx, world, mails):
    closed = with_password(ctx.session, world.alternate)
    closed.active = False
    for email in ("nobody@example.org", closed.email):
        assert sign_in.request_reset(visitor(), email, "192.0.2.7") is None
    assert mails() == []


def test_a_link_ends_when_the_account_is_closed(visitor, world, reset):
    world.focal.active = False
    assert refusal(visitor(), reset) == FORGED


def test_three_links_an_hour_are_mailed_to_one_address(visitor, ctx, world, clock, mails):
    with_password(ctx.session, world.focal)
    for _n in range(5):
        sign_in.request_reset(visitor(), world.focal.email, "192.0.2.7")
        clock.advance(minutes=1)
    assert len(mails()) == 3
    clock.advance(minutes=56)
    sign_in.request_reset(visitor(), world.focal.email, "192.0.2.7")
    assert len(mails()) == 4


def test_one_network_may_ask_thirty_times_an_hour(visitor, world):
    for n in range(30):
        sign_in.request_reset(visitor(), f"nobody{n}@example.org", "192.0.2.7")
    with pytest.raises(TooMany) as refused:
        sign_in.request_reset(visitor(), "nobody@example.org", "192.0.2.7")
    assert refused.value.message == (
        "Too many links were asked for from your network. Try again in an hour."
    )


def test_what_is_no_address_is_refused_at_its_field(visitor, world):
    with pytest.raises(Invalid) as refused:
        sign_in.request_reset(visitor(), "nobody", "192.0.2.7")
    assert refused.value.place == "email"


def test_an_invitation_is_open_for_two_weeks(make_ctx, visitor, world, clock, body):
    person = service.create_person(make_ctx(world.secretary), "New Person", "new@example.org")
    token = token_in(body())
    clock.advance(days=14, seconds=-1)
    assert sign_in.person_of_link(visitor(), token) is person
    clock.advance(seconds=1)
    with pytest.raises(Invalid):
        sign_in.person_of_link(visitor(), token)


def test_a_newer_invitation_ends_the_earlier_one(make_ctx, visitor, world, mails, body):
    ctx = make_ctx(world.secretary)
    person = service.create_person(ctx, "New Person", "new@example.org")
    first = token_in(body())
    service.invite(ctx, person)
    second = token_in(body())
    assert mails() == [
        ("invitation", "new@example.org", "Your account in Human Rights Reporting"),
        ("invitation", "new@example.org", "Your account in Human Rights Reporting"),
    ]
    assert refusal(visitor(), first) == USED
    assert sign_in.set_password_by_link(visitor(), second, NEW) is person


def test_who_has_a_password_or_is_closed_is_not_invited(make_ctx, ctx, world):
    with_password(ctx.session, world.focal)
    with pytest.raises(Conflict) as refused:
        service.invite(make_ctx(world.secretary), world.focal)
    assert refused.value.message == (
        "Fay Focal has set a password already, and can ask for a new one at sign-in."
    )
    world.alternate.active = False
    with pytest.raises(Conflict) as refused:
        service.invite(make_ctx(world.secretary), world.alternate)
    assert refused.value.message == "This account is closed. Open it again before inviting."


def test_a_stranger_invites_nobody(make_ctx, world):
    for stranger in (world.focal, world.stakeholder):
        with pytest.raises(Refused):
            service.invite(make_ctx(stranger), world.alternate)


def test_a_password_is_changed_with_the_old_one_and_its_owner_is_told(make_ctx, ctx, world, mails):
    focal = with_password(ctx.session, world.focal)
    service.change_password(make_ctx(focal), focal, PASSWORD, NEW)
    assert passwords.fits(focal.password_hash, NEW)
    assert focal.session_epoch == 2
    assert mails() == [("account_changed", focal.email, "A change to your account")]


def test_wrong_old_passwords_are_counted(make_ctx, ctx, world, clock):
    focal = with_password(ctx.session, world.focal)
    for _n in range(8):
        with pytest.raises(Invalid) as refused:
            service.change_password(make_ctx(focal), focal, "wrong", NEW)
        assert refused.value.place == "current"
    with pytest.raises(TooMany):
        service.change_password(make_ctx(focal), focal, PASSWORD, NEW)
    clock.advance(minutes=15)
    service.change_password(make_ctx(focal), focal, PASSWORD, NEW)
    assert passwords.fits(focal.password_hash, NEW)


def test_nobody_sets_the_password_of_another(make_ctx, ctx, world):
    with_password(ctx.session, world.focal)
    with pytest.raises(Refused):
        service.change_password(make_ctx(world.admin), world.focal, PASSWORD, NEW)
    with pytest.raises(Refused):
        service.set_password(make_ctx(world.admin), world.focal, NEW)


def test_the_service_itself_sets_one_for_a_demonstration(ctx, world):
    service.set_password(ctx, world.focal, NEW)
    assert passwords.fits(world.focal.password_hash, NEW)
    with pytest.raises(Invalid):
        service.set_password(ctx, world.focal, "short")


def test_a_token_holds_for_its_purpose_only(ctx, world):
    token = tokens.make(ctx, world.focal, tokens.Purpose.RESET, ctx.now + timedelta(hours=1))
    with pytest.raises(Invalid):
        tokens.read(ctx, token, tokens.Purpose.SECOND_STEP)
    assert tokens.read(ctx, token, tokens.Purpose.RESET) is world.focal
