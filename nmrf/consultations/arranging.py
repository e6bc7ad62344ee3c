"""Verbs on a consultation: schedule, edit, announce, cancel, record as held, copy."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from nmrf import access
from nmrf.consultations import kinds, notices
from nmrf.consultations.invitations import fill_places
from nmrf.consultations.models import (
    STATE_LABELS,
    Consultation,
    ConsultationState,
    Document,
    Invitation,
    Series,
)
from nmrf.consultations.states import TRANSITIONS
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles import inputs
from nmrf.cycles.entries import uid
from nmrf.cycles.milestones import check_lock
from nmrf.cycles.models import Cycle
from nmrf.files import service as files

LONGEST = timedelta(days=31)
S = ConsultationState
# What the invited have to know at once: a change of these is sent out.
SENT_OUT = ("title", "starts_at", "ends_at", "venue", "online_url")


def schedule(
    ctx: Ctx,
    cycle: Cycle,
    *,
    title: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    purpose: str = "",
    agenda: str = "",
    venue: str = "",
    region: str = "",
    online_url: str = "",
    capacity: int | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    participants_visibility: Visibility = Visibility.SECRETARIAT,
    series: Series | None = None,
    report_version_id: int | None = None,
    already_held: bool = False,
) -> Consultation:
    """Plan a consultation; only the secretariat sees it until it is announced.

    Times are aware. `kind` is a code of the vocabulary consultation_kinds; `capacity` counts
    organisations. `already_held` records one that took place before it was entered here.

    Raises `Invalid` for times that make no sense or lie in the past, an unknown kind, an
    address that is none, or an empty title.
    """
    access.require(ctx.actor, "consultation.manage", cycle)
    _check_times(starts_at, ends_at)
    if already_held and ends_at > ctx.now:
        raise Invalid(_("This has not ended yet, so it cannot have been held."), place="ends_at")
    if not already_held and starts_at <= ctx.now:
        raise Invalid(
            _("This time has passed. Choose a later one, or say that it has taken place already."),
            place="starts_at",
        )
    consultation = Consultation(
        cycle_id=cycle.id,
        series_id=series.id if series else None,
        report_version_id=report_version_id,
        starts_at=starts_at,
        ends_at=ends_at,
        state=S.HELD if already_held else S.PLANNED,
        visibility=visibility,
        participants_visibility=participants_visibility,
        calendar_uid=uid(ctx, f"consultation-{secrets.token_hex(10)}"),
        **_checked(
            ctx,
            title=title,
            kind=kind,
            purpose=purpose,
            agenda=agenda,
            venue=venue,
            region=region,
            online_url=online_url,
            capacity=capacity,
        ),
    )
    consultation.cycle = cycle
    ctx.session.add(consultation)
    events.record(ctx, "consultation.scheduled", consultation, held=already_held)
    return consultation


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(_("It ends before it begins."), place="ends_at")
    if ends_at - starts_at > LONGEST:
        raise Invalid(
            _("A consultation of more than a month cannot be right. Check both days."),
            place="ends_at",
        )
    inputs.day(starts_at.date(), "starts_at")


def _checked(
    ctx: Ctx,
    *,
    title: str,
    kind: str,
    purpose: str,
    agenda: str,
    venue: str,
    region: str,
    online_url: str,
    capacity: int | None,
) -> dict[str, object]:
    if capacity is not None and not 1 <= capacity <= 100_000:
        raise Invalid(_("Give a number of places, or leave it empty."), place="capacity")
    return {
        "title": inputs.line(title, "title", required=True),
        "kind": kinds.check_kind(ctx, kind),
        "purpose": inputs.prose(purpose, "purpose"),
        "agenda": inputs.prose(agenda, "agenda"),
        "venue": inputs.line(venue, "venue"),
        "region": inputs.line(region, "region", longest=80),
        "online_url": inputs.web_address(online_url, "online_url"),
        "capacity": capacity,
    }


def edit(
    ctx: Ctx,
    consultation: Consultation,
    *,
    title: str,
    kind: str,
    starts_at: datetime,
    ends_at: datetime,
    purpose: str = "",
    agenda: str = "",
    venue: str = "",
    region: str = "",
    online_url: str = "",
    capacity: int | None = None,
    visibility: Visibility = Visibility.PUBLIC,
    participants_visibility: Visibility = Visibility.SECRETARIAT,
    lock: int | None = None,
) -> int:
    """Change a consultation. Once announced, another time, place or title goes to the invited.

    The update has the same calendar UID and a higher SEQUENCE. Gives how many mails were queued.

    Raises `Conflict` for an old `lock` or when it was cancelled; `Invalid` as `schedule` does.
    """
    check_lock(consultation, lock)
    if consultation.state == S.CANCELLED:
        raise Conflict(_("This consultation was cancelled. Copy it to arrange another."))
    access.require(ctx.actor, "consultation.manage", consultation)
    _check_times(starts_at, ends_at)
    moved = (starts_at, ends_at) != (consultation.starts_at, consultation.ends_at)
    if moved and consultation.state != S.HELD and starts_at <= ctx.now:
        raise Invalid(_("This time has passed. Choose a later one."), place="starts_at")
    new = _checked(
        ctx,
        title=title,
        kind=kind,
        purpose=purpose,
        agenda=agenda,
        venue=venue,
        region=region,
        online_url=online_url,
        capacity=capacity,
    ) | {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "visibility": visibility,
        "participants_visibility": participants_visibility,
    }
    changed = [name for name, value in new.items() if getattr(consultation, name) != value]
    if not changed:
        return 0
    for name in changed:
        setattr(consultation, name, new[name])
    sends = consultation.state == S.ANNOUNCED and not set(SENT_OUT).isdisjoint(changed)
    if sends:
        consultation.sequence += 1
    events.record(ctx, "consultation.edited", consultation, fields=changed)
    if "capacity" in changed and consultation.state == S.ANNOUNCED and starts_at > ctx.now:
        ctx.session.flush()
        fill_places(ctx, consultation)
    return notices.changed(ctx, consultation) if sends else 0


def _set_state(
    ctx: Ctx, consultation: Consultation, to: ConsultationState, lock: int | None
) -> None:
    """The one door: lock, transition, permission, then the change."""
    check_lock(consultation, lock)
    if to not in TRANSITIONS[consultation.state]:
        raise Conflict(
            _(
                "This consultation is: %(state)s. It cannot become: %(to)s.",
                state=STATE_LABELS[consultation.state],
                to=STATE_LABELS[to],
            )
        )
    access.require(ctx.actor, "consultation.manage", consultation)
    consultation.state = to


def announce(ctx: Ctx, consultation: Consultation, *, lock: int | None = None) -> int:
    """Make it known and send the invitations. Gives how many mails were queued.

    Raises `Conflict` when it is not planned, `Invalid` when it has begun already.
    """
    if consultation.state == S.PLANNED and consultation.starts_at <= ctx.now:
        raise Invalid(_("Its time has passed. Move it, or record it as held."), place="starts_at")
    _set_state(ctx, consultation, S.ANNOUNCED, lock)
    consultation.announced_at = ctx.now
    waiting = [one for one in consultation.invitations if one.invited_at is None]
    for one in waiting:
        one.invited_at = ctx.now
    days = (consultation.starts_at - ctx.now).days
    events.record(
        ctx, "consultation.announced", consultation, days_before=days, invited=len(waiting)
    )
    return notices.invited(ctx, waiting)


def cancel(ctx: Ctx, consultation: Consultation, reason: str, *, lock: int | None = None) -> int:
    """Call it off. The invited who have not declined get METHOD:CANCEL with the reason.

    Raises `Invalid` without a reason, `Conflict` when it was held or cancelled already.
    """
    reason = inputs.prose(reason, "reason", required=True)
    _set_state(ctx, consultation, S.CANCELLED, lock)
    consultation.cancel_reason = reason
    consultation.sequence += 1
    events.record(ctx, "consultation.cancelled", consultation)
    return notices.cancelled(ctx, consultation) if consultation.announced_at else 0


def record_held(ctx: Ctx, consultation: Consultation, *, lock: int | None = None) -> None:
    """Say that it took place. Raises `Invalid` before it has begun, `Conflict` when cancelled."""
    if consultation.state in {S.PLANNED, S.ANNOUNCED} and consultation.starts_at > ctx.now:
        raise Invalid(_("It has not begun yet."), place="starts_at")
    _set_state(ctx, consultation, S.HELD, lock)
    events.record(ctx, "consultation.held", consultation)


def copy(
    ctx: Ctx,
    consultation: Consultation,
    *,
    starts_at: datetime,
    ends_at: datetime,
    title: str | None = None,
    cycle: Cycle | None = None,
) -> Consultation:
    """A new planned consultation with the same texts, place, series and list to invite."""
    copied = schedule(
        ctx,
        cycle or consultation.cycle,
        title=title or consultation.title,
        kind=consultation.kind,
        starts_at=starts_at,
        ends_at=ends_at,
        purpose=consultation.purpose,
        agenda=consultation.agenda,
        venue=consultation.venue,
        region=consultation.region,
        online_url=consultation.online_url,
        capacity=consultation.capacity,
        visibility=consultation.visibility,
        participants_visibility=consultation.participants_visibility,
        series=consultation.series,
    )
    copied.invitations = [
        Invitation(institution_id=one.institution_id)
        for one in consultation.invitations
        if one.institution.active
    ]
    ctx.session.flush()
    return copied


def add_document(
    ctx: Ctx, consultation: Consultation, data: bytes, name: str, *, visibility: Visibility
) -> Document:
    """Put a file with a consultation. Raises `BadFile` for a type that is not taken."""
    access.require(ctx.actor, "consultation.manage", consultation)
    file = files.store(ctx, data, name, visibility=visibility)
    document = Document(consultation_id=consultation.id, file_id=file.id)
    document.file = file
    consultation.documents.append(document)
    events.record(ctx, "consultation.document_added", consultation, file=file.id)
    return document


def remove_document(ctx: Ctx, consultation: Consultation, document: Document) -> None:
    """Take a file away from a consultation; the file itself stays in the store."""
    access.require(ctx.actor, "consultation.manage", consultation)
    ctx.session.delete(document)
    events.record(ctx, "consultation.document_removed", consultation, file=document.file_id)
