from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, String, Table, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nmrf.accounts.models import Institution
from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.i18n import Lazy, _l
from nmrf.cycles.models import Cycle
from nmrf.files.models import StoredFile


class Position(StrEnum):
    """The official values. There is no "rejected" (HRC resolution 5/1, annex, ¶32)."""

    PENDING = "pending"
    SUPPORTED = "supported"
    NOTED = "noted"
    SUPPORTED_NOTED = "supported_noted"


POSITION_LABELS: dict[Position, Lazy] = {
    Position.PENDING: _l("No position yet"),
    Position.SUPPORTED: _l("Supported"),
    Position.NOTED: _l("Noted"),
    Position.SUPPORTED_NOTED: _l("Supported/Noted"),
}

recommendation_label = Table(
    "recommendation_label",
    Base.metadata,
    Column("recommendation_id", ForeignKey("recommendation.id"), primary_key=True),
    Column("label_id", ForeignKey("label.id"), primary_key=True, index=True),
)

# A recommendation stands in one cluster or in none.
recommendation_cluster = Table(
    "recommendation_cluster",
    Base.metadata,
    Column("recommendation_id", ForeignKey("recommendation.id"), primary_key=True),
    Column("cluster_id", ForeignKey("cluster.id"), nullable=False, index=True),
)


class Cluster(Base):
    """A named group of recommendations of the State's own, the same in every cycle.

    Kenya's matrix has four: legal and institutional reforms; civil and political rights;
    economic, social and cultural rights; group rights. Retired, never deleted.
    """

    __tablename__ = "cluster"

    id: Mapped[Key]
    name: Mapped[Line] = mapped_column(unique=True)
    description: Mapped[Prose] = mapped_column(default="")
    place: Mapped[int]  # in the order of the matrix
    retired_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}


class Recommendation(Base):
    """A recommendation of the review. Natural key: cycle and UN number ("140.12").

    The text and number never change after the Working Group report; owners and position do.
    """

    __tablename__ = "recommendation"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        Index("ix_recommendation_cycle_id_sort_key", "cycle_id", "sort_key"),
        Index("ix_recommendation_cycle_id_position", "cycle_id", "position"),
    )

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    number: Mapped[Code]
    sort_key: Mapped[Code]  # "00140.00012"
    text: Mapped[Prose]
    # [{"text": …, "states": ["LTU"]}] where one number bundles several sentences.
    parts: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    theme_heading: Mapped[Line] = mapped_column(default="")
    position: Mapped[Position] = mapped_column(word(Position), default=Position.PENDING)
    national_position: Mapped[Code] = mapped_column(default="")  # vocabulary national_positions
    position_symbol: Mapped[Code] = mapped_column(default="")  # A/HRC/59/15/Add.1
    position_paragraph: Mapped[Code] = mapped_column(default="")
    justification: Mapped[Prose] = mapped_column(default="")
    # Vocabulary implementation_status; "" until a ministry has reported.
    status: Mapped[Code] = mapped_column(default="", index=True)
    status_on: Mapped[date | None]
    status_institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    needs_parliament: Mapped[bool] = mapped_column(default=False)
    # Carrying it out needs technical assistance or capacity-building from outside.
    needs_assistance: Mapped[bool] = mapped_column(default=False, server_default=false())
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    search_text: Mapped[Prose] = mapped_column(default="")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship()
    status_institution: Mapped[Institution | None] = relationship()
    states: Mapped[list[RecommendingState]] = relationship(
        order_by="RecommendingState.place", cascade="all, delete-orphan"
    )
    labels: Mapped[list[Label]] = relationship(
        secondary=recommendation_label, order_by="Label.scheme, Label.name"
    )
    assignments: Mapped[list[Assignment]] = relationship(
        back_populates="recommendation", order_by="Assignment.id"
    )
    positions: Mapped[list[PositionChange]] = relationship(order_by="PositionChange.id")
    cluster: Mapped[Cluster | None] = relationship(
        secondary=recommendation_cluster, viewonly=True, uselist=False
    )
    all_parts: Mapped[list[RecommendationPart]] = relationship(
        order_by="RecommendationPart.letter, RecommendationPart.id", viewonly=True
    )

    @property
    def split(self) -> list[RecommendationPart]:
        """The parts into which the State divides it now; empty for most recommendations."""
        return [part for part in self.all_parts if part.ended_at is None]

    @property
    def current_assignments(self) -> list[Assignment]:
        return [a for a in self.assignments if a.ended_at is None]

    @property
    def lead(self) -> Institution | None:
        return next((a.institution for a in self.current_assignments if a.lead), None)

    @property
    def supporting(self) -> list[Institution]:
        return [a.institution for a in self.current_assignments if not a.lead]


class RecommendingState(Base):
    __tablename__ = "recommending_state"
    __table_args__ = (UniqueConstraint("recommendation_id", "place"),)

    id: Mapped[Key]
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"))
    place: Mapped[int]
    name: Mapped[Line]  # as written in the document
    code: Mapped[str | None] = mapped_column(String(3), index=True)  # None: not recognised


class LabelScheme(StrEnum):
    THEME = "theme"
    PERSONS = "persons"
    SDG = "sdg"


LABEL_SCHEME_LABELS: dict[LabelScheme, Lazy] = {
    LabelScheme.THEME: _l("Theme"),
    LabelScheme.PERSONS: _l("Group of persons"),
    LabelScheme.SDG: _l("Sustainable Development Goal"),
}


class Label(Base):
    """A term of a vocabulary: theme, group of persons, or Sustainable Development Goal."""

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("scheme", "code", "name"),)

    id: Mapped[Key]
    scheme: Mapped[LabelScheme] = mapped_column(word(LabelScheme))
    code: Mapped[Code] = mapped_column(default="")
    name: Mapped[Line]


class AssignmentState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"


ASSIGNMENT_STATE_LABELS: dict[AssignmentState, Lazy] = {
    AssignmentState.PROPOSED: _l("waits for an answer"),
    AssignmentState.ACCEPTED: _l("accepted"),
    AssignmentState.DISPUTED: _l("disputed"),
}


class Dispute(StrEnum):
    """What an institution says against an assignment."""

    NOT_OURS = "not_ours"
    SHARED = "shared"


DISPUTE_LABELS: dict[Dispute, Lazy] = {
    Dispute.NOT_OURS: _l("Not ours"),
    Dispute.SHARED: _l("Ours, and another institution's too"),
}


class Assignment(Base):
    """A recommendation given to an institution, to lead or to support. Ended, never deleted."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_institution_id_ended_at", "institution_id", "ended_at"),)

    id: Mapped[Key]
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    lead: Mapped[bool]
    state: Mapped[AssignmentState] = mapped_column(
        word(AssignmentState), default=AssignmentState.PROPOSED
    )
    dispute: Mapped[Dispute | None] = mapped_column(word(Dispute))
    # Who should have it, or share it, as the institution sees it.
    suggested_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    reason: Mapped[Prose] = mapped_column(default="")  # of a dispute, or of its answer
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: by silence
    ended_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    recommendation: Mapped[Recommendation] = relationship(back_populates="assignments")
    institution: Mapped[Institution] = relationship(foreign_keys=[institution_id])
    suggested: Mapped[Institution | None] = relationship(foreign_keys=[suggested_id])


class PositionChange(Base):
    """A position taken on a day, in a document: at the review, in the addendum, or later."""

    __tablename__ = "position_change"

    id: Mapped[Key]
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    position: Mapped[Position] = mapped_column(word(Position))
    national_position: Mapped[Code] = mapped_column(default="")
    symbol: Mapped[Code] = mapped_column(default="")
    paragraph: Mapped[Code] = mapped_column(default="")
    justification: Mapped[Prose] = mapped_column(default="")
    on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class RecommendationPart(Base):
    """A part of a recommendation that the State answers by itself: "140.7 (a)".

    The UN number and text stay as they are. A part never changes: a new division ends the old
    parts and writes new ones.
    """

    __tablename__ = "recommendation_part"

    id: Mapped[Key]
    recommendation_id: Mapped[int] = mapped_column(ForeignKey("recommendation.id"), index=True)
    letter: Mapped[Code]  # a, b, c …
    text: Mapped[Prose]
    position: Mapped[Position] = mapped_column(word(Position))
    justification: Mapped[Prose] = mapped_column(default="")
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]

    institution: Mapped[Institution | None] = relationship()


class ImportBatch(Base):
    """One import of a list, with what each row was before, so that it can be taken back."""

    __tablename__ = "import_batch"

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[Line]
    sha256: Mapped[str] = mapped_column(String(64))
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    doubts: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    # {"created": [number…], "updated": {number: {field: old value}}, "labels": [id of a new one…]}
    undo: Mapped[dict[str, Any]] = mapped_column(Json)
    applied_at: Mapped[datetime]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]

    cycle: Mapped[Cycle] = relationship()
    file: Mapped[StoredFile | None] = relationship()
