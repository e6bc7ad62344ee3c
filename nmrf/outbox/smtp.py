"""Ways out for a message: a mail server, a folder of files, or memory.

A transport sends one message and says by its exception whether to try again. What it raises
holds no address, no subject and no text, so that it may stand in any log.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from datetime import UTC
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from nmrf.outbox.mime import POLICY
from nmrf.settings import LOOPBACK

LONGEST_REASON = 200

_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_SERVICE_NOT_AVAILABLE = 421  # RFC 5321, 3.8: the server closes the connection after this
_OVER_SIZE = 552


class DeliveryFailure(Exception):
    """A message that was not taken. `code` is the SMTP reply, 0 where there was none.

    `maybe_sent` is true where the connection broke after the whole message was handed over and
    before the answer came: it may have gone, and a second attempt may arrive twice.
    """

    def __init__(self, code: int, reason: str, *, maybe_sent: bool = False) -> None:
        self.code = code
        self.reason = without_addresses(reason)
        self.maybe_sent = maybe_sent
        super().__init__(f"{code} {self.reason}" if code else self.reason)


class PermanentFailure(DeliveryFailure):
    """The server will never take this message; trying again is of no use."""


class TemporaryFailure(DeliveryFailure):
    """It did not work this time: the server is away, busy, or not set up rightly."""


class Transport(Protocol):
    """What sends one message at a time."""

    def send(self, message: EmailMessage) -> None:
        """Send, or raise `PermanentFailure` or `TemporaryFailure`."""


def without_addresses(reason: str) -> str:
    """A server's words on one line, cut short, without the addresses that servers repeat."""
    return _ADDRESS.sub("…", " ".join(reason.split()))[:LONGEST_REASON]


class _LostConnection(Exception):
    """The server went away before it took anything of the message."""


class SmtpTransport:
    """Sends many messages over one connection, which is opened when the first one comes.

    Use it as a context manager: leaving it says goodbye to the server. When the server has
    dropped the connection between two messages, the next one opens a new one.

    Raises `ValueError` for settings that contradict each other or that would send the password
    over an open line.
    """

    def __init__(
        self,
        host: str,
        port: int = 587,
        *,
        starttls: bool = False,
        tls: bool = False,
        user: str = "",
        password: str = "",
        timeout: float = 30.0,
        helo: str | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        if starttls and tls:
            message = "Choose STARTTLS or TLS from the start, not both."
            raise ValueError(message)
        if user and not (starttls or tls) and host not in LOOPBACK:
            message = "A mail password may only be sent over TLS: turn on STARTTLS or TLS."
            raise ValueError(message)
        self._host = host
        self._port = port
        self._starttls = starttls
        self._tls = tls
        self._user = user
        self._password = password
        self._timeout = timeout
        self._helo = helo
        self._context = context
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye to the server, if there is a connection."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def check(self) -> None:
        """Connect, and sign in where there is a user. Raises `TemporaryFailure`."""
        self._connect()

    def send(self, message: EmailMessage) -> None:
        """Send to the one address in `To`. Raises `PermanentFailure` or `TemporaryFailure`."""
        content = message.as_bytes(policy=POLICY)
        sender = message["From"].addresses[0].addr_spec
        recipient = message["To"].addresses[0].addr_spec
        reused = self._server is not None
        try:
            self._deliver(self._connect(), sender, recipient, content)
        except _LostConnection as lost:
            self._drop()
            if not reused:
                raise TemporaryFailure(0, str(lost)) from None
            # Servers hang up on a connection that has been idle or has carried many messages.
            try:
                self._deliver(self._connect(), sender, recipient, content)
            except _LostConnection as again:
                self._drop()
                raise TemporaryFailure(0, str(again)) from None

    def _deliver(self, server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
        """One message by the steps of RFC 5321, 3.3. Raises `_LostConnection` where it is safe to
        begin again, because the server cannot have taken the message yet.
        """
        handed_over = False
        try:
            code, words = server.mail(
                sender, [f"size={len(content)}"] if server.has_extn("size") else []
            )
            if code == 250:
                code, words = server.rcpt(recipient)
            elif code >= 500 and code != _OVER_SIZE:
                # The sender is refused: no message would pass. That is for the operator.
                self._reset(server)
                raise TemporaryFailure(code, _words(words))
            if code in (250, 251):
                code, words = server.docmd("DATA")
            if code == 354:
                # RFC 5321, 4.5.2: a line that begins with a dot gets a second one.
                server.send(_LEADING_DOT.sub(b"..", content).rstrip(b"\r\n") + b"\r\n.\r\n")
                handed_over = True
                code, words = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            if handed_over:
                self._drop()
                raise TemporaryFailure(0, _lost(error), maybe_sent=True) from None
            raise _LostConnection(_lost(error)) from None
        if code == 250 and handed_over:
            return
        if code == _SERVICE_NOT_AVAILABLE and not handed_over:
            raise _LostConnection(f"{code} {_words(words)}")
        self._reset(server)
        failure = PermanentFailure if code >= 500 else TemporaryFailure
        raise failure(code, _words(words))

    def _connect(self) -> smtplib.SMTP:
        """The open connection or a new one. What goes wrong here is not the message's fault."""
        if self._server is not None:
            return self._server
        try:
            self._server = self._open()
        except smtplib.SMTPResponseException as error:  # also a refused greeting or sign-in
            raise TemporaryFailure(error.smtp_code, _words(error.smtp_error)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryFailure(0, f"no connection: {type(error).__name__}") from None
        return self._server

    def _open(self) -> smtplib.SMTP:
        server: smtplib.SMTP
        if self._tls:
            server = smtplib.SMTP_SSL(
                self._host,
                self._port,
                local_hostname=self._helo,
                timeout=self._timeout,
                context=self._context or ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(
                self._host, self._port, local_hostname=self._helo, timeout=self._timeout
            )
        try:
            if self._starttls:
                server.starttls(context=self._context or ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def _reset(self, server: smtplib.SMTP) -> None:
        """Make the connection ready for the next message after a refusal."""
        try:
            server.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()


class FolderTransport:
    """Writes each message as an .eml file, named by its date and identity. For trying out."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, message: EmailMessage) -> None:
        """Write the file; the same message a second time replaces the first.

        Raises `TemporaryFailure` when the folder cannot be written.
        """
        moment = message["Date"].datetime.astimezone(UTC)
        identity = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:12]
        target = self.path / f"{moment:%Y%m%dT%H%M%SZ}-{identity}.eml"
        draft = target.with_suffix(".part")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(message.as_bytes(policy=POLICY))
            draft.replace(target)
        except OSError as error:
            raise TemporaryFailure(
                0, f"the mail folder cannot be written: {error.strerror}"
            ) from None


class MemoryTransport:
    """Keeps what was sent; `fail` maps a recipient's address to what to raise. For tests."""

    def __init__(self, fail: dict[str, DeliveryFailure] | None = None) -> None:
        self.sent: list[EmailMessage] = []
        self.fail = fail or {}

    def send(self, message: EmailMessage) -> None:
        """Keep the message, or raise what stands for its recipient."""
        failure = self.fail.get(message["To"].addresses[0].addr_spec)
        if failure is not None:
            raise failure
        self.sent.append(message)


def _lost(error: Exception) -> str:
    return f"connection lost: {type(error).__name__}"


def _words(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
