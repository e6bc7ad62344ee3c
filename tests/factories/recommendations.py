"""Lists of recommendations as Word files, and registers of any size."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, cast

import docx
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from nmrf.core.search import fold
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import (
    Label,
    LabelScheme,
    Position,
    Recommendation,
    RecommendingState,
    recommendation_label,
)

TITLE = "UPR of Slovenia (4th Cycle - 48th Session) Thematic list of recommendations"
ADDENDUM = "A/HRC/59/15/Add.1 - Para.3"
HEADINGS = (
    "Recommendation and recommending State",
    "Position of the State under review",
    "Human rights themes and groups of persons",
    "Relevant SDGs",
)


@dataclass(frozen=True)
class Line:
    """A row of a list, with everything as words."""

    number: str
    text: str = "Ratify the Optional Protocol"
    states: tuple[str, ...] = ("France",)
    position: str = "Supported"
    source: str = ADDENDUM
    themes: tuple[str, ...] = ("Detention conditions",)
    persons: tuple[str, ...] = ()
    goals: tuple[str, ...] = ("16 - PEACE, JUSTICE AND STRONG INSTITUTIONS",)


def word_list(*lines: Line | str, title: str = TITLE) -> bytes:
    """A list in OHCHR's form; a text is a heading across the table."""
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = title
    table = document.add_table(rows=1, cols=len(HEADINGS))
    for cell, words in zip(table.rows[0].cells, HEADINGS, strict=True):
        cell.text = words
    for line in lines:
        cells = table.add_row().cells
        if isinstance(line, str):
            cells[0].merge(cells[-1]).text = f"Theme: {line}"
            continue
        states = " ".join(f"({name})" for name in line.states)
        source = f"\nSource of Position: {line.source}" if line.source else ""
        cells[0].text = f"{line.number} {line.text} {states};{source}"
        cells[1].text = line.position
        persons = [f"- {name}" for name in line.persons]
        groups = ["Groups of Persons:", *persons] if persons else []
        cells[2].text = "\n".join([*(f"- {name}" for name in line.themes), *groups])
        cells[3].text = "\n".join(f"- {goal}" for goal in line.goals)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def label(session: Session, scheme: LabelScheme, name: str, code: str = "") -> Label:
    row = Label(scheme=scheme, code=code, name=name)
    session.add(row)
    session.flush()
    return row


def state(session: Session, of: Recommendation, name: str, code: str | None) -> RecommendingState:
    row = RecommendingState(recommendation_id=of.id, place=0, name=name, code=code)
    session.add(row)
    session.flush()
    return row


def many(session: Session, cycle: Cycle, n: int) -> None:
    """A register of n recommendations, 140.1 on, each with a State, a theme and a goal."""
    theme = label(session, LabelScheme.THEME, "Detention conditions")
    goal = label(session, LabelScheme.SDG, "Peace, Justice and Strong Institutions", "16")
    positions = list(Position)

    def table(model: Any) -> Table:
        return cast("Table", model.__table__)

    session.execute(
        insert(table(Recommendation)),
        [
            {
                "id": i,
                "cycle_id": cycle.id,
                "number": f"{140 + i // 999}.{i % 999 + 1}",
                "sort_key": f"{i:010}",
                "text": f"Ratify protocol {i}",
                "parts": [],
                "theme_heading": "",
                "position": positions[i % 4],
                "national_position": "",
                "position_symbol": "",
                "position_paragraph": "",
                "justification": "",
                "status": "",
                "needs_parliament": False,
                "search_text": fold(f"Ratify protocol {i}"),
                "lock": 1,
            }
            for i in range(1, n + 1)
        ],
    )
    session.execute(
        insert(table(RecommendingState)),
        [
            {"recommendation_id": i, "place": 0, "name": "France", "code": "FRA"}
            for i in range(1, n + 1)
        ],
    )
    session.execute(
        insert(recommendation_label),
        [
            {"recommendation_id": i, "label_id": one.id}
            for i in range(1, n + 1)
            for one in (theme, goal)
        ],
    )
