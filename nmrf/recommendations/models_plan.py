"""Tables of the implementation matrix: actions with indicators, and voluntary commitments."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nmrf.accounts.models import Institution
from nmrf.core.db import Base, Code, Key, Line, Prose, word
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Recommendation


class ActionState(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"


ACTION_STATE_LABELS: dict[ActionState, Lazy] = {
    ActionState.PLANNED: _l("Planned"),
    ActionState.UNDER_WAY: _l("Under way"),
    ActionState.DONE: _l("Done"),
    ActionState.DROPPED: _l("Dropped"),
}

action_recommendation = Table(
    "action_recommendation",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("recommendation_id", ForeignKey("recommendation.id"), primary_key=True, index=True),
)


class Action(Base):
    """What an institution does to carry out one recommendation or several.

    The columns are those of Kenya's matrix of 2016 (specific action, responsible body, potential
    partners, timeframe), with result, kind and resources as action plans have them.
    """

    __tablename__ = "action"
    __table_args__ = (Index("ix_action_institution_id_state", "institution_id", "state"),)

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    title: Mapped[Line]
    kind: Mapped[Code] = mapped_column(default="")  # vocabulary action_kinds
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    partners: Mapped[Line] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    resources: Mapped[Prose] = mapped_column(default="")
    result: Mapped[Prose] = mapped_column(default="")  # that is expected
    state: Mapped[ActionState] = mapped_column(word(ActionState), default=ActionState.PLANNED)
    state_on: Mapped[date]
    state_reason: Mapped[Prose] = mapped_column(default="")
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.GOVERNMENT)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship()
    institution: Mapped[Institution] = relationship()
    recommendations: Mapped[list[Recommendation]] = relationship(
        secondary=action_recommendation, order_by="Recommendation.sort_key"
    )
    indicators: Mapped[list[Indicator]] = relationship(order_by="Indicator.id")

    @property
    def is_open(self) -> bool:
        return self.state in {ActionState.PLANNED, ActionState.UNDER_WAY}


class Indicator(Base):
    """What is measured of an action: from which value to which, by when, and from what source.

    Values are words: a figure, a share, or "adopted". Once a value has been recorded, the
    indicator itself no longer changes; it can be ended and another one set.
    """

    __tablename__ = "indicator"

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    what: Mapped[Line]
    unit: Mapped[Code] = mapped_column(default="")
    baseline: Mapped[Code] = mapped_column(default="")
    target: Mapped[Code] = mapped_column(default="")
    due_on: Mapped[date | None]
    source: Mapped[Line] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    action: Mapped[Action] = relationship(back_populates="indicators")
    values_by_day: Mapped[list[IndicatorValue]] = relationship(
        order_by="IndicatorValue.on, IndicatorValue.id"
    )

    @property
    def latest(self) -> IndicatorValue | None:
        """The value of the latest day; of one day, what was recorded last."""
        return self.values_by_day[-1] if self.values_by_day else None


class IndicatorValue(Base):
    """A value on a day, with its source. Never overwritten: a correction is a new value."""

    __tablename__ = "indicator_value"

    id: Mapped[Key]
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"), index=True)
    value: Mapped[Code]
    on: Mapped[date]
    source: Mapped[Line]
    note: Mapped[Prose] = mapped_column(default="")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CommitmentSource(StrEnum):
    """The four places in which voluntary commitments are found (Child Rights Connect, L54-57)."""

    NATIONAL_REPORT = "national_report"
    WORKING_GROUP_REPORT = "working_group_report"
    ADDENDUM = "addendum"
    PLENARY = "plenary"


COMMITMENT_SOURCE_LABELS: dict[CommitmentSource, Lazy] = {
    CommitmentSource.NATIONAL_REPORT: _l("National report"),
    CommitmentSource.WORKING_GROUP_REPORT: _l("Report of the Working Group"),
    CommitmentSource.ADDENDUM: _l("Addendum"),
    CommitmentSource.PLENARY: _l("Statement at the plenary"),
}


class Commitment(Base):
    """What the State promised of its own accord, in a public document, with who carries it out."""

    __tablename__ = "commitment"

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    text: Mapped[Prose]
    source: Mapped[CommitmentSource] = mapped_column(word(CommitmentSource))
    symbol: Mapped[Code] = mapped_column(default="")
    paragraph: Mapped[Code] = mapped_column(default="")
    made_on: Mapped[date | None]
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"), index=True)
    status: Mapped[Code] = mapped_column(default="")  # vocabulary implementation_status
    status_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship()
    institution: Mapped[Institution | None] = relationship()
