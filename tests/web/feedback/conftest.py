from __future__ import annotations

import pytest

from tests.service.feedback import conftest as services

world = services.world
secretary = services.secretary
public = services.public
stakeholder = services.stakeholder


@pytest.fixture
def window(ctx, world):
    """Takes comments until 9 December 2026; committed."""
    from tests.factories import feedback as rows

    made = rows.window(ctx.session, world.version, invitation="What is missing?")
    ctx.session.commit()
    return made
