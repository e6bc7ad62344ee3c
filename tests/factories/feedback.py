"""Windows and comments for tests, written as rows: nothing is checked, told or recorded."""

from __future__ import annotations

import itertools
from datetime import date

from sqlalchemy.orm import Session

from nmrf.feedback import receipts
from nmrf.feedback.models import (
    Audience,
    Comment,
    CommentAuthor,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    Mode,
)
from nmrf.reports.models import Block, ReportVersion
from tests.factories import THEN

_numbers = itertools.count(1)
CLOSES = date(2026, 12, 9)


def window(session: Session, of: ReportVersion, **values: object) -> CommentWindow:
    """Open from January to 9 December 2026 unless told."""
    row = CommentWindow(
        version_id=of.id,
        audience=values.pop("audience", Audience.EVERYONE),
        opens_at=values.pop("opens_at", THEN),
        closes_on=values.pop("closes_on", CLOSES),
        **values,
    )
    session.add(row)
    session.flush()
    return row


def comment(
    session: Session,
    on: ReportVersion,
    block: Block | None = None,
    text: str = "Say more about this.",
    name: str = "",
    mode: Mode | None = None,
    **values: object,
) -> Comment:
    """A shown comment; public with a name, anonymous without one, unless told."""
    mode = mode or (Mode.PUBLIC if name else Mode.ANONYMOUS)
    token = f"test-{next(_numbers)}"
    row = Comment(
        id=receipts.comment_id(token, "key"),
        mode=mode,
        version_id=on.id,
        block_id=block.id if block else None,
        paragraph_id=block.paragraph_id if block else None,
        text=text,
        received_on=values.pop("received_on", date(2026, 11, 10)),
        receipt_hash=receipts.hash_of(receipts.code_for(token, "key")),
        state=values.pop("state", CommentState.SHOWN),
        **values,
    )
    session.add(row)
    session.flush()
    if name:
        session.add(
            CommentAuthor(comment_id=row.id, mode=mode, name=name, consented_on=row.received_on)
        )
        session.flush()
    return row


def answer(
    session: Session,
    to: Comment,
    code: str = "noted",
    reason: str = "Thank you.",
    *,
    released: bool = True,
    changed: Block | None = None,
) -> Disposition:
    row = Disposition(
        comment_id=to.id,
        code=code,
        reason=reason,
        changed_block_id=changed.id if changed else None,
        state=DispositionState.RELEASED if released else DispositionState.PREPARED,
        prepared_at=THEN,
        released_at=THEN if released else None,
    )
    session.add(row)
    session.flush()
    return row
