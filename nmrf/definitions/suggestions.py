"""From the facts of a session to suggested milestones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

from nmrf.core.calendar import IsWorkingDay, roll_to_working_day
from nmrf.core.i18n import _, gettext
from nmrf.definitions.calendars import Calendar, Kind, Milestone, Stage, Visibility
from nmrf.definitions.practices import Practice
from nmrf.definitions.sessions import FACTS, SessionFacts
from nmrf.definitions.when import When


@dataclass(frozen=True)
class Suggestion:
    """A date that a calendar suggests. `title` is the English text of the definition.

    `id` is the milestone's, with year and month where it comes again and again
    (`round_closes-2027-01`); `milestone` is always the definition's.
    """

    id: str
    milestone: str
    title: str
    stage: Stage
    kind: Kind
    date: date
    source: str
    tentative: bool
    month_only: bool
    deadline: bool
    visibility: Visibility
    reminders: tuple[int, ...]
    rule: When | None
    _anchor_title: str

    @property
    def words(self) -> str:
        """How the date was found, in the language spoken now."""
        if self.rule is None:
            return _("every year")
        fact = FACTS.get(self.rule.anchor)
        return self.rule.words(str(fact) if fact else gettext(self._anchor_title))


@dataclass(frozen=True)
class _Found:
    on: date
    tentative: bool
    month_only: bool
    source: str
    rule: When | None
    turn: str = ""  # year and month of one time among several, before it moved to a working day


def suggest_milestones(
    calendar: Calendar,
    facts: SessionFacts,
    is_working_day: IsWorkingDay,
    practice: Practice | None = None,
    fixed: Mapping[str, date] | None = None,
) -> list[Suggestion]:
    """The milestones whose dates follow from what is known, by date.

    What cannot be dated yet is left out. A date is final only when it is the UN's own final
    date, or a national rule counted from one; a fall-back rule is always tentative. With a
    practice, its own round and consultation months replace the calendar's. `fixed` are
    milestones whose date people have set: what is counted from them follows.
    """
    suggesting = _Suggesting(calendar, facts, is_working_day, practice)
    suggesting.fix(fixed or {})
    suggestions = list(suggesting.run())
    return sorted(suggestions, key=lambda one: one.date)


class _Suggesting:
    def __init__(
        self,
        calendar: Calendar,
        facts: SessionFacts,
        is_working_day: IsWorkingDay,
        practice: Practice | None,
    ) -> None:
        self._calendar = calendar
        self._facts = facts
        self._is_working_day = is_working_day
        self._practice = practice
        self._known: dict[str, _Found | None] = {}

    def fix(self, dates: Mapping[str, date]) -> None:
        for milestone_id, on in dates.items():
            self._known[milestone_id] = _Found(
                on, tentative=False, month_only=False, source="", rule=None
            )

    def run(self) -> Iterator[Suggestion]:
        for milestone in self._calendar.milestones:
            if milestone.recurs:
                for found in self._recurrences(milestone):
                    yield _suggestion(self._calendar, milestone, found)
            elif single := self._find(milestone):
                yield _suggestion(self._calendar, milestone, single)

    def _find(self, milestone: Milestone) -> _Found | None:
        if milestone.id not in self._known:
            self._known[milestone.id] = next(
                (
                    found
                    for place, rule in enumerate(milestone.rules)
                    if (found := self._apply(milestone, rule, fallback=place > 0))
                ),
                None,
            )
        return self._known[milestone.id]

    def _apply(self, milestone: Milestone, rule: When, *, fallback: bool) -> _Found | None:
        anchor = self._anchor(rule)
        if anchor is None:
            return None
        on = rule.resolve(anchor.on, self._is_working_day)
        itself = rule.span is None and rule.anchor in FACTS
        # The UN does not keep our rules: its dates are known only once it has said them.
        guessed = fallback or milestone.tentative or (milestone.kind != "national" and not itself)
        return _Found(
            on if itself else roll_to_working_day(on, milestone.roll, self._is_working_day),
            anchor.tentative or guessed,
            anchor.month_only and itself,
            anchor.source if itself else milestone.source,
            rule,
        )

    def _anchor(self, rule: When) -> _Found | None:
        if rule.anchor in FACTS:
            known = self._facts.dates.get(rule.anchor)
            if known is None:
                return None
            return _Found(known.on, known.tentative, known.month_only, known.source, rule)
        milestone = self._calendar.milestone(rule.anchor)
        return self._find(milestone) if milestone else None

    def _recurrences(self, milestone: Milestone) -> Iterator[_Found]:
        """Each time that a milestone comes, between its first and its last."""
        first, last = self._bound(milestone.first), self._bound(milestone.last)
        if first is None or last is None:
            return
        fixed = self._fixed_days(milestone, range(first.on.year - 1, last.on.year + 1))
        days = self._counted_days(milestone, first.on, last.on) if fixed is None else fixed
        for day in days:
            if first.on <= day <= last.on:
                yield _Found(
                    roll_to_working_day(day, milestone.roll, self._is_working_day),
                    milestone.tentative
                    or milestone.kind != "national"
                    or (fixed is None and first.tentative),
                    month_only=False,
                    source=milestone.source,
                    rule=milestone.first if fixed is None else None,
                    turn=f"-{day:%Y-%m}",
                )

    def _fixed_days(self, milestone: Milestone, years: range) -> list[date] | None:
        """The days of the years on which it falls by the calendar on the wall, if it does."""
        if milestone.practice_date and self._practice:
            name = milestone.practice_date
            return [day for year in years for day in _practice_days(self._practice, name, year)]
        if milestone.each_year:
            return [milestone.each_year.in_year(year) for year in years]
        return None

    def _counted_days(self, milestone: Milestone, first: date, last: date) -> Iterator[date]:
        day = first
        for turn in count(1):
            if day > last or milestone.every is None:
                return
            yield day
            # Counted from the first day each time, so that 31 January leads to 31 March.
            day = milestone.every.times(turn).after(first, self._is_working_day)

    def _bound(self, rule: When | None) -> _Found | None:
        anchor = self._anchor(rule) if rule else None
        if rule is None or anchor is None:
            return None
        return replace(anchor, on=rule.resolve(anchor.on, self._is_working_day))


def _suggestion(calendar: Calendar, milestone: Milestone, found: _Found) -> Suggestion:
    anchor = calendar.milestone(found.rule.anchor) if found.rule else None
    return Suggestion(
        id=milestone.id + found.turn,
        milestone=milestone.id,
        title=milestone.title,
        stage=milestone.stage,
        kind=milestone.kind,
        date=found.on,
        source=found.source,
        tentative=found.tentative,
        month_only=found.month_only,
        deadline=milestone.deadline,
        visibility=milestone.visibility,
        reminders=milestone.reminders,
        rule=found.rule,
        _anchor_title=anchor.title if anchor else "",
    )


def _practice_days(practice: Practice, name: str, year: int) -> tuple[date, ...]:
    """The days of a practice that count for a year; none where it has no such custom."""
    if name == "consultations":
        return practice.consultations.in_year(year) if practice.consultations else ()
    if practice.round is None:
        return ()
    return (getattr(practice.round.in_year(year), name.removeprefix("round.")),)
