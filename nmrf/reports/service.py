"""Reports and their versions: create, open the next version, freeze, publish, submit.

Writing in a draft is in `drafting.py`, Word files in `importing.py`, links in `linking.py`.
"""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import case, func, insert, literal, select
from sqlalchemy.orm import aliased

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, speaking
from nmrf.cycles.milestones import check_lock, deliver_milestone
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import milestone_of
from nmrf.reports import margins
from nmrf.reports.lines import bare_lines
from nmrf.reports.linking import clean_order, link_version, register_of
from nmrf.reports.models import (
    VERSION_STATE_LABELS,
    Block,
    BlockKind,
    Fate,
    Paragraph,
    Report,
    ReportKind,
    ReportVersion,
    VersionState,
    block_recommendation,
    block_source,
)
from nmrf.reports.outline import OUTLINES, WORD_LIMITS
from nmrf.reports.states import TRANSITIONS
from nmrf.reports.structure import heading_label
from nmrf.reports.words import count_words

_LONGEST_LINE = 400
_LONGEST_SYMBOL = 80
_LONGEST_REASON = 1_000
# The deadline in the calendar that the submission of a report meets.
_DEADLINES = {ReportKind.NATIONAL: "national_report_due", ReportKind.MID_TERM: "mid_term_report"}


def create_report(
    ctx: Ctx,
    cycle: Cycle,
    *,
    kind: ReportKind,
    title: str,
    answers_cycle: Cycle | None = None,
    running_order: str = "",
    language: str = "",
    word_limit: int | None = None,
) -> Report:
    """A report with its first draft, which holds the chapters of the default outline.

    `answers_cycle` is the cycle whose recommendations it answers, unless its own;
    `running_order` says how bare numbers in citation lines are read ("122.1-157, 121.1-58").
    `word_limit` 0 means none; unless told it is the UN's for this kind. Raises `Invalid`.
    """
    access.require(ctx.actor, "report.manage")
    language = language or ctx.house.settings.default_language
    report = Report(
        cycle=cycle,
        kind=kind,
        title=_line(title, "title"),
        language=language,
        word_limit=WORD_LIMITS[kind] if word_limit is None else word_limit,
        answers_cycle=answers_cycle,
        running_order=_order(running_order),
        created_at=ctx.now,
    )
    version = ReportVersion(report=report, number=1, created_at=ctx.now)
    ctx.session.add_all([report, version])
    ctx.session.flush()
    _write_outline(ctx, report, version, language)
    events.record(ctx, "report.created", report, cycle=cycle.id)
    return report


def _write_outline(ctx: Ctx, report: Report, version: ReportVersion, language: str) -> None:
    with speaking(language):
        chapters = [(str(c.title), str(c.guidance)) for c in OUTLINES[report.kind]]
    paragraphs = [Paragraph(report_id=report.id, guidance=guidance) for _t, guidance in chapters]
    ctx.session.add_all(paragraphs)
    ctx.session.flush()
    ctx.session.add_all(
        Block(
            version_id=version.id,
            paragraph_id=paragraph.id,
            position=position,
            kind=BlockKind.CHAPTER,
            label=heading_label(1, position),
            text=title,
            words=count_words(title),
        )
        for position, ((title, _guidance), paragraph) in enumerate(
            zip(chapters, paragraphs, strict=True), start=1
        )
    )
    ctx.session.flush()


def change_report(
    ctx: Ctx,
    report: Report,
    *,
    title: str,
    word_limit: int,
    answers_cycle: Cycle | None,
    running_order: str,
) -> None:
    """Change what surrounds the text; citations are worked out anew where that changes them.

    Raises `Conflict` for another title of a report that was submitted under this one.
    """
    access.require(ctx.actor, "report.manage")
    order = _order(running_order)
    if report.submitted_version_id is not None and _line(title, "title") != report.title:
        raise Conflict(_("This report was submitted under its title, which cannot change now."))
    answers_id = answers_cycle.id if answers_cycle else None
    reread = (order, answers_id) != (report.running_order, report.answers_cycle_id)
    report.title = _line(title, "title")
    report.word_limit = word_limit
    report.running_order = order
    report.answers_cycle = answers_cycle
    ctx.session.flush()
    if reread:
        known = register_of(ctx, report)
        for version_id in ctx.session.scalars(
            select(ReportVersion.id).where(ReportVersion.report_id == report.id)
        ).all():
            link_version(ctx, version_id, known)
    events.record(ctx, "report.changed", report, relinked=reread)


def open_next_version(ctx: Ctx, version: ReportVersion, *, note: str = "") -> ReportVersion:
    """The next draft: a copy of the newest version, in which every paragraph keeps its identity.

    `note` says what the new version is for. Raises `Conflict` unless `version` is the newest one
    and is no draft itself: a report has one draft at a time, and none once it was submitted.
    """
    access.require(ctx.actor, "report.write")
    if version.report.submitted_version_id is not None:
        raise Conflict(_("This report has been submitted. It has no further version."))
    newest = ctx.session.scalar(
        select(func.max(ReportVersion.number)).where(ReportVersion.report_id == version.report_id)
    )
    if version.number != newest:
        raise Conflict(
            _(
                "Version %(old)s is not the newest: there is a version %(new)s. "
                "Go on from that one.",
                old=version.number,
                new=newest,
            )
        )
    if version.state is VersionState.DRAFT:
        raise Conflict(_("Version %(n)s is still being written.", n=version.number))
    following = ReportVersion(
        report=version.report,
        number=version.number + 1,
        previous=version,
        note=_line(note, "note", needed=False),
        notes=dict(version.notes),
        created_at=ctx.now,
    )
    ctx.session.add(following)
    ctx.session.flush()
    _copy_blocks(ctx, version, following)
    events.record(ctx, "version.opened", following, number=following.number)
    return following


def _copy_blocks(ctx: Ctx, of: ReportVersion, to: ReportVersion) -> None:
    """Three statements, whatever the length of the report."""
    live = Block.removed_in.is_(None)
    copied = {
        "version_id": literal(to.id),
        "fate": case((live, literal(Fate.SAME.value)), else_=Block.fate),
        "fate_note": literal(""),
        # A piece that was split off stands on its own in the version after.
        "partner_id": case((live, None), else_=Block.partner_id),
        "lock": literal(1),
    }
    kept = (
        *("paragraph_id", "position", "kind", "label", "number", "text", "words"),
        *("removed_in", "unresolved", "owner_id", "edited_by_id", "edited_at"),
    )
    values = {**{name: getattr(Block, name) for name in kept}, **copied}
    ctx.session.execute(
        insert(Block).from_select(
            list(values), select(*values.values()).where(Block.version_id == of.id)
        )
    )
    old, new = aliased(Block), aliased(Block)
    for table in (block_recommendation, block_source):
        other = next(column for column in table.c if column.name != "block_id")
        ctx.session.execute(
            insert(table).from_select(
                ["block_id", other.name],
                select(new.id, other)
                .join(old, old.id == table.c.block_id)
                .join(new, new.paragraph_id == old.paragraph_id)
                .where(old.version_id == of.id, new.version_id == to.id),
            )
        )
    ctx.session.expire(to, ["blocks"])


def freeze(ctx: Ctx, version: ReportVersion, *, lock: int | None = None) -> None:
    """Close a draft to show it to those who validate it. Its text never changes again."""
    _move(ctx, version, VersionState.FROZEN, "version.publish", lock)
    events.record(ctx, "version.frozen", version, sha256=version.sha256)


def publish(ctx: Ctx, version: ReportVersion, *, lock: int | None = None) -> None:
    """Show a version to everyone: a draft at once, or one that was with the reviewers."""
    _move(ctx, version, VersionState.PUBLIC, "version.publish", lock)
    version.published_at = ctx.now
    events.record(ctx, "version.published", version, sha256=version.sha256)


def mark_submitted(
    ctx: Ctx,
    version: ReportVersion,
    *,
    symbol: str = "",
    because: str = "",
    lock: int | None = None,
) -> None:
    """Say that this version was sent to the UN, under its document symbol where it has one.

    The deadline that it meets is marked as delivered. `because` is kept: the reason why it was
    sent although something was in its way, such as a route that it has not passed.

    Raises:
        Conflict: when the report has been submitted before, or the version is still a draft.
        Invalid: at `because`, when something is in the way and no reason is given.
    """
    if version.report.submitted_version_id is not None:
        raise Conflict(_("This report has already been submitted."))
    access.require(ctx.actor, "report.submit", version)
    because = _line(because, "because", needed=False, longest=_LONGEST_REASON)
    in_the_way = margins.hindrances_of(ctx, version)
    if in_the_way and not because and version.state is not VersionState.DRAFT:
        raise Invalid(
            _("%(why)s Say why it was sent all the same.", why=" ".join(in_the_way)),
            place="because",
        )
    _move(ctx, version, VersionState.SUBMITTED, "report.submit", lock)
    report = version.report
    report.symbol = _line(symbol, "symbol", needed=False, longest=_LONGEST_SYMBOL)
    report.submitted_version_id = version.id
    report.submitted_at = ctx.now
    report.submitted_because = because if in_the_way else None
    version.published_at = version.published_at or ctx.now
    events.record(
        ctx,
        "report.submitted",
        report,
        version=version.id,
        symbol=report.symbol,
        passed=not in_the_way,
    )
    due = milestone_of(ctx.session, report.cycle, _DEADLINES[report.kind])
    if due is not None and due.delivered_on is None:
        deliver_milestone(ctx, due)


def _move(
    ctx: Ctx, version: ReportVersion, to: VersionState, action: str, lock: int | None
) -> None:
    """The one place that writes the state of a version."""
    # Whoever edits a paragraph holds the version too: the hash is of what they leave.
    ctx.session.scalar(
        select(ReportVersion)
        .where(ReportVersion.id == version.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    check_lock(version, lock)
    if to not in TRANSITIONS[version.state]:
        raise Conflict(
            _(
                "Version %(n)s is “%(state)s” and cannot become “%(to)s”.",
                n=version.number,
                state=VERSION_STATE_LABELS[version.state],
                to=VERSION_STATE_LABELS[to],
            )
        )
    access.require(ctx.actor, action, version)
    if version.state is VersionState.DRAFT:
        ctx.session.flush()
        if not any(line.number is not None for line in bare_lines(ctx.session, version.id)):
            raise Conflict(_("This version holds no paragraph yet. Write or import one first."))
        version.sha256 = hash_of(ctx, version)
        version.frozen_at = ctx.now
    version.state = to
    ctx.session.flush()


def hash_of(ctx: Ctx, version: ReportVersion) -> str:
    """The SHA-256 of the text of a version: headings, paragraphs and notes in their order.

    Whoever computes it again later sees whether the text is still what was shown.
    """
    said = [
        [line.kind.value, line.label, line.number, line.text]
        for line in bare_lines(ctx.session, version.id)
        if line.is_live
    ]
    body = json.dumps([said, version.notes], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def _order(text: str) -> str:
    try:
        return clean_order(text)
    except Invalid as problem:
        raise Invalid(problem.message, place="running_order") from problem


def _line(text: str, place: str, *, needed: bool = True, longest: int = _LONGEST_LINE) -> str:
    text = " ".join(text.split())
    if needed and not text:
        raise Invalid(_("This cannot be empty."), place=place)
    if len(text) > longest:
        raise Invalid(
            _("This has %(n)s characters; %(most)s at most.", n=len(text), most=longest),
            place=place,
        )
    return text
