"""Many comments in one spreadsheet: the template, the dry run, the confirmation, the receipts.

The file and its rows are in the requests alone. The address is not logged.
"""

from __future__ import annotations

import flask
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.cycles.views.common import Page
from nmrf.feedback import bulk, bulk_files, posting, queries_windows, receipts
from nmrf.feedback.bulk import DryRun, Row
from nmrf.feedback.forms import ConfirmFileForm, FileForm
from nmrf.feedback.models import Channel, CommentWindow, Mode
from nmrf.feedback.posting import Receipt
from nmrf.feedback.views.common import bp, count_post
from nmrf.files.service import MIME
from nmrf.files.views import send
from nmrf.web.edge import allow, ctx


@bp.get("/comment/<int:version_id>/template.xlsx")
def template(version_id: int) -> Response:
    """The sheet to fill in, with the whole text, for people without a network."""
    context = ctx()
    window = queries_windows.need_window(context, version_id)
    allow("comment.upload", window)
    data = bulk_files.template(context, window.version)
    return send(data, f"comments-v{window.version.number}.xlsx", MIME["xlsx"])


@bp.route("/comment/<int:version_id>/file", methods=["GET", "POST"])
def upload(version_id: int) -> Page:
    context = ctx()
    window = queries_windows.need_window(context, version_id)
    allow("comment.upload", window)
    form = FileForm()
    try:
        # The secretariat enters for others also afterwards.
        if not access.can(context.actor, "comment.enter"):
            posting.check_open(context, window)
    except Conflict as problem:
        form.add_problem(problem)
        return _form(window, form), 409 if flask.request.method == "POST" else 200
    step = flask.request.form.get("step", "")
    if step in ("send", "codes"):
        return _send(context, window, as_file=step == "codes")
    if flask.request.method == "GET":
        return _form(window, form)
    try:
        run = _read(context, window, form)
    except Invalid as problem:
        form.add_problem(problem, "file")
        return _form(window, form), 422
    return _preview(context, window, run, ConfirmFileForm(formdata=None))


def _read(context: Ctx, window: CommentWindow, form: FileForm) -> DryRun:
    sent = form.file.data
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise Invalid(_("Choose a file first."))
    return bulk.read(context, window, sent.read(), sent.filename)


def _form(window: CommentWindow, form: FileForm) -> str:
    return flask.render_template(
        "feedback/upload.html",
        window=window,
        version=window.version,
        report=window.version.report,
        form=form,
        most=bulk.MOST_ROWS,
    )


def _preview(
    context: Ctx, window: CommentWindow, run: DryRun, form: ConfirmFileForm
) -> tuple[str, int]:
    form.token.data = form.token.data or receipts.new_token()
    form.rows.data = run.packed
    page = flask.render_template(
        "feedback/upload_preview.html",
        window=window,
        version=window.version,
        report=window.version.report,
        run=run,
        form=form,
        beginning=bulk_files.beginning,
        mode_words={mode.value: label for mode, label in bulk.MODE_WORDS.items()},
        counts={mode: sum(row.mode == mode for row in run.rows) for mode in Mode},
        enters=bool(access.can(context.actor, "comment.enter")),
    )
    return page, 422 if run.faults or form.errors else 200


def _send(context: Ctx, window: CommentWindow, *, as_file: bool) -> Page:
    form = ConfirmFileForm()
    if not as_file:
        count_post(context)
    try:
        taken = _taken(context, window, form)
    except (BadFile, Invalid, Conflict) as problem:
        context.session.rollback()
        window = queries_windows.need_window(context, window.version_id)
        place = problem.place if problem.place in form else None
        form.add_problem(problem, place)
        return _preview(context, window, _again(context, window, form), form)
    if as_file:
        # The same rows with the same token: nothing is taken twice, and the codes are the same.
        data = bulk_files.receipts_file(context, taken)
        return send(data, "receipts.xlsx", MIME["xlsx"])
    return flask.render_template(
        "feedback/upload_received.html",
        window=window,
        version=window.version,
        report=window.version.report,
        taken=taken,
        form=form,
        beginning=bulk_files.beginning,
    ), 201


def _taken(context: Ctx, window: CommentWindow, form: ConfirmFileForm) -> list[tuple[Row, Receipt]]:
    channel = Channel.WEB
    if access.can(context.actor, "comment.enter"):
        try:
            channel = Channel(form.channel.data or "")
        except ValueError as error:
            raise Invalid(_("Say how it reached you."), place="channel") from error
    if not form.token.data:
        raise Invalid(_("Upload the file again: what came back of it cannot be read."))
    return bulk.send(
        context,
        window,
        form.rows.data or "",
        token=form.token.data,
        consent=bool(form.consent.data),
        channel=channel,
    )


def _again(context: Ctx, window: CommentWindow, form: ConfirmFileForm) -> DryRun:
    try:
        return bulk.check_packed(context, window, form.rows.data or "")
    except Invalid:
        return DryRun((), (), ())
