"""An import can be taken back as long as nobody has built on it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from nmrf.core.errors import Conflict, NotFound, Refused
from nmrf.core.events import history
from nmrf.recommendations import queries, service
from nmrf.recommendations.importing import apply
from nmrf.recommendations.models import (
    Label,
    Position,
    PositionChange,
    Recommendation,
    RecommendingState,
)
from nmrf.recommendations.undoing import get_batch, obstacles, undo
from nmrf.reconcile import recompute
from tests.factories.recommendations import Line, word_list

FIRST = word_list(Line("140.1", persons=("Women",)), Line("140.2", "Abolish it"))
LATER = word_list(
    Line("140.1", "Ratify it now", states=("Togo",), persons=("Children",), position="Noted"),
    Line("140.3"),
)


def stands(ctx, cycle):
    ctx.session.expire_all()
    return [
        (
            r.number,
            r.text,
            r.search_text,
            [(s.place, s.name, s.code) for s in r.states],
            sorted(label.name for label in r.labels),
            r.position,
            r.position_symbol,
            [(p.position, p.batch_id) for p in r.positions],
        )
        for r in queries.of_cycle(ctx.session, cycle)
    ]


def test_what_was_created_goes_and_nothing_is_left_over(secretary, cycle):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    undo(secretary, batch)
    for table in (Recommendation, RecommendingState, PositionChange, Label):
        assert secretary.session.scalar(select(func.count()).select_from(table)) == 0
    assert batch.undone_at == secretary.now
    secretary.session.commit()
    kinds = [e.kind for e in history(secretary.session, "import_batch", batch.id)]
    assert kinds == ["recommendations.imported", "recommendations.import_undone"]
    assert apply(secretary, cycle, FIRST, "list.docx").batch.counts["created"] == 2


def test_what_was_changed_is_as_before(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    before = stands(secretary, cycle)
    batch = apply(secretary, cycle, LATER, "later.docx").batch
    assert stands(secretary, cycle) != before
    undo(secretary, batch)
    assert stands(secretary, cycle) == before


def test_the_record_follows_a_position_there_and_back(secretary, cycle):
    apply(secretary, cycle, FIRST, "list.docx")
    row = queries.by_number(secretary.session, cycle, "140.1")
    service.set_position(secretary, row, Position.SUPPORTED, national="accepted", symbol="X")
    batch = apply(secretary, cycle, LATER, "later.docx", overwrite_positions=True).batch
    undo(secretary, batch)
    secretary.session.commit()
    secretary.session.expire_all()
    assert (row.position, row.national_position, row.position_symbol) == (
        Position.SUPPORTED,
        "accepted",
        "X",
    )
    assert recompute(secretary.session).drift == []


def test_later_lists_are_taken_back_first(secretary, cycle):
    first = apply(secretary, cycle, FIRST, "list.docx").batch
    later = apply(secretary, cycle, LATER, "later.docx").batch
    with pytest.raises(Conflict, match="A later list was imported"):
        undo(secretary, first)
    undo(secretary, later)
    undo(secretary, first)
    assert stands(secretary, cycle) == []


def test_an_import_with_assignments_stays(secretary, cycle, world):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    rows = queries.of_cycle(secretary.session, cycle)
    service.assign(secretary, rows, world.moj)
    assert obstacles(secretary, batch) == ["140.1, 140.2: there are assignments."]
    with pytest.raises(Conflict, match=r"140\.1, 140\.2: there are assignments\."):
        undo(secretary, batch)
    assert len(queries.of_cycle(secretary.session, cycle)) == 2


def test_an_import_with_a_position_entered_since_stays(secretary, cycle):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    row = queries.by_number(secretary.session, cycle, "140.2")
    service.set_position(
        secretary, row, Position.NOTED, justification="The Constitution forbids it."
    )
    assert obstacles(secretary, batch) == [
        "140.2: the secretariat entered a position after the import."
    ]


def test_an_import_with_a_reported_status_stays(secretary, cycle, world):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    row = queries.by_number(secretary.session, cycle, "140.2")
    service.record_status(secretary, row, "planned", institution=world.moj, on=secretary.today)
    assert obstacles(secretary, batch) == ["140.2: a status or a note was added."]


def test_it_is_taken_back_once(secretary, cycle):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    undo(secretary, batch)
    with pytest.raises(Conflict, match="taken back already"):
        undo(secretary, batch)


def test_only_the_secretariat_takes_back_and_sees_imports(secretary, justice, cycle):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    with pytest.raises(Refused):
        undo(justice, batch)
    with pytest.raises(NotFound):
        get_batch(justice, batch.id)
