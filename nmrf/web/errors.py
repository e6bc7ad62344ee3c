"""Error pages: what happened, and what to do next."""

from __future__ import annotations

import logging

import flask
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as WerkzeugResponse
from werkzeug.wrappers import Response

from nmrf.core.errors import (
    Conflict,
    Invalid,
    NotFound,
    NotReady,
    ProblemError,
    Refused,
    TooLarge,
)
from nmrf.core.faults import place_of
from nmrf.core.i18n import _
from nmrf.web.edge import actor
from nmrf.web.problems import plain_page, problem_page

log = logging.getLogger("nmrf.request")


def init_errors(app: flask.Flask) -> None:
    app.register_error_handler(ProblemError, _on_problem)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(StaleDataError, _on_stale)
    app.register_error_handler(DataError, _on_impossible)
    app.register_error_handler(OverflowError, _on_impossible)
    app.register_error_handler(Exception, _on_exception)


def _on_problem(problem: ProblemError) -> Response:
    if isinstance(problem, Refused) and not actor().is_authenticated:
        wanted = flask.request.full_path if flask.request.method == "GET" else None
        flask.flash(_("Please sign in to go on."), "info")
        return flask.redirect(flask.url_for("accounts.sign_in", next=wanted))
    return problem_page(problem)


def _on_stale(_error: StaleDataError) -> Response:
    return problem_page(
        Conflict(
            _(
                "Somebody else changed this at the same moment, so nothing was saved. "
                "Go back, load the page again, and repeat your change."
            )
        )
    )


def form_expired(_error: CSRFError) -> Response:
    """The guard of a form did not fit: it ran out, or another site sent the form."""
    return plain_page(
        400,
        _(
            "This form was open too long, or did not come from this service. Nothing was saved. "
            "Go back, load the page again, and send it once more; copy your text first."
        ),
    )


def _on_http(error: HTTPException) -> WerkzeugResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 404:
        return problem_page(NotFound(_("No page has this address. It may have been moved.")))
    if error.code == 413:
        limit = (flask.request.max_content_length or 0) // 1_000_000
        return problem_page(
            TooLarge(_("A file or form may have %(mb)s MB at most. Nothing was saved.", mb=limit))
        )
    return plain_page(error.code or 400, _("Nothing was saved. Go back and try again."))


def _on_impossible(error: Exception) -> Response:
    """A number, a date or a text came through that no column can hold."""
    log.warning("impossible value", extra={"error": place_of(error)})
    return problem_page(
        Invalid(
            _(
                "A number or a date that was sent is far too large, or a text holds a character "
                "that cannot be kept. Nothing was saved. Go back and correct it."
            )
        )
    )


def _on_exception(error: Exception) -> Response:
    if isinstance(error, OperationalError | ProgrammingError) and _is_missing_table(error):
        return problem_page(
            NotReady(_("The database has not been set up. Run “nmrf init” on the server."))
        )
    # No message or values: an exception's text may hold what somebody wrote.
    log.error(
        "unhandled",
        extra={"error": type(error).__name__, "endpoint": flask.request.endpoint},
        exc_info=error if flask.current_app.debug else None,
    )
    if flask.current_app.testing:
        raise error
    return plain_page(
        500, _("Nothing was saved. Try again in a few minutes, or write to the secretariat.")
    )


def _is_missing_table(error: Exception) -> bool:
    text = str(error)
    return "no such table" in text or "does not exist" in text
