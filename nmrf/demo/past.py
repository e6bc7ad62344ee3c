"""What lies behind: the third cycle with its list, the fourth up to its follow-up.

Dates of Slovenia's fourth cycle are the real ones (A/HRC/WG.6/48/SVN/1, A/HRC/59/15).
"""

from __future__ import annotations

from datetime import date, time

from nmrf.cycles import service as cycles
from nmrf.cycles.models import Cycle, Stage
from nmrf.demo import deadlines, meetings
from nmrf.paths import ROOT
from nmrf.recommendations import service as recommendations
from nmrf.rehearsal import people
from nmrf.rehearsal.play import Play
from nmrf.reports import importing
from nmrf.reports import service as reports
from nmrf.reports.models import ReportKind

DATA = ROOT / "tests" / "data"
LIST_34 = DATA / "matrices" / "svn-wg34.docx"
LIST_48 = DATA / "matrices" / "svn-wg48.docx"
NATIONAL_REPORT = DATA / "reports" / "svn-wg48-national-report.docx"
# How the national report counts the recommendations of session 34.
RUNNING_ORDER = "122.1-157, 121.1-58"
PRACTICE = "slovenia"
BEGINNING = date(2019, 9, 2)
# The story needs a real clock after this day.
UP_TO = date(2026, 6, 1)
NOTE = "Demonstration: this stage was passed before the service came into use."


def third_cycle(play: Play) -> Cycle:
    """Session 34: its list, positions and owners; closed when the fourth begins."""
    play.move_to(BEGINNING)
    with play.acting("secretariat") as ctx:
        cycle = cycles.create_cycle(
            ctx, session=34, number=3, title="Third cycle", practice=PRACTICE
        )
        cycles.move_session(
            ctx,
            cycle,
            dates={
                "session_start": date(2019, 11, 4),
                "session_end": date(2019, 11, 15),
                "review_day": date(2019, 11, 12),
                "wg_adoption": date(2019, 11, 15),
                "plenary": date(2020, 3, 12),
            },
            source="OHCHR",
            reason="The dates of the session are known",
        )
    play.move_to(date(2020, 4, 6))
    with play.acting("secretariat") as ctx:
        recommendations.apply(ctx, cycle, LIST_34.read_bytes(), LIST_34.name)
        people.assign_all(play, ctx, cycle)
    _advance(play, cycle, Stage.MID_TERM)
    play.move_to(date(2023, 10, 9))
    deadlines.deliver_until(play, cycle, play.today)
    with play.acting("secretariat") as ctx:
        cycles.close_cycle(ctx, cycle, NOTE)
    return cycle


def _advance(play: Play, cycle: Cycle, to: Stage, note: str = NOTE) -> None:
    while cycle.stage != to:
        with play.acting("secretariat") as ctx:
            cycles.advance_stage(ctx, cycle, note)


def fourth_cycle(play: Play, before: Cycle) -> Cycle:
    """Session 48: preparation, national report, review, positions, adoption."""
    play.move_to(date(2023, 10, 16))
    with play.acting("secretariat") as ctx:
        cycle = cycles.create_cycle(ctx, session=48, title="Fourth cycle", practice=PRACTICE)
        cycles.move_session(
            ctx,
            cycle,
            dates={
                "national_report_deadline": date(2024, 10, 28),
                "wg_adoption": date(2025, 1, 31),
                "addendum_deadline": date(2025, 4, 8),
                "plenary": date(2025, 7, 2),
            },
            source="OHCHR",
            reason="The dates of the session are known",
        )
    meetings.first(play, cycle)
    deadlines.deliver_until(play, cycle, play.today)
    _advance(play, cycle, Stage.DRAFTING)
    _national_report(play, cycle, before)
    play.move_to(date(2024, 11, 4))
    _advance(play, cycle, Stage.REVIEW)
    play.move_to(date(2025, 2, 10))
    deadlines.deliver_until(play, cycle, play.today)
    _advance(play, cycle, Stage.ADOPTION)
    # The list as OHCHR published it after the adoption, with the positions of the addendum.
    play.move_to(date(2025, 7, 4))
    with play.acting("secretariat") as ctx:
        recommendations.apply(ctx, cycle, LIST_48.read_bytes(), LIST_48.name)
        people.assign_all(play, ctx, cycle)
    deadlines.deliver_until(play, cycle, play.today)
    play.move_to(date(2025, 7, 25), time(9))  # silence has accepted by now
    _advance(play, cycle, Stage.FOLLOW_UP)
    return cycle


def _national_report(play: Play, cycle: Cycle, before: Cycle) -> None:
    """The real report of session 48, which answers the recommendations of session 34."""
    play.move_to(date(2024, 8, 26))
    with play.acting("secretariat") as ctx:
        report = reports.create_report(
            ctx,
            cycle,
            kind=ReportKind.NATIONAL,
            title="National report",
            answers_cycle=before,
            running_order=RUNNING_ORDER,
        )
    with play.acting("drafter") as ctx:
        data = NATIONAL_REPORT.read_bytes()
        version = importing.apply(ctx, report, data, NATIONAL_REPORT.name)
    play.move_to(date(2024, 10, 14))
    with play.acting("secretariat") as ctx:
        reports.freeze(ctx, version)
    play.move_to(date(2024, 10, 28))
    with play.acting("secretariat") as ctx:
        reports.mark_submitted(
            ctx,
            version,
            symbol="A/HRC/WG.6/48/SVN/1",
            because="The Government adopted it on 17 July 2024, before this service was in use.",
        )
