"""The application factory: puts settings, database, slices and the edge together."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

import flask
from flask_login import LoginManager
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from nmrf import tables
from nmrf.accounts.login import SignedIn
from nmrf.accounts.queries import signed_in_actor
from nmrf.core.calendar import WorkingCalendar
from nmrf.core.clock import Clock, SystemClock
from nmrf.core.ctx import House
from nmrf.core.db import Database
from nmrf.paths import STATIC, TEMPLATES
from nmrf.settings import Settings, load_settings
from nmrf.web.addresses import RowNumber
from nmrf.web.edge import Edge, ctx, init_edge, session
from nmrf.web.errors import init_errors
from nmrf.web.filters import init_filters
from nmrf.web.headers import init_headers
from nmrf.web.logs import configure_logs, init_request_log
from nmrf.web.seen import init_seen

SLICES = (
    "web",
    "accounts",
    "outbox",
    "files",
    "cycles",
    "recommendations",
    "updates",
    "consultations",
    "reports",
    "validation",
    "feedback",
    "desk",
    "portal",
    "jobs",
)


def make_house(settings: Settings, app: flask.Flask) -> House:
    """What is the same for the life of the process."""
    addresses = app.url_map.bind(
        settings.base_url.split("://", 1)[1], url_scheme=settings.base_url.split("://", 1)[0]
    )

    def link(endpoint: str, **values: Any) -> str:
        return addresses.build(endpoint, values, force_external=True)

    return House(
        settings=settings,
        calendar=WorkingCalendar(country=settings.country, zone=settings.time_zone),
        link=link,
    )


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
) -> flask.Flask:
    """The web application.

    Raises:
        SettingsError: when a setting is wrong; the message names it.
    """
    settings = settings or load_settings()
    configure_logs(settings.log_level, settings.log_format)
    app = flask.Flask("nmrf", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(
        SECRET_KEY=settings.secret_keys[0],
        SECRET_KEY_FALLBACKS=list(settings.secret_keys[1:]),
        TESTING=settings.environment == "testing",
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        SESSION_COOKIE_NAME="nmrf",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https"),
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=settings.session_hours * 3600,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which no browser of ours sends
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.json.sort_keys = False  # type: ignore[attr-defined]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]

    app.url_map.converters["int"] = RowNumber

    init_request_log(app)
    init_edge(
        app,
        Edge(
            database or Database(settings.database_url),
            make_house(settings, app),
            clock or SystemClock(),
        ),
    )
    init_seen(app)
    init_headers(app, https=settings.base_url.startswith("https"))
    init_errors(app)
    CSRFProtect(app)
    _init_sign_in(app)
    for name in SLICES:
        app.register_blueprint(importlib.import_module(f"nmrf.{name}.views").bp)
    init_filters(app)
    return app


def _init_sign_in(app: flask.Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # it would tie the session to the address

    @manager.user_loader
    def load(key: str) -> SignedIn | None:
        kept = app.extensions["nmrf"]
        today = kept.clock.now().astimezone(kept.house.settings.zone).date()
        actor = signed_in_actor(session(), key, today)
        return SignedIn(actor, key) if actor else None


__all__ = ["create_app", "ctx", "make_house", "tables"]
