"""Mail, beside ready-made messages over one connection."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator

from aiosmtpd.controller import Controller
from sqlalchemy import delete, insert

from benchmarks.measure import Item
from benchmarks.world import SENTENCE, World
from nmrf.outbox.models import Delivery, Message
from nmrf.outbox.sending import send_due
from nmrf.outbox.smtp import SmtpTransport

MAILS = 10_000


def mailing(world: World) -> Iterator[Item]:
    class Sink:
        async def handle_DATA(self, *_given: object) -> str:  # noqa: N802 - aiosmtpd's name
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    round_ = iter(range(1_000_000))

    def queue() -> None:
        n = next(round_)
        now = world.clock.now()
        with world.database.engine.begin() as connection:
            connection.execute(delete(Delivery))
            connection.execute(delete(Message))
            connection.execute(
                insert(Message),
                [
                    {
                        "dedupe_key": f"bench:{n}:{i}",
                        "kind": "bench",
                        "to_name": f"Person {i}",
                        "to_address": f"person{i}@example.org",
                        "language": "en",
                        "subject": "What waits for you",
                        "body": SENTENCE * 5,
                        "why": "this is a measurement.",
                        "subject_type": "cycle",
                        "subject_id": "1",
                        "created_at": now,
                        "not_before": now,
                    }
                    for i in range(MAILS)
                ],
            )

    def service() -> None:
        queue()
        with SmtpTransport("127.0.0.1", port) as transport:
            while True:
                counts = send_due(world.database, world.house, world.clock, transport)
                if not counts or not sum(counts.values()):
                    break

    def floor() -> None:
        queue()
        message = f"Subject: What waits for you\r\n\r\n{SENTENCE}\r\n"
        with smtplib.SMTP("127.0.0.1", port) as server:
            for i in range(MAILS):
                server.sendmail("a@example.org", [f"person{i}@example.org"], message)

    try:
        yield Item(f"mail: {MAILS:,} messages", service, floor)
    finally:
        controller.stop()
