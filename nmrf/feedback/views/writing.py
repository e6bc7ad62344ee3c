"""Writing a comment: write, look at it, send, receipt. Nothing is kept before it is sent.

All of it has one address, which is not logged. No step flashes a message or writes the session.
"""

from __future__ import annotations

import flask
from flask_wtf.csrf import CSRFError

from nmrf import access
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, ProblemError, TooMany
from nmrf.core.i18n import _
from nmrf.cycles.views.common import Page
from nmrf.feedback import linter, posting, queries_windows, receipts
from nmrf.feedback.forms import MODE_NOTES, WriteForm
from nmrf.feedback.models import MODE_LABELS, CommentWindow, Mode
from nmrf.feedback.views.common import block_of, bp, count_post, mode_of, place_words
from nmrf.reports.comparing import redline_marks
from nmrf.reports.inline import plain
from nmrf.reports.models import Block
from nmrf.web.edge import allow, ctx
from nmrf.web.errors import form_expired

# What would be published in any case is no danger to somebody who gives their name.
_ALWAYS = frozenset({linter.Sign.EMAIL, linter.Sign.TELEPHONE})


@bp.route("/comment/<int:version_id>", methods=["GET", "POST"])
def write(version_id: int) -> Page:
    context = ctx()
    window = queries_windows.need_window(context, version_id)
    allow("comment.post", window)
    block = block_of(context, window.version, flask.request.args.get("block", type=int))
    form = WriteForm()
    try:
        posting.check_open(context, window)
    except Conflict as problem:
        return _not_open(window, block, form, problem)
    if flask.request.method == "GET":
        _fill(context, form, block)
    goes_on = flask.request.form.get("step") in ("preview", "send")
    if not goes_on or not form.validate():
        return _form(window, block, form), 422 if goes_on else 200
    try:
        said = _checked(form, block)
        if flask.request.form.get("step") == "send":
            return _send(context, window, block, form)
    except Invalid as problem:
        form.add_problem(problem, problem.place if problem.place in form else None)
        return _form(window, block, form), 422
    except TooMany as problem:
        form.add_problem(problem)
        return _preview(context, window, block, form, said), problem.status
    return _preview(context, window, block, form, said)


@bp.errorhandler(CSRFError)
def _too_late(error: CSRFError) -> Page:
    """The guard of the form ran out, or the browser keeps no cookies: the words come back."""
    if flask.request.endpoint != "feedback.write":
        return form_expired(error)
    context = ctx()
    window = queries_windows.need_window(context, (flask.request.view_args or {})["version_id"])
    allow("comment.post", window)
    block = block_of(context, window.version, flask.request.args.get("block", type=int))
    form = WriteForm()
    form.add_problem(
        Invalid(
            _(
                "The page was open for too long, or your browser keeps no cookies. Nothing was "
                "sent. Your text is still here: look at it, and go on."
            )
        )
    )
    return _form(window, block, form), 400


def _fill(context: Ctx, form: WriteForm, block: Block | None) -> None:
    form.proposed_text.data = plain(block.text) if block else ""
    if context.actor.is_authenticated:
        form.name.data = context.actor.name


def _checked(form: WriteForm, block: Block | None) -> posting.Words:
    if form.website.data:
        raise Invalid(_("Leave this empty: it only catches programs."), place="website")
    said = posting.check_words(form.text.data or "", form.proposed_text.data or "", block)
    mode = mode_of(form.mode.data)
    if mode is Mode.ANONYMOUS:
        # From here on they are nowhere: not in the page that follows, not in the database.
        form.name.data = form.organisation.data = form.email.data = ""
        form.consent.data = False
    posting.check_author(
        mode,
        form.name.data or "",
        form.organisation.data or "",
        form.email.data or "",
        consent=bool(form.consent.data),
    )
    return said


def _form(window: CommentWindow, block: Block | None, form: WriteForm) -> str:
    takes_wording = block is not None and block.number is not None
    form.text.flags.required = not takes_wording
    return flask.render_template(
        "feedback/write.html",
        window=window,
        version=window.version,
        report=window.version.report,
        block=block,
        place=place_words(block.number if block else None, block.label if block else ""),
        form=form,
        notes=MODE_NOTES,
        takes_wording=takes_wording,
        proposes=block is not None
        and (form.proposed_text.data or "") not in ("", block.text, plain(block.text)),
    )


def _preview(
    context: Ctx,
    window: CommentWindow,
    block: Block | None,
    form: WriteForm,
    said: posting.Words,
) -> str:
    mode = mode_of(form.mode.data)
    thrown_away = mode is Mode.ANONYMOUS and any(
        (flask.request.form.get(name) or "").strip() for name in ("name", "organisation", "email")
    )
    hints = _hints(said, mode, [flask.request.form.get("name") or "", context.actor.name])
    form.token.data = form.token.data or receipts.new_token()
    if flask.request.form.get("step") != "send":
        form.token.data = receipts.new_token()
    return flask.render_template(
        "feedback/preview.html",
        window=window,
        version=window.version,
        report=window.version.report,
        block=block,
        place=place_words(block.number if block else None, block.label if block else ""),
        form=form,
        said=said,
        mode=mode,
        modes=Mode,
        mode_label=MODE_LABELS[mode],
        mode_note=MODE_NOTES[mode.value],
        hints=hints,
        marks=redline_marks(block.text, said.proposed) if block and said.proposed else (),
        thrown_away=thrown_away,
    )


def _hints(said: posting.Words, mode: Mode, names: list[str]) -> list[linter.Hint]:
    hints = linter.warnings(said.text, names)
    # The report's own words are in it too: only what can be nobody else's is asked about.
    hints += [
        hint
        for hint in linter.warnings(said.proposed, names)
        if hint.sign in _ALWAYS and hint not in hints
    ]
    if mode is Mode.PUBLIC:
        return [hint for hint in hints if hint.sign in _ALWAYS]
    return hints


def _send(
    context: Ctx, window: CommentWindow, block: Block | None, form: WriteForm
) -> tuple[str, int]:
    count_post(context)
    mode = mode_of(form.mode.data)
    receipt = posting.post(
        context,
        window,
        text=form.text.data or "",
        proposed_text=form.proposed_text.data or "",
        mode=mode,
        block=block,
        name=form.name.data or "",
        organisation=form.organisation.data or "",
        email=form.email.data or "",
        consent=bool(form.consent.data),
        language=i18n.language(),
        token=form.token.data or "",
    )
    # The code stands in this answer only: an address with it would be in the browser's history.
    return (
        flask.render_template(
            "feedback/received.html",
            code=receipt.code,
            comment=receipt.comment,
            window=window,
            version=window.version,
            report=window.version.report,
            place=place_words(block.number if block else None, block.label if block else ""),
            mode=mode,
            modes=Mode,
            mode_label=MODE_LABELS[mode],
            told=mode is not Mode.ANONYMOUS and bool(form.email.data),
        ),
        201,
    )


def _not_open(
    window: CommentWindow, block: Block | None, form: WriteForm, problem: ProblemError
) -> tuple[str, int]:
    page = flask.render_template(
        "feedback/not_open.html",
        window=window,
        version=window.version,
        message=problem.message,
        text=form.text.data or "",
        proposed=form.proposed_text.data or "" if flask.request.method == "POST" else "",
        keeps=access.can(ctx().actor, "comment.enter").yes,
    )
    return page, 409 if flask.request.method == "POST" else 200
