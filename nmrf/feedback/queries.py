"""Reads: windows and comments as an actor may see them. The number of statements is constant.

Every page, count, file, feed and search goes through `shown` and `visible_windows`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from nmrf.access import can
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import Page
from nmrf.core.roles import GOVERNMENT, Actor
from nmrf.feedback.models import (
    Audience,
    Comment,
    CommentAuthor,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    SecondLook,
)
from nmrf.feedback.said import PER_PARAGRAPH, Said, said_rows
from nmrf.feedback.states import Phase, phase
from nmrf.reports.models import Block, Report, ReportVersion
from nmrf.reports.queries import visible_versions

PAGE = 20


def audiences(actor: Actor) -> frozenset[Audience]:
    """Whose windows this actor takes part in, or reads."""
    found = {Audience.EVERYONE}
    if actor.is_authenticated or actor.is_system:
        found.add(Audience.PARTNERS)
    if actor.has(*GOVERNMENT):
        found.add(Audience.GOVERNMENT)
    return frozenset(found)


def visible_windows(actor: Actor) -> ColumnElement[bool]:
    """Which windows an actor sees, where `ReportVersion` is joined.

    That a text takes comments from those with an account is told to everyone: they can sign in.
    """
    seen = audiences(actor) | {Audience.PARTNERS}
    return and_(visible_versions(actor), CommentWindow.audience.in_(seen))


def shown(ctx: Ctx) -> ColumnElement[bool]:
    """Which comments an actor sees: the rule `comment.see` of `access.py` as a condition."""
    if can(ctx.actor, "comment.moderate"):
        return true()
    return and_(
        Comment.state == CommentState.SHOWN,
        Comment.version_id.in_(
            select(CommentWindow.version_id)
            .join(ReportVersion, ReportVersion.id == CommentWindow.version_id)
            .where(visible_versions(ctx.actor), CommentWindow.audience.in_(audiences(ctx.actor)))
        ),
    )


# --- Windows -------------------------------------------------------------------------------------


def _windows(ctx: Ctx) -> Select[CommentWindow]:
    return (
        select(CommentWindow)
        .join(CommentWindow.version)
        .join(ReportVersion.report)
        .join(Report.cycle)
        .where(visible_windows(ctx.actor))
        .options(
            contains_eager(CommentWindow.version)
            .contains_eager(ReportVersion.report)
            .contains_eager(Report.cycle)
        )
        .order_by(CommentWindow.opens_at.desc(), CommentWindow.id.desc())
    )


def windows(ctx: Ctx) -> list[CommentWindow]:
    """All windows that the actor sees, the latest first, with version, report and cycle."""
    return list(ctx.session.scalars(_windows(ctx)))


def open_windows(ctx: Ctx) -> list[CommentWindow]:
    """Those that take comments now, the first to close first."""
    zone = ctx.house.settings.time_zone
    # A day's grace for the time zone; the exact instant is looked at below.
    found = ctx.session.scalars(
        _windows(ctx).where(
            CommentWindow.opens_at <= ctx.now,
            CommentWindow.closes_on >= ctx.today - timedelta(days=1),
        )
    )
    now_open = [window for window in found if phase(window, ctx.now, zone) is Phase.OPEN]
    return sorted(now_open, key=lambda window: (window.closes_on, window.id))


def window_of(ctx: Ctx, version_id: int) -> CommentWindow | None:
    """The window of a version, if it has one that the actor sees."""
    return ctx.session.scalar(_windows(ctx).where(CommentWindow.version_id == version_id))


def get_window(ctx: Ctx, window_id: int) -> CommentWindow:
    """A window that the actor sees. Raises `NotFound`."""
    window = ctx.session.scalar(_windows(ctx).where(CommentWindow.id == window_id))
    if window is None:
        raise NotFound(_("There is no such window for comments, or it is not open to you."))
    return window


def need_window(ctx: Ctx, version_id: int) -> CommentWindow:
    """The window of a version. Raises `NotFound` where the version takes no comments."""
    window = window_of(ctx, version_id)
    if window is None:
        raise NotFound(_("This text takes no comments, or not from you."))
    return window


# --- Comments ------------------------------------------------------------------------------------


def get(ctx: Ctx, comment_id: str) -> Comment:
    """A comment that the actor sees. Raises `NotFound`."""
    comment = ctx.session.scalar(
        select(Comment)
        .join(Comment.version)
        .join(ReportVersion.report)
        .where(Comment.id == comment_id, shown(ctx))
        .options(contains_eager(Comment.version).contains_eager(ReportVersion.report))
    )
    if comment is None:
        raise NotFound(_("There is no such comment, or it is not shown."))
    return comment


def by_hash(ctx: Ctx, receipt_hash: str) -> Said | None:
    """The comment of a receipt, whoever asks: the code is the key. Answers only once released."""
    found = said_rows(ctx, Comment.receipt_hash == receipt_hash)
    return found[0] if found else None


def one(ctx: Ctx, comment_id: str, *, prepared: bool = False) -> Said:
    """A comment that the actor sees, with all that stands around it. Raises `NotFound`."""
    found = said_rows(ctx, Comment.id == comment_id, shown(ctx), prepared=prepared)
    if not found:
        raise NotFound(_("There is no such comment, or it is not shown."))
    return found[0]


def several(ctx: Ctx, ids: Collection[str]) -> dict[str, Said]:
    """Comments for the desk, with answers that are only prepared, by id."""
    found = said_rows(ctx, Comment.id.in_(list(ids)), shown(ctx), prepared=True)
    return {said.id: said for said in found}


def _up_to(version: ReportVersion) -> ColumnElement[bool]:
    """Comments on this version and on those before it."""
    return and_(
        ReportVersion.report_id == version.report_id, ReportVersion.number <= version.number
    )


def _displayed(ctx: Ctx) -> ColumnElement[bool]:
    # Also the secretariat reads the public page as the public does.
    return and_(shown(ctx), Comment.state == CommentState.SHOWN)


def on_page(
    ctx: Ctx, version: ReportVersion, per_paragraph: int = PER_PARAGRAPH
) -> dict[int | None, list[Said]]:
    """The comments beside the text, by paragraph id; None: on the whole document.

    Those on earlier versions are carried along and say what became of their paragraph.
    """
    found: dict[int | None, list[Said]] = {}
    rows = said_rows(
        ctx, _up_to(version), _displayed(ctx), against=version.id, per_paragraph=per_paragraph
    )
    for row in rows:
        found.setdefault(row.paragraph_id, []).append(row)
    return found


def carried(ctx: Ctx, version: ReportVersion) -> dict[int | None, list[Said]]:
    """The comments on earlier versions alone, by paragraph id, with what became of each."""
    found: dict[int | None, list[Said]] = {}
    condition = and_(_up_to(version), Comment.version_id != version.id, _displayed(ctx))
    for row in said_rows(ctx, condition, against=version.id):
        found.setdefault(row.paragraph_id, []).append(row)
    return found


def counts(ctx: Ctx, version: ReportVersion) -> dict[int | None, int]:
    """How many comments each paragraph has, carried ones too, in one grouped statement."""
    rows = ctx.session.execute(
        select(Comment.paragraph_id, func.count())
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .where(_up_to(version), _displayed(ctx))
        .group_by(Comment.paragraph_id)
    )
    return {paragraph_id: count for paragraph_id, count in rows}  # noqa: C416 - rows are no pairs


def on_paragraph(
    ctx: Ctx, version: ReportVersion, paragraph_id: int | None, number: int = 1
) -> Page[Said]:
    """One page of the comments on a paragraph (None: on the whole document), carried ones too."""
    condition = and_(
        _up_to(version),
        _displayed(ctx),
        Comment.paragraph_id == paragraph_id
        if paragraph_id is not None
        else Comment.paragraph_id.is_(None),
    )
    return _page(ctx, condition, number, against=version.id)


def _page(
    ctx: Ctx,
    condition: ColumnElement[bool],
    number: int,
    *,
    against: int | None = None,
    prepared: bool = False,
) -> Page[Said]:
    total = (
        ctx.session.scalar(
            select(func.count())
            .select_from(Comment)
            .join(ReportVersion, ReportVersion.id == Comment.version_id)
            .outerjoin(Disposition, Disposition.comment_id == Comment.id)
            .where(condition)
        )
        or 0
    )
    number = min(max(number, 1), max(1, -(-total // PAGE)))
    rows = said_rows(
        ctx,
        condition,
        against=against,
        prepared=prepared,
        limit=PAGE,
        offset=(number - 1) * PAGE,
        by_place=True,
    )
    return Page(items=rows, total=total, number=number, size=PAGE)


def search(ctx: Ctx, words: str, limit: int = 20) -> list[Said]:
    """Shown comments that hold these words as they are written."""
    wanted = " ".join(words.split())
    if not wanted:
        return []
    either = or_(
        Comment.text.icontains(wanted, autoescape=True),
        Comment.proposed_text.icontains(wanted, autoescape=True),
    )
    return said_rows(ctx, either, _displayed(ctx), limit=limit)


# --- The answering desk --------------------------------------------------------------------------

# New ones, and those at which their authors ask to look again.
_TO_LOOK_AT = or_(
    Comment.state == CommentState.RECEIVED,
    Comment.id.in_(select(SecondLook.comment_id).where(SecondLook.answered_on.is_(None))),
)
_VIEWS: dict[str, ColumnElement[bool]] = {
    "waiting": _TO_LOOK_AT,
    "unanswered": and_(Disposition.id.is_(None), Comment.state != CommentState.WITHHELD),
    "prepared": Disposition.state == DispositionState.PREPARED,
    "released": Disposition.state == DispositionState.RELEASED,
    "withheld": Comment.state == CommentState.WITHHELD,
    "all": true(),
}
VIEWS = tuple(_VIEWS)


@dataclass(frozen=True)
class Which:
    """The comments of which screen: a view of the desk, the answers, or else beside the text."""

    view: str = ""
    answered: bool = False
    code: str = ""  # of an answer


BESIDE_THE_TEXT = Which()


def at_desk(ctx: Ctx, version: ReportVersion, view: str, number: int) -> Page[Said]:
    """One page of the comments on a version, with answers that are only prepared."""
    return _page(ctx, _of_view(ctx, version, view), number, prepared=True)


def _of_view(ctx: Ctx, version: ReportVersion, view: str) -> ColumnElement[bool]:
    return and_(Comment.version_id == version.id, shown(ctx), _VIEWS[view])


def view_counts(ctx: Ctx, version: ReportVersion) -> dict[str, int]:
    """How many comments each view of the desk has, in one statement."""
    rows = ctx.session.execute(
        select(Comment.state, Disposition.state, func.count(), func.count().filter(_TO_LOOK_AT))
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(Comment.version_id == version.id, shown(ctx))
        .group_by(Comment.state, Disposition.state)
    ).all()
    found = dict.fromkeys(VIEWS, 0)
    for state, answer, count, waiting in rows:
        found["all"] += count
        found["waiting"] += waiting
        found["withheld"] += count if state is CommentState.WITHHELD else 0
        if answer is None:
            found["unanswered"] += count if state is not CommentState.WITHHELD else 0
        else:
            found[answer.value] += count
    return found


@dataclass(frozen=True)
class Unanswered:
    """What waits at the desk of one window."""

    window: CommentWindow
    waiting: int
    unanswered: int
    prepared: int


def unanswered(ctx: Ctx) -> list[Unanswered]:
    """The windows with comments to moderate, answer or release; none but for the secretariat."""
    if not can(ctx.actor, "comment.dispose"):
        return []
    sums = {name: func.count().filter(_VIEWS[name]) for name in VIEWS[:3]}
    rows = ctx.session.execute(
        select(Comment.version_id, *sums.values())
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .group_by(Comment.version_id)
    )
    found = {version_id: counts for version_id, *counts in rows if any(counts)}
    return [
        Unanswered(window, *found[window.version_id])
        for window in (windows(ctx) if found else [])
        if window.version_id in found
    ]


def not_changed_yet(ctx: Ctx, version: ReportVersion, codes: Collection[str]) -> int:
    """How many answers say that the text changes but name no changed paragraph: a gap."""
    return (
        ctx.session.scalar(
            select(func.count())
            .select_from(Disposition)
            .join(Comment, Comment.id == Disposition.comment_id)
            .where(
                Comment.version_id == version.id,
                shown(ctx),
                Disposition.code.in_(list(codes)),
                Disposition.changed_block_id.is_(None),
            )
        )
        or 0
    )


def texts(ctx: Ctx, version: ReportVersion) -> dict[str, str]:
    """All comments on a version by id, to find those that say the same."""
    rows = ctx.session.execute(
        select(Comment.id, Comment.text, Comment.proposed_text).where(
            Comment.version_id == version.id, shown(ctx)
        )
    )
    return {row.id: f"{row.text}\n{row.proposed_text}".strip() for row in rows}


@dataclass(frozen=True)
class Target:
    """A paragraph of a later version in which an answer may have taken effect."""

    block_id: int
    paragraph_id: int
    version_number: int
    number: int | None
    label: str


def later_blocks(ctx: Ctx, version: ReportVersion) -> list[Target]:
    """The paragraphs and headings of all later versions that the actor sees, newest first."""
    rows = ctx.session.execute(
        select(Block.id, Block.paragraph_id, ReportVersion.number, Block.number, Block.label)
        .join(ReportVersion, ReportVersion.id == Block.version_id)
        .where(
            ReportVersion.report_id == version.report_id,
            ReportVersion.number > version.number,
            visible_versions(ctx.actor),
        )
        .order_by(ReportVersion.number.desc(), Block.position)
    )
    return [Target(*row) for row in rows]


# --- Answers -------------------------------------------------------------------------------------


def answered(ctx: Ctx, version: ReportVersion, code: str = "") -> ColumnElement[bool]:
    """A condition: comments on a version whose answer is released."""
    conditions: list[Any] = [
        Comment.version_id == version.id,
        _displayed(ctx),
        Disposition.state == DispositionState.RELEASED,
    ]
    if code:
        conditions.append(Disposition.code == code)
    return and_(*conditions)


def answers(ctx: Ctx, version: ReportVersion, number: int, code: str = "") -> Page[Said]:
    """One page of the released answers on a version, in the order of its paragraphs."""
    return _page(ctx, answered(ctx, version, code), number)


def same_answers(ctx: Ctx, version: ReportVersion, page: Page[Said]) -> dict[tuple[str, str], int]:
    """How many shown comments got the very same answer as one of this page, by code and reason."""
    reasons = {said.answer.reason for said in page.items if said.answer}
    rows = ctx.session.execute(
        select(Disposition.code, Disposition.reason, func.count())
        .join(Comment, Comment.id == Disposition.comment_id)
        .where(answered(ctx, version), Disposition.reason.in_(reasons))
        .group_by(Disposition.code, Disposition.reason)
    )
    return {(code, reason): count for code, reason, count in rows}


def codes_of(ctx: Ctx, version: ReportVersion) -> dict[str, int]:
    """How many released answers there are of each code."""
    rows = ctx.session.execute(
        select(Disposition.code, func.count())
        .join(Comment, Comment.id == Disposition.comment_id)
        .where(answered(ctx, version))
        .group_by(Disposition.code)
    )
    return {code: count for code, count in rows}  # noqa: C416 - rows are no pairs


def totals(ctx: Ctx, version: ReportVersion) -> tuple[int, int]:
    """How many comments on a version are shown, and how many of these have a released answer."""
    row = ctx.session.execute(
        select(
            func.count(),
            func.count().filter(Disposition.state == DispositionState.RELEASED),
        )
        .select_from(Comment)
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(Comment.version_id == version.id, _displayed(ctx))
    ).one()
    return row[0], row[1]


def for_file(ctx: Ctx, version: ReportVersion, which: Which) -> list[Said]:
    """The comments of a screen, all of them, in the order of their paragraphs."""
    if which.view and can(ctx.actor, "comment.dispose"):
        return said_rows(ctx, _of_view(ctx, version, which.view), prepared=True, by_place=True)
    if which.answered or which.code:
        return said_rows(ctx, answered(ctx, version, which.code), by_place=True)
    return said_rows(ctx, _up_to(version), _displayed(ctx), against=version.id, by_place=True)


def authors_to_tell(ctx: Ctx, comment_ids: Collection[str]) -> list[CommentAuthor]:
    """The authors of these comments who left an address. Anonymous comments have none."""
    return list(
        ctx.session.scalars(
            select(CommentAuthor)
            .where(CommentAuthor.comment_id.in_(list(comment_ids)), CommentAuthor.email != "")
            .options(joinedload(CommentAuthor.comment))
            .order_by(CommentAuthor.email, CommentAuthor.comment_id)
        )
    )
