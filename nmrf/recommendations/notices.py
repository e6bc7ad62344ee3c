"""Who is mailed what about recommendations: one mail an institution and act, never one a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from nmrf.accounts.models import Institution, Person
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l
from nmrf.core.roles import Role
from nmrf.outbox.service import Recipient, notify
from nmrf.recommendations.models import Assignment

_FOCAL = (Role.FOCAL_POINT, Role.ALTERNATE)
NAMED = 12  # numbers written out in a mail


def assigned(ctx: Ctx, given: Mapping[int, Sequence[Assignment]], answer_by: date) -> None:
    """Tell the focal points of each institution (by id) how many it was given, and where."""
    for institution, people in _people(ctx, given).items():
        assignments = given[institution.id]
        for person in people:
            notify(
                ctx,
                "recommendations_assigned",
                Recipient.of(person),
                institution,
                key=_key(ctx, institution, assignments),
                why=_l("you are a focal point of %(name)s.", name=institution.name),
                lead=[a.recommendation.number for a in assignments if a.lead],
                supporting=[a.recommendation.number for a in assignments if not a.lead],
                named=NAMED,
                answer_by=answer_by,
            )


def answered_by_silence(ctx: Ctx, taken: Mapping[int, Sequence[Assignment]]) -> None:
    """Tell the focal points that what they did not answer counts as accepted."""
    for institution, people in _people(ctx, taken).items():
        assignments = taken[institution.id]
        for person in people:
            notify(
                ctx,
                "assignments_accepted_by_silence",
                Recipient.of(person),
                institution,
                key=_key(ctx, institution, assignments),
                why=_l("you are a focal point of %(name)s.", name=institution.name),
                numbers=[a.recommendation.number for a in assignments],
                named=NAMED,
            )


def disputed(ctx: Ctx, institution: Institution, assignments: Sequence[Assignment]) -> None:
    """Tell the secretariat that an institution disputes what it was given, with its reason."""
    for office in holders(ctx.session, ctx.today, [Role.SECRETARIAT]):
        notify(
            ctx,
            "assignments_disputed",
            Recipient.of(office.person),
            institution,
            key=_key(ctx, institution, assignments),
            why=_l("you work in the secretariat."),
            numbers=[a.recommendation.number for a in assignments],
            reason=assignments[0].reason,
            suggested=assignments[0].suggested.name if assignments[0].suggested else "",
            named=NAMED,
        )


def upheld(ctx: Ctx, assignment: Assignment) -> None:
    """Tell the institution that its assignment stays, with the secretariat's reason."""
    _about_one(ctx, assignment, "assignment_upheld")


def ended(ctx: Ctx, assignment: Assignment) -> None:
    """Tell the institution that a recommendation is no longer with it, and why."""
    _about_one(ctx, assignment, "assignment_ended")


def _about_one(ctx: Ctx, assignment: Assignment, kind: str) -> None:
    given = {assignment.institution_id: [assignment]}
    for institution, people in _people(ctx, given).items():
        for person in people:
            notify(
                ctx,
                kind,
                Recipient.of(person),
                assignment.recommendation,
                key=f"{assignment.id}:{ctx.now.isoformat()}",
                why=_l("you are a focal point of %(name)s.", name=institution.name),
                institution=institution,
                reason=assignment.reason,
            )


def _people(ctx: Ctx, institution_ids: Iterable[int]) -> dict[Institution, list[Person]]:
    """The focal points of these institutions; each person once an institution."""
    found: dict[Institution, dict[int, Person]] = {}
    for office in holders(ctx.session, ctx.today, _FOCAL, institution_ids):
        found.setdefault(office.institution, {})[office.person_id] = office.person
    return {institution: list(people.values()) for institution, people in found.items()}


def _key(ctx: Ctx, institution: Institution, assignments: Sequence[Assignment]) -> str:
    return f"{institution.id}:{max(a.id for a in assignments)}:{ctx.now.isoformat()}"
