"""What somebody typed as a name or an address, made safe to keep, to mail and to compare."""

from __future__ import annotations

import re
import unicodedata

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _

# RFC 5321, 4.5.3.1: a path has 256 octets with its brackets, the part before the @ has 64.
LONGEST_EMAIL = 254
LONGEST_LOCAL = 64
LONGEST_NAME = 200
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
# Persian and several Indian scripts need these inside a word; nothing else invisible does.
_JOINERS = frozenset("\u200c\u200d")


def clean_line(value: str, *, place: str, longest: int = LONGEST_NAME) -> str:
    """One line of text: NFC, single spaces, no invisible characters; may be empty.

    Raises:
        Invalid: at `place`, when it is too long or holds something that no line needs.
    """
    if "\n" in value.strip() or "\r" in value.strip():
        raise Invalid(_("Write this on one line."), place=place)
    text = " ".join(unicodedata.normalize("NFC", value).split())
    for character in text:
        # Control and format characters could begin a mail header, or turn a name around.
        if unicodedata.category(character) in {"Cc", "Cf"} and character not in _JOINERS:
            raise Invalid(
                _("There is an invisible character in it. Type it instead of pasting it."),
                place=place,
            )
    if len(text) > longest:
        raise Invalid(
            _(
                "This has %(n)s characters; %(most)s at most can be kept.",
                n=len(text),
                most=longest,
            ),
            place=place,
        )
    return text


def clean_name(value: str, *, place: str = "name", longest: int = LONGEST_NAME) -> str:
    """The name of a person or an institution, which must hold a letter.

    Raises:
        Invalid: at `place`.
    """
    text = clean_line(value, place=place, longest=longest)
    if not any(character.isalpha() for character in text):
        raise Invalid(_("Write a name with at least one letter."), place=place)
    if "<" in text or ">" in text:
        raise Invalid(_("A name has no angle brackets (< >)."), place=place)
    return text


def clean_email(value: str, *, place: str = "email") -> str:
    """An address as it is kept and compared: lower case, its domain in ASCII (IDNA).

    Raises:
        Invalid: at `place`, with what is wrong.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if len(text) > LONGEST_EMAIL:
        raise Invalid(
            _("An e-mail address has %(most)s characters at most.", most=LONGEST_EMAIL), place=place
        )
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise Invalid(
            _("Write a whole e-mail address, such as name@example.org."),
            place=place,
        )
    if not local.isascii():
        # Most ministries' mail servers cannot take such an address (RFC 6531).
        raise Invalid(
            _("The part before the @ can have the letters a to z only, without accents."),
            place=place,
        )
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        host = ""
    local = local.lower()
    if len(local) > LONGEST_LOCAL or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise Invalid(
            _("This is not an e-mail address. Write one address, such as name@example.org."),
            place=place,
        )
    return f"{local}@{host}"
