"""Which version of a text a person last looked at, so that the page can lead to what changed since.

Kept in a signed cookie of the browser, tied to the account: a page cannot write (decision 0010).
Of whoever is not signed in nothing is kept; what they read is nobody's business.
"""

from __future__ import annotations

from datetime import timedelta

import flask
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from nmrf.web.edge import actor, ctx

COOKIE = "seen"
MOST = 60  # texts that are remembered, the latest
KEPT = timedelta(days=400)
Seen = dict[str, list[int]]  # of each text: version before, latest version, day of the latest


def look(text: str, version: int) -> int | None:
    """Note that `version` of a text is looked at now; gives the one that was looked at before.

    None for a first look, for another look at the same version on a later day, and for whoever is
    not signed in. `text` is its lasting name, such as "report-12".
    """
    if not actor().is_authenticated:
        return None
    seen = _seen()
    today = ctx().today.toordinal()
    before, latest, day = seen.get(text, [0, 0, 0])
    if version < latest or (version == latest and day != today):
        return None  # an older one is read again, or nothing is new
    if version > latest:
        before = latest
    seen.pop(text, None)
    seen[text] = [before, version, today]
    flask.g.seen_changed = True
    return before or None


def init_seen(app: flask.Flask) -> None:
    """Let answers carry the cookie when something was looked at."""
    app.after_request(_keep)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(flask.current_app.secret_key or "", salt="seen")


def _seen() -> Seen:
    if "seen" not in flask.g:
        flask.g.seen = {}
        try:
            kept = _signer().loads(flask.request.cookies.get(COOKIE, ""))
        except BadData:
            kept = {}
        # On a device that people share, one must not learn what another one read.
        if kept.get("of") == actor().id:
            flask.g.seen = kept["seen"]
    return flask.g.seen


def _keep(response: Response) -> Response:
    if flask.g.get("seen_changed"):
        latest: Seen = dict(list(_seen().items())[-MOST:])
        response.set_cookie(
            COOKIE,
            _signer().dumps({"of": actor().id, "seen": latest}),
            max_age=KEPT,
            secure=flask.current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
