from __future__ import annotations

import pytest

from nmrf.accounts.queries import actor_for
from nmrf.desk import queries
from tests.factories.desk import loop as make_loop


@pytest.fixture
def loop(ctx):
    made = make_loop(ctx)
    ctx.session.commit()
    return made


@pytest.fixture
def titles(ctx):
    """What waits for a person, by title, in order."""

    def ask(person):
        actor = actor_for(ctx.session, person, ctx.today)
        return [task.title for task in queries.waiting(ctx.acting_as(actor))]

    return ask
