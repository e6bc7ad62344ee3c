"""Calendars: which milestones a cycle has, and from which date each one is counted.

A calendar only suggests. The milestone that people see is a row with its own date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from nmrf.core.calendar import Roll
from nmrf.definitions.base import Definition, Id, OptionalText, Problem, Source, Text, repeated
from nmrf.definitions.sessions import FACTS
from nmrf.definitions.when import SpanText, When, WhenText, YearDayText

Stage = Literal["consultation", "drafting", "review", "adoption", "follow_up", "mid_term"]
Kind = Literal["un", "national", "third_party"]
Visibility = Literal["public", "partners", "government", "secretariat"]
# Where a country's practice has its own dates for something that comes every year.
PracticeDate = Literal["round.opens", "round.closes", "round.consolidated", "consultations"]


class Milestone(Definition):
    """A dated event or deadline.

    Either once (`when`, and `otherwise` for as long as that is not known), or again and again
    (`each_year` or `every`) from `first` to `last`.
    """

    id: Id
    title: Text
    stage: Stage
    kind: Kind
    source: Source
    help: OptionalText = ""
    when: WhenText | None = None
    otherwise: tuple[WhenText, ...] = ()
    each_year: YearDayText | None = None
    every: SpanText | None = None
    first: WhenText | None = None
    last: WhenText | None = None
    practice_date: PracticeDate | None = None
    roll: Roll = "none"  # to the previous or next working day, or stay
    deadline: bool = True  # something is to be delivered by it; else it is an event
    tentative: bool = False  # always a guess, however sure the date it is counted from
    visibility: Visibility = "public"
    reminders: tuple[int, ...] = ()  # days before, the earliest reminder first

    @property
    def recurs(self) -> bool:
        """Whether it comes more than once."""
        return self.each_year is not None or self.every is not None

    @property
    def rules(self) -> tuple[When, ...]:
        """The ways to find its date, the best first."""
        return (*((self.when,) if self.when else ()), *self.otherwise)


class Calendar(Definition):
    """Milestones that are suggested for a cycle."""

    id: Id
    title: Text
    source: Source
    description: OptionalText = ""
    milestones: tuple[Milestone, ...] = Field(min_length=1)

    def milestone(self, milestone_id: str) -> Milestone | None:
        """The milestone of an id, or None."""
        return next((m for m in self.milestones if m.id == milestone_id), None)


def problems(calendar: Calendar) -> Iterator[Problem]:
    """What is wrong in a calendar beyond its form."""
    yield from repeated(tuple(m.id for m in calendar.milestones), "milestones")
    once = {m.id for m in calendar.milestones if not m.recurs}
    for index, milestone in enumerate(calendar.milestones):
        place = ("milestones", index)
        if milestone.id in FACTS:
            yield Problem(
                (*place, "id"), f'"{milestone.id}" already names a date of the UN; choose another'
            )
        yield from (
            Problem((*place, field), message) for field, message in _form_problems(milestone)
        )
        for field, rule in _rules(milestone):
            if rule.anchor not in FACTS and rule.anchor not in once:
                yield Problem(
                    (*place, *field),
                    f'there is no milestone and no UN date named "{rule.anchor}" to count from; '
                    f"the UN dates are {', '.join(FACTS)}",
                )
        if _goes_round(calendar, milestone):
            yield Problem(
                (*place, "when"), "is counted from a milestone that is itself counted from this one"
            )


def _rules(milestone: Milestone) -> Iterator[tuple[tuple[str | int, ...], When]]:
    for field in ("when", "first", "last"):
        rule = getattr(milestone, field)
        if rule:
            yield (field,), rule
    for index, rule in enumerate(milestone.otherwise):
        yield ("otherwise", index), rule


def _form_problems(milestone: Milestone) -> Iterator[tuple[str, str]]:
    given = [name for name in ("when", "each_year", "every") if getattr(milestone, name)]
    if len(given) != 1:
        yield "id", "needs exactly one of: when, each_year, every"
    if milestone.recurs and not (milestone.first and milestone.last):
        yield "id", "comes again and again, so it needs first and last"
    if not milestone.recurs and (milestone.first or milestone.last):
        yield "id", "comes once, so it has no first and last"
    if milestone.otherwise and not milestone.when:
        yield "otherwise", "stands beside when"
    if milestone.practice_date and not milestone.recurs:
        yield "practice_date", "is for a milestone that comes again and again"
    if list(milestone.reminders) != sorted(set(milestone.reminders), reverse=True):
        yield "reminders", "are days before the date, from the most to the least"
    if any(days < 0 for days in milestone.reminders):
        yield "reminders", "are days before the date; none is negative"


def _goes_round(calendar: Calendar, start: Milestone) -> bool:
    seen: set[str] = set()
    waiting = [rule.anchor for _field, rule in _rules(start)]
    while waiting:
        anchor = waiting.pop()
        if anchor == start.id:
            return True
        following = calendar.milestone(anchor)
        if following and anchor not in seen:
            seen.add(anchor)
            waiting += [rule.anchor for _field, rule in _rules(following)]
    return False
