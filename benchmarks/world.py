"""A database with 5,000 recommendations, a report of 300 paragraphs and 2,000 comments."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import flask
from sqlalchemy import event, insert, text

from nmrf.accounts.models import InstitutionKind, Person
from nmrf.accounts.queries import session_key
from nmrf.app import create_app
from nmrf.core.ctx import Ctx
from nmrf.core.db import Database
from nmrf.core.roles import SYSTEM, Role
from nmrf.core.search import fold
from nmrf.feedback.models import Channel, Comment, CommentState, CommentWindow, Mode
from nmrf.recommendations.models import Recommendation
from nmrf.reports.models import Block, BlockKind, Fate, Paragraph, Report, ReportKind, ReportVersion
from nmrf.settings import load_settings
from tests import factories
from tests.queries import count_statements
from tests.schema import create_schema

RECOMMENDATIONS, PARAGRAPHS, COMMENTS = 5_000, 300, 2_000
SENTENCE = (
    "Continue to strengthen measures to protect the rights of persons in vulnerable situations, "
    "and report on progress in the next cycle, in cooperation with civil society"
)


class World:
    """The service on a filled database; closed at the end of the block."""

    def __init__(self, url: str, folder: Path) -> None:
        self.database = Database(url)
        create_schema(self.database)
        settings = load_settings(
            environment="testing",
            secret_key="b" * 40,
            instance=folder / "instance",
            comments_per_hour=10_000_000,
        )
        self.app = create_app(settings, database=self.database)
        self.app.config["WTF_CSRF_ENABLED"] = False
        kept = self.app.extensions["nmrf"]
        self.house, self.clock = kept.house, kept.clock
        with self.database.writing() as session:
            ctx = Ctx(SYSTEM, self.clock.now(), session, self.house)
            self._fill(ctx)
        if self.database.url.get_backend_name() == "postgresql":
            with self.database.engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                connection.execute(text("ANALYZE"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.database.dispose()

    def _fill(self, ctx: Ctx) -> None:
        session = ctx.session
        ministry = factories.institution(session, "Ministry of Examples", InstitutionKind.MINISTRY)
        self.secretary: Person = factories.person(session, Role.SECRETARIAT, ministry)
        cycle = factories.cycle(session, 48)
        self.cycle_id = cycle.id
        session.execute(
            insert(Recommendation),
            [
                {
                    "cycle_id": cycle.id,
                    "number": f"140.{n}",
                    "sort_key": f"00140.{n:05}",
                    "text": f"{SENTENCE} ({n})",
                    "search_text": fold(f"140.{n} {SENTENCE}"),
                    "position": "supported" if n % 6 else "noted",
                    "parts": [],
                }
                for n in range(1, RECOMMENDATIONS + 1)
            ],
        )
        report = Report(
            cycle_id=cycle.id,
            kind=ReportKind.NATIONAL,
            title="National report",
            word_limit=10_700,
            created_at=ctx.now,
        )
        session.add(report)
        session.flush()
        version = ReportVersion(report_id=report.id, number=1, state="draft", created_at=ctx.now)
        session.add(version)
        paragraphs = [Paragraph(report_id=report.id) for _n in range(PARAGRAPHS)]
        session.add_all(paragraphs)
        session.flush()
        session.execute(
            insert(Block),
            [
                {
                    "version_id": version.id,
                    "paragraph_id": paragraph.id,
                    "position": n,
                    "kind": BlockKind.PARAGRAPH,
                    "number": n,
                    "text": " ".join([SENTENCE + "."] * 3),
                    "words": 80,
                    "fate": Fate.NEW,
                    "unresolved": [],
                }
                for n, paragraph in enumerate(paragraphs, 1)
            ],
        )
        session.flush()
        from nmrf.reports.service import publish

        publish(ctx, version)
        window = CommentWindow(
            version_id=version.id,
            opens_at=ctx.now - timedelta(days=1),
            closes_on=ctx.today + timedelta(days=30),
        )
        session.add(window)
        session.flush()
        self.version_id, self.window_id = version.id, window.id
        blocks = session.execute(
            text("SELECT id, paragraph_id FROM block WHERE version_id = :v ORDER BY position"),
            {"v": version.id},
        ).all()
        session.execute(
            insert(Comment),
            [
                {
                    "id": uuid.uuid4().hex,
                    "mode": Mode.ANONYMOUS,
                    "version_id": version.id,
                    "block_id": blocks[n % PARAGRAPHS].id,
                    "paragraph_id": blocks[n % PARAGRAPHS].paragraph_id,
                    "text": SENTENCE,
                    "channel": Channel.WEB,
                    "received_on": ctx.today,
                    "receipt_hash": uuid.uuid4().hex * 2,
                    "state": CommentState.SHOWN,
                }
                for n in range(COMMENTS)
            ],
        )

    def client(self, person: Person | None = None) -> flask.testing.FlaskClient:
        client = self.app.test_client()
        if person is not None:
            with client.session_transaction() as cookie:
                cookie["_user_id"] = session_key(person)
                cookie["_fresh"] = True
        return client

    def statements(self, call: Callable[[], object]) -> int:
        """How many statements one call sends."""
        with count_statements(self.database) as sent:
            call()
        return len(sent)

    def asked(self, call: Callable[[], object]) -> list[tuple[str, Any]]:
        """The statements of one call, each with its values, to be sent again by the driver."""
        sent: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
            sent.append((statement, values))

        event.listen(self.database.engine, "before_cursor_execute", note)
        call()
        event.remove(self.database.engine, "before_cursor_execute", note)
        return sent

    def get(self, url: str, person: Person | None = None) -> Callable[[], bytes]:
        """Opens a page; fails when it is not there."""
        client = self.client(person)

        def call() -> bytes:
            with client.get(url) as answer:
                if answer.status_code != 200:
                    message = f"{url} gave {answer.status_code}"
                    raise RuntimeError(message)
                return answer.data

        return call
