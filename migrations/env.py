"""How alembic reaches the database. Run through `nmrf init`, or `migrations/new.py`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context
from sqlalchemy.engine import Connection

from nmrf.core.db import Json, UTCDateTime, make_engine
from nmrf.tables import metadata

# Two services started at once must not migrate side by side.
MIGRATION_LOCK = 7_067_001
# A table in use makes the migration fail and be tried again, not the service wait.
LOCK_TIMEOUT = "5s"


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Migrations are frozen: they name plain types, not the service's own."""
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def compare_type(
    _context: object, _inspected: object, _column: object, found: Any, wanted: Any
) -> bool | None:
    """JSON is kept as JSONB on PostgreSQL; alembic sees the type's first face only."""
    if isinstance(wanted, Json):
        return not isinstance(found, sa.JSON)
    return None


def run() -> None:
    engine = make_engine(context.config.attributes["url"])
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        # Batch mode copies a table and drops the old one; with the keys on, its children go too.
        sa.event.listen(
            engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=OFF")
        )
    try:
        with engine.connect() as connection:
            if not sqlite:
                _wait_for_turn(connection)
            context.configure(
                connection=connection,
                target_metadata=metadata,
                render_as_batch=True,
                render_item=render_item,
                compare_type=compare_type,
                transaction_per_migration=True,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
            if sqlite:
                _check_keys(connection)
    finally:
        engine.dispose()


def _wait_for_turn(connection: Connection) -> None:
    connection.execute(sa.text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
    connection.execute(sa.text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.commit()


def _check_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        message = f"rows without their parent after the migration, in: {tables}"
        raise RuntimeError(message)


run()
