"""Fixtures: a database of the chosen kind, a simulated clock, the app, and actors.

`--database sqlite|postgresql|both` chooses where database tests run (see `databases.py`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import flask
import hypothesis
import pytest
from sqlalchemy import text

from nmrf.accounts.models import Person
from nmrf.accounts.queries import actor_for, session_key
from nmrf.app import create_app, make_house
from nmrf.core import i18n
from nmrf.core.clock import SimulatedClock
from nmrf.core.ctx import Ctx, House
from nmrf.core.db import Database
from nmrf.core.events import GENESIS
from nmrf.core.roles import SYSTEM, Actor
from nmrf.settings import Settings, load_settings
from nmrf.tables import metadata
from tests.schema import create_schema
from tests.templates import compile_once

pytest_plugins = ["tests.databases", "tests.passwords"]
# No test depends on the speed of the machine.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _speak_english() -> Iterator[None]:
    with i18n.speaking("en"):
        yield


@pytest.fixture(scope="session")
def _prepared(database_url: str) -> Iterator[Database]:
    """The database of this worker, migrated once."""
    prepared = Database(database_url)
    create_schema(prepared)
    yield prepared
    prepared.dispose()


@pytest.fixture
def database_kind(_prepared: Database) -> str:
    """`sqlite` or `postgresql`."""
    return _prepared.url.get_backend_name()


@pytest.fixture
def database(_prepared: Database, database_kind: str, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database: a copy of the file, or the shared one emptied afterwards."""
    if database_kind == "sqlite":
        _prepared.dispose()  # so that everything is in the file, and nothing in its log
        shutil.copy(str(_prepared.url.database), tmp_path / "nmrf.sqlite")
        copied = Database(f"sqlite:///{tmp_path / 'nmrf.sqlite'}")
        yield copied
        copied.dispose()
        return
    yield _prepared
    empty(_prepared)


def empty(database: Database) -> None:
    """Empty a PostgreSQL database: what has rows only, since TRUNCATE of all costs 0.1 s a test."""
    names = [f'"{t.name}"' for t in metadata.sorted_tables if t.name != "event_head"]
    filled = " UNION ALL ".join(f"SELECT '{n}' WHERE EXISTS (SELECT 1 FROM {n})" for n in names)
    with database.engine.begin() as connection:
        # Without foreign keys, and the triggers that hold what was shown or recorded.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name in connection.scalars(text(filled)).all():
            connection.execute(text(f"DELETE FROM {name}"))
        connection.execute(text("SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"))
        connection.execute(
            text("UPDATE event_head SET hash = :hash, length = 0"), {"hash": GENESIS}
        )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(environment="testing", secret_key="t" * 40, instance=tmp_path / "instance")


@pytest.fixture
def clock() -> SimulatedClock:
    """Stands at Wednesday, 18 November 2026, 09:00 UTC."""
    return SimulatedClock(NOW)


@pytest.fixture
def app(settings: Settings, clock: SimulatedClock, database: Database) -> flask.Flask:
    app = compile_once(create_app(settings, clock=clock, database=database))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(scope="session")
def _addresses(tmp_path_factory: pytest.TempPathFactory) -> flask.Flask:
    """An app that only knows the addresses: making one for every test costs 50 ms each."""
    given = load_settings(
        environment="testing", secret_key="t" * 40, instance=tmp_path_factory.mktemp("addresses")
    )
    return create_app(given)


@pytest.fixture
def house(settings: Settings, _addresses: flask.Flask) -> House:
    return make_house(settings, _addresses)


@pytest.fixture
def make_ctx(
    database: Database, house: House, clock: SimulatedClock
) -> Iterator[Callable[..., Ctx]]:
    """A context for a person (or the service itself), in one writing session a test.

    Call `ctx.session.commit()` before asking through the web client.
    """
    session = database.session(writing=True)

    def make(person: Person | Actor | None = None) -> Ctx:
        if isinstance(person, Person):
            actor = actor_for(session, person, clock.now().date())
        else:
            actor = person or SYSTEM
        return Ctx(actor, clock.now(), session, house)

    yield make
    session.rollback()
    session.close()


@pytest.fixture
def ctx(make_ctx: Callable[..., Ctx]) -> Ctx:
    """The service itself, acting."""
    return make_ctx()


@pytest.fixture
def client_for(app: flask.Flask) -> Callable[..., flask.testing.FlaskClient]:
    """A web client, signed in as the person given, or as nobody."""

    def make(person: Person | None = None) -> flask.testing.FlaskClient:
        client = app.test_client()
        if person is not None:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = session_key(person)
                cookie["_fresh"] = True
        return client

    return make
