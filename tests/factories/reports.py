"""Reports with versions, and signed updates, for tests."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Recommendation
from nmrf.reports.models import (
    Block,
    BlockKind,
    Paragraph,
    Report,
    ReportKind,
    ReportVersion,
    VersionState,
)
from nmrf.reports.structure import LEVELS, heading_label
from nmrf.reports.words import count_words
from nmrf.updates.models import Round, Update, UpdateSnapshot, UpdateState
from tests.factories import THEN

_years = itertools.count(2000)

HEADINGS = {"#": BlockKind.CHAPTER, "##": BlockKind.SECTION, "###": BlockKind.SUBSECTION}


def report(session: Session, of: Cycle, **values: object) -> Report:
    row = Report(
        cycle_id=of.id,
        kind=values.pop("kind", ReportKind.NATIONAL),
        title=values.pop("title", "National report"),
        word_limit=values.pop("word_limit", 10_700),
        created_at=THEN,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def version(
    session: Session,
    of: Report,
    texts: Sequence[str] = (),
    state: VersionState = VersionState.DRAFT,
    number: int = 1,
    **values: object,
) -> ReportVersion:
    """A version with blocks: "# Chapter", "## Section", "(Recommendations 1)", a paragraph."""
    row = ReportVersion(report_id=of.id, number=number, created_at=THEN, **values)
    session.add(row)
    session.flush()
    n = 0
    counts = dict.fromkeys(LEVELS.values(), 0)
    for position, text in enumerate(texts, start=1):
        mark, _space, rest = text.partition(" ")
        kind, label = HEADINGS.get(mark, BlockKind.PARAGRAPH), ""
        if kind in LEVELS:
            level = LEVELS[kind]
            counts |= {key: 0 for key in counts if key > level}
            counts[level] += 1
            label = heading_label(level, counts[level])
        if text.startswith("(Recommendation"):
            kind = BlockKind.CITATION
        n += kind is BlockKind.PARAGRAPH
        block(
            session,
            row,
            rest if label else text,
            kind=kind,
            label=label,
            position=position,
            number=n if kind is BlockKind.PARAGRAPH else None,
        )
    row.state = state
    session.flush()
    return row


def block(session: Session, of: ReportVersion, text: str, **values: object) -> Block:
    paragraph = Paragraph(report_id=of.report_id)
    session.add(paragraph)
    session.flush()
    row = Block(
        version_id=of.id,
        paragraph_id=paragraph.id,
        text=text,
        words=count_words(text),
        kind=values.pop("kind", BlockKind.PARAGRAPH),
        position=values.pop("position", 1),
        number=values.pop("number", None),
        **values,
    )
    session.add(row)
    session.flush()
    return row


def snapshot(
    session: Session,
    of: Recommendation,
    by: Institution,
    narrative: str = "A law was adopted.",
    number: int = 1,
    update: Update | None = None,
) -> UpdateSnapshot:
    """An update that was signed off, in a round of its own unless `update` is given."""
    if update is None:
        year = next(_years)
        round_ = Round(
            cycle_id=of.cycle_id,
            title=f"Round {year}",
            year=year,
            opens_on=date(2026, 1, 1),
            closes_on=date(2026, 1, 31),
        )
        session.add(round_)
        session.flush()
        update = Update(
            round_id=round_.id,
            institution_id=by.id,
            recommendation_id=of.id,
            lead=True,
            state=UpdateState.SUBMITTED,
            held_since=THEN,
        )
        session.add(update)
        session.flush()
    row = UpdateSnapshot(
        update_id=update.id,
        number=number,
        recommendation_id=of.id,
        institution_id=by.id,
        status="in_progress",
        narrative=narrative,
        no_change=False,
        evidence=[],
        sha256="0" * 64,
        signed_at=THEN,
    )
    session.add(row)
    session.flush()
    return row
