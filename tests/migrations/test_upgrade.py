"""Every migration can be run and taken back, and together they make what the models say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from nmrf.core.db import Database, make_engine
from nmrf.core.events import record, verify_chain
from nmrf.schema import current, head, migrations_config, upgrade
from nmrf.tables import metadata
from tests import factories
from tests.databases import new_postgres_database, sqlite_url
from tests.migrations.describe import describe
from tests.schema import create_schema

REVISIONS = [
    (script.revision, script.down_revision or "base")
    for script in ScriptDirectory.from_config(migrations_config("")).walk_revisions()
][::-1]


@pytest.mark.parametrize(("revision", "before"), REVISIONS, ids=[r for r, _b in REVISIONS])
def test_a_migration_can_be_taken_back(empty_url, revision, before):
    config = migrations_config(empty_url)
    command.upgrade(config, before) if before != "base" else None
    start = describe(empty_url)
    command.upgrade(config, revision)
    done = describe(empty_url)
    command.downgrade(config, before)
    assert describe(empty_url) == start
    command.upgrade(config, revision)
    assert describe(empty_url) == done


def test_migrations_make_the_tables_of_the_models(empty_url, tmp_path):
    upgrade(empty_url)
    if empty_url.startswith("sqlite"):
        (tmp_path / "models").mkdir()
        assert describe(empty_url) == _from_models(sqlite_url(tmp_path / "models"))
    else:
        with new_postgres_database() as url:
            assert describe(empty_url) == _from_models(url)


def _from_models(url):
    database = Database(url)
    create_schema(database)
    database.dispose()
    return describe(url)


def test_alembic_sees_nothing_left_to_do(empty_url):
    upgrade(empty_url)
    engine = make_engine(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _same_json})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def _same_json(_context, _inspected, _column, found, wanted):
    """The models' JSON shows its first face only; `describe` compares what it really is."""
    return False if isinstance(found, sa.JSON) and isinstance(wanted.impl, sa.JSON) else None


def test_events_survive_all_later_migrations(empty_url, ctx):
    command.upgrade(migrations_config(empty_url), "0001")
    database = Database(empty_url)
    head_row = sa.text("SELECT id, hash, length FROM event_head")
    with database.reading() as session:
        assert session.execute(head_row).all() == [(1, "0" * 64, 0)]
    record(ctx, "cycle.opened", factories.cycle(ctx.session), number=4)
    ctx.session.commit()
    with database.writing() as session:
        for table in ("event", "event_head"):
            session.execute(sa.text(f"DELETE FROM {table}"))
            for row in ctx.session.execute(metadata.tables[table].select()):
                session.execute(metadata.tables[table].insert(), row._asdict())
    upgrade(empty_url)
    assert current(empty_url) == head()
    with database.reading() as session:
        report = verify_chain(session)
        assert (report.length, report.broken_at) == (1, None)
    with (
        pytest.raises(sa.exc.DatabaseError, match="append-only"),
        database.writing() as session,
    ):
        session.execute(sa.text("DELETE FROM event"))
    database.dispose()
