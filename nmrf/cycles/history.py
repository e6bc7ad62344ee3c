"""What happened to a cycle and its dates, in sentences, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, or_, select

from nmrf.accounts.models import Person
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.events import Event
from nmrf.core.i18n import Lazy, _, _l
from nmrf.core.roles import GOVERNMENT, ROLE_LABELS, Role
from nmrf.cycles.models import STAGE_LABELS, Cycle, DateChange, Milestone, Stage
from nmrf.cycles.queries import date_changes, title_of, visible

LONGEST = 40


@dataclass(frozen=True)
class Happened:
    """A line for `ui.timeline`."""

    when: str
    iso: str
    what: str
    who: str = ""
    detail: str = ""
    milestone_id: int | None = None


_SENTENCES: dict[str, Lazy] = {
    "cycle.created": _l("opened the cycle"),
    "cycle.edited": _l("changed the cycle's title, number or practice"),
    "cycle.closed": _l("closed the cycle"),
    "milestone.added": _l("added “%(title)s”"),
    "milestone.edited": _l("changed “%(title)s”"),
    "milestone.moved": _l("moved “%(title)s”"),
    "milestone.delivered": _l("marked “%(title)s” as delivered"),
    "milestone.reopened": _l("took back that “%(title)s” was delivered"),
}


def of_cycle(ctx: Ctx, cycle: Cycle) -> list[Happened]:
    """The newest events of a cycle and of the dates in it that the actor may see."""
    milestones = {
        str(row.id): row
        for row in ctx.session.scalars(
            select(Milestone).where(Milestone.cycle_id == cycle.id, visible(ctx.actor))
        )
    }
    ids = select(cast(Milestone.id, String)).where(
        Milestone.cycle_id == cycle.id, visible(ctx.actor)
    )
    happened = ctx.session.scalars(
        select(Event)
        .where(
            or_(
                (Event.subject_type == "cycle") & (Event.subject_id == str(cycle.id)),
                (Event.subject_type == "milestone") & Event.subject_id.in_(ids),
            )
        )
        .order_by(Event.id.desc())
        .limit(LONGEST)
    ).all()
    reasons = {
        (change.milestone_id, change.changed_at): change
        for change, _milestone in date_changes(ctx, cycle, LONGEST)
    }
    names = _names(ctx, happened)
    return [
        _line(ctx, one, milestones.get(one.subject_id), names, reasons, cycle) for one in happened
    ]


def _line(
    ctx: Ctx,
    one: Event,
    milestone: Milestone | None,
    names: dict[int, str],
    reasons: dict[Any, DateChange],
    cycle: Cycle,
) -> Happened:
    about = milestone if one.subject_type == "milestone" else None
    detail = ""
    if about is not None and (change := reasons.get((about.id, one.at))):
        detail = _moved_words(change)
    if one.kind in {"cycle.stage_advanced", "cycle.stage_returned"}:
        notes = {period.stage: period.gate_note for period in cycle.periods}
        detail = notes.get(Stage(one.data["was"]), "")
    return Happened(
        when=words.short_moment(one.at, ctx.house.settings.zone),
        iso=one.at.isoformat(),
        what=_sentence(one, title_of(about) if about else ""),
        who=_who(one, names),
        detail=detail,
        milestone_id=about.id if about else None,
    )


def _sentence(one: Event, title: str) -> str:
    if one.kind == "cycle.stage_advanced":
        return _("opened the stage “%(stage)s”", stage=STAGE_LABELS[Stage(one.data["became"])])
    if one.kind == "cycle.stage_returned":
        return _(
            "took the cycle back to the stage “%(stage)s”",
            stage=STAGE_LABELS[Stage(one.data["became"])],
        )
    if one.kind == "cycle.session_moved":
        if one.data["was"] != one.data["became"]:
            return _(
                "moved the review from session %(was)s to session %(became)s",
                was=one.data["was"],
                became=one.data["became"],
            )
        return _("entered dates of the UN for session %(n)s", n=one.data["became"])
    return str(_SENTENCES[one.kind]) % {"title": title} if one.kind in _SENTENCES else one.kind


def _moved_words(change: DateChange) -> str:
    was = words.short_day(change.was_on) or _("open")
    became = words.short_day(change.became_on) or _("open")
    return f"{was} → {became}. {change.reason}"


def _names(ctx: Ctx, happened: Any) -> dict[int, str]:
    """The names of those who acted, for the Government; the public reads offices only."""
    if not ctx.actor.has(*GOVERNMENT):
        return {}
    ids = {one.actor_id for one in happened if one.actor_id}
    rows = ctx.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _who(one: Event, names: dict[int, str]) -> str:
    if one.actor_id in names:
        return names[one.actor_id]
    if one.actor_role in set(Role):
        return str(ROLE_LABELS[Role(one.actor_role)])
    return _("The service")


def of_dates(ctx: Ctx, milestone: Milestone) -> list[Happened]:
    """The old dates of one milestone, newest first."""
    ids = {change.changed_by_id for change in milestone.changes if change.changed_by_id}
    names: dict[int | None, str] = {}
    if ids and ctx.actor.has(*GOVERNMENT):
        rows = ctx.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
        names = {row.id: row.name for row in rows}
    return [
        Happened(
            when=words.short_moment(change.changed_at, ctx.house.settings.zone),
            iso=change.changed_at.isoformat(),
            what=_("%(was)s → %(became)s", was=_day(change.was_on), became=_day(change.became_on)),
            who=names.get(change.changed_by_id, _("Secretariat")),
            detail=change.reason,
        )
        for change in reversed(milestone.changes)
    ]


def _day(on: Any) -> str:
    return words.short_day(on) or _("open")
