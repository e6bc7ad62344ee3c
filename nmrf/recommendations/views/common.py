"""What the pages of the recommendations share: badges, vocabularies, the rows that were ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

import flask
from sqlalchemy import func, select

from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _, gettext
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations import queries
from nmrf.recommendations.models import (
    ASSIGNMENT_STATE_LABELS,
    POSITION_LABELS,
    AssignmentState,
    Position,
    Recommendation,
)
from nmrf.recommendations.models_plan import ACTION_STATE_LABELS, ActionState
from nmrf.recommendations.register import Filter, filtered

bp = flask.Blueprint("recommendations", __name__, url_prefix="/recommendations")

POSITION_BADGES = {
    Position.SUPPORTED: "supported",
    Position.NOTED: "noted",
    Position.SUPPORTED_NOTED: "part",
    Position.PENDING: "open",
}
ASSIGNMENT_BADGES = {
    AssignmentState.PROPOSED: "waiting",
    AssignmentState.ACCEPTED: "done",
    AssignmentState.DISPUTED: "refused",
}
ACTION_BADGES = {
    ActionState.PLANNED: "waiting",
    ActionState.UNDER_WAY: "active",
    ActionState.DONE: "done",
    ActionState.DROPPED: "closed",
}
STATUS_BADGES = {
    "not_started": "open",
    "planned": "waiting",
    "in_progress": "active",
    "partially_implemented": "part",
    "fully_implemented": "done",
    "continuous": "active",
    "not_planned": "closed",
}


@bp.app_context_processor
def _labels() -> dict[str, Any]:
    """Words for templates of this slice and of those above it."""
    return {
        "position_label": lambda position: POSITION_LABELS[position],
        "position_badge": lambda position: POSITION_BADGES[position],
        "assignment_label": lambda state: ASSIGNMENT_STATE_LABELS[state],
        "assignment_badge": lambda state: ASSIGNMENT_BADGES[state],
        "action_label": lambda state: ACTION_STATE_LABELS[state],
        "action_badge": lambda state: ACTION_BADGES[state],
        "action_kind_label": action_kind_label,
        "status_label": status_label,
        "status_kind": lambda code: STATUS_BADGES.get(code, "open"),
        "national_label": national_label,
    }


def _vocabularies() -> Any:
    return load(flask.current_app.extensions["nmrf"].house.settings.workflows).vocabularies


def status_label(code: str) -> str:
    """An implementation status in the reader's language."""
    if not code:
        return _("Not reported")
    return gettext(_vocabularies()["implementation_status"].label(code))


def national_label(code: str) -> str:
    """A national position in the reader's language; empty for none."""
    return gettext(_vocabularies()["national_positions"].label(code)) if code else ""


def action_kind_label(code: str) -> str:
    """A kind of action in the reader's language; empty for none."""
    return gettext(_vocabularies()["action_kinds"].label(code)) if code else ""


def page_number() -> int:
    """The page that the address asks for, from 1."""
    wanted = flask.request.args.get("page", "1")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 7 else 1


def cycle_label(cycle: Cycle) -> str:
    """A cycle as it is called in lists: "UPR cycle 4 (session 48)"."""
    return _("%(title)s (session %(n)s)", title=cycle.title, n=cycle.session)


def source_of(symbol: str, paragraph: str) -> str:
    """A document with its paragraph: "A/HRC/59/15/Add.1, ¶ 3"."""
    return _("%(symbol)s, ¶ %(n)s", symbol=symbol, n=paragraph) if paragraph else symbol


def day(value: Any) -> str:
    return words.short_day(value)


def _ids(values: Sequence[str]) -> list[int]:
    return [int(v) for v in values if v.isascii() and v.isdigit() and len(v) < 10]


@dataclass(frozen=True)
class Selection:
    """The rows that were ticked, or all of a filter; what hidden fields carry on."""

    rows: list[Recommendation]
    hidden: list[tuple[str, str]]
    back: str  # the register as it was

    @property
    def numbers(self) -> list[str]:
        return [row.number for row in self.rows]


def selection(ctx: Ctx) -> Selection:
    """What this request is about: `id` for ticked rows, or `which=all` with the filter in `of`.

    Raises `Conflict` when the filter holds another number of rows than the person saw.
    """
    values = flask.request.values
    of = values.get("of", "")
    chosen = Filter.of(lambda name: parse_qs(of).get(name, []))
    back = flask.url_for("recommendations.index", **chosen.args)
    if values.get("which") != "all":
        rows = queries.by_ids(ctx.session, _ids(values.getlist("id")))
        hidden = [("of", of), *(("id", str(row.id)) for row in rows)]
        return Selection(rows, hidden, back)
    query = filtered(ctx, chosen)
    total = ctx.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    if values.get("total", str(total)) != str(total):
        raise Conflict(
            _(
                "The list has changed: this filter now holds %(n)s recommendations. Go back, look "
                "at it, and choose again.",
                n=total,
            )
        )
    rows = list(ctx.session.scalars(query))
    return Selection(rows, [("of", of), ("which", "all"), ("total", str(total))], back)


def query_of(chosen: Filter) -> str:
    """The filter as the words after the question mark."""
    return urlencode(chosen.args, doseq=True)
