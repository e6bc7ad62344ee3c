"""Splitting a recommendation: one UN number, parts with their own position, reason and owner."""

from __future__ import annotations

import pytest

from nmrf.core import events
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.recommendations import service
from nmrf.recommendations.models import Position
from nmrf.recommendations.parts import PartPlan, whole
from tests import factories

P, S, N = Position.PENDING, Position.SUPPORTED, Position.NOTED
YES = PartPlan("Ratify the Protocol", S)
NO = PartPlan("and abolish the court", N, "The Constitution keeps it")


@pytest.fixture
def one(ctx, cycle, world):
    return factories.recommendation(
        ctx.session,
        cycle,
        "140.7",
        "Ratify the Protocol and abolish the court",
        position=P,
        lead=world.moj,
    )


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ([S, S], S),
        ([N, N], N),
        ([S, N], Position.SUPPORTED_NOTED),
        ([S, P], P),
        ([N, P, S], P),
    ],
)
def test_the_whole_follows_from_the_parts(positions, expected):
    assert whole(positions) is expected


def test_number_and_text_stay_and_each_part_has_its_own(secretary, world, one):
    text = one.text
    service.split(
        secretary,
        one,
        [YES, PartPlan(NO.text, N, NO.justification, world.moi)],
        symbol="A/HRC/59/15/Add.1",
        paragraph="3",
        lock=one.lock,
    )
    assert (one.number, one.text) == ("140.7", text)
    assert [(p.letter, p.position, p.institution) for p in one.split] == [
        ("a", S, None),
        ("b", N, world.moi),
    ]
    assert one.position is Position.SUPPORTED_NOTED
    assert one.justification == "(b) The Constitution keeps it"
    assert (one.position_symbol, one.position_paragraph) == ("A/HRC/59/15/Add.1", "3")
    # Whoever owns a part has been given the recommendation.
    assert (one.lead, one.supporting) == (world.moj, [world.moi])
    secretary.session.commit()
    kinds = [e.kind for e in events.history(secretary.session, "recommendation", one.id)]
    assert kinds[:2] == ["recommendation.positioned", "recommendation.split"]


def test_a_new_division_keeps_the_old_parts(secretary, one):
    service.split(secretary, one, [YES, NO])
    service.split(secretary, one, [YES, PartPlan("abolish", S), PartPlan("the court", S)])
    assert [p.letter for p in one.split] == ["a", "b", "c"]
    assert one.position is S
    assert [p.text for p in one.all_parts if p.ended_at] == [YES.text, NO.text]


def test_a_position_is_taken_part_by_part(secretary, one):
    service.split(secretary, one, [YES, NO])
    with pytest.raises(Conflict, match=r"140\.7: split into parts"):
        service.set_position(secretary, one, S)
    service.put_together(secretary, one)
    assert one.split == []
    service.set_position(secretary, one, S)
    assert one.position is S
    with pytest.raises(Conflict, match="not split"):
        service.put_together(secretary, one)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ([YES], "parts-1-text"),
        ([YES] * 9, "parts-0-text"),
        ([YES, PartPlan(" ", S)], "parts-1-text"),
        ([YES, PartPlan("x", N)], "parts-1-justification"),
        ([YES, PartPlan("x", Position.SUPPORTED_NOTED, "y")], "parts-1-position"),
    ],
)
def test_bad_parts_name_their_place(secretary, one, parts, place):
    with pytest.raises(Invalid) as caught:
        service.split(secretary, one, parts)
    assert caught.value.place == place
    assert one.position is P


def test_only_the_secretariat_splits(justice, one):
    with pytest.raises(Refused):
        service.split(justice, one, [YES, NO])


def test_an_old_page_is_not_saved(secretary, one):
    with pytest.raises(Conflict):
        service.split(secretary, one, [YES, NO], lock=one.lock + 1)
