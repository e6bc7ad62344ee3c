"""Signing in, and setting a password by a mailed link.

Every wrong try is answered by the same sentence, after the same work, whether or not there is an
account. Signing in leaves no event: its time could be held against the hour of an anonymous
comment. Wrong tries have to be committed although the answer is an error.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from nmrf.accounts import notices, passwords, queries, second_factor, throttle, tokens
from nmrf.accounts.clean import clean_email
from nmrf.accounts.models import Person
from nmrf.accounts.tokens import Purpose, lasting
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, TooMany
from nmrf.core.i18n import _

SECOND_STEP_MINUTES = 5
# Many people of one ministry can share one address, so a network may fail more often.
NETWORK = 10
RESETS_PER_HOUR = 3
HOUR = timedelta(hours=1)


def check_password(ctx: Ctx, email: str, password: str, network: str) -> Person:
    """The person whose e-mail and password these are; `finish` follows, or the second step.

    `network` is the address that the request came from; only a keyed hash of it is counted.

    Raises:
        Invalid: the same for every reason.
        TooMany: when too many tries from this network were wrong.
    """
    settings = ctx.house.settings
    window = timedelta(minutes=settings.lock_minutes)
    _require_free_network(ctx, network, window)
    person = _held_by_email(ctx, email)
    fits = passwords.fits(person.password_hash if person else None, password)
    if person is not None and fits and person.active and not person.is_locked(ctx.now):
        if person.password_hash and passwords.is_outdated(person.password_hash):
            person.password_hash = passwords.hashed(password)
        return person
    throttle.count(ctx, "network", network, window)
    if person is not None:
        _count_wrong(ctx, person)
    raise Invalid(
        _(
            "E-mail and password do not fit together, or the account is locked for a while: that "
            "happens after %(n)s wrong tries and lasts %(minutes)s minutes. If you cannot "
            "remember the password, set a new one.",
            n=settings.sign_in_attempts,
            minutes=settings.lock_minutes,
        )
    )


def second_step(ctx: Ctx, person: Person) -> str:
    """The state that the browser keeps between password and code; it ends soon."""
    return tokens.make(ctx, person, Purpose.SECOND_STEP, lasting(ctx, minutes=SECOND_STEP_MINUTES))


def check_code(ctx: Ctx, state: str, code: str) -> Person:
    """The person of the state, when the code fits; `finish` follows.

    Wrong codes count like wrong passwords: a right password in between does not reset them.

    Raises:
        Invalid: with place `code` when it does not fit; without when the state has ended.
        TooMany: when the account is locked.
    """
    person = queries.hold(ctx.session, tokens.read(ctx, state, Purpose.SECOND_STEP).id)
    if person is None or not person.active or person.is_locked(ctx.now):
        raise _locked(ctx)
    if second_factor.take(ctx, person, code):
        return person
    _count_wrong(ctx, person)
    if person.is_locked(ctx.now):
        raise _locked(ctx)
    raise Invalid(
        _(
            "This code does not fit. It changes every 30 seconds and is taken once: wait for the "
            "next one, or use a recovery code."
        ),
        place="code",
    )


def finish(ctx: Ctx, person: Person) -> str:
    """Note that the person has signed in, and give the key for the session cookie."""
    person.failed_attempts = 0
    person.locked_until = None
    person.last_signed_in_on = ctx.today
    return queries.session_key(person)


def request_reset(ctx: Ctx, email: str, network: str) -> None:
    """Mail a link to set a new password, if the address has an account. Tells nobody whether.

    Raises:
        Invalid: at `email`, when it is no address at all.
        TooMany: when this network asked too often.
    """
    address = clean_email(email)
    limit = RESETS_PER_HOUR * NETWORK
    if throttle.count(ctx, "reset network", network, HOUR) > limit:
        raise TooMany(_("Too many links were asked for from your network. Try again in an hour."))
    asked = throttle.count(ctx, "reset", address, HOUR)
    person = _held_by_email(ctx, address)
    if person is not None and person.active and asked <= RESETS_PER_HOUR:
        notices.password_reset(ctx, person)


def person_of_link(ctx: Ctx, token: str) -> Person:
    """Whose password the link sets.

    Raises:
        Invalid: when the link no longer holds; see `tokens.read`.
    """
    return tokens.read(ctx, token, Purpose.INVITATION, Purpose.RESET)


def set_password_by_link(ctx: Ctx, token: str, password: str) -> Person:
    """Set the password of the person whom the link was mailed to. Unlocks the account.

    Raises:
        Invalid: when the link no longer holds, or at `password` when it is too weak.
    """
    queries.hold(ctx.session, person_of_link(ctx, token).id)
    person = person_of_link(ctx, token)  # again, now that nobody else can use it
    own = ctx.acting_as(queries.actor_for(ctx.session, person, ctx.today))
    store_password(own, person, password)
    person.failed_attempts = 0
    person.locked_until = None
    return person


def store_password(ctx: Ctx, person: Person, password: str, place: str = "password") -> None:
    """Keep a new password: ends sessions and links. Who may is decided before.

    Raises:
        Invalid: at `place`, when it is too weak.
    """
    problem = passwords.problem(password, name=person.name, email=person.email)
    if problem:
        raise Invalid(problem, place=place)
    person.password_hash = passwords.hashed(password)
    person.session_epoch += 1
    events.record(ctx, "person.password_set", person)


def _require_free_network(ctx: Ctx, network: str, window: timedelta) -> None:
    limit = ctx.house.settings.sign_in_attempts * NETWORK
    free = throttle.frees_at(ctx, "network", network, limit=limit, window=window)
    if free is not None:
        minutes = max(1, -(-int((free - ctx.now).total_seconds()) // 60))
        raise TooMany(
            _(
                "Too many tries from your network were wrong. Try again in %(n)s minutes.",
                n=minutes,
            )
        )


def _held_by_email(ctx: Ctx, email: str) -> Person | None:
    try:
        address = clean_email(email)
    except Invalid:
        return None
    # Held, so that tries at the same moment are counted one after the other.
    return ctx.session.scalar(
        select(Person)
        .where(Person.email == address)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _count_wrong(ctx: Ctx, person: Person) -> None:
    settings = ctx.house.settings
    if not person.active or person.password_hash is None or person.is_locked(ctx.now):
        return
    person.locked_until = None
    person.failed_attempts += 1
    if person.failed_attempts >= settings.sign_in_attempts:
        person.failed_attempts = 0
        person.locked_until = lasting(ctx, minutes=settings.lock_minutes)
        events.record(ctx, "person.locked", person)
        notices.account_locked(ctx, person)


def _locked(ctx: Ctx) -> TooMany:
    return TooMany(
        _(
            "After too many wrong tries this account is locked for %(n)s minutes. A mail tells "
            "its owner.",
            n=ctx.house.settings.lock_minutes,
        )
    )
