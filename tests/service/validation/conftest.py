from __future__ import annotations

import pytest

from nmrf.validation import joints, service  # noqa: F401 - registers the gate
from tests.factories.validation import realm as make_realm


@pytest.fixture
def realm(ctx):
    made = make_realm(ctx.session)
    ctx.session.commit()
    return made


@pytest.fixture
def started(make_ctx, realm):
    """The first version on its way along the standard route."""
    return service.start(make_ctx(realm.secretary), realm.version)
