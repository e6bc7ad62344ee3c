"""Taking words out of a comment before it is shown: a name, a child's village, a case.

Nothing but taking out is possible: the words that stay are the author's own, and everyone sees
that something is missing and why. What the comment said is sealed; each look at it is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from nmrf import access
from nmrf.accounts.models import Person
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.feedback import linter
from nmrf.feedback.models import Comment, CommentState, Redaction, SealedText

# Always as long, so that it does not tell how long the name was.
MARK = "[█████]"
LOOKED = "comment.original_read"
_SHORTEST = 2


def redact(
    ctx: Ctx, comment: Comment, *, passages: str, reason: str, lock: int | None = None
) -> int:
    """Take out each passage (one a line) wherever it stands, in the text and the proposed wording.

    Gives how many places that were. More can be taken out later; the first text stays sealed.

    Raises `Conflict` for a comment that is shown, `Invalid` for a passage that is not in it, for
    a reason that is missing or repeats a passage, and when nothing of the comment would be left.
    """
    check_lock(comment, lock)
    if comment.state is CommentState.SHOWN:
        raise Conflict(
            _("This comment is shown. Withhold it first, take the words out, and show it again.")
        )
    access.require(ctx.actor, "comment.redact", comment)
    wanted = _passages(passages)
    reason = _reason(reason, wanted)
    text, proposed, count = comment.text, comment.proposed_text, 0
    for passage in wanted:
        pattern = _pattern(passage, f"{text}\n{proposed}")
        if pattern is None:
            raise Invalid(
                _("“%(words)s” does not stand in the comment. Copy it from there.", words=passage),
                place="passages",
            )
        text, first = pattern.subn(MARK, text)
        proposed, second = pattern.subn(MARK, proposed)
        count += first + second
    if not f"{text}{proposed}".replace(MARK, "").strip():
        raise Invalid(
            _("Nothing would be left of it. Withhold the comment instead, with the reason."),
            place="passages",
        )
    _seal(ctx, comment, reason)
    comment.text, comment.proposed_text = text, proposed
    events.record(ctx, "comment.redacted", comment, places=count)
    return count


def _passages(typed: str) -> list[str]:
    lines = [" ".join(line.split()) for line in inputs.prose(typed, "passages").splitlines()]
    found = sorted({line for line in lines if line}, key=len, reverse=True)
    if not found:
        raise Invalid(_("Write what is to be taken out, one passage a line."), place="passages")
    for passage in found:
        if len(passage) < _SHORTEST or passage in MARK:
            raise Invalid(
                _("“%(words)s” is too short: copy the whole passage.", words=passage),
                place="passages",
            )
    return found


def _reason(typed: str, passages: Sequence[str]) -> str:
    reason = inputs.prose(typed, "reason")
    if not reason:
        raise Invalid(_("Say why: everyone reads it in the place of the words."), place="reason")
    for passage in passages:
        if _pattern(passage, reason):
            raise Invalid(
                _("The reason repeats “%(words)s”, and everyone reads it.", words=passage),
                place="reason",
            )
    return reason


def _pattern(passage: str, text: str) -> re.Pattern[str] | None:
    """What finds a passage: as a whole word where it stands as one, else also inside of others.

    Chinese and Thai have no spaces between words.
    """
    inner = r"\s+".join(re.escape(word) for word in passage.split())
    for whole in (rf"(?<!\w){inner}(?!\w)", inner):
        pattern = re.compile(whole, re.IGNORECASE)
        if pattern.search(text):
            return pattern
    return None


def _seal(ctx: Ctx, comment: Comment, reason: str) -> None:
    known = ctx.session.get(Redaction, comment.id)
    if known is not None:
        known.reason = f"{known.reason}\n{reason}"
        known.redacted_on = ctx.today
        return
    ctx.session.add(Redaction(comment_id=comment.id, reason=reason, redacted_on=ctx.today))
    ctx.session.add(
        SealedText(comment_id=comment.id, text=comment.text, proposed_text=comment.proposed_text)
    )


def restore(ctx: Ctx, comment: Comment) -> bool:
    """Put back what was taken out, after a second look. False where nothing was."""
    known = ctx.session.get(Redaction, comment.id)
    sealed = ctx.session.get(SealedText, comment.id)
    if known is None or sealed is None:
        return False
    access.require(ctx.actor, "comment.redact", comment)
    comment.text, comment.proposed_text = sealed.text, sealed.proposed_text
    ctx.session.delete(sealed)
    ctx.session.delete(known)
    events.record(ctx, "comment.restored", comment)
    return True


def suggestions(text: str) -> list[linter.Hint]:
    """What in a comment seems to name its author; for the secretariat to look at."""
    return [hint for hint in linter.warnings(text) if MARK not in hint.excerpt]


@dataclass(frozen=True)
class Look:
    """Somebody read the original."""

    at: datetime
    name: str


@dataclass(frozen=True)
class Original:
    """What a comment said before words were taken out, and who has read that so far."""

    text: str
    proposed_text: str
    looks: list[Look]


def read_original(ctx: Ctx, comment: Comment) -> Original:
    """The sealed text. That it was read, by whom and when, goes into the record of events.

    Raises `NotFound` where nothing was taken out.
    """
    access.require(ctx.actor, "comment.read_original", comment)
    sealed = ctx.session.get(SealedText, comment.id)
    if sealed is None:
        raise NotFound(_("Nothing was taken out of this comment."))
    before = looks(ctx, comment.id)
    events.record(ctx, LOOKED, comment)
    return Original(sealed.text, sealed.proposed_text, before)


def looks(ctx: Ctx, comment_id: str) -> list[Look]:
    """Who has read the original, the first first."""
    rows = ctx.session.execute(
        select(events.Event.at, Person.name)
        .outerjoin(Person, Person.id == events.Event.actor_id)
        .where(
            events.Event.kind == LOOKED,
            events.Event.subject_type == Comment.__tablename__,
            events.Event.subject_id == comment_id,
        )
        .order_by(events.Event.id)
    )
    return [Look(at, name or _("the service")) for at, name in rows]
