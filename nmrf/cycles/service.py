"""Verbs on a cycle: create, edit, move to another session, go on to the next stage, close.

Those on single dates are in `milestones.py`, the reminders in `reminders.py`; both are offered
here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles import gates, inputs, notices, planning
from nmrf.cycles.milestones import (
    add_milestone,
    apply_move,
    check_lock,
    deliver_milestone,
    edit_milestone,
    move_milestone,
    reopen_milestone,
    replan,
    suggested,
    withdraw_milestone,
)
from nmrf.cycles.models import STAGE_LABELS, Cycle, Milestone, MilestoneKind, Stage, StagePeriod
from nmrf.cycles.planning import Preview, note_of
from nmrf.cycles.reminders import remind_due
from nmrf.cycles.states import TRANSITIONS, following, is_back
from nmrf.definitions import FACTS

__all__ = [
    "add_milestone",
    "advance_stage",
    "close_cycle",
    "create_cycle",
    "deliver_milestone",
    "edit_cycle",
    "edit_milestone",
    "move_milestone",
    "move_session",
    "move_stage",
    "preview_session_move",
    "remind_due",
    "reopen_milestone",
    "withdraw_milestone",
]

LAST_SESSION = 999


def create_cycle(
    ctx: Ctx,
    *,
    session: int,
    state: str | None = None,
    number: int | None = None,
    title: str = "",
    practice: str | None = None,
) -> Cycle:
    """A cycle with its six stages and the dates that its practice's calendar suggests.

    `state` is an ISO 3166-1 alpha-3 code. A session that is not known yet is accepted: its dates
    stay open. Raises `Conflict` when the State already has a cycle in that session, `Invalid`
    for an unknown practice or number.
    """
    access.require(ctx.actor, "cycle.manage")
    settings = ctx.house.settings
    state = (state or settings.state).upper()
    practice = practice or settings.practice
    known_cycles = planning.definitions(ctx.house).sessions.cycles
    number = number or known_cycles.get(session)
    _check_session(session)
    if number is None or not 1 <= number <= 99:
        raise Invalid(_("Say which cycle of the review this is, such as 4."), place="number")
    if len(state) != 3 or not state.isalpha():
        raise Invalid(_("Give the State by its code of three letters, as in SVN."), place="state")
    if ctx.session.scalar(select(Cycle.id).where(Cycle.state == state, Cycle.session == session)):
        raise Conflict(
            _("There is already a cycle of %(state)s in session %(n)s.", state=state, n=session),
            place="session",
        )
    planning.practice_of(ctx.house, practice)
    cycle = Cycle(
        state=state,
        number=number,
        session=session,
        title=inputs.line(title, "title") or _("UPR cycle %(n)s", n=number),
        practice=practice,
        facts={},
        created_at=ctx.now,
    )
    cycle.periods = [StagePeriod(stage=stage, position=n) for n, stage in enumerate(Stage, 1)]
    cycle.periods[0].opened_at = ctx.now
    cycle.milestones = _first_milestones(ctx, cycle)
    replan(cycle)
    ctx.session.add(cycle)
    events.record(ctx, "cycle.created", cycle, session=session, dates=len(cycle.milestones))
    return cycle


def _check_session(session: int) -> None:
    if not 1 <= session <= LAST_SESSION:
        raise Invalid(_("Give the number of the session, such as 54."), place="session")


def _first_milestones(ctx: Ctx, cycle: Cycle) -> list[Milestone]:
    known = planning.facts(ctx.house, cycle.state, cycle.session, cycle.number, cycle.facts)
    found = planning.suggest(ctx.house, cycle.practice, known)
    rows = [suggested(one, note_of(known, one)) for one in found]
    dated = {one.milestone for one in found}
    # What cannot be dated yet stands there as a gap.
    rows += [
        Milestone(
            key=defined.id,
            title=defined.title,
            stage=Stage(defined.stage),
            kind=MilestoneKind(defined.kind),
            tentative=True,
            source=defined.source[:400],
            deadline=defined.deadline,
            visibility=Visibility(defined.visibility),
        )
        for defined in planning.calendar_of(ctx.house, cycle.practice).milestones
        if defined.id not in dated and not defined.recurs
    ]
    return rows


def edit_cycle(
    ctx: Ctx, cycle: Cycle, *, title: str, number: int, practice: str, lock: int | None = None
) -> None:
    """Change title, number and practice. A changed practice moves no date by itself.

    Raises `Conflict` for an old `lock`, `Invalid` for an empty title or an unknown practice.
    """
    check_lock(cycle, lock)
    access.require(ctx.actor, "cycle.manage", cycle)
    planning.practice_of(ctx.house, practice)
    if not 1 <= number <= 99:
        raise Invalid(_("Say which cycle of the review this is, such as 4."), place="number")
    cycle.title = inputs.line(title, "title", required=True)
    cycle.number, cycle.practice = number, practice
    events.record(ctx, "cycle.edited", cycle, number=number, practice=practice)


def preview_session_move(
    ctx: Ctx,
    cycle: Cycle,
    *,
    session: int | None = None,
    dates: Mapping[str, date | None] | None = None,
    source: str = "",
    tentative: bool = False,
) -> Preview:
    """What would move if the session were another, or UN dates of it were others. Writes nothing.

    `dates` names facts such as `session_start` or `review_day` with their local dates. What has
    passed or is delivered stays. Raises `Invalid` for an unknown fact or a year that is a slip.
    """
    if session is not None:
        _check_session(session)
    entered: dict[str, Any] = {}
    for name, on in (dates or {}).items():
        if name not in FACTS:
            raise Invalid(_("There is no UN date named “%(name)s”.", name=name), place="dates")
        if on is not None:
            inputs.day(on, name)
            entered[name] = {"on": on.isoformat(), "source": source, "tentative": tentative}
    return planning.preview(ctx, cycle, session=session, entered=entered)


def move_session(
    ctx: Ctx,
    cycle: Cycle,
    *,
    session: int | None = None,
    dates: Mapping[str, date | None] | None = None,
    source: str,
    reason: str,
    tentative: bool = False,
    lock: int | None = None,
) -> Preview:
    """Carry out what `preview_session_move` shows, keep the old dates, tell those concerned once.

    Raises `Conflict` for an old `lock` or a session in which the State has another cycle,
    `Invalid` without source or reason, or when nothing would change.
    """
    check_lock(cycle, lock)
    access.require(ctx.actor, "cycle.manage", cycle)
    reason = inputs.line(reason, "reason", required=True)
    source = inputs.line(source, "source", required=True)
    shown = preview_session_move(
        ctx, cycle, session=session, dates=dates, source=source, tentative=tentative
    )
    if shown.session == cycle.session and shown.entered == cycle.facts and not shown.changes:
        raise Invalid(_("Nothing changes: session and dates are what they were."), place="session")
    taken = select(Cycle.id).where(
        Cycle.state == cycle.state, Cycle.session == shown.session, Cycle.id != cycle.id
    )
    if ctx.session.scalar(taken):
        raise Conflict(
            _("There is already another cycle of the State in session %(n)s.", n=shown.session),
            place="session",
        )
    was = cycle.session
    cycle.session, cycle.facts = shown.session, shown.entered
    moved = [one for move in shown.moves for one in apply_move(ctx, cycle, move, reason)]
    _remember_suggestions(shown)
    replan(cycle)
    events.record(
        ctx, "cycle.session_moved", cycle, was=was, became=shown.session, dates=len(moved)
    )
    if moved:
        key = f"cycle:{cycle.id}:session:{shown.session}:{ctx.now:%Y%m%d%H%M%S}"
        notices.dates_moved(ctx, cycle, moved, reason=reason, key=key, everyone=True)
    return shown


def _remember_suggestions(shown: Preview) -> None:
    """A date set by hand keeps its distance from what is suggested now, not from before."""
    for move in shown.moves:
        row = move.milestone
        if row is not None and move.kind == "stays" and row.on != row.suggested_on:
            row.suggested_on = move.suggested_on


def advance_stage(
    ctx: Ctx, cycle: Cycle, note: str = "", *, lock: int | None = None
) -> list[gates.Finding]:
    """Go on to the next stage. Passing a gate with gaps needs a written note.

    Gives the gates with their gaps as they were. Raises `Conflict` at the end, or for an old
    `lock`; `Invalid` for gaps without a note.
    """
    to = following(cycle.stage)
    if to is None:
        raise Conflict(_("This is the last stage. Close the cycle instead."))
    return move_stage(ctx, cycle, to, note, lock=lock)


def move_stage(
    ctx: Ctx, cycle: Cycle, to: Stage, note: str = "", *, lock: int | None = None
) -> list[gates.Finding]:
    """The one door of a cycle's stage: one on past the gate, or one back with a reason."""
    check_lock(cycle, lock)
    of = cycle.stage
    if cycle.closed or to not in TRANSITIONS[of]:
        raise Conflict(
            _(
                "The cycle is in the stage “%(stage)s”, and cannot go from there to “%(to)s”.",
                stage=STAGE_LABELS[of],
                to=STAGE_LABELS[to],
            )
        )
    access.require(ctx.actor, "cycle.manage", cycle)
    note = inputs.prose(note, "note")
    back = is_back(of, to)
    found = [] if back else gates.findings(ctx.session, cycle)
    gaps = [one for one in found if not one.open]
    _require_note(note, gaps, back=back)
    periods = {period.stage: period for period in cycle.periods}
    if back:
        periods[of].opened_at = periods[to].closed_at = None
    else:
        periods[of].closed_at = periods[to].opened_at = ctx.now
    periods[of].gate_note = note
    cycle.stage = to
    events.record(
        ctx,
        "cycle.stage_returned" if back else "cycle.stage_advanced",
        cycle,
        was=of,
        became=to,
        gaps=len(gaps),
    )
    if not back:
        notices.stage_opened(ctx, cycle, to)
    return found


def _require_note(note: str, gaps: list[gates.Finding], *, back: bool) -> None:
    if note or not (gaps or back):
        return
    if back:
        raise Invalid(_("Write why the cycle goes back to the stage before."), place="note")
    raise Invalid(
        _(
            "Something is still missing here: %(gaps)s. Write why you go on all the same.",
            gaps="; ".join(gap.label for gap in gaps),
        ),
        place="note",
    )


def close_cycle(ctx: Ctx, cycle: Cycle, note: str = "", *, lock: int | None = None) -> None:
    """End a cycle after its last stage; it is archived, and stays readable.

    Raises `Conflict` before the last stage, `Invalid` for gaps without a note.
    """
    check_lock(cycle, lock)
    if cycle.closed or following(cycle.stage) is not None:
        raise Conflict(_("Only a cycle in its last stage can be closed, and only once."))
    access.require(ctx.actor, "cycle.manage", cycle)
    note = inputs.prose(note, "note")
    gaps = [one for one in gates.findings(ctx.session, cycle) if not one.open]
    _require_note(note, gaps, back=False)
    cycle.closed = True
    cycle.periods[-1].closed_at, cycle.periods[-1].gate_note = ctx.now, note
    events.record(ctx, "cycle.closed", cycle, gaps=len(gaps))
