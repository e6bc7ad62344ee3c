"""The doctor names what is well, what to watch and what is broken, with what to do."""

from __future__ import annotations

from nmrf.schema import head


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
    assert done.returncode == 1
    assert "fail  definitions: there is no practice “atlantis”\n" in done.stdout


def test_a_production_service_that_was_not_thought_through(ready):
    done = ready(
        "doctor",
        environment="production",
        secret_key="s" * 40,
        base_url="https://upr.example.org",
        mail_transport="folder",
        demo="true",
    )
    assert done.returncode == 0
    warned = [line for line in done.stdout.splitlines() if line.startswith("warn")]
    assert warned == [
        "warn  settings: demo is on: all mail, with its links, is open to everyone",
        "warn  settings: mails are sent from upr-secretariat@example.org",
        "warn  settings: no proxy is trusted, so every visitor seems to have the proxy's address",
        "warn  scheduler: none runs: no mail leaves and nothing happens by itself",
    ]


def test_the_database_is_named_by_its_migration(ready):
    assert f"ok    database: sqlite, at migration {head()}\n" in ready("doctor").stdout
