"""The doctor names what is well, what to watch and what is broken, with what to do."""

from __future__ import annotations

import pyotp

from nmrf.accounts.models import Person
from nmrf.accounts.second_factor import sealed_secret
from nmrf.core.db import Database
from nmrf.schema import head
from nmrf.settings import load_settings


def findings(done):
    """(level, what) of each line of the report."""
    lines = [line for line in done.stdout.splitlines() if not line.startswith(" ")]
    return [tuple(line.split(":")[0].split(maxsplit=1)) for line in lines]


WELL = [
    ("ok", "settings"),
    ("ok", "definitions"),
    ("ok", "program files"),
    ("ok", "file store"),
    ("ok", "disk"),
    ("ok", "mail"),
    ("ok", "database"),
    ("warn", "scheduler"),
    ("ok", "jobs"),
    ("ok", "outbox"),
    ("ok", "backups"),
]


def test_a_new_service_only_lacks_its_scheduler(ready):
    done = ready("doctor")
    assert (done.returncode, findings(done)) == (0, WELL)


def test_without_a_database(nmrf):
    done = nmrf("doctor")
    assert done.returncode == 1
    assert findings(done) == [*WELL[:6], ("fail", "database"), WELL[-1]]
    assert 'fail  database: the database has not been set up; run "nmrf init"\n' in done.stdout


def test_a_mail_server_that_is_away(ready):
    done = ready("doctor", mail_transport="smtp", smtp_host="127.0.0.1", smtp_port="9")
    assert done.returncode == 1
    assert (
        "fail  mail: 127.0.0.1:9: no connection: ConnectionRefusedError\n"
        "      → see the NMRF_SMTP_… settings in docs/operator.md\n"
    ) in done.stdout


def test_a_practice_that_does_not_exist(ready):
    done = ready("doctor", practice="atlantis")
    assert done.returncode == 2
    assert done.stderr.startswith("nmrf: NMRF_PRACTICE: there is no file ")


def test_a_second_factor_of_a_key_that_was_lost(ready, environment):
    settings = load_settings(instance=environment["NMRF_INSTANCE"], secret_key="k" * 40)
    database = Database(settings.database_url)
    with database.writing() as session:
        person = Person(name="Ada", email="ada@example.org")
        session.add(person)
        session.flush()
        person.totp_secret = sealed_secret(settings, person, pyotp.random_base32())
    database.dispose()
    lost = ready("doctor", secret_key="n" * 40)
    assert lost.returncode == 1
    assert "fail  accounts: 1 second factors cannot be read" in lost.stdout
    both = ready("doctor", secret_key="n" * 40, secret_key_before="k" * 40)
    assert both.returncode == 0
    assert "warn  settings: the former secret key still holds" in both.stdout


def test_a_production_service_that_was_not_thought_through(ready, environment):
    done = ready(
        "doctor",
        environment="production",
        secret_key="s" * 40,
        base_url="https://upr.example.org",
        mail_transport="folder",
    )
    assert done.returncode == 0
    warned = [line for line in done.stdout.splitlines() if line.startswith("warn")]
    assert warned == [
        "warn  settings: mails are sent from upr-secretariat@example.org",
        "warn  settings: no proxy is trusted, so every visitor seems to have the proxy's address",
        f"warn  mail: mails are written to {environment['NMRF_INSTANCE']}/mail and reach nobody",
        "warn  scheduler: none runs: no mail leaves and nothing happens by itself",
    ]


def test_the_database_is_named_by_its_migration(ready):
    assert f"ok    database: sqlite, at migration {head()}\n" in ready("doctor").stdout
