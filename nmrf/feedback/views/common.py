"""What the pages of comments share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flask

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, NotFound, TooMany
from nmrf.core.i18n import _, gettext
from nmrf.cycles.views.common import Page
from nmrf.feedback import answering, queries_answers
from nmrf.feedback.models import Comment, CommentWindow, Mode
from nmrf.feedback.states import (
    AUDIENCE_LABELS,
    CHANNEL_LABELS,
    PHASE_BADGES,
    PHASE_LABELS,
    STATE_BADGES,
    STATE_LABELS,
    Phase,
    phase,
)
from nmrf.reports.models import Block, ReportVersion
from nmrf.reports.views.common import stem
from nmrf.web.throttle import MemoryThrottle

bp = flask.Blueprint("feedback", __name__)

# The look of an answer: what it means for the text.
ANSWER_BADGES = {
    "accepted_changed": "done",
    "accepted_no_change": "supported",
    "partly": "part",
    "not_accepted": "refused",
    "noted": "noted",
    "out_of_scope": "none",
    "already_covered": "supported",
    "later": "deferred",
}
BECAME_BADGES = {"unchanged": "none", "changed": "active", "removed": "withdrawn"}
WRONG_CODES_PER_HOUR = 30
# Bytes: a comment has 10,000 characters, and perhaps wording of as many.
LARGEST_FORM = 1_000_000
LARGEST_FILE = 500_000  # a larger one would be put on a disk while it is read
# Everybody may send these, and nothing of them stays: not in a log, not in the browser.
_QUIET = {
    "feedback.write": LARGEST_FORM,
    "feedback.find_receipt": LARGEST_FORM,
    "feedback.upload": LARGEST_FILE,
}


@bp.url_value_preprocessor
def _limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the guard of forms reads it.
    if endpoint in _QUIET:
        flask.request.max_content_length = _QUIET[endpoint]


@bp.after_request
def _keep_nothing(response: flask.Response) -> flask.Response:
    if flask.request.endpoint in _QUIET:
        response.headers["Cache-Control"] = "no-store"
    return response


@bp.app_context_processor
def _words() -> dict[str, Any]:
    return {
        "comment_labels": {
            "answers": _Answers(),
            "answer_badges": ANSWER_BADGES,
            "became_badges": BECAME_BADGES,
            "channels": CHANNEL_LABELS,
            "states": STATE_LABELS,
            "state_badges": STATE_BADGES,
            "phases": PHASE_LABELS,
            "phase_badges": PHASE_BADGES,
            "audiences": AUDIENCE_LABELS,
        }
    }


@bp.app_template_global()
def comment_url(comment_id: str) -> str:
    """The page of a comment."""
    return f"{stem('feedback.comment', 'comment_id')}{comment_id}"


class _Answers(Mapping[str, str]):
    """Codes to words, looked up only where a page shows them."""

    def __getitem__(self, code: str) -> str:
        return gettext(self._vocabulary().label(code))

    def __iter__(self) -> Any:
        return iter(self._vocabulary().codes)

    def __len__(self) -> int:
        return len(self._vocabulary().codes)

    @staticmethod
    def _vocabulary() -> Any:
        from nmrf.web.edge import ctx

        return answering.codes(ctx())


def number_of(name: str = "page") -> int:
    """The page asked for; the first where there is none."""
    return flask.request.args.get(name, default=1, type=int)


def phase_of(context: Ctx, window: CommentWindow | None) -> Phase | None:
    """Where a window stands now."""
    if window is None:
        return None
    return phase(window, context.now, context.house.settings.time_zone)


def may_post(context: Ctx, window: CommentWindow | None) -> bool:
    """Whether the actor can comment now."""
    return (
        window is not None
        and phase_of(context, window) is Phase.OPEN
        and bool(access.can(context.actor, "comment.post", window))
    )


def block_of(context: Ctx, version: ReportVersion, block_id: int | None) -> Block | None:
    """The paragraph or heading that a comment is on; None: the whole document. `NotFound`."""
    if block_id is None:
        return None
    block = context.session.get(Block, block_id)
    if block is None or block.version_id != version.id or block.removed_in is not None:
        raise NotFound(_("There is no such paragraph in this version. Go back to the text."))
    return block


def place_words(number: int | None, label: str) -> str:
    """What a comment is on: "Paragraph 12", "Chapter II", "The whole document"."""
    if number is not None:
        return _("Paragraph %(n)s", n=number)
    return _("Heading %(label)s", label=label) if label else _("The whole document")


def mode_of(value: str | None) -> Mode:
    """The mode that was chosen. Raises `Invalid` for anything else."""
    try:
        return Mode(value or "")
    except ValueError as error:
        raise Invalid(_("Choose one of the three."), place="mode") from error


def _throttle(name: str, limit: int) -> MemoryThrottle:
    kept: dict[str, MemoryThrottle] = flask.current_app.extensions.setdefault("nmrf_comments", {})
    return kept.setdefault(name, MemoryThrottle(limit))


def count_post(context: Ctx) -> None:
    """Count one comment from this address, in memory only. Raises `TooMany`."""
    limit = context.house.settings.comments_per_hour
    if not _throttle("posts", limit).take(flask.request.remote_addr or "", context.now):
        raise TooMany(
            _(
                "More than %(n)s comments came from this connection within an hour. Wait a while, "
                "then send it again; keep your text.",
                n=limit,
            )
        )


def count_wrong_code(context: Ctx) -> None:
    """Count one wrong receipt code from this address, in memory only. Raises `TooMany`."""
    limit = WRONG_CODES_PER_HOUR
    if not _throttle("codes", limit).take(flask.request.remote_addr or "", context.now):
        raise TooMany(_("Too many wrong codes came from this connection. Try again in an hour."))


def back_to(comment: Comment) -> Page:
    """To the place at the desk from which a form was sent, or else to the comment."""
    view = flask.request.form.get("view", "")
    page = flask.request.form.get("page", type=int)
    if view in queries_answers.VIEWS:
        target = flask.url_for(".desk", version_id=comment.version_id, view=view, page=page)
    else:
        target = flask.url_for(".comment", comment_id=comment.id)
    return flask.redirect(target, 303)
