"""What waits for a person: slices above and the modules beside this one say what they know of.

A source is given the context and returns only what the actor has to do themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from nmrf.core import due as core_due
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due


@dataclass(frozen=True)
class Task:
    """Something to do, with the page on which it is done.

    `title` begins with a verb. `since` says how long it has waited, `due_on` by when; at least
    one of them puts it in its place.
    """

    title: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""
    why: str = ""
    progress: str = ""
    due_on: date | None = None
    since: date | None = None
    due: Due | None = None  # said in another way than `due_on` would be

    @property
    def age(self) -> date:
        """The day that it is sorted by: the oldest first."""
        return self.due_on or self.since or date.max


Source = Callable[[Ctx], Iterable[Task]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add a source of tasks. The same name registered again replaces it."""
    _sources[name] = source


def waiting(ctx: Ctx) -> list[Task]:
    """All that waits for the actor, oldest first; nothing for the public."""
    if not ctx.actor.is_authenticated:
        return []
    found = [task for source in _sources.values() for task in source(ctx)]
    # What is overdue comes before what only waits, however long.
    return sorted(found, key=lambda task: (not _is_late(task, ctx), task.age, task.title))


def _is_late(task: Task, ctx: Ctx) -> bool:
    return task.due_on is not None and task.due_on < ctx.today


def begins_at(ctx: Ctx, at: datetime) -> Due:
    """The beginning of an event: until then something has to be done."""
    zone = ctx.house.settings.time_zone
    local = at.astimezone(ctx.house.settings.zone)
    return core_due.due(local.date(), ctx.now, zone, at=local.time(), is_deadline=False)


def due_words(ctx: Ctx, task: Task) -> Due | None:
    """When the task is due, in words; None where it has no date."""
    if task.due is not None or task.due_on is None:
        return task.due
    return core_due.due(task.due_on, ctx.now, ctx.house.settings.time_zone)
