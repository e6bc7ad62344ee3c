"""What templates can say: words, dates, static files, permissions."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from typing import Any

import flask
from babel import Locale
from markupsafe import Markup, escape

from nmrf import access
from nmrf.core import due, i18n, words
from nmrf.paths import STATIC
from nmrf.web import navigation
from nmrf.web.edge import actor, ctx, edge


def lines(text: str) -> Markup:
    """Plain text with its line breaks, everything else escaped."""
    if text.isprintable():  # one line, as most comments are
        return escape(text)
    return Markup("<br>").join(escape(line) for line in text.splitlines())


@cache
def _fingerprint(path: str) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def static(path: str) -> str:
    """The address of a static file; it changes with the file, so that it can be kept for ever."""
    return flask.url_for("static", filename=path, v=_fingerprint(path))


def address(**changes: Any) -> str:
    """This page's address with some of its query changed, for pages and facets."""
    values: dict[str, Any] = {**(flask.request.view_args or {})}
    values |= flask.request.args.to_dict(flat=False)
    values |= changes
    kept = {key: value for key, value in values.items() if value not in (None, "", [])}
    return flask.url_for(flask.request.endpoint or "portal.home", **kept)


def init_filters(app: flask.Flask) -> None:
    app.jinja_env.filters.update(
        day=words.day,
        short_day=words.short_day,
        moment=lambda value: words.moment(value, edge().house.settings.zone),
        short_moment=lambda value: words.short_moment(value, edge().house.settings.zone),
        number=words.number,
        lines=lines,
    )
    app.jinja_env.globals.update(
        static=static,
        address=address,
        due=_due,
        can=lambda action, thing=None: access.can(actor(), action, thing),
    )
    i18n.install(app.jinja_env)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        settings = edge().house.settings
        return {
            "site_name": settings.site_name,
            "state_name": _state_name(settings.country, i18n.language()),
            "lang": i18n.language(),
            "direction": i18n.direction(),
            "languages": [(code, _own_name(code)) for code in settings.languages],
            "language_url": lambda code: flask.url_for(
                "web.choose_language", code=code, next=flask.request.full_path
            ),
            "actor": actor(),
            "nav": navigation.main(app, actor()),
            "footer_nav": navigation.footer(app),
            "page_url": lambda endpoint: navigation.address(app, endpoint),
            "now": ctx().now,
            "today": ctx().today,
            "zone": settings.time_zone,
            "demo": settings.demo,
            "theme": _theme(),
            "form_refused": lambda: flask.g.get("form_refused", False),
            "mail_catcher_url": navigation.address(app, "outbox.caught") if settings.demo else "",
        }


def _due(day: date | None, **said: Any) -> due.Due | None:
    """A date for `ui.due`; None where the date is not known."""
    return due.due(day, ctx().now, edge().house.settings.time_zone, **said) if day else None


def _theme() -> str:
    chosen = flask.request.cookies.get("theme", "")
    return chosen if chosen in {"light", "dark"} else ""


@cache
def _own_name(code: str) -> str:
    locale = Locale.parse(code, sep="-")
    return (locale.get_display_name(locale) or code).capitalize()


@cache
def _state_name(country: str, language: str) -> str:
    return Locale.parse(language, sep="-").territories.get(country, country)
