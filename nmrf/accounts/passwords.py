"""Passwords: how they are kept, and which are good enough.

Length is what counts; there are no rules of composition and no forced change
(NIST SP 800-63B, 3.1.1.2).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from nmrf.core.i18n import _

SHORTEST = 12
LONGEST = 200
FEWEST_DIFFERENT = 5
FEWEST_OTHERS = 6  # beside one's own name and address
# Argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, two passes, one lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """The Argon2id hash of a password, with its parameters and its salt."""
    return HASHER.hash(_normal(password))


def fits(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was kept.

    Takes as long without a stored hash as with one, so that nobody learns who has an account.
    """
    known = stored is not None and len(password) <= LONGEST
    against = stored if stored is not None and known else _nobodys(HASHER)
    try:
        HASHER.verify(against, _normal(password[:LONGEST]))
    except (VerificationError, InvalidHashError):
        return False
    return known


def is_outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def rules() -> list[str]:
    """What a password must be, as sentences shown beside the box."""
    return [
        _("At least %(n)s characters: a few words in a row are easy to keep.", n=SHORTEST),
        _("Not your name or your e-mail address, and nothing that many people use."),
        _("Spaces and letters of any script count. It need not be changed from time to time."),
    ]


def problem(password: str, *, name: str, email: str) -> str:
    """Why this password cannot be taken from this person, or nothing."""
    plain = _normal(password)
    folded = plain.casefold()
    tight = re.sub(r"[\W_]", "", folded)
    if len(plain) < SHORTEST:
        return _(
            "This has %(n)s characters; %(least)s at least are needed. Add a word or two.",
            n=len(plain),
            least=SHORTEST,
        )
    if len(password) > LONGEST:
        return _("A password has %(most)s characters at most.", most=LONGEST)
    if len(set(folded)) < FEWEST_DIFFERENT:
        return _("This repeats the same few characters. Mix more of them.")
    if tight in _common() or _runs(tight):
        return _("Many people use this password, so it is guessed first. Choose another.")
    others = tight
    for own in _own_words(name, email):
        others = others.replace(own, "")
    if others != tight and len(others) < FEWEST_OTHERS:
        return _("This is made of your name or e-mail address. Choose something else.")
    return ""


def _normal(password: str) -> str:
    # The same letters may be typed in two ways on two keyboards.
    return unicodedata.normalize("NFKC", password)


@cache
def _common() -> frozenset[str]:
    # What people choose when twelve characters are asked for.
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _runs(text: str) -> bool:
    """Whether it is a piece repeated, or one step up the alphabet or the digits each time."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeated = any(
        text == text[:size] * (len(text) // size) and len(text) % size == 0
        for size in range(1, len(text) // 2 + 1)
    )
    return len(steps) == 1 or repeated


def _own_words(name: str, email: str) -> list[str]:
    local, _at, domain = email.partition("@")
    parts = [name, local, email, domain, *re.split(r"[\W_]+", f"{name} {local}")]
    words = {re.sub(r"[\W_]", "", part.casefold()) for part in parts}
    return sorted((word for word in words if len(word) >= 4), key=len, reverse=True)
