"""Filters with counts, full text, gaps, similar recommendations, gates."""

from __future__ import annotations

import pytest

from nmrf.cycles.gates import findings
from nmrf.cycles.models import Stage
from nmrf.recommendations import queries, register, service
from nmrf.recommendations.importing import apply
from nmrf.recommendations.models import Position
from nmrf.recommendations.register import Filter
from nmrf.recommendations.similar import similar
from tests import factories
from tests.factories.recommendations import Line, many, word_list
from tests.queries import count_statements

LIST = word_list(
    Line(
        "140.2",
        "Ratify the Convention against Torture",
        states=("France", "Togo"),
        themes=("Torture", "Detention conditions"),
        persons=("Prisoners",),
    ),
    Line("140.10", "Abolish the death penalty", position="Noted", themes=("Death penalty",)),
    Line(
        "140.12",
        "Vote a law on égalité",
        position="",
        source="",
        themes=("Equality",),
        goals=("5 - GENDER EQUALITY", "16.b - NON-DISCRIMINATORY LAWS"),
        persons=("Women",),
    ),
)


@pytest.fixture
def listed(secretary, cycle, world):
    """Three recommendations: the first with an owner and status, the last without anything."""
    apply(secretary, cycle, LIST, "list.docx")
    rows = queries.of_cycle(secretary.session, cycle)
    service.assign(secretary, rows[:2], world.moj, [world.moi])
    service.record_status(secretary, rows[0], "planned", institution=world.moj, on=secretary.today)
    secretary.session.commit()
    return rows


def numbers(ctx, **values):
    return [r.number for r in register.page(ctx, Filter(**values), 1).items]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, ["140.2", "140.10", "140.12"]),
        ({"position": ("noted",)}, ["140.10"]),
        ({"position": ("noted", "pending")}, ["140.10", "140.12"]),
        ({"status": ("none",)}, ["140.10", "140.12"]),
        ({"status": ("planned",)}, ["140.2"]),
        ({"lead": ("none",)}, ["140.12"]),
        ({"theme": ("Torture", "Equality")}, ["140.2", "140.12"]),
        ({"theme": ("Torture",), "persons": ("Women",)}, []),
        ({"persons": ("Women",)}, ["140.12"]),
        ({"sdg": ("16.b",)}, ["140.12"]),
        ({"state": ("TGO",)}, ["140.2"]),
        ({"parliament": ("1",)}, []),
        ({"q": "140.12"}, ["140.12"]),
        ({"q": "140.1"}, []),
        ({"q": "ratifying torture"}, ["140.2"]),
        ({"q": "egalite laws"}, ["140.12"]),
        ({"q": "togo"}, ["140.2"]),
        ({"q": "100% _"}, []),
    ],
)
def test_what_a_filter_finds(ctx, listed, values, found):
    assert numbers(ctx, **values) == found


def test_what_is_led_or_supported(ctx, listed, world):
    assert numbers(ctx, lead=(str(world.moj.id),)) == ["140.2", "140.10"]
    assert numbers(ctx, lead=(str(world.moj.id), "none")) == ["140.2", "140.10", "140.12"]
    assert numbers(ctx, lead=(str(world.moi.id),)) == []
    assert numbers(ctx, ours=str(world.moi.id)) == ["140.2", "140.10"]


def test_counts_of_a_facet_obey_all_other_filters(ctx, listed, world):
    counts = register.facets(ctx, Filter(position=("supported",)))

    def of(name):
        return {c.value: c.count for c in counts[name]}

    assert of("position") == {"supported": 1, "noted": 1, "pending": 1}
    assert of("theme") == {"Torture": 1, "Detention conditions": 1}
    assert of("state") == {"FRA": 1, "TGO": 1}
    assert of("lead") == {str(world.moj.id): 1}
    assert of("status") == {"planned": 1}
    assert of("sdg") == {"16": 1}


def test_what_has_no_owner_is_counted(ctx, listed, world):
    counts = {c.value: (c.name, c.count) for c in register.facets(ctx, Filter())["lead"]}
    assert counts == {str(world.moj.id): ("Ministry of Justice", 2), "none": ("", 1)}


def test_answers_are_seen_by_the_government_only(justice, member, listed, world):
    chosen = Filter(ours=str(world.moj.id), assignment=("accepted",))
    assert numbers(justice, ours=str(world.moj.id), assignment=("accepted",)) == []
    assert [c.count for c in register.facets(justice, chosen)["assignment"]] == [2]
    assert numbers(member, ours=str(world.moj.id), assignment=("accepted",)) == ["140.2", "140.10"]
    assert "assignment" not in register.facets(member, chosen)


def test_cycles_stand_side_by_side_the_latest_first(ctx, listed):
    old = factories.cycle(ctx.session, 34)
    factories.recommendation(ctx.session, old, "121.1")
    assert numbers(ctx) == ["140.2", "140.10", "140.12", "121.1"]
    assert numbers(ctx, cycle=(str(old.id),)) == ["121.1"]


def test_an_address_makes_a_filter_and_a_filter_an_address():
    given = {
        "q": ["torture\x00 "],
        "position": ["supported", "rejected"],
        "lead": ["none", "7", "x"],
        "cycle": ["2", "-1", "²"],
        "theme": ["Torture", "Torture", ""],
        "ours": ["1 or 1=1"],
        "other": ["x"],
    }
    chosen = Filter.of(lambda name: given.get(name, []))
    assert chosen.args == {
        "q": "torture",
        "cycle": ["2"],
        "position": ["supported"],
        "lead": ["none", "7"],
        "theme": ["Torture"],
    }
    assert chosen.without("lead", "7").args["lead"] == ["none"]
    assert chosen.without("q").q == ""


@pytest.mark.parametrize("n", [1, 3, 60])
def test_statements_do_not_grow_with_the_register(ctx, cycle, database, n):
    many(ctx.session, cycle, n)
    with count_statements(database) as sent:
        register.facets(ctx, Filter())
        register.page(ctx, Filter(), 1)
    assert len(sent) == 6


def test_gaps_of_a_cycle(ctx, justice, cycle, listed, world):
    one = queries.assignments_of(ctx.session, world.moj.id, [listed[0].id])
    service.answer_assignment(justice, one, accept=False, reason="Not ours.")
    found = queries.gaps(ctx, cycle)
    assert found.total == 3
    assert {gap.name: gap.count for gap in found.all} == {
        "owner": 1,
        "position": 1,
        "status": 2,
        "disputed": 1,
        "unanswered": 2,
        "action": 1,
    }

    def values(args, name):
        found = args.get(name, [])
        return found if isinstance(found, list) else [str(found)]

    for gap in found.all:
        chosen = Filter.of(lambda name, args=gap.args: values(args, name))
        assert register.page(ctx, chosen, 1).total == gap.count


def test_gates_of_the_stages(ctx, cycle, listed):
    def open_(stage, label):
        return {f.label: f.gap.count for f in findings(ctx.session, cycle, stage)}[label]

    assert open_(Stage.REVIEW, "The list of recommendations has been imported") == 0
    assert open_(Stage.ADOPTION, "Every recommendation has a position") == 1
    assert open_(Stage.ADOPTION, "Every recommendation has an institution that leads") == 1
    label = "The implementation of every recommendation has been reported"
    assert open_(Stage.FOLLOW_UP, label) == 2
    empty = factories.cycle(ctx.session, 54)
    found = {f.label: f.gap for f in findings(ctx.session, empty, Stage.REVIEW)}
    gap = found["The list of recommendations has been imported"]
    assert (gap.count, gap.endpoint) == (1, "recommendations.import_list")


def test_similar_ones_of_other_cycles(secretary, cycle, listed):
    old = factories.cycle(secretary.session, 34)
    apply(
        secretary,
        old,
        word_list(
            Line("121.1", "Ratify the Convention against Torture soon", themes=("Torture",)),
            Line("121.2", "Improve the roads of the country", themes=("Torture",)),
            Line("121.3", "Ratify the Convention against Torture", themes=("Roads",), goals=()),
        ),
        "old.docx",
    )
    abroad = factories.cycle(secretary.session, 45, "CHN")
    apply(
        secretary,
        abroad,
        word_list(Line("28.1", "Ratify the Convention against Torture", themes=("Torture",))),
        "abroad.docx",
    )
    found = similar(secretary, queries.get(secretary, listed[0].id))
    assert [(s.recommendation.number, s.score) for s in found] == [("121.1", 89)]


def test_the_register_of_a_state_with_every_position(ctx, cycle):
    many(ctx.session, cycle, 8)
    counts = {c.value: c.count for c in register.facets(ctx, Filter())["position"]}
    assert counts == {position.value: 2 for position in Position}
