"""The demonstration state, loaded once, and a crawler that opens it as each role."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import flask
from lxml import html
from markupsafe import escape
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from nmrf.accounts.models import Office, Person
from nmrf.accounts.queries import session_key
from nmrf.app import create_app
from nmrf.core.clock import SimulatedClock
from nmrf.core.db import Database
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.settings import load_settings
from tests.schema import create_schema
from tests.templates import compile_once

PUBLIC = "public"
ROLES = (PUBLIC, *(role.value for role in Role))
# A page of one kind is opened this often by one role: for different things and states.
TIMES = 3
MAILS = {"outbox.caught", "outbox.message"}
HOST = "http://nmrf.test"
# The state is always told up to this moment, so that what is met does not change by the day.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def load_site(folder: Path) -> Path:
    """Make the demonstration state in a folder; gives the database file."""
    from nmrf.demo.loading import load

    path = folder / "site.sqlite"
    database = Database(f"sqlite:///{path}")
    create_schema(database)
    app = _app(database, folder)
    kept = app.extensions["nmrf"]
    load(kept.house.settings, kept.database, NOW)
    database.dispose()
    return path


def open_site(path: Path, folder: Path) -> Site:
    """A copy of the state that a test may change."""
    copy = folder / "copy.sqlite"
    shutil.copy(path, copy)
    database = Database(f"sqlite:///{copy}")
    return Site(_app(database, path.parent), database)


def _app(database: Database, folder: Path) -> flask.Flask:
    settings = load_settings(
        environment="testing", secret_key="t" * 40, instance=folder / "instance", demo=True
    )
    app = compile_once(create_app(settings, database=database, clock=SimulatedClock(NOW)))
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False  # an exception becomes the page that people would see
    return app


@dataclass
class Visit:
    """One page as one role saw it."""

    role: str
    url: str
    endpoint: str
    status: int
    body: bytes
    mimetype: str
    came_from: str

    @cached_property
    def links(self) -> list[str]:
        """The addresses on this site that a page leads to."""
        return list(dict.fromkeys(filter(None, (_local(a, self.url) for a in self._found[0]))))

    @cached_property
    def forms(self) -> list[tuple[str, str]]:
        """Method and address of each form on a page."""
        return [(method, _local(a or self.url, self.url)) for method, a in self._found[1]]

    @cached_property
    def _found(self) -> tuple[list[str], list[tuple[str, str]]]:
        # Read once for all tests; the tree itself would be too much to keep.
        tree = html.fromstring(self.body)
        forms = [
            ((form.get("method") or "get").upper(), form.get("action") or "")
            for form in tree.xpath("//form")
        ]
        return [str(href) for href in tree.xpath("//a/@href")], forms


@dataclass
class Site:
    app: flask.Flask
    database: Database
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.database.reading() as session:
            for role in Role:
                self.people[role.value] = session.scalars(
                    select(Person).join(Office).where(Office.role == role).order_by(Person.id)
                ).first()

    def client(self, role: str) -> flask.testing.FlaskClient:
        client = self.app.test_client()
        if role != PUBLIC:
            with client.session_transaction(base_url=HOST) as cookie:
                cookie["_user_id"] = session_key(self.people[role])
                cookie["_fresh"] = True
        return client

    def told_apart(self, visit: Visit) -> bytes:
        """The page without what names this visitor: the same for all who see the same."""
        body = re.sub(rb'(name="csrf_token" value=")[^"]*', rb"\1", visit.body)
        if visit.role != PUBLIC:
            for own in (self.people[visit.role].name, str(ROLE_LABELS[Role(visit.role)])):
                body = body.replace(str(escape(own)).encode(), b"own")
        return body

    def endpoint_of(self, url: str, method: str = "GET") -> tuple[str, dict[str, object]] | None:
        """Which view answers an address, with its values."""
        adapter = self.app.url_map.bind("nmrf.test", url_scheme="http")
        try:
            return adapter.match(urlsplit(url).path, method)
        except (HTTPException, RequestRedirect):
            return None

    def crawl(self, role: str, start: str = "/") -> Iterator[Visit]:
        """Open everything that this role finds by following links, some of each kind."""
        client = self.client(role)
        waiting = [(start, "")]
        seen: set[str] = set()
        opened: defaultdict[str, int] = defaultdict(int)
        while waiting:
            url, came_from = waiting.pop(0)
            found = self.endpoint_of(url)
            if url in seen or found is None or found[0] == "static":
                continue
            seen.add(url)
            if opened[found[0]] >= TIMES:
                continue
            opened[found[0]] += 1
            with client.get(url, base_url=HOST) as answer:
                visit = Visit(
                    role, url, found[0], answer.status_code, answer.data, answer.mimetype, came_from
                )
                target = answer.headers.get("Location")
            yield visit
            if target:
                waiting.append((_local(target, url), url))
            # Mails in the log are addressed to others, and so are their links.
            if visit.mimetype == "text/html" and visit.endpoint not in MAILS:
                waiting += [(link, url) for link in visit.links]


def _local(href: str, page: str) -> str:
    absolute = urldefrag(urljoin(HOST + page, href)).url
    return absolute.removeprefix(HOST) or "/" if absolute.startswith(HOST) else ""
