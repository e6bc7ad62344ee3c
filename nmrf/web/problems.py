"""The page of a problem: what happened, and what to do next."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.core.errors import ProblemError
from nmrf.core.i18n import Lazy, _l

TITLES: dict[int, Lazy] = {
    400: _l("This request could not be understood"),
    401: _l("Please sign in"),
    403: _l("This is not open to you"),
    404: _l("There is nothing here"),
    405: _l("This address takes no such request"),
    409: _l("Somebody was quicker"),
    413: _l("This is too large"),
    415: _l("This kind of file is not taken"),
    422: _l("This needs another look"),
    429: _l("Too many tries"),
    500: _l("Something broke on our side"),
    503: _l("The service is not ready"),
}


def problem_page(problem: ProblemError) -> Response:
    """The page for a problem, with its status."""
    return plain_page(problem.status, str(problem))


def plain_page(status: int, message: str) -> Response:
    """An error page that says `message`, and is not kept by the browser."""
    title = str(TITLES.get(status, TITLES[400]))
    text = flask.render_template("errors/error.html", code=status, title=title, message=message)
    response = flask.make_response(text, status)
    response.headers["Cache-Control"] = "no-store"
    return response
