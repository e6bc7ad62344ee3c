"""An import can be taken back as long as nobody has built on it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from nmrf.core.db import Base
from nmrf.core.errors import Conflict, NotFound, Refused
from nmrf.core.events import history
from nmrf.recommendations import queries, service, undoing
from nmrf.recommendations.importing import apply
from nmrf.recommendations.models import (
    Label,
    Position,
    PositionChange,
    Recommendation,
    RecommendingState,
)
from nmrf.recommendations.parts import PartPlan
from nmrf.recommendations.undoing import get_batch, obstacles, undo
from nmrf.reconcile import recompute
from tests.factories import plan as made
from tests.factories.recommendations import Line, word_list

FIRST = word_list(Line("140.1", persons=("Women",)), Line("140.2", "Abolish it"))
PARTS = [PartPlan("Ratify it", Position.SUPPORTED), PartPlan("Apply it", Position.SUPPORTED)]
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
    assert obstacles(secretary, batch) == ["140.2: a ministry reported a status."]


def _act(secretary, row, world):
    made.action(secretary.session, row, world.moj)


def _cluster(secretary, row, world):
    service.put_into(secretary, [row], service.create_cluster(secretary, "Group rights"))


def _split(secretary, row, world):
    # The parts make the position that was imported: this takes no position of its own.
    service.split(
        secretary, row, PARTS, symbol=row.position_symbol, paragraph=row.position_paragraph
    )


def _put_together(secretary, row, world):
    _split(secretary, row, world)
    service.put_together(secretary, row)


def _need(**needs):
    return lambda secretary, row, world: service.set_needs(secretary, [row], **needs)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (_act, "140.2: there are actions that carry them out."),
        (_cluster, "140.2: there are places in clusters."),
        (_split, "140.2: there are parts into which they were split."),
        (_put_together, "140.2: there are parts into which they were split."),
        (
            _need(needs_parliament=True),
            "140.2: it was noted that a decision of Parliament is needed.",
        ),
        (_need(needs_assistance=True), "140.2: it was noted that technical assistance is needed."),
    ],
)
def test_an_import_that_was_planned_on_stays(secretary, cycle, world, build, sentence):
    batch = apply(secretary, cycle, FIRST, "list.docx").batch
    build(secretary, queries.by_number(secretary.session, cycle, "140.2"), world)
    assert obstacles(secretary, batch) == [sentence]
    with pytest.raises(Conflict, match=re.escape(sentence)):
        undo(secretary, batch)
    assert len(queries.of_cycle(secretary.session, cycle)) == 2


def test_all_that_can_hang_on_a_recommendation_has_its_words():
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is Recommendation.__table__
    }
    assert pointing == undoing._OWN | set(undoing._BUILT)


def test_an_import_that_moved_what_is_split_now_stays(secretary, cycle):
    apply(secretary, cycle, word_list(Line("140.1", position="", source="")), "early.docx")
    batch = apply(secretary, cycle, word_list(Line("140.1")), "list.docx").batch
    row = queries.by_number(secretary.session, cycle, "140.1")
    _split(secretary, row, None)
    assert obstacles(secretary, batch) == ["140.1: split into parts after the import."]
    service.put_together(secretary, row)
    undo(secretary, batch)
    secretary.session.expire_all()
    assert row.position is Position.PENDING


def test_a_document_for_the_position_of_parts_goes_again(secretary, cycle):
    apply(secretary, cycle, word_list(Line("140.1", position="", source="")), "early.docx")
    row = queries.by_number(secretary.session, cycle, "140.1")
    service.split(secretary, row, PARTS)
    batch = apply(secretary, cycle, word_list(Line("140.1")), "list.docx").batch
    undo(secretary, batch)
    secretary.session.expire_all()
    assert (row.position, row.position_symbol) == (Position.SUPPORTED, "")
    assert len(row.split) == 2


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
