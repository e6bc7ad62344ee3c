"""At which migration the database stands, and how to bring it to the newest."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import OperationalError

from nmrf.core.db import make_engine
from nmrf.core.errors import NotReady
from nmrf.core.i18n import _
from nmrf.paths import MIGRATIONS


def migrations_config(url: str) -> Config:
    """What alembic needs to know; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


def head() -> str:
    """The newest migration, such as `0003`."""
    return ScriptDirectory.from_config(migrations_config("")).get_current_head() or ""


def current(url: str) -> str:
    """The migration at which a database stands; empty where it has none.

    Raises:
        NotReady: when the database cannot be reached.
    """
    if _missing_file(url):
        return ""
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except OperationalError as error:
        # The driver's own words may repeat the address with its password.
        reason = str(error.orig).strip().splitlines()[0] if error.orig else ""
        password = make_url(url).password
        reason = reason.replace(str(password), "…") if password else reason
        raise NotReady(_("the database cannot be reached: %(reason)s", reason=reason)) from None
    finally:
        engine.dispose()


def upgrade(url: str) -> tuple[str, str]:
    """Create the tables, or bring them to the newest migration. Gives where it stood and stands.

    Raises:
        NotReady: when the database cannot be reached, or was made by a newer version.
    """
    path = _sqlite_file(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    before = current(url)
    try:
        command.upgrade(migrations_config(url), "head")
    except CommandError as error:
        raise NotReady(
            _(
                "the database stands at %(revision)s, which this version of the service does not "
                "know; install the newer version again",
                revision=before,
            )
        ) from error
    return before, current(url)


def require_head(url: str) -> None:
    """Raise `NotReady`, with the command to run, unless the database is at the newest migration."""
    found = current(url)
    if not found:
        raise NotReady(_('the database has not been set up; run "nmrf init"'))
    if found != head():
        raise NotReady(
            _(
                'the database stands at %(found)s and this version needs %(head)s; run "nmrf init"',
                found=found,
                head=head(),
            )
        )


def _sqlite_file(url: str) -> Path | None:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    return Path(parts.database)


def _missing_file(url: str) -> bool:
    # Asking SQLite would create the file.
    path = _sqlite_file(url)
    return path is not None and not path.exists()
