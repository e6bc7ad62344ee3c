"""What every service verb is given: who acts, when, in which session, in which house."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from nmrf.core.calendar import WorkingCalendar
from nmrf.core.clock import local_date
from nmrf.core.roles import Actor
from nmrf.settings import Settings


class Links(Protocol):
    def __call__(self, endpoint: str, **values: Any) -> str:
        """The full address of a page, for mails, feeds and jobs outside a request."""


@dataclass(frozen=True)
class House:
    """What is the same for the life of the process."""

    settings: Settings
    calendar: WorkingCalendar
    link: Links


@dataclass(frozen=True)
class Ctx:
    """Actor, now (aware, UTC), session and house. Nothing else asks the system for the time."""

    actor: Actor
    now: datetime
    session: Session
    house: House

    @property
    def today(self) -> date:
        """The date in the national time zone."""
        return local_date(self.now, self.house.settings.time_zone)

    def acting_as(self, actor: Actor) -> Ctx:
        """The same context for another actor: what jobs use to act as the service."""
        return replace(self, actor=actor)
