"""An empty database as `nmrf init` leaves it."""

from __future__ import annotations

from sqlalchemy import text

from nmrf.core.db import Database
from nmrf.core.events import GENESIS
from nmrf.tables import metadata


def create_schema(database: Database) -> None:
    metadata.create_all(database.engine)
    with database.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO event_head (id, hash, length) VALUES (1, :hash, 0)"),
            {"hash": GENESIS},
        )
