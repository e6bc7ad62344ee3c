"""The filter of versions is the rule of versions, for everyone and in every state."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from nmrf.access import can
from nmrf.core.errors import NotFound
from nmrf.core.roles import PUBLIC, SYSTEM
from nmrf.reports import queries
from nmrf.reports.models import ReportVersion, VersionState
from tests.factories import reports as report_factories

PEOPLE = (
    *("secretary", "drafter", "administrator", "focal", "validator", "minister"),
    *("ombudsman", "member", "stranger"),
)


@pytest.fixture
def all_states(ctx, world):
    return [
        report_factories.version(ctx.session, world.report, ["A paragraph"], state, number)
        for number, state in enumerate(VersionState, start=2)
    ]


def actors(make_ctx, world):
    return [PUBLIC, SYSTEM, *(make_ctx(getattr(world, name)).actor for name in PEOPLE)]


def test_filter_and_rule_agree(ctx, make_ctx, world, all_states):
    disagreed = []
    for actor, version in itertools.product(actors(make_ctx, world), all_states):
        seen = ctx.session.scalar(
            select(ReportVersion.id).where(
                ReportVersion.id == version.id, queries.visible_versions(actor)
            )
        )
        if (seen is not None) != bool(can(actor, "version.see", version)):
            disagreed.append((actor.roles, version.state))
    assert disagreed == []


@pytest.mark.parametrize(
    ("who", "newest"),
    [("secretary", 5), ("focal", 5), ("minister", 5), ("ombudsman", 5), ("member", 5), (None, 5)],
)
def test_everyone_sees_the_newest_that_is_open_to_them(make_ctx, world, all_states, who, newest):
    ctx = make_ctx(getattr(world, who) if who else PUBLIC)
    assert queries.newest_version(ctx, world.report.id).number == newest


def test_the_public_sees_no_report_of_drafts(make_ctx, world):
    for person in (PUBLIC, world.member, world.stranger):
        ctx = make_ctx(person)
        assert queries.reports(ctx) == []
        for read in (
            lambda: queries.get_report(ctx, world.report.id),  # noqa: B023
            lambda: queries.get_version(ctx, world.draft.id),  # noqa: B023
            lambda: queries.get_block(ctx, world.draft.blocks[0].id),  # noqa: B023
        ):
            with pytest.raises(NotFound):
                read()


def test_the_life_of_a_paragraph_holds_only_open_versions(make_ctx, world, second):
    first = world.draft.blocks[1]
    lives = {
        who: [a.version_number for a in queries.life_of(make_ctx(person), first.paragraph_id)]
        for who, person in {"drafter": world.drafter, "public": PUBLIC}.items()
    }
    assert lives == {"drafter": [2, 1], "public": [1]}
