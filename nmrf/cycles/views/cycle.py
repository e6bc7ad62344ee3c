"""Cycles side by side, one cycle, its stages and its session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask

from nmrf import access
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles import gates, history, queries, service
from nmrf.cycles.forms import ENTERED, CycleForm, EditCycleForm, MoveSessionForm, StageForm
from nmrf.cycles.models import MILESTONE_KIND_LABELS, STAGE_LABELS, Cycle, Milestone, Stage
from nmrf.cycles.stage_line import stage_line
from nmrf.cycles.states import following
from nmrf.cycles.views.common import Page, attempt, bp, lock_of, own_ids, status
from nmrf.web.edge import allow, ctx


def _line(context: Ctx, cycle: Cycle, note: str = "") -> Any:
    return stage_line(
        cycle,
        context.today,
        url=lambda stage: flask.url_for(
            "cycles.cycle", cycle_id=cycle.id, _anchor=f"stage-{stage.value}"
        ),
        note=note,
    )


@bp.get("/cycles")
def index() -> str:
    context = ctx()
    found = queries.cycles(context.session)
    return flask.render_template(
        "cycles/index.html",
        running=[(c, _line(context, c)) for c in found if not c.closed],
        closed=[(c, _line(context, c)) for c in found if c.closed],
        counts=queries.counts_by_cycle(context),
    )


@bp.route("/cycles/new", methods=["GET", "POST"])
def new() -> Page:
    allow("cycle.manage")
    context = ctx()
    form = CycleForm().fill(context)
    made: list[Cycle] = []

    def create() -> None:
        made.append(
            service.create_cycle(
                context,
                session=form.session.data or 0,
                number=form.number.data,
                title=form.title.data or "",
                practice=form.practice.data,
            )
        )

    if attempt(form, create):
        flask.flash(_("The cycle is open. Check its dates: they are suggestions."), "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=made[0].id), 303)
    return flask.render_template("cycles/new.html", form=form), status()


def _stages(context: Ctx, cycle: Cycle) -> list[dict[str, Any]]:
    rows = queries.milestones(context, cycle)
    return [
        {
            "stage": stage,
            "label": str(STAGE_LABELS[stage]),
            "milestones": [_row(context, m) for m in rows if m.stage == stage],
        }
        for stage in Stage
    ]


def _row(context: Ctx, milestone: Milestone) -> dict[str, Any]:
    return {
        "milestone": milestone,
        "title": queries.title_of(milestone),
        "due": queries.due_of(context, milestone),
        "kind": str(MILESTONE_KIND_LABELS[milestone.kind]),
    }


@bp.get("/cycles/<int:cycle_id>")
def cycle(cycle_id: int) -> str:
    context = ctx()
    return _cycle_page(context, queries.get_cycle(context, cycle_id), StageForm(formdata=None))


def _cycle_page(context: Ctx, one: Cycle, form: StageForm) -> str:
    upcoming = queries.next_dates(context, one, limit=1)
    note = ""
    if upcoming and upcoming[0].on:
        note = _(
            "Next: %(title)s, %(day)s",
            title=queries.title_of(upcoming[0]),
            day=words.short_day(upcoming[0].on),
        )
    sees_gates = bool(access.can(context.actor, "board.see"))
    to = following(one.stage)
    return flask.render_template(
        "cycles/cycle.html",
        cycle=one,
        line=_line(context, one, note),
        stages=_stages(context, one),
        stage_label=str(STAGE_LABELS[one.stage]),
        next_label=str(STAGE_LABELS[to]) if to else "",
        previous_label=_previous_label(one.stage),
        gates=gates.findings(context.session, one) if sees_gates and not one.closed else [],
        gap_url=_gap_url,
        happened=history.of_cycle(context, one),
        form=form,
        edit_form=own_ids(EditCycleForm(formdata=None, obj=one).fill(context), "edit"),
        counts=queries.counts_by_cycle(context).get(one.id, (0, 0)),
    )


def _previous_label(stage: Stage) -> str:
    place = list(Stage).index(stage)
    return str(STAGE_LABELS[list(Stage)[place - 1]]) if place else ""


def _gap_url(gap: gates.Gap) -> str:
    known = gap.endpoint in flask.current_app.view_functions
    return flask.url_for(gap.endpoint, **gap.values) if known else ""


@bp.post("/cycles/<int:cycle_id>/edit")
def edit(cycle_id: int) -> Page:
    allow("cycle.manage")
    context = ctx()
    one = queries.get_cycle(context, cycle_id)
    form = EditCycleForm().fill(context)
    if attempt(
        form,
        lambda: service.edit_cycle(
            context,
            one,
            title=form.title.data or "",
            number=form.number.data or 0,
            practice=form.practice.data,
            lock=lock_of(form),
        ),
        one,
    ):
        flask.flash(_("The cycle was changed."), "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=one.id), 303)
    return flask.render_template("cycles/edit.html", cycle=one, form=form), 422


@bp.post("/cycles/<int:cycle_id>/stage")
def stage(cycle_id: int) -> Page:
    """On to the next stage, back to the one before, or the end of the cycle."""
    allow("cycle.manage")
    context = ctx()
    one = queries.get_cycle(context, cycle_id)
    form = StageForm()
    to = flask.request.form.get("to", "")
    verbs: dict[str, Callable[[], Any]] = {
        "next": lambda: service.advance_stage(
            context, one, form.note.data or "", lock=lock_of(form)
        ),
        "back": lambda: service.move_stage(
            context,
            one,
            list(Stage)[max(list(Stage).index(one.stage) - 1, 0)],
            form.note.data or "",
            lock=lock_of(form),
        ),
        "close": lambda: service.close_cycle(
            context, one, form.note.data or "", lock=lock_of(form)
        ),
    }
    if to in verbs and attempt(form, verbs[to], one):
        said = (
            _("The cycle is closed and archived.")
            if one.closed
            else _("The cycle is now in the stage “%(stage)s”.", stage=STAGE_LABELS[one.stage])
        )
        flask.flash(said, "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=one.id), 303)
    return _cycle_page(context, one, form), 422


@bp.route("/cycles/<int:cycle_id>/move", methods=["GET", "POST"])
def move(cycle_id: int) -> Page:
    """What if the session moves: a preview by GET, and by POST the move itself."""
    allow("cycle.manage")
    context = ctx()
    one = queries.get_cycle(context, cycle_id)
    asked = flask.request.method == "POST" or any(
        flask.request.args.get(name) for name in ("session", *ENTERED)
    )
    form = MoveSessionForm(flask.request.values if asked else None)
    if not asked:
        form.session.data, form.lock.data = one.session, str(one.lock)
    session = form.session.data or one.session
    if flask.request.method == "POST" and attempt(
        form,
        lambda: service.move_session(
            context,
            one,
            session=session,
            dates=form.dates,
            source=form.source.data or "",
            reason=form.reason.data or "",
            tentative=form.tentative.data,
            lock=lock_of(form),
        ),
        one,
    ):
        flask.flash(_("The dates have moved, and those concerned are told by mail."), "success")
        return flask.redirect(flask.url_for("cycles.cycle", cycle_id=one.id), 303)
    shown = None
    try:
        shown = service.preview_session_move(
            context, one, session=session, dates=form.dates, tentative=form.tentative.data
        )
    except Invalid as problem:
        form.add_problem(problem, problem.place if problem.place in form else None)
    page = flask.render_template(
        "cycles/move.html", cycle=one, form=form, preview=shown, entered=ENTERED, asked=asked
    )
    return page, status()
