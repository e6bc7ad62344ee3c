"""Word files in the form of UN documents, and the addendum."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nmrf.access import can
from nmrf.core.errors import Conflict
from nmrf.core.roles import SYSTEM
from nmrf.cycles.models import Stage
from nmrf.recommendations.models import Position
from nmrf.reports import drafting, exports, margins, service
from nmrf.reports.positions import positions
from nmrf.reports.word_in import open_report
from nmrf.reports.word_out import CommentForWord
from tests import factories
from tests.service.reports.conftest import block


def test_the_word_file_reads_back_as_it_was(ctx, world):
    law = block(world.draft, "A law")
    drafting.edit_block(ctx, law, lock=1, text="A *law* was **adopted**.[^1]")
    drafting.set_note(ctx, law, 1, "See the gazette.")
    drafting.remove(ctx, block(world.draft, "The courts"))
    service.publish(ctx, world.draft)
    data = exports.report_file(ctx, world.draft)
    read = open_report(data, "x.docx")
    assert [(b.kind, b.label, b.text) for b in read.blocks] == [
        ("chapter", "I.", "Introduction"),
        ("paragraph", "", "The report was prepared by all ministries together."),
        ("chapter", "II.", "Implementation"),
        ("section", "A.", "Equality"),
        ("citation", "", "(Recommendations 1, 3)"),
        ("paragraph", "", "A *law* was **adopted**.[^1]"),
        ("section", "B.", "Health"),
        ("paragraph", "", "Every region now has a centre of mental health."),
    ]
    assert [note.text for note in read.notes] == ["See the gazette."]
    assert read.title == "National report"
    assert data == exports.report_file(ctx, world.draft)


def test_the_masthead_names_the_session(ctx, world):
    assert exports.session_lines(ctx, world.cycle) == [
        "Forty-eighth session",
        "Geneva, 20–31 January 2025",
    ]
    assert exports.report_file_name(world.draft) == "svn-wg48-national_report-v1.docx"


def test_a_place_is_kept_for_the_symbol_until_the_un_gives_it(ctx, world):
    read = open_report(exports.report_file(ctx, world.draft), "x.docx")
    assert read.subtitles[0] == "[A/HRC/WG.6/48/SVN/1]"
    world.report.symbol = "A/HRC/WG.6/48/SVN/1/Rev.1"
    read = open_report(exports.report_file(ctx, world.draft), "x.docx")
    assert read.subtitles[0] == "A/HRC/WG.6/48/SVN/1/Rev.1"


@pytest.mark.parametrize(
    ("n", "words"),
    [(1, "First"), (12, "Twelfth"), (20, "Twentieth"), (41, "Forty-first"), (101, "101.")],
)
def test_ordinals(n, words):
    assert exports.ordinal(n) == words


def test_comments_go_along_when_asked(ctx, world, monkeypatch):
    law = block(world.draft, "A law")
    remark = CommentForWord("Fictional League", datetime(2026, 3, 1, tzinfo=UTC), "Say more.")
    monkeypatch.setitem(
        margins.remarks, "test", lambda _ctx, _version: {law.paragraph_id: [remark]}
    )
    assert len(exports.report_file(ctx, world.draft, with_comments=True)) > len(
        exports.report_file(ctx, world.draft)
    )


LEAD_IN_PLACE = (
    "The Government supports the following recommendations, which it considers already "
    "implemented or in the process of implementation: 140.2."
)


@pytest.fixture
def answered(ctx, world):
    """Four recommendations: supported, supported and in process, noted, none."""
    _one, two, three, four = world.recommendations
    two.national_position = "in_process"
    two.justification = "A bill is before Parliament."
    three.position = Position.NOTED
    four.position = Position.PENDING
    ctx.session.flush()
    return world


def test_positions_are_grouped_as_the_un_expects(ctx, answered):
    found = positions(ctx.session, answered.cycle.id)
    assert (found.total, found.supported, found.noted) == (4, 2, 1)
    assert [(g.key, g.numbers) for g in found.groups] == [
        ("supported", ("140.1",)),
        ("in_place", ("140.2",)),
        ("noted", ("140.3",)),
    ]
    assert [r.number for r in found.pending] == ["140.4"]
    assert found.unexplained == ("140.3",)


def test_one_explanation_for_many(ctx, answered):
    for n in (5, 6, 9):
        factories.recommendation(
            ctx.session, answered.cycle, f"140.{n}", position=Position.NOTED, justification="Same."
        )
    [noted] = [g for g in positions(ctx.session, answered.cycle.id).groups if g.key == "noted"]
    assert [(a.numbers, a.text) for a in noted.answers] == [(("140.5", "140.6", "140.9"), "Same.")]


def test_what_is_supported_in_part_counts_as_noted(ctx, answered):
    answered.recommendations[0].position = Position.SUPPORTED_NOTED
    found = positions(ctx.session, answered.cycle.id)
    assert (found.supported, found.noted, found.groups[1].key) == (1, 2, "part")


def test_an_addendum_answers_all(ctx, answered):
    with pytest.raises(Conflict) as refused:
        exports.addendum_file(ctx, answered.cycle)
    assert refused.value.message == (
        "One recommendation has no position yet: 140.4. The addendum answers all."
    )
    answered.recommendations[3].position = Position.NOTED
    ctx.session.flush()
    data = exports.addendum_file(ctx, answered.cycle)
    read = open_report(data, "x.docx")
    said = [block.text for block in read.blocks]
    assert [block.text for block in read.blocks if block.kind == "chapter"] == [
        "Supported recommendations",
        "Supported recommendations already implemented or in the process of implementation",
        "Noted recommendations",
        "Position on each recommendation",
    ]
    beginnings = ("Slovenia received", "The Government supports")
    assert [text for text in said if text.startswith(beginnings)] == [
        "Slovenia received 4 recommendations, of which 2 are supported and 2 noted.",
        "The Government supports the following recommendations: 140.1.",
        LEAD_IN_PLACE,
    ]


def test_an_empty_cycle_has_no_addendum(ctx):
    with pytest.raises(Conflict):
        exports.addendum_file(ctx, factories.cycle(ctx.session, 49))


def test_positions_are_for_the_government_until_the_adoption(make_ctx, world):
    member, focal = make_ctx(world.member).actor, make_ctx(world.focal).actor
    seen = {}
    for stage in Stage:
        world.cycle.stage = stage
        seen[stage.value] = (
            bool(can(member, "addendum.see", world.cycle)),
            bool(can(focal, "addendum.see", world.cycle)),
        )
    assert seen == {
        "consultation": (False, True),
        "drafting": (False, True),
        "review": (False, True),
        "adoption": (False, True),
        "follow_up": (True, True),
        "mid_term": (True, True),
    }
    assert can(SYSTEM, "addendum.see", world.cycle)
