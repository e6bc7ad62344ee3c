from __future__ import annotations

import pytest

from nmrf.core.roles import PUBLIC
from nmrf.portal import charts, queries
from nmrf.recommendations.models import Position
from tests import factories
from tests.queries import count_statements


@pytest.fixture
def public(ctx):
    return ctx.acting_as(PUBLIC)


def test_the_finding_is_counted_from_what_was_reported(ctx, public):
    cycle = factories.cycle(ctx.session)
    statuses = ["fully_implemented", "continuous", "in_progress", "planned", "", "own_word"]
    for n, status in enumerate(statuses):
        factories.recommendation(ctx.session, cycle, f"140.{n}", status=status)
    factories.recommendation(ctx.session, cycle, "140.9", position=Position.NOTED)
    shown = queries.standing(public)
    assert dict(shown.by_position) == {
        Position.SUPPORTED: (2, 1, 2, 1),
        Position.NOTED: (0, 0, 0, 1),
    }
    assert charts.finding(shown) == "Institutions report progress on 3 of 7 recommendations"


@pytest.mark.parametrize(
    ("statuses", "finding"),
    [
        (["", ""], "Nobody has reported on the 2 recommendations yet"),
        ([""], "Nobody has reported on the 1 recommendation yet"),
        (["planned"], "Institutions report no progress yet on any recommendation"),
    ],
)
def test_the_finding_does_not_say_more_than_there_is(ctx, public, statuses, finding):
    cycle = factories.cycle(ctx.session)
    for n, status in enumerate(statuses):
        factories.recommendation(ctx.session, cycle, f"140.{n}", status=status)
    assert charts.finding(queries.standing(public)) == finding


def test_a_new_cycle_without_recommendations_leaves_the_last_one_standing(ctx, public):
    old = factories.cycle(ctx.session, 48)
    factories.cycle(ctx.session, 62, number=5, title="Fifth cycle")
    factories.recommendation(ctx.session, old)
    assert queries.standing(public).cycle.session == 48


def test_nothing_stands_without_recommendations(ctx, public):
    factories.cycle(ctx.session)
    assert queries.standing(public) is None


def test_institutions_with_what_they_lead_and_support(loop, public):
    found = [
        (one.institution.name, one.leads, one.supports, one.reported)
        for one in queries.institutions(public, loop.round.cycle)
    ]
    assert found == [
        ("Ministry of Justice", 2, 1, 0),
        ("Ministry of Health", 1, 0, 0),
        ("Ministry of Foreign Affairs", 0, 0, 0),
    ]


def test_the_statements_do_not_grow_with_the_institutions(ctx, loop, public, database):
    ctx.session.connection()  # begins the transaction
    with count_statements(database) as one:
        queries.institutions(public, loop.round.cycle)
    for n in range(2):
        body = factories.institution(ctx.session, f"Ministry Number {n}")
        factories.recommendation(ctx.session, loop.round.cycle, f"150.{n}", lead=body)
    with count_statements(database) as three:
        queries.institutions(public, loop.round.cycle)
    assert (len(one), len(three)) == (2, 2)
