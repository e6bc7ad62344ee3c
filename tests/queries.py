"""Counts what is asked of the database, so that a list can be shown not to ask once a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from nmrf.core.db import Database


@contextmanager
def count_statements(database: Database) -> Iterator[list[str]]:
    """The statements sent in the block, in a list that grows while it runs."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
