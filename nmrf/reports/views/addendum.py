"""The addendum: the State's positions, grouped as the UN expects them."""

from __future__ import annotations

import flask

from nmrf.cycles.queries import get_cycle
from nmrf.reports import exports
from nmrf.reports.citations import ranges
from nmrf.reports.positions import positions
from nmrf.reports.views.common import bp, recommendation_url, word_file
from nmrf.web.edge import allow, ctx


@bp.get("/cycles/<int:cycle_id>/addendum")
def addendum(cycle_id: int) -> str:
    context = ctx()
    cycle = get_cycle(context, cycle_id)
    allow("addendum.see", cycle)
    found = positions(context.session, cycle.id)
    return flask.render_template(
        "reports/addendum.html",
        cycle=cycle,
        positions=found,
        introduction=exports.introduction(context, cycle, found),
        ranges=ranges,
        recommendation_url=recommendation_url,
    )


@bp.get("/cycles/<int:cycle_id>/addendum/word")
def addendum_word(cycle_id: int) -> flask.Response:
    context = ctx()
    cycle = get_cycle(context, cycle_id)
    allow("addendum.see", cycle)
    return word_file(exports.addendum_file(context, cycle), exports.addendum_file_name(cycle))
