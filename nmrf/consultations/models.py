from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from nmrf.accounts.models import Institution, Person
from nmrf.core.db import Base, Code, Key, Line, Prose, word
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Visibility
from nmrf.cycles.models import Cycle
from nmrf.files.models import StoredFile
from nmrf.recommendations.models import Recommendation


class Series(Base):
    """Consultations that recur, such as twice a year in January and July."""

    __tablename__ = "consultation_series"

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    title: Mapped[Line]
    kind: Mapped[Code]  # vocabulary consultation_kinds
    months: Mapped[Code]  # "1,7": the months in which one is due
    purpose: Mapped[Prose] = mapped_column(default="")

    consultations: Mapped[list[Consultation]] = relationship(
        back_populates="series", order_by="Consultation.starts_at"
    )


class ConsultationState(StrEnum):
    PLANNED = "planned"  # only the secretariat sees it
    ANNOUNCED = "announced"  # invitations have gone out
    HELD = "held"
    CANCELLED = "cancelled"  # with a reason


STATE_LABELS: dict[ConsultationState, Lazy] = {
    ConsultationState.PLANNED: _l("Planned"),
    ConsultationState.ANNOUNCED: _l("Announced"),
    ConsultationState.HELD: _l("Held"),
    ConsultationState.CANCELLED: _l("Cancelled"),
}


class Consultation(Base):
    __tablename__ = "consultation"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="period"),)

    id: Mapped[Key]
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("consultation_series.id"))
    # Set when this is a meeting to validate a draft.
    report_version_id: Mapped[int | None] = mapped_column(ForeignKey("report_version.id"))
    title: Mapped[Line]
    kind: Mapped[Code]  # vocabulary consultation_kinds
    purpose: Mapped[Prose] = mapped_column(default="")
    agenda: Mapped[Prose] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue: Mapped[Line] = mapped_column(default="")
    region: Mapped[Code] = mapped_column(default="")
    online_url: Mapped[str] = mapped_column(String(1000), default="")
    capacity: Mapped[int | None]  # organisations that there is room for; None: no limit
    state: Mapped[ConsultationState] = mapped_column(
        word(ConsultationState), default=ConsultationState.PLANNED
    )
    cancel_reason: Mapped[Prose] = mapped_column(default="")
    visibility: Mapped[Visibility] = mapped_column(word(Visibility), default=Visibility.PUBLIC)
    # Who may see the list of organisations that took part.
    participants_visibility: Mapped[Visibility] = mapped_column(
        word(Visibility), default=Visibility.SECRETARIAT
    )
    calendar_uid: Mapped[Line] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0)  # raised by every change sent out
    announced_at: Mapped[datetime | None]
    # People who came for no organisation, counted, not named.
    single_women: Mapped[int] = mapped_column(default=0)
    single_men: Mapped[int] = mapped_column(default=0)
    single_others: Mapped[int] = mapped_column(default=0)
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    cycle: Mapped[Cycle] = relationship()
    series: Mapped[Series | None] = relationship(back_populates="consultations")
    invitations: Mapped[list[Invitation]] = relationship(
        back_populates="consultation", order_by="Invitation.id"
    )
    minutes: Mapped[list[Minutes]] = relationship(order_by="Minutes.number")
    outcomes: Mapped[list[Outcome]] = relationship(
        back_populates="consultation", order_by="Outcome.id"
    )
    documents: Mapped[list[Document]] = relationship(order_by="Document.id")


class Document(Base):
    """A file that goes with a consultation: agenda paper, slides, list of questions."""

    __tablename__ = "consultation_document"
    __table_args__ = (UniqueConstraint("consultation_id", "file_id"),)

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()


class Answer(StrEnum):
    NONE = "none"
    ACCEPTED = "accepted"
    WAITING = "waiting"  # would come, but every place is taken
    DECLINED = "declined"


ANSWER_LABELS: dict[Answer, Lazy] = {
    Answer.NONE: _l("No answer yet"),
    Answer.ACCEPTED: _l("Comes"),
    Answer.WAITING: _l("On the waiting list"),
    Answer.DECLINED: _l("Does not come"),
}


class Presence(StrEnum):
    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


PRESENCE_LABELS: dict[Presence, Lazy] = {
    Presence.UNKNOWN: _l("Not recorded"),
    Presence.PRESENT: _l("Came"),
    Presence.ABSENT: _l("Did not come"),
}


class Invitation(Base):
    """An institution asked to a consultation, its answer, and whether it came."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("consultation_id", "institution_id"),)

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who was written to
    invited_at: Mapped[datetime | None]
    answer: Mapped[Answer] = mapped_column(word(Answer), default=Answer.NONE)
    answered_at: Mapped[datetime | None]
    presence: Mapped[Presence] = mapped_column(word(Presence), default=Presence.UNKNOWN)
    women: Mapped[int] = mapped_column(default=0)  # people present, counted, not named
    men: Mapped[int] = mapped_column(default=0)
    others: Mapped[int] = mapped_column(default=0)
    consents_to_listing: Mapped[bool] = mapped_column(default=False)

    consultation: Mapped[Consultation] = relationship(back_populates="invitations")
    institution: Mapped[Institution] = relationship()
    person: Mapped[Person | None] = relationship()


class Minutes(Base):
    """A version of the notes. Never changed; a correction is a new number."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"))
    number: Mapped[int]
    text: Mapped[Prose]
    visibility: Mapped[Visibility] = mapped_column(word(Visibility))
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]


class OutcomeState(StrEnum):
    OPEN = "open"
    DONE = "done"


class Outcome(Base):
    """Something agreed at a consultation, with an owner and a date, tracked until done."""

    __tablename__ = "outcome"

    id: Mapped[Key]
    consultation_id: Mapped[int] = mapped_column(ForeignKey("consultation.id"), index=True)
    text: Mapped[Prose]
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendation.id"))
    due_on: Mapped[date | None]
    state: Mapped[OutcomeState] = mapped_column(word(OutcomeState), default=OutcomeState.OPEN)
    result: Mapped[Prose] = mapped_column(default="")
    done_on: Mapped[date | None]
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}

    consultation: Mapped[Consultation] = relationship(back_populates="outcomes")
    institution: Mapped[Institution] = relationship()
    recommendation: Mapped[Recommendation | None] = relationship()
