"""What the pages of updates share."""

from __future__ import annotations

from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf.core.i18n import _
from nmrf.cycles.views.common import attempt, lock_of, own_ids, status
from nmrf.updates.models import RoundState, Update, UpdateState
from nmrf.updates.states import ROUND_STATE_LABELS, STATE_LABELS

bp = flask.Blueprint("updates", __name__, url_prefix="/updates")
Page = str | Response | tuple[str, int]

BADGES = {
    UpdateState.REQUESTED: "open",
    UpdateState.DRAFT: "draft",
    UpdateState.SIGN_OFF: "waiting",
    UpdateState.RETURNED: "refused",
    UpdateState.SUBMITTED: "done",
}
ROUND_BADGES = {
    RoundState.PLANNED: "draft",
    RoundState.OPEN: "active",
    RoundState.CLOSED: "closed",
}


@bp.context_processor
def _labels() -> dict[str, Any]:
    return {
        "update_label": lambda state: str(STATE_LABELS[state]),
        "update_badge": lambda state: BADGES[state],
        "round_label": lambda state: str(ROUND_STATE_LABELS[state]),
        "round_badge": lambda state: ROUND_BADGES[state],
    }


def to_update(update_id: int) -> Response:
    """To the page of an update, after a post."""
    return flask.redirect(flask.url_for("updates.update", update_id=update_id), 303)


def to_list(update: Update, **values: Any) -> Response:
    """To the list of the institution that the update belongs to."""
    url = flask.url_for(
        "updates.mine", round_id=update.round_id, institution=update.institution_id, **values
    )
    return flask.redirect(url, 303)


def no_authority(name: str) -> str:
    """That nobody can sign for an institution, and what to do about it."""
    return _(
        "%(name)s has no validating authority at the moment, so nobody can sign its updates off. "
        "Ask the secretariat to give somebody this office.",
        name=name,
    )


__all__ = [
    "BADGES",
    "ROUND_BADGES",
    "Page",
    "attempt",
    "bp",
    "lock_of",
    "no_authority",
    "own_ids",
    "status",
    "to_list",
    "to_update",
]
