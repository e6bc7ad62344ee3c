"""Recommendation, update and paragraph find each other; every empty end is a gap."""

from __future__ import annotations

import pytest

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.roles import PUBLIC, SYSTEM
from nmrf.feedback import joints as _joints  # noqa: F401 - says what comments brought about
from nmrf.recommendations import joints
from nmrf.reports import drafting, linking, margins, queries, service, sourcing, trace
from nmrf.reports.drafting import EditConflict
from nmrf.reports.lines import answered, cuttable
from nmrf.reports.queries import newest_versions
from tests import factories
from tests.factories import feedback
from tests.factories import reports as report_factories
from tests.service.reports.conftest import block


@pytest.fixture
def linked(ctx, world):
    linking.relink(ctx, world.report)
    return world


def numbers(things):
    return [thing.number for thing in things]


def test_a_citation_line_names_recommendations(linked):
    line = block(linked.draft, "(Recommendations")
    assert (numbers(line.recommendations), line.unresolved) == (["140.1", "140.3"], [])


def test_numbers_that_are_not_there_yet_are_kept_and_found_later(ctx, world):
    line = block(world.draft, "(Recommendations")
    drafting.edit_block(ctx, line, lock=1, text="(Recommendations 1, 9, 140.7–8)")
    assert (numbers(line.recommendations), line.unresolved) == (["140.1"], ["9", "140.7", "140.8"])
    for n in (7, 9):
        factories.recommendation(ctx.session, world.cycle, f"140.{n}")
    assert linking.relink(ctx, world.report) == ["9", "140.8"]
    assert numbers(line.recommendations) == ["140.1", "140.7"]


def test_running_numbers_follow_the_register_where_nobody_can_mistake_them(ctx, world):
    known = linking.register_of(ctx, world.report)
    assert known.running[4] == world.recommendations[3].id
    factories.recommendation(ctx.session, world.cycle, "141.1")
    assert linking.register_of(ctx, world.report).running == {}


def test_citations_of_what_was_shown_are_read_again_too(ctx, world, secretary):
    service.publish(secretary, world.draft)
    sealed = world.draft.sha256
    linking.relink(ctx, world.report)
    ctx.session.commit()
    line = block(world.draft, "(Recommendations")
    assert numbers(line.recommendations) == ["140.1", "140.3"]
    assert service.hash_of(ctx, world.draft) == sealed


def test_a_line_that_names_nothing_is_refused(drafter, world):
    line = block(world.draft, "(Recommendations")
    with pytest.raises(Invalid) as refused:
        drafting.edit_block(drafter, line, lock=1, text="(Recommendations of all kinds)")
    assert refused.value.place == "text"


def test_a_paragraph_answers_its_own_and_those_of_its_line(ctx, linked):
    law = block(linked.draft, "A law")
    assert linking.name_recommendations(ctx, law, "140.2, 140.99") == ["140.99"]
    lines = queries.lines(ctx.session, linked.draft.id)
    by_text = {
        line.text[:5]: [c.number for c in found]
        for line in lines
        for found in [answered(lines).get(line.id)]
        if found is not None
    }
    assert by_text == {
        "The r": [],
        "A law": ["140.2", "140.1", "140.3"],
        "The c": ["140.1", "140.3"],
        "Every": [],
    }
    with pytest.raises(Invalid) as refused:
        linking.name_recommendations(ctx, law, "all of them")
    assert refused.value.place == "numbers"


def test_a_paragraphs_own_numbers_are_found_later(ctx, world):
    law = block(world.draft, "A law")
    linking.name_recommendations(ctx, law, "140.2, 140.9")
    factories.recommendation(ctx.session, world.cycle, "140.9")
    linking.relink(ctx, world.report)
    assert (numbers(law.recommendations), law.unresolved) == (["140.2", "140.9"], [])


def test_from_the_recommendation_to_the_paragraphs(ctx, linked):
    [found] = trace.answers_to(ctx.session, linked.recommendations[0].id, newest_versions(SYSTEM))
    assert [h.text for h in found.headings] == ["Implementation", "Equality"]
    assert [(p.number, p.text[:5]) for p in found.paragraphs] == [(2, "A law"), (3, "The c")]
    assert (
        trace.answers_to(ctx.session, linked.recommendations[1].id, newest_versions(SYSTEM)) == []
    )


def test_the_public_sees_the_joint_when_the_version_is_open(ctx, linked, secretary):
    public = ctx.acting_as(PUBLIC)
    show = joints.sources["reports"]
    assert show(public, linked.recommendations[0]).rows == []
    service.publish(secretary, linked.draft)
    [row] = show(public, linked.recommendations[0]).rows
    assert [(end.kind, end.label) for end in row.ends] == [
        ("Recommendation", "140.1"),
        ("National report", "A. Equality"),
        ("Paragraphs", "2–3"),
    ]
    assert row.text == "A law against discrimination was adopted in 2025."


def test_the_gaps_of_a_version(ctx, linked):
    update = report_factories.snapshot(ctx.session, linked.recommendations[0], linked.moj)
    found = queries.gaps(ctx.session, linked.draft)
    assert [s.id for s in found.unused] == [update.id]
    assert [line.number for line in found.unsourced] == [1, 2, 3, 4]
    assert numbers(found.uncited) == ["140.2", "140.4"]
    assert found.unresolved == []


def test_what_could_be_cut_answers_nothing_and_rests_on_nothing(ctx, linked):
    update = report_factories.snapshot(ctx.session, linked.recommendations[0], linked.moj)
    lines = queries.lines(ctx.session, linked.draft.id)
    assert [line.number for line in cuttable(lines)] == [4, 1]
    health = block(linked.draft, "Every")
    sourcing.pull(ctx, health, [update.id], mode="link", lock=health.lock)
    assert [line.number for line in cuttable(queries.lines(ctx.session, linked.draft.id))] == [1]


def test_what_an_accepted_comment_brought_about_is_not_to_be_cut(ctx, linked):
    health = block(linked.draft, "Every")
    service.publish(ctx, linked.draft)
    second = service.open_next_version(ctx, linked.draft)
    said = feedback.comment(ctx.session, linked.draft, block=health)
    feedback.answer(ctx.session, said, changed=block(second, "Every"))
    owed = margins.owed_in(ctx, second)
    assert owed == {health.paragraph_id}
    assert [line.number for line in cuttable(queries.lines(ctx.session, second.id), owed)] == [1]


def test_words_are_counted_by_who_writes_them(ctx, linked):
    drafting.give_section(ctx, block(linked.draft, "Equality"), linked.moj)
    shown = queries.lines(ctx.session, linked.draft.id)
    found = queries.budget(shown, linked.draft)
    assert [name for name, _words in found.owners] == ["MJ", ""]
    assert sum(words for _name, words in found.owners) == found.body


def test_a_newer_update_supersedes_the_older(ctx, linked):
    old = report_factories.snapshot(ctx.session, linked.recommendations[0], linked.moj)
    law = block(linked.draft, "A law")
    sourcing.pull(ctx, law, [old.id], mode="link", lock=law.lock)
    assert queries.gaps(ctx.session, linked.draft).unused == []
    new = report_factories.snapshot(
        ctx.session, linked.recommendations[0], linked.moj, number=2, update=old.update
    )
    assert trace.superseded(ctx.session, [old.id, new.id]) == {old.id: new.id}
    assert [s.id for s in queries.gaps(ctx.session, linked.draft).unused] == [new.id]
    sourcing.pull(ctx, law, [new.id], mode="link", lock=law.lock)
    assert [s.id for s in law.sources] == [new.id]


@pytest.fixture
def update(ctx, linked):
    return report_factories.snapshot(
        ctx.session, linked.recommendations[0], linked.moj, "The *law* is in force.\n\nSince May."
    )


def test_the_words_of_a_ministry_go_to_the_end(drafter, linked, update):
    law = block(linked.draft, "A law")
    [taken] = sourcing.pull(drafter, law, [update.id], mode="append", lock=law.lock)
    assert taken.text == (
        "A law against discrimination was adopted in 2025. The \\*law\\* is in force.\nSince May."
    )
    assert [s.id for s in taken.sources] == [update.id]


def test_or_into_a_new_paragraph(drafter, linked, update):
    law = block(linked.draft, "A law")
    [made] = sourcing.pull(drafter, law, [update.id], mode="new", lock=law.lock)
    assert (made.number, made.text) == (3, "The \\*law\\* is in force.\nSince May.")
    assert ([s.id for s in made.sources], law.sources) == ([update.id], [])


def test_pulling_into_a_stale_form_is_a_conflict(drafter, linked, update):
    law = block(linked.draft, "A law")
    drafting.edit_block(drafter, law, lock=law.lock, text="Other words")
    drafter.session.flush()
    with pytest.raises(EditConflict):
        sourcing.pull(drafter, law, [update.id], mode="append", lock=1)


def test_nothing_chosen_and_nothing_there(drafter, linked, update):
    law = block(linked.draft, "A law")
    with pytest.raises(Invalid) as refused:
        sourcing.pull(drafter, law, [], mode="append", lock=law.lock)
    assert refused.value.message == "Tick at least one update."
    with pytest.raises(Conflict):
        sourcing.pull(drafter, block(linked.draft, "Equality"), [update.id], mode="link", lock=1)


def test_a_source_can_be_dropped(drafter, linked, update):
    law = block(linked.draft, "A law")
    sourcing.pull(drafter, law, [update.id], mode="link", lock=law.lock)
    sourcing.drop_source(drafter, law, update.id)
    assert law.sources == []
    with pytest.raises(Conflict):
        sourcing.drop_source(drafter, law, update.id)


def test_strangers_pull_nothing(make_ctx, linked, update):
    law = block(linked.draft, "A law")
    for who in (linked.focal, linked.member, linked.stranger):
        ctx = make_ctx(who)
        for act in (
            lambda: sourcing.pull(ctx, law, [update.id], mode="link", lock=law.lock),  # noqa: B023
            lambda: sourcing.drop_source(ctx, law, update.id),  # noqa: B023
            lambda: linking.name_recommendations(ctx, law, "140.2"),  # noqa: B023
            lambda: linking.relink(ctx, linked.report),  # noqa: B023
        ):
            with pytest.raises(Refused):
                act()


def test_where_an_update_is_used(ctx, drafter, linked, update):
    law = block(linked.draft, "A law")
    assert trace.uses_of(ctx.session, [update.id], newest_versions(SYSTEM)) == {}
    sourcing.pull(drafter, law, [update.id], mode="link", lock=law.lock)
    found = trace.uses_of(ctx.session, [update.id], newest_versions(SYSTEM))
    assert {key: [line.number for line in lines] for key, lines in found.items()} == {
        update.id: [2]
    }
    assert trace.uses_of(ctx.session, [update.id], newest_versions(PUBLIC)) == {}
