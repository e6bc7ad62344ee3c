"""The public pages: home, about, protection, accessibility, institutions, open data, search."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from nmrf.accounts.models import INSTITUTION_KIND_LABELS
from nmrf.consultations import kinds
from nmrf.consultations.queries import upcoming
from nmrf.consultations.views.lists import due_of as consultation_due
from nmrf.core import due as core_due
from nmrf.core.due import Due
from nmrf.cycles.models import Milestone
from nmrf.cycles.queries import current_cycle, due_of, next_dates, title_of
from nmrf.cycles.stage_line import stage_line
from nmrf.feedback.models import CommentWindow
from nmrf.feedback.queries import open_windows
from nmrf.files.views import send
from nmrf.portal import charts, exports, queries
from nmrf.portal.datasets import DATASETS
from nmrf.portal.search import Found, search
from nmrf.recommendations.models import POSITION_LABELS
from nmrf.reports.queries import reports
from nmrf.web.edge import ctx, edge

bp = flask.Blueprint("portal", __name__)


@dataclass(frozen=True)
class Date:
    """A date of the cycle on the home page."""

    milestone: Milestone
    title: str
    due: Due | None


@dataclass(frozen=True)
class Open:
    """A draft that is open for comment."""

    window: CommentWindow
    due: Due


@bp.get("/")
def home() -> str:
    """In one look: where we are, what you can do now, the next dates, how it stands."""
    context = ctx()
    cycle = current_cycle(context.session)
    shown = queries.standing(context)
    consultation = next(iter(upcoming(context, 1)), None)
    zone = context.house.settings.time_zone
    return flask.render_template(
        "portal/home.html",
        cycle=cycle,
        line=stage_line(
            cycle,
            context.today,
            url=lambda stage: flask.url_for(
                "cycles.cycle", cycle_id=cycle.id, _anchor=f"stage-{stage.value}"
            ),
        )
        if cycle
        else None,
        windows=[
            Open(one, core_due.due(one.closes_on, context.now, zone))
            for one in open_windows(context)
        ],
        consultation=consultation,
        consultation_due=consultation_due(context, consultation) if consultation else None,
        consultation_kind=kinds.kind_label(context, consultation.kind) if consultation else "",
        dates=[Date(one, title_of(one), due_of(context, one)) for one in next_dates(context, cycle)]
        if cycle
        else [],
        standing=shown,
        chart=charts.by_position(
            context,
            shown,
            lambda position: flask.url_for(
                "recommendations.index", cycle=shown.cycle.id, position=position.value
            ),
        )
        if shown
        else None,
        positions=[
            (
                str(POSITION_LABELS[position]),
                shown.of(position),
                flask.url_for(
                    "recommendations.index", cycle=shown.cycle.id, position=position.value
                ),
            )
            for position in shown.by_position
        ]
        if shown
        else [],
        published=reports(context)[:4],
    )


@bp.get("/about")
def about() -> str:
    return flask.render_template("portal/about.html", contact=_contact())


@bp.get("/protection")
def protection() -> str:
    return flask.render_template("portal/protection.html", contact=_contact())


@bp.get("/accessibility")
def accessibility() -> str:
    return flask.render_template("portal/accessibility.html", contact=_contact())


def _contact() -> str:
    return edge().house.settings.mail_from_address


@bp.get("/institutions")
def institutions() -> str:
    """Who carries what out. Institutions only, nobody's name."""
    context = ctx()
    shown = queries.standing(context)
    cycle = shown.cycle if shown else None
    lines = queries.institutions(context, cycle)

    def lead_url(line: queries.Lead) -> str:
        return flask.url_for(
            "recommendations.index", cycle=cycle.id if cycle else None, lead=line.institution.id
        )

    return flask.render_template(
        "portal/institutions.html",
        cycle=cycle,
        chart=charts.by_institution(context, lines, lead_url),
        lines=[
            (
                line,
                str(INSTITUTION_KIND_LABELS[line.institution.kind]),
                lead_url(line),
                flask.url_for(
                    "recommendations.index",
                    cycle=cycle.id if cycle else None,
                    ours=line.institution.id,
                ),
            )
            for line in lines
        ],
    )


@bp.get("/open-data")
def open_data() -> str:
    return flask.render_template(
        "portal/open_data.html", datasets=DATASETS.values(), formats=exports.FORMATS.items()
    )


@bp.get("/open-data/<name>.<kind>")
def dataset(name: str, kind: str) -> Response:
    """A dataset as a file."""
    made = exports.export(ctx(), name, kind)
    return send(made.data, made.name, made.mime)


@bp.get("/search", endpoint="search")
def search_page() -> str:
    """One box over all that can be read."""
    words = flask.request.args.get("q", "").replace("\x00", "").strip()
    found: list[Found] = search(ctx(), words) if words else []
    return flask.render_template(
        "portal/search.html",
        words=words,
        groups=[
            (group, [(hit, flask.url_for(hit.endpoint, **hit.values)) for hit in group.hits])
            for group in found
        ],
    )
