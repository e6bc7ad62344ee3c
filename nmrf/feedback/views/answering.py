"""Answering: prepare, release, and enter what was said elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flask
from sqlalchemy import select

from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.feedback import answering, queries, queries_windows, service
from nmrf.feedback.forms import MODE_NOTES, AnswerForm, EnterForm
from nmrf.feedback.models import Channel, Mode
from nmrf.feedback.posting import Receipt
from nmrf.feedback.said import Answer
from nmrf.feedback.views.common import back_to, bp
from nmrf.feedback.views.desk import Desk
from nmrf.feedback.views.moderating import comment_page
from nmrf.reports.models import Block, ReportVersion
from nmrf.web.edge import allow, ctx


@bp.post("/comments/<comment_id>/answer")
def answer(comment_id: str) -> Page:
    context = ctx()
    allow("comment.dispose")
    comment = queries.get(context, comment_id)
    desk = Desk(context, comment.version)
    said = queries.one(context, comment_id, prepared=True)
    form = AnswerForm().fill(context, desk.choices(said))
    done: list[str] = []

    def act() -> None:
        block_id = desk.block_id(form)
        block = context.session.get_one(Block, block_id) if block_id else None
        values: dict[str, Any] = {
            "code": form.code.data or "",
            "reason": form.reason.data or "",
            "changed_block": block,
        }
        service.dispose(context, comment, **values, lock=lock_of(form))
        done.append(comment.id)
        if form.also.data:
            done.extend(_same(context, desk.alike(said), said.answer, values))

    if attempt(form, act):
        flask.flash(_said_of(context, form, len(done)), "success")
        return back_to(comment)
    _refresh_lock(context, comment_id, form)
    return comment_page(context, comment_id, form=form), 422


def _same(
    context: Ctx, ids: Sequence[str], before: Answer | None, values: dict[str, Any]
) -> list[str]:
    """Answer those that say nearly the same, too; not those to which somebody gave another answer.

    `before` is the answer that the first one had: who had the same one goes along again.
    """
    done = []
    for comment_id in ids:
        now = queries.one(context, comment_id, prepared=True).answer
        same = before and now and (now.code, now.reason) == (before.code, before.reason)
        if now is None or (same and not now.is_released):
            service.dispose(context, queries.get(context, comment_id), **values)
            done.append(comment_id)
    return done


def _said_of(context: Ctx, form: AnswerForm, count: int) -> str:
    said = ngettext(
        "The answer is prepared. Nobody sees it before you release it.",
        "%(n)s answers are prepared. Nobody sees them before you release them.",
        count,
    )
    changes = form.code.data in answering.text_changing(context)
    if changes and not form.changed.data and not (form.other.data or "").strip():
        said += " " + _("It names no changed paragraph yet: add it when the text has changed.")
    return said


def _refresh_lock(context: Ctx, comment_id: str, form: AnswerForm) -> None:
    now = queries.one(context, comment_id, prepared=True).answer
    if form.form_errors:  # a conflict: it can be saved again by somebody who has looked
        form.lock.data = str(now.lock if now else 0)


@bp.post("/answering/<int:version_id>/release")
def release(version_id: int) -> Page:
    context = ctx()
    allow("dispositions.release")
    window = queries_windows.need_window(context, version_id)
    try:
        count = service.release(context, window)
    except Conflict as problem:
        flask.flash(problem.message, "warning")
        return flask.redirect(flask.url_for(".desk", version_id=version_id), 303)
    flask.flash(
        ngettext(
            "%(n)s answer is public and never changes again.",
            "%(n)s answers are public and never change again.",
            count,
        ),
        "success",
    )
    return flask.redirect(flask.url_for(".answers", version_id=version_id), 303)


@bp.route("/answering/<int:version_id>/enter", methods=["GET", "POST"])
def enter(version_id: int) -> Page:
    context = ctx()
    allow("comment.enter")
    window = queries_windows.need_window(context, version_id)
    form = EnterForm()
    made: list[Receipt] = []

    def act() -> None:
        made.append(
            service.enter(
                context,
                window,
                channel=Channel(form.channel.data),
                text=form.text.data or "",
                proposed_text=form.proposed_text.data or "",
                mode=Mode(form.mode.data),
                block=_numbered(context, window.version, form.paragraph.data),
                name=form.name.data or "",
                organisation=form.organisation.data or "",
                email=form.email.data or "",
                consent=bool(form.consent.data),
                language=i18n.language(),
            )
        )

    if attempt(form, act):
        comment = made[0].comment
        page = flask.render_template(
            "feedback/entered.html",
            code=made[0].code,
            comment=comment,
            version=window.version,
            report=window.version.report,
        )
        response = flask.make_response(page, 201)
        response.headers["Cache-Control"] = "no-store"
        return response
    return flask.render_template(
        "feedback/enter.html",
        form=form,
        version=window.version,
        report=window.version.report,
        notes=MODE_NOTES,
    ), status()


def _numbered(context: Ctx, version: ReportVersion, number: int | None) -> Block | None:
    if number is None:
        return None
    block = context.session.scalar(
        select(Block).where(Block.version_id == version.id, Block.number == number)
    )
    if block is None:
        raise Invalid(_("This version has no paragraph %(n)s.", n=number), place="paragraph")
    return block
