"""Looks over an installation: what is well, what to watch, what is broken and how to mend it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from nmrf import schema
from nmrf.accounts.second_factor import unreadable
from nmrf.core.clock import Clock
from nmrf.core.db import Database
from nmrf.core.errors import NotReady
from nmrf.core.faults import place_of
from nmrf.definitions import check, load
from nmrf.jobs.queries import holder, last_runs
from nmrf.jobs.registry import JOBS
from nmrf.jobs.scheduler import LEADER
from nmrf.outbox.queries import trouble
from nmrf.outbox.sending import open_transport
from nmrf.outbox.smtp import DeliveryFailure, SmtpTransport
from nmrf.paths import STATIC, TEMPLATES
from nmrf.settings import Settings

Level = Literal["ok", "warn", "fail"]
LITTLE_SPACE = 1_000_000_000  # bytes
NO_SPACE = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the report; `advice` says what to do."""

    level: Level
    what: str
    said: str
    advice: str = ""


def examine(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """Every check in turn. None of them changes anything."""
    yield from _settings(settings)
    yield from _definitions(settings)
    yield from _folders(settings)
    yield from _mail(settings)
    ready = _database(settings)
    yield ready
    if ready.level == "ok":
        yield from _from_database(settings, clock)
    yield Finding(
        "ok",
        "backups",
        "not kept by this service; see “Backup and restore” in docs/operator.md",
    )


def _settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("ok", "settings", f"{settings.environment}, {settings.base_url}")
    if settings.secret_key_before.get_secret_value():
        yield Finding(
            "warn",
            "settings",
            "the former secret key still holds",
            "see “Changing the secret key” in docs/operator.md",
        )
    if settings.environment != "production":
        return
    if settings.mail_from_address.endswith(("example.org", "example.com")):
        yield Finding(
            "warn",
            "settings",
            f"mails are sent from {settings.mail_from_address}",
            "set NMRF_MAIL_FROM_ADDRESS to an address of your own",
        )
    if settings.trusted_proxies == 0:
        yield Finding(
            "warn",
            "settings",
            "no proxy is trusted, so every visitor seems to have the proxy's address",
            "set NMRF_TRUSTED_PROXIES to the number of proxies before the service",
        )


def _definitions(settings: Settings) -> Iterator[Finding]:
    found = check(settings.workflows)
    if found:
        yield Finding(
            "fail",
            "definitions",
            f"{len(found)} mistakes, the first in {found[0]}",
            "run “nmrf workflows check”",
        )
        return
    known = load(settings.workflows)
    yield Finding(
        "ok", "definitions", f"{len(known.routes)} routes, {len(known.practices)} practices"
    )


def _folders(settings: Settings) -> Iterator[Finding]:
    missing = [
        path
        for path in (STATIC / "css", STATIC / "fonts", TEMPLATES / "layouts")
        if not path.is_dir()
    ]
    yield (
        Finding("fail", "program files", f"{missing[0]} is missing", "install the service again")
        if missing
        else Finding("ok", "program files", "styles, fonts and templates are there")
    )
    yield _writable("file store", settings.files_folder)
    free = shutil.disk_usage(_existing(settings.instance)).free
    said = f"{free / 1e9:.1f} GB free beside {settings.instance}"
    if free < NO_SPACE:
        yield Finding("fail", "disk", said, "make room now: nothing can be saved soon")
    elif free < LITTLE_SPACE:
        yield Finding("warn", "disk", said, "make room")
    else:
        yield Finding("ok", "disk", said)


def _existing(path: Path) -> Path:
    return next(step for step in (path, *path.parents) if step.exists())


def _writable(what: str, folder: Path) -> Finding:
    advice = f"make {folder} writable for user {os.geteuid() if hasattr(os, 'geteuid') else ''}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("ok", what, f"{folder} can be written")
    except OSError as error:
        return Finding("fail", what, f"{folder}: {error.strerror}", advice)


def _mail(settings: Settings) -> Iterator[Finding]:
    if settings.mail_transport == "folder":
        if settings.environment == "production":
            yield Finding(
                "warn",
                "mail",
                f"mails are written to {settings.mail_folder} and reach nobody",
                "set NMRF_MAIL_TRANSPORT=smtp",
            )
        yield _writable("mail", settings.mail_folder)
        return
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    advice = "see the NMRF_SMTP_… settings in docs/operator.md"
    try:
        with open_transport(settings) as transport:
            if isinstance(transport, SmtpTransport):
                transport.check()
        yield Finding("ok", "mail", f"{place} answers")
    except (DeliveryFailure, ValueError) as error:
        yield Finding("fail", "mail", f"{place}: {error}", advice)


def _database(settings: Settings) -> Finding:
    try:
        schema.require_head(settings.database_url)
    except NotReady as error:
        return Finding("fail", "database", error.message)
    kind = settings.database_url.partition(":")[0]
    return Finding("ok", "database", f"{kind}, at migration {schema.head()}")


def _from_database(settings: Settings, clock: Clock) -> Iterator[Finding]:
    database = Database(settings.database_url)
    checks: tuple[Callable[[Session, Clock], Iterator[Finding]], ...] = (
        _scheduler,
        _jobs,
        _undelivered,
    )
    try:
        with database.reading() as session:
            for one in checks:
                yield from one(session, clock)
            yield from _second_factors(session, settings)
    except SQLAlchemyError as error:
        yield Finding("fail", "database", place_of(error), "see the log of the database")
    finally:
        database.dispose()


def _scheduler(session: Session, clock: Clock) -> Iterator[Finding]:
    leader = holder(session, LEADER, clock.now())
    if leader is None:
        yield Finding(
            "warn",
            "scheduler",
            "none runs: no mail leaves and nothing happens by itself",
            "start “nmrf jobs run”, or “nmrf serve --with-jobs”",
        )
    else:
        yield Finding("ok", "scheduler", f"{leader.owner} leads")


def _jobs(session: Session, _clock: Clock) -> Iterator[Finding]:
    runs = last_runs(session)
    failed = [name for name in JOBS if name in runs and runs[name].last.ok is False]
    if failed:
        said = f"the last run failed: {', '.join(failed)}"
        yield Finding("warn", "jobs", said, "see the page Jobs, or “nmrf jobs list”")
    else:
        yield Finding("ok", "jobs", f"{len(runs)} of {len(JOBS)} have run, none failed")


def _second_factors(session: Session, settings: Settings) -> Iterator[Finding]:
    lost = unreadable(session, settings)
    if lost:
        yield Finding(
            "fail",
            "accounts",
            f"{lost} second factors cannot be read: the secret key is not the one of before",
            "give the former key as NMRF_SECRET_KEY_BEFORE; see docs/operator.md",
        )


def _undelivered(session: Session, clock: Clock) -> Iterator[Finding]:
    found = trouble(session, clock.now())
    if found:
        said = f"{found.failed} not delivered, {found.overdue} overdue, {found.cut_off} cut off"
        yield Finding("warn", "outbox", said, "see the page Mail")
    else:
        yield Finding("ok", "outbox", "nothing is stuck")
