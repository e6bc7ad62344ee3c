from __future__ import annotations

import pytest

from nmrf.core.roles import PUBLIC
from nmrf.portal import charts
from nmrf.portal.progress import By, progress
from nmrf.recommendations.models import Label, LabelScheme, RecommendingState
from tests import factories
from tests.queries import count_statements


@pytest.fixture
def public(ctx):
    return ctx.acting_as(PUBLIC)


@pytest.fixture
def register(ctx):
    """Three recommendations of the fourth cycle and one of the third, with themes and States."""
    justice = factories.institution(ctx.session, "Ministry of Justice")
    health = factories.institution(ctx.session, "Ministry of Health")
    third = factories.cycle(ctx.session, 34, number=3, title="Third cycle")
    fourth = factories.cycle(ctx.session, 48)
    women = Label(scheme=LabelScheme.THEME, code="A", name="Women")
    water = Label(scheme=LabelScheme.THEME, code="B", name="Water")
    rows = [
        factories.recommendation(
            ctx.session, fourth, "140.1", lead=justice, status="fully_implemented"
        ),
        factories.recommendation(ctx.session, fourth, "140.2", lead=justice, status="planned"),
        factories.recommendation(ctx.session, fourth, "140.3", lead=health),
        factories.recommendation(ctx.session, third, "121.1", lead=health, status="in_progress"),
    ]
    for row, labels in zip(rows, ([women, water], [women], [water], [women]), strict=True):
        row.labels = labels
        row.states = [RecommendingState(place=1, code="LTU", name="Lithuania")]
    rows[0].states.append(RecommendingState(place=2, code="EGY", name="Egypt"))
    ctx.session.flush()
    return {"third": third, "fourth": fourth, "justice": justice}


@pytest.mark.parametrize(
    ("by", "shares"),
    [
        (By.THEME, [("Water", (1, 0, 0, 1)), ("Women", (1, 0, 1, 0))]),
        (By.STATE, [("LTU", (1, 0, 1, 1)), ("EGY", (1, 0, 0, 0))]),
        (By.LEAD, [("Ministry of Justice", (1, 0, 1, 0)), ("Ministry of Health", (0, 0, 0, 1))]),
        (By.CYCLE, [("Fourth cycle", (1, 0, 1, 1)), ("Third cycle", (0, 1, 0, 0))]),
        (By.SDG, []),
    ],
)
def test_each_group_counts_its_recommendations_by_step(public, register, database, by, shares):
    with count_statements(database) as asked:
        found = progress(public, by, register["fourth"])
    assert [(one.name, one.steps) for one in found] == shares
    assert len(asked) == 1


def test_an_institution_counts_only_what_it_leads(public, register):
    found = progress(public, By.THEME, register["fourth"], register["justice"])
    assert [(one.name, one.steps) for one in found] == [
        ("Women", (1, 0, 1, 0)),
        ("Water", (1, 0, 0, 0)),
    ]


def test_the_title_is_the_finding(public, register):
    found = progress(public, By.LEAD, register["fourth"])
    chart = charts.by_group(public, By.LEAD, found, lambda one: one.key)
    assert chart.title == "Most recommendations: Ministry of Justice, with progress on 1 of 2"
