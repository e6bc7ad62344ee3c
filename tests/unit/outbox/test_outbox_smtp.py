"""The transports against a real server on a free local port."""

from __future__ import annotations

import dataclasses
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from nmrf.outbox.mime import Address, Mail, as_eml, build
from nmrf.outbox.smtp import (
    FolderTransport,
    MemoryTransport,
    PermanentFailure,
    SmtpTransport,
    TemporaryFailure,
    without_addresses,
)

MAIL = Mail(
    message_id="<1@nmrf.example>",
    sender=Address("Secretariat", "upr@mfa.example"),
    recipient=Address("Ana", "ana@health.example"),
    subject="Update due",
    text="Dear Ana,\n.a line that begins with a dot\n",
    date=datetime(2027, 1, 4, 9, 30, tzinfo=UTC),
)


def mail_to(address: str, n: int = 1) -> Mail:
    return dataclasses.replace(
        MAIL, message_id=f"<{n}@nmrf.example>", recipient=Address("", address)
    )


class Post:
    """A mail server's manners: it counts, keeps, and answers what its rules say."""

    def __init__(self) -> None:
        self.connections = 0
        self.seen: Counter[str] = Counter()
        self.kept: list[tuple[str, list[str], bytes]] = []
        self.on_mail: Callable[[int], str] = lambda n: "250 OK"
        self.on_rcpt: Callable[[str], str] = lambda address: "250 OK"
        self.on_data: Callable[[int], str] = lambda n: "250 taken"

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        self.seen["mail"] += 1
        answer = self.on_mail(self.seen["mail"])
        if answer == "hang up":
            server.transport.abort()
            return "250 never seen"
        if answer.startswith("421"):
            await server.push(answer)
            server.transport.close()
            return "250 never seen"
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answer = self.on_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.seen["data"] += 1
        answer = self.on_data(self.seen["data"])
        if answer == "hang up":
            server.transport.abort()
            return "250 never seen"
        if answer.startswith("250"):
            self.kept.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(post: Post) -> Iterator[int]:
    controller = Controller(
        post, hostname="127.0.0.1", port=free_port(), server_hostname="mail.example"
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def transport(post: Post) -> Iterator[SmtpTransport]:
    with (
        serving(post) as port,
        SmtpTransport("127.0.0.1", port, timeout=10, helo="app.example") as transport,
    ):
        yield transport


def test_a_message_arrives_as_it_was_built(post: Post, transport: SmtpTransport) -> None:
    transport.send(build(MAIL))
    assert post.kept == [("upr@mfa.example", ["ana@health.example"], as_eml(MAIL))]


def test_many_messages_go_over_one_connection(post: Post, transport: SmtpTransport) -> None:
    for n in range(200):
        transport.send(build(mail_to(f"r{n}@health.example", n)))
    assert post.connections == 1
    assert [to for _sender, to, _content in post.kept] == [
        [f"r{n}@health.example"] for n in range(200)
    ]


def test_no_connection_is_made_before_there_is_a_message(
    post: Post, transport: SmtpTransport
) -> None:
    transport.close()
    assert post.connections == 0


def test_an_unknown_person_is_a_permanent_failure(post: Post, transport: SmtpTransport) -> None:
    post.on_rcpt = lambda address: (
        f"550 5.1.1 <{address}>: no such user" if address.startswith("gone") else "250 OK"
    )
    with pytest.raises(PermanentFailure) as raised:
        transport.send(build(mail_to("gone@health.example")))
    assert (raised.value.code, raised.value.reason) == (550, "5.1.1 <…>: no such user")
    assert str(raised.value) == "550 5.1.1 <…>: no such user"
    assert raised.value.__cause__ is None
    transport.send(build(mail_to("ana@health.example")))
    assert (len(post.kept), post.connections) == (1, 1)


def test_a_busy_server_is_a_temporary_failure(post: Post, transport: SmtpTransport) -> None:
    post.on_rcpt = lambda address: "451 4.3.0 try again later"
    with pytest.raises(TemporaryFailure) as raised:
        transport.send(build(MAIL))
    assert (raised.value.code, raised.value.maybe_sent) == (451, False)
    post.on_rcpt = lambda address: "250 OK"
    transport.send(build(MAIL))
    assert (len(post.kept), post.connections) == (1, 1)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [("554 5.7.1 refused", PermanentFailure), ("452 4.3.1 disk full", TemporaryFailure)],
)
def test_an_answer_to_the_text_counts_too(
    post: Post, transport: SmtpTransport, answer: str, failure: type[Exception]
) -> None:
    post.on_data = lambda n: answer
    with pytest.raises(failure) as raised:
        transport.send(build(MAIL))
    assert str(raised.value) == answer
    assert raised.value.maybe_sent is False


def test_a_refused_sender_is_the_operators_fault_and_not_the_messages(
    post: Post, transport: SmtpTransport
) -> None:
    post.on_mail = lambda n: "550 5.7.1 <upr@mfa.example> may not send"
    with pytest.raises(TemporaryFailure, match=r"^550 5\.7\.1 <…> may not send$"):
        transport.send(build(MAIL))


def test_a_message_that_is_too_large_is_a_permanent_failure(
    post: Post, transport: SmtpTransport
) -> None:
    post.on_mail = lambda n: "552 5.3.4 message too large"
    with pytest.raises(PermanentFailure, match=r"^552 5\.3\.4 message too large$"):
        transport.send(build(MAIL))


@pytest.mark.parametrize("answer", ["hang up", "421 4.4.2 idle too long"])
def test_a_dropped_connection_is_opened_again(
    post: Post, transport: SmtpTransport, answer: str
) -> None:
    post.on_mail = lambda n: answer if n == 3 else "250 OK"
    for n in range(5):
        transport.send(build(mail_to(f"r{n}@health.example", n)))
    assert post.connections == 2
    assert [to for _sender, to, _content in post.kept] == [
        [f"r{n}@health.example"] for n in range(5)
    ]


def test_a_server_that_always_hangs_up_is_tried_no_more_than_twice(
    post: Post, transport: SmtpTransport
) -> None:
    transport.send(build(MAIL))
    post.on_mail = lambda n: "hang up"
    with pytest.raises(TemporaryFailure) as raised:
        transport.send(build(MAIL))
    assert (raised.value.code, raised.value.maybe_sent) == (0, False)
    assert post.seen["mail"] == 3


def test_a_line_that_breaks_after_the_text_may_have_sent_it(
    post: Post, transport: SmtpTransport
) -> None:
    transport.send(build(MAIL))
    post.on_data = lambda n: "hang up"
    with pytest.raises(TemporaryFailure) as raised:
        transport.send(build(MAIL))
    assert raised.value.maybe_sent is True
    assert post.seen["data"] == 2
    post.on_data = lambda n: "250 taken"
    transport.send(build(MAIL))
    assert (len(post.kept), post.connections) == (2, 2)


def test_a_server_that_is_not_there_is_a_temporary_failure() -> None:
    with (
        SmtpTransport("127.0.0.1", free_port(), timeout=10, helo="app.example") as transport,
        pytest.raises(TemporaryFailure, match=r"^no connection: ConnectionRefusedError$"),
    ):
        transport.send(build(MAIL))


def test_a_server_without_starttls_gets_no_message(post: Post) -> None:
    with (
        serving(post) as port,
        SmtpTransport("127.0.0.1", port, starttls=True, timeout=10, helo="app.example") as sender,
        pytest.raises(TemporaryFailure, match=r"^no connection: SMTPNotSupportedError$"),
    ):
        sender.send(build(MAIL))
    assert post.kept == []


def test_a_wrong_password_is_temporary_and_not_told(post: Post) -> None:
    def refuse(server, session, envelope, mechanism, data):
        return AuthResult(success=False, handled=False)

    controller = Controller(
        post,
        hostname="127.0.0.1",
        port=free_port(),
        server_hostname="mail.example",
        authenticator=refuse,
        auth_require_tls=False,
    )
    controller.start()
    try:
        with (
            SmtpTransport(
                "127.0.0.1", controller.port, user="upr", password="hunter2", helo="app.example"
            ) as transport,
            pytest.raises(TemporaryFailure) as raised,
        ):
            transport.send(build(MAIL))
    finally:
        controller.stop()
    assert raised.value.code == 535
    assert "hunter2" not in str(raised.value)


@pytest.mark.parametrize(
    "settings",
    [{"starttls": True, "tls": True}, {"user": "upr", "password": "x"}],
)
def test_settings_that_cannot_be_are_refused(settings: dict) -> None:
    with pytest.raises(ValueError, match="TLS"):
        SmtpTransport("mail.example", **settings)


def test_the_servers_words_are_kept_without_addresses() -> None:
    words = "5.1.1 <ana@health.example>\r\nana.b+c@x.example: unknown " + "x" * 300
    cleaned = without_addresses(words)
    assert cleaned.startswith("5.1.1 <…> …: unknown xxx")
    assert len(cleaned) == 200


def test_a_folder_gets_one_file_a_message(tmp_path: Path) -> None:
    folder = FolderTransport(tmp_path / "mail")
    folder.send(build(MAIL))
    folder.send(build(MAIL))
    folder.send(build(mail_to("b@health.example", 2)))
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name[:16] for file in files] == ["20270104T093000Z"] * 2
    assert {file.suffix for file in files} == {".eml"}
    assert as_eml(MAIL) in [file.read_bytes() for file in files]


def test_a_folder_that_cannot_be_written_is_a_temporary_failure(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file, not a folder")
    with pytest.raises(TemporaryFailure, match="the mail folder cannot be written"):
        FolderTransport(tmp_path / "mail").send(build(MAIL))


def test_memory_keeps_what_was_sent_and_fails_as_told() -> None:
    memory = MemoryTransport({"gone@health.example": PermanentFailure(550, "no such user")})
    memory.send(build(MAIL))
    with pytest.raises(PermanentFailure):
        memory.send(build(mail_to("gone@health.example")))
    assert [message["Subject"] for message in memory.sent] == ["Update due"]
