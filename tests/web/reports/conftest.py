from __future__ import annotations

import pytest

from tests.service.reports import conftest as services

world = services.world
drafter = services.drafter
secretary = services.secretary
second = services.second

# Pages of other slices that the pages of reports link to.
LINKED = {
    "recommendations.index": "/recommendations",
    "recommendations.recommendation": "/recommendations/<int:recommendation_id>",
    "updates.update": "/updates/<int:update_id>",
}


@pytest.fixture
def app(app):
    for endpoint, rule in LINKED.items():
        if endpoint not in app.view_functions:
            app.add_url_rule(rule, endpoint, lambda **_values: "")
    return app


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
