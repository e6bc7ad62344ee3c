"""What waits for me, and the board."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from nmrf.access import can
from nmrf.accounts.queries import standing_in_for
from nmrf.core import words
from nmrf.core.due import Due
from nmrf.core.errors import Refused
from nmrf.core.i18n import _
from nmrf.cycles.queries import current_cycle
from nmrf.cycles.stage_line import stage_line
from nmrf.desk import queries
from nmrf.desk.board import SECRETARIAT, Board
from nmrf.desk.exports import board_workbook
from nmrf.desk.line import SHOW_LABELS, Line, Show
from nmrf.files.service import MIME
from nmrf.files.views import send
from nmrf.web.edge import allow, ctx
from nmrf.web.filters import address

bp = flask.Blueprint("desk", __name__)


@dataclass(frozen=True)
class Waiting:
    """A task for `ui.task_list`."""

    title: str
    url: str
    what: str
    why: str
    progress: str
    due: Due | None


@bp.get("/desk")
def mine() -> str:
    """Where people land after they signed in."""
    context = ctx()
    if not context.actor.is_authenticated:
        raise Refused(_("This page is for people who have signed in."))
    tasks = [
        Waiting(
            task.title,
            flask.url_for(task.endpoint, **task.values),
            task.what,
            task.why,
            task.progress or _since(task),
            queries.due_words(context, task),
        )
        for task in queries.waiting(context)
    ]
    cycle = current_cycle(context.session)
    return flask.render_template(
        "desk/mine.html",
        tasks=tasks,
        late=[(one, _late_url(one)) for one in queries.late(context)]
        if can(context.actor, "round.monitor")
        else [],
        cycle=cycle,
        line=stage_line(cycle, context.today) if cycle else None,
        stood_in_for=[
            absence
            for absence in standing_in_for(context.session, context.actor.id or 0, context.today)
            if absence.starts_on <= context.today
        ],
    )


def _since(task: queries.Task) -> str:
    if task.due_on is not None or task.since is None:
        return ""
    return _("waits since %(day)s", day=words.short_day(task.since))


@dataclass(frozen=True)
class Row:
    """A line of the board with its address."""

    line: Line
    url: str


def _chosen() -> tuple[Show, int | None]:
    shown = flask.request.args.get("show", "")
    wanted = flask.request.args.get("institution", "")
    show = Show(shown) if shown in set(Show) else Show.NOW
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 10
    return show, int(wanted) if is_id else None


def _late_url(one: queries.Late) -> str:
    return flask.url_for(".board", show=Show.LATE.value, institution=one.institution_id)


@bp.get("/board")
def board() -> str:
    """Who must report what, by when, was it delivered, who is responsible."""
    allow("board.see")
    context = ctx()
    show, institution_id = _chosen()
    found: Board = queries.board(context, show, institution_id)
    return flask.render_template(
        "desk/board.html",
        board=found,
        rows=[Row(one, flask.url_for(one.endpoint, **one.values)) for one in found.lines],
        late_total=sum(one.count for one in found.late),
        late=[(one, _late_url(one)) for one in found.late],
        show=show,
        show_label=str(SHOW_LABELS[show]),
        institution=next((name for id_, name in found.institutions if id_ == institution_id), ""),
        institution_id=institution_id,
        secretariat=SECRETARIAT,
        tabs=[
            {
                "label": str(label),
                "url": address(show=one.value if one is not Show.NOW else None),
                "current": one is show,
                "count": found.counts[one],
            }
            for one, label in SHOW_LABELS.items()
        ],
        gaps=[
            (one, flask.url_for(one.endpoint, **one.values) if one.values and one.count else "")
            for one in queries.gaps(context)
        ],
        export_url=flask.url_for(".export", show=show.value, institution=institution_id),
        may_manage=bool(can(context.actor, "cycle.manage")),
    )


@bp.get("/board/export")
def export() -> Response:
    """The lines on screen as a workbook."""
    allow("board.see")
    context = ctx()
    show, institution_id = _chosen()
    found = queries.board(context, show, institution_id)
    name = f"board-{show.value}-{context.today.isoformat()}.xlsx"
    return send(board_workbook(context, found, show), name, MIME["xlsx"])
