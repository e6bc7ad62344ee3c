"""What a database looks like from outside, to compare two ways of making it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from nmrf.core.db import make_engine

NOT_OURS = "alembic_version"


def describe(url: str) -> dict[str, Any]:
    """Tables with columns, keys, checks and indexes, and the triggers of the database."""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            inspector = sa.inspect(connection)
            found: dict[str, Any] = {
                name: _table(inspector, name)
                for name in inspector.get_table_names()
                if name != NOT_OURS
            }
            found["triggers"] = sorted(connection.execute(sa.text(_triggers(engine))).scalars())
            return found
    finally:
        engine.dispose()


def _table(inspector: sa.Inspector, name: str) -> dict[str, Any]:
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in inspector.get_columns(name)
        },
        "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
        "foreign keys": sorted(
            (
                str(key["name"]),
                tuple(key["constrained_columns"]),
                key["referred_table"],
                tuple(key["referred_columns"]),
                str(key["options"]),
            )
            for key in inspector.get_foreign_keys(name)
        ),
        "unique": sorted(
            (str(one["name"]), tuple(one["column_names"]))
            for one in inspector.get_unique_constraints(name)
        ),
        "checks": sorted(
            (str(one["name"]), " ".join(one["sqltext"].split()))
            for one in inspector.get_check_constraints(name)
        ),
        "indexes": sorted(
            (str(one["name"]), tuple(one["column_names"]), bool(one["unique"]))
            for one in inspector.get_indexes(name)
        ),
    }


def _triggers(engine: sa.Engine) -> str:
    if engine.dialect.name == "sqlite":
        return "SELECT sql FROM sqlite_master WHERE type = 'trigger'"
    return (
        "SELECT pg_get_triggerdef(t.oid) || pg_get_functiondef(t.tgfoid) "
        "FROM pg_trigger t WHERE NOT t.tgisinternal"
    )
