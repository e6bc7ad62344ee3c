from __future__ import annotations

import pytest

from tests.factories.desk import loop as make_loop


@pytest.fixture
def loop(ctx):
    made = make_loop(ctx)
    ctx.session.commit()
    return made
