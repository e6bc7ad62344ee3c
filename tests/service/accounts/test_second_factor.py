"""The second factor: set up, asked for at sign-in, turned off."""

from __future__ import annotations

import re
from dataclasses import replace

import pyotp
import pytest
from pydantic import SecretStr

from nmrf.accounts import second_factor, sign_in
from nmrf.accounts.models import Person
from nmrf.core.errors import Conflict, Invalid, Refused, TooMany
from nmrf.core.events import history
from nmrf.core.roles import PUBLIC
from nmrf.jobs.tidying import tidy
from tests.factories.accounts import PASSWORD, with_password


@pytest.fixture
def focal(ctx, world):
    return with_password(ctx.session, world.focal)


@pytest.fixture
def code(clock):
    """The code that the app of a person shows, some steps from now."""

    def shown(secret, steps=0):
        return pyotp.TOTP(secret).generate_otp(int(clock.now().timestamp()) // 30 + steps)

    return shown


def secret_of(make_ctx, person):
    """The secret as the person's app holds it."""
    ctx = make_ctx(person)
    kept = person.totp_secret or person.totp_pending
    return second_factor.opened(ctx.house.settings, person, kept)


@pytest.fixture
def on(make_ctx, focal, code, clock):
    """The person with the second factor on, and the recovery codes."""
    second_factor.begin(make_ctx(focal), focal)
    codes = second_factor.confirm(make_ctx(focal), focal, code(secret_of(make_ctx, focal)))
    clock.advance(minutes=5)
    return focal, codes


def state_of(make_ctx, person):
    """What the browser holds after the right password."""
    ctx = make_ctx(PUBLIC)
    return sign_in.second_step(
        ctx, sign_in.check_password(ctx, person.email, PASSWORD, "192.0.2.7")
    )


def try_code(make_ctx, state, tried):
    return sign_in.check_code(make_ctx(PUBLIC), state, tried)


def test_a_secret_counts_only_once_it_is_confirmed(make_ctx, focal, code):
    second_factor.begin(make_ctx(focal), focal)
    secret = second_factor.pending(make_ctx(focal), focal)
    assert (len(secret), focal.totp_secret) == (32, None)
    with pytest.raises(Invalid) as refused:
        second_factor.confirm(make_ctx(focal), focal, "000000")
    assert refused.value.place == "code"
    assert focal.totp_secret is None
    second_factor.confirm(make_ctx(focal), focal, code(secret))
    assert (focal.totp_pending, focal.session_epoch) == (None, 2)
    assert secret_of(make_ctx, focal) == secret


def test_the_picture_holds_the_key_under_the_name_of_the_service(make_ctx, focal):
    ctx = make_ctx(focal)
    second_factor.begin(ctx, focal)
    uri = pyotp.parse_uri(second_factor.address(ctx, focal))
    assert (uri.secret, uri.name, uri.issuer) == (
        second_factor.pending(ctx, focal),
        focal.email,
        "Human Rights Reporting",
    )
    picture = second_factor.picture(ctx, focal)
    assert picture.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert b"style" not in picture


def test_eight_recovery_codes_are_kept_as_hashes(on):
    person, codes = on
    assert len(set(codes)) == 8
    assert all(re.fullmatch(r"[2-9A-HJKLMNP-X]{5}-[2-9A-HJKLMNP-X]{5}", code) for code in codes)
    assert [len(kept) for kept in person.recovery_hashes] == [64] * 8
    assert not {code.replace("-", "") for code in codes} & set(person.recovery_hashes)


def test_turning_it_on_is_recorded_and_mailed(ctx, on, mails):
    person, _codes = on
    ctx.session.commit()
    assert [e.kind for e in history(ctx.session, "person", person.id)] == [
        "person.second_factor_on"
    ]
    assert mails() == [("account_changed", person.email, "A change to your account")]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_of_this_step_or_a_neighbour_is_taken_once(make_ctx, on, code, steps):
    person, _codes = on
    now = code(secret_of(make_ctx, person), steps)
    assert try_code(make_ctx, state_of(make_ctx, person), f" {now[:3]} {now[3:]} ") is person
    with pytest.raises(Invalid) as refused:
        try_code(make_ctx, state_of(make_ctx, person), now)
    assert refused.value.place == "code"


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_is_not(make_ctx, on, code, steps):
    person, _codes = on
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, person), code(secret_of(make_ctx, person), steps))


@pytest.mark.parametrize("tried", ["", "12345", "abcdef", "１２３４５６", "0" * 5000])
def test_what_is_no_code_is_refused(make_ctx, on, tried):
    person, _codes = on
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, person), tried)


def test_an_earlier_code_is_not_taken_after_a_later_one(make_ctx, on, code):
    person, _codes = on
    try_code(make_ctx, state_of(make_ctx, person), code(secret_of(make_ctx, person), 1))
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, person), code(secret_of(make_ctx, person), 0))


def test_a_recovery_code_is_taken_once_however_it_is_written(make_ctx, on, mails):
    person, codes = on
    assert (
        try_code(make_ctx, state_of(make_ctx, person), codes[2].lower().replace("-", " ")) is person
    )
    assert len(person.recovery_hashes) == 7
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, person), codes[2])
    assert [kind for kind, _address, _subject in mails()] == ["account_changed"] * 2


def test_a_recovery_code_of_another_person_does_not_fit(make_ctx, ctx, world, on, code, clock):
    person, codes = on
    other = with_password(ctx.session, world.alternate)
    second_factor.begin(make_ctx(other), other)
    second_factor.confirm(make_ctx(other), other, code(secret_of(make_ctx, other)))
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, other), codes[0])
    assert try_code(make_ctx, state_of(make_ctx, person), codes[0]) is person


def test_wrong_codes_lock_like_wrong_passwords_with_right_ones_between(make_ctx, on, mails):
    person, _codes = on
    for _n in range(7):
        with pytest.raises(Invalid):
            try_code(make_ctx, state_of(make_ctx, person), "000000")
    state = state_of(make_ctx, person)
    with pytest.raises(TooMany):
        try_code(make_ctx, state, "000000")
    assert mails()[-1][0] == "account_locked"


def test_a_locked_account_takes_no_code(make_ctx, on, code, clock):
    person, _codes = on
    state = state_of(make_ctx, person)
    person.locked_until = clock.now().replace(hour=23)
    with pytest.raises(TooMany):
        try_code(make_ctx, state, code(secret_of(make_ctx, person)))


def test_the_state_between_the_steps_ends_after_five_minutes(make_ctx, on, code, clock):
    person, _codes = on
    state = state_of(make_ctx, person)
    clock.advance(minutes=5)
    with pytest.raises(Invalid) as refused:
        try_code(make_ctx, state, code(secret_of(make_ctx, person)))
    assert refused.value.place == ""


def test_it_is_turned_off_with_the_password(make_ctx, on, mails):
    person, _codes = on
    with pytest.raises(Invalid) as refused:
        second_factor.turn_off(make_ctx(person), person, "wrong")
    assert refused.value.place == "password"
    second_factor.turn_off(make_ctx(person), person, PASSWORD)
    assert (person.totp_secret, person.recovery_hashes, person.session_epoch) == (None, [], 3)
    assert len(mails()) == 2


def test_new_recovery_codes_end_the_old_ones(make_ctx, on):
    person, old = on
    new = second_factor.renew_codes(make_ctx(person), person, PASSWORD)
    with pytest.raises(Invalid):
        try_code(make_ctx, state_of(make_ctx, person), old[0])
    assert try_code(make_ctx, state_of(make_ctx, person), new[0]) is person


def test_moves_that_do_not_exist_are_refused(make_ctx, on, world, ctx):
    person, _codes = on
    with pytest.raises(Conflict):
        second_factor.begin(make_ctx(person), person)
    with pytest.raises(Conflict):
        second_factor.confirm(make_ctx(person), person, "000000")
    other = with_password(ctx.session, world.alternate)
    with pytest.raises(Conflict):
        second_factor.turn_off(make_ctx(other), other, PASSWORD)
    with pytest.raises(Conflict):
        second_factor.renew_codes(make_ctx(other), other, PASSWORD)
    with pytest.raises(Conflict):
        second_factor.address(make_ctx(other), other)


@pytest.mark.parametrize("who", ["admin", "secretary", "alternate"])
def test_nobody_sets_up_the_second_factor_of_another(make_ctx, on, world, who):
    person, _codes = on
    acting = make_ctx(getattr(world, who))
    for act in (
        lambda: second_factor.begin(acting, person),
        lambda: second_factor.confirm(acting, person, "000000"),
        lambda: second_factor.turn_off(acting, person, PASSWORD),
        lambda: second_factor.renew_codes(acting, person, PASSWORD),
    ):
        with pytest.raises(Refused):
            act()


def test_the_secretariat_turns_it_off_for_who_lost_everything(make_ctx, on, world, mails):
    person, _codes = on
    with pytest.raises(Refused):
        second_factor.remove(make_ctx(world.alternate), person)
    second_factor.remove(make_ctx(world.secretary), person)
    assert person.totp_secret is None
    assert mails()[-1] == ("account_changed", person.email, "A change to your account")


# --- How secrets are kept ----------------------------------------------------------------------

NEW_KEY = "n" * 40


def with_keys(ctx, key, before=""):
    """The context of a service with these keys."""
    keys = {"secret_key": SecretStr(key), "secret_key_before": SecretStr(before)}
    settings = ctx.house.settings.model_copy(update=keys)
    return replace(ctx, house=replace(ctx.house, settings=settings))


def test_whoever_has_a_copy_of_the_tables_has_no_secret(make_ctx, focal, code):
    second_factor.begin(make_ctx(focal), focal)
    secret = secret_of(make_ctx, focal)
    assert secret not in focal.totp_pending
    second_factor.confirm(make_ctx(focal), focal, code(secret))
    assert secret not in focal.totp_secret
    assert len(focal.totp_secret) == Person.__table__.c.totp_secret.type.length


def test_a_secret_taken_to_another_account_cannot_be_read(make_ctx, on, world, code):
    person, _codes = on
    secret = secret_of(make_ctx, person)
    thief = world.secretary
    thief.totp_secret = person.totp_secret
    assert not second_factor.take(make_ctx(), thief, code(secret))


def test_the_key_is_changed_without_ending_a_factor(make_ctx, on, code, clock):
    person, codes = on
    old_key = make_ctx().house.settings.secret_keys[0]
    secret = secret_of(make_ctx, person)
    both = with_keys(make_ctx(), NEW_KEY, before=old_key)
    assert second_factor.take(both, person, codes[0])
    assert second_factor.seal_anew(both) == 1
    assert second_factor.seal_anew(both) == 0
    later = with_keys(make_ctx(), NEW_KEY)
    assert second_factor.take(later, person, code(secret))
    assert not second_factor.take(later, person, codes[1])  # of the former key
    assert second_factor.unreadable(later.session, later.house.settings) == 0


def test_without_its_key_a_factor_cannot_be_read_and_the_operator_hears_of_it(
    make_ctx, on, code, caplog
):
    person, _codes = on
    secret = secret_of(make_ctx, person)
    lost = with_keys(make_ctx(), NEW_KEY)
    assert not second_factor.take(lost, person, code(secret))
    assert "cannot be read" in caplog.text
    assert second_factor.seal_anew(lost) == 0
    assert second_factor.unreadable(lost.session, lost.house.settings) == 1


def test_what_was_kept_open_before_is_sealed_by_the_job(make_ctx, focal):
    focal.totp_secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert tidy(make_ctx())["secrets"] == 1
    assert focal.totp_secret != "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    assert secret_of(make_ctx, focal) == "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
