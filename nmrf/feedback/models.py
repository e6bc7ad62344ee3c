"""Comments and what became of them.

An anonymous comment cannot leak its author because there is no place to hold one:

- `comment` has no column for a person, name or address, and only a day, no time;
- its key is random and the table has no row order on SQLite;
- `comment_author` can only point at a comment whose mode is `public` or `secretariat`,
  held by a check and a composite foreign key;
- of the receipt code only a hash is kept.

What was taken out of a comment lies in `sealed_text`, which no page, file or search joins.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from nmrf.accounts.models import Institution
from nmrf.core.db import Base, Code, Key, Line, Prose, word
from nmrf.core.errors import Conflict
from nmrf.core.i18n import Lazy, _, _l
from nmrf.reports.models import Block, ReportVersion


class Audience(StrEnum):
    EVERYONE = "everyone"
    PARTNERS = "partners"  # signed in
    GOVERNMENT = "government"


class CommentWindow(Base):
    """When a published version takes comments, and from whom. Opens and closes by the clock."""

    __tablename__ = "comment_window"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"), unique=True)
    audience: Mapped[Audience] = mapped_column(word(Audience), default=Audience.EVERYONE)
    opens_at: Mapped[datetime]
    closes_on: Mapped[date]  # ends at 24:00 in the national time zone
    invitation: Mapped[Prose] = mapped_column(default="")  # what we ask
    answers_released_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    version: Mapped[ReportVersion] = relationship()


class Mode(StrEnum):
    """How a commenter wants to be known. Chosen once, never changed."""

    PUBLIC = "public"
    SECRETARIAT = "secretariat"
    ANONYMOUS = "anonymous"


MODE_LABELS: dict[Mode, Lazy] = {
    Mode.PUBLIC: _l("My name is shown with the comment"),
    Mode.SECRETARIAT: _l("Only the secretariat sees my name"),
    Mode.ANONYMOUS: _l("Anonymous: nobody is told, nothing is kept"),
}


class Channel(StrEnum):
    """How it reached us. All but `web` are entered by the secretariat for somebody."""

    WEB = "web"
    MEETING = "meeting"
    LETTER = "letter"
    EMAIL = "email"


class CommentState(StrEnum):
    RECEIVED = "received"  # not shown yet: waits for moderation
    SHOWN = "shown"
    WITHHELD = "withheld"  # with a reason, told on the receipt page; never deleted


class Comment(Base):
    __tablename__ = "comment"
    __table_args__ = (
        UniqueConstraint("id", "mode"),
        Index("ix_comment_version_id_state", "version_id", "state"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)  # random
    mode: Mapped[Mode] = mapped_column(word(Mode))
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    # None: on the whole document. Kept beside block_id to carry the comment to later versions.
    paragraph_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"), index=True)
    text: Mapped[Prose]
    proposed_text: Mapped[Prose] = mapped_column(default="")  # replacement wording
    language: Mapped[Code] = mapped_column(default="en")
    channel: Mapped[Channel] = mapped_column(word(Channel), default=Channel.WEB)
    received_on: Mapped[date]
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[CommentState] = mapped_column(word(CommentState))
    moderation_reason: Mapped[Prose] = mapped_column(default="")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    version: Mapped[ReportVersion] = relationship()
    block: Mapped[Block | None] = relationship()
    author: Mapped[CommentAuthor | None] = relationship(back_populates="comment")
    disposition: Mapped[Disposition | None] = relationship(back_populates="comment")


class CommentAuthor(Base):
    """Who made a comment that is not anonymous, with the consent given."""

    __tablename__ = "comment_author"
    __table_args__ = (
        CheckConstraint("mode IN ('public', 'secretariat')", name="named_only"),
        ForeignKeyConstraint(["comment_id", "mode"], ["comment.id", "comment.mode"]),
    )

    comment_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    mode: Mapped[Mode] = mapped_column(word(Mode))
    name: Mapped[Line]
    organisation: Mapped[Line] = mapped_column(default="")
    email: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    consented_on: Mapped[date]

    comment: Mapped[Comment] = relationship(back_populates="author")
    institution: Mapped[Institution | None] = relationship()


class Redaction(Base):
    """That words were taken out of a comment before it was shown, and why. Everyone reads it."""

    __tablename__ = "redaction"

    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    reason: Mapped[Prose]
    redacted_on: Mapped[date]


class SealedText(Base):
    """What a redacted comment said. Read by `redacting.read_original` alone, which records it."""

    __tablename__ = "sealed_text"

    comment_id: Mapped[str] = mapped_column(ForeignKey("redaction.comment_id"), primary_key=True)
    text: Mapped[Prose]
    proposed_text: Mapped[Prose]

    redaction: Mapped[Redaction] = relationship()


class SecondLook(Base):
    """The author of a comment that is withheld or redacted asks, once, to look at it again.

    Asked by the receipt code, so nobody knows by whom; only the day is kept.
    """

    __tablename__ = "second_look"
    __table_args__ = ({"sqlite_with_rowid": False},)

    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    words: Mapped[Prose]
    asked_on: Mapped[date]
    answer: Mapped[Prose] = mapped_column(default="")
    answered_on: Mapped[date | None]


class DispositionState(StrEnum):
    PREPARED = "prepared"  # only the secretariat sees it
    RELEASED = "released"  # public, and never changes again


class Disposition(Base):
    """What was decided on a comment, why, and where the text changed."""

    __tablename__ = "disposition"
    __table_args__ = (UniqueConstraint("comment_id"),)

    id: Mapped[Key]
    comment_id: Mapped[str] = mapped_column(ForeignKey("comment.id"))
    code: Mapped[Code]  # vocabulary dispositions
    reason: Mapped[Prose]  # public
    # The paragraph in the later version in which it took effect.
    changed_block_id: Mapped[int | None] = mapped_column(ForeignKey("block.id"), index=True)
    state: Mapped[DispositionState] = mapped_column(
        word(DispositionState), default=DispositionState.PREPARED
    )
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime]
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    released_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    comment: Mapped[Comment] = relationship(back_populates="disposition")
    changed_block: Mapped[Block | None] = relationship()


# --- What was said, and what was answered, never changes -----------------------------------------

_MAY_CHANGE = {"state", "moderation_reason", "lock", "author", "disposition", "version", "block"}
_WORDS = {"text", "proposed_text"}


@event.listens_for(Session, "before_flush")
def _refuse_changes(session: Session, _context: object, _instances: object) -> None:
    for row in session.deleted:
        if isinstance(row, Comment | CommentAuthor | SecondLook) or _is_still_needed(session, row):
            raise Conflict(_("A comment is never deleted. It can be withheld, with a reason."))
        if isinstance(row, Disposition) and _was_released(row):
            raise Conflict(_("A released answer never changes."))
    for row in session.dirty:
        if isinstance(row, SealedText) and _changed(row):
            raise Conflict(_("What somebody wrote never changes."))
        if isinstance(row, Comment) and not _changed(row) <= _allowed(session, row):
            raise Conflict(_("What somebody wrote never changes."))
        if isinstance(row, Disposition) and _was_released(row) and _changed(row):
            raise Conflict(_("A released answer never changes."))


def _allowed(session: Session, comment: Comment) -> set[str]:
    """Words are taken out only together with the reason, which everyone reads."""
    redacted = any(
        isinstance(row, Redaction) and row.comment_id == comment.id
        for row in (*session.new, *session.dirty, *session.deleted)
    )
    return _MAY_CHANGE | _WORDS if redacted else _MAY_CHANGE


def _is_still_needed(session: Session, row: object) -> bool:
    """Whether it holds words that the comment itself has not got back."""
    if not isinstance(row, SealedText):
        return False
    comment = session.get_one(Comment, row.comment_id)
    return (comment.text, comment.proposed_text) != (row.text, row.proposed_text)


def _changed(row: Base) -> set[str]:
    return {a.key for a in inspect(row).attrs if a.history.has_changes()}


def _was_released(disposition: Disposition) -> bool:
    """Whether it is released in the database: its state may change in this very flush."""
    history = inspect(disposition).attrs.state.history
    before = history.deleted[0] if history.deleted else disposition.state
    return DispositionState(before) is DispositionState.RELEASED
