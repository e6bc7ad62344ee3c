"""A position is a dated event with its source; whatever is not fully supported needs a reason."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from nmrf.recommendations import service
from nmrf.recommendations.models import Position
from tests import factories

ADDENDUM = "A/HRC/59/15/Add.1"


@pytest.fixture
def rows(ctx, cycle):
    return [
        factories.recommendation(ctx.session, cycle, f"140.{n}", position=Position.PENDING)
        for n in range(1, 4)
    ]


def changes(row):
    return [
        (p.position.value, p.national_position, p.symbol, p.paragraph, p.on) for p in row.positions
    ]


def test_positions_are_a_history(secretary, rows):
    one = rows[0]
    service.set_position(
        secretary,
        one,
        Position.NOTED,
        national="awaiting_parliament",
        justification="Parliament has not voted.",
        symbol=ADDENDUM,
        paragraph="5",
        on=date(2025, 6, 27),
    )
    service.set_position(secretary, one, Position.SUPPORTED, symbol="Mid-term report")
    secretary.session.flush()
    assert changes(one) == [
        ("noted", "awaiting_parliament", ADDENDUM, "5", date(2025, 6, 27)),
        ("supported", "", "Mid-term report", "", date(2026, 11, 18)),
    ]
    assert (one.position, one.national_position, one.justification) == (Position.SUPPORTED, "", "")
    secretary.session.commit()
    said = [
        (e.kind, e.data["was"], e.data["position"])
        for e in history(secretary.session, "recommendation", one.id)
    ]
    assert said == [
        ("recommendation.positioned", "pending", "noted"),
        ("recommendation.positioned", "noted", "supported"),
    ]


def test_many_at_once_and_what_is_so_already_stays(secretary, rows):
    assert service.set_position(secretary, rows[:1], Position.SUPPORTED, symbol=ADDENDUM) == 1
    assert service.set_position(secretary, rows, Position.SUPPORTED, symbol=ADDENDUM) == 2
    secretary.session.flush()
    assert [len(changes(row)) for row in rows] == [1, 1, 1]


@pytest.mark.parametrize(
    ("position", "national"),
    [
        (Position.NOTED, ""),
        (Position.SUPPORTED_NOTED, ""),
        (Position.NOTED, "not_agreed"),
        (Position.SUPPORTED, "in_spirit"),
    ],
)
def test_a_reason_is_needed(secretary, rows, position, national):
    with pytest.raises(Invalid, match="Give the reason") as refused:
        service.set_position(secretary, rows[0], position, national=national, justification=" ")
    assert refused.value.place == "justification"
    assert rows[0].position == Position.PENDING


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"national": "partially_accepted"}, "national"),
        ({"national": "unheard_of"}, "national"),
        ({"on": date(2026, 11, 19)}, "on"),
        ({"paragraph": "5"}, "symbol"),
        ({"symbol": "A" * 81}, "symbol"),
    ],
)
def test_values_that_cannot_be(secretary, rows, values, place):
    with pytest.raises(Invalid) as refused:
        service.set_position(secretary, rows[0], Position.SUPPORTED, **values)
    assert refused.value.place == place


def test_a_position_of_a_document_never_becomes_none_again(secretary, rows):
    service.set_position(secretary, rows[0], Position.SUPPORTED)
    service.set_position(secretary, rows[0], Position.PENDING)
    assert rows[0].position == Position.PENDING
    service.set_position(secretary, rows[0], Position.SUPPORTED, symbol=ADDENDUM)
    with pytest.raises(Conflict, match=f"stands in {ADDENDUM}"):
        service.set_position(secretary, rows[0], Position.PENDING)


def test_an_old_version_is_a_conflict(secretary, rows):
    one = rows[0]
    seen = {one.id: one.lock}
    service.set_position(secretary, one, Position.SUPPORTED)
    secretary.session.flush()
    with pytest.raises(Conflict, match="Its position is now “Supported”"):
        service.set_position(
            secretary, one, Position.NOTED, justification="The Constitution.", locks=seen
        )


def test_only_the_secretariat_takes_positions(justice, member, rows):
    for who in (justice, member):
        with pytest.raises(Refused):
            service.set_position(who, rows[0], Position.SUPPORTED)
        with pytest.raises(Refused):
            service.set_needs(who, rows, needs_parliament=True)


def test_parliament_is_noted_once(secretary, rows):
    assert service.set_needs(secretary, rows, needs_parliament=True) == 3
    assert service.set_needs(secretary, rows, needs_parliament=True) == 0
    service.set_position(secretary, rows[0], Position.SUPPORTED, needs_parliament=False)
    assert [row.needs_parliament for row in rows] == [False, True, True]


def test_the_newest_report_gives_the_status(ctx, world, rows):
    one = rows[0]
    service.record_status(ctx, one, "planned", institution=world.moj, on=date(2026, 1, 28))
    service.record_status(ctx, one, "in_progress", institution=world.moi, on=date(2026, 1, 30))
    service.record_status(ctx, one, "not_started", institution=world.moj, on=date(2025, 1, 30))
    assert (one.status, one.status_on, one.status_institution.name) == (
        "in_progress",
        date(2026, 1, 30),
        "Ministry of the Interior",
    )
    with pytest.raises(Invalid, match="no such implementation status"):
        service.record_status(ctx, one, "splendid", institution=world.moj, on=ctx.today)
