"""Receipt codes: 15 random characters and a check character, written in groups of four.

The alphabet is Crockford's base 32, which has no I, L, O or U, so that a code can be read out
over the telephone and copied by hand. Of a code only its SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
GROUP = 4
_SAME = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SPACE = str.maketrans("", "", " -\u2010\u2011\u2012\u2013\u2014\u00a0\t\r\n")
_BITS = 5


def new_token() -> str:
    """A random name for one sending of a form, so that a second sending is known as the same."""
    return secrets.token_urlsafe(32)


def code_for(token: str, key: str) -> str:
    """The code that belongs to a sending: the same each time, and unknown without the key."""
    digest = hmac.digest(key.encode(), f"receipt:{token}".encode(), "sha256")
    number = int.from_bytes(digest, "big")
    drawn = "".join(ALPHABET[(number >> _BITS * n) & 31] for n in range(LENGTH - 1))
    return grouped(drawn + check_character(drawn))


def comment_id(token: str, key: str) -> str:
    """The random key of the comment that came with a sending."""
    return hmac.digest(key.encode(), f"comment:{token}".encode(), "sha256").hex()[:32]


def check_character(drawn: str) -> str:
    """Luhn's sum modulo 32: finds every wrong character and all but one swap of neighbours."""
    total = 0
    for place, character in enumerate(reversed(drawn)):
        value = ALPHABET.index(character) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def grouped(code: str) -> str:
    """A code as it is shown: "7KQ4-M2XN-88RT-0ABC"."""
    return "-".join(code[n : n + GROUP] for n in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """A code as somebody typed it, in its one form.

    Raises `Invalid` when it has the wrong length or letters, or its check character does not fit.
    """
    code = typed.translate(_SPACE).upper().translate(_SAME)
    if len(code) != LENGTH or any(character not in ALPHABET for character in code):
        raise Invalid(
            _("A receipt code has 16 letters and numbers, such as 7KQ4-M2XN-88RT-0ABC."),
            place="code",
        )
    if check_character(code[:-1]) != code[-1]:
        raise Invalid(
            _(
                "This is not quite a receipt code: one of its characters is wrong. "
                "Compare it with your receipt, character by character."
            ),
            place="code",
        )
    return code


def hash_of(code: str) -> str:
    """What is kept of a code."""
    return hashlib.sha256(read(code).encode()).hexdigest()
