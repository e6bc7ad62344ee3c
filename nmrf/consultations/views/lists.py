"""The list of consultations, what was agreed at them, and how far they reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import flask
from babel.dates import get_month_names
from sqlalchemy import select

from nmrf.access import can
from nmrf.accounts.models import Institution
from nmrf.consultations import kinds, queries, series
from nmrf.consultations.models import STATE_LABELS, Consultation, ConsultationState
from nmrf.consultations.reach import reach_of_cycle
from nmrf.consultations.views.common import BADGES, bp
from nmrf.core import i18n, words
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.i18n import _
from nmrf.core.paging import Page
from nmrf.cycles.due import due
from nmrf.cycles.queries import current_cycle, cycles, get_cycle
from nmrf.web.edge import allow, ctx
from nmrf.web.filters import address


def due_of(context: Ctx, one: Consultation) -> Due:
    """When it takes place: "10:00–13:00" where it ends on the same day."""
    zone = context.house.settings.zone
    starts, ends = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
    said = due(
        starts.date(),
        context.now,
        context.house.settings.time_zone,
        at=starts.time(),
        deadline=False,
    )
    if starts.date() != ends.date():
        return said
    return replace(said, time=f"{starts:%H:%M}–{ends:%H:%M}")


def end_words(context: Ctx, one: Consultation) -> str:
    """When it ends, where that is another day; else nothing."""
    zone = context.house.settings.zone
    starts, ends = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
    if starts.date() == ends.date():
        return ""
    clock = f"{ends:%H:%M} {ends.tzname()}"
    return _("until %(day)s, %(time)s", day=words.short_day(ends.date()), time=clock)


def line(context: Ctx, one: Consultation) -> dict[str, Any]:
    """A consultation in a list."""
    return {
        "one": one,
        "due": due_of(context, one),
        "kind": kinds.kind_label(context, one.kind),
        "state": str(STATE_LABELS[one.state]),
        "badge": BADGES[one.state],
        "shows_state": one.state != ConsultationState.HELD,
    }


def pages(page: Page[Any]) -> dict[str, Any]:
    """A page of a list for `ui.pagination`."""
    numbers = range(1, page.pages + 1)
    near = [n for n in numbers if n in {1, page.pages} or abs(n - page.number) <= 2]
    return {
        "page": page.number,
        "pages": page.pages,
        "total": page.total,
        "first": page.first,
        "last": page.last,
        "previous_url": address(page=page.number - 1) if page.number > 1 else "",
        "next_url": address(page=page.number + 1) if page.number < page.pages else "",
        "links": [
            {"label": words.number(n), "url": address(page=n), "current": n == page.number}
            for n in near
        ],
    }


@bp.get("/consultations")
def index() -> str:
    context = ctx()
    number = flask.request.args.get("page", 1, int)
    page = queries.past(context, number)
    manages = bool(can(context.actor, "consultation.manage"))
    return flask.render_template(
        "consultations/index.html",
        upcoming=[line(context, one) for one in queries.upcoming(context)],
        past=[line(context, one) for one in page.items],
        pages=pages(page),
        series=[(one, series.months_of(one)) for one in queries.all_series(context)]
        if manages
        else [],
        months=_month_names(),
        cycle=current_cycle(context.session),
        open_invitations=queries.open_invitations(context),
    )


def _month_names() -> dict[int, str]:
    return dict(get_month_names("wide", "stand-alone", locale=i18n.locale()))


@bp.get("/consultations/outcomes")
def outcomes() -> str:
    """What was agreed and is not done: all of it for the secretariat, else the own."""
    context = ctx()
    allow("board.see")
    every = can(context.actor, "consultation.manage")
    ids = list(context.session.scalars(select(Institution.id))) if every else None
    return flask.render_template(
        "consultations/outcomes.html",
        outcomes=[
            {
                "outcome": one,
                "due": due(one.due_on, context.now, context.house.settings.time_zone)
                if one.due_on
                else None,
            }
            for one in queries.open_outcomes(context, ids)
        ],
        every=bool(every),
    )


@bp.get("/consultations/reach")
def reach() -> str:
    """Who was reached in a cycle, and who was not at the table."""
    allow("board.see")
    context = ctx()
    wanted = flask.request.args.get("cycle", 0, int)
    cycle = get_cycle(context, wanted) if wanted else current_cycle(context.session)
    return flask.render_template(
        "consultations/reach.html",
        cycle=cycle,
        cycles=cycles(context.session),
        reach=reach_of_cycle(context, cycle) if cycle else None,
    )
