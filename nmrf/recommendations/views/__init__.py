"""Pages of the recommendations: register, memory page, import."""

from __future__ import annotations

import flask

bp = flask.Blueprint("recommendations", __name__, url_prefix="/recommendations")
