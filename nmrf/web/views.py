"""Pages of the service itself: language, health, the gallery of its elements."""

from __future__ import annotations

from urllib.parse import urlsplit

import flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.web.design import DesignForm
from nmrf.web.edge import allow, ctx, edge

bp = flask.Blueprint("web", __name__)


def local_target(target: str | None) -> str:
    """An address on this site to go on to; anything else leads home."""
    parts = urlsplit(target or "")
    # A browser reads "/\\host" and "//host" as another site.
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in (target or ""):
        return flask.url_for("portal.home")
    if parts.path.startswith("//"):
        return flask.url_for("portal.home")
    return parts.path + (f"?{parts.query}" if parts.query else "")


@bp.get("/language/<code>")
def choose_language(code: str) -> Response:
    if code not in edge().house.settings.languages:
        raise NotFound(_("The service does not speak this language."))
    flask.session["language"] = code
    return flask.redirect(local_target(flask.request.args.get("next")))


@bp.get("/health")
def health() -> tuple[dict[str, str], int]:
    try:
        ctx().session.execute(text("SELECT 1 FROM event_head"))
    except SQLAlchemyError:
        return {"status": "database not ready"}, 503
    return {"status": "ok"}, 200


@bp.get("/design")
def design() -> str:
    allow("service.administer")
    return flask.render_template("components/gallery.html", form=DesignForm.with_problems())
