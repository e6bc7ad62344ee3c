from __future__ import annotations

import pytest

from nmrf.core.roles import Visibility
from nmrf.recommendations import queries, service
from nmrf.recommendations.commitments import Promise
from nmrf.recommendations.models_plan import CommitmentSource
from tests.factories import plan
from tests.factories.desk import loop as make_loop


@pytest.fixture
def loop(ctx):
    made = make_loop(ctx)
    one = queries.of_cycle(ctx.session, made.round.cycle)[0]
    moj = made.round.people.moj
    shown = plan.action(ctx.session, one, moj, "Open a road", Visibility.PUBLIC)
    plan.indicator(ctx.session, shown, "Roads")
    secret = plan.action(ctx.session, one, moj, "Secret meeting of engineers")
    plan.indicator(ctx.session, secret, "Secret meetings")
    promise = Promise("Report midway", CommitmentSource.PLENARY)
    service.add_commitment(ctx, made.round.cycle, promise)
    ctx.session.commit()
    return made
