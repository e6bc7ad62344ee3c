"""Acts on ticked rows: assign, take a position, answer, uphold, end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from nmrf.recommendations import queries
from nmrf.recommendations.models import AssignmentState, Position
from tests.web.pages import errors, flashes, texts, tree


def fresh(ctx, listed):
    """The recommendations as they are now, read in a session of its own that is closed again."""
    with Session(ctx.session.get_bind()) as now:
        return [queries.get(replace(ctx, session=now), r.id) for r in listed]


def leads(ctx, listed):
    return [r.lead.short_name if r.lead else None for r in fresh(ctx, listed)]


def hidden(answer):
    inputs = tree(answer).xpath("//main//form[@method='post']//input[@type='hidden']")
    return [(i.get("name"), i.get("value")) for i in inputs if i.get("name") != "csrf_token"]


def test_ticked_rows_are_assigned(ctx, client_for, world, listed):
    client = client_for(world.secretary)
    ids = [str(listed[0].id), str(listed[2].id)]
    page = client.get("/recommendations/assign", query_string={"id": ids, "of": "q=x"})
    assert texts(page, "//main//p[contains(., 'This is about')]") == [
        "This is about 2 recommendations: 140.2, 140.12."
    ]
    assert hidden(page) == [("of", "q=x"), ("id", ids[0]), ("id", ids[1])]
    done = client.post(
        "/recommendations/assign",
        data={
            "id": ids,
            "of": "q=x",
            "lead": str(world.moi.id),
            "supporting": [str(world.moj.id), str(world.mfa.id)],
        },
    )
    assert (done.status_code, done.location) == (303, "/recommendations?q=x")
    assert leads(ctx, listed) == ["MI", "MJ", "MI"]
    assert [[i.short_name for i in r.supporting] for r in fresh(ctx, listed)] == [
        ["MJ", "MFA"],
        [],
        ["MJ", "MFA"],
    ]
    assert flashes(client.get(done.location)) == [
        "2 recommendations are assigned. Their institutions get one mail each."
    ]


def test_all_of_a_filter_are_assigned(ctx, client_for, world, listed):
    client = client_for(world.secretary)
    values = {"which": "all", "of": "lead=none", "total": "1"}
    page = client.get("/recommendations/assign", query_string=values)
    assert hidden(page) == [("of", "lead=none"), ("which", "all"), ("total", "1")]
    client.post("/recommendations/assign", data={**values, "lead": str(world.moi.id)})
    assert leads(ctx, listed) == ["MJ", "MJ", "MI"]
    again = client.post("/recommendations/assign", data={**values, "lead": str(world.moj.id)})
    assert again.status_code == 409
    assert "this filter now holds 0 recommendations" in again.text
    assert leads(ctx, listed) == ["MJ", "MJ", "MI"]


def test_nobody_chosen_is_told_at_the_field(ctx, client_for, world, listed):
    client = client_for(world.secretary)
    answer = client.post("/recommendations/assign", data={"id": str(listed[2].id), "lead": ""})
    assert answer.status_code == 422
    assert errors(answer) == ["Leads: Choose who leads, or who supports."]
    assert leads(ctx, listed) == ["MJ", "MJ", None]


def test_nothing_ticked_leads_back(client_for, world, listed):
    client = client_for(world.secretary)
    answer = client.get("/recommendations/assign?of=q%3Ddeath")
    assert (answer.status_code, answer.location) == (303, "/recommendations?q=death")
    assert flashes(client.get(answer.location)) == ["Tick at least one recommendation first."]


def test_a_position_is_taken_on_one(ctx, client_for, world, listed):
    client = client_for(world.secretary)
    one = listed[1]
    page = client.get(f"/recommendations/position?id={one.id}")
    chosen = tree(page).xpath("//input[@name='position' and @checked]/@value")
    assert chosen == ["noted"]
    lock = dict(hidden(page))["lock"]
    sent = {
        "id": str(one.id),
        "lock": lock,
        "position": "noted",
        "national": "awaiting_debate",
        "symbol": "A/HRC/59/15/Add.1",
        "paragraph": "5",
        "on": "2025-06-27",
        "needs_parliament": "y",
    }
    refused = client.post("/recommendations/position", data=sent)
    assert refused.status_code == 422
    assert errors(refused) == [
        "Justification: Give the reason: what is not fully supported needs a justification, such "
        "as national priorities, plans or law."
    ]
    done = client.post(
        "/recommendations/position", data={**sent, "justification": "A national debate is held."}
    )
    assert (done.status_code, done.location) == (303, f"/recommendations/{one.id}")
    row = fresh(ctx, listed)[1]
    assert (row.national_position, row.needs_parliament, len(row.positions)) == (
        "awaiting_debate",
        True,
        2,
    )
    stale = client.post("/recommendations/position", data={**sent, "justification": "Older words."})
    assert stale.status_code == 422
    assert "Somebody else changed 140.10 meanwhile" in stale.text
    assert "Older words." in stale.text  # what was typed is still there
    assert fresh(ctx, listed)[1].justification == "A national debate is held."


def test_a_position_is_taken_on_many(ctx, client_for, world, listed):
    client = client_for(world.secretary)
    values = {"which": "all", "of": "", "total": "3"}
    done = client.post(
        "/recommendations/position",
        data={**values, "position": "supported", "symbol": "A/HRC/59/15/Add.2"},
    )
    assert (done.status_code, done.location) == (303, "/recommendations")
    assert {(r.position, r.position_symbol) for r in fresh(ctx, listed)} == {
        (Position.SUPPORTED, "A/HRC/59/15/Add.2")
    }


@pytest.mark.parametrize("role", [None, "justice", "member"])
def test_acts_of_the_secretariat_are_refused_to_others(ctx, client_for, world, listed, role):
    client = client_for(getattr(world, role) if role else None)
    values = {"id": str(listed[2].id), "lead": str(world.moi.id), "position": "supported"}
    for path in ("assign", "position"):
        answer = client.post(f"/recommendations/{path}", data=values)
        assert answer.status_code == (403 if role else 302)
        assert client.get(f"/recommendations/{path}", query_string=values).status_code in {302, 403}
    row = fresh(ctx, listed)[2]
    assert (row.lead, row.position) == (None, Position.PENDING)


def states(ctx, listed):
    return [r.current_assignments[0].state.value for r in fresh(ctx, listed[:2])]


def test_a_ministry_accepts_all_at_once(ctx, client_for, world, listed):
    client = client_for(world.justice)
    where = f"/recommendations/answer/{world.moj.id}"
    values = {"which": "all", "of": f"ours={world.moj.id}", "total": "2"}
    page = client.get(where, query_string=values)
    assert texts(page, "//main//p[contains(., 'This is about')]") == [
        "This is about 2 recommendations: 140.2, 140.10."
    ]
    done = client.post(where, data={**values, "answer": "accept"})
    assert (done.status_code, done.location) == (303, f"/recommendations?ours={world.moj.id}")
    assert states(ctx, listed) == ["accepted", "accepted"]


def test_a_ministry_disputes_with_a_reason(ctx, client_for, world, listed):
    client = client_for(world.justice)
    where = f"/recommendations/answer/{world.moj.id}"
    sent = {"id": str(listed[0].id), "answer": "not_ours", "suggested": str(world.moi.id)}
    refused = client.post(where, data=sent)
    assert refused.status_code == 422
    assert errors(refused) == [
        "Reason: Say why it is not yours, or not yours alone, so that it can be given on."
    ]
    client.post(where, data={**sent, "reason": "The Interior decides."})
    assert states(ctx, listed) == ["disputed", "proposed"]
    # The secretariat finds it, and upholds it.
    desk = client_for(world.secretary)
    found = desk.get("/recommendations?assignment=disputed")
    assert texts(found, "//a[@class='rec-number']") == ["140.2"]
    one = fresh(ctx, listed)[0].current_assignments[0]
    done = desk.post(f"/recommendations/assignments/{one.id}/uphold", data={"reason": ""})
    assert done.status_code == 422
    done = desk.post(
        f"/recommendations/assignments/{one.id}/uphold", data={"reason": "The Act names you."}
    )
    assert done.location == f"/recommendations/{listed[0].id}#owners"
    assert states(ctx, listed) == ["accepted", "proposed"]


def test_the_secretariat_ends_an_assignment(ctx, client_for, world, listed):
    one = fresh(ctx, listed)[0].current_assignments[0]
    where = f"/recommendations/assignments/{one.id}/end"
    client_for(world.secretary).post(where, data={"reason": "Given in error."})
    assert leads(ctx, listed) == [None, "MJ", None]
    assert client_for(world.secretary).post(where, data={"reason": "Again"}).status_code == 409


@pytest.mark.parametrize("role", [None, "interior", "member", "secretary"])
def test_nobody_answers_for_another_ministry(ctx, client_for, world, listed, role):
    client = client_for(getattr(world, role) if role else None)
    where = f"/recommendations/answer/{world.moj.id}"
    answer = client.post(where, data={"id": str(listed[0].id), "answer": "accept"})
    assert answer.status_code == (403 if role else 302)
    one = fresh(ctx, listed)[0].current_assignments[0]
    assert one.state == AssignmentState.PROPOSED
    if role != "secretary":
        for act in ("uphold", "end"):
            answer = client.post(
                f"/recommendations/assignments/{one.id}/{act}", data={"reason": "x"}
            )
            assert answer.status_code == (403 if role else 302)
    assert [a.ended_at for a in fresh(ctx, listed)[0].assignments] == [None]
