"""From the numbers in citation lines to recommendations, and from updates to paragraphs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.recommendations.models import Recommendation
from nmrf.reports.citations import (
    Citation,
    citations_within,
    find_citation_line,
    parse_numbers,
    ranges,
    resolve,
)
from nmrf.reports.citations import running_order as read_order
from nmrf.reports.inline import plain
from nmrf.reports.models import (
    Block,
    BlockKind,
    Report,
    ReportVersion,
    block_recommendation,
)
from nmrf.reports.ordering import BLOCK, forget, hold


@dataclass(frozen=True)
class Register:
    """The recommendations that a report can cite: ids by running number and by UN number."""

    running: dict[int, int]
    by_number: dict[str, int]

    def resolve(self, citation: Citation) -> tuple[list[int], list[str]]:
        """The ids that a citation names, and the parts that it names in vain."""
        return resolve(citation, self.running, self.by_number)


def register_of(ctx: Ctx, report: Report) -> Register:
    """What the report's citations can name: the cycle that it answers, then its own.

    Running numbers follow `running_order`. Without one they follow the UN numbers, but only
    where all of these are of one paragraph of the Working Group's report ("140.1", "140.2"):
    with several, the order is the State's choice and nobody can guess it.
    """
    answered = report.answers_cycle_id or report.cycle_id
    rows = ctx.session.execute(
        select(Recommendation.id, Recommendation.number, Recommendation.cycle_id)
        .where(Recommendation.cycle_id.in_({answered, report.cycle_id}))
        .order_by(Recommendation.sort_key)
    ).all()
    by_number = {row.number: row.id for row in rows if row.cycle_id != answered}
    ours = {row.number: row.id for row in rows if row.cycle_id == answered}
    by_number |= ours
    if report.running_order:
        order = read_order(report.running_order)
        running = {n: ours[number] for n, number in order.items() if number in ours}
    elif len({number.rpartition(".")[0] for number in ours}) == 1:
        running = dict(enumerate(ours.values(), start=1))
    else:
        running = {}
    return Register(running, by_number)


def clean_order(text: str) -> str:
    """A running order as it may be kept; raises `Invalid` for anything but UN numbers."""
    text = " ".join(text.split())
    if text:
        read_order(text)
    return text


def citation_of(text: str) -> Citation:
    """The citation in a citation line; raises `Invalid` when it names no number."""
    citation = find_citation_line(text) or parse_numbers(text)
    if not citation.parts:
        raise Invalid(
            _(
                "No recommendation number was found in “%(text)s”. Write the line like "
                "“(Recommendations 1, 5, 7–9)” or “(Recommendations 122.17–18)”.",
                text=text[:80],
            ),
            place="text",
        )
    return citation


def relink(ctx: Ctx, report: Report) -> list[str]:
    """Work out again what all citations of a report name, in every version.

    For when recommendations were imported later, or the running order has changed. The text of
    no version changes. Gives what still names nothing in the newest version, in order.
    """
    access.require(ctx.actor, "report.write")
    versions = ctx.session.scalars(
        select(ReportVersion.id)
        .where(ReportVersion.report_id == report.id)
        .order_by(ReportVersion.number)
    ).all()
    unresolved: list[str] = []
    known = register_of(ctx, report)
    for version_id in versions:
        unresolved = link_version(ctx, version_id, known)
    events.record(ctx, "report.relinked", report, unresolved=len(unresolved))
    return unresolved


def link_version(ctx: Ctx, version_id: int, known: Register) -> list[str]:
    """Link every citation of one version; gives the parts that name nothing.

    Citation lines, and what paragraphs cite in brackets among their words. A constant number of
    statements. It changes links and the list of what is unresolved only.
    """
    ctx.session.flush()
    linked = {
        (row.block_id, row.recommendation_id)
        for row in ctx.session.execute(
            select(block_recommendation)
            .join(Block, Block.id == block_recommendation.c.block_id)
            .where(Block.version_id == version_id, Block.kind == BlockKind.PARAGRAPH)
        )
    }
    rows = ctx.session.execute(
        select(Block.id, Block.kind, Block.text, Block.unresolved)
        .where(Block.version_id == version_id, Block.removed_in.is_(None))
        .order_by(Block.position)
    ).all()
    links: list[dict[str, int]] = []
    left: list[dict[str, object]] = []
    cited = []
    unresolved: list[str] = []
    for row in rows:
        if row.kind is BlockKind.CITATION:
            found, missing = known.resolve(find_citation_line(row.text) or parse_numbers(row.text))
            cited.append(row.id)
        elif row.kind is BlockKind.PARAGRAPH:
            # A paragraph's own numbers: those that were found stay linked.
            named = parse_numbers(", ".join(row.unresolved)).parts
            found, missing = known.resolve(
                Citation(tuple(dict.fromkeys([*named, *cited_in(row.text)])))
            )
            found = [key for key in found if (row.id, key) not in linked]
        else:
            continue
        links += [{"block_id": row.id, "recommendation_id": key} for key in found]
        unresolved += missing
        if missing != row.unresolved:
            left.append({"id": row.id, "unresolved": missing})
    if cited:
        ctx.session.execute(
            delete(block_recommendation).where(block_recommendation.c.block_id.in_(cited))
        )
    if links:
        ctx.session.execute(insert(block_recommendation), links)
    for change in left:
        ctx.session.execute(
            BLOCK.update().where(BLOCK.c.id == change["id"]).values(unresolved=change["unresolved"])
        )
    forget(ctx.session, [row.id for row in rows], ["unresolved", "recommendations"])
    return unresolved


def name_recommendations(ctx: Ctx, block: Block, numbers: str) -> list[str]:
    """Say which recommendations a paragraph answers by itself: "122.17–18, 122.20" or "5, 7–9".

    Gives the numbers that name nothing; they are kept and shown as gaps. Raises `Invalid` for
    what is no number.
    """
    hold(ctx, block.version, shared=True)
    access.require(ctx.actor, "block.edit", block)
    citation = parse_numbers(numbers)
    if citation.unread:
        raise Invalid(
            _(
                "“%(piece)s” is not a recommendation number. Write numbers and ranges, like "
                "“122.17–18, 122.20”.",
                piece=citation.unread[0],
            ),
            place="numbers",
        )
    found, missing = register_of(ctx, block.version.report).resolve(citation)
    block.recommendations = _recommendations(ctx, found)
    ctx.session.flush()
    # Past the lock: whoever is writing the words of this paragraph is not disturbed.
    ctx.session.execute(BLOCK.update().where(BLOCK.c.id == block.id).values(unresolved=missing))
    forget(ctx.session, [block.id], ["unresolved"])
    events.record(
        ctx, "block.recommendations_named", block, named=len(found), unresolved=len(missing)
    )
    return missing


def cited_in(text: str) -> tuple[int | str, ...]:
    """The numbers that a paragraph cites in brackets among its words."""
    return citations_within(plain(text)).parts


def outdated(known: Register, before: str, now: str) -> set[int]:
    """The ids of recommendations that the words of a paragraph cited and no longer cite."""
    return set(known.resolve(Citation(cited_in(before)))[0]) - set(
        known.resolve(Citation(cited_in(now)))[0]
    )


def link_words(ctx: Ctx, block: Block, before: str = "") -> None:
    """Let the links of a paragraph follow its words, which were `before`; others stay."""
    cited, was = cited_in(block.text), cited_in(before)
    if cited == was:
        return
    known = register_of(ctx, block.version.report)
    gone = outdated(known, before, block.text)
    kept = [one.id for one in block.recommendations if one.id not in gone]
    found, missing = known.resolve(Citation(cited))
    block.recommendations = _recommendations(ctx, [*kept, *found])
    others = [part for part in block.unresolved if part not in map(str, was)]
    block.unresolved = list(dict.fromkeys([*others, *missing]))


def link_block(ctx: Ctx, block: Block) -> None:
    """Link one citation line after its text has changed."""
    found, missing = register_of(ctx, block.version.report).resolve(citation_of(block.text))
    block.recommendations = _recommendations(ctx, found)
    block.unresolved = missing


def _recommendations(ctx: Ctx, ids: Sequence[int]) -> list[Recommendation]:
    if not ids:
        return []
    return list(
        ctx.session.scalars(
            select(Recommendation)
            .where(Recommendation.id.in_(ids))
            .order_by(Recommendation.sort_key)
        )
    )


def numbers_of(recommendations: Iterable[Recommendation]) -> str:
    """Numbers in UN style, as a person would write them in the form."""
    return ranges(recommendation.number for recommendation in recommendations)
