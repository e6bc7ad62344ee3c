from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from nmrf.accounts.models import Institution, Person
from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.errors import Conflict
from nmrf.core.i18n import Lazy, _, _l
from nmrf.reports.models import ReportVersion


class RunState(StrEnum):
    RUNNING = "running"
    RETURNED = "returned"  # back with the drafters, who hold it
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


RUN_STATE_LABELS: dict[RunState, Lazy] = {
    RunState.RUNNING: _l("Under way"),
    RunState.RETURNED: _l("Returned to the drafters"),
    RunState.APPROVED: _l("Approved"),
    RunState.WITHDRAWN: _l("Withdrawn"),
}


class Run(Base):
    """One way of one report version along a route. Pinned to the definition it began with."""

    __tablename__ = "validation_run"

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"), index=True)
    route: Mapped[Code]
    route_version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(Json)  # as it was at the start
    round_number: Mapped[int]  # how often this report has gone along a route
    state: Mapped[RunState] = mapped_column(word(RunState), default=RunState.RUNNING)
    stage: Mapped[int] = mapped_column(default=1)  # steps of one stage run in parallel
    started_at: Mapped[datetime]
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[Prose] = mapped_column(default="")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    version: Mapped[ReportVersion] = relationship()  # an edit step moves it on to the next one
    tasks: Mapped[list[Task]] = relationship(
        back_populates="run", order_by="Task.stage, Task.position, Task.id"
    )


class TaskState(StrEnum):
    WAITING = "waiting"  # its stage has not come
    OPEN = "open"
    APPROVED = "approved"
    APPROVED_WITH_REMARKS = "approved_with_remarks"
    ADVISED = "advised"  # an opinion, which approves nothing
    NO_OBJECTION = "no_objection"  # silence until the date
    RETURNED = "returned"
    CLOSED = "closed"  # no longer needed: another returned it, quorum reached, withdrawn


TASK_STATE_LABELS: dict[TaskState, Lazy] = {
    TaskState.WAITING: _l("Not yet"),
    TaskState.OPEN: _l("Open"),
    TaskState.APPROVED: _l("Approved"),
    TaskState.APPROVED_WITH_REMARKS: _l("Approved with remarks"),
    TaskState.ADVISED: _l("Advised"),
    TaskState.NO_OBJECTION: _l("No objection"),
    TaskState.RETURNED: _l("Returned"),
    TaskState.CLOSED: _l("Closed"),
}


class Closing(StrEnum):
    """Why a task was closed without a decision."""

    NO_ANSWER = "no_answer"  # an adviser was silent until the date
    NOBODY = "nobody"  # nobody holds the office of an adviser
    QUORUM = "quorum"  # enough others agreed
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


CLOSING_LABELS: dict[Closing, Lazy] = {
    Closing.NO_ANSWER: _l("No answer by the date"),
    Closing.NOBODY: _l("Nobody to ask"),
    Closing.QUORUM: _l("No longer needed: enough others agreed"),
    Closing.RETURNED: _l("No longer needed: the text was returned"),
    Closing.WITHDRAWN: _l("No longer needed: withdrawn"),
}


class Task(Base):
    """One step for one body: who is asked, by when, and what was decided on which version."""

    __tablename__ = "validation_task"
    __table_args__ = (Index("ix_validation_task_institution_id_state", "institution_id", "state"),)

    id: Mapped[Key]
    run_id: Mapped[int] = mapped_column(ForeignKey("validation_run.id"), index=True)
    step: Mapped[Code]  # id in the definition
    title: Mapped[Line]
    kind: Mapped[Code]  # approve, advise, consult, record …
    stage: Mapped[int]
    position: Mapped[int]
    role: Mapped[Code]
    institution_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    state: Mapped[TaskState] = mapped_column(word(TaskState), default=TaskState.WAITING)
    opened_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    silence_is_consent: Mapped[bool] = mapped_column(default=False)
    closed_because: Mapped[Closing | None] = mapped_column(word(Closing))
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    run: Mapped[Run] = relationship(back_populates="tasks")
    institution: Mapped[Institution | None] = relationship()
    decision: Mapped[Decision | None] = relationship(back_populates="task")


class Decision(Base):
    """Who decided what, on which version, why. Written once, never changed."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("task_id"),)

    id: Mapped[Key]
    task_id: Mapped[int] = mapped_column(ForeignKey("validation_task.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("report_version.id"))
    outcome: Mapped[TaskState] = mapped_column(word(TaskState))
    reason: Mapped[Prose]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    capacity: Mapped[Line]  # the office in which it was decided, in words
    decided_at: Mapped[datetime]
    # The paragraphs that the office owned or contributed to in that version; empty: none apart.
    part: Mapped[list[int]] = mapped_column(Json, default=list)
    # The approval of an earlier round that this one keeps up.
    stands_from_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))

    task: Mapped[Task] = relationship(back_populates="decision")
    stands_from: Mapped[Decision | None] = relationship(remote_side="Decision.id")
    decided_by: Mapped[Person | None] = relationship()


@event.listens_for(Session, "before_flush")
def _refuse_changed_decisions(session: Session, _context: object, _instances: object) -> None:
    changed = [row for row in session.dirty if session.is_modified(row)]
    if any(isinstance(row, Decision) for row in [*changed, *session.deleted]):
        raise Conflict(_("A decision that was given is never changed. It can only be followed."))
