"""A whole cycle in scenes, from the preparation to the submitted mid-term report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from nmrf.core.calendar import add_months
from nmrf.core.errors import Refused
from nmrf.core.i18n import _
from nmrf.cycles import service as cycles
from nmrf.cycles.models import STAGE_LABELS, Cycle, Stage
from nmrf.recommendations import service as recommendations
from nmrf.recommendations.models import (
    Assignment,
    AssignmentState,
    Dispute,
    Position,
    Recommendation,
)
from nmrf.rehearsal import commenting, meeting, people, reporting, rounds, validating
from nmrf.rehearsal.commenting import REMARKS, Left
from nmrf.rehearsal.play import Play
from nmrf.rehearsal.scene import ASSUMED, Dates, Wanted, number_of
from nmrf.reports import service as reports
from nmrf.reports.models import Report
from nmrf.updates import service as updates
from nmrf.updates.models import Round
from nmrf.validation.models import Run, RunState

PASSED = "Rehearsal: what is missing here is not played."


@dataclass
class Played:
    """What the scenes leave for the joints and the exports."""

    cycle: Cycle
    round: Round
    report: Report
    left: list[Left]
    run: Run


def play_cycle(play: Play, wanted: Wanted, dates: Dates) -> Played:
    """Play all scenes; the clock of the play stands at the beginning."""
    begins = dates.review_day - timedelta(weeks=65)
    people.bring_in(play, begins)
    play.say(f"The mechanism takes up work with {len(people.PARTS)} people (all fictional)")
    cycle = _create(play, wanted, dates)
    _first_consultation(play, cycle)
    _advance(play, cycle, Stage.DRAFTING)
    _go(play, dates.national_report_deadline)
    _advance(play, cycle, Stage.REVIEW)
    _go(play, dates.wg_adoption + timedelta(days=14))
    _import(play, cycle, wanted)
    _advance(play, cycle, Stage.ADOPTION)
    _assign(play, cycle)
    _positions(play, cycle, dates)
    _go(play, dates.plenary + timedelta(days=2))
    _advance(play, cycle, Stage.FOLLOW_UP)
    _cancelled_consultation(play, cycle)
    made = _round(play, cycle)
    _second_consultation(play, cycle)
    _go(play, add_months(dates.review_day, 24))
    _advance(play, cycle, Stage.MID_TERM)
    report, left, run = _report(play, cycle)
    return Played(cycle, made, report, left, run)


def _go(play: Play, day: date) -> None:
    play.move_to(play.working_day(day), through=True)


def _create(play: Play, wanted: Wanted, dates: Dates) -> Cycle:
    with play.acting("secretariat") as ctx:
        number = number_of(play.house, wanted.session)
        cycle = cycles.create_cycle(
            ctx, session=wanted.session, state=wanted.state, number=number, practice=wanted.practice
        )
    play.say(f"The secretariat opens cycle {number}, reviewed in session {wanted.session}")
    if dates.assumed:
        with play.acting("secretariat") as ctx:
            cycles.move_session(ctx, cycle, dates=dates.entered(), source=ASSUMED, reason=ASSUMED)
        play.say(f"Dates that no calendar file knows are entered: {', '.join(dates.assumed)}")
    return cycle


def _advance(play: Play, cycle: Cycle, to: Stage) -> None:
    with play.acting("secretariat") as ctx:
        gaps = [one for one in cycles.advance_stage(ctx, cycle, PASSED) if not one.open]
    missing = f" (missing: {'; '.join(gap.label for gap in gaps)})" if gaps else ""
    play.say(f"The cycle goes on to the stage “{STAGE_LABELS[to]}”{missing}", "decided")


# --- Consultations ------------------------------------------------------------------------------


def _first_consultation(play: Play, cycle: Cycle) -> None:
    day = play.working_day(play.today + timedelta(days=42))
    one = meeting.plan(play, cycle, day, "First national consultation")
    meeting.announce(play, one)
    _go(play, play.today + timedelta(days=14))
    meeting.move(play, one, "Room 2 of the Ministry of Foreign Affairs (demonstration)")
    meeting.answer(play, one)
    _go(play, day + timedelta(days=1))
    due = play.today + timedelta(days=60)
    meeting.hold(play, one, "Every comment on a draft gets an answer.", "justice", due)
    _go(play, play.today + timedelta(days=40))
    meeting.carry_out(play, one, "justice", "The answers will be public, with a receipt.")


def _cancelled_consultation(play: Play, cycle: Cycle) -> None:
    day = play.working_day(play.today + timedelta(days=40))
    one = meeting.plan(play, cycle, day, "Hearing in the second region", kind="regional")
    meeting.announce(play, one)
    _go(play, play.today + timedelta(days=20))
    meeting.cancel(play, one, "The hall is closed for repairs.")


def _second_consultation(play: Play, cycle: Cycle) -> None:
    day = play.working_day(play.today + timedelta(days=35))
    one = meeting.plan(play, cycle, day, "Consultation half a year on")
    meeting.announce(play, one)
    _go(play, day - timedelta(days=5))
    meeting.answer(play, one)
    _go(play, day + timedelta(days=1))
    due = play.today + timedelta(days=60)
    meeting.hold(play, one, "The ministry publishes its table of measures.", "labour", due)
    _go(play, play.today + timedelta(days=30))
    meeting.carry_out(play, one, "labour", "The table is online.")


# --- Recommendations ----------------------------------------------------------------------------


def _import(play: Play, cycle: Cycle, wanted: Wanted) -> None:
    with play.acting("secretariat") as ctx:
        applied = recommendations.apply(ctx, cycle, wanted.matrix.read_bytes(), wanted.matrix.name)
        counts, doubts = applied.preview.counts, applied.preview.doubts
        for warning in applied.preview.warnings:
            play.say(f"Warning: {warning}")
    play.say(
        f"{wanted.matrix.name} is imported: {counts.recommendations} recommendations, "
        f"{counts.supported} supported, {counts.noted} noted, {len(doubts)} doubts to look at"
    )


def _assign(play: Play, cycle: Cycle) -> None:
    with play.acting("secretariat") as ctx:
        shares = people.assign_all(play, ctx, cycle)
    said = ", ".join(f"{rounds.NAMES[key]} {n}" for key, n in shares.items())
    play.say(f"Every recommendation has a lead: {said}")
    key = max(shares, key=lambda one: shares[one])
    play.move_to(play.working_day(play.today + timedelta(days=2)))
    with play.acting(f"focal:{key}") as ctx:
        proposed = ctx.session.scalars(
            select(Assignment)
            .where(
                Assignment.institution_id == play.institutions[key],
                Assignment.lead,
                Assignment.state == AssignmentState.PROPOSED,
            )
            .order_by(Assignment.id)
        ).all()
        disputed, accepted = proposed[0], proposed[1:]
        reason = "The law that this asks for is prepared by Finance."
        recommendations.answer_assignment(
            ctx,
            disputed,
            accept=False,
            reason=reason,
            dispute=Dispute.NOT_OURS,
            suggested=play.institution("finance"),
        )
        if accepted:
            recommendations.answer_assignment(ctx, accepted, accept=True)
        number = disputed.recommendation.number
    play.say(f"{rounds.NAMES[key]} accepts {len(accepted)} and disputes {number}: {reason}")
    play.move_to(play.working_day(play.today + timedelta(days=2)))
    with play.acting("secretariat") as ctx:
        recommendations.uphold(ctx, disputed, "The law is on the ministry's own programme.")
    play.say(f"The secretariat upholds the assignment of {number}", "decided")
    # Whoever keeps silent has accepted after ten working days.
    _go(play, play.today + timedelta(days=21))


def _positions(play: Play, cycle: Cycle, dates: Dates) -> None:
    with play.acting("secretariat") as ctx:
        rows = ctx.session.scalars(
            select(Recommendation)
            .where(Recommendation.cycle_id == cycle.id)
            .order_by(Recommendation.sort_key)
        ).all()
        pending = [row for row in rows if row.position is Position.PENDING]
        noted = [row for row in rows if row.position is Position.NOTED]
        reason = "Demonstration: existing law has another solution, which is kept."
        changed = 0
        for row in noted:
            changed += recommendations.set_position(
                ctx,
                row,
                Position.NOTED,
                symbol=row.position_symbol,
                paragraph=row.position_paragraph,
                justification=reason,
            )
        if pending:
            changed += recommendations.set_position(ctx, pending, Position.SUPPORTED)
    play.say(f"Positions: {changed} noted or pending ones get a position with a reason", "decided")
    _go(play, dates.addendum_deadline)


# --- Updates ------------------------------------------------------------------------------------


def _round(play: Play, cycle: Cycle) -> Round:
    year = play.today.year + 1
    with play.acting("secretariat") as ctx:
        window = updates.suggested(ctx, cycle, year)
        made = updates.create_round(
            ctx,
            cycle,
            year=year,
            opens_on=window.opens if window else date(year, 1, 2),
            closes_on=window.closes if window else date(year, 1, 31),
            title=f"Updates for January {year}",
        )
    play.say(f"The round of January {year} is planned; it opens and closes by itself")
    _go(play, date(year, 1, 5))
    day = play.today
    for key in rounds.bodies_asked(play, made):
        day = play.working_day(day + timedelta(days=1))
        play.move_to(day)
        rounds.write(play, made, key)
        rounds.send(play, made, key)
        if key == "justice":
            rounds.send_back_once(play, made, key)
            day = play.today
        rounds.sign(play, made, key)
    _go(play, made.closes_on + timedelta(days=2))
    return made


# --- The report ---------------------------------------------------------------------------------


def _report(play: Play, cycle: Cycle) -> tuple[Report, list[Left], Run]:
    first = reporting.create(play, cycle, "Mid-term report (rehearsal)")
    _go(play, play.today + timedelta(days=14))
    reporting.fill(play, first, cycle)
    _go(play, play.today + timedelta(days=7))
    closes = play.today + timedelta(days=31)
    window = commenting.open_window(play, first, closes, "What is missing or wrong?")
    _go(play, play.today + timedelta(days=12))
    left = commenting.leave(play, window, REMARKS)
    play.move_to(play.working_day(play.today + timedelta(days=1)))
    commenting.show_all(play, left)
    _go(play, closes + timedelta(days=2))
    second = commenting.change_text(play, first, left)
    commenting.answer(play, second, left)
    commenting.release(play, window)
    _go(play, play.today + timedelta(days=7))
    run = validating.start(play, second)
    if validating.to_the_end(play, run, return_once=True) is RunState.RETURNED:
        play.say("The text is back with the drafters", "decided")
        _go(play, play.today + timedelta(days=3))
        mended = validating.mend(play, second, "Mended after the return")
        run = validating.following(play, second) or validating.start(play, mended)
        validating.to_the_end(play, run)
    if run.state is not RunState.APPROVED:
        raise Refused(_("The validation ended without an approval: %(state)s.", state=run.state))
    play.say(f"The route is at its end: version {run.version.number} is approved", "decided")
    _go(play, play.today + timedelta(days=3))
    with play.acting("secretariat") as ctx:
        reports.mark_submitted(ctx, run.version)
    play.say(f"Version {run.version.number} is submitted to the United Nations")
    play.move_to(play.working_day(play.today + timedelta(days=1)))
    return run.version.report, left, run
