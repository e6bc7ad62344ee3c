"""The mid-term report with its comments, and a yearly report that waits for the ministries."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle
from nmrf.demo import meetings
from nmrf.feedback import receipts
from nmrf.feedback import service as feedback
from nmrf.feedback.models import Channel, Comment, CommentState, CommentWindow, Mode
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
    Remark(
        Mode.ANONYMOUS,
        "In our home the rules changed in spring. Nobody explained them to those who live there.",
        place=3,
        proposed="Since spring new rules apply in homes; they are explained in easy language.",
    ),
    Remark(
        Mode.PUBLIC,
        "The clerk of the third counter is a liar, and everybody should know the name.",
        place=4,
        name="Ann Otherperson (fictional)",
    ),
    Remark(Mode.ANONYMOUS, "Thank you for answering every comment last time."),
    Remark(
        Mode.PUBLIC,
        "Please say in the introduction how the report was made known in the regions.",
        name="Committee of the Imaginary Alliance",
        organisation="Imaginary Alliance for Inclusion",
        place=0,
        channel=Channel.LETTER,
    ),
    Remark(
        Mode.ANONYMOUS,
        "My neighbour Pia Otherperson waited nine months for the decision of the court.",
        place=7,
    ),
)
WITHHELD = 5  # the remark about a person, who cannot answer for themselves here
NAMES_SOMEBODY = 8  # the remark of which a name is taken out
REASON = "It attacks a person who cannot answer here. Say what happened without the person."
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
    """What came in so far: shown, answered but not released, waiting; one is withheld, and its
    author asks for a second look; of one a name was taken out.
    """
    left = commenting.leave(play, window, NEW_REMARKS)
    commenting.show_all(play, left[:3])
    with play.acting("secretariat") as ctx:
        asked = ctx.session.get_one(Comment, left[1].comment_id)
        answer = "Yes: the measure has its own line in the budget of next year."
        feedback.dispose(ctx, asked, code="accepted_no_change", reason=answer)
        withheld = ctx.session.get_one(Comment, left[WITHHELD].comment_id)
        feedback.moderate(ctx, withheld, CommentState.WITHHELD, REASON)
        named = ctx.session.get_one(Comment, left[NAMES_SOMEBODY].comment_id)
        feedback.redact(ctx, named, passages="Pia Otherperson", reason="It names a private person.")
        feedback.moderate(ctx, named, CommentState.SHOWN)
        code = receipts.hash_of(left[WITHHELD].code)
        feedback.ask(ctx, code, "I named nobody. What happened at the counter is true.")


def returned_by_a_ministry(play: Play, cycle: Cycle, today: date) -> ReportVersion:
    """A second report, which a ministry sent back with a reason; gives the mended version."""
    play.move_to(play.working_day(today - timedelta(days=40)))
    version = reporting.create(play, cycle, "Yearly report to the Government (demonstration)")
    reporting.fill(play, version, cycle)
    run = validating.start(play, version)
    play.move_to(play.working_day(today - timedelta(days=34)))
    validating.to_the_end(play, run, return_once=True)
    return validating.mend(play, version, "Takes up what the ministry asked for")


def send_to_ministries(play: Play, version: ReportVersion, today: date) -> Run:
    """The mended version goes to the ministries, who approve their parts side by side."""
    play.move_to(today - timedelta(days=9))
    return validating.start(play, version)


def to_the_minister(play: Play, cycle: Cycle) -> None:
    """A short note goes along the standard route, and the minister is asked now."""
    version = reporting.create(play, cycle, "Note on voluntary commitments (demonstration)")
    reporting.fill(play, version, cycle)
    validating.until(play, validating.start(play, version, "standard"), Role.MINISTER)


def go_on(play: Play, third: ReportVersion) -> None:
    """The drafter works on the next version while comments come in."""
    with play.acting("drafter") as ctx:
        reports.open_next_version(ctx, third, note="Written on while comments come in")


def first_approvals(play: Play, run: Run) -> None:
    """Two ministries have approved; the others are still asked."""
    validating.some(play, run, 2)
