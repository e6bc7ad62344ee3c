"""What happened to a recommendation, in sentences, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from nmrf.accounts.models import Institution, Person
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.events import Event
from nmrf.core.i18n import Lazy, _, _l, gettext
from nmrf.definitions import load
from nmrf.recommendations.models import POSITION_LABELS, Cluster, Position, Recommendation

LONGEST = 60


@dataclass(frozen=True)
class Happened:
    """A line for `ui.timeline`."""

    when: str
    iso: str
    what: str
    who: str = ""


_SENTENCES: dict[str, Lazy] = {
    "recommendation.assigned": _l("assigned it to %(institutions)s"),
    "recommendation.positioned": _l("recorded the position “%(position)s”"),
    "recommendation.parliament_noted": _l("noted whether it needs Parliament"),
    "recommendation.assistance_noted": _l("noted whether it needs technical assistance"),
    "recommendation.clustered": _l("put it into the cluster “%(cluster)s”"),
    "recommendation.unclustered": _l("took it out of its cluster"),
    "recommendation.split": _l("split it into %(parts)s parts"),
    "recommendation.put_together": _l("put its parts together again"),
    "recommendation.status_reported": _l("reported “%(status)s” for %(institutions)s"),
    "assignment.accepted": _l("accepted it for %(institutions)s"),
    "assignment.disputed": _l("disputed it for %(institutions)s"),
    "assignment.upheld": _l("upheld the assignment to %(institutions)s"),
    "assignment.ended": _l("ended the assignment to %(institutions)s"),
    "assignment.accepted_by_silence": _l("took the silence of %(institutions)s for acceptance"),
}


def history(ctx: Ctx, recommendation: Recommendation) -> list[Happened]:
    """The newest events of a recommendation; names only here, never in the record itself."""
    events = ctx.session.scalars(
        select(Event)
        .where(Event.subject_type == "recommendation", Event.subject_id == str(recommendation.id))
        .order_by(Event.id.desc())
        .limit(LONGEST)
    ).all()
    people = _names(ctx, Person, {event.actor_id for event in events if event.actor_id})
    institutions = _names(ctx, Institution, {id_ for event in events for id_ in _ids(event.data)})
    clusters = _names(ctx, Cluster, {e.data["cluster"] for e in events if e.data.get("cluster")})
    zone = ctx.house.settings.zone
    return [
        Happened(
            when=words.short_moment(event.at, zone),
            iso=event.at.isoformat(),
            what=_what(ctx, event, institutions, clusters),
            who=people.get(event.actor_id or 0, "") or _("The service"),
        )
        for event in events
    ]


def _names(ctx: Ctx, table: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = ctx.session.execute(select(table.id, table.name).where(table.id.in_(ids)))
    return dict(rows.all())


def _ids(data: dict[str, Any]) -> list[int]:
    found = [data.get("lead"), data.get("institution"), *data.get("supporting", [])]
    return [one for one in found if isinstance(one, int) and not isinstance(one, bool)]


def _what(ctx: Ctx, event: Event, institutions: dict[int, str], clusters: dict[int, str]) -> str:
    sentence = _SENTENCES.get(event.kind)
    if sentence is None:
        return event.kind
    vocabulary = load(ctx.house.settings.workflows).vocabularies["implementation_status"]
    position = event.data.get("position")
    return str(sentence) % {
        "institutions": ", ".join(institutions.get(id_, "") for id_ in _ids(event.data)),
        "cluster": clusters.get(event.data.get("cluster", 0), ""),
        "parts": len(event.data["parts"]) if isinstance(event.data.get("parts"), list) else "",
        "position": POSITION_LABELS[Position(position)] if position else "",
        "status": gettext(vocabulary.label(event.data.get("status", ""))),
    }
