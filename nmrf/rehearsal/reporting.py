"""A report as it is played: sections from the outline, citation lines, words from updates."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from nmrf.core.ctx import Ctx
from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Assignment, Recommendation
from nmrf.rehearsal.people import BODIES
from nmrf.rehearsal.play import Play
from nmrf.reports import drafting, sourcing
from nmrf.reports import service as reports
from nmrf.reports.citations import ranges
from nmrf.reports.models import Block, BlockKind, Report, ReportKind, ReportVersion
from nmrf.updates.models import UpdateSnapshot

INTRODUCTIONS = {
    "foreign": "International instruments and cooperation",
    "interior": "Trafficking in persons, migration and safety",
    "labour": "Equality, families and social rights",
    "education": "Education and training",
    "health": "Health",
    "culture": "Culture, media and minorities",
    "environment": "Environment, climate and housing",
    "economy": "Business and development",
    "administration": "Institutions and good governance",
    "justice": "Justice and the rule of law",
}
QUOTED = 2  # updates whose words go into a section
LONGEST_LIST = 60  # numbers in one citation line


def create(play: Play, cycle: Cycle, title: str) -> ReportVersion:
    """A mid-term report of a cycle with its first draft, as the outline has it."""
    with play.acting("secretariat") as ctx:
        report = reports.create_report(ctx, cycle, kind=ReportKind.MID_TERM, title=title)
    play.say(f"The secretariat opens the report “{title}” with the chapters of the outline")
    return report.versions[0]


def chapters(play: Play, version: ReportVersion) -> list[Block]:
    """The chapters of a version in their order."""
    return list(
        play.session.scalars(
            select(Block)
            .where(Block.version_id == version.id, Block.kind == BlockKind.CHAPTER)
            .order_by(Block.position)
        )
    )


def fill(play: Play, version: ReportVersion, cycle: Cycle) -> int:
    """The drafter writes introduction, one section for each ministry, and an outlook.

    Gives how many updates the paragraphs rest on.
    """
    first, implementation, *_others, last = chapters(play, version)
    with play.acting("drafter") as ctx:
        drafting.add(
            ctx,
            version,
            "Demonstration text. This report was prepared by the secretariat from the updates of "
            "all ministries. Civil society and the national human rights institution were heard "
            "before and after the first draft.",
            after=first,
        )
        rested = 0
        for body in reversed(BODIES):
            rested += _section(play, ctx, version, implementation, body.key, cycle)
        drafting.add(
            ctx,
            version,
            "Demonstration text. What is late is named in each section. The next collection of "
            "updates takes place in January.",
            after=last,
        )
    play.say(f"The drafter writes the sections; their paragraphs rest on {rested} signed updates")
    return rested


def _section(
    play: Play, ctx: Ctx, version: ReportVersion, chapter: Block, key: str, cycle: Cycle
) -> int:
    mine = _led_by(ctx, cycle, play.institutions[key])
    if key not in INTRODUCTIONS or not mine:
        return 0
    add = drafting.add
    section = add(ctx, version, INTRODUCTIONS[key], after=chapter, kind=BlockKind.SECTION)[0]
    place = section
    for start in range(0, len(mine), LONGEST_LIST):
        listed = ranges(one.number for one in mine[start : start + LONGEST_LIST])
        line = f"(Recommendations {listed})"
        place = add(ctx, version, line, after=place, kind=BlockKind.CITATION)[0]
    paragraph = add(
        ctx,
        version,
        f"Demonstration text. In this field {len(mine)} recommendations were received. "
        "What follows rests on the updates of the responsible ministries.",
        after=place,
    )[0]
    snapshots = _signed(ctx, [one.id for one in mine])
    if not snapshots:
        return 0
    pull = sourcing.pull
    pull(ctx, paragraph, snapshots[QUOTED:] or snapshots, mode="link", lock=paragraph.lock)
    if len(snapshots) > QUOTED:
        pull(ctx, paragraph, snapshots[:QUOTED], mode="new", lock=paragraph.lock)
    drafting.give_section(ctx, section, play.institution(key))
    return len(snapshots)


def _led_by(ctx: Ctx, cycle: Cycle, institution_id: int) -> Sequence[Recommendation]:
    return ctx.session.scalars(
        select(Recommendation)
        .join(Assignment, Assignment.recommendation_id == Recommendation.id)
        .where(
            Recommendation.cycle_id == cycle.id,
            Assignment.institution_id == institution_id,
            Assignment.lead,
            Assignment.ended_at.is_(None),
        )
        .order_by(Recommendation.sort_key)
    ).all()


def _signed(ctx: Ctx, recommendation_ids: Sequence[int]) -> list[int]:
    """The newest signed updates on recommendations, one of each institution, by id."""
    rows = ctx.session.execute(
        select(UpdateSnapshot.recommendation_id, UpdateSnapshot.institution_id, UpdateSnapshot.id)
        .where(UpdateSnapshot.recommendation_id.in_(recommendation_ids))
        .order_by(UpdateSnapshot.id)
    )
    newest = {(row[0], row[1]): row[2] for row in rows}
    return list(newest.values())


def paragraphs(play: Play, version: ReportVersion) -> list[Block]:
    """The live paragraphs of a version in their order."""
    return list(
        play.session.scalars(
            select(Block)
            .where(
                Block.version_id == version.id,
                Block.kind == BlockKind.PARAGRAPH,
                Block.removed_in.is_(None),
            )
            .order_by(Block.position)
        )
    )


def newest(play: Play, report: Report) -> ReportVersion:
    """The newest version of a report."""
    return play.session.scalars(
        select(ReportVersion)
        .where(ReportVersion.report_id == report.id)
        .order_by(ReportVersion.number.desc())
    ).first()  # type: ignore[return-value]
