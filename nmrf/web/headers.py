"""Security headers: no page contacts another site, runs inline code or is framed."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.web.edge import actor

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_headers(app: flask.Flask, *, https: bool) -> None:
    @app.after_request
    def secure(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # Not even to ourselves: a proxy's log of style sheets would tell who read which page.
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if flask.request.endpoint != "static" and "Cache-Control" not in headers:
            private = actor().is_authenticated or flask.request.method != "GET"
            headers["Cache-Control"] = "no-store" if private else "no-cache"
        return response
