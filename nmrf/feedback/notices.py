"""Who is written to about comments. Texts: `templates/email/comments.*.txt`.

Nobody is ever written to about an anonymous comment. A mail never names a comment's author to
others, and never holds a receipt code.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import exists, select

from nmrf.accounts.models import Institution, InstitutionKind, Office
from nmrf.accounts.queries import held_on, recipients
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l
from nmrf.core.roles import Role
from nmrf.feedback import queries_answers
from nmrf.feedback.models import Audience, Comment, CommentAuthor, CommentWindow
from nmrf.outbox.service import Recipient, notify

OUTSIDE = (Role.STAKEHOLDER, Role.NHRI, Role.PARLIAMENT)
INSIDE = (Role.FOCAL_POINT, Role.ALTERNATE, Role.COMMITTEE_MEMBER)
_OUTSIDE_KINDS = (
    InstitutionKind.NHRI,
    InstitutionKind.PARLIAMENT,
    InstitutionKind.CIVIL_SOCIETY,
    InstitutionKind.UNITED_NATIONS,
    InstitutionKind.ACADEMIA,
    InstitutionKind.EMBASSY,
)
WHY_ASKED = _l("you take part in consultations about this reporting cycle.")
WHY_AUTHOR = _l("you left this address with a comment on this text.")
WHY_SECRETARIAT = _l("you look after the comments in the secretariat.")


def asked(ctx: Ctx, window: CommentWindow) -> list[Recipient]:
    """Those whose comments a window asks for: people, and organisations known by address only."""
    roles = INSIDE if window.audience is Audience.GOVERNMENT else OUTSIDE
    found = [Recipient.of(person) for person in recipients(ctx.session, ctx.today, roles)]
    if window.audience is Audience.EVERYONE:
        held = exists().where(Office.institution_id == Institution.id, held_on(ctx.today))
        found += [
            Recipient(one.name, one.email, ctx.house.settings.default_language)
            for one in ctx.session.scalars(
                select(Institution)
                .where(
                    Institution.active,
                    Institution.email != "",
                    Institution.kind.in_(_OUTSIDE_KINDS),
                    ~held,
                )
                .order_by(Institution.id)
            )
        ]
    return found


def opened(ctx: Ctx, window: CommentWindow) -> int:
    """A draft is open for comment. Gives how many mails were queued."""
    return _to_asked(ctx, "comments.open", window, key=f"{window.id}:open")


def closing(ctx: Ctx, window: CommentWindow) -> int:
    """It closes in three days."""
    key = f"{window.id}:closing:{window.closes_on.isoformat()}"
    return _to_asked(ctx, "comments.closing", window, key=key)


def extended(ctx: Ctx, window: CommentWindow, reason: str) -> int:
    """It closes later than was said."""
    key = f"{window.id}:extended:{window.closes_on.isoformat()}"
    return _to_asked(ctx, "comments.extended", window, key=key, reason=reason)


def _to_asked(ctx: Ctx, kind: str, window: CommentWindow, *, key: str, **values: Any) -> int:
    return sum(
        notify(ctx, kind, to, window, key=key, why=WHY_ASKED, **values) is not None
        for to in asked(ctx, window)
    )


def closed(ctx: Ctx, window: CommentWindow) -> int:
    """The window has closed: the secretariat is told how much waits for an answer."""
    key = f"{window.id}:closed:{window.closes_on.isoformat()}"
    counts = queries_answers.view_counts(ctx, window.version)
    return _to_secretariat(ctx, "comments.closed", window, key=key, counts=counts)


def received(ctx: Ctx, day: date, rows: Sequence[tuple[CommentWindow, int]]) -> int:
    """What came in on a day: numbers only."""
    return _to_secretariat(
        ctx,
        "comments.received",
        rows[0][0],
        key=day.isoformat(),
        day=day,
        rows=rows,
        total=sum(count for _window, count in rows),
    )


def _to_secretariat(ctx: Ctx, kind: str, window: CommentWindow, *, key: str, **values: Any) -> int:
    people = recipients(ctx.session, ctx.today, [Role.SECRETARIAT])
    return sum(
        notify(ctx, kind, Recipient.of(person), window, key=key, why=WHY_SECRETARIAT, **values)
        is not None
        for person in people
    )


def answered(ctx: Ctx, window: CommentWindow, comment_ids: Sequence[str]) -> int:
    """Answers were released: one mail to each who left an address, whatever they sent."""
    count = 0
    authors = queries_answers.authors_to_tell(ctx, comment_ids)
    for _address, group in groupby(authors, key=lambda author: author.email):
        found = list(group)
        count += _to_author(
            ctx,
            "comments.answered",
            window,
            found,
            key=f"{window.id}:{ctx.now.isoformat()}",
            count=len(found),
        )
    return count


def withheld(ctx: Ctx, comment: Comment) -> int:
    """A comment is not shown, with the reason."""
    window = ctx.session.scalar(
        select(CommentWindow).where(CommentWindow.version_id == comment.version_id)
    )
    authors = queries_answers.authors_to_tell(ctx, [comment.id])
    if window is None or not authors:
        return 0
    return _to_author(
        ctx,
        "comments.withheld",
        window,
        authors,
        key=f"{comment.id}:{comment.lock}",
        reason=comment.moderation_reason,
    )


def _to_author(
    ctx: Ctx,
    kind: str,
    window: CommentWindow,
    authors: Sequence[CommentAuthor],
    *,
    key: str,
    **values: Any,
) -> int:
    first = authors[0]
    message = notify(
        ctx,
        kind,
        Recipient(first.name, first.email, first.comment.language),
        window,
        key=key,
        why=WHY_AUTHOR,
        **values,
    )
    return int(message is not None)
