"""Recomputes status columns from the event log, and says where the two have drifted apart.

A status and its event are written together, so a difference means that somebody wrote to the
tables past the service. Nothing is mended here: which of the two is right is for people to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.consultations.models import Consultation, ConsultationState, Outcome, OutcomeState
from nmrf.core.events import Event
from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle, Stage
from nmrf.outbox.models import Delivery, Message, MessageState
from nmrf.recommendations.models import Assignment, AssignmentState, Recommendation
from nmrf.recommendations.models_plan import Action, ActionState
from nmrf.reports.models import ReportVersion, VersionState
from nmrf.updates.models import Round, RoundState, Update, UpdateState
from nmrf.validation.models import Run, RunState


@dataclass(frozen=True)
class Drift:
    """A row whose status is not what its events say."""

    table: str
    row_id: int
    column: str
    stored: str
    computed: str

    def __str__(self) -> str:
        return (
            f"{self.table} {self.row_id}: {self.column} is “{self.stored}”, "
            f"the events say “{self.computed}”"
        )


@dataclass(frozen=True)
class Move:
    """What an event does to a status: `to` is the new one, or finds it in the event's data.

    `key` names the entry of the data that holds the row's id, where the event is about another
    thing.
    """

    to: str | Callable[[Mapping[str, Any]], str]
    key: str = ""


@dataclass(frozen=True)
class Status:
    """A status column and the events that move it. `initial`: what it is before any of them.

    None where rows begin with a status that no event tells of one by one, as imported ones do.
    """

    model: Any
    column: str
    initial: str | None
    moves: Mapping[str, Move]


STATUSES = (
    Status(
        Cycle,
        "stage",
        next(iter(Stage)),
        {
            "cycle.stage_advanced": Move(lambda data: data["became"]),
            "cycle.stage_returned": Move(lambda data: data["became"]),
        },
    ),
    Status(
        Recommendation,
        "position",
        None,
        {"recommendation.positioned": Move(lambda data: data["position"])},
    ),
    Status(
        Assignment,
        "state",
        AssignmentState.PROPOSED,
        {
            "assignment.accepted": Move(AssignmentState.ACCEPTED, key="assignment"),
            "assignment.accepted_by_silence": Move(AssignmentState.ACCEPTED, key="assignment"),
            "assignment.disputed": Move(AssignmentState.DISPUTED, key="assignment"),
            "assignment.upheld": Move(AssignmentState.ACCEPTED, key="assignment"),
        },
    ),
    Status(
        Action,
        "state",
        ActionState.PLANNED,
        {"action.moved": Move(lambda data: data["became"])},
    ),
    Status(
        Action,
        "visibility",
        Visibility.GOVERNMENT,
        {
            "action.published": Move(Visibility.PUBLIC),
            "action.withdrawn": Move(Visibility.GOVERNMENT),
        },
    ),
    Status(
        Consultation,
        "state",
        ConsultationState.PLANNED,
        {
            "consultation.scheduled": Move(
                lambda data: ConsultationState.HELD if data["held"] else ConsultationState.PLANNED
            ),
            "consultation.announced": Move(ConsultationState.ANNOUNCED),
            "consultation.held": Move(ConsultationState.HELD),
            "consultation.cancelled": Move(ConsultationState.CANCELLED),
        },
    ),
    Status(
        Outcome,
        "state",
        OutcomeState.OPEN,
        {
            "outcome.completed": Move(OutcomeState.DONE),
            "outcome.reopened": Move(OutcomeState.OPEN),
        },
    ),
    Status(
        ReportVersion,
        "state",
        VersionState.DRAFT,
        {
            "version.frozen": Move(VersionState.FROZEN),
            "version.published": Move(VersionState.PUBLIC),
            "report.submitted": Move(VersionState.SUBMITTED, key="version"),
        },
    ),
    Status(
        Round,
        "state",
        RoundState.PLANNED,
        {
            "round.opened": Move(RoundState.OPEN),
            "round.extended": Move(RoundState.OPEN),
            "round.closed": Move(RoundState.CLOSED),
        },
    ),
    Status(
        Update,
        "state",
        UpdateState.REQUESTED,
        {
            "update.saved": Move(UpdateState.DRAFT),
            "update.evidence_added": Move(UpdateState.DRAFT),
            "update.evidence_removed": Move(UpdateState.DRAFT),
            "update.sent_for_sign_off": Move(UpdateState.SIGN_OFF),
            "update.returned": Move(UpdateState.RETURNED),
            "update.signed_off": Move(UpdateState.SUBMITTED),
        },
    ),
    Status(
        Run,
        "state",
        RunState.RUNNING,
        {f"run.{state}": Move(state) for state in RunState if state is not RunState.RUNNING},
    ),
)


@dataclass(frozen=True)
class Report:
    """How many rows were compared, and which have drifted."""

    rows: int
    drift: list[Drift]


def recompute(session: Session) -> Report:
    """Read all events once, in order, and compare what they add up to with the columns."""
    computed = _fold(session)
    rows, drift = 0, []
    for status in STATUSES:
        table = status.model.__tablename__
        stored = session.execute(
            select(status.model.id, getattr(status.model, status.column)).order_by(status.model.id)
        )
        for row_id, value in stored:
            said = computed.get((table, status.column, str(row_id)), status.initial)
            rows += 1
            if said is not None and str(said) != str(value):
                drift.append(Drift(table, row_id, status.column, str(value), str(said)))
    mail_rows, mail_drift = _mail(session)
    return Report(rows + mail_rows, drift + mail_drift)


def _fold(session: Session) -> dict[tuple[str, str, str], str]:
    """The last status that the events give each row, by table, column and id."""
    moves = {kind: (status, move) for status in STATUSES for kind, move in status.moves.items()}
    query = (
        select(Event.kind, Event.subject_id, Event.data)
        .where(Event.kind.in_(moves))
        .order_by(Event.id)
        .execution_options(yield_per=1000)
    )
    found: dict[tuple[str, str, str], str] = {}
    with closing(session.execute(query)) as events:
        for kind, subject_id, data in events:
            status, move = moves[kind]
            row_id = str(data[move.key]) if move.key else subject_id
            to = move.to(data) if callable(move.to) else move.to
            found[(status.model.__tablename__, status.column, row_id)] = to
    return found


def _mail(session: Session) -> tuple[int, list[Drift]]:
    """A mail is sent when, and only when, the mail server took it once."""
    taken = set(session.scalars(select(Delivery.message_id).where(Delivery.delivered)))
    rows, drift = 0, []
    for row_id, state in session.execute(select(Message.id, Message.state).order_by(Message.id)):
        rows += 1
        if (state == MessageState.SENT) != (row_id in taken):
            said = MessageState.SENT if row_id in taken else "not sent"
            drift.append(Drift("message", row_id, "state", str(state), said))
    return rows, drift
