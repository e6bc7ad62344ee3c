"""One comment at its lasting address, and what the secretariat does to it before it is shown."""

from __future__ import annotations

import flask

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, attempt, lock_of, own_ids
from nmrf.feedback import answering, queries, queries_windows, redacting, second_looks, service
from nmrf.feedback.forms import AnswerForm, ModerateForm, RedactForm, SettleForm
from nmrf.feedback.models import CommentState
from nmrf.feedback.views.common import back_to, bp, place_words
from nmrf.feedback.views.desk import Desk, row_of
from nmrf.reports.models import ReportVersion
from nmrf.web.edge import allow, ctx


@bp.get("/comments/<comment_id>")
def comment(comment_id: str) -> str:
    return comment_page(ctx(), comment_id)


def comment_page(
    context: Ctx,
    comment_id: str,
    *,
    form: AnswerForm | None = None,
    moderate: ModerateForm | None = None,
    redact: RedactForm | None = None,
    settle: SettleForm | None = None,
) -> str:
    """One comment; for the secretariat with its forms, one of them perhaps refused."""
    keeps = access.can(context.actor, "comment.dispose").yes
    said = queries.one(context, comment_id, prepared=keeps)
    version = context.session.get_one(ReportVersion, said.version_id)
    values = {}
    if keeps:
        row = row_of(Desk(context, version), said)
        values = {
            "form": form or row["form"],
            "moderate": moderate or row["moderate"],
            "alike": row["alike"],
            "redact": own_ids(redact or RedactForm(formdata=None, lock=said.lock), "redact"),
            "hints": redacting.suggestions(f"{said.text}\n{said.proposed_text}"),
            "looks": redacting.looks(context, said.id) if said.redaction else [],
            "second": second_looks.of(context, said.id),
            "settle": own_ids(settle or SettleForm(formdata=None), "settle"),
        }
    return flask.render_template(
        "feedback/comment.html",
        c=said,
        version=version,
        report=version.report,
        place=place_words(said.number, said.label),
        keeps=keeps,
        changing=answering.text_changing(context),
        **values,
    )


@bp.post("/comments/<comment_id>/state")
def moderate(comment_id: str) -> Page:
    context = ctx()
    allow("comment.moderate")
    comment = queries.get(context, comment_id)
    form = ModerateForm()
    shows = flask.request.form.get("to") == CommentState.SHOWN.value
    to = CommentState.SHOWN if shows else CommentState.WITHHELD

    def act() -> None:
        service.moderate(context, comment, to, form.reason.data or "", lock_of(form))

    if attempt(form, act, comment):
        flask.flash(
            _("The comment is shown.")
            if shows
            else _("The comment is not shown. Its author reads the reason by the receipt code."),
            "success",
        )
        return back_to(comment)
    return comment_page(context, comment_id, moderate=form), 422


@bp.post("/answering/<int:version_id>/show")
def show_all(version_id: int) -> Page:
    """Show the comments that were ticked, or listed, on one page of the desk."""
    context = ctx()
    allow("comment.moderate")
    window = queries_windows.need_window(context, version_id)
    count = 0
    for comment_id in flask.request.form.getlist("comment")[: queries.PAGE]:
        comment = queries.get(context, comment_id)
        if comment.version_id == window.version_id and comment.state is CommentState.RECEIVED:
            service.moderate(context, comment, CommentState.SHOWN)
            count += 1
    flask.flash(
        ngettext("%(n)s comment is now shown.", "%(n)s comments are now shown.", count), "success"
    )
    return flask.redirect(flask.url_for(".desk", version_id=version_id, view="waiting"), 303)


@bp.post("/comments/<comment_id>/redact")
def redact(comment_id: str) -> Page:
    context = ctx()
    allow("comment.redact")
    comment = queries.get(context, comment_id)
    form = RedactForm()
    count: list[int] = []

    def act() -> None:
        count.append(
            service.redact(
                context,
                comment,
                passages=form.passages.data or "",
                reason=form.reason.data or "",
                lock=lock_of(form),
            )
        )

    if attempt(form, act, comment):
        flask.flash(
            ngettext("Taken out in %(n)s place.", "Taken out in %(n)s places.", count[0])
            + " "
            + _("The original is sealed. Show the comment when it is ready."),
            "success",
        )
        return flask.redirect(flask.url_for(".comment", comment_id=comment_id), 303)
    return comment_page(context, comment_id, redact=form), 422


@bp.post("/comments/<comment_id>/original")
def original(comment_id: str) -> Page:
    """The sealed original. A form leads here and no link, because each look is recorded."""
    context = ctx()
    allow("comment.read_original")
    comment = queries.get(context, comment_id)
    return flask.render_template(
        "feedback/original.html",
        comment=comment,
        original=service.read_original(context, comment),
        report=comment.version.report,
        version=comment.version,
    )


@bp.post("/comments/<comment_id>/second-look")
def settle(comment_id: str) -> Page:
    context = ctx()
    allow("comment.moderate")
    comment = queries.get(context, comment_id)
    form = SettleForm()
    whole = flask.request.form.get("to") == "whole"
    if attempt(form, lambda: service.settle(context, comment, form.answer.data or "", whole=whole)):
        flask.flash(
            _("The comment is shown as it was written.")
            if whole
            else _("It stays as it is. Its author reads your answer by the receipt code."),
            "success",
        )
        return flask.redirect(flask.url_for(".comment", comment_id=comment_id), 303)
    return comment_page(context, comment_id, settle=form), 422
