"""Reads: what waits at the answering desk, answers, and the comments of a file.

The number of statements is constant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import joinedload

from nmrf.access import can
from nmrf.core.ctx import Ctx
from nmrf.core.paging import Page
from nmrf.feedback.models import (
    Comment,
    CommentAuthor,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    SecondLook,
)
from nmrf.feedback.queries import displayed, one_page, shown, up_to
from nmrf.feedback.queries_windows import windows
from nmrf.feedback.said import Said, said_rows
from nmrf.reports.models import Block, ReportVersion
from nmrf.reports.queries import visible_versions

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
    return one_page(ctx, _of_view(ctx, version, view), number, prepared=True)


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
        displayed(ctx),
        Disposition.state == DispositionState.RELEASED,
    ]
    if code:
        conditions.append(Disposition.code == code)
    return and_(*conditions)


def answers(ctx: Ctx, version: ReportVersion, number: int, code: str = "") -> Page[Said]:
    """One page of the released answers on a version, in the order of its paragraphs."""
    return one_page(ctx, answered(ctx, version, code), number)


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
        .where(Comment.version_id == version.id, displayed(ctx))
    ).one()
    return row[0], row[1]


def for_file(ctx: Ctx, version: ReportVersion, which: Which) -> list[Said]:
    """The comments of a screen, all of them, in the order of their paragraphs."""
    if which.view and can(ctx.actor, "comment.dispose"):
        return said_rows(ctx, _of_view(ctx, version, which.view), prepared=True, by_place=True)
    if which.answered or which.code:
        return said_rows(ctx, answered(ctx, version, which.code), by_place=True)
    return said_rows(ctx, up_to(version), displayed(ctx), against=version.id, by_place=True)


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
