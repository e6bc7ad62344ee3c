"""The signed link by which an institution without an account answers its invitation."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.consultations.models import Consultation, Invitation
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.keys import signer


def _signer(ctx: Ctx) -> URLSafeSerializer:
    return signer(ctx.house.settings, "invitation")


def answer_token(ctx: Ctx, invitation: Invitation) -> str:
    """What stands in the link; it tells nothing and can be made by nobody else."""
    return str(_signer(ctx).dumps(invitation.id))


def invitation_of(ctx: Ctx, token: str) -> Invitation:
    """The invitation of a link. Raises `NotFound` for one that was not made here."""
    try:
        invitation_id = int(_signer(ctx).loads(token))
    except (BadSignature, ValueError, TypeError):
        invitation_id = 0
    invitation = ctx.session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .options(
            joinedload(Invitation.institution),
            joinedload(Invitation.consultation).joinedload(Consultation.cycle),
        )
    )
    if invitation is None or invitation.consultation.announced_at is None:
        raise NotFound(_("This link does not belong to an invitation, or it was not copied whole."))
    return invitation
