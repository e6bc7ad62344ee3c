from __future__ import annotations

import pytest

from tests.service.reports import conftest as services

world = services.world
drafter = services.drafter
secretary = services.secretary
second = services.second


@pytest.fixture
def client_for(client_for, ctx):
    """Clients that end the test's own transaction first: a post would wait for it on SQLite."""

    def make(person=None):
        client = client_for(person)
        send = client.open

        def open_(*args, **values):
            ctx.session.commit()
            return send(*args, **values)

        client.open = open_
        return client

    return make


@pytest.fixture
def published(world, second):
    """Version 1 is public, version 2 a draft."""
    return world
