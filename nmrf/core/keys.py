"""What is made with the secret key: signatures, keyed hashes and sealed values.

While the key is being changed the former one is still taken (`secret_key_before`), so that nobody
is signed out and no link in a mail ends; whatever is made anew is made with the present key.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import URLSafeSerializer

from nmrf.settings import Settings

_NONCE = 12  # bytes: NIST SP 800-38D, 8.2


class CannotUnsealError(Exception):
    """The value was sealed with another key or for another row, or was changed."""


def signer(settings: Settings, salt: str) -> URLSafeSerializer:
    """Signs with the present key, and takes the signatures of the former one as well."""
    return URLSafeSerializer(list(reversed(settings.secret_keys)), salt=salt)


def keyed(secret: str, *words: object) -> bytes:
    """A hash of these words that nobody can make who does not have this key."""
    return hmac.digest(secret.encode(), "\0".join(map(str, words)).encode(), "sha256")


def seal(settings: Settings, purpose: str, row: int, data: bytes) -> str:
    """Encrypt a few bytes for one row (AES-256-GCM); taken to another row they cannot be read."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_sealing_key(settings.secret_keys[0], purpose)).encrypt(
        nonce, data, _bound(purpose, row)
    )
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(settings: Settings, purpose: str, row: int, text: str) -> tuple[bytes, bool]:
    """What was sealed, and whether it was with the present key.

    Raises:
        CannotUnsealError
    """
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise CannotUnsealError from None
    for secret in settings.secret_keys:
        try:
            data = AESGCM(_sealing_key(secret, purpose)).decrypt(
                raw[:_NONCE], raw[_NONCE:], _bound(purpose, row)
            )
        except (InvalidTag, ValueError):
            continue
        return data, secret == settings.secret_keys[0]
    raise CannotUnsealError


def _sealing_key(secret: str, purpose: str) -> bytes:
    return keyed(secret, "seal", purpose)


def _bound(purpose: str, row: int) -> bytes:
    return f"{purpose}\0{row}".encode()
