"""The list of windows."""

from __future__ import annotations

import flask

from nmrf import access
from nmrf.feedback import queries_answers, queries_windows
from nmrf.feedback.views.common import bp, phase_of
from nmrf.web.edge import ctx


@bp.get("/comments")
def index() -> str:
    context = ctx()
    windows = queries_windows.windows(context)
    return flask.render_template(
        "feedback/index.html",
        windows=[(window, phase_of(context, window)) for window in windows],
        waiting={one.window.id: one for one in queries_answers.unanswered(context)},
        keeps=access.can(context.actor, "comment.dispose").yes,
    )
