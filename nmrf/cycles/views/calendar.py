"""The calendar of everything that has a date, as a page and as feeds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import flask
from babel.dates import format_skeleton
from werkzeug.wrappers import Response

from nmrf.core import i18n, words
from nmrf.core.calendar import add_months
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.core.roles import PUBLIC
from nmrf.cycles import calendar as cycle_calendar
from nmrf.cycles import entries, queries
from nmrf.cycles.due import due
from nmrf.cycles.views.common import bp
from nmrf.outbox.ics import feed as as_feed
from nmrf.web.edge import ctx

CALENDAR_MONTHS = 12


def _kinds() -> list[str]:
    return [kind for kind in flask.request.args.getlist("kind") if kind in entries.KINDS]


def _first_month(today: date) -> date:
    text = flask.request.args.get("from", "")
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = today.replace(day=1)
    return min(max(first, date(2000, 1, 1)), date(2099, 1, 1))


@bp.get("/calendar")
def calendar() -> str:
    context = ctx()
    kinds, first = _kinds(), _first_month(context.today)
    last = add_months(first, CALENDAR_MONTHS) - timedelta(days=1)
    found = entries.collect(context, kinds=kinds, first=first, last=last)
    zone = context.house.settings.time_zone
    months = [
        {
            "label": format_skeleton("yMMMM", month, locale=i18n.locale()),
            "iso": f"{month:%Y-%m}",
            "entries": [_shown(context, entry) for entry in group],
        }
        for month, group in groupby(
            found, key=lambda e: max(e.first_day(zone), first).replace(day=1)
        )
    ]
    args: dict[str, Any] = {"kind": kinds} if kinds else {}
    token = cycle_calendar.feed_token(context)
    link = context.house.link
    return flask.render_template(
        "cycles/calendar.html",
        months=months,
        first=first,
        last=last,
        groups=[
            {
                "name": "kind",
                "label": _("Kind"),
                "options": [
                    {"value": name, "label": str(label), "chosen": name in kinds}
                    for name, label in entries.KINDS.items()
                ],
            }
        ],
        kinds=kinds,
        from_=f"{first:%Y-%m}" if flask.request.args.get("from") else "",
        earlier=_month_url(add_months(first, -CALENDAR_MONTHS), args),
        later=_month_url(add_months(first, CALENDAR_MONTHS), args),
        feed_url=link("cycles.feed", **args),
        own_feed_url=link("cycles.feed", token=token, **args) if token else "",
        cycles=queries.cycles(context.session),
    )


def _month_url(month: date, args: dict[str, Any]) -> str:
    return flask.url_for("cycles.calendar", **{"from": f"{month:%Y-%m}", **args})


def _shown(context: Ctx, entry: entries.CalendarEntry) -> dict[str, Any]:
    zone = context.house.settings.time_zone
    here = context.house.settings.zone
    timed = entry.start.astimezone(here) if isinstance(entry.start, datetime) else None
    day = entry.first_day(zone)
    last = entry.last_day(zone)
    # Of what lasts for days only the last one ends at 24:00, and that is said after "until".
    one_day = last == day
    said = due(
        day,
        context.now,
        zone,
        at=timed.time() if timed else None,
        delivered_on=day if entry.delivered and one_day else None,
        deadline=entry.deadline and one_day,
        month_only=entry.month_only,
        late_matters=False,
    )
    return {
        "entry": entry,
        "due": said,
        "until": words.short_day(last) if not one_day else "",
        "kind": str(entries.KINDS[entry.kind]),
        "today": day <= context.today <= last,
    }


@bp.get("/calendar.ics")
def feed() -> Response:
    """The calendar to subscribe to: the public one, or by token what its person may see."""
    context = ctx()
    token = flask.request.args.get("token", "")
    # Without a token it is the public one for everybody: caches may keep it.
    reader = cycle_calendar.feed_actor(context, token) if token else PUBLIC
    context = context.acting_as(reader)
    language = reader.language if token else i18n.language()
    with i18n.speaking(language):
        found = entries.collect(
            context, kinds=_kinds(), first=add_months(context.today, -CALENDAR_MONTHS)
        )
        text = as_feed(
            [entries.as_event(context, entry) for entry in found],
            name=context.house.settings.site_name,
            url=context.house.link("cycles.feed", **flask.request.args.to_dict(flat=False)),
        )
    response = flask.Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
    if token:
        response.headers["Cache-Control"] = "private, no-store"
    return response
