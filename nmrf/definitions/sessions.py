"""What is known of the sessions of the UPR Working Group and of the States reviewed in them."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nmrf.core.i18n import Lazy, _l

# What a calendar can count from. Each is a column of facts, not a promise that it is known.
FACTS: dict[str, Lazy] = {
    "session_start": _l("First day of the Working Group session"),
    "session_end": _l("Last day of the Working Group session"),
    "review_day": _l("Day of the review (interactive dialogue)"),
    "wg_adoption": _l("Adoption of the Working Group report"),
    "plenary": _l("Adoption of the outcome by the Human Rights Council"),
    "national_report_deadline": _l("Deadline of the national report"),
    "stakeholder_deadline": _l("Deadline of stakeholder submissions"),
    "addendum_deadline": _l("Deadline of the addendum"),
    "pre_sessions": _l("Pre-sessions in Geneva"),
    "pre_sessions_application": _l("Deadline of applications for the pre-sessions"),
}
CERTAINTIES = ("final", "tentative", "month only")


@dataclass(frozen=True)
class KnownDate:
    """A date with its source. `month_only`: the day stands for its month."""

    on: date
    source: str
    tentative: bool = False
    month_only: bool = False
    note: str = ""
    others: tuple[KnownDate, ...] = ()  # what other sources say; the earliest counts


@dataclass(frozen=True)
class SessionFacts:
    """What is known of one State's review. A fact that is not in `dates` is not known."""

    cycle: int
    session: int
    dates: Mapping[str, KnownDate] = field(default_factory=dict)
    state: str = ""
    alpha2: str = ""
    alpha3: str = ""
    listed: bool = True  # whether the list of the session names the State

    def with_dates(self, dates: Mapping[str, KnownDate | None]) -> SessionFacts:
        """The same facts with other dates; None takes a date away."""
        unknown = sorted(set(dates) - set(FACTS))
        if unknown:
            raise ValueError(f"There is no fact named {', '.join(unknown)}.")
        merged = {**self.dates, **dates}
        return replace(
            self, dates=MappingProxyType({name: known for name, known in merged.items() if known})
        )


class StateRow(NamedTuple):
    session: int
    state: str
    alpha2: str
    alpha3: str
    review_day: KnownDate | None


def fold(name: str) -> str:
    """A State's name without case, accents, apostrophes and what follows in brackets."""
    plain = unicodedata.normalize("NFKD", name.partition("(")[0].casefold())
    return "".join(char for char in plain if char.isalnum())


@dataclass(frozen=True)
class Sessions:
    """The sessions that the calendar files know."""

    dates: Mapping[int, Mapping[str, KnownDate]]
    cycles: Mapping[int, int]
    states: tuple[StateRow, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the known sessions, ascending."""
        return tuple(sorted(self.cycles))

    def of_state(self, state: str) -> tuple[int, ...]:
        """The known sessions in which a State is reviewed; by name or ISO 3166 code."""
        return tuple(row.session for row in self.states if _is(row, state))

    def find(self, state: str, number: int | None = None) -> SessionFacts | None:
        """What is known of a State's review in a session, or None for an unknown session.

        Without a number: the State's latest known session. States move between sessions, so a
        State that the session's list does not name is no error; `listed` is then false.
        """
        rows = [row for row in self.states if _is(row, state)]
        if number is None and rows:
            number = max(row.session for row in rows)
        if number is None or number not in self.cycles:
            return None
        row = next((row for row in rows if row.session == number), None)
        named = row or (rows[0] if rows else None)
        dates = dict(self.dates.get(number, {}))
        if row and row.review_day:
            dates["review_day"] = row.review_day
        return SessionFacts(
            cycle=self.cycles[number],
            session=number,
            dates=MappingProxyType(dates),
            state=named.state if named else state,
            alpha2=named.alpha2 if named else "",
            alpha3=named.alpha3 if named else "",
            listed=row is not None,
        )


def _is(row: StateRow, state: str) -> bool:
    return state in {row.alpha2, row.alpha3} or fold(row.state) == fold(state)


class RowProblem(NamedTuple):
    file: Path
    line: int
    message: str


def read(folder: Path) -> tuple[Sessions, list[RowProblem]]:
    """The sessions in `upr_sessions.csv` and `upr_states.csv`, and what is wrong in them."""
    found: list[RowProblem] = []
    cycles: dict[int, int] = {}
    dates: dict[int, dict[str, list[KnownDate]]] = {}
    for line, row in _rows(
        folder / "upr_sessions.csv",
        ("cycle", "session", "event", "date", "certainty", "source", "note"),
        found,
    ):
        try:
            session, event, known = _event(row, cycles)
        except ValueError as error:
            found.append(RowProblem(folder / "upr_sessions.csv", line, str(error)))
            continue
        if known:
            dates.setdefault(session, {}).setdefault(event, []).append(known)
    states = list(_states(folder / "upr_states.csv", cycles, found))
    return Sessions(
        MappingProxyType(
            {
                session: MappingProxyType({name: _earliest(all_) for name, all_ in events.items()})
                for session, events in dates.items()
            }
        ),
        MappingProxyType(cycles),
        tuple(states),
    ), found


def _event(row: Mapping[str, str], cycles: dict[int, int]) -> tuple[int, str, KnownDate | None]:
    session, cycle, event = _number(row, "session"), _number(row, "cycle"), row["event"]
    if cycles.setdefault(session, cycle) != cycle:
        raise ValueError(f"session {session} stands in another cycle further up")
    if event not in FACTS:
        raise ValueError(f'"{event}" is not an event; the events are {", ".join(FACTS)}')
    return session, event, _known(row, row["date"])


def _state(row: Mapping[str, str], cycles: Mapping[int, int]) -> StateRow:
    session = _number(row, "session")
    if session not in cycles:
        raise ValueError(f"session {session} is not in upr_sessions.csv")
    if not row["state"] or len(row["alpha2"]) != 2 or len(row["alpha3"]) != 3:
        raise ValueError("needs a state and its ISO 3166 codes of two and three letters")
    day = _known({**row, "certainty": "final", "note": ""}, row["review_day"])
    return StateRow(session, row["state"], row["alpha2"], row["alpha3"], day)


def _states(file: Path, cycles: Mapping[int, int], found: list[RowProblem]) -> Iterator[StateRow]:
    columns = ("session", "state", "alpha2", "alpha3", "review_day", "source")
    rows = list(_rows(file, columns, found))
    for line, row in rows:
        try:
            yield _state(row, cycles)
        except ValueError as error:
            found.append(RowProblem(file, line, str(error)))
    keyed = sorted((row["session"], row["alpha3"], line) for line, row in rows)
    for (session, state), same in groupby(keyed, key=lambda item: item[:2]):
        for _key, _same, line in list(same)[1:]:
            found.append(RowProblem(file, line, f"{state} is listed twice in session {session}"))


def _rows(
    file: Path, columns: tuple[str, ...], found: list[RowProblem]
) -> Iterator[tuple[int, dict[str, str]]]:
    if not file.is_file():
        found.append(RowProblem(file, 1, "the file is missing"))
        return
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != columns:
            found.append(RowProblem(file, 1, f"the columns have to be {', '.join(columns)}"))
            return
        for row in reader:
            if None in row or None in row.values():
                message = f"has to have {len(columns)} cells"
                found.append(RowProblem(file, reader.line_num, message))
            else:
                yield reader.line_num, row


def _number(row: Mapping[str, str], column: str) -> int:
    if not row[column].isascii() or not row[column].isdigit():
        raise ValueError(f'{column}: "{row[column]}" is not a number')
    return int(row[column])


def _known(row: Mapping[str, str], text: str) -> KnownDate | None:
    if not text:
        return None
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f'"{text}" is not a date such as 2025-01-28') from None
    if row["certainty"] not in CERTAINTIES:
        raise ValueError(f'certainty: "{row["certainty"]}" is not {" or ".join(CERTAINTIES)}')
    if not row["source"]:
        raise ValueError("a date needs its source")
    month_only = row["certainty"] == "month only"
    return KnownDate(on, row["source"], row["certainty"] != "final", month_only, row["note"])


def _earliest(known: list[KnownDate]) -> KnownDate:
    """The date to plan for: sources that differ leave it tentative, and the earliest is safe."""
    first, *others = sorted(known, key=lambda one: one.on)
    return replace(first, tentative=True, others=tuple(others)) if others else first
