from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from nmrf.core.db import Base, Code, Json, Key, Line, Prose, word
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Role
from nmrf.core.search import fold

NAMES = ""  # the language in which names are folded: none, so that nothing is stemmed


class InstitutionKind(StrEnum):
    MINISTRY = "ministry"
    AGENCY = "agency"
    JUDICIARY = "judiciary"
    COMMITTEE = "committee"
    NHRI = "nhri"
    PARLIAMENT = "parliament"
    CIVIL_SOCIETY = "civil_society"
    UNITED_NATIONS = "united_nations"
    ACADEMIA = "academia"
    EMBASSY = "embassy"
    MEDIA = "media"


INSTITUTION_KIND_LABELS: dict[InstitutionKind, Lazy] = {
    InstitutionKind.MINISTRY: _l("Ministry"),
    InstitutionKind.AGENCY: _l("Government agency"),
    InstitutionKind.JUDICIARY: _l("Judiciary"),
    InstitutionKind.COMMITTEE: _l("Inter-ministerial body"),
    InstitutionKind.NHRI: _l("National human rights institution"),
    InstitutionKind.PARLIAMENT: _l("Parliament"),
    InstitutionKind.CIVIL_SOCIETY: _l("Civil society"),
    InstitutionKind.UNITED_NATIONS: _l("United Nations"),
    InstitutionKind.ACADEMIA: _l("Academia"),
    InstitutionKind.EMBASSY: _l("Embassy"),
    InstitutionKind.MEDIA: _l("Media"),
}


class Institution(Base):
    """A ministry, a body or an organisation. Offices are held in it; it owns recommendations."""

    __tablename__ = "institution"

    id: Mapped[Key]
    name: Mapped[Line] = mapped_column(unique=True)
    short_name: Mapped[Code]
    kind: Mapped[InstitutionKind] = mapped_column(word(InstitutionKind))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id"))
    email: Mapped[Line] = mapped_column(default="")
    region: Mapped[Code] = mapped_column(default="")
    groups: Mapped[list[str]] = mapped_column(Json, default=list)  # groups of persons it works for
    active: Mapped[bool] = mapped_column(default=True)
    search_text: Mapped[Prose] = mapped_column(default="")

    @validates("name", "short_name")
    def _searchable(self, field: str, value: str) -> str:
        words = {"name": self.name, "short_name": self.short_name, field: value}
        self.search_text = fold(" ".join(word or "" for word in words.values()), NAMES)
        return value

    @property
    def is_government(self) -> bool:
        return self.kind in {
            InstitutionKind.MINISTRY,
            InstitutionKind.AGENCY,
            InstitutionKind.JUDICIARY,
            InstitutionKind.COMMITTEE,
        }


class Person(Base):
    """Somebody with an account. What they may do follows from the offices they hold."""

    __tablename__ = "person"

    id: Mapped[Key]
    name: Mapped[Line]
    email: Mapped[Line] = mapped_column(unique=True)  # in lower case
    language: Mapped[Code] = mapped_column(default="en")
    active: Mapped[bool] = mapped_column(default=True)
    # None until the invitation is taken up.
    password_hash: Mapped[str | None] = mapped_column(String(200))
    # Raised by every change of password or second factor: ends other sessions and used links.
    session_epoch: Mapped[int] = mapped_column(default=1)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    # A day, not a time: a time could be held against the hour of an anonymous comment.
    last_signed_in_on: Mapped[date | None]
    # Sealed with the secret key: 20 bytes, nonce and tag are just 64 characters.
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    totp_pending: Mapped[str | None] = mapped_column(String(64))  # shown, not yet confirmed
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a code is taken once
    recovery_hashes: Mapped[list[str]] = mapped_column(Json, default=list)
    search_text: Mapped[Prose] = mapped_column(default="")

    offices: Mapped[list[Office]] = relationship(
        back_populates="person", foreign_keys="Office.person_id", order_by="Office.id"
    )
    absences: Mapped[list[Absence]] = relationship(
        back_populates="person", foreign_keys="Absence.person_id", order_by="Absence.starts_on"
    )

    @validates("name", "email")
    def _searchable(self, field: str, value: str) -> str:
        words = {"name": self.name, "email": self.email, field: value}
        self.search_text = fold(" ".join(word or "" for word in words.values()), NAMES)
        return value

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and self.locked_until > now


class Office(Base):
    """A role held by a person in an institution for a period. Once begun it is only ever ended."""

    __tablename__ = "office"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="period"),
        Index("ix_office_institution_id_role", "institution_id", "role"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    role: Mapped[Role] = mapped_column(word(Role))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # the last day

    person: Mapped[Person] = relationship(back_populates="offices", foreign_keys=[person_id])
    institution: Mapped[Institution] = relationship()

    def is_held(self, today: date) -> bool:
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


class Absence(Base):
    """Away from the first to the last day; the substitute acts in all offices meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="period"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[Prose] = mapped_column(default="")

    person: Mapped[Person] = relationship(back_populates="absences", foreign_keys=[person_id])
    substitute: Mapped[Person] = relationship(foreign_keys=[substitute_id])


class Throttle(Base):
    """A counter for sign-in and reset, by a keyed hash: no address or e-mail is kept."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    starts_at: Mapped[datetime]
    count: Mapped[int]
