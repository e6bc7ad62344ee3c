"""Voluntary commitments: source, owner, and those that nobody owns."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.recommendations import commitments, service
from nmrf.recommendations.commitments import Promise
from nmrf.recommendations.models_plan import CommitmentSource

PROMISE = Promise("Publish a mid-term report", CommitmentSource.PLENARY)


def test_kept_with_source_and_later_given_to_an_owner(secretary, cycle, world):
    one = service.add_commitment(secretary, cycle, PROMISE)
    assert commitments.unowned(secretary, cycle) == 1
    assert commitments.commitments(secretary, unowned=True).items == [one]
    service.change_commitment(
        secretary,
        one,
        Promise(PROMISE.text, CommitmentSource.ADDENDUM, "A/HRC/59/15/Add.1", "9", None, world.moj),
        lock=one.lock,
    )
    assert commitments.unowned(secretary, cycle) == 0
    assert one.institution is world.moj
    with pytest.raises(Conflict):
        service.change_commitment(secretary, one, PROMISE, lock=one.lock + 1)
    with pytest.raises(NotFound):
        commitments.get_commitment(secretary, 99)


def test_the_owner_reports(secretary, justice, interior, cycle, world):
    one = service.add_commitment(
        secretary, cycle, Promise(PROMISE.text, PROMISE.source, institution=world.moj)
    )
    with pytest.raises(Refused):
        service.report_commitment(interior, one, "planned")
    service.report_commitment(justice, one, "planned")
    assert (one.status, one.status_on) == ("planned", justice.today)
    with pytest.raises(Invalid):
        service.report_commitment(justice, one, "magic")


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"text": " "}, "text"),
        ({"paragraph": "3"}, "symbol"),
        ({"made_on": date(2027, 1, 1)}, "made_on"),
        ({"symbol": "x" * 81}, "symbol"),
    ],
)
def test_bad_input_names_its_field(secretary, cycle, values, place):
    with pytest.raises(Invalid) as caught:
        service.add_commitment(
            secretary, cycle, Promise(**{"text": "x", "source": PROMISE.source, **values})
        )
    assert caught.value.place == place


def test_the_owner_is_of_the_government_and_the_secretariat_keeps(secretary, justice, cycle, world):
    with pytest.raises(Invalid):
        service.add_commitment(
            secretary, cycle, Promise("x", PROMISE.source, institution=world.league)
        )
    with pytest.raises(Refused):
        service.add_commitment(justice, cycle, PROMISE)
