"""The first steps of a service that has just been set up, in their order, until they are done."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import exists, func, select

from nmrf.access import can
from nmrf.accounts.models import Institution, InstitutionKind
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle
from nmrf.desk.tasks import Task, register
from nmrf.recommendations.models import Assignment

ANSWERING = (Role.FOCAL_POINT, Role.ALTERNATE)


def first_steps(ctx: Ctx) -> Iterator[Task]:
    """For administrators and the secretariat: institutions, people, the cycle, focal points."""
    if not can(ctx.actor, "accounts.manage"):
        return
    since = ctx.today
    ministries = ctx.session.scalar(
        select(func.count(Institution.id)).where(
            Institution.active, Institution.kind == InstitutionKind.MINISTRY
        )
    )
    if (ministries or 0) < 2:
        yield Task(
            _("Enter the ministries"),
            "accounts.institutions",
            what=_("Recommendations are given to them, and people hold offices in them."),
            since=since,
        )
    if not holders(ctx.session, ctx.today, [Role.SECRETARIAT]):
        yield Task(
            _("Open an account for the secretariat"),
            "accounts.new_person",
            what=_("It opens the cycle, imports recommendations and invites everybody else."),
            since=since,
        )
    if can(ctx.actor, "cycle.manage") and not ctx.session.scalar(select(exists(select(Cycle.id)))):
        yield Task(
            _("Open the cycle"),
            "cycles.new",
            what=_("From the session of the Working Group all dates are suggested."),
            since=since,
        )
    missing = _without_focal_point(ctx)
    if missing:
        yield Task(
            ngettext(
                "Name a focal point for %(n)s institution",
                "Name focal points for %(n)s institutions",
                len(missing),
            ),
            "accounts.institution",
            {"institution_id": missing[0].id},
            what=_(
                "It has recommendations, and nobody who answers: %(names)s",
                names=", ".join(one.name for one in missing[:3]) + ("…" if missing[3:] else ""),
            ),
            since=since,
        )


def _without_focal_point(ctx: Ctx) -> list[Institution]:
    asked = exists().where(
        Assignment.institution_id == Institution.id, Assignment.ended_at.is_(None)
    )
    answered = {one.institution_id for one in holders(ctx.session, ctx.today, ANSWERING)}
    found = ctx.session.scalars(
        select(Institution).where(Institution.active, asked).order_by(Institution.name)
    )
    return [one for one in found if one.id not in answered]


register("beginning", first_steps)
