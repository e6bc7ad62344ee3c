"""The second factor: a code from an app (TOTP, RFC 6238), or a recovery code kept on paper."""

from __future__ import annotations

import base64
import hmac
import io
import logging
import secrets

import pyotp
import segno
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nmrf.accounts import notices, passwords, queries, throttle
from nmrf.accounts.models import Person
from nmrf.accounts.tokens import lasting
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, Refused, TooMany
from nmrf.core.i18n import _, _l
from nmrf.core.keys import CannotUnsealError, keyed, seal, unseal
from nmrf.settings import Settings

STEP_SECONDS = 30
# A clock may run one step behind or ahead (RFC 6238, 5.2).
NEIGHBOURS = (0, -1, 1)
RECOVERY_CODES = 8
# No letters or digits that look alike. Ten of them are 49 bits: not to be guessed in the tries
# that the lock leaves, so a keyed hash is enough.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWX"
_LENGTH = 10
_PURPOSE = "second factor"
# The secret as an app shows it. Until secrets were sealed they were kept like this.
_OPEN_LENGTH = 32
_HAS_SECRET = or_(Person.totp_secret.is_not(None), Person.totp_pending.is_not(None))
log = logging.getLogger("nmrf.accounts")


def begin(ctx: Ctx, person: Person) -> None:
    """Make a secret that the person puts into the app; it counts once `confirm` was called.

    Raises:
        Refused: for anybody but the person.
        Conflict: when a second factor is on.
    """
    _own(ctx, person)
    if person.totp_secret:
        raise Conflict(_("The second factor is already on. Turn it off first to use another app."))
    person.totp_pending = sealed_secret(ctx.house.settings, person, pyotp.random_base32())


def address(ctx: Ctx, person: Person) -> str:
    """The `otpauth:` address of the pending secret, which the QR code holds."""
    secret = pending(ctx, person)
    if not secret:
        raise Conflict(_("Begin again: no second factor is being set up."))
    name = ctx.house.settings.site_name
    return pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=name)


def pending(ctx: Ctx, person: Person) -> str:
    """The secret that is being set up, as an app wants it typed; empty when none is."""
    return opened(ctx.house.settings, person, person.totp_pending) or ""


def picture(ctx: Ctx, person: Person) -> bytes:
    """The QR code of the pending secret as SVG, dark on light in any theme."""
    out = io.BytesIO()
    segno.make(address(ctx, person), error="m", micro=False).save(
        out, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return out.getvalue()


def confirm(ctx: Ctx, person: Person, code: str) -> list[str]:
    """Turn the second factor on with a first code, and give the recovery codes, shown this once.

    Ends the other sessions of the person.

    Raises:
        Refused, Conflict
        Invalid: at `code`, when it does not fit.
    """
    _own(ctx, person)
    person = _held(ctx, person)
    secret = pending(ctx, person)
    if not secret:
        raise Conflict(_("Begin again: no second factor is being set up."))
    step = _step_of(ctx, secret, code, after=0)
    if step is None:
        raise Invalid(_not_fitting(), place="code")
    person.totp_secret = sealed_secret(ctx.house.settings, person, secret)
    person.totp_pending = None
    person.totp_last_step = step
    person.session_epoch += 1
    codes = _new_codes(ctx, person)
    events.record(ctx, "person.second_factor_on", person)
    notices.account_changed(ctx, person, _l("The second factor of your account was turned on."))
    return codes


def renew_codes(ctx: Ctx, person: Person, password: str) -> list[str]:
    """New recovery codes; the old ones end.

    Raises:
        Refused, Conflict
        Invalid: at `password`.
        TooMany: after too many wrong passwords.
    """
    _own(ctx, person)
    person = _held(ctx, person)
    require_password(ctx, person, password)
    if person.totp_secret is None:
        raise Conflict(_("The second factor is off."))
    codes = _new_codes(ctx, person)
    events.record(ctx, "person.recovery_codes_renewed", person)
    return codes


def turn_off(ctx: Ctx, person: Person, password: str) -> None:
    """Turn one's own second factor off. Ends the other sessions.

    Raises:
        Refused
        Invalid: at `password`.
        TooMany: after too many wrong passwords.
    """
    _own(ctx, person)
    person = _held(ctx, person)
    require_password(ctx, person, password)
    _forget(ctx, person)


def remove(ctx: Ctx, person: Person) -> None:
    """Turn off the second factor of somebody who lost the app and the recovery codes.

    Raises:
        Refused: from the rule `person.change`.
    """
    from nmrf import access

    access.require(ctx.actor, "person.change", queries.account(person, ctx.today))
    _forget(ctx, _held(ctx, person))


def take(ctx: Ctx, person: Person, code: str) -> bool:
    """Whether the code fits; it is then used up. `person` is held by the caller."""
    if person.totp_secret is None:
        return False
    secret = opened(ctx.house.settings, person, person.totp_secret)
    step = _step_of(ctx, secret, code, after=person.totp_last_step) if secret else None
    if step is not None:
        person.totp_last_step = step
        return True
    offered = [_kept(key, person, code) for key in ctx.house.settings.secret_keys]
    for kept in person.recovery_hashes:
        if any(hmac.compare_digest(kept, one) for one in offered):
            person.recovery_hashes = [other for other in person.recovery_hashes if other != kept]
            notices.account_changed(
                ctx, person, _l("Somebody signed in to your account with a recovery code.")
            )
            return True
    return False


def require_password(ctx: Ctx, person: Person, password: str, place: str = "password") -> None:
    """Ask for the password again before something that matters. Wrong ones are counted.

    Raises:
        Invalid: at `place`, when it is wrong.
        TooMany: after as many wrong ones as lock an account.
    """
    settings = ctx.house.settings
    window = lasting(ctx, minutes=settings.lock_minutes) - ctx.now
    limit = settings.sign_in_attempts
    if throttle.frees_at(ctx, "password", str(person.id), limit=limit, window=window):
        raise TooMany(
            _("Too many wrong passwords. Try again in %(n)s minutes.", n=settings.lock_minutes)
        )
    if not passwords.fits(person.password_hash, password):
        throttle.count(ctx, "password", str(person.id), window)
        raise Invalid(_("This is not your password."), place=place)


def _own(ctx: Ctx, person: Person) -> None:
    if ctx.actor.id != person.id:
        raise Refused(_("Only its owner sets up the second factor of an account."))


def _held(ctx: Ctx, person: Person) -> Person:
    # Two requests with one code must not both be taken.
    ctx.session.flush()
    return queries.hold(ctx.session, person.id) or person


def _forget(ctx: Ctx, person: Person) -> None:
    if person.totp_secret is None:
        raise Conflict(_("The second factor is off."))
    person.totp_secret = person.totp_pending = None
    person.recovery_hashes = []
    person.session_epoch += 1
    events.record(ctx, "person.second_factor_off", person)
    notices.account_changed(ctx, person, _l("The second factor of your account was turned off."))


def _step_of(ctx: Ctx, secret: str, code: str, *, after: int) -> int | None:
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    now = int(ctx.now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    fitting = [
        now + off for off in NEIGHBOURS if hmac.compare_digest(totp.generate_otp(now + off), digits)
    ]
    return next((step for step in fitting if step > after), None)


def _new_codes(ctx: Ctx, person: Person) -> list[str]:
    codes = [
        "".join(secrets.choice(ALPHABET) for _n in range(_LENGTH)) for _n in range(RECOVERY_CODES)
    ]
    key = ctx.house.settings.secret_keys[0]
    person.recovery_hashes = [_kept(key, person, code) for code in codes]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _kept(key: str, person: Person, code: str) -> str:
    plain = "".join(c for c in code.upper() if c in ALPHABET)
    return keyed(key, "recovery", person.id, plain).hex()


def sealed_secret(settings: Settings, person: Person, secret: str) -> str:
    """The secret of an app as the tables keep it: whoever has a copy of them can make no code."""
    return seal(settings, _PURPOSE, person.id, base64.b32decode(secret))


def seal_anew(ctx: Ctx) -> int:
    """Seal with the present key what lies open, from before sealing, or under the former key."""
    done = 0
    for person in ctx.session.scalars(select(Person).where(_HAS_SECRET)):
        for column in ("totp_secret", "totp_pending"):
            kept = getattr(person, column)
            found = _read(ctx.house.settings, person, kept)
            if found is not None and not found[1]:
                setattr(person, column, sealed_secret(ctx.house.settings, person, found[0]))
                done += 1
    return done


def unreadable(session: Session, settings: Settings) -> int:
    """How many people have a second factor that neither key opens."""
    people = session.scalars(select(Person).where(Person.totp_secret.is_not(None)))
    return sum(_read(settings, person, person.totp_secret) is None for person in people)


def opened(settings: Settings, person: Person, kept: str | None) -> str | None:
    """The secret of an app from what the tables keep; None where neither key opens it."""
    found = _read(settings, person, kept)
    if found is None and kept is not None:
        log.error("a second factor cannot be read: has the secret key been changed?")
    return found[0] if found else None


def _read(settings: Settings, person: Person, kept: str | None) -> tuple[str, bool] | None:
    """The secret, and whether it is sealed with the present key; None where it cannot be read."""
    if kept is None:
        return None
    if len(kept) == _OPEN_LENGTH:
        return kept, False
    try:
        data, present = unseal(settings, _PURPOSE, person.id, kept)
    except CannotUnsealError:
        return None
    return base64.b32encode(data).decode("ascii"), present


def _not_fitting() -> str:
    return _(
        "This code does not fit. It changes every 30 seconds and is taken once: wait for the next "
        "one. If none fits, set the clock of your phone to automatic."
    )
