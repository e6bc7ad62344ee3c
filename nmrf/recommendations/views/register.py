"""The register with its facets, and its exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import flask
from sqlalchemy import select
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _, _l
from nmrf.core.words import number
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import cycles
from nmrf.files.views import send
from nmrf.recommendations import exports, queries, register
from nmrf.recommendations.models import ASSIGNMENT_STATE_LABELS, POSITION_LABELS, Position
from nmrf.recommendations.register import NONE, Count, Filter
from nmrf.recommendations.states_names import state_name
from nmrf.recommendations.views.common import (
    bp,
    cycle_label,
    page_number,
    query_of,
    status_label,
)
from nmrf.web.edge import ctx
from nmrf.web.pager import pager

_GROUPS: tuple[tuple[str, Lazy], ...] = (
    ("cycle", _l("Cycle")),
    ("position", _l("Position")),
    ("status", _l("Status of implementation")),
    ("cluster", _l("Cluster")),
    ("lead", _l("Institution that leads")),
    ("action", _l("Action")),
    ("assignment", _l("Answer of the institutions")),
    ("theme", _l("Theme")),
    ("persons", _l("Group of persons")),
    ("sdg", _l("Sustainable Development Goal")),
    ("state", _l("Recommending State")),
    ("parliament", _l("Parliament")),
    ("assistance", _l("Technical assistance")),
)
_MARKS = frozenset({"parliament", "assistance"})


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: str
    chosen: bool


@dataclass(frozen=True)
class Group:
    name: str
    label: str
    options: list[Option]


@dataclass(frozen=True)
class Chip:
    label: str
    url: str


def chosen_filter() -> Filter:
    """The filter of this request's address."""
    return Filter.of(flask.request.args.getlist)


@bp.get("")
def index() -> str:
    """The register: everybody sees all recommendations, noted ones too."""
    context = ctx()
    chosen = chosen_filter()
    shown = register.page(context, chosen, page_number())
    known = cycles(context.session)
    groups = _groups(context, chosen, known)
    ours = _ours(context, chosen)
    return flask.render_template(
        "recommendations/index.html",
        chosen=chosen,
        page=shown,
        pages=pager(shown),
        groups=groups,
        chips=_chips(chosen, groups, ours),
        clear_url=flask.url_for("recommendations.index"),
        matrix_url=flask.url_for("recommendations.matrix", **chosen.args),
        query=query_of(chosen),
        many_cycles=len(known) > 1,
        ours=ours,
        state_label=lambda s: state_name(s.code, i18n.language()) if s.code else s.name,
        can_answer=_can_answer(context, chosen),
        mine=_mine(context),
        formats=[(kind, str(label)) for kind, label in exports.FORMATS.items()],
        columns=[(column.key, str(column.label)) for column in exports.columns_for(context)],
        sees_answers=bool(access.can(context.actor, "assignment.see")),
    )


def _groups(context: Ctx, chosen: Filter, known: Sequence[Cycle]) -> list[Group]:
    counts = register.facets(context, chosen)
    names = {str(one.id): cycle_label(one) for one in known}
    language = i18n.language()
    label: dict[str, Callable[[Count], str]] = {
        "cycle": lambda c: names.get(c.value, c.value),
        "position": lambda c: str(POSITION_LABELS[Position(c.value)]),
        "status": lambda c: status_label("" if c.value == NONE else c.value),
        "lead": lambda c: _("No owner") if c.value == NONE else c.name or c.value,
        "assignment": lambda c: str(ASSIGNMENT_STATE_LABELS[c.value]),  # type: ignore[index]
        "state": lambda c: state_name(c.value, language),
        "sdg": lambda c: f"{c.value} {c.name}",
        "parliament": lambda _c: _("Needs a decision of Parliament"),
        "assistance": lambda _c: _("Needs technical assistance"),
        "cluster": lambda c: _("In no cluster") if c.value == NONE else c.name or c.value,
        "action": lambda c: _("No action yet") if c.value == NONE else _("With an action"),
    }
    found = []
    for name, title in _GROUPS:
        values = [c for c in counts.get(name, []) if c.count]
        now: tuple[str, ...] = getattr(chosen, name)
        values += [Count(v, "", 0) for v in now if v not in {_value(c) for c in values}]
        if name == "sdg":
            values.sort(key=lambda c: _goal_order(c.value))
        options = [
            Option(_value(c), label.get(name, _own)(c), number(c.count), _value(c) in now)
            for c in values
        ]
        if name == "state":
            options.sort(key=lambda o: (not o.chosen, o.label))
        # A mark that stands alone is still a choice: all others do not have it.
        if len(options) > 1 or now or (options and name in _MARKS):
            found.append(Group(name, str(title), options))
    return found


def _own(count: Count) -> str:
    return count.name or count.value


def _value(count: Count) -> str:
    return count.value or NONE


def _goal_order(code: str) -> tuple[int, str]:
    goal = code.split(".", maxsplit=1)[0]
    return (int(goal) if goal.isascii() and goal.isdigit() and len(goal) < 3 else 99, code)


def _chips(chosen: Filter, groups: Sequence[Group], ours: Institution | None) -> list[Chip]:
    found = []

    def chip(label: str, name: str, value: str = "") -> None:
        args = chosen.without(name, value).args
        found.append(Chip(label, flask.url_for("recommendations.index", **args)))

    if chosen.q:
        chip(_("“%(words)s”", words=chosen.q), "q")
    if ours is not None:
        chip(_("Assigned to %(name)s", name=ours.name), "ours")
    for group in groups:
        for option in group.options:
            if option.chosen:
                chip(option.label, group.name, option.value)
    return found


def _ours(context: Ctx, chosen: Filter) -> Institution | None:
    return context.session.get(Institution, int(chosen.ours)) if chosen.ours else None


@dataclass(frozen=True)
class Mine:
    """An institution that the actor speaks for, and how many assignments wait for its answer."""

    name: str
    waiting: int
    url: str
    waiting_url: str


def _mine(context: Ctx) -> list[Mine]:
    ids = context.actor.institutions_as(*access.MINISTRY)
    if not ids:
        return []
    waiting = {one.institution_id: one.count for one in queries.waiting_for(context)}
    rows = context.session.execute(
        select(Institution.id, Institution.name)
        .where(Institution.id.in_(ids))
        .order_by(Institution.name)
    )
    return [
        Mine(
            name,
            waiting.get(id_, 0),
            flask.url_for("recommendations.index", ours=str(id_)),
            flask.url_for("recommendations.index", ours=str(id_), assignment="proposed"),
        )
        for id_, name in rows
    ]


def _can_answer(context: Ctx, chosen: Filter) -> bool:
    return bool(chosen.ours) and context.actor.has_in(int(chosen.ours), *access.MINISTRY)


@bp.get("/export")
def export() -> Response:
    """Exactly the filter on screen, with the chosen columns, as a file."""
    made = exports.export(
        ctx(),
        chosen_filter(),
        flask.request.args.get("format", ""),
        flask.request.args.getlist("columns"),
    )
    return send(made.data, made.name, made.mime)
