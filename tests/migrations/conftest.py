from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import new_postgres_database, sqlite_url


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """A database of the chosen kind without any table."""
    if database_url.startswith("sqlite"):
        yield sqlite_url(tmp_path)
    else:
        with new_postgres_database() as url:
            yield url
