"""Mail is sent once, tried again when it may help, and never lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from nmrf.outbox.models import Delivery, Message, MessageState
from nmrf.outbox.sending import DELAYS, LEASE, MAX_ATTEMPTS, open_transport, send_due
from nmrf.outbox.smtp import (
    FolderTransport,
    MemoryTransport,
    PermanentFailure,
    SmtpTransport,
    TemporaryFailure,
)
from tests import factories
from tests.factories.outbox import message
from tests.queries import count_statements
from tests.unit.outbox.test_outbox_smtp import Post, serving


@pytest.fixture
def send(database, house, clock):
    """One run of the sender."""

    def run(transport, **options):
        return send_due(database, house, clock, transport, **options)

    return run


@pytest.fixture
def queued(ctx):
    """Messages that wait, by the local part of their address."""

    def make(*names, **values):
        rows = [message(ctx.session, f"{name}@example.org", **values) for name in names]
        ctx.session.commit()
        return rows

    return make


@pytest.fixture
def stored(database):
    """State and number of attempts of each message, by the local part of its address."""

    def read():
        with database.reading() as session:
            rows = session.scalars(select(Message).order_by(Message.id)).all()
            return {row.to_address.split("@")[0]: (row.state, row.attempts) for row in rows}

    return read


@pytest.fixture
def tries(database):
    """What the server answered, in order: (delivered, code)."""

    def read():
        with database.reading() as session:
            rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
            return [(row.delivered, row.code) for row in rows]

    return read


def receivers(transport):
    return [mail["To"].addresses[0].username for mail in transport.sent]


SENT, QUEUED = MessageState.SENT, MessageState.QUEUED
SENDING, FAILED = MessageState.SENDING, MessageState.FAILED


def test_what_is_due_goes_out_oldest_first_and_once(send, queued, stored, tries):
    queued("ana", "bor", "cene")
    transport = MemoryTransport()
    assert send(transport) == {"sent": 3}
    assert send(transport) == {}
    assert receivers(transport) == ["ana", "bor", "cene"]
    assert stored() == {"ana": (SENT, 1), "bor": (SENT, 1), "cene": (SENT, 1)}
    assert tries() == [(True, None)] * 3


def test_a_message_waits_for_its_time(send, queued, clock):
    queued("ana", at=clock.now() + timedelta(seconds=1))
    transport = MemoryTransport()
    assert send(transport) == {}
    clock.advance(seconds=1)
    assert send(transport) == {"sent": 1}


def test_many_go_over_one_connection(send, queued):
    queued(*(f"r{n}" for n in range(120)))
    post = Post()
    with serving(post) as port, SmtpTransport("127.0.0.1", port, timeout=10) as transport:
        assert send(transport) == {"sent": 120}
    assert (post.connections, len(post.kept)) == (1, 120)


def test_a_busy_server_is_tried_again_later(send, queued, stored, tries, clock):
    queued("ana")
    post = Post()
    post.on_rcpt = lambda _address: "451 try again"
    with serving(post) as port, SmtpTransport("127.0.0.1", port, timeout=10) as transport:
        assert send(transport) == {"later": 1}
        assert stored() == {"ana": (QUEUED, 1)}
        clock.advance(seconds=DELAYS[0].total_seconds())
        assert send(transport) == {}
        post.on_rcpt = lambda _address: "250 OK"
        clock.advance(seconds=1)
        assert send(transport) == {"sent": 1}
    assert stored() == {"ana": (SENT, 2)}
    assert tries() == [(False, 451), (True, None)]


def test_a_refused_address_is_given_up_at_once(send, queued, stored, database):
    queued("ana", "bor")
    post = Post()
    post.on_rcpt = lambda to: "550 no such user <ana@example.org>" if "ana" in to else "250 OK"
    with serving(post) as port, SmtpTransport("127.0.0.1", port, timeout=10) as transport:
        assert send(transport) == {"failed": 1, "sent": 1}
    assert stored() == {"ana": (FAILED, 1), "bor": (SENT, 1)}
    with database.reading() as session:
        refused = session.scalars(select(Delivery).where(Delivery.code == 550)).one()
        assert refused.detail == "no such user <…>"


def test_it_is_given_up_after_the_last_try(send, queued, stored, tries, clock):
    queued("ana")
    transport = MemoryTransport({"ana@example.org": TemporaryFailure(451, "busy")})
    for delay in DELAYS:
        assert send(transport) == {"later": 1}
        clock.advance(seconds=delay.total_seconds() + 1)
    assert send(transport) == {"failed": 1}
    assert stored() == {"ana": (FAILED, MAX_ATTEMPTS)}
    assert tries() == [(False, 451)] * MAX_ATTEMPTS


def test_a_server_that_is_away_is_not_asked_for_every_message(send, queued, stored):
    names = [f"r{n}" for n in range(20)]
    queued(*names)
    away = TemporaryFailure(0, "no connection")
    transport = MemoryTransport({f"{name}@example.org": away for name in names})
    assert send(transport) == {"later": 3}
    expected = {name: (QUEUED, 1 if n < 3 else 0) for n, name in enumerate(names)}
    assert stored() == expected


SCRIPT = """
import os, signal, sys, types
from datetime import datetime
from pathlib import Path
from nmrf.core.clock import SimulatedClock
from nmrf.core.db import Database
from nmrf.outbox.sending import send_due
from nmrf.outbox.smtp import FolderTransport
from nmrf.settings import load_settings

class Killed(FolderTransport):
    def send(self, message):
        super().send(message)
        os.kill(os.getpid(), signal.SIGKILL)

url, folder, now = sys.argv[1:]
settings = load_settings(environment="testing", secret_key="t" * 40, instance=Path(folder))
house = types.SimpleNamespace(settings=settings)
clock = SimulatedClock(datetime.fromisoformat(now))
send_due(Database(url), house, clock, Killed(Path(folder)))
"""


def test_a_killed_sender_loses_nothing(
    send, queued, stored, tries, clock, database, tmp_path: Path
):
    queued("ana", "bor", "cene")
    url = database.url.render_as_string(hide_password=False)
    arguments = [url, str(tmp_path / "out"), clock.now().isoformat()]
    killed = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], check=False)
    assert killed.returncode == -9
    assert stored() == {"ana": (SENDING, 1), "bor": (SENDING, 1), "cene": (SENDING, 1)}
    folder = FolderTransport(tmp_path / "out")
    [first] = [path.read_bytes() for path in folder.path.iterdir()]
    assert send(folder) == {}
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert send(folder) == {"sent": 3}
    assert stored() == {"ana": (SENT, 2), "bor": (SENT, 2), "cene": (SENT, 2)}
    assert tries() == [(True, None)] * 3
    # The one that had gone out before has the same identity and the same bytes.
    again = [path.read_bytes() for path in sorted(folder.path.iterdir())]
    assert (len(again), again.count(first)) == (3, 1)


def test_one_that_is_cut_off_again_and_again_is_given_up(send, queued, stored, clock):
    queued("ana", state=SENDING, attempts=MAX_ATTEMPTS, lease_until=clock.now())
    clock.advance(seconds=1)
    assert send(MemoryTransport()) == {"failed": 1}
    assert stored() == {"ana": (FAILED, MAX_ATTEMPTS)}


def test_told_to_stop_it_writes_down_what_went_and_hands_back_the_rest(send, queued, stored):
    queued("ana", "bor", "cene")

    class Interrupted(MemoryTransport):
        def send(self, mail):
            if len(self.sent) == 1:
                raise KeyboardInterrupt
            super().send(mail)

    with pytest.raises(KeyboardInterrupt):
        send(Interrupted())
    assert stored() == {"ana": (SENT, 1), "bor": (SENDING, 1), "cene": (QUEUED, 0)}


def test_it_stops_between_two_messages_when_asked(send, queued, stored):
    queued("ana", "bor")
    assert send(MemoryTransport(), stopping=lambda: True) == {"sent": 1}
    assert stored() == {"ana": (SENT, 1), "bor": (QUEUED, 0)}


def test_two_senders_never_send_the_same(database, house, clock, queued):
    queued(*(f"r{n}" for n in range(250)))
    transports = [MemoryTransport(), MemoryTransport()]
    threads = [
        threading.Thread(target=send_due, args=(database, house, clock, transport))
        for transport in transports
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = sorted(receivers(transports[0]) + receivers(transports[1]))
    assert sent == sorted(f"r{n}" for n in range(250))


def test_a_sender_that_was_held_up_cannot_overwrite_a_later_one(send, queued, stored, tries, clock):
    queued("ana")
    quick = MemoryTransport()

    class HeldUp(MemoryTransport):
        def send(self, mail):
            clock.advance(seconds=LEASE.total_seconds() + 1)
            assert send(quick) == {"sent": 1}
            raise TemporaryFailure(0, "connection lost")

    send(HeldUp())
    assert stored() == {"ana": (SENT, 2)}
    assert tries() == [(True, None), (False, None)]


def test_an_address_that_cannot_be_written_is_given_up(send, queued, stored, tries):
    queued("no one", "bor")
    assert send(MemoryTransport()) == {"failed": 1, "sent": 1}
    assert stored() == {"no one": (FAILED, 1), "bor": (SENT, 1)}
    assert tries() == [(False, None), (True, None)]


def test_a_fault_of_ours_keeps_no_other_mail_back(send, queued, stored, database):
    queued("ana", "bor")

    class Broken(MemoryTransport):
        def send(self, mail):
            if not self.sent and mail["To"].addresses[0].username == "ana":
                raise KeyError("ana@example.org")
            super().send(mail)

    assert send(Broken()) == {"later": 1, "sent": 1}
    assert stored() == {"ana": (QUEUED, 1), "bor": (SENT, 1)}
    with database.reading() as session:
        detail = session.scalars(select(Delivery.detail).order_by(Delivery.id)).first()
    assert detail.startswith("fault of the service: KeyError at outbox/sending.py:")
    assert "ana" not in detail


def test_personal_links_are_wiped_once_sent(send, queued, database):
    queued("ana", sensitive=True)
    queued("bor", sensitive=True, at=factories.THEN + timedelta(days=9999))
    queued("cene")
    send(MemoryTransport())
    with database.reading() as session:
        bodies = [bool(body) for body in session.scalars(select(Message.body).order_by(Message.id))]
    assert bodies == [False, True, True]


def test_links_of_undelivered_mail_stay_for_another_try(send, queued, database):
    queued("ana", sensitive=True)
    send(MemoryTransport({"ana@example.org": PermanentFailure(550, "no such user")}))
    with database.reading() as session:
        assert session.scalars(select(Message.body)).one().startswith("Dear Person")


def test_statements_do_not_grow_with_the_messages(send, queued, database):
    counts = []
    for names in (["a", "b"], [f"r{n}" for n in range(40)]):
        queued(*names)
        with count_statements(database) as sent:
            send(MemoryTransport())
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_folder_of_the_settings_gets_the_files(send, queued, house):
    queued("ana")
    with open_transport(house.settings) as transport:
        assert send(transport) == {"sent": 1}
    [path] = house.settings.mail_folder.iterdir()
    assert path.suffix == ".eml"
    assert b"ana@example.org" in path.read_bytes()
