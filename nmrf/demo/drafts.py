"""The mid-term report with its comments, and a yearly report that waits for the ministries."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf.cycles.models import Cycle
from nmrf.demo import meetings
from nmrf.feedback.models import CommentWindow, Mode
from nmrf.rehearsal import commenting, reporting, validating
from nmrf.rehearsal.commenting import REMARKS, Remark
from nmrf.rehearsal.play import Play
from nmrf.reports import service as reports
from nmrf.reports.models import ReportVersion
from nmrf.validation.models import Run

NEW_REMARKS: tuple[Remark, ...] = (
    Remark(
        Mode.PUBLIC,
        "Good that the places of the consultations are named now. Please add the dates.",
        place=0,
        who="stakeholder:network",
        name="Speaker of the Fictional Rights Network",
        organisation="Fictional Rights Network",
        proposed="Consultations took place in March and September in the capital, in two regions "
        "and online.",
    ),
    Remark(
        Mode.ANONYMOUS,
        "What does “planned” mean here? Is there money for it?",
        place=5,
    ),
    Remark(
        Mode.SECRETARIAT,
        "Our members read this differently: the pilot has ended.",
        place=6,
        name="Cora Placeholder (fictional)",
        organisation="Imaginary Alliance for Inclusion",
    ),
    Remark(
        Mode.PUBLIC,
        "Young people were asked once. We ask for a fixed date every year.",
        place=2,
        who="stakeholder:youth",
        name="Speaker of the Invented Youth Forum",
        organisation="Invented Youth Forum",
    ),
    Remark(Mode.ANONYMOUS, "Thank you for answering every comment last time."),
)
ASKED = (
    "Does the text say what was done, and what is missing? Is anything wrong or left out? "
    "Every comment is answered in public."
)


def first_round(play: Play, cycle: Cycle, today: date) -> ReportVersion:
    """Versions 1 to 3: read inside, then commented in public, then changed and answered."""
    play.move_to(play.working_day(today - timedelta(days=150)))
    version = reporting.create(play, cycle, "Mid-term report (demonstration)")
    play.move_to(play.working_day(today - timedelta(days=130)))
    reporting.fill(play, version, cycle)
    with play.acting("secretariat") as ctx:
        reports.freeze(ctx, version)
    play.move_to(play.working_day(today - timedelta(days=125)))
    with play.acting("drafter") as ctx:
        second = reports.open_next_version(ctx, version, note="For public comment")
    window = commenting.open_window(play, second, today - timedelta(days=70), ASKED)
    meetings.called_off(play, cycle, today)
    play.move_to(play.working_day(today - timedelta(days=80)))
    left = commenting.leave(play, window, REMARKS)
    play.move_to(play.working_day(today - timedelta(days=60)))
    commenting.show_all(play, left)
    third = commenting.change_text(play, second, left)
    commenting.answer(play, third, left)
    play.move_to(play.working_day(today - timedelta(days=45)))
    commenting.release(play, window)
    return third


def open_for_comment(play: Play, third: ReportVersion, today: date) -> CommentWindow:
    """Version 3 is open for comment now."""
    play.move_to(today - timedelta(days=10))
    return commenting.open_window(play, third, today + timedelta(days=20), ASKED)


def comments_now(play: Play, window: CommentWindow) -> None:
    """What came in so far: some comments are shown, some wait."""
    left = commenting.leave(play, window, NEW_REMARKS)
    commenting.show_all(play, left[:3])


def send_to_ministries(play: Play, cycle: Cycle, today: date) -> Run:
    """A second report goes to the ministries, who approve their parts side by side."""
    play.move_to(today - timedelta(days=9))
    version = reporting.create(play, cycle, "Yearly report to the Government (demonstration)")
    reporting.fill(play, version, cycle)
    return validating.start(play, version)


def first_approvals(play: Play, run: Run) -> None:
    """Two ministries have approved; the others are still asked."""
    validating.some(play, run, 2)
