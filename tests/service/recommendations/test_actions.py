"""Actions and their indicators: who plans, what moves, what is seen, what stays."""

from __future__ import annotations

from datetime import date

import pytest

from nmrf.core import events
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.roles import PUBLIC, Visibility
from nmrf.recommendations import queries, queries_plan, register, service
from nmrf.recommendations.models_plan import ActionState
from nmrf.recommendations.queries_plan import ActionFilter
from nmrf.recommendations.register import Filter
from nmrf.reconcile import recompute
from tests import factories
from tests.factories import plan as made
from tests.queries import count_statements


@pytest.fixture
def rows(ctx, cycle, world):
    """The first two are with the Ministry of Justice, the third with that of the Interior."""
    s = ctx.session
    return [
        factories.recommendation(s, cycle, "140.1", lead=world.moj),
        factories.recommendation(s, cycle, "140.2", lead=world.moj),
        factories.recommendation(s, cycle, "140.3", lead=world.moi),
    ]


def plan(world, rows, **values):
    return service.Plan(
        **{
            "title": "Amend the act",
            "institution": world.moj,
            "recommendations": rows,
            "kind": "legislative",
            "partners": "League",
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2027, 6, 30),
            "resources": "Budget line 7",
            "result": "The act is in line",
            **values,
        }
    )


def kinds(ctx, table, thing):
    ctx.session.commit()
    return [one.kind for one in events.history(ctx.session, table, thing.id)]


def test_a_focal_point_plans_for_its_own_recommendations(justice, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:2]))
    assert (action.state, action.visibility) == (ActionState.PLANNED, Visibility.GOVERNMENT)
    assert [row.number for row in action.recommendations] == ["140.1", "140.2"]
    with pytest.raises(Invalid, match=r"140\.3: not assigned to Ministry of Justice"):
        service.create_action(justice, cycle, plan(world, rows))
    with pytest.raises(Refused):
        service.create_action(justice, cycle, plan(world, rows[2:], institution=world.moi))


def test_the_secretariat_links_any(secretary, cycle, world, rows):
    assert service.create_action(secretary, cycle, plan(world, rows)).recommendations == rows


def test_others_plan_nothing(interior, member, cycle, world, rows):
    for who in (interior, member):
        with pytest.raises(Refused):
            service.create_action(who, cycle, plan(world, rows[:1]))


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"title": " "}, "title"),
        ({"institution": None}, "institution"),
        ({"recommendations": []}, "recommendations"),
        ({"kind": "magic"}, "kind"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
        ({"ends_on": date(1026, 1, 1)}, "ends_on"),
        ({"partners": "x" * 401}, "partners"),
    ],
)
def test_bad_input_names_its_field(secretary, cycle, world, rows, values, place):
    with pytest.raises(Invalid) as caught:
        service.create_action(secretary, cycle, plan(world, rows, **values))
    assert caught.value.place == place


def test_recommendations_of_another_cycle_are_refused(secretary, ctx, world, rows):
    other = factories.cycle(ctx.session, 34, number=3)
    with pytest.raises(Invalid, match="of one cycle"):
        service.create_action(secretary, other, plan(world, rows))


def test_an_institution_outside_the_government_is_not_responsible(secretary, cycle, world, rows):
    with pytest.raises(Invalid):
        service.create_action(secretary, cycle, plan(world, rows, institution=world.league))


def test_the_one_door_for_the_state(justice, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    with pytest.raises(Invalid, match="Give the reason"):
        service.move_action(justice, action, ActionState.DROPPED)
    service.move_action(justice, action, ActionState.UNDER_WAY)
    with pytest.raises(Conflict, match="cannot become"):
        service.move_action(justice, action, ActionState.PLANNED)
    with pytest.raises(Conflict):
        service.move_action(justice, action, ActionState.DONE, lock=action.lock + 1)
    service.move_action(justice, action, ActionState.DONE)
    with pytest.raises(Conflict, match="Take it up again"):
        service.change_action(justice, action, plan(world, rows[:1], title="Other"))
    with pytest.raises(Invalid):
        service.move_action(justice, action, ActionState.UNDER_WAY)
    service.move_action(justice, action, ActionState.UNDER_WAY, "The court quashed it")
    assert action.state_reason == "The court quashed it"
    assert kinds(justice, "action", action) == ["action.planned", *["action.moved"] * 3]
    assert [d for d in recompute(justice.session).drift if d.table == "action"] == []


def test_only_those_responsible_move_it(justice, interior, secretary, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    with pytest.raises(Refused):
        service.move_action(interior, action, ActionState.UNDER_WAY)
    service.move_action(secretary, action, ActionState.UNDER_WAY)


def test_a_change_says_which_fields(justice, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    service.change_action(justice, action, plan(world, rows[:2], title="Amend two acts"))
    service.change_action(justice, action, plan(world, rows[:2], title="Amend two acts"))
    justice.session.commit()
    changed = [
        one.data["changed"]
        for one in events.history(justice.session, "action", action.id)
        if one.kind == "action.changed"
    ]
    assert changed == [["title", "recommendations"]]


def test_internal_until_the_secretariat_publishes(
    justice, secretary, member, make_ctx, cycle, world, rows
):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    justice.session.flush()
    public = make_ctx(PUBLIC)
    for who in (public, member):
        with pytest.raises(NotFound):
            queries_plan.get_action(who, action.id)
        assert queries_plan.of_recommendations(who, [rows[0].id]) == {rows[0].id: []}
        assert queries_plan.actions(who, ActionFilter(), 1).total == 0
        assert register.page(who, Filter(action=("some",)), 1).total == 0
    with pytest.raises(Refused):
        service.show_action(justice, action, Visibility.PUBLIC)
    service.show_action(secretary, action, Visibility.PUBLIC)
    assert queries_plan.get_action(public, action.id) is action
    assert register.page(public, Filter(action=("some",)), 1).total == 1
    service.show_action(secretary, action, Visibility.GOVERNMENT)
    assert kinds(secretary, "action", action) == [
        "action.planned",
        "action.published",
        "action.withdrawn",
    ]
    assert [d for d in recompute(secretary.session).drift if d.table == "action"] == []


def test_a_value_is_added_and_none_overwritten(justice, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    one = service.add_indicator(justice, action, what="Readings", baseline="0", target="3")
    service.change_indicator(
        justice,
        one,
        what="Readings passed",
        unit="",
        baseline="0",
        target="3",
        due_on=None,
        source="",
    )
    record = service.record_value
    record(justice, one, "2", on=date(2026, 10, 1), source="Gazette")
    record(justice, one, "1", on=date(2026, 9, 1), source="Gazette", note="late news")
    record(justice, one, "1.5", on=date(2026, 10, 1), source="Corrigendum")
    assert [v.value for v in one.values_by_day] == ["1", "2", "1.5"]
    assert one.latest.source == "Corrigendum"
    with pytest.raises(Conflict, match="stays as it is"):
        service.change_indicator(
            justice, one, what="x", unit="", baseline="", target="", due_on=None, source=""
        )
    with pytest.raises(Invalid) as caught:
        record(justice, one, "3", on=date(2026, 11, 19), source="Gazette")
    assert caught.value.place == "on"
    for value, source, place in ((" ", "Gazette", "value"), ("3", "", "source")):
        with pytest.raises(Invalid) as caught:
            record(justice, one, value, on=None, source=source)
        assert caught.value.place == place
    service.end_indicator(justice, one)
    with pytest.raises(Conflict, match="ended"):
        record(justice, one, "3", on=None, source="Gazette")
    assert kinds(justice, "indicator", one) == [
        "indicator.set",
        "indicator.changed",
        *["indicator.value_recorded"] * 3,
        "indicator.ended",
    ]


def test_others_measure_nothing(justice, interior, cycle, world, rows):
    action = service.create_action(justice, cycle, plan(world, rows[:1]))
    one = service.add_indicator(justice, action, what="Readings")
    with pytest.raises(Refused):
        service.add_indicator(interior, action, what="Other")
    with pytest.raises(Refused):
        service.record_value(interior, one, "1", on=None, source="Gazette")
    with pytest.raises(Refused):
        service.end_indicator(interior, one)


def test_what_is_due_by_institution(ctx, cycle, world, rows):
    s = ctx.session
    late = made.action(s, rows[0], world.moj, ends_on=date(2026, 11, 1))
    made.action(s, rows[0], world.moj, ends_on=date(2026, 12, 18))
    made.action(s, rows[0], world.moj, ends_on=date(2026, 12, 19))
    made.action(s, rows[0], world.moj, ends_on=date(2026, 1, 1), state=ActionState.DONE)
    made.action(s, rows[2], world.moi)
    found = queries_plan.actions_due(ctx, [world.moj.id, world.moi.id])
    assert [(one.institution, one.count, one.first) for one in found] == [
        ("Ministry of Justice", 2, date(2026, 11, 1))
    ]
    assert queries_plan.late_actions(ctx, cycle) == 1
    assert queries_plan.actions(ctx, ActionFilter(late=True), 1).items == [late]
    asked = made.indicator(s, late, due_on=date(2026, 12, 1))
    made.indicator(s, late, due_on=date(2027, 12, 1))
    made.indicator(s, late)
    [one] = queries_plan.indicators_due(ctx, [world.moj.id])
    assert (one.count, one.first) == (1, date(2026, 12, 1))
    service.record_value(ctx, asked, "1", on=date(2026, 11, 2), source="Count")
    assert queries_plan.indicators_due(ctx, [world.moj.id]) == []


def test_a_supported_recommendation_without_an_action_is_a_gap(ctx, cycle, world, rows):
    from nmrf.recommendations.models import Position

    factories.recommendation(ctx.session, cycle, "140.4", position=Position.NOTED)
    made.action(ctx.session, rows[0], world.moj)
    made.action(ctx.session, rows[1], world.moj, state=ActionState.DROPPED)
    gap = queries.gaps(ctx, cycle).without_action
    assert gap.count == 2  # the dropped one carries nothing out
    values = {k: v if isinstance(v, list) else [str(v)] for k, v in gap.args.items()}
    chosen = Filter.of(lambda name: values.get(name, []))
    assert [r.number for r in register.page(ctx, chosen, 1).items] == ["140.2", "140.3"]


@pytest.mark.parametrize("n", [1, 7])
def test_reading_actions_takes_the_same_statements_for_any_number(
    ctx, cycle, world, rows, database, n
):
    for row in rows:
        for _n in range(n):
            action = made.action(ctx.session, row, world.moj)
            made.indicator(ctx.session, action)
    ctx.session.expire_all()
    ids = [row.id for row in rows]
    ctx.session.expunge_all()
    with count_statements(database) as sent:
        found = queries_plan.of_recommendations(ctx, ids)
        assert {len(actions) for actions in found.values()} == {n}
        assert all(a.institution.name and a.indicators for a in found[ids[0]])
    assert len(sent) == 4
