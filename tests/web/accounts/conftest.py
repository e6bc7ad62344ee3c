from __future__ import annotations

import pytest

from tests.factories.accounts import with_password
from tests.factories.accounts import world as make_world


@pytest.fixture
def app(app):
    # Pages of slices above, to which sign-in and mails lead.
    for endpoint, address in {"portal.home": "/", "desk.mine": "/desk"}.items():
        if endpoint not in app.view_functions:
            app.add_url_rule(address, endpoint, lambda: "")
    return app


@pytest.fixture
def world(ctx):
    """All people of the world have the password of the tests."""
    made = make_world(ctx.session)
    for person in (
        made.admin,
        made.secretary,
        made.focal,
        made.alternate,
        made.authority,
        made.ombudsman,
        made.stakeholder,
    ):
        with_password(ctx.session, person)
    ctx.session.commit()
    return made


@pytest.fixture
def fresh(ctx):
    """A row as the last request left it. Nothing stays locked for the next one."""

    def read(row):
        ctx.session.rollback()
        ctx.session.refresh(row)
        ctx.session.commit()
        return row

    return read


@pytest.fixture
def found(ctx):
    """The rows of a query, as the last request left them."""

    def read(query):
        ctx.session.rollback()
        rows = list(ctx.session.scalars(query).unique())
        ctx.session.commit()
        return rows

    return read
