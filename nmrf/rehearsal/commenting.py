"""Comments as they are played: in all three modes, answered, with the paragraph that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nmrf.feedback import service as feedback
from nmrf.feedback.models import Channel, Comment, CommentState, CommentWindow, Mode
from nmrf.rehearsal import reporting
from nmrf.rehearsal.play import Play
from nmrf.reports import drafting, queries
from nmrf.reports import service as reports
from nmrf.reports.models import Block, ReportVersion


@dataclass(frozen=True)
class Remark:
    """A comment of the cast. `who` is a key of the cast; empty: somebody without an account.

    `place` counts the paragraphs of the version from 0; None is the whole document. `code` and
    `answer` say what becomes of it; `change` is what the paragraph says afterwards in addition.
    """

    mode: Mode
    text: str
    place: int | None = None
    who: str = ""
    name: str = ""
    organisation: str = ""
    proposed: str = ""
    code: str = ""
    answer: str = ""
    change: str = ""
    channel: Channel = Channel.WEB


NETWORK = "Fictional Rights Network"
REMARKS: tuple[Remark, ...] = (
    Remark(
        Mode.PUBLIC,
        "Please say who was consulted, and how people outside the capital could take part.",
        place=0,
        who="stakeholder:network",
        name="Speaker of the Fictional Rights Network",
        organisation=NETWORK,
        code="accepted_changed",
        answer="We agree: the paragraph now says where the consultations took place.",
        change="Consultations took place in the capital, in two regions and online.",
    ),
    Remark(
        Mode.SECRETARIAT,
        "The numbers given here are of last year. Newer ones are known to the ministry.",
        place=2,
        name="Vera Example (fictional)",
        organisation="Imaginary Alliance for Inclusion",
        code="partly",
        answer="The year of the numbers is now given. Newer ones come with the next round.",
        change="The numbers are those of the last full year.",
    ),
    Remark(
        Mode.ANONYMOUS,
        "I use this service and waited for seven months. Nobody told me why.",
        place=3,
        code="later",
        answer="Waiting times will be asked for in the next round of updates.",
    ),
    Remark(
        Mode.PUBLIC,
        "This paragraph says the same as the one before. One of the two is enough.",
        place=4,
        who="stakeholder:youth",
        name="Speaker of the Invented Youth Forum",
        organisation="Invented Youth Forum",
        code="not_accepted",
        answer="The two rest on updates of different ministries, so both stay.",
    ),
    Remark(
        Mode.ANONYMOUS,
        "The report should be available in easy language as well.",
        code="accepted_no_change",
        answer="We agree. A version in easy language is prepared beside the report.",
    ),
    Remark(
        Mode.SECRETARIAT,
        "The road to the school in our village is not safe.",
        name="Ben Sample (fictional)",
        code="out_of_scope",
        answer="Roads are outside this report; the municipality answers for them.",
    ),
    Remark(
        Mode.PUBLIC,
        "Said at the consultation: the deadline for comments was long enough this time.",
        name="A participant (fictional)",
        code="noted",
        answer="Thank you. The next window will be as long.",
        channel=Channel.MEETING,
    ),
)


@dataclass(frozen=True)
class Left:
    """A comment that was left: its remark, its id and the receipt code."""

    remark: Remark
    comment_id: str
    code: str


def open_window(
    play: Play, version: ReportVersion, closes_on: date, invitation: str
) -> CommentWindow:
    """The secretariat publishes the version and opens it for comment."""
    with play.acting("secretariat") as ctx:
        window = feedback.open_window(ctx, version, closes_on=closes_on, invitation=invitation)
    play.say(f"Version {version.number} is published and open for comment until {closes_on}")
    return window


def leave(play: Play, window: CommentWindow, remarks: Sequence[Remark]) -> list[Left]:
    """Everybody leaves their comments, each with its receipt."""
    blocks = reporting.paragraphs(play, window.version)
    return [_leave(play, window, remark, _at(blocks, remark.place)) for remark in remarks]


def _at(blocks: Sequence[Block], place: int | None) -> Block | None:
    return None if place is None else blocks[min(place, len(blocks) - 1)]


def _leave(play: Play, window: CommentWindow, remark: Remark, block: Block | None) -> Left:
    named = {"name": remark.name, "organisation": remark.organisation}
    kept = {**named, "consent": True} if remark.mode is not Mode.ANONYMOUS else {}
    where = f"paragraph {block.number}" if block else "the whole text"
    if remark.channel is Channel.WEB:
        with play.acting(remark.who) as ctx:
            receipt = feedback.post(
                ctx,
                window,
                text=remark.text,
                mode=remark.mode,
                block=block,
                proposed_text=remark.proposed,
                **kept,  # type: ignore[arg-type]
            )
    else:
        with play.acting("secretariat") as ctx:
            receipt = feedback.enter(
                ctx,
                window,
                channel=remark.channel,
                text=remark.text,
                mode=remark.mode,
                block=block,
                **kept,  # type: ignore[arg-type]
            )
    who = {
        Mode.PUBLIC: remark.name,
        Mode.SECRETARIAT: "Somebody whose name only the secretariat sees",
        Mode.ANONYMOUS: "Somebody anonymous",
    }[remark.mode]
    play.say(f"{who} comments on {where}, and gets a receipt")
    return Left(remark, receipt.comment.id, receipt.code)


def show_all(play: Play, left: Sequence[Left]) -> None:
    """The secretariat shows what waits for moderation."""
    with play.acting("secretariat") as ctx:
        for one in left:
            comment = ctx.session.get_one(Comment, one.comment_id)
            if comment.state is CommentState.RECEIVED:
                feedback.moderate(ctx, comment, CommentState.SHOWN)
    play.say(f"The secretariat has shown {len(left)} comments")


def change_text(play: Play, version: ReportVersion, left: Sequence[Left]) -> ReportVersion:
    """The drafter opens the next version and changes the paragraphs that are to change."""
    with play.acting("drafter") as ctx:
        following = reports.open_next_version(ctx, version, note="Takes up the comments")
        for one in left:
            comment = ctx.session.get_one(Comment, one.comment_id)
            if not one.remark.change or comment.paragraph_id is None:
                continue
            block = queries.block_in(ctx.session, comment.paragraph_id, following.id)
            if block is not None:
                drafting.edit_block(
                    ctx,
                    block,
                    lock=block.lock,
                    text=f"{block.text} {one.remark.change}",
                    why="A comment was accepted",
                )
                play.say(
                    f"The drafter changes paragraph {block.number} in version {following.number}"
                )
    return following


def answer(play: Play, following: ReportVersion, left: Sequence[Left], *, say: bool = True) -> None:
    """The secretariat decides on every comment, naming the changed paragraph."""
    with play.acting("secretariat") as ctx:
        for one in left:
            comment = ctx.session.get_one(Comment, one.comment_id)
            changed = None
            if one.remark.change and comment.paragraph_id is not None:
                changed = queries.block_in(ctx.session, comment.paragraph_id, following.id)
            feedback.dispose(
                ctx, comment, code=one.remark.code, reason=one.remark.answer, changed_block=changed
            )
            if say:
                play.say(
                    f"A comment is answered “{one.remark.code}”: {one.remark.answer}", "decided"
                )


def release(play: Play, window: CommentWindow) -> int:
    """All answers of the window are made public in one act."""
    with play.acting("secretariat") as ctx:
        count = feedback.release(ctx, window)
    play.say(f"{count} answers are released: everyone can read what was said and what changed")
    return count
