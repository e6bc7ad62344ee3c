"""From the calendar's suggestions to a cycle's dates, and what would move if one moved.

A calendar only suggests: what has passed or is delivered stays, and a date that people set
keeps its distance when the session moves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from nmrf.core.calendar import roll_to_working_day
from nmrf.core.ctx import Ctx, House
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.cycles.models import Cycle, Milestone
from nmrf.definitions import (
    FACTS,
    Calendar,
    Definitions,
    KnownDate,
    Practice,
    SessionFacts,
    Suggestion,
    load,
    suggest_milestones,
)
from nmrf.definitions.calendars import Milestone as Defined

_TURN = re.compile(r"-\d{4}-\d{2}$")


def definitions(house: House) -> Definitions:
    """The definitions of this house."""
    return load(house.settings.workflows)


def practice_of(house: House, practice: str) -> Practice:
    """The practice of a name. Raises `Invalid` for one that does not exist."""
    found = definitions(house).practices.get(practice)
    if found is None:
        names = ", ".join(sorted(definitions(house).practices))
        raise Invalid(
            _(
                'There is no practice named "%(name)s". Choose one of: %(names)s.',
                name=practice,
                names=names,
            ),
            place="practice",
        )
    return found


def calendar_of(house: House, practice: str) -> Calendar:
    """The calendar that a practice uses."""
    return definitions(house).calendars[practice_of(house, practice).calendar]


def definition_of(house: House, milestone: Milestone) -> Defined | None:
    """The calendar's definition that suggested a milestone; None for one's own."""
    if milestone.key is None:
        return None
    return calendar_of(house, milestone.cycle.practice).milestone(base_key(milestone.key))


def base_key(key: str) -> str:
    """The definition's id in a key: `round_closes` of `round_closes-2027-01`."""
    return _TURN.sub("", key)


def facts(
    house: House, state: str, session: int, number: int, entered: Mapping[str, Any]
) -> SessionFacts:
    """What is known of a session: the files, and over them what the secretariat entered.

    A session that no file knows is accepted; nothing is known of it but what was entered.
    """
    found = definitions(house).sessions.find(state, session)
    if found is None:
        found = SessionFacts(cycle=number, session=session, state=state, alpha3=state)
    dates = {
        name: KnownDate(date.fromisoformat(one["on"]), one["source"], bool(one["tentative"]))
        for name, one in entered.items()
    }
    return found.with_dates(dates)


def suggest(
    house: House, practice: str, known: SessionFacts, fixed: Mapping[str, date] | None = None
) -> list[Suggestion]:
    """The calendar's suggestions for what is known, by date."""
    return suggest_milestones(
        calendar_of(house, practice),
        known,
        house.calendar.is_working_day,
        practice_of(house, practice),
        fixed,
    )


def fact_of(defined: Defined | None) -> str:
    """The UN date that a milestone itself is, such as `session_start`; else nothing."""
    if defined is None or defined.when is None or defined.when.span is not None:
        return ""
    return defined.when.anchor if defined.when.anchor in FACTS else ""


def note_of(known: SessionFacts, suggestion: Suggestion) -> str:
    """What the session files add to a date: a remark, and what other sources say."""
    rule = suggestion.rule
    if rule is None or rule.span is not None or rule.anchor not in known.dates:
        return ""
    one = known.dates[rule.anchor]
    others = [f"{other.source}: {other.on.isoformat()}" for other in one.others]
    return "; ".join(text for text in (one.note, *others) if text)


@dataclass(frozen=True)
class Move:
    """What would happen to one milestone. `kind`: moves, stays, unknown, new or goes."""

    kind: str
    title: str
    was: date | None
    becomes: date | None
    why: str
    milestone: Milestone | None = None
    suggestion: Suggestion | None = None
    suggested_on: date | None = None  # by the calendar alone, whatever people set
    visibility: str = "public"


@dataclass(frozen=True)
class Preview:
    """What would move if the session, or some of its dates, were others."""

    session: int
    entered: dict[str, Any]
    known: SessionFacts
    moves: list[Move] = field(default_factory=list)

    @property
    def changes(self) -> list[Move]:
        """Those that do not stay as they are."""
        return [move for move in self.moves if move.kind != "stays"]


def preview(
    ctx: Ctx,
    cycle: Cycle,
    *,
    session: int | None = None,
    entered: Mapping[str, Any] | None = None,
    assume: tuple[Milestone, date] | None = None,
) -> Preview:
    """What the calendar would now suggest for each date of a cycle, and what would change.

    `session` is another session; dates entered for the old one no longer hold then. `entered`
    are UN dates as in `Cycle.facts`. `assume` is one milestone as if it stood on another day.
    """
    same = session is None or session == cycle.session
    merged = {**(cycle.facts if same else {}), **(entered or {})}
    return _Previewing(ctx, cycle, session or cycle.session, merged, assume).run()


class _Previewing:
    def __init__(
        self,
        ctx: Ctx,
        cycle: Cycle,
        session: int,
        entered: dict[str, Any],
        assume: tuple[Milestone, date] | None,
    ) -> None:
        house = ctx.house
        self._ctx, self._cycle, self._session = ctx, cycle, session
        self._entered = entered
        self._assume = {assume[0].id: assume[1]} if assume else {}
        if assume and (fact := fact_of(definition_of(house, assume[0]))):
            entry = {"on": assume[1].isoformat(), "source": "", "tentative": False}
            self._entered = {**entered, fact: entry}
        self._known = facts(house, cycle.state, session, cycle.number, self._entered)
        self._calendar = calendar_of(house, cycle.practice)
        self._raw: Mapping[str, Suggestion] = {}
        self._rows = [m for m in cycle.milestones if m.withdrawn_at is None and m.key]

    def run(self) -> Preview:
        house, practice = self._ctx.house, self._cycle.practice
        raw = {one.id: one for one in suggest(house, practice, self._known)}
        self._raw = raw
        fixed = self._fixed(raw)
        new = {one.id: one for one in suggest(house, practice, self._known, fixed)}
        matched = self._match(new)
        moves = [self._move(row, matched.pop(row.id, None), fixed) for row in self._rows]
        taken = {move.suggestion.id for move in moves if move.suggestion}
        moves += [
            Move(
                "new",
                gettext(one.title),
                None,
                one.date,
                _("now follows from what is known"),
                suggestion=one,
                visibility=one.visibility,
            )
            for one in new.values()
            if one.id not in taken and one.date >= self._ctx.today
        ]
        moves.sort(key=lambda move: (move.becomes or move.was or date.max, move.title))
        return Preview(self._session, self._entered, self._known, moves)

    def _stays(self, row: Milestone) -> str:
        if row.delivered_on is not None:
            return _("stays: it is delivered")
        if row.on is not None and row.on < self._ctx.today and row.id not in self._assume:
            return _("stays: it has passed")
        return ""

    def _by_hand(self, row: Milestone) -> bool:
        return row.on is not None and row.on != row.suggested_on

    def _fixed(self, raw: Mapping[str, Suggestion]) -> dict[str, date]:
        """The days of milestones from which others are counted and that people have set."""
        found: dict[str, date] = {}
        for row in self._rows:
            defined = self._calendar.milestone(base_key(row.key or ""))
            if row.on is None or defined is None or defined.recurs:
                continue
            if row.id in self._assume:
                found[defined.id] = self._assume[row.id]
            elif self._stays(row):
                found[defined.id] = row.on
            elif self._by_hand(row):
                found[defined.id] = self._kept_distance(row, raw.get(defined.id), defined)
        return found

    def _kept_distance(self, row: Milestone, now: Suggestion | None, defined: Defined) -> date:
        """A day set by hand moves by as many days as the suggestion that it replaced."""
        on = cast("date", row.on)
        if now is None or row.suggested_on is None or now.date == row.suggested_on:
            return on
        moved = on + (now.date - row.suggested_on)
        return roll_to_working_day(moved, defined.roll, self._ctx.house.calendar.is_working_day)

    def _match(self, new: Mapping[str, Suggestion]) -> dict[int, Suggestion]:
        """Which suggestion is now whose. What recurs is matched by its month, then in order."""
        found = {row.id: new[row.key] for row in self._rows if row.key and row.key in new}
        taken = {one.id for one in found.values()}
        left: dict[str, list[Milestone]] = {}
        for row in self._rows:
            if row.id not in found and row.on is not None and not self._stays(row):
                left.setdefault(base_key(row.key or ""), []).append(row)
        for base, rows in left.items():
            free = [
                one
                for one in new.values()
                if one.milestone == base and one.id not in taken and one.date >= self._ctx.today
            ]
            rows.sort(key=lambda row: row.on or date.max)
            found.update({row.id: one for row, one in zip(rows, free, strict=False)})
        return found

    def _move(self, row: Milestone, now: Suggestion | None, fixed: Mapping[str, date]) -> Move:
        kind, becomes, why = self._fate(row, now, fixed)
        return Move(
            kind,
            gettext(row.title),
            row.on,
            becomes,
            why,
            milestone=row,
            suggestion=now,
            suggested_on=self._raw.get(now.id, now).date if now else None,
            visibility=row.visibility,
        )

    def _fate(
        self, row: Milestone, now: Suggestion | None, fixed: Mapping[str, date]
    ) -> tuple[str, date | None, str]:
        if stays := self._stays(row):
            return "stays", row.on, stays
        if now is None and row.on is None:
            return "stays", None, _("not known yet")
        defined = self._calendar.milestone(base_key(row.key or ""))
        by_hand = self._by_hand(row)
        if defined is not None and (by_hand or row.id in self._assume) and row.on is not None:
            day = fixed.get(defined.id) or self._kept_distance(row, now, defined)
            why = _("set by hand: keeps its distance") if by_hand else _("set by hand")
            return ("stays" if day == row.on else "moves"), day, why
        if now is None:
            recurs = defined is not None and defined.recurs
            why = _("falls outside the cycle") if recurs else _("not known for the new session")
            return ("goes" if recurs else "unknown"), None, why
        if row.on == now.date and row.tentative == now.tentative:
            return "stays", row.on, _("does not change")
        return "moves", now.date, now.words


def dependents(house: House, milestone: Milestone) -> set[str]:
    """The ids of the definitions that are counted, directly or not, from a milestone."""
    defined = definition_of(house, milestone)
    if defined is None:
        return set()
    anchors = {defined.id, fact_of(defined)} - {""}
    found: set[str] = set()
    grew = True
    while grew:
        grew = False
        for other in calendar_of(house, milestone.cycle.practice).milestones:
            if other.id not in found and other.id != defined.id and anchors & set(_anchors(other)):
                found.add(other.id)
                anchors.add(other.id)
                grew = True
    return found


def _anchors(defined: Defined) -> Iterator[str]:
    for rule in (*defined.rules, defined.first, defined.last):
        if rule is not None:
            yield rule.anchor


def preview_following(ctx: Ctx, milestone: Milestone, on: date) -> list[Move]:
    """Which other dates are counted from a milestone and would move with it to a day."""
    counted = dependents(ctx.house, milestone)
    if not counted:
        return []
    moves = preview(ctx, milestone.cycle, assume=(milestone, on)).changes
    return [move for move in moves if move.milestone is not milestone and _base_of(move) in counted]


def _base_of(move: Move) -> str:
    if move.milestone is not None and move.milestone.key:
        return base_key(move.milestone.key)
    return move.suggestion.milestone if move.suggestion else ""
