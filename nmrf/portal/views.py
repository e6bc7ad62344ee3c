"""The public pages: home, about, protection, accessibility, institutions, open data, search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf.accounts.models import INSTITUTION_KIND_LABELS, Institution
from nmrf.consultations import kinds
from nmrf.consultations.queries import upcoming
from nmrf.consultations.views.lists import due_of as consultation_due
from nmrf.core import due as core_due
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.i18n import _
from nmrf.core.words import number
from nmrf.cycles.models import Cycle, Milestone
from nmrf.cycles.queries import current_cycle, cycles, due_of, next_dates, title_of
from nmrf.cycles.stage_line import stage_line
from nmrf.feedback.models import CommentWindow
from nmrf.feedback.queries_windows import open_windows
from nmrf.files.views import send
from nmrf.portal import charts, exports, queries
from nmrf.portal.datasets import DATASETS
from nmrf.portal.progress import BY_LABELS, By, progress
from nmrf.portal.search import Found, Hit, marked, search
from nmrf.recommendations.models import POSITION_LABELS
from nmrf.recommendations.states_names import state_name
from nmrf.reports.queries import reports
from nmrf.web.edge import ctx, edge
from nmrf.web.filters import address

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
                flask.url_for(".institution", institution_id=line.institution.id),
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


@bp.get("/institutions/<int:institution_id>")
def institution(institution_id: int) -> str:
    """What an institution carries out, and how far it has reported."""
    context = ctx()
    one = queries.institution(context, institution_id)
    shown = queries.standing(context)
    cycle = shown.cycle if shown else None
    lines = queries.institutions(context, cycle)
    lead = next((line for line in lines if line.institution.id == one.id), None)

    def register(**args: Any) -> str:
        return flask.url_for("recommendations.index", cycle=cycle.id if cycle else None, **args)

    return flask.render_template(
        "portal/institution.html",
        institution=one,
        kind=str(INSTITUTION_KIND_LABELS[one.kind]),
        cycle=cycle,
        lead=lead,
        last_reported=queries.last_reported(context, one, cycle) if cycle else None,
        lead_url=register(lead=one.id),
        ours_url=register(ours=one.id),
        chart=_chart(context, By.THEME, cycle, one) if cycle and lead and lead.leads else None,
    )


def _args(narrowed: dict[str, int], by: By, key: str) -> dict[str, Any]:
    return {**narrowed, by.value: key}


def _chart(
    context: Ctx, by: By, cycle: Cycle | None, led_by: Institution | None = None
) -> charts.Chart | None:
    shares = progress(context, by, cycle, led_by)
    if by is By.STATE:
        language = i18n.language()
        shares = [replace(one, name=state_name(one.key, language)) for one in shares]
    narrowed: dict[str, int] = {"cycle": cycle.id} if cycle and by is not By.CYCLE else {}
    if led_by is not None:
        narrowed["lead"] = led_by.id
    return charts.by_group(
        context,
        by,
        shares,
        lambda one: flask.url_for("recommendations.index", **_args(narrowed, by, one.key)),
    )


@bp.get("/progress", endpoint="progress")
def progress_page() -> str:
    """How implementation stands, by theme, institution, State or cycle."""
    context = ctx()
    wanted = flask.request.args.get("by", "")
    by = By(wanted) if wanted in set(By) else By.THEME
    shown = queries.standing(context)
    known = cycles(context.session)
    asked = flask.request.args.get("cycle", "")
    cycle = next((one for one in known if str(one.id) == asked), shown.cycle if shown else None)
    return flask.render_template(
        "portal/progress.html",
        chart=_chart(context, by, cycle),
        by=by.value,
        cycle=cycle,
        cycles=known if by is not By.CYCLE else [],
        tabs=[
            {"label": str(label), "url": address(by=one.value), "current": one is by}
            for one, label in BY_LABELS.items()
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
    kind = flask.request.args.get("kind", "")
    shown = [group for group in found if group.kind == kind] or found
    return flask.render_template(
        "portal/search.html",
        words=words,
        tabs=_search_tabs(words, found, shown) if len(found) > 1 else [],
        groups=[(group, [_hit(hit, words) for hit in group.hits]) for group in shown],
    )


def _hit(hit: Hit, words: str) -> tuple[Hit, str, list[tuple[str, bool]]]:
    """A hit with its address and its text, in which the words found are marked."""
    url = flask.url_for(hit.endpoint, **hit.values)
    return hit, url, marked(hit.text, words, hit.language or "en")


def _search_tabs(words: str, found: list[Found], shown: list[Found]) -> list[dict[str, object]]:
    def tab(label: str, kind: str, current: bool, count: str) -> dict[str, object]:
        url = flask.url_for(".search", q=words, kind=kind or None)
        return {"label": label, "url": url, "current": current, "count": count}

    def count(groups: list[Found]) -> str:
        more = "+" if any(group.more for group in groups) else ""
        return f"{number(sum(len(group.hits) for group in groups))}{more}"

    return [
        tab(_("All"), "", shown == found, count(found)),
        *(tab(one.label, one.kind, shown == [one], count([one])) for one in found),
    ]
