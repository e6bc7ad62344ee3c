"""Actions of the implementation matrix: planned, changed, moved between states, published.

`move_action` is the one door for the state. Whoever plans an action for an institution links it
only to recommendations that this institution carries out; the secretariat links it to any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.i18n import _
from nmrf.core.roles import Role, Visibility
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.recommendations.models import Recommendation
from nmrf.recommendations.models_plan import ACTION_STATE_LABELS, Action, ActionState
from nmrf.recommendations.states import ACTION_TRANSITIONS

MOST_LINKED = 400
# How far an action can be seen: internal first, public when the secretariat publishes it.
LEVELS = (Visibility.GOVERNMENT, Visibility.PUBLIC)


@dataclass(frozen=True)
class Plan:
    """What is written down of an action; all words as typed.

    `kind` is of the vocabulary action_kinds or empty; `result` is what is expected.
    """

    title: str
    institution: Institution | None
    recommendations: Sequence[Recommendation]
    kind: str = ""
    partners: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    resources: str = ""
    result: str = ""


def create_action(ctx: Ctx, cycle: Cycle, plan: Plan) -> Action:
    """Plan an action for recommendations of a cycle. It begins planned, and internal.

    Raises:
        Refused: unless the actor is a focal point of the responsible institution, which has to
            carry out what the action is linked to, or of the secretariat.
        Invalid: for no title, no institution, no recommendation or one of another cycle, an
            unknown kind, or an end before the beginning.
    """
    action = Action(
        cycle_id=cycle.id,
        state=ActionState.PLANNED,
        state_on=ctx.today,
        state_reason="",
        visibility=Visibility.GOVERNMENT,
        created_at=ctx.now,
        created_by_id=ctx.actor.id,
    )
    _write(ctx, action, plan)
    ctx.session.add(action)
    events.record(
        ctx,
        "action.planned",
        action,
        institution=action.institution_id,
        recommendations=[row.id for row in plan.recommendations],
    )
    return action


def change_action(ctx: Ctx, action: Action, plan: Plan, *, lock: int | None = None) -> None:
    """Change what is written of an action; its state is moved by `move_action`.

    Raises as `create_action` does, and `Conflict` for an old `lock` or a closed action.
    """
    check_lock(action, lock)
    if not action.is_open:
        raise Conflict(
            _(
                "This action is “%(state)s”. Take it up again to change it.",
                state=ACTION_STATE_LABELS[action.state],
            )
        )
    access.require(ctx.actor, "action.write", action)
    changed = _write(ctx, action, plan)
    if changed:
        events.record(
            ctx,
            "action.changed",
            action,
            changed=changed,
            institution=action.institution_id,
            recommendations=[row.id for row in plan.recommendations],
        )


def move_action(
    ctx: Ctx, action: Action, to: ActionState, reason: str = "", *, lock: int | None = None
) -> None:
    """Say how far an action is. Dropping one, or taking one up again, needs a reason.

    Raises `Conflict` for an old `lock` or a move that does not exist, `Refused` unless the actor
    writes the action, `Invalid` for a missing reason.
    """
    check_lock(action, lock)
    if to not in ACTION_TRANSITIONS[action.state]:
        raise Conflict(
            _(
                "An action that is “%(state)s” cannot become “%(to)s”.",
                state=ACTION_STATE_LABELS[action.state],
                to=ACTION_STATE_LABELS[to],
            ),
            place="to",
        )
    access.require(ctx.actor, "action.write", action)
    reason = inputs.prose(reason, "reason")
    if needs_reason(action, to) and not reason:
        raise Invalid(_("Give the reason: it is kept with the action."), place="reason")
    was, action.state = action.state, to
    action.state_on, action.state_reason = ctx.today, reason
    events.record(ctx, "action.moved", action, was=was.value, became=to.value)


def needs_reason(action: Action, to: ActionState) -> bool:
    """Whether a move has to be explained."""
    return to is ActionState.DROPPED or not action.is_open


def show_action(
    ctx: Ctx, action: Action, visibility: Visibility, *, lock: int | None = None
) -> None:
    """Publish an action with its indicators, or take it back from the public pages.

    Raises `Refused` unless the actor is of the secretariat, `Conflict` for an old `lock`.
    """
    check_lock(action, lock)
    access.require(ctx.actor, "action.publish", action)
    if visibility not in LEVELS:
        raise Invalid(_("An action is internal or public."), place="visibility")
    if action.visibility == visibility:
        return
    action.visibility = visibility
    kind = "action.published" if visibility is Visibility.PUBLIC else "action.withdrawn"
    events.record(ctx, kind, action, visibility=visibility.value)


def _write(ctx: Ctx, action: Action, plan: Plan) -> list[str]:
    """Put the checked values into the action; gives the names of those that changed."""
    institution = plan.institution
    if institution is None or not institution.active or not institution.is_government:
        raise Invalid(_("Choose the responsible institution."), place="institution")
    _check_recommendations(ctx, action, plan, institution)
    if plan.kind and plan.kind not in _kinds(ctx):
        raise Invalid(_("There is no such kind of action."), place="kind")
    starts_on = inputs.day(plan.starts_on, "starts_on")
    ends_on = inputs.day(plan.ends_on, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Invalid(_("It cannot end before it begins."), place="ends_on")
    values: dict[str, object] = {
        "title": inputs.line(plan.title, "title", required=True),
        "institution_id": institution.id,
        "kind": plan.kind,
        "partners": inputs.line(plan.partners, "partners"),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "resources": inputs.prose(plan.resources, "resources"),
        "result": inputs.prose(plan.result, "result"),
    }
    changed = [name for name, value in values.items() if getattr(action, name) != value]
    for name, value in values.items():
        setattr(action, name, value)
    action.institution = institution
    wanted = {row.id for row in plan.recommendations}
    if {row.id for row in action.recommendations} != wanted:
        changed.append("recommendations")
        action.recommendations = list(plan.recommendations)
    return changed


def _check_recommendations(ctx: Ctx, action: Action, plan: Plan, institution: Institution) -> None:
    rows = plan.recommendations
    if not rows:
        raise Invalid(_("Name at least one recommendation by its number."), place="recommendations")
    if len(rows) > MOST_LINKED:
        raise Invalid(
            _("An action can be linked to %(n)s recommendations at most.", n=MOST_LINKED),
            place="recommendations",
        )
    if any(row.cycle_id != action.cycle_id for row in rows):
        raise Invalid(
            _("All recommendations of an action are of one cycle."), place="recommendations"
        )
    if ctx.actor.has(Role.SECRETARIAT):
        return
    if not ctx.actor.has_in(institution.id, *access.FOCAL):
        raise Refused(_("You plan actions only for an institution of which you are a focal point."))
    known = {row.id for row in action.recommendations}
    strange = [
        row.number
        for row in rows
        if row.id not in known
        and all(a.institution_id != institution.id for a in row.current_assignments)
    ]
    if strange:
        raise Invalid(
            _(
                "%(numbers)s: not assigned to %(name)s. Ask the secretariat to assign it first.",
                numbers=", ".join(strange),
                name=institution.name,
            ),
            place="recommendations",
        )


def _kinds(ctx: Ctx) -> tuple[str, ...]:
    return load(ctx.house.settings.workflows).vocabularies["action_kinds"].codes
