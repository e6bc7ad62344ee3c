from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nmrf.accounts.models import Institution
from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Visibility


class Stage(StrEnum):
    """The six stages of a cycle, in order."""

    CONSULTATION = "consultation"
    DRAFTING = "drafting"
    REVIEW = "review"
    ADOPTION = "adoption"
    FOLLOW_UP = "follow_up"
    MID_TERM = "mid_term"


STAGE_LABELS: dict[Stage, Lazy] = {
    Stage.CONSULTATION: _l("Consultation"),
    Stage.DRAFTING: _l("Drafting"),
    Stage.REVIEW: _l("Review"),
    Stage.ADOPTION: _l("Adoption"),
    Stage.FOLLOW_UP: _l("Follow-up"),
    Stage.MID_TERM: _l("Mid-term"),
}


class MilestoneKind(StrEnum):
    UN = "un"
    NATIONAL = "national"
    THIRD_PARTY = "third_party"


MILESTONE_KIND_LABELS: dict[MilestoneKind, Lazy] = {
    MilestoneKind.UN: _l("United Nations"),
    MilestoneKind.NATIONAL: _l("National"),
    MilestoneKind.THIRD_PARTY: _l("Third party"),
}


class Cycle(Base):
    """One review of the State: six stages, dated events, its recommendations and reports."""

    __tablename__ = "cycle"
    __table_args__ = (UniqueConstraint("state", "session"),)

    id: Mapped[Key]
    state: Mapped[Code]  # ISO 3166-1 alpha-3
    number: Mapped[int]  # 4 for the fourth cycle
    session: Mapped[int]  # of the UPR Working Group; can be moved, with an event
    title: Mapped[Line]
    practice: Mapped[Code]  # workflows/practices/<practice>.toml
    stage: Mapped[Stage] = mapped_column(word(Stage), default=Stage.CONSULTATION)
    closed: Mapped[bool] = mapped_column(default=False)
    # UN dates that the secretariat entered, over those of the session files: name of the fact
    # (such as session_start) to a mapping with on (an ISO date), source and tentative.
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    periods: Mapped[list[StagePeriod]] = relationship(
        back_populates="cycle", order_by="StagePeriod.position"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="cycle", order_by="Milestone.on, Milestone.id"
    )


class StagePeriod(Base):
    """When a stage of a cycle begins and ends, planned and real."""

    __tablename__ = "stage_period"
    __table_args__ = (UniqueConstraint("cycle_id", "stage"),)

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    stage: Mapped[Stage] = mapped_column(word(Stage))
    position: Mapped[int]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    gate_note: Mapped[Prose] = mapped_column(default="")  # why the gate was passed with gaps

    cycle: Mapped[Cycle] = relationship(back_populates="periods")


class Milestone(Base):
    """A dated event or deadline. The one row that page, mail, feed and API show.

    A deadline is a local date that ends at 24:00 in the national time zone.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        UniqueConstraint("cycle_id", "key"),
        Index("ix_milestone_on", "on"),
    )

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    key: Mapped[Code | None]  # of the calendar definition that suggested it
    title: Mapped[Line]
    stage: Mapped[Stage] = mapped_column(word(Stage))
    kind: Mapped[MilestoneKind] = mapped_column(word(MilestoneKind))
    on: Mapped[date | None]  # None: the UN has not set it yet
    at: Mapped[time | None]  # local time, for events that have one
    tentative: Mapped[bool] = mapped_column(default=True)
    month_only: Mapped[bool] = mapped_column(default=False)  # the day stands for its month
    # What the calendar last suggested: a date that differs from it was set by hand.
    suggested_on: Mapped[date | None]
    source: Mapped[Line]
    note: Mapped[Prose] = mapped_column(default="")
    deadline: Mapped[bool] = mapped_column(default=True)  # something is to be delivered by it
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    delivered_on: Mapped[date | None]
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.PUBLIC)
    sequence: Mapped[int] = mapped_column(default=0)  # of the calendar entry
    withdrawn_at: Mapped[datetime | None]  # never deleted: hidden, and the reason kept
    withdrawn_reason: Mapped[Line] = mapped_column(default="")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship(back_populates="milestones")
    institution: Mapped[Institution | None] = relationship()
    changes: Mapped[list[DateChange]] = relationship(order_by="DateChange.id")


class DateChange(Base):
    """The old dates of a milestone: who moved it, when, why, on whose word."""

    __tablename__ = "date_change"

    id: Mapped[Key]
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    was_on: Mapped[date | None]
    was_tentative: Mapped[bool]
    was_source: Mapped[Line]
    became_on: Mapped[date | None]
    reason: Mapped[Line]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Reminder(Base):
    """A step of the reminder ladder that was said to a person about a milestone's date."""

    __tablename__ = "milestone_reminder"
    __table_args__ = (UniqueConstraint("milestone_id", "person_id", "due_on", "step"),)

    id: Mapped[Key]
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    due_on: Mapped[date]  # the date that was reminded of: a moved one starts a new ladder
    step: Mapped[int]  # days before; negative once it is late
    said_on: Mapped[date]
