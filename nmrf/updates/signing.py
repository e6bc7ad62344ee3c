"""Sign-off by the validating authority, and sending back. A snapshot never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.recommendations.service import record_status
from nmrf.updates import notices
from nmrf.updates.models import (
    Evidence,
    Remark,
    RemarkKind,
    Round,
    Update,
    UpdateSnapshot,
    UpdateState,
)
from nmrf.updates.queries import of_institution
from nmrf.updates.states import check_move


def sign_off(ctx: Ctx, update: Update, lock: int | None = None) -> UpdateSnapshot:
    """Take an update as the institution's word: a numbered snapshot that supersedes the one before.

    The lead institution's status becomes that of the recommendation. Signing is possible after
    the round has closed, too.

    Raises:
        Conflict: for an old `lock`, or an update that does not wait for sign-off.
        Refused: unless the actor is the validating authority of the institution and did not
            write it.
    """
    snapshot = _sign(ctx, update, lock)
    notices.signed(ctx, [snapshot])
    return snapshot


def sign_all(
    ctx: Ctx,
    round: Round,  # noqa: A002
    institution: Institution,
    seen: Mapping[int, int],
) -> list[UpdateSnapshot]:
    """Sign the updates that were `seen` (id to lock) and have not changed since, in one act.

    What the actor wrote is left out. Raises `Conflict` when nothing is left to sign.
    """
    ready = [
        one
        for one in of_institution(ctx.session, round.id, institution.id)
        if seen.get(one.id) == one.lock
        and one.state is UpdateState.SIGN_OFF
        and access.can(ctx.actor, "update.sign", one)
    ]
    if not ready:
        raise Conflict(
            _("None of these waits for your signature any more. Load the page again to see why.")
        )
    made = [_sign(ctx, one, None) for one in ready]
    notices.signed(ctx, made)
    return made


def _sign(ctx: Ctx, update: Update, lock: int | None) -> UpdateSnapshot:
    check_lock(update, lock)
    check_move(update.state, UpdateState.SUBMITTED)
    access.require(ctx.actor, "update.sign", update)
    number = max((one.number for one in update.snapshots), default=0) + 1
    evidence = [_evidence(one) for one in update.evidence]
    snapshot = UpdateSnapshot(
        update_id=update.id,
        number=number,
        recommendation_id=update.recommendation_id,
        institution_id=update.institution_id,
        status=update.status,
        narrative=update.narrative,
        no_change=update.no_change,
        evidence=evidence,
        sha256="",
        written_by_id=update.written_by_id,
        signed_by_id=ctx.actor.id,
        signed_at=ctx.now,
    )
    snapshot.sha256 = fingerprint(snapshot)
    snapshot.institution, snapshot.recommendation = update.institution, update.recommendation
    update.snapshots.append(snapshot)
    for one in update.evidence:
        if one.file is not None:
            one.file.visibility = one.visibility
    update.state, update.held_since, update.return_reason = UpdateState.SUBMITTED, ctx.now, ""
    events.record(
        ctx,
        "update.signed_off",
        update,
        number=number,
        status=update.status,
        sha256=snapshot.sha256,
    )
    if update.lead:
        record_status(
            ctx,
            update.recommendation,
            update.status,
            institution=update.institution,
            on=ctx.today,
        )
    return snapshot


def fingerprint(snapshot: UpdateSnapshot) -> str:
    """The SHA-256 of what a snapshot says, so that nobody can change it unseen."""
    body = json.dumps(
        [
            snapshot.update_id,
            snapshot.number,
            snapshot.status,
            snapshot.narrative,
            snapshot.no_change,
            snapshot.evidence,
        ],
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def _evidence(one: Evidence) -> dict[str, Any]:
    return {
        "title": one.title,
        "url": one.url,
        "file_id": one.file_id,
        "name": one.file.name if one.file else "",
        "sha256": one.file.sha256 if one.file else "",
        "visibility": one.visibility.value,
    }


def return_update(ctx: Ctx, update: Update, reason: str, lock: int | None = None) -> None:
    """Send an update back to the focal points, who can write it again, also after the round.

    For the validating authority, and for the secretariat after the sign-off as well: the next
    sign-off then supersedes the snapshot, which stays.

    Raises:
        Conflict: for an old `lock`, or an update that is with the focal points already.
        Invalid: without a reason.
    """
    check_lock(update, lock)
    check_move(update.state, UpdateState.RETURNED)
    access.require(ctx.actor, "update.return", update)
    reason = inputs.prose(reason, "reason", required=True)
    was = update.state
    update.state, update.held_since, update.return_reason = UpdateState.RETURNED, ctx.now, reason
    update.remarks.append(
        Remark(
            kind=RemarkKind.RETURNED,
            text=reason,
            written_by_id=ctx.actor.id,
            written_at=ctx.now,
        )
    )
    events.record(ctx, "update.returned", update, was=was)
    notices.returned(ctx, update)
