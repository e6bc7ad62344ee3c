"""An author asks, once and by the receipt code, to look again at a comment that is not shown whole.

No event and no mail comes of the asking, so that nothing but the day is known of it.
"""

from __future__ import annotations

from sqlalchemy import select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.feedback import redacting
from nmrf.feedback.answering import moderate
from nmrf.feedback.models import Comment, CommentState, Redaction, SecondLook
from nmrf.feedback.said import Said

LONGEST = 4_000


def of(ctx: Ctx, comment_id: str) -> SecondLook | None:
    """The second look that was asked for, if it was. For the receipt and the secretariat only."""
    return ctx.session.get(SecondLook, comment_id)


def asked(ctx: Ctx, comment_ids: list[str]) -> dict[str, SecondLook]:
    """Those asked for at these comments, answered ones too. For the secretariat only."""
    found = ctx.session.scalars(select(SecondLook).where(SecondLook.comment_id.in_(comment_ids)))
    return {one.comment_id: one for one in found}


def ask(ctx: Ctx, receipt_hash: str, words: str) -> SecondLook:
    """Ask for a second look at the comment of a receipt. Whoever has the code may.

    Raises `Conflict` where the comment is shown whole, or a second look was asked for before;
    `Invalid` without words, or with too many.
    """
    comment = ctx.session.scalars(select(Comment).where(Comment.receipt_hash == receipt_hash)).one()
    if not can_ask(ctx, comment):
        raise Conflict(
            _("A second look can be asked for once, where a comment is not shown or not whole.")
        )
    words = inputs.prose(words, "words")
    if not words:
        raise Invalid(_("Say why it should be shown as you wrote it."), place="words")
    if len(words) > LONGEST:
        raise Invalid(
            _(
                "This is too long: %(n)s characters of at most %(most)s.",
                n=len(words),
                most=LONGEST,
            ),
            place="words",
        )
    look = SecondLook(comment_id=comment.id, words=words, asked_on=ctx.today)
    ctx.session.add(look)
    ctx.session.flush()
    return look


def can_ask(ctx: Ctx, comment: Comment | Said) -> bool:
    """Whether there is something to look at again, and nobody has asked before."""
    if of(ctx, comment.id) is not None:
        return False
    redacted = ctx.session.get(Redaction, comment.id) is not None
    return comment.state is CommentState.WITHHELD or redacted


def settle(ctx: Ctx, comment: Comment, answer: str, *, whole: bool) -> SecondLook:
    """Answer a second look: the comment is shown as it was written, or stays as it is.

    Raises `Conflict` where none waits, `Invalid` without an answer: the author reads it.
    """
    look = of(ctx, comment.id)
    if look is None or look.answered_on is not None:
        raise Conflict(_("No second look waits here."))
    access.require(ctx.actor, "comment.moderate", comment)
    answer = inputs.prose(answer, "answer")
    if not answer:
        raise Invalid(
            _("Say what came of the second look: the author reads it by the receipt code."),
            place="answer",
        )
    if whole:
        redacting.restore(ctx, comment)
        if comment.state is not CommentState.SHOWN:
            moderate(ctx, comment, CommentState.SHOWN)
    look.answer, look.answered_on = answer, ctx.today
    events.record(ctx, "comment.second_look_settled", comment)
    return look
