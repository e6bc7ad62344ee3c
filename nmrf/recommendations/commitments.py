"""Voluntary commitments: what the State promised of its own accord, and who carries it out.

They come from four places, and one with no owner is forgotten (New Zealand; UPR Info, The
Butterfly Effect, L826). They were made in public, so everybody sees them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import PAGE_SIZE, Page, paginate
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations.models_plan import Commitment, CommitmentSource

_CODE = 80


@dataclass(frozen=True)
class Promise:
    """A commitment as it is written down; `institution` carries it out, None while nobody does."""

    text: str
    source: CommitmentSource
    symbol: str = ""
    paragraph: str = ""
    made_on: date | None = None
    institution: Institution | None = None


def add_commitment(ctx: Ctx, cycle: Cycle, promise: Promise) -> Commitment:
    """Keep a commitment with its source and, if known, its owner.

    Raises `Refused` unless the actor is of the secretariat, `Invalid` for no text, a paragraph
    without a document, a day to come, or an owner outside the Government.
    """
    access.require(ctx.actor, "commitment.manage")
    made = Commitment(
        cycle_id=cycle.id,
        status="",
        recorded_at=ctx.now,
        recorded_by_id=ctx.actor.id,
        **_values(ctx, promise),
    )
    ctx.session.add(made)
    events.record(
        ctx,
        "commitment.kept",
        made,
        source=made.source.value,
        institution=made.institution_id,
    )
    return made


def change_commitment(
    ctx: Ctx, commitment: Commitment, promise: Promise, *, lock: int | None = None
) -> None:
    """Mend what is written of a commitment, or give it to an owner.

    Raises `Conflict` for an old `lock`, else as `add_commitment` does.
    """
    check_lock(commitment, lock)
    access.require(ctx.actor, "commitment.manage")
    values = _values(ctx, promise)
    changed = [name for name, value in values.items() if getattr(commitment, name) != value]
    if not changed:
        return
    for name, value in values.items():
        setattr(commitment, name, value)
    events.record(
        ctx,
        "commitment.changed",
        commitment,
        changed=changed,
        institution=commitment.institution_id,
    )
    ctx.session.expire(commitment, ["institution"])


def report_commitment(
    ctx: Ctx, commitment: Commitment, status: str, *, lock: int | None = None
) -> None:
    """Say how far the commitment is, by a code of the vocabulary implementation_status.

    Raises `Conflict` for an old `lock`, `Refused` unless the actor is of the owner's focal points
    or of the secretariat, `Invalid` for an unknown code.
    """
    check_lock(commitment, lock)
    access.require(ctx.actor, "commitment.report", commitment)
    terms = load(ctx.house.settings.workflows).vocabularies["implementation_status"]
    if status not in terms.codes:
        raise Invalid(_("There is no such implementation status."), place="status")
    was, commitment.status = commitment.status, status
    commitment.status_on = ctx.today
    events.record(
        ctx,
        "commitment.reported",
        commitment,
        was=was,
        status=status,
        institution=commitment.institution_id,
    )


def get_commitment(ctx: Ctx, commitment_id: int) -> Commitment:
    """One commitment with cycle and owner. Raises `NotFound`."""
    found = ctx.session.get(
        Commitment,
        commitment_id,
        options=[joinedload(Commitment.cycle), joinedload(Commitment.institution)],
    )
    if found is None:
        raise NotFound(_("There is no such commitment."))
    return found


def commitments(
    ctx: Ctx,
    *,
    cycle_id: int | None = None,
    unowned: bool = False,
    number: int = 1,
    size: int = PAGE_SIZE,
) -> Page[Commitment]:
    """A page of the commitments, of the latest cycle first; `unowned` shows those of nobody."""
    query = (
        select(Commitment)
        .join(Commitment.cycle)
        .options(joinedload(Commitment.cycle), joinedload(Commitment.institution))
        .order_by(Cycle.session.desc(), Commitment.id)
    )
    if cycle_id is not None:
        query = query.where(Commitment.cycle_id == cycle_id)
    if unowned:
        query = query.where(Commitment.institution_id.is_(None))
    return paginate(ctx.session, query, number, size)


def unowned(ctx: Ctx, cycle: Cycle) -> int:
    """How many commitments of a cycle nobody owns."""
    found = ctx.session.scalar(
        select(func.count(Commitment.id)).where(
            Commitment.cycle_id == cycle.id, Commitment.institution_id.is_(None)
        )
    )
    return found or 0


def _values(ctx: Ctx, promise: Promise) -> dict[str, object]:
    owner = promise.institution
    if owner is not None and not (owner.active and owner.is_government):
        raise Invalid(_("Choose an institution of the Government."), place="institution")
    made_on = inputs.day(promise.made_on, "made_on")
    if made_on and made_on > ctx.today:
        raise Invalid(_("A commitment was made today or before."), place="made_on")
    symbol = inputs.line(promise.symbol, "symbol", longest=_CODE)
    paragraph = inputs.line(promise.paragraph, "paragraph", longest=_CODE)
    if paragraph and not symbol:
        raise Invalid(
            _("Name the document that the paragraph is of, such as A/HRC/59/15/Add.1."),
            place="symbol",
        )
    return {
        "text": inputs.prose(promise.text, "text", required=True),
        "source": promise.source,
        "symbol": symbol,
        "paragraph": paragraph,
        "made_on": made_on,
        "institution_id": owner.id if owner else None,
    }
