"""The annexes that go with a report: a row for each recommendation, and who was consulted."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest

from nmrf.consultations.models import Invitation, Outcome, Presence
from nmrf.core.errors import Conflict, Refused
from nmrf.core.roles import Visibility
from nmrf.feedback import joints as _joints  # noqa: F401 - tells reports of the comments
from nmrf.recommendations.models import Position
from nmrf.reports import linking, service
from nmrf.reports.annex_consultations import consultation_file
from nmrf.reports.annex_grid import grid_file
from tests import factories
from tests.factories import consultations, feedback
from tests.factories import reports as report_factories
from tests.service.reports.conftest import block


def tables(data):
    return [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in docx.Document(BytesIO(data)).tables
    ]


def texts(data):
    return [p.text for p in docx.Document(BytesIO(data)).paragraphs if p.text]


def test_the_grid_has_a_row_for_each_recommendation(ctx, world):
    first, second, _third, noted = world.recommendations
    for one in world.recommendations:
        one.position = Position.SUPPORTED
    noted.position = Position.NOTED
    first.status = "completed"
    linking.relink(ctx, world.report)
    report_factories.snapshot(ctx.session, first, world.moj, "An *old* text.")
    report_factories.snapshot(ctx.session, first, world.moj, "A law was adopted.")
    linking.name_recommendations(ctx, block(world.draft, "Every region"), "140.2")
    [grid] = tables(grid_file(ctx, world.draft))
    assert grid[0] == [
        *("No.", "Recommendation", "Position", "Status", "Responsible", "What was done"),
        "Paragraphs",
    ]
    assert [(row[0], row[2], row[5], row[6]) for row in grid[1:]] == [
        ("140.1", "Supported", "A law was adopted.", "2–3"),
        ("140.2", "Supported", "–", "4"),
        ("140.3", "Supported", "–", "2–3"),
        ("140.4", "Noted", "–", "–"),
    ]
    assert second.text in grid[2][1]


def test_the_grid_is_for_those_who_write_and_never_empty(ctx, make_ctx, world):
    for who in (world.focal, world.ombudsman, world.stranger):
        for annex in (grid_file, consultation_file):
            with pytest.raises(Refused):
                annex(make_ctx(who), world.draft)
    world.report.answers_cycle = factories.cycle(ctx.session, 34, number=3)
    ctx.session.flush()
    with pytest.raises(Conflict, match="no recommendations"):
        grid_file(ctx, world.draft)


def test_the_annex_of_consultations_shows_what_everyone_may_see(ctx, world):
    choir = factories.institution(ctx.session, "Fictional Choir")
    shy = factories.institution(ctx.session, "Fictional Shy Club")
    one = consultations.held(ctx, world.cycle, title="Autumn hearing")
    one.participants_visibility = Visibility.PUBLIC
    for came in (choir, shy):
        ctx.session.add(
            Invitation(
                consultation_id=one.id,
                institution_id=came.id,
                presence=Presence.PRESENT,
                women=2,
                men=1,
                consents_to_listing=came is choir,
            )
        )
    ctx.session.add(
        Outcome(consultation_id=one.id, text="A list of schools.", institution_id=world.moj.id)
    )
    closed = consultations.held(ctx, world.cycle, title="Closed hearing")
    closed.visibility = Visibility.SECRETARIAT
    ctx.session.flush()
    ctx.session.expire_all()
    data = consultation_file(ctx, world.draft)
    [held] = tables(data)
    assert held[1][0] == "1 Oct 2026"
    assert held[1][1].startswith("Autumn hearing\n")
    assert held[1][2] == "Fictional Choir; 1 organisation that is not named"
    assert held[1][3].startswith("6 (women 4")
    assert held[1][4] == "A list of schools."
    assert "1 further consultation was not public, to protect those who took part." in texts(data)
    assert "Closed" not in "".join(texts(data)) + str(held)


def test_it_tells_what_comments_changed(ctx, world):
    service.publish(ctx, world.draft)
    second = service.open_next_version(ctx, world.draft)
    feedback.window(ctx.session, world.draft)
    health = block(world.draft, "Every region")
    said = feedback.comment(ctx.session, world.draft, block=health, text="Name the regions.")
    feedback.answer(
        ctx.session, said, "accepted_changed", "They are named.", changed=block(second, "Every")
    )
    feedback.comment(ctx.session, world.draft, text="Thank you.")
    open_draft = tables(consultation_file(ctx, second))
    assert open_draft[0][1][4] == "–"  # the changed text is not public yet
    service.publish(ctx, second)
    [rounds, changes] = tables(consultation_file(ctx, second))
    assert rounds[1][2:] == ["2", "Accepted: the text was changed: 1", "paragraph 4, version 2"]
    assert changes[1] == ["paragraph 4, version 2", "Name the regions.", "They are named."]
