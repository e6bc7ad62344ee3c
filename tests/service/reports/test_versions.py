"""A report's versions: one draft at a time, and what was shown never changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import Event
from nmrf.cycles import gates
from nmrf.cycles.models import Stage
from nmrf.reports import joints, queries, service
from nmrf.reports.models import BlockKind, Fate, ReportKind, ReportVersion, VersionState
from nmrf.validation.models import Run, RunState
from tests import factories
from tests.factories import reports as report_factories
from tests.factories.cycles import planned
from tests.service.reports.conftest import TEXTS, block

INSERT = """INSERT INTO block (version_id, paragraph_id, position, kind, label, text, words, fate,
    fate_note, unresolved, lock)
    SELECT :id, max(id), 99, 'paragraph', '', 'x', 1, 'new', '', '[]', 1 FROM paragraph"""


def kinds_of_events(ctx):
    ctx.session.commit()
    return list(ctx.session.scalars(select(Event.kind).order_by(Event.id)))


def test_a_report_begins_with_the_chapters_of_the_un(secretary, world):
    report = service.create_report(
        secretary, world.cycle, kind=ReportKind.NATIONAL, title="  The  report "
    )
    [version] = report.versions
    assert (report.title, report.word_limit, report.language) == ("The report", 10_700, "en")
    assert (version.number, version.state) == (1, VersionState.DRAFT)
    found = queries.lines(secretary.session, version.id)
    assert [(line.kind, line.label) for line in found] == [
        (BlockKind.CHAPTER, label) for label in ("I.", "II.", "III.", "IV.", "V.", "VI.", "VII.")
    ]
    assert found[0].text == "Methodology and broad consultation process"
    guidance = queries.guidance(secretary.session, version.id)
    assert sorted(guidance) == [line.paragraph_id for line in found]
    assert kinds_of_events(secretary) == ["report.created"]


def test_a_mid_term_report_has_no_limit(secretary, world):
    report = service.create_report(
        secretary, world.cycle, kind=ReportKind.MID_TERM, title="Mid-term"
    )
    assert (report.word_limit, len(report.versions[0].blocks)) == (0, 5)


@pytest.mark.parametrize(
    ("title", "order", "place"),
    [("", "", "title"), ("x" * 401, "", "title"), ("x", "1-5", "running_order")],
)
def test_what_is_wrong_is_named(secretary, world, title, order, place):
    with pytest.raises(Invalid) as refused:
        service.create_report(
            secretary, world.cycle, kind=ReportKind.NATIONAL, title=title, running_order=order
        )
    assert refused.value.place == place


@pytest.mark.parametrize("who", ["drafter", "focal", "member", "stranger"])
def test_only_the_secretariat_creates_publishes_and_submits(make_ctx, world, who):
    ctx = make_ctx(getattr(world, who))
    for act in (
        lambda: service.create_report(ctx, world.cycle, kind=ReportKind.NATIONAL, title="x"),
        lambda: service.freeze(ctx, world.draft),
        lambda: service.publish(ctx, world.draft),
    ):
        with pytest.raises(Refused):
            act()
    service.freeze(make_ctx(), world.draft)
    with pytest.raises(Refused):
        service.mark_submitted(ctx, world.draft)


def test_freezing_seals_the_text(secretary, world, clock):
    service.freeze(secretary, world.draft)
    assert world.draft.state is VersionState.FROZEN
    assert world.draft.frozen_at == clock.now()
    assert world.draft.sha256 == service.hash_of(secretary, world.draft)
    assert len(world.draft.sha256) == 64


def test_the_seal_is_of_all_that_is_read(secretary, world):
    before = service.hash_of(secretary, world.draft)
    world.draft.notes = {"1": "A note"}
    with_note = service.hash_of(secretary, world.draft)
    block(world.draft, "The courts").text += "!"
    secretary.session.flush()
    assert len({before, with_note, service.hash_of(secretary, world.draft)}) == 3


def test_publishing_a_draft_seals_it_too(secretary, world):
    service.publish(secretary, world.draft)
    assert (world.draft.state, bool(world.draft.sha256)) == (VersionState.PUBLIC, True)
    assert world.draft.published_at == world.draft.frozen_at == secretary.now


def test_what_was_with_the_reviewers_can_be_published(secretary, world):
    service.freeze(secretary, world.draft)
    sealed = world.draft.sha256
    service.publish(secretary, world.draft)
    assert (world.draft.state, world.draft.sha256) == (VersionState.PUBLIC, sealed)


def test_moves_that_do_not_exist_are_refused(secretary, world):
    with pytest.raises(Conflict) as refused:
        service.mark_submitted(secretary, world.draft)
    assert refused.value.message == "Version 1 is “Draft” and cannot become “Submitted”."
    service.publish(secretary, world.draft)
    with pytest.raises(Conflict):
        service.freeze(secretary, world.draft)
    with pytest.raises(Conflict):
        service.publish(secretary, world.draft)


def test_an_old_form_moves_nothing(secretary, world):
    lock = world.draft.lock
    service.freeze(secretary, world.draft, lock=lock)
    with pytest.raises(Conflict):
        service.publish(secretary, world.draft, lock=lock)


def test_an_empty_draft_is_not_shown(secretary, world):
    report = service.create_report(secretary, world.cycle, kind=ReportKind.NATIONAL, title="x")
    with pytest.raises(Conflict) as refused:
        service.publish(secretary, report.versions[0])
    assert refused.value.message == (
        "This version holds no paragraph yet. Write or import one first."
    )


def test_the_next_version_keeps_every_identity_and_link(drafter, world, second):
    old = queries.lines(drafter.session, world.draft.id)
    new = queries.lines(drafter.session, second.id)
    assert (second.number, second.previous_id) == (2, world.draft.id)
    assert [line.text for line in new] == [line.text for line in old]
    assert [line.paragraph_id for line in new] == [line.paragraph_id for line in old]
    assert {line.fate for line in new} == {Fate.SAME}
    assert {line.lock for line in new} == {1}


def test_links_are_copied(drafter, world, secretary):
    source = report_factories.snapshot(secretary.session, world.recommendations[0], world.moj)
    first = block(world.draft, "A law")
    first.recommendations = [world.recommendations[3]]
    first.sources = [source]
    service.publish(secretary, world.draft)
    copy = block(service.open_next_version(drafter, world.draft), "A law")
    assert [r.number for r in copy.recommendations] == ["140.4"]
    assert [s.id for s in copy.sources] == [source.id]


def test_a_report_has_one_draft(drafter, world, second):
    with pytest.raises(Conflict) as refused:
        service.open_next_version(drafter, second)
    assert refused.value.message == "Version 2 is still being written."
    with pytest.raises(Conflict) as refused:
        service.open_next_version(drafter, world.draft)
    assert refused.value.message == (
        "Version 1 is not the newest: there is a version 2. Go on from that one."
    )


def test_the_models_refuse_changes_to_what_was_shown(drafter, world, second):
    shown = block(world.draft, "A law")
    shown.text = "Another law."
    with pytest.raises(Conflict):
        drafter.session.flush()
    drafter.session.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE block SET text = 'x' WHERE version_id = :id",
        "UPDATE block SET number = 9 WHERE version_id = :id",
        "UPDATE block SET version_id = 2 WHERE version_id = :id",
        "DELETE FROM block WHERE version_id = :id",
        "UPDATE report_version SET notes = '{}' WHERE id = :id",
        "UPDATE report_version SET sha256 = '' WHERE id = :id",
        "UPDATE report_version SET state = 'draft' WHERE id = :id",
        "DELETE FROM report_version WHERE id = :id",
        INSERT,
    ],
)
def test_the_database_refuses_as_well(secretary, world, second, statement):
    report_factories.block(secretary.session, second, "Only in the draft", position=99)
    secretary.session.commit()
    with pytest.raises(DatabaseError, match="never changes"):
        secretary.session.execute(text(statement), {"id": world.draft.id})
    secretary.session.rollback()


def test_what_citations_name_may_be_found_later(secretary, world, second):
    shown = block(world.draft, "(Recommendations")
    shown.unresolved = ["9"]
    shown.recommendations = [world.recommendations[0]]
    secretary.session.commit()
    assert shown.unresolved == ["9"]


def test_submission_is_recorded_and_meets_its_deadline(secretary):
    cycle = planned(secretary, 54, state="UKR", title="Fifth review")
    report = report_factories.report(secretary.session, cycle)
    version = report_factories.version(secretary.session, report, TEXTS)
    gate = gates.registry[Stage.DRAFTING]["report_submitted"]
    assert gate.check(secretary.session, cycle).count == 1
    service.freeze(secretary, version)
    service.mark_submitted(secretary, version, symbol="A/HRC/WG.6/54/UKR/1", because="Late.")
    assert version.state is VersionState.SUBMITTED
    assert (report.symbol, report.submitted_version_id, report.submitted_at) == (
        "A/HRC/WG.6/54/UKR/1",
        version.id,
        secretary.now,
    )
    [due] = [m for m in cycle.milestones if m.key == "national_report_due"]
    assert due.delivered_on == secretary.today
    assert gate.check(secretary.session, cycle).count == 0
    assert kinds_of_events(secretary)[-3:] == [
        "version.frozen",
        "report.submitted",
        "milestone.delivered",
    ]


def test_a_report_is_submitted_once(secretary, world, second):
    service.mark_submitted(secretary, world.draft, because="Late.")
    service.freeze(secretary, second)
    with pytest.raises(Conflict) as refused:
        service.mark_submitted(secretary, second)
    assert refused.value.message == "This report has already been submitted."


def test_without_its_route_a_report_is_submitted_with_a_reason_only(secretary, world):
    service.freeze(secretary, world.draft)
    with pytest.raises(Invalid, match="has not been sent along a route") as refused:
        service.mark_submitted(secretary, world.draft)
    assert refused.value.place == "because"
    run = Run(
        version=world.draft,
        route="one_step",
        route_version=1,
        definition={"title": "One step"},
        round_number=1,
        state=RunState.RUNNING,
        started_at=secretary.now,
    )
    secretary.session.add(run)
    secretary.session.flush()
    with pytest.raises(Invalid, match="has not passed its route of validation: under way"):
        service.mark_submitted(secretary, world.draft)
    assert world.draft.state is VersionState.FROZEN
    run.state = RunState.APPROVED
    secretary.session.flush()
    service.mark_submitted(secretary, world.draft, because="not needed")
    assert (world.draft.state, world.report.submitted_because) == (VersionState.SUBMITTED, None)


def test_the_reason_is_kept_beside_the_report_and_not_in_the_log(secretary, world):
    service.freeze(secretary, world.draft)
    service.mark_submitted(secretary, world.draft, because=" The minister  was away. ")
    assert world.report.submitted_because == "The minister was away."
    secretary.session.commit()
    said = [e.data for e in secretary.session.scalars(select(Event)) if "passed" in e.data]
    assert said == [{"version": world.draft.id, "symbol": "", "passed": False}]


def test_what_was_submitted_keeps_its_title_and_has_no_next_version(secretary, world):
    service.publish(secretary, world.draft)
    service.mark_submitted(secretary, world.draft, because="Late.")
    with pytest.raises(Conflict, match="has no further version"):
        service.open_next_version(secretary, world.draft)
    about = {"word_limit": 10_700, "answers_cycle": None, "running_order": ""}
    with pytest.raises(Conflict, match="submitted under its title"):
        service.change_report(secretary, world.report, title="Another", **about)
    service.change_report(secretary, world.report, title=world.report.title, **about)


def test_the_gate_of_a_cycle_without_a_report(ctx):
    cycle = factories.cycle(ctx.session, 49)
    found = joints._not_submitted(ctx.session, cycle)
    assert (found.count, found.endpoint) == (1, "reports.index")


def test_events_name_no_person_and_no_words(secretary, world, second):
    secretary.session.commit()
    said = [event.data for event in secretary.session.scalars(select(Event))]
    sealed = secretary.session.get_one(ReportVersion, world.draft.id).sha256
    assert said == [{"sha256": sealed}, {"number": 2}]
