"""Pages of accounts: sign-in, one's own account, people, institutions."""

from __future__ import annotations

import flask

bp = flask.Blueprint("accounts", __name__)
