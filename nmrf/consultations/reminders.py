"""Reminders of consultations and outcomes. Safe twice, late, or after an outage."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from nmrf.consultations import notices
from nmrf.consultations.models import (
    Answer,
    Consultation,
    ConsultationState,
    Invitation,
    Outcome,
    OutcomeState,
)
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.cycles.reminders import FORGOTTEN, step_due

BEFORE = (7, 1)  # days before a consultation begins
OUTCOME_BEFORE = (7, 1)  # days before an outcome is due; then as any deadline


def remind_due(ctx: Ctx) -> dict[str, int]:
    """Remind the invited 7 days and 1 day before, and owners of outcomes that are due or late.

    Of the steps that an outage skipped only the last is sent; the outbox sends each once.
    Returns how many mails were queued for each.
    """
    return {"consultations": _consultations(ctx), "outcomes": _outcomes(ctx)}


def _consultations(ctx: Ctx) -> int:
    zone = ctx.house.settings.time_zone
    found = ctx.session.scalars(
        select(Consultation)
        .where(
            Consultation.state == ConsultationState.ANNOUNCED,
            Consultation.starts_at > ctx.now,
            Consultation.starts_at <= ctx.now + timedelta(days=max(BEFORE) + 1),
        )
        .options(selectinload(Consultation.invitations).joinedload(Invitation.institution))
        .order_by(Consultation.starts_at, Consultation.id)
    )
    sent = 0
    for consultation in found:
        step = step_due(BEFORE, local_date(consultation.starts_at, zone), ctx.today)
        if step is None:
            continue
        asked = [
            one
            for one in consultation.invitations
            if one.answer != Answer.DECLINED
            and one.invited_at is not None
            # Whoever was invited today has just read it.
            and local_date(one.invited_at, zone) < ctx.today
        ]
        sent += notices.reminded(ctx, asked, step)
    return sent


def _outcomes(ctx: Ctx) -> int:
    found = ctx.session.scalars(
        select(Outcome)
        .where(
            Outcome.state == OutcomeState.OPEN,
            Outcome.due_on >= ctx.today - timedelta(days=FORGOTTEN),
            Outcome.due_on <= ctx.today + timedelta(days=max(OUTCOME_BEFORE)),
        )
        .options(joinedload(Outcome.institution), joinedload(Outcome.consultation))
        .order_by(Outcome.due_on, Outcome.id)
    )
    sent = 0
    for outcome in found:
        step = step_due(OUTCOME_BEFORE, outcome.due_on, ctx.today) if outcome.due_on else None
        if step is not None:
            sent += notices.outcome_reminded(ctx, outcome, step)
    return sent
