"""Moderating comments, preparing answers and releasing them in one act."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from nmrf import access
from nmrf.core import events, words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, gettext
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.definitions import load
from nmrf.definitions.vocabularies import Term, Vocabulary
from nmrf.feedback import notices
from nmrf.feedback.models import (
    Comment,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
)
from nmrf.feedback.states import STATE_LABELS, TRANSITIONS, Phase, phase
from nmrf.reports.models import Block


def codes(ctx: Ctx) -> Vocabulary:
    """The answers that there are."""
    return load(ctx.house.settings.workflows).vocabularies["dispositions"]


def code_label(ctx: Ctx, code: str) -> str:
    """An answer in the reader's words."""
    return gettext(codes(ctx).label(code))


def text_changing(ctx: Ctx) -> frozenset[str]:
    """The codes after which a paragraph has to change."""
    return frozenset(term.code for term in codes(ctx).terms if term.changes_text)


def moderate(
    ctx: Ctx,
    comment: Comment,
    state: CommentState,
    reason: str = "",
    lock: int | None = None,
) -> None:
    """Show a comment, or withhold it with a reason that its author reads by the receipt code.

    Raises `Conflict` for a move that there is not, `Invalid` when it is withheld without reason.
    """
    check_lock(comment, lock)
    if state not in TRANSITIONS[comment.state]:
        raise Conflict(_("This comment is “%(state)s” already.", state=STATE_LABELS[comment.state]))
    access.require(ctx.actor, "comment.moderate", comment)
    reason = inputs.prose(reason, "reason")
    if state is CommentState.WITHHELD and not reason:
        raise Invalid(
            _("Say why it is not shown: the author reads it by the receipt code."), place="reason"
        )
    comment.state = state
    comment.moderation_reason = reason if state is CommentState.WITHHELD else ""
    events.record(ctx, f"comment.{state.value}", comment)
    if state is CommentState.WITHHELD:
        notices.withheld(ctx, comment)


def dispose(
    ctx: Ctx,
    comment: Comment,
    *,
    code: str,
    reason: str,
    changed_block: Block | None = None,
    lock: int | None = None,
) -> Disposition:
    """Prepare the answer to a comment, or change a prepared one, which only the secretariat sees.

    `changed_block` is the paragraph of a later version in which it took effect. `lock` is that of
    the prepared answer (0 or None: there is none yet). Raises `Conflict` once it is released.
    """
    known = ctx.session.scalar(select(Disposition).where(Disposition.comment_id == comment.id))
    if known is not None and known.state is DispositionState.RELEASED:
        raise Conflict(_("This answer has been released and never changes."))
    if lock is not None and lock != (known.lock if known else 0):
        raise Conflict(
            _(
                "Somebody else has answered this comment meanwhile: “%(reason)s” Look at it, "
                "then save yours again if it is the better one.",
                reason=known.reason if known else "",
            )
        )
    access.require(ctx.actor, "comment.dispose", comment)
    term = _term(ctx, code)
    reason = inputs.prose(reason, "reason")
    if term.needs_reason and not reason:
        raise Invalid(_("This answer needs a reason: everyone can read it."), place="reason")
    if changed_block is not None:
        _check_later(comment, changed_block)
    if known is None:
        known = Disposition(comment_id=comment.id, state=DispositionState.PREPARED)
        ctx.session.add(known)
    known.code = term.code
    known.reason = reason
    known.changed_block_id = changed_block.id if changed_block else None
    known.prepared_by_id = ctx.actor.id
    known.prepared_at = ctx.now
    events.record(
        ctx, "comment.answer_prepared", comment, code=term.code, block=known.changed_block_id
    )
    return known


def _term(ctx: Ctx, code: str) -> Term:
    term = codes(ctx).term(code)
    if term is None:
        raise Invalid(_("Choose one of the answers in the list."), place="code")
    return term


def _check_later(comment: Comment, block: Block) -> None:
    version = block.version
    if version.report_id != comment.version.report_id or version.number <= comment.version.number:
        raise Invalid(
            _("Choose a paragraph of a later version: that is where the text changed."),
            place="changed",
        )


def release(ctx: Ctx, window: CommentWindow) -> int:
    """Publish all prepared answers of a window in one act. They never change again.

    Gives how many there were. Those who left a name and an address are told by mail.

    Raises `Conflict` while comments are taken, with the day from which it is possible: an answer
    that others read before they write speaks for the Government in the middle of a hearing.
    """
    access.require(ctx.actor, "dispositions.release", window)
    # Somebody may be extending the window in this moment.
    ctx.session.refresh(window, with_for_update={"of": CommentWindow})
    refusal = not_yet(ctx, window)
    if refusal:
        raise Conflict(refusal)
    prepared = list(
        ctx.session.scalars(
            select(Disposition)
            .join(Comment, Comment.id == Disposition.comment_id)
            .where(
                Comment.version_id == window.version_id,
                Disposition.state == DispositionState.PREPARED,
            )
            .order_by(Disposition.id)
            .with_for_update(of=Disposition)
        )
    )
    if not prepared:
        raise Conflict(_("No answer is prepared: there is nothing to release."))
    for disposition in prepared:
        disposition.state = DispositionState.RELEASED
        disposition.released_at = ctx.now
        disposition.released_by_id = ctx.actor.id
    window.answers_released_at = window.answers_released_at or ctx.now
    events.record(
        ctx,
        "dispositions.released",
        window,
        count=len(prepared),
        dispositions=[disposition.id for disposition in prepared],
    )
    notices.answered(ctx, window, [disposition.comment_id for disposition in prepared])
    return len(prepared)


def not_yet(ctx: Ctx, window: CommentWindow) -> str:
    """Why answers cannot be released now; empty when they can."""
    if phase(window, ctx.now, ctx.house.settings.time_zone) is Phase.CLOSED:
        return ""
    return _(
        "Comments are taken until %(last)s, 24:00. Answers can be released from %(day)s on, when "
        "everybody has been heard; until then they stay prepared, and only the secretariat sees "
        "them.",
        last=words.day(window.closes_on),
        day=words.day(window.closes_on + timedelta(days=1)),
    )
