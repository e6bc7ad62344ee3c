"""Approvals of an earlier round: what exactly they were on, and what changed in it since.

An office answers for its part: the paragraphs that it owns, that rest on its updates, or that
answer a recommendation assigned to it. An office without a part answers for the whole text.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.core.ctx import Ctx
from nmrf.recommendations.models import Assignment
from nmrf.reports.comparing import Compared, compare
from nmrf.reports.inline import NOTE_MARK
from nmrf.reports.lines import Line, bare_lines, lines
from nmrf.reports.models import ReportVersion
from nmrf.reports.structure import scopes
from nmrf.validation.models import Decision, Run, Task, TaskState

_APPROVED = frozenset({TaskState.APPROVED, TaskState.APPROVED_WITH_REMARKS})


def part_of(ctx: Ctx, version: ReportVersion, institution_id: int | None) -> list[int]:
    """The paragraphs of a version that an institution answers for, in their order; by identity.

    Empty for an office outside institutions, and for an institution that has no part in the text.
    """
    if institution_id is None:
        return []
    assigned = set(
        ctx.session.scalars(
            select(Assignment.recommendation_id).where(
                Assignment.institution_id == institution_id, Assignment.ended_at.is_(None)
            )
        )
    )
    shown = [line for line in lines(ctx.session, version.id) if line.is_live]
    over = scopes(shown)

    def is_theirs(line: Line) -> bool:
        cited = [*line.recommendations, *(over[line.id].recommendations if line.id in over else ())]
        return (
            line.owner_id == institution_id
            or any(source.institution_id == institution_id for source in line.sources)
            or any(one.id in assigned for one in cited)
        )

    return [line.paragraph_id for line in shown if is_theirs(line)]


@dataclass(frozen=True)
class Earlier:
    """What an office approved in an earlier round, against the text that it is asked about now.

    `changes` are those in its part, or in the whole text where it has none; `elsewhere` counts
    the others. `notes` are the marks of foot- or endnotes of its part that say something else now.
    """

    decision: Decision
    version: ReportVersion
    whole: bool
    changes: tuple[Compared, ...]
    elsewhere: int
    notes: tuple[str, ...]

    @property
    def unchanged(self) -> bool:
        return not self.changes and not self.notes


def earlier(ctx: Ctx, task: Task) -> Earlier | None:
    """The approval that the office of a step gave last in an earlier round of the same route.

    None where it gave none, where its last word was a return, and where silence stood for it:
    silence can be asked for again, but not be kept up.
    """
    decision = _last(ctx, task)
    if decision is None or decision.outcome not in _APPROVED:
        return None
    before = ctx.session.get_one(ReportVersion, decision.version_id)
    now = task.run.version
    part = {*decision.part, *part_of(ctx, now, task.institution_id)}
    old, new = bare_lines(ctx.session, before.id), bare_lines(ctx.session, now.id)
    changed = [row for row in compare(old, new) if row.changed]
    own = [row for row in changed if not part or {row.paragraph_id, row.split_from} & part]
    return Earlier(
        decision=decision,
        version=before,
        whole=not part,
        changes=tuple(own),
        elsewhere=len(changed) - len(own),
        notes=_changed_notes(before, now, [line for line in new if line.is_live], part),
    )


def _last(ctx: Ctx, task: Task) -> Decision | None:
    return ctx.session.scalar(
        select(Decision)
        .join(Decision.task)
        .join(Task.run)
        .join(Run.version)
        .where(
            ReportVersion.report_id == task.run.version.report_id,
            Run.route == task.run.route,
            Run.id != task.run_id,
            Task.step == task.step,
            Task.role == task.role,
            Task.institution_id == task.institution_id
            if task.institution_id is not None
            else Task.institution_id.is_(None),
        )
        .options(joinedload(Decision.task).joinedload(Task.run))
        .order_by(Decision.id.desc())
        .limit(1)
    )


def _changed_notes(
    old: ReportVersion, new: ReportVersion, shown: Collection[Line], part: Collection[int]
) -> tuple[str, ...]:
    marks = [
        mark
        for line in shown
        if not part or line.paragraph_id in part
        for mark in NOTE_MARK.findall(line.text)
    ]
    return tuple(
        mark for mark in dict.fromkeys(marks) if old.notes.get(mark) != new.notes.get(mark)
    )
