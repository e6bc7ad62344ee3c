"""Reads: comments as an actor may see them. The number of statements is constant.

Every page, count, file and search goes through `shown`. Windows: `queries_windows.py`; what waits
at the desk, and answers: `queries_answers.py`.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import contains_eager

from nmrf.access import can
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.core.paging import Page
from nmrf.feedback.models import Comment, CommentState, CommentWindow, Disposition
from nmrf.feedback.queries_windows import audiences
from nmrf.feedback.said import PER_PARAGRAPH, Said, said_rows
from nmrf.reports.models import ReportVersion
from nmrf.reports.queries import visible_versions

PAGE = 20


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


def up_to(version: ReportVersion) -> ColumnElement[bool]:
    """Comments on this version and on those before it."""
    return and_(
        ReportVersion.report_id == version.report_id, ReportVersion.number <= version.number
    )


def displayed(ctx: Ctx) -> ColumnElement[bool]:
    """Which comments stand beside the text: the secretariat reads that page as the public does."""
    return and_(shown(ctx), Comment.state == CommentState.SHOWN)


def on_page(
    ctx: Ctx, version: ReportVersion, per_paragraph: int = PER_PARAGRAPH
) -> dict[int | None, list[Said]]:
    """The comments beside the text, by paragraph id; None: on the whole document.

    Those on earlier versions are carried along and say what became of their paragraph.
    """
    found: dict[int | None, list[Said]] = {}
    rows = said_rows(
        ctx, up_to(version), displayed(ctx), against=version.id, per_paragraph=per_paragraph
    )
    for row in rows:
        found.setdefault(row.paragraph_id, []).append(row)
    return found


def carried(ctx: Ctx, version: ReportVersion) -> dict[int | None, list[Said]]:
    """The comments on earlier versions alone, by paragraph id, with what became of each."""
    found: dict[int | None, list[Said]] = {}
    condition = and_(up_to(version), Comment.version_id != version.id, displayed(ctx))
    for row in said_rows(ctx, condition, against=version.id):
        found.setdefault(row.paragraph_id, []).append(row)
    return found


def counts(ctx: Ctx, version: ReportVersion) -> dict[int | None, int]:
    """How many comments each paragraph has, carried ones too, in one grouped statement."""
    rows = ctx.session.execute(
        select(Comment.paragraph_id, func.count())
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .where(up_to(version), displayed(ctx))
        .group_by(Comment.paragraph_id)
    )
    return {paragraph_id: count for paragraph_id, count in rows}  # noqa: C416 - rows are no pairs


def on_paragraph(
    ctx: Ctx, version: ReportVersion, paragraph_id: int | None, number: int = 1
) -> Page[Said]:
    """One page of the comments on a paragraph (None: on the whole document), carried ones too."""
    condition = and_(
        up_to(version),
        displayed(ctx),
        Comment.paragraph_id == paragraph_id
        if paragraph_id is not None
        else Comment.paragraph_id.is_(None),
    )
    return one_page(ctx, condition, number, against=version.id)


def one_page(
    ctx: Ctx,
    condition: ColumnElement[bool],
    number: int,
    *,
    against: int | None = None,
    prepared: bool = False,
) -> Page[Said]:
    """A page of the comments that meet a condition, in the order of their paragraphs.

    `against` and `prepared` as for `said_rows`. A number beyond the last page gives the last.
    """
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
    return said_rows(ctx, either, displayed(ctx), limit=limit)
