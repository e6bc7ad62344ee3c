"""Before the demonstration starts: its settings, its port, and beginning anew."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine.url import make_url
from sqlalchemy.exc import SQLAlchemyError

from nmrf import schema
from nmrf.accounts.models import Person
from nmrf.core.db import Database
from nmrf.core.errors import Conflict, Refused
from nmrf.core.i18n import _
from nmrf.paths import INSTANCE
from nmrf.rehearsal.people import PARTS
from nmrf.settings import Settings, load_settings, translated

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - only read here


def demo_settings() -> Settings:
    """The settings of the demonstration, also for the processes that it starts.

    HOST and PORT stand for NMRF_HOST and NMRF_PORT, so that they also work without make.
    It speaks every language that has texts, unless NMRF_LANGUAGES says which. It has an instance
    folder of its own, unless NMRF_INSTANCE or NMRF_DATABASE_URL is given.

    Raises:
        Refused: in production, where everybody could read the caught mail.
    """
    for name in ("HOST", "PORT"):
        if os.environ.get(name) and f"NMRF_{name}" not in os.environ:
            os.environ[f"NMRF_{name}"] = os.environ[name]
    given = load_settings()
    if given.environment == "production":
        raise Refused(_("The demonstration does not run in production: anybody could sign in."))
    chosen = {"NMRF_DEMO": "true", "NMRF_MAIL_TRANSPORT": "folder", "NMRF_LOG_LEVEL": "WARNING"}
    if "NMRF_LANGUAGES" not in os.environ:
        chosen["NMRF_LANGUAGES"] = json.dumps(translated())
    if not {"NMRF_INSTANCE", "NMRF_DATABASE_URL"} & set(os.environ):
        chosen["NMRF_INSTANCE"] = str(INSTANCE / "demo")
    if "NMRF_BASE_URL" not in os.environ:
        host, port = binding(given)
        chosen["NMRF_BASE_URL"] = f"http://{EVERYWHERE.get(given.host, host)}:{port}"
    # The workers and the scheduler read the same variables.
    os.environ.update(chosen)
    return load_settings()


def binding(settings: Settings) -> tuple[str, int]:
    """Host and port as they stand in an address."""
    return (f"[{settings.host}]" if ":" in settings.host else settings.host), settings.port


def require_free_port(settings: Settings) -> None:
    """Raise `Conflict` when something listens on the port, or it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except (OSError, OverflowError) as error:
            raise Conflict(
                _(
                    "Port %(port)s on %(host)s cannot be used (%(reason)s). Choose another: "
                    "make demo PORT=%(other)s",
                    port=settings.port,
                    host=settings.host,
                    reason=getattr(error, "strerror", None) or str(error),
                    other=settings.port + 1 if 1024 <= settings.port < 65535 else 8001,
                )
            ) from error


def is_empty(database: Database) -> bool:
    """Whether nobody has an account yet.

    Raises:
        Refused: when the accounts are not those of the demonstration.
    """
    with database.reading() as session:
        addresses = set(session.scalars(select(Person.email).limit(500)))
    if addresses and PARTS[0].email not in addresses:
        raise Refused(
            _(
                "This database holds accounts that are not the demonstration's. Choose another "
                "with NMRF_INSTANCE or NMRF_DATABASE_URL."
            )
        )
    return not addresses


def own_file(settings: Settings) -> Path | None:
    """The database file inside the instance folder; None when the database lies elsewhere."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    path = Path(url.database).resolve()
    return path if path.is_relative_to(settings.instance.resolve()) else None


def reset(settings: Settings) -> None:
    """Remove the demonstration's own database, mails and files.

    Raises:
        Refused: for a database outside the instance folder, or one with other accounts.
    """
    path = own_file(settings)
    if path is None:
        raise Refused(
            _(
                "Only a database in the instance folder is begun anew. Empty %(url)s yourself.",
                url=make_url(settings.database_url).render_as_string(hide_password=True),
            )
        )
    if path.exists():
        _require_demo(settings)
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)
    for folder in (settings.mail_folder, settings.files_folder):
        shutil.rmtree(folder, ignore_errors=True)


def _require_demo(settings: Settings) -> None:
    if not schema.current(settings.database_url):
        return  # nothing but an empty file
    database = Database(settings.database_url)
    try:
        is_empty(database)
    except SQLAlchemyError as error:
        raise Refused(
            _("The database cannot be read, so it is left as it is. Remove it yourself.")
        ) from error
    finally:
        database.dispose()
