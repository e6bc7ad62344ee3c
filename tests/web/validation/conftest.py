from __future__ import annotations

import pytest

from nmrf.validation import service
from tests.factories.validation import realm as make_realm


@pytest.fixture
def realm(ctx):
    made = make_realm(ctx.session)
    ctx.session.commit()
    return made


@pytest.fixture
def started(ctx, realm):
    """The first version on its way along the standard route."""
    run = service.start(ctx, realm.version)
    ctx.session.commit()
    return run
