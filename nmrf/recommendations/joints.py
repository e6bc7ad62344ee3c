"""Where a recommendation meets what was built on it: slices below this one register themselves.

A recommendation's page shows one section for each source, with its gap where nothing is there
yet. Updates, consultations and reports may import this slice, but not the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nmrf.core.ctx import Ctx
from nmrf.recommendations.models import Recommendation


@dataclass(frozen=True)
class End:
    """One end of a joint, as `ui.joint` shows it; an empty label is a gap that `gap` names.

    `endpoint` with `values` is the page that it leads to, such as "reports.version".
    """

    kind: str
    label: str = ""
    note: str = ""
    gap: str = ""
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A joint of two ends or more, with what it says: an update's text, a paragraph's words."""

    ends: Sequence[End]
    text: str = ""
    when: str = ""  # in words
    note: str = ""  # such as "reported by the ministry, not independently verified"


@dataclass(frozen=True)
class Section:
    """A part of the page. Without rows its `gap` says what is missing and who adds it."""

    title: str
    rows: Sequence[Row] = ()
    gap: str = ""
    key: str = ""  # the anchor of the section


Source = Callable[[Ctx, Recommendation], Section | None]
sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Add a section to every recommendation's page; the same name again replaces it.

    A source shows only what the actor may see, and gives None to show no section at all.
    """
    sources[name] = source


def sections(ctx: Ctx, recommendation: Recommendation) -> list[Section]:
    """The sections of all sources that have something to say to this actor."""
    found = (source(ctx, recommendation) for source in sources.values())
    return [section for section in found if section is not None]
