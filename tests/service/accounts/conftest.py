from __future__ import annotations

import pytest
from sqlalchemy import select

from nmrf.outbox.models import Message
from tests.factories.accounts import world as make_world


@pytest.fixture
def world(ctx):
    made = make_world(ctx.session)
    ctx.session.commit()
    return made


@pytest.fixture
def mails(ctx):
    """The mails queued so far, as (kind, address, subject)."""

    def queued():
        ctx.session.flush()
        rows = ctx.session.scalars(select(Message).order_by(Message.id))
        return [(row.kind, row.to_address, row.subject) for row in rows]

    return queued


@pytest.fixture
def body(ctx):
    """The text of the newest mail."""

    def newest():
        ctx.session.flush()
        return ctx.session.scalars(select(Message).order_by(Message.id.desc())).first().body

    return newest


@pytest.fixture
def app(app):
    # Mails lead to this page of a slice above.
    if "desk.mine" not in app.view_functions:
        app.add_url_rule("/desk", "desk.mine", lambda: "")
    return app
