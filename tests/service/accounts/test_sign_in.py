"""Signing in: one answer for every failure, counted tries, lock and network limit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from nmrf.accounts import passwords, sign_in
from nmrf.accounts.models import Throttle
from nmrf.core.errors import Invalid, TooMany
from nmrf.core.events import Event, history
from nmrf.core.roles import PUBLIC
from tests.factories.accounts import PASSWORD, with_password

HERE = "192.0.2.7"
WRONG = "wrong password"
ANSWER = (
    "E-mail and password do not fit together, or the account is locked for a while: that happens "
    "after 8 wrong tries and lasts 15 minutes. If you cannot remember the password, set a new one."
)


@pytest.fixture
def focal(ctx, world):
    return with_password(ctx.session, world.focal)


@pytest.fixture
def visitor(make_ctx, clock):
    """A context for whoever stands at the door, at the clock's time."""
    return lambda: make_ctx(PUBLIC)


def fail(ctx, email, password=WRONG, network=HERE):
    with pytest.raises(Invalid) as refused:
        sign_in.check_password(ctx, email, password, network)
    return refused.value.message


def test_the_right_password_signs_in_however_the_address_is_written(visitor, focal):
    ctx = visitor()
    assert sign_in.check_password(ctx, f" {focal.email.upper()} ", PASSWORD, HERE) is focal
    assert sign_in.finish(ctx, focal) == f"{focal.id}.1"
    assert (focal.last_signed_in_on, focal.failed_attempts) == (ctx.today, 0)


def test_signing_in_leaves_no_event_and_no_mail(visitor, focal, mails):
    ctx = visitor()
    sign_in.finish(ctx, sign_in.check_password(ctx, focal.email, PASSWORD, HERE))
    ctx.session.commit()
    assert ctx.session.scalars(select(Event)).all() == []
    assert mails() == []


def test_every_failure_has_the_same_answer(ctx, visitor, world, focal):
    closed = with_password(ctx.session, world.alternate)
    closed.active = False
    locked = with_password(ctx.session, world.authority)
    locked.locked_until = visitor().now + timedelta(minutes=1)
    answers = {
        fail(visitor(), focal.email),
        fail(visitor(), focal.email, ""),
        fail(visitor(), focal.email, "x" * 100_000),
        fail(visitor(), "nobody@example.org", PASSWORD),
        fail(visitor(), "no address", PASSWORD),
        fail(visitor(), closed.email, PASSWORD),
        fail(visitor(), locked.email, PASSWORD),
        fail(visitor(), world.secretary.email, PASSWORD),  # no password set yet
    }
    assert answers == {ANSWER}


def test_wrong_tries_lock_the_account_and_its_owner_is_told_once_a_day(
    visitor, focal, clock, mails
):
    for _try in range(8):
        fail(visitor(), focal.email)
    assert focal.locked_until == clock.now() + timedelta(minutes=15)
    assert [e.kind for e in history_of(visitor(), focal)] == ["person.locked"]
    fail(visitor(), focal.email, PASSWORD)  # even the right one
    clock.advance(minutes=15)
    for _try in range(8):
        fail(visitor(), focal.email)
    assert mails() == [("account_locked", focal.email, "Your account is locked for a while")]


def history_of(ctx, person):
    ctx.session.commit()
    return history(ctx.session, "person", person.id)


def test_one_try_less_does_not_lock(visitor, focal):
    for _try in range(7):
        fail(visitor(), focal.email)
    assert sign_in.check_password(visitor(), focal.email, PASSWORD, HERE) is focal


@pytest.mark.parametrize(("seconds", "opens"), [(899, False), (900, True)])
def test_the_lock_opens_by_itself(visitor, focal, clock, seconds, opens):
    for _try in range(8):
        fail(visitor(), focal.email)
    clock.advance(seconds=seconds)
    if opens:
        assert sign_in.check_password(visitor(), focal.email, PASSWORD, HERE) is focal
    else:
        fail(visitor(), focal.email, PASSWORD)


def test_a_right_password_alone_does_not_reset_the_count(visitor, focal):
    fail(visitor(), focal.email)
    sign_in.check_password(visitor(), focal.email, PASSWORD, HERE)
    assert focal.failed_attempts == 1
    sign_in.finish(visitor(), focal)
    assert focal.failed_attempts == 0


def test_a_hash_of_old_parameters_is_made_anew_at_sign_in(visitor, focal, monkeypatch):
    old = focal.password_hash
    stronger = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    sign_in.check_password(visitor(), focal.email, PASSWORD, HERE)
    assert focal.password_hash != old
    assert not passwords.is_outdated(focal.password_hash)


def test_one_network_may_fail_ten_times_as_often_and_then_has_to_wait(visitor, focal, clock):
    for n in range(80):
        fail(visitor(), f"nobody{n}@example.org")
    with pytest.raises(TooMany) as refused:
        sign_in.check_password(visitor(), focal.email, PASSWORD, HERE)
    assert refused.value.message == (
        "Too many tries from your network were wrong. Try again in 15 minutes."
    )
    other = sign_in.check_password(visitor(), focal.email, PASSWORD, "192.0.2.8")
    clock.advance(minutes=15)
    assert sign_in.check_password(visitor(), focal.email, PASSWORD, HERE) is other


def test_neither_address_nor_network_is_kept(ctx, visitor, focal):
    fail(visitor(), "nobody@example.org")
    sign_in.request_reset(visitor(), "nobody@example.org", HERE)
    keys = ctx.session.scalars(select(Throttle.key)).all()
    assert [len(key) for key in keys] == [64, 64, 64]
    assert all(set(key) <= set("0123456789abcdef") for key in keys)
