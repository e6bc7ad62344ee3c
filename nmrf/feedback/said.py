"""A comment with all that stands around it, read as rows: a page shows hundreds of them.

The author is left out here already where `access.author_shown` says so, and an answer where it
is not released: what is not in the row cannot be shown by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, func, literal, nulls_first, select
from sqlalchemy.orm import aliased

from nmrf.access import author_shown, can
from nmrf.core.ctx import Ctx
from nmrf.feedback.models import (
    Channel,
    Comment,
    CommentAuthor,
    CommentState,
    Disposition,
    DispositionState,
    Mode,
    Redaction,
)
from nmrf.reports.comparing import Mark, redline_marks
from nmrf.reports.models import Block, ReportVersion

PER_PARAGRAPH = 20


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    organisation: str
    email: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was decided. `number` and `label` are those of the changed paragraph."""

    code: str
    reason: str
    state: DispositionState
    released_at: datetime | None
    lock: int
    changed_block_id: int | None
    changed_paragraph_id: int | None
    changed_text: str
    number: int | None
    label: str
    version_id: int | None  # None where the changed version is not open to this actor
    version_number: int | None

    @property
    def is_released(self) -> bool:
        return self.state is DispositionState.RELEASED

    @property
    def place(self) -> str:
        """The changed paragraph's number, or the label of a heading."""
        return str(self.number) if self.number is not None else self.label


@dataclass(frozen=True, slots=True)
class Said:
    """A comment. `became` is "", unchanged, changed or removed: its paragraph in a later version.

    `number`, `label` and `block_text` are of the paragraph that it was made on. `redaction` says
    why words were taken out, or is empty.
    """

    id: str
    mode: Mode
    version_id: int
    version_number: int
    block_id: int | None
    paragraph_id: int | None
    number: int | None
    label: str
    block_text: str
    text: str
    proposed_text: str
    language: str
    channel: Channel
    received_on: date
    state: CommentState
    moderation_reason: str
    lock: int
    author: Author | None
    answer: Answer | None
    became: str = ""
    redaction: str = ""

    @property
    def place(self) -> str:
        """The number of the paragraph, the label of a heading, or nothing: the whole document."""
        return str(self.number) if self.number is not None else self.label

    @property
    def proposal(self) -> tuple[Mark, ...]:
        """The proposed wording as a redline of the paragraph."""
        return redline_marks(self.block_text, self.proposed_text) if self.proposed_text else ()

    @property
    def change(self) -> tuple[Mark, ...]:
        """What became of the paragraph, from what was commented on to the changed text."""
        if self.answer is None or self.answer.version_id is None:
            return ()
        same = self.answer.changed_paragraph_id == self.paragraph_id
        return redline_marks(self.block_text if same else "", self.answer.changed_text)


_On = aliased(Block)
_Changed = aliased(Block)
_ChangedIn = aliased(ReportVersion)
_Now = aliased(Block)

_COLUMNS = (
    Comment.id,
    Comment.mode,
    Comment.version_id,
    ReportVersion.number.label("version_number"),
    Comment.block_id,
    Comment.paragraph_id,
    _On.number,
    _On.label,
    _On.text.label("block_text"),
    Comment.text,
    Comment.proposed_text,
    Comment.language,
    Comment.channel,
    Comment.received_on,
    Comment.state,
    Comment.moderation_reason,
    Comment.lock,
    Redaction.reason.label("redaction"),
    CommentAuthor.name.label("author_name"),
    CommentAuthor.organisation,
    CommentAuthor.email,
    Disposition.code,
    Disposition.reason,
    Disposition.state.label("answer_state"),
    Disposition.released_at,
    Disposition.lock.label("answer_lock"),
    Disposition.changed_block_id,
    _Changed.paragraph_id.label("changed_paragraph_id"),
    _Changed.text.label("changed_text"),
    _Changed.number.label("changed_number"),
    _Changed.label.label("changed_label"),
    _ChangedIn.id.label("changed_version_id"),
    _ChangedIn.number.label("changed_version_number"),
    _ChangedIn.state.label("changed_version_state"),
)


def said_rows(
    ctx: Ctx,
    *conditions: ColumnElement[bool],
    against: int | None = None,
    per_paragraph: int | None = None,
    prepared: bool = False,
    limit: int | None = None,
    offset: int = 0,
    by_place: bool = False,
) -> list[Said]:
    """Comments in one statement, the newest version first, then by day (never by hour).

    `against` is a version: what became of the paragraphs in it is said. `per_paragraph` takes so
    many of each paragraph at most. `prepared` shows answers that are not released. `by_place`
    orders them by paragraph.
    """
    order: list[Any] = [ReportVersion.number.desc(), Comment.received_on, Comment.id]
    columns: list[Any] = [*_COLUMNS]
    if against is None:
        columns += [literal(None).label("now_text"), literal(None).label("now_removed_in")]
    else:
        columns += [_Now.text.label("now_text"), _Now.removed_in.label("now_removed_in")]
    if per_paragraph is not None:
        place = func.row_number().over(partition_by=Comment.paragraph_id, order_by=order)
        columns.append(place.label("place"))
    query = (
        select(*columns)
        .select_from(Comment)
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .outerjoin(_On, _On.id == Comment.block_id)
        .outerjoin(Redaction, Redaction.comment_id == Comment.id)
        .outerjoin(CommentAuthor, CommentAuthor.comment_id == Comment.id)
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .outerjoin(_Changed, _Changed.id == Disposition.changed_block_id)
        .outerjoin(_ChangedIn, _ChangedIn.id == _Changed.version_id)
        .where(*conditions)
    )
    if against is not None:
        query = query.outerjoin(
            _Now, (_Now.paragraph_id == Comment.paragraph_id) & (_Now.version_id == against)
        )
    if by_place:
        query = query.order_by(nulls_first(_On.position), *order)
    elif per_paragraph is None:
        query = query.order_by(*order)
    if limit is not None:
        query = query.limit(limit).offset(offset)
    if per_paragraph is not None:
        inner = query.subquery()
        query = (
            select(inner)
            .where(inner.c.place <= per_paragraph)
            .order_by(inner.c.version_number.desc(), inner.c.received_on, inner.c.id)
        )
    return [_said(ctx, row, against, prepared=prepared) for row in ctx.session.execute(query)]


def _said(ctx: Ctx, row: Any, against: int | None, *, prepared: bool) -> Said:
    author = None
    if row.author_name is not None:
        whose = SimpleNamespace(mode=row.mode, author=row.author_name)
        if author_shown(ctx.actor, whose):
            reached = can(ctx.actor, "comment.see_author")
            author = Author(row.author_name, row.organisation, row.email if reached else "")
    answer = None
    released = row.answer_state is DispositionState.RELEASED
    if row.code is not None and (released or prepared):
        state = SimpleNamespace(state=row.changed_version_state)
        # An answer may be released before the version in which it took effect is.
        readable = row.changed_version_id is not None and bool(can(ctx.actor, "version.see", state))
        answer = Answer(
            code=row.code,
            reason=row.reason,
            state=row.answer_state,
            released_at=row.released_at,
            lock=row.answer_lock,
            changed_block_id=row.changed_block_id,
            changed_paragraph_id=row.changed_paragraph_id,
            changed_text=row.changed_text if readable else "",
            number=row.changed_number,
            label=row.changed_label or "",
            version_id=row.changed_version_id if readable else None,
            version_number=row.changed_version_number,
        )
    return Said(
        id=row.id,
        mode=row.mode,
        version_id=row.version_id,
        version_number=row.version_number,
        block_id=row.block_id,
        paragraph_id=row.paragraph_id,
        number=row.number,
        label=row.label or "",
        block_text=row.block_text or "",
        text=row.text,
        proposed_text=row.proposed_text,
        language=row.language,
        channel=row.channel,
        received_on=row.received_on,
        state=row.state,
        moderation_reason=row.moderation_reason,
        lock=row.lock,
        author=author,
        answer=answer,
        became=_became(row, against),
        redaction=row.redaction or "",
    )


def _became(row: Any, against: int | None) -> str:
    if against is None or row.version_id == against or row.paragraph_id is None:
        return ""
    if row.now_text is None or row.now_removed_in is not None:
        return "removed"
    return "unchanged" if row.now_text == row.block_text else "changed"
