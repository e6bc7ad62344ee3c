"""Who leads and who supports: given by the secretariat, accepted or disputed by the institution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.accounts.queries import holders
from nmrf.core import events
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Role
from nmrf.recommendations import notices
from nmrf.recommendations.models import (
    ASSIGNMENT_STATE_LABELS,
    Assignment,
    AssignmentState,
    Dispute,
    Recommendation,
)
from nmrf.recommendations.states import TRANSITIONS

# No UN rule sets this time. Ten working days leave an institution two weeks to ask its own units;
# the ladder of reminders and the round of updates both begin later.
SILENT_AFTER_WORKING_DAYS = 10
_MOST_REASON = 5_000


@dataclass(frozen=True)
class Assigned:
    """How many recommendations got a new owner or supporter, and how many had them already."""

    changed: int
    unchanged: int


def answer_by(ctx: Ctx, assigned_on: date) -> date:
    """The last day to answer an assignment; after it, silence counts as acceptance."""
    return ctx.house.calendar.add_working_days(assigned_on, SILENT_AFTER_WORKING_DAYS)


def assign(
    ctx: Ctx,
    recommendations: Sequence[Recommendation],
    lead: Institution | None,
    supporting: Sequence[Institution] = (),
) -> Assigned:
    """Give recommendations to a lead, which replaces the one before, and add supporters.

    Each institution's focal points get one mail for all. Former assignments are ended and kept.

    Raises:
        Refused: unless the actor is of the secretariat.
        Invalid: with nothing chosen, or an institution outside the Government.
    """
    access.require(ctx.actor, "recommendation.assign")
    if not recommendations:
        raise Invalid(_("Tick at least one recommendation first."), place="recommendations")
    if lead is None and not supporting:
        raise Invalid(_("Choose who leads, or who supports."), place="lead")
    _check_owners([lead] if lead else [], "lead")
    _check_owners(supporting, "supporting")
    current = _current(ctx, recommendations)
    given: list[Assignment] = []
    settled: list[Assignment] = []
    for recommendation in recommendations:
        here = current.setdefault(recommendation.id, [])
        if lead is not None:
            given += _lead(ctx, recommendation, here, lead)
        added = _support(ctx, recommendation, here, supporting)
        settled += _settled(here, added)
        given += added
    ctx.session.add_all(given)
    ctx.session.flush()
    by_recommendation: dict[int, list[Assignment]] = {}
    by_institution: dict[int, list[Assignment]] = {}
    for one in given:
        by_recommendation.setdefault(one.recommendation_id, []).append(one)
        by_institution.setdefault(one.institution_id, []).append(one)
    for recommendation in recommendations:
        news = by_recommendation.get(recommendation.id)
        if news:
            events.record(
                ctx,
                "recommendation.assigned",
                recommendation,
                lead=next((a.institution_id for a in news if a.lead), None),
                supporting=[a.institution_id for a in news if not a.lead],
            )
            ctx.session.expire(recommendation, ["assignments"])
    for one in settled:
        _record(ctx, "assignment.upheld", one, shared=True)
    notices.assigned(ctx, by_institution, answer_by(ctx, ctx.today))
    changed = len(by_recommendation)
    return Assigned(changed, len(recommendations) - changed)


def _check_owners(institutions: Iterable[Institution], place: str) -> None:
    for institution in institutions:
        if not institution.is_government:
            raise Invalid(
                _(
                    "%(name)s is not part of the Government's administration or the judiciary and "
                    "cannot own a recommendation.",
                    name=institution.name,
                ),
                place=place,
            )
        if not institution.active:
            raise Invalid(_("%(name)s is no longer active.", name=institution.name), place=place)


def _current(ctx: Ctx, recommendations: Sequence[Recommendation]) -> dict[int, list[Assignment]]:
    ids = sorted(r.id for r in recommendations)
    # Two who assign at the same time must not both make a lead.
    ctx.session.execute(
        select(Recommendation.id)
        .where(Recommendation.id.in_(ids))
        .order_by(Recommendation.id)
        .with_for_update()
    )
    found: dict[int, list[Assignment]] = {}
    for one in ctx.session.scalars(
        select(Assignment)
        .where(Assignment.recommendation_id.in_(ids), Assignment.ended_at.is_(None))
        .options(joinedload(Assignment.institution))
        .execution_options(populate_existing=True)
    ):
        found.setdefault(one.recommendation_id, []).append(one)
    return found


def _lead(
    ctx: Ctx, recommendation: Recommendation, here: list[Assignment], lead: Institution
) -> list[Assignment]:
    old = next((a for a in here if a.lead), None)
    if old is not None and old.institution_id == lead.id:
        return []
    for one in [a for a in here if a.lead or a.institution_id == lead.id]:
        one.ended_at = ctx.now
        here.remove(one)
    new = _proposed(ctx, recommendation, lead, lead=True)
    here.append(new)
    return [new]


def _support(
    ctx: Ctx,
    recommendation: Recommendation,
    here: list[Assignment],
    supporting: Sequence[Institution],
) -> list[Assignment]:
    found = []
    for institution in supporting:
        if any(a.institution_id == institution.id for a in here):
            continue
        new = _proposed(ctx, recommendation, institution, lead=False)
        here.append(new)
        found.append(new)
    return found


def _settled(here: Sequence[Assignment], added: Sequence[Assignment]) -> list[Assignment]:
    """Disputes that said "ours and theirs", where they have been asked now."""
    asked = {new.institution_id for new in added}
    found = [
        one
        for one in here
        if one.state == AssignmentState.DISPUTED
        and one.dispute == Dispute.SHARED
        and one.suggested_id in asked
    ]
    for one in found:
        one.state = AssignmentState.ACCEPTED
    return found


def _proposed(
    ctx: Ctx, recommendation: Recommendation, institution: Institution, *, lead: bool
) -> Assignment:
    return Assignment(
        recommendation_id=recommendation.id,
        recommendation=recommendation,
        institution=institution,
        institution_id=institution.id,
        lead=lead,
        state=AssignmentState.PROPOSED,
        assigned_at=ctx.now,
        assigned_by_id=ctx.actor.id,
    )


def answer_assignment(
    ctx: Ctx,
    assignments: Assignment | Sequence[Assignment],
    *,
    accept: bool,
    reason: str = "",
    dispute: Dispute = Dispute.NOT_OURS,
    suggested: Institution | None = None,
) -> int:
    """Accept assignments for one's institution, or dispute them all with one reason.

    `suggested` is who should have them, or share them, as the institution sees it. Gives how many
    were answered.

    Raises:
        Refused: unless the actor speaks for the institution of each.
        Invalid: for a dispute without a reason.
        Conflict: when one has ended, or was answered meanwhile.
    """
    rows = [assignments] if isinstance(assignments, Assignment) else list(assignments)
    if not rows:
        raise Invalid(_("Tick at least one recommendation first."), place="recommendations")
    state = AssignmentState.ACCEPTED if accept else AssignmentState.DISPUTED
    for one in rows:
        _check_move(one, state, by_secretariat=False)
        access.require(ctx.actor, "assignment.answer", one)
    if not accept:
        reason = _reason(
            reason, _("Say why it is not yours, or not yours alone, so that it can be given on.")
        )
    for one in rows:
        one.state = state
        one.dispute = None if accept else dispute
        one.suggested_id = None if accept or suggested is None else suggested.id
        one.suggested = None if accept else suggested
        one.reason = "" if accept else reason
        one.answered_at = ctx.now
        one.answered_by_id = ctx.actor.id
    kind = "assignment.accepted" if accept else "assignment.disputed"
    for one in rows:
        _record(ctx, kind, one, dispute=one.dispute)
    if not accept:
        by_institution: dict[int, list[Assignment]] = {}
        for one in rows:
            by_institution.setdefault(one.institution_id, []).append(one)
        for group in by_institution.values():
            notices.disputed(ctx, group[0].institution, group)
    return len(rows)


def uphold(ctx: Ctx, assignment: Assignment, reason: str) -> None:
    """End a dispute: the assignment stays, and the institution is told why.

    Raises:
        Refused: unless the actor is of the secretariat.
        Invalid: without a reason.
        Conflict: when there is no dispute any more.
    """
    _check_move(assignment, AssignmentState.ACCEPTED, by_secretariat=True)
    access.require(ctx.actor, "recommendation.assign", assignment)
    assignment.reason = _reason(reason, _("Tell the institution why it stays with them."))
    assignment.state = AssignmentState.ACCEPTED
    assignment.answered_at = ctx.now
    assignment.answered_by_id = ctx.actor.id
    _record(ctx, "assignment.upheld", assignment)
    notices.upheld(ctx, assignment)


def end_assignment(ctx: Ctx, assignment: Assignment, reason: str) -> None:
    """Take a recommendation from an institution. The assignment is kept, with its end.

    Raises:
        Refused: unless the actor is of the secretariat.
        Invalid: without a reason.
        Conflict: when it has ended already.
    """
    if assignment.ended_at is not None:
        raise Conflict(_("This assignment has ended already."))
    access.require(ctx.actor, "recommendation.assign", assignment)
    assignment.reason = _reason(reason, _("Tell the institution why it ends."))
    assignment.ended_at = ctx.now
    _record(ctx, "assignment.ended", assignment)
    notices.ended(ctx, assignment)


def accept_silent(ctx: Ctx) -> dict[str, int]:
    """Accept what was not answered within `SILENT_AFTER_WORKING_DAYS` of being given. Safe twice.

    Silence counts only where somebody could have answered: an institution without a focal point
    is left as it is and counted as `nobody`.
    """
    open_ = list(
        ctx.session.scalars(
            select(Assignment)
            .where(Assignment.state == AssignmentState.PROPOSED, Assignment.ended_at.is_(None))
            .options(joinedload(Assignment.recommendation), joinedload(Assignment.institution))
            .order_by(Assignment.id)
        )
    )
    zone = ctx.house.settings.time_zone
    days = {one.assigned_at: local_date(one.assigned_at, zone) for one in open_}
    over = {
        at: ctx.house.calendar.deadline_instant(answer_by(ctx, day)) <= ctx.now
        for at, day in days.items()
    }
    silent = [one for one in open_ if over[one.assigned_at]]
    asked = {
        office.institution_id
        for office in holders(
            ctx.session,
            ctx.today,
            [Role.FOCAL_POINT, Role.ALTERNATE],
            {one.institution_id for one in silent},
        )
    }
    taken: dict[int, list[Assignment]] = {}
    for one in silent:
        if one.institution_id in asked:
            one.state = AssignmentState.ACCEPTED
            one.answered_at = ctx.now
            taken.setdefault(one.institution_id, []).append(one)
    for group in taken.values():
        for one in group:
            _record(ctx, "assignment.accepted_by_silence", one)
    notices.answered_by_silence(ctx, taken)
    accepted = sum(map(len, taken.values()))
    return {"accepted": accepted, "nobody": len(silent) - accepted}


def _check_move(one: Assignment, to: AssignmentState, *, by_secretariat: bool) -> None:
    number = one.recommendation.number
    if one.ended_at is not None:
        raise Conflict(
            _("%(number)s is no longer with %(name)s.", number=number, name=one.institution.name)
        )
    # The secretariat decides disputes and nothing else.
    possible = one.state == AssignmentState.DISPUTED if by_secretariat else True
    if to not in TRANSITIONS[one.state] or not possible:
        raise Conflict(
            _(
                "%(number)s: this is not possible, because the assignment is now: %(state)s.",
                number=number,
                state=ASSIGNMENT_STATE_LABELS[one.state],
            )
        )


def _reason(text: str, missing: str) -> str:
    plain = text.strip()
    if not plain:
        raise Invalid(missing, place="reason")
    if len(plain) > _MOST_REASON:
        raise Invalid(
            _("This is too long: at most %(n)s characters.", n=_MOST_REASON), place="reason"
        )
    return plain


def _record(ctx: Ctx, kind: str, one: Assignment, **data: object) -> None:
    events.record(
        ctx,
        kind,
        one.recommendation,
        assignment=one.id,
        institution=one.institution_id,
        lead=one.lead,
        **data,
    )
