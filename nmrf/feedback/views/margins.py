"""What the pages of reports show of comments: counts in the margin, the window, Word comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time

import flask
from sqlalchemy import select

from nmrf.access import can
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.feedback import queries, queries_answers, queries_windows
from nmrf.feedback.models import Mode
from nmrf.feedback.states import Phase
from nmrf.feedback.views.common import may_post, phase_of
from nmrf.reports import margins
from nmrf.reports.models import Block, BlockKind, ReportVersion
from nmrf.reports.word_out import CommentForWord


def _counts(ctx: Ctx, version: ReportVersion) -> Mapping[int, tuple[int, str]]:
    found = {
        paragraph_id: (count, _page(version, paragraph_id))
        for paragraph_id, count in queries.counts(ctx, version).items()
        if paragraph_id is not None
    }
    if may_post(ctx, queries_windows.window_of(ctx, version.id)):
        rows = ctx.session.execute(
            select(Block.paragraph_id, Block.id).where(
                Block.version_id == version.id,
                Block.kind == BlockKind.PARAGRAPH,
                Block.removed_in.is_(None),
            )
        )
        for paragraph_id, block_id in rows:
            write = flask.url_for("feedback.write", version_id=version.id, block=block_id)
            found.setdefault(paragraph_id, (0, write))
    return found


def _page(version: ReportVersion, paragraph_id: int) -> str:
    return flask.url_for(
        "feedback.version",
        version_id=version.id,
        open=paragraph_id,
        _anchor=f"p{paragraph_id}",
    )


def _links(ctx: Ctx, version: ReportVersion) -> Sequence[margins.Link]:
    window = queries_windows.window_of(ctx, version.id)
    if window is None:
        return _not_yet(ctx, version)
    day = words.short_day(window.closes_on)
    where = phase_of(ctx, window)
    note = {
        Phase.UPCOMING: _("not open yet"),
        Phase.OPEN: _("until %(day)s, 24:00", day=day),
        Phase.CLOSED: _("closed on %(day)s", day=day),
    }[where or Phase.CLOSED]
    found = [
        margins.Link(
            kind=_("Comments"),
            label=_("Read and comment") if where is Phase.OPEN else _("Read the comments"),
            url=flask.url_for("feedback.version", version_id=version.id),
            note=note,
        )
    ]
    if window.answers_released_at is not None:
        found.append(
            margins.Link(
                kind=_("Answers"),
                label=_("What you said, what changed"),
                url=flask.url_for("feedback.answers", version_id=version.id),
            )
        )
    return found


def _not_yet(ctx: Ctx, version: ReportVersion) -> Sequence[margins.Link]:
    """For the secretariat: where this version can be opened for comment."""
    if version.report.submitted_version_id is not None or not can(ctx.actor, "window.manage"):
        return ()
    url = flask.url_for("feedback.new_window", version_id=version.id)
    return (margins.Link(kind=_("Comments"), label=_("Open for comment"), url=url),)


def _remarks(ctx: Ctx, version: ReportVersion) -> Mapping[int, Sequence[CommentForWord]]:
    found: dict[int, list[CommentForWord]] = {}
    for said in queries_answers.for_file(ctx, version, queries_answers.BESIDE_THE_TEXT):
        if said.paragraph_id is None or said.version_id != version.id:
            continue
        text = said.text
        if said.proposed_text:
            text += "\n" + _("Proposed wording: %(text)s", text=said.proposed_text)
        found.setdefault(said.paragraph_id, []).append(
            CommentForWord(
                # The file goes from hand to hand: no name that is for the secretariat only.
                author=said.author.name
                if said.author and said.mode is Mode.PUBLIC
                else _("A commenter"),
                date=datetime.combine(said.received_on, time(12), ctx.house.settings.zone),
                text=text.strip(),
            )
        )
    return found


margins.margins["feedback"] = _counts
margins.links["feedback"] = _links
margins.remarks["feedback"] = _remarks
