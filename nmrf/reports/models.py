from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DDL,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from nmrf.accounts.models import Institution
from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.errors import Conflict
from nmrf.core.i18n import Lazy, _, _l
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Recommendation
from nmrf.updates.models import UpdateSnapshot


class ReportKind(StrEnum):
    NATIONAL = "national_report"
    MID_TERM = "mid_term"


REPORT_KIND_LABELS: dict[ReportKind, Lazy] = {
    ReportKind.NATIONAL: _l("National report"),
    ReportKind.MID_TERM: _l("Mid-term report"),
}


class Report(Base):
    """A document of the cycle. Its texts live in versions."""

    __tablename__ = "report"

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    kind: Mapped[ReportKind] = mapped_column(word(ReportKind))
    title: Mapped[Line]
    symbol: Mapped[Code] = mapped_column(default="")  # A/HRC/WG.6/48/SVN/1, once given
    language: Mapped[Code] = mapped_column(default="en")  # of the texts
    word_limit: Mapped[int]  # 0: none
    # How running numbers in "(Recommendations 1–5)" lines are read: "122.1-157, 121.1-58".
    # The recommendations are those of `answers_cycle_id`.
    running_order: Mapped[Line] = mapped_column(default="")
    answers_cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycle.id"))
    submitted_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("report_version.id", use_alter=True)
    )
    submitted_at: Mapped[datetime | None]
    # Why it was submitted although it had not passed its route; None: it had.
    submitted_because: Mapped[Prose | None]
    created_at: Mapped[datetime]

    cycle: Mapped[Cycle] = relationship(foreign_keys=[cycle_id])
    answers_cycle: Mapped[Cycle | None] = relationship(foreign_keys=[answers_cycle_id])
    versions: Mapped[list[ReportVersion]] = relationship(
        back_populates="report",
        foreign_keys="ReportVersion.report_id",
        order_by="ReportVersion.number",
    )


class VersionState(StrEnum):
    DRAFT = "draft"  # being written; the only state in which a block may change
    FROZEN = "frozen"  # shown to reviewers: never changes again
    PUBLIC = "public"  # shown to everyone: never changes again
    SUBMITTED = "submitted"  # what the UN was sent


VERSION_STATE_LABELS: dict[VersionState, Lazy] = {
    VersionState.DRAFT: _l("Draft"),
    VersionState.FROZEN: _l("With the reviewers"),
    VersionState.PUBLIC: _l("Published"),
    VersionState.SUBMITTED: _l("Submitted"),
}


class ReportVersion(Base):
    """A version of a report. Once shown to anyone outside its authors it never changes."""

    __tablename__ = "report_version"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    number: Mapped[int]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("report_version.id"))
    state: Mapped[VersionState] = mapped_column(word(VersionState), default=VersionState.DRAFT)
    note: Mapped[Line] = mapped_column(default="")  # what this version is for
    # Foot- and endnotes: the number in a mark such as [^3], as text, to the note's inline Markdown.
    notes: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    sha256: Mapped[str] = mapped_column(String(64), default="")  # of its text, once frozen
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    report: Mapped[Report] = relationship(back_populates="versions", foreign_keys=[report_id])
    previous: Mapped[ReportVersion | None] = relationship(remote_side="ReportVersion.id")
    blocks: Mapped[list[Block]] = relationship(back_populates="version", order_by="Block.position")


class Paragraph(Base):
    """The lasting identity of a chapter, section or paragraph over all versions."""

    __tablename__ = "paragraph"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    guidance: Mapped[Prose] = mapped_column(default="")  # what a chapter is to hold; drafters only


class BlockKind(StrEnum):
    CHAPTER = "chapter"
    SECTION = "section"
    SUBSECTION = "subsection"
    CITATION = "citation"  # "(Recommendations 1, 5, 7–9)"
    PARAGRAPH = "paragraph"


class Fate(StrEnum):
    """What became of a paragraph from the version before to this one."""

    NEW = "new"
    SAME = "same"
    REWORDED = "reworded"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    REMOVED = "removed"  # a tombstone: no text, keeps its discussion


FATE_LABELS: dict[Fate, Lazy] = {
    Fate.NEW: _l("New"),
    Fate.SAME: _l("Unchanged"),
    Fate.REWORDED: _l("Reworded"),
    Fate.MOVED: _l("Moved"),
    Fate.SPLIT: _l("Split"),
    Fate.MERGED: _l("Merged"),
    Fate.REMOVED: _l("Removed"),
}

block_recommendation = Table(
    "block_recommendation",
    Base.metadata,
    Column("block_id", ForeignKey("block.id"), primary_key=True),
    Column("recommendation_id", ForeignKey("recommendation.id"), primary_key=True, index=True),
)

block_source = Table(
    "block_source",
    Base.metadata,
    Column("block_id", ForeignKey("block.id"), primary_key=True),
    Column("snapshot_id", ForeignKey("update_snapshot.id"), primary_key=True, index=True),
)


class Block(Base):
    """A heading or paragraph as it stands in one version."""

    __tablename__ = "block"
    __table_args__ = (
        UniqueConstraint("version_id", "paragraph_id"),
        Index("ix_block_version_id_position", "version_id", "position"),
    )

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"))
    paragraph_id: Mapped[int] = mapped_column(ForeignKey("paragraph.id"), index=True)
    position: Mapped[int]
    kind: Mapped[BlockKind] = mapped_column(word(BlockKind))
    label: Mapped[Code] = mapped_column(default="")  # "II.", "A."
    number: Mapped[int | None]  # of a paragraph, counted through the whole report
    text: Mapped[Prose]  # inline Markdown
    words: Mapped[int] = mapped_column(default=0)
    fate: Mapped[Fate] = mapped_column(word(Fate), default=Fate.NEW)
    fate_note: Mapped[Line] = mapped_column(default="")
    # Of a split-off piece: the paragraph it comes from. Of one merged away: where it went.
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("paragraph.id"))
    # A tombstone: the number of the version from which this paragraph is gone.
    removed_in: Mapped[int | None]
    # Parts of a citation line that name no recommendation.
    unresolved: Mapped[list[Any]] = mapped_column(Json, default=list)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    edited_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    version: Mapped[ReportVersion] = relationship(back_populates="blocks")
    owner: Mapped[Institution | None] = relationship()
    recommendations: Mapped[list[Recommendation]] = relationship(
        secondary=block_recommendation, order_by="Recommendation.sort_key"
    )
    sources: Mapped[list[UpdateSnapshot]] = relationship(
        secondary=block_source, order_by="UpdateSnapshot.id"
    )


# --- A version that was shown never changes ------------------------------------------------------

# Which recommendations a line names is worked out again when they are imported later: it says
# nothing that the text does not say.
_MAY_CHANGE = {"unresolved", "recommendations", "lock"}


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_shown(session: Session, _context: object, _instances: object) -> None:
    changed = [row for row in session.dirty if isinstance(row, Block) and _text_changed(row)]
    removed = [row for row in session.deleted if isinstance(row, Block)]
    for block in [*changed, *removed]:
        if _state_before(block.version) is not VersionState.DRAFT:
            raise Conflict(
                _("This version has been shown and never changes. Open the next version to edit.")
            )


def _text_changed(block: Block) -> bool:
    state = inspect(block)
    return any(
        attribute.history.has_changes()
        for attribute in state.attrs
        if attribute.key not in _MAY_CHANGE
    )


def _state_before(version: ReportVersion) -> VersionState:
    """The state in the database: a version may be frozen in the flush of its last edit."""
    history = inspect(version).attrs.state.history
    before = history.deleted[0] if history.deleted else version.state
    return VersionState(before)


_BLOCK_COLUMNS = (
    "version_id, paragraph_id, position, kind, label, number, text, words, fate, fate_note, "
    "partner_id, removed_in, owner_id, edited_by_id, edited_at"
)
_VERSION_COLUMNS = "report_id, number, previous_id, note, notes, sha256, created_at, frozen_at"
_SHOWN = "(SELECT state FROM report_version WHERE id = {row}.version_id) <> 'draft'"
# Only a sealed version has a hash: one that is being put together may be in any state.
_SEALED = "(SELECT sha256 FROM report_version WHERE id = {row}.version_id) <> ''"
_REFUSAL = "a version that was shown never changes"


def _sqlite_trigger(name: str, what: str, when: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {what} WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )


def _postgresql_trigger(name: str, what: str, when: str) -> tuple[str, str]:
    given = "OLD" if what.startswith("DELETE") else "NEW"
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {when} THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; RETURN {given}; END $$"
    )
    return (
        function,
        f"CREATE TRIGGER {name} BEFORE {what} FOR EACH ROW EXECUTE FUNCTION {name}()",
    )


_TRIGGERS: tuple[tuple[str, str, str], ...] = (
    (
        "version_no_update",
        f"UPDATE OF {_VERSION_COLUMNS} ON report_version",
        "OLD.state <> 'draft'",
    ),
    (
        "version_no_return",
        "UPDATE OF state ON report_version",
        "OLD.state <> 'draft' AND NEW.state = 'draft'",
    ),
    ("version_no_delete", "DELETE ON report_version", "OLD.state <> 'draft'"),
    ("block_no_update", f"UPDATE OF {_BLOCK_COLUMNS} ON block", _SHOWN.format(row="OLD")),
    ("block_no_delete", "DELETE ON block", _SHOWN.format(row="OLD")),
    ("block_no_insert", "INSERT ON block", _SEALED.format(row="NEW")),
)
# The same held by the database itself, for writes that go past the models.
IMMUTABLE: dict[str, tuple[str, ...]] = {
    "sqlite": tuple(_sqlite_trigger(*trigger) for trigger in _TRIGGERS),
    "postgresql": tuple(
        statement for trigger in _TRIGGERS for statement in _postgresql_trigger(*trigger)
    ),
}
for _dialect, _statements in IMMUTABLE.items():
    for _statement in _statements:
        event.listen(
            Block.__table__,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),
        )
