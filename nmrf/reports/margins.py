"""What slices above put beside the text: comments in the margin, links of a version, hindrances.

Reports may not import them, so they register here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nmrf.core.ctx import Ctx
from nmrf.reports.models import Report, ReportVersion
from nmrf.reports.word_out import CommentForWord

# Paragraph id to how many comments it has that this actor may see, and the address that leads
# to them. A paragraph that takes comments but has none is there with 0.
Margin = Callable[[Ctx, ReportVersion], Mapping[int, tuple[int, str]]]
# The comments of a version for its Word file, by paragraph id; only those this actor may see.
Remarks = Callable[[Ctx, ReportVersion], Mapping[int, Sequence[CommentForWord]]]


@dataclass(frozen=True)
class Link:
    """A thing that hangs on a version as a whole: its comment window, its validation.

    `kind` and `label` are the words of a joint; `note` is optional.
    """

    kind: str
    label: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Change:
    """A paragraph that a comment changed: where, what was said, what was answered."""

    place: str
    said: str
    answer: str


@dataclass(frozen=True)
class Heard:
    """Comments on one version: its window, how many, the answers by their words, what changed."""

    version_number: int
    opened: date
    closes: date
    comments: int
    answers: Mapping[str, int]
    changes: Sequence[Change]


Hearing = Callable[[Ctx, Report], Sequence[Heard]]
Links = Callable[[Ctx, ReportVersion], Sequence[Link]]

# The paragraphs of a report (by id) whose words somebody outside brought about.
Owed = Callable[[Ctx, ReportVersion], Collection[int]]
# Why a version should not go to the UN yet, as a sentence; empty when nothing is in its way.
Hindrance = Callable[[Ctx, ReportVersion], str]

margins: dict[str, Margin] = {}
remarks: dict[str, Remarks] = {}
links: dict[str, Links] = {}
owed: dict[str, Owed] = {}
hindrances: dict[str, Hindrance] = {}
heard: dict[str, Hearing] = {}


def counts(ctx: Ctx, version: ReportVersion) -> dict[int, tuple[int, str]]:
    """For each paragraph id, how many comments and where they are. A statement or two a source."""
    found: dict[int, tuple[int, str]] = {}
    for margin in margins.values():
        for paragraph_id, (count, url) in margin(ctx, version).items():
            before, address = found.get(paragraph_id, (0, ""))
            found[paragraph_id] = (before + count, address or url)
    return found


def links_of(ctx: Ctx, version: ReportVersion) -> list[Link]:
    """All that hangs on a version as a whole."""
    return [link for source in links.values() for link in source(ctx, version)]


def heard_on(ctx: Ctx, report: Report) -> list[Heard]:
    """The comments on all versions of a report, as far as the actor may see them."""
    return [one for source in heard.values() for one in source(ctx, report)]


def owed_in(ctx: Ctx, version: ReportVersion) -> set[int]:
    """The ids of paragraphs that were changed because of an accepted comment."""
    return {key for source in owed.values() for key in source(ctx, version)}


def hindrances_of(ctx: Ctx, version: ReportVersion) -> list[str]:
    """What is in the way of a submission, one sentence each."""
    return [said for source in hindrances.values() if (said := source(ctx, version))]


def remarks_of(ctx: Ctx, version: ReportVersion) -> dict[int, list[CommentForWord]]:
    """The comments to write into the Word file, by paragraph id."""
    found: dict[int, list[CommentForWord]] = {}
    for source in remarks.values():
        for paragraph_id, comments in source(ctx, version).items():
            found.setdefault(paragraph_id, []).extend(comments)
    return found
