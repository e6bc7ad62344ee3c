"""The implementation matrix on screen and as a file."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.core.roles import Visibility
from nmrf.files.views import send
from nmrf.recommendations import exports_plan, plan
from nmrf.recommendations.views.common import bp, cycle_label, page_number
from nmrf.recommendations.views.register import chosen_filter
from nmrf.web.edge import ctx
from nmrf.web.pager import pager


@bp.get("/matrix")
def matrix() -> str:
    """Recommendation, action, indicator, responsible body, partners, timeframe, state."""
    context = ctx()
    chosen = chosen_filter()
    page = plan.page(context, chosen, page_number())
    return flask.render_template(
        "recommendations/matrix.html",
        chosen=chosen,
        page=page,
        pages=pager(page),
        cycles={row.recommendation.cycle_id for row in page.items},
        cycle_label=cycle_label,
        plan=plan,
        public=Visibility.PUBLIC,
        exports=[
            (
                str(label),
                flask.url_for(".matrix_export", format=kind, **chosen.args),
            )
            for kind, label in exports_plan.FORMATS.items()
        ],
        register_url=flask.url_for(".index", **chosen.args),
    )


@bp.get("/matrix/export")
def matrix_export() -> Response:
    """The filter on screen as a Word or Excel file."""
    made = exports_plan.export(ctx(), chosen_filter(), flask.request.args.get("format", ""))
    return send(made.data, made.name, made.mime)
