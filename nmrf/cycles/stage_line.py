"""The stage line: where a cycle stands, for pages and, as text, for mails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise

from nmrf.core import words
from nmrf.core.i18n import _
from nmrf.cycles.models import STAGE_LABELS, Cycle, Stage
from nmrf.cycles.queries import StageLine, StageShown

END = 0.95  # a stage that should have ended still holds the mark, at its end


def stage_line(
    cycle: Cycle,
    today: date,
    *,
    url: Callable[[Stage], str] | None = None,
    note: str = "",
) -> StageLine:
    """The six stages with planned dates and the place of today, for `ui.stage_line`.

    The mark lies in the stage that the cycle is in, as far along as the days have gone; a
    closed cycle has none. `note` is said at the current stage, `url` gives each stage's address.
    """
    order = list(Stage)
    place = len(order) if cycle.closed else order.index(cycle.stage)
    shown = []
    for number, period in enumerate(cycle.periods):
        state = "done" if number < place else "current" if number == place else "ahead"
        shown.append(
            StageShown(
                stage=period.stage,
                label=str(STAGE_LABELS[period.stage]),
                state=state,
                starts=words.short_day(period.starts_on),
                ends=words.short_day(period.ends_on),
                note=note if state == "current" else "",
                url=url(period.stage) if url else "",
            )
        )
    return StageLine(
        stages=shown,
        today=None if cycle.closed else place + _share(cycle, place, today),
        today_label=_("Today, %(day)s", day=words.short_day(today)),
        label=_("Stages of: %(title)s", title=cycle.title),
    )


def _share(cycle: Cycle, place: int, today: date) -> float:
    period = cycle.periods[place]
    if period.starts_on is None or period.ends_on is None or period.ends_on <= period.starts_on:
        return 0.5
    gone = (today - period.starts_on) / (period.ends_on - period.starts_on)
    return round(min(max(gone, 0.0), END), 2)


def as_text(line: StageLine) -> str:
    """The stage line for mails, one stage a line."""
    marks = {"done": "[x]", "current": "[>]", "ahead": "[ ]"}
    rows = []
    for stage in line.stages:
        dates = " – ".join(day for day in (stage.starts, stage.ends) if day)
        here = f" <- {line.today_label}" if stage.state == "current" else ""
        rows.append(f"{marks[stage.state]} {stage.label}{f' ({dates})' if dates else ''}{here}")
    return "\n".join(rows)


# Which milestone ends a stage; the next stage begins on the day after.
_ENDS: dict[Stage, str] = {
    Stage.CONSULTATION: "inputs_due",
    Stage.DRAFTING: "national_report_due",
    Stage.REVIEW: "wg_report_adopted",
    Stage.ADOPTION: "outcome_adopted",
    Stage.FOLLOW_UP: "mid_term_comments_open",
    Stage.MID_TERM: "next_review",
}
_START = "preparation_starts"


def plan_periods(cycle: Cycle, dates: dict[str, date | None]) -> None:
    """Set the planned days of the stages from the milestones that bound them.

    A stage that is over keeps the days that it had.
    """
    starts = dates.get(_START)
    for period in cycle.periods:
        ends = dates.get(_ENDS[period.stage])
        if period.closed_at is None:
            period.starts_on, period.ends_on = starts, ends
        starts = ends
    for before, after in pairwise(cycle.periods):
        # Dates set by hand may cross; a stage never ends before it begins.
        if before.ends_on and after.ends_on and after.ends_on < before.ends_on:
            after.ends_on = before.ends_on
