"""Who is written to about rounds and updates. One mail an act and person, never one a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from nmrf.accounts.models import Institution, Person
from nmrf.accounts.queries import recipients
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l
from nmrf.core.roles import Role
from nmrf.outbox.service import Recipient, notify
from nmrf.updates.models import Round, Update, UpdateSnapshot, UpdateState

FOCAL = (Role.FOCAL_POINT, Role.ALTERNATE)
AUTHORITY = (Role.VALIDATING_AUTHORITY,)


def opened(ctx: Ctx, round: Round, new: Sequence[Update]) -> None:  # noqa: A002
    """Tell the focal points of each institution how many updates are asked for, and where."""
    asked: dict[Institution, list[Update]] = defaultdict(list)
    for one in new:
        asked[one.institution].append(one)
    for institution, updates in asked.items():
        _to_institution(
            ctx,
            "round_opened",
            round,
            institution,
            FOCAL,
            key=f"{round.id}:{institution.id}:{max(one.id for one in updates)}",
            lead=sum(one.lead for one in updates),
            supporting=sum(not one.lead for one in updates),
        )


def extended(ctx: Ctx, round: Round, was: date, reason: str) -> None:  # noqa: A002
    """Tell those who have not finished that they have more time, and why."""
    owing = ctx.session.scalars(
        select(Institution)
        .join(Update, Update.institution_id == Institution.id)
        .where(Update.round_id == round.id, Update.state != UpdateState.SUBMITTED)
        .distinct()
        .order_by(Institution.id)
    )
    for institution in owing:
        _to_institution(
            ctx,
            "round_extended",
            round,
            institution,
            (*FOCAL, *AUTHORITY),
            key=f"{round.id}:{institution.id}:{round.closes_on}",
            was=was,
            reason=reason,
        )


def waits_for_sign_off(ctx: Ctx, round: Round, institution: Institution) -> None:  # noqa: A002
    """Tell the validating authority that there is something to sign; once a day."""
    _to_institution(
        ctx,
        "update_waits_for_sign_off",
        round,
        institution,
        AUTHORITY,
        key=f"{round.id}:{institution.id}:{ctx.today}",
    )


def returned(ctx: Ctx, update: Update) -> None:
    """Tell the focal points that an update is back with them, and why."""
    _to_institution(
        ctx,
        "update_returned",
        update,
        update.institution,
        FOCAL,
        key=f"{update.id}:{ctx.now.isoformat()}",
        update=update,
        reason=update.return_reason,
    )


def signed(ctx: Ctx, snapshots: Iterable[UpdateSnapshot]) -> None:
    """Give those who wrote a receipt of what was signed off: number, status, fingerprint."""
    by_writer: dict[int, list[UpdateSnapshot]] = defaultdict(list)
    for one in snapshots:
        if one.written_by_id is not None and one.written_by_id != ctx.actor.id:
            by_writer[one.written_by_id].append(one)
    ctx.session.flush()
    writers = ctx.session.scalars(
        select(Person).where(Person.id.in_(by_writer), Person.active).order_by(Person.id)
    )
    for person in writers:
        theirs = by_writer[person.id]
        notify(
            ctx,
            "update_submitted",
            Recipient.of(person),
            theirs[0].update,
            key=",".join(str(one.id) for one in theirs)[:120],
            why=_l("you wrote what was signed off."),
            snapshots=theirs,
            institution=theirs[0].institution,
            round=theirs[0].update.round,
        )


def reminder(
    ctx: Ctx,
    round: Round,  # noqa: A002
    person: Person,
    *,
    key: str,
    to_write: Sequence[Update],
    to_sign: Sequence[Update],
) -> bool:
    """One mail with everything that a person has open in a round. False when it was sent before."""
    message = notify(
        ctx,
        "update_reminder",
        Recipient.of(person),
        round,
        key=key,
        why=_l("you are a focal point or the validating authority of an institution that reports."),
        round=round,
        to_write=to_write,
        to_sign=to_sign,
        over=round.closes_on < ctx.today,
    )
    return message is not None


def _to_institution(
    ctx: Ctx,
    kind: str,
    subject: Round | Update,
    institution: Institution,
    roles: tuple[Role, ...],
    *,
    key: str,
    **values: Any,
) -> None:
    for person in recipients(ctx.session, ctx.today, roles, [institution.id]):
        if person.id == ctx.actor.id:
            continue
        notify(
            ctx,
            kind,
            Recipient.of(person),
            subject,
            key=key,
            why=_l("you hold an office in %(name)s.", name=institution.name),
            institution=institution,
            **values,
        )
