"""Builds a mail from plain data: the same input gives the same bytes.

Every part is sent as quoted-printable or base64, so that a message is plain ASCII with short
lines and passes servers without 8BITMIME or SMTPUTF8.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import NamedTuple

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _

# RFC 5322, 2.1.1: a line has at most 998 octets without its CRLF, and should have 78. A header
# can only be broken at white space, so a longer word in it cannot be sent.
LINE = 78
LONGEST_WORD = 900


class _Policy(EmailPolicy):
    """Folds plain headers at white space only.

    The library hides a word of over 78 letters in encoded words, but mail programs do not read
    those in List-Unsubscribe or References.
    """

    def fold(self, name: str, value: str) -> str:
        words = str(value).split()
        if not str(value).isascii() or any(len(word) > LONGEST_WORD for word in words):
            folded: str = super().fold(name, value)
            return folded
        lines = [f"{name}:"]
        for word in words:
            # The first word stays beside the name: some servers refuse an empty first line.
            if len(lines[-1]) + 1 + len(word) > LINE and lines != [f"{name}:"]:
                lines.append("")
            lines[-1] += " " + word
        return self.linesep.join(lines) + self.linesep

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode("ascii")


POLICY = _Policy(linesep="\r\n", max_line_length=LINE, raise_on_defect=False)

# RFC 3834: nobody's absence note should answer a notice. The second is what Exchange reads.
_DEFAULT_HEADERS = (
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "OOF, AutoReply"),
)
# What `build` writes itself, and what would add recipients.
_RESERVED = re.compile(
    r"(content|resent)-.*"
    r"|from|sender|to|cc|bcc|subject|date|message-id|mime-version|return-path|received"
)
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,70}")
# Embeddings and overrides turn the letters of a name or a subject around for the reader.
_TURNS = re.compile("[\u202a-\u202e]")


class Address(NamedTuple):
    """A person's or an office's name and e-mail address; the name may be empty."""

    name: str
    email: str


@dataclass(frozen=True)
class Attachment:
    """A file with its name for the reader and its media type, such as `application/pdf`."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class CalendarPart:
    """An iCalendar text from `ics.invitation` with the method that stands in it."""

    text: str
    method: str = "REQUEST"


@dataclass(frozen=True)
class Mail:
    """Everything that a message says. `date` is aware; `headers` are further (name, value) pairs.

    `dedupe_key` is the key of the outbox row. It is not sent; `message_id_for` makes the
    message's identity out of it, so that a second attempt is the same message.
    """

    message_id: str
    sender: Address
    recipient: Address
    subject: str
    text: str
    date: datetime
    language: str = "en"
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    ics: CalendarPart | None = None
    headers: tuple[tuple[str, str], ...] = ()
    dedupe_key: str = ""


def message_id_for(dedupe_key: str, domain: str) -> str:
    """The Message-ID of a notice: the same key always gives the same one (RFC 5322, 3.6.4)."""
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:32]}@{domain}>"


def one_line(text: str) -> str:
    """The text as a single line: line breaks become spaces, control characters go.

    This is what keeps a subject or a name from adding a header of its own.
    """
    flat = " ".join(_TURNS.sub("", text).split())
    plain = "".join(char for char in flat if unicodedata.category(char) not in ("Cc", "Cs"))
    # What looks like an encoded word would be decoded, line breaks and all.
    return plain.replace("=?", "= ?")


def build(mail: Mail) -> EmailMessage:
    """The message, ready for a transport or a file; always the same for the same input.

    Raises `Invalid` for an address, header, media type or identity that cannot be sent.
    """
    _check(mail)
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(mail.sender)
    message["To"] = _address(mail.recipient)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = mail.date
    message["Message-ID"] = mail.message_id
    for name, value in _headers(mail):
        message[name] = value
    _put_text(message, mail.text, "plain")
    if mail.html is not None or mail.ics is not None:
        message.make_alternative(boundary=_boundary(mail, "alternative"))
    if mail.html is not None:
        message.attach(_text_part(mail.html, "html"))
    if mail.ics is not None:
        message.attach(_text_part(mail.ics.text, "calendar", {"method": mail.ics.method}))
    attachments = list(mail.attachments)
    if mail.ics is not None:
        # Programs that do not read the alternative part still offer the file.
        attachments.insert(0, Attachment("invitation.ics", _crlf(mail.ics.text), "application/ics"))
    if attachments:
        message.make_mixed(boundary=_boundary(mail, "mixed"))
    for attachment in attachments:
        kind, _slash, subtype = attachment.media_type.partition("/")
        message.add_attachment(
            attachment.content, maintype=kind, subtype=subtype, filename=one_line(attachment.name)
        )
    # Last, because the library moves every Content- header into the first part.
    message["Content-Language"] = mail.language
    return message


def as_eml(mail: Mail) -> bytes:
    """The message as the bytes of an .eml file, with CRLF line ends and no line over 998 octets.

    Raises `Invalid` like `build`.
    """
    return build(mail).as_bytes()


def _check(mail: Mail) -> None:
    if mail.date.tzinfo is None:
        raise Invalid(_("The date of a mail needs a time zone."))
    if not re.fullmatch(r"<[!-;=?A-~]+@[!-;=?A-~]+>", mail.message_id):
        raise Invalid(_("The message identity must look like <letters@domain>."))
    if not re.fullmatch(r"[A-Za-z0-9-]+", mail.language):
        raise Invalid(_("The language of a mail must be a code such as “en”."))
    if mail.ics is not None and not re.fullmatch(r"[A-Z]+", mail.ics.method):
        raise Invalid(_("The method of an invitation must be a word such as REQUEST."))
    for attachment in mail.attachments:
        if not re.fullmatch(r"[a-z]+/[A-Za-z0-9.+-]+", attachment.media_type):
            raise Invalid(
                _("“%(type)s” is not a media type.", type=one_line(attachment.media_type)),
                place=one_line(attachment.name),
            )
        if attachment.media_type.startswith(("multipart/", "message/")):
            raise Invalid(
                _("A whole message cannot be attached; attach it as a file."),
                place=one_line(attachment.name),
            )


def _address(address: Address) -> HeaderAddress:
    """The address for a header. A domain in another script is written in its ASCII form."""
    local, _at, domain = address.email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        local.encode("ascii")
        # Checked here and not by the library, which accepts comments and quoted line breaks.
        if not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+", local):
            raise ValueError  # noqa: TRY301
        if not re.fullmatch(r"[A-Za-z0-9.-]+", ascii_domain):
            raise ValueError  # noqa: TRY301
        return HeaderAddress(one_line(address.name), addr_spec=f"{local}@{ascii_domain}")
    except (ValueError, IndexError):  # a UnicodeError is a ValueError
        raise Invalid(
            _("“%(address)s” is not an e-mail address.", address=one_line(address.email))
        ) from None


def _headers(mail: Mail) -> list[tuple[str, str]]:
    """The further headers, with what every notice carries where the mail does not say."""
    given = {name.lower() for name, _value in mail.headers}
    found = [pair for pair in _DEFAULT_HEADERS if pair[0].lower() not in given]
    for name, value in mail.headers:
        if not _HEADER_NAME.fullmatch(name) or _RESERVED.fullmatch(name.lower()):
            raise Invalid(_("A mail may not set the header “%(name)s”.", name=one_line(name)))
        if not value.isascii() or not value.isprintable() or "=?" in value:
            raise Invalid(_("The header “%(name)s” must be a plain line of ASCII.", name=name))
        if any(len(word) > LONGEST_WORD for word in value.split()):
            raise Invalid(_("The header “%(name)s” holds a word that is too long.", name=name))
        found.append((name, value))
    return found


def _boundary(mail: Mail, part: str) -> str:
    """A boundary fixed by the message. `=_` occurs in no base64 or quoted-printable text."""
    return "=_" + hashlib.sha256(f"{part} {mail.message_id}".encode()).hexdigest()[:32]


def _crlf(text: str) -> bytes:
    return "\r\n".join(text.splitlines()).encode() + b"\r\n"


def _text_part(text: str, subtype: str, params: dict[str, str] | None = None) -> EmailMessage:
    part = EmailMessage(policy=POLICY)
    _put_text(part, text, subtype, params)
    del part["MIME-Version"]
    return part


def _put_text(
    part: EmailMessage, text: str, subtype: str, params: dict[str, str] | None = None
) -> None:
    """Set a text, in quoted-printable where most of it is ASCII and in base64 otherwise."""
    foreign = sum(char > "\x7f" for char in text)
    code = "base64" if foreign * 3 > len(text) or subtype == "calendar" else "quoted-printable"
    part.set_content(text, subtype=subtype, charset="utf-8", cte=code, params=params)
