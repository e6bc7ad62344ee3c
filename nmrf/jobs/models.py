from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from nmrf.core.db import Base, Code, Json, Key, Prose


class Lease(Base):
    """Held by the one scheduler that may run; whoever renews it leads."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[Code]
    until: Mapped[datetime]


class JobRun(Base):
    """One run of a job: when, how it ended, what it did."""

    __tablename__ = "job_run"

    id: Mapped[Key]
    job: Mapped[Code] = mapped_column(index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ok: Mapped[bool | None]
    done: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    error: Mapped[Prose] = mapped_column(default="")
