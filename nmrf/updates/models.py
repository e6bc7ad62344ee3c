from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, relationship

from nmrf.accounts.models import Institution, Person
from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle
from nmrf.files.models import StoredFile
from nmrf.recommendations.models import Recommendation


class RoundState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class Round(Base):
    """A collection of updates from all ministries, usually in January."""

    __tablename__ = "collection_round"
    __table_args__ = (UniqueConstraint("cycle_id", "year"),)

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    title: Mapped[Line]
    year: Mapped[int]
    opens_on: Mapped[date]
    closes_on: Mapped[date]  # the last day; ends at 24:00 in the national time zone
    consolidate_by: Mapped[date | None]  # the second step: to the Government by end of February
    state: Mapped[RoundState] = mapped_column(word(RoundState), default=RoundState.PLANNED)
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship()


class UpdateState(StrEnum):
    REQUESTED = "requested"  # nothing written yet
    DRAFT = "draft"  # with the focal point
    SIGN_OFF = "sign_off"  # with the validating authority
    RETURNED = "returned"  # back with the focal point, with a reason
    SUBMITTED = "submitted"  # a snapshot was taken


class Update(Base):
    """What one institution is asked on one recommendation in one round, and its answer."""

    __tablename__ = "update"
    __table_args__ = (
        UniqueConstraint("round_id", "institution_id", "recommendation_id"),
        Index("ix_update_institution_id_state", "institution_id", "state"),
    )

    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("collection_round.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    lead: Mapped[bool]
    state: Mapped[UpdateState] = mapped_column(word(UpdateState), default=UpdateState.REQUESTED)
    status: Mapped[Code] = mapped_column(default="")  # vocabulary implementation_status
    narrative: Mapped[Prose] = mapped_column(default="")
    no_change: Mapped[bool] = mapped_column(default=False)  # last year's text, confirmed
    return_reason: Mapped[Prose] = mapped_column(default="")
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None]
    held_since: Mapped[datetime]  # by whoever holds it in this state
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    round: Mapped[Round] = relationship()
    institution: Mapped[Institution] = relationship()
    recommendation: Mapped[Recommendation] = relationship()
    evidence: Mapped[list[Evidence]] = relationship(
        order_by="Evidence.id", cascade="all, delete-orphan"
    )
    snapshots: Mapped[list[UpdateSnapshot]] = relationship(order_by="UpdateSnapshot.number")
    remarks: Mapped[list[Remark]] = relationship(order_by="Remark.id")


class RemarkKind(StrEnum):
    RETURNED = "returned"  # why it was sent back
    ANSWERED = "answered"  # what was corrected, said when it was sent again


class Remark(Base):
    """What was said between those who write an update and those who sign it. Never changed."""

    __tablename__ = "update_remark"

    id: Mapped[Key]
    update_id: Mapped[int] = mapped_column(ForeignKey("update.id"), index=True)
    kind: Mapped[RemarkKind] = mapped_column(word(RemarkKind))
    text: Mapped[Prose]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]

    written_by: Mapped[Person | None] = relationship()


class Evidence(Base):
    """A document or address that backs an update, with its own visibility."""

    __tablename__ = "evidence"

    id: Mapped[Key]
    update_id: Mapped[int] = mapped_column(ForeignKey("update.id"), index=True)
    title: Mapped[Line]
    url: Mapped[str] = mapped_column(String(1000), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.GOVERNMENT)

    file: Mapped[StoredFile | None] = relationship()


class UpdateSnapshot(Base):
    """An update as it was signed off. Never changes; a newer number supersedes it."""

    __tablename__ = "update_snapshot"
    __table_args__ = (UniqueConstraint("update_id", "number"),)

    id: Mapped[Key]
    update_id: Mapped[int] = mapped_column(ForeignKey("update.id"))
    number: Mapped[int]
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    status: Mapped[Code]
    narrative: Mapped[Prose]
    no_change: Mapped[bool]
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime]

    update: Mapped[Update] = relationship(back_populates="snapshots")
    recommendation: Mapped[Recommendation] = relationship()
    institution: Mapped[Institution] = relationship()


# --- What was signed off never changes -----------------------------------------------------------


def _refusal() -> Conflict:
    return Conflict(
        _("What was signed off never changes. Sign a correction off, which supersedes it.")
    )


@event.listens_for(Session, "before_flush")
def _refuse_changes_to_snapshots(session: Session, _context: object, _instances: object) -> None:
    changed = [row for row in session.dirty if isinstance(row, UpdateSnapshot)]
    removed = [row for row in session.deleted if isinstance(row, UpdateSnapshot)]
    if removed or any(session.is_modified(row) for row in changed):
        raise _refusal()


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_changes(state: ORMExecuteState) -> None:
    written = state.is_update or state.is_delete
    if written and state.bind_mapper is not None and state.bind_mapper.class_ is UpdateSnapshot:
        raise _refusal()
