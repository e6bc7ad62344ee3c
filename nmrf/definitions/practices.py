"""A country's practice: which routes, calendar, cadence and windows it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, NamedTuple
from zoneinfo import available_timezones

from pydantic import Field, StringConstraints

from nmrf.core.calendar import in_month
from nmrf.definitions.base import Definition, Id, OptionalText, Problem, Source, Text
from nmrf.definitions.when import SpanText, YearDayText

Month = Annotated[int, Field(ge=1, le=12)]


class Consultations(Definition):
    """How often the Government consults, in which months."""

    times_a_year: int = Field(ge=1, le=12)
    months: tuple[Month, ...]
    day: int = Field(default=15, ge=1, le=31)  # suggested day of the month

    def in_year(self, year: int) -> tuple[date, ...]:
        """The suggested days of a year."""
        return tuple(in_month(year, month, self.day) for month in self.months)


class RoundWindow(NamedTuple):
    """The dates of one round."""

    opens: date
    closes: date
    consolidated: date


class Round(Definition):
    """The yearly collection of updates, and its consolidation for the Government."""

    opens: YearDayText
    closes: YearDayText
    consolidated: YearDayText

    def in_year(self, year: int) -> RoundWindow:
        """The round that closes in a year; it may open late in the year before."""
        closes = self.closes.in_year(year)
        opens = self.opens.in_year(year)
        consolidated = self.consolidated.in_year(year)
        return RoundWindow(
            opens if opens <= closes else self.opens.in_year(year - 1),
            closes,
            consolidated if consolidated >= closes else self.consolidated.in_year(year + 1),
        )


class Meetings(Definition):
    """How often the committee meets in a year."""

    at_least: int = Field(ge=1, le=52)
    at_most: int | None = Field(default=None, ge=1, le=52)
    extraordinary: bool = False  # may also be called at any time


class Practice(Definition):
    """A bundle that a cycle is set up with; everything in it can be changed for a cycle."""

    id: Id
    title: Text
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    time_zone: str = ""
    source: Source
    description: OptionalText = ""
    committee: Text
    calendar: Id
    routes: dict[str, Id]  # kind of document -> route
    comment_window: SpanText
    invitation_days: int = Field(ge=0, le=365)  # at least so long before a meeting
    required_participants: tuple[str, ...] = ()  # codes of stakeholder_groups
    meetings: Meetings | None = None
    consultations: Consultations | None = None
    round: Round | None = None
    # What the source is silent on and was taken from the standard practice, to be confirmed:
    # "comment_window", "consultations.months", "routes.addendum".
    unsourced: tuple[str, ...] = ()


def problems(practice: Practice) -> Iterator[Problem]:
    """What is wrong in a practice beyond its form; its references are checked elsewhere."""
    if practice.time_zone and practice.time_zone not in available_timezones():
        yield Problem(("time_zone",), f'there is no time zone named "{practice.time_zone}"')
    if practice.country and not practice.time_zone:
        yield Problem(("country",), "a practice of a country needs its time_zone")
    consultations = practice.consultations
    if consultations and len(set(consultations.months)) != consultations.times_a_year:
        yield Problem(
            ("consultations", "months"),
            f"name {len(set(consultations.months))} months, "
            f"but times_a_year is {consultations.times_a_year}",
        )
    if consultations and list(consultations.months) != sorted(consultations.months):
        yield Problem(("consultations", "months"), "stand in the order of the year")
    meetings = practice.meetings
    if meetings and meetings.at_most is not None and meetings.at_most < meetings.at_least:
        yield Problem(("meetings", "at_most"), "is less than at_least")
    for index, field in enumerate(practice.unsourced):
        if field not in _fields(practice):
            yield Problem(("unsourced", index), f'"{field}" is not a field of this practice')


def _fields(practice: Practice) -> set[str]:
    """The fields that may be named as unsourced, such as "round.opens" or "routes.matrix"."""
    names = {name for name, value in practice if value is not None} - {"id", "title", "unsourced"}
    inner = {f"routes.{kind}" for kind in practice.routes}
    for name in ("meetings", "consultations", "round"):
        part = getattr(practice, name)
        inner |= {f"{name}.{field}" for field in type(part).model_fields} if part else set()
    return names | inner


def references(
    practice: Practice,
    routes: Mapping[str, frozenset[str]],
    milestones: Mapping[str, frozenset[str]],
    route_anchors: Mapping[str, frozenset[str]],
    groups: frozenset[str],
) -> Iterator[Problem]:
    """What a practice names and the other files lack.

    `routes`: route -> kinds of document it takes; `milestones`: calendar -> its milestones;
    `route_anchors`: route -> milestones its steps count from; `groups`: stakeholder groups.
    """
    if practice.calendar not in milestones:
        yield Problem(("calendar",), f'there is no calendar "{practice.calendar}"')
    for kind, route in practice.routes.items():
        if route not in routes:
            yield Problem(("routes", kind), f'there is no route "{route}"')
            continue
        if kind not in routes[route]:
            yield Problem(
                ("routes", kind),
                f'the route "{route}" is not for {kind}; it takes '
                f"{', '.join(sorted(routes[route]))}",
            )
        missing = route_anchors[route] - milestones.get(practice.calendar, route_anchors[route])
        if missing:
            yield Problem(
                ("routes", kind),
                f'the route "{route}" counts from {", ".join(sorted(missing))}, which the '
                f'calendar "{practice.calendar}" does not have',
            )
    for index, group in enumerate(practice.required_participants):
        if group not in groups:
            yield Problem(
                ("required_participants", index),
                f'there is no stakeholder group "{group}"; the groups are '
                f"{', '.join(sorted(groups))}",
            )
