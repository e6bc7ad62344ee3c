"""Lengths and dates as a lawyer writes them: "1 month", "2 weeks before plenary", "31 January".

Each is parsed into a frozen value that can be written back, and pydantic reads it from a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from nmrf.core.calendar import IsWorkingDay, add_months, in_month, shift_working_days
from nmrf.core.i18n import _, ngettext

Unit = Literal["working day", "day", "week", "month", "year"]
Direction = Literal["before", "after"]

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_SPAN = r"(?P<count>[1-9]\d{0,3}) (?P<unit>working day|day|week|month|year)(?P<plural>s?)"
ANCHOR = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Span:
    """A length of time, counted in one unit."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "10 working days"; raises `ValueError` with an example."""
        match = re.fullmatch(_SPAN, text)
        if match is None or (match["count"] == "1") == (match["plural"] == "s"):
            raise ValueError(
                f'cannot be read as a length of time: "{text}". Write it as "1 month", '
                '"6 weeks" or "10 working days"'
            )
        return cls(int(match["count"]), match["unit"])  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    def after(self, day: date, is_working_day: IsWorkingDay) -> date:
        """The date this long after a date; months and years end at the month's last day."""
        return self._shift(day, self.count, is_working_day)

    def before(self, day: date, is_working_day: IsWorkingDay) -> date:
        """The date this long before a date."""
        return self._shift(day, -self.count, is_working_day)

    def times(self, factor: int) -> Span:
        """Several times this length."""
        return Span(self.count * factor, self.unit)

    @property
    def words(self) -> str:
        """The length in the language spoken now."""
        n = self.count
        match self.unit:
            case "working day":
                return ngettext("%(n)s working day", "%(n)s working days", n)
            case "day":
                return ngettext("%(n)s day", "%(n)s days", n)
            case "week":
                return ngettext("%(n)s week", "%(n)s weeks", n)
            case "month":
                return ngettext("%(n)s month", "%(n)s months", n)
            case _:
                return ngettext("%(n)s year", "%(n)s years", n)

    def _shift(self, day: date, count: int, is_working_day: IsWorkingDay) -> date:
        match self.unit:
            case "working day":
                return shift_working_days(day, count, is_working_day)
            case "day":
                return day + timedelta(days=count)
            case "week":
                return day + timedelta(weeks=count)
            case "month":
                return add_months(day, count)
            case _:
                return add_months(day, 12 * count)


@dataclass(frozen=True)
class When:
    """A date told from another one, which `anchor` names."""

    anchor: str
    span: Span | None = None
    direction: Direction = "after"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "13 weeks before session_start" or "on review_day"; raises `ValueError`."""
        if match := re.fullmatch(rf"on ({ANCHOR})", text):
            return cls(match[1])
        match = re.fullmatch(rf"(.+) (before|after) ({ANCHOR})", text)
        if match is None:
            raise ValueError(
                f'cannot be read as a date: "{text}". Write it as '
                '"13 weeks before session_start", "2 months after plenary" or "on review_day"'
            )
        return cls(match[3], Span.parse(match[1]), match[2])  # type: ignore[arg-type]

    def __str__(self) -> str:
        if self.span is None:
            return f"on {self.anchor}"
        return f"{self.span} {self.direction} {self.anchor}"

    def resolve(self, anchor_date: date, is_working_day: IsWorkingDay) -> date:
        """The date meant, when the anchor falls on `anchor_date`."""
        if self.span is None:
            return anchor_date
        if self.direction == "before":
            return self.span.before(anchor_date, is_working_day)
        return self.span.after(anchor_date, is_working_day)

    def words(self, anchor: str) -> str:
        """The rule in the language spoken now; `anchor` is the anchor's title in it."""
        if self.span is None:
            return _("on: %(event)s", event=anchor)
        if self.direction == "before":
            return _("%(span)s before: %(event)s", span=self.span.words, event=anchor)
        return _("%(span)s after: %(event)s", span=self.span.words, event=anchor)


@dataclass(frozen=True)
class YearDay:
    """A day that comes every year; the 29th to 31st end with the month where it is shorter."""

    day: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "31 January"; raises `ValueError`."""
        match = re.fullmatch(r"([1-9]|[12]\d|3[01]) ([A-Z][a-z]+)", text)
        if match is None or match[2] not in MONTHS:
            raise ValueError(
                f'cannot be read as a day of the year: "{text}". Write it as "31 January"'
            )
        day, month = int(match[1]), MONTHS.index(match[2]) + 1
        if day > in_month(2028, month, 31).day:  # a leap year: 29 February is a day of the year
            raise ValueError(f"{match[2]} has no day {day}")
        return cls(day, month)

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"

    def in_year(self, year: int) -> date:
        """The date in a year."""
        return in_month(year, self.month, self.day)


def _parsed(kind: type[Span | When | YearDay]) -> BeforeValidator:
    def parse(value: object) -> object:
        return kind.parse(value) if isinstance(value, str) else value

    return BeforeValidator(parse)


_text = PlainSerializer(str, return_type=str)

SpanText = Annotated[
    Span, _parsed(Span), _text, WithJsonSchema({"type": "string", "examples": ["1 month"]})
]
WhenText = Annotated[
    When,
    _parsed(When),
    _text,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^(.+ (before|after)|on) {ANCHOR}$",
            "examples": ["13 weeks before session_start", "on review_day"],
        }
    ),
]
YearDayText = Annotated[
    YearDay, _parsed(YearDay), _text, WithJsonSchema({"type": "string", "examples": ["31 January"]})
]
