"""Consultations in the one calendar of the service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from nmrf.consultations.models import Consultation, ConsultationState
from nmrf.consultations.queries import visible
from nmrf.core.ctx import Ctx
from nmrf.cycles import entries
from nmrf.cycles.entries import CalendarEntry

ALARMS = (timedelta(days=1),)


def consultation_entries(ctx: Ctx) -> Iterator[CalendarEntry]:
    """The consultations that the actor may see. Cancelled ones stay, marked as such."""
    for one in ctx.session.scalars(select(Consultation).where(visible(ctx))):
        yield CalendarEntry(
            uid=one.calendar_uid,
            kind="consultation",
            title=one.title,
            start=one.starts_at,
            end=one.ends_at,
            url=ctx.house.link("consultations.consultation", consultation_id=one.id),
            location=one.venue or one.online_url,
            description=one.purpose,
            tentative=one.state == ConsultationState.PLANNED,
            cancelled=one.state == ConsultationState.CANCELLED,
            sequence=one.sequence,
            alarms=ALARMS if one.state == ConsultationState.ANNOUNCED else (),
            busy=True,
        )


entries.register("consultations", consultation_entries)
