"""What `nmrf.schema` says about a database, and when it refuses one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from nmrf.core.db import Database
from nmrf.core.errors import NotReady
from nmrf.schema import current, head, require_head, upgrade


def test_a_new_database_is_brought_to_the_newest_migration(empty_url):
    assert upgrade(empty_url) == ("", head())
    assert upgrade(empty_url) == (head(), head())
    require_head(empty_url)


def test_asking_makes_no_file(tmp_path):
    url = f"sqlite:///{tmp_path / 'none.sqlite'}"
    assert current(url) == ""
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_new_file_is_made(tmp_path):
    url = f"sqlite:///{tmp_path / 'deep' / 'nmrf.sqlite'}"
    upgrade(url)
    assert Path(make_url(url).database).exists()


def test_without_tables_the_command_is_named(empty_url):
    with pytest.raises(NotReady) as refused:
        require_head(empty_url)
    assert str(refused.value) == 'the database has not been set up; run "nmrf init"'


def test_a_database_of_another_version_is_refused(empty_url):
    upgrade(empty_url)
    database = Database(empty_url)
    with database.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.dispose()
    with pytest.raises(NotReady) as refused:
        require_head(empty_url)
    assert str(refused.value) == (
        f'the database stands at 9999 and this version needs {head()}; run "nmrf init"'
    )
    with pytest.raises(NotReady) as refused:
        upgrade(empty_url)
    assert str(refused.value) == (
        "the database stands at 9999, which this version of the service does not know; "
        "install the newer version again"
    )


def test_a_server_that_is_away_is_said_without_the_password():
    with pytest.raises(NotReady) as refused:
        current("postgresql://nmrf:tops3cret@127.0.0.1:9/nmrf?connect_timeout=2")
    assert str(refused.value).startswith("the database cannot be reached: ")
    assert "tops3cret" not in str(refused.value)
