"""The edge of a request: one session, one actor, one time, one commit.

A safe method gets a reading session and never commits. Any other commits once, after the view
answered without an error; a refused form or an exception rolls everything back.
"""

from __future__ import annotations

import logging
from typing import Any

import flask
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.core import i18n
from nmrf.core.clock import Clock
from nmrf.core.ctx import Ctx, House
from nmrf.core.db import Database
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import PUBLIC, Actor
from nmrf.web.problems import problem_page

log = logging.getLogger("nmrf.request")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Edge:
    """What a request needs from the process; kept as `app.extensions["nmrf"]`."""

    def __init__(self, database: Database, house: House, clock: Clock) -> None:
        self.database = database
        self.house = house
        self.clock = clock


def edge() -> Edge:
    return flask.current_app.extensions["nmrf"]


def session() -> Session:
    """The session of this request."""
    if "session" not in flask.g:
        flask.g.session = edge().database.session(writing=flask.request.method not in SAFE)
    return flask.g.session


def actor() -> Actor:
    """Whoever makes this request."""
    return current_user.actor if current_user and current_user.is_authenticated else PUBLIC


def ctx() -> Ctx:
    """Actor, time, session and house of this request."""
    if "ctx" not in flask.g:
        flask.g.ctx = Ctx(actor(), edge().clock.now(), session(), edge().house)
    return flask.g.ctx


def allow(action: str, thing: Any = None) -> None:
    """Refuse the request, with the reason, unless the actor may do this."""
    access.require(actor(), action, thing)


def keep_anyway() -> None:
    """Commit although the answer is an error page: a counted wrong password must stay counted."""
    flask.g.keep = True


def init_edge(app: flask.Flask, kept: Edge) -> None:
    app.extensions["nmrf"] = kept
    app.before_request(_begin)
    app.after_request(_finish)
    app.teardown_request(_close)


def _begin() -> None:
    # No text holds it, and PostgreSQL takes it in none.
    if "\x00" in flask.request.path or "%00" in flask.request.query_string.decode("latin-1"):
        raise Invalid(_("This address holds a character that no address has. Type it anew."))
    settings = edge().house.settings
    chosen = flask.session.get("language")
    if chosen not in settings.languages:
        chosen = flask.request.accept_languages.best_match(settings.languages)
    i18n.set_language(chosen or settings.default_language)


def _finish(response: Response) -> Response:
    opened: Session | None = flask.g.get("session")
    if opened is None or flask.request.method in SAFE:
        return response
    if response.status_code >= 400 and not flask.g.get("keep"):
        opened.rollback()
        return response
    try:
        opened.commit()
    except (StaleDataError, IntegrityError) as error:
        opened.rollback()
        log.warning("conflict at commit", extra={"error": type(error).__name__})
        return problem_page(
            Conflict(
                _(
                    "Somebody else changed this at the same moment, so nothing was saved. "
                    "Go back, load the page again, and repeat your change."
                )
            )
        )
    except Exception as error:  # noqa: BLE001 - what fails only now gets the page it would get before
        opened.rollback()
        return flask.make_response(flask.current_app.handle_user_exception(error))
    return response


def _close(_error: BaseException | None) -> None:
    opened: Session | None = flask.g.pop("session", None)
    if opened is not None:
        opened.close()
