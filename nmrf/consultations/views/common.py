"""What the views of consultations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf.consultations.forms import placed
from nmrf.consultations.models import Consultation, ConsultationState
from nmrf.core import redline
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import attempt as attempt_at_field
from nmrf.cycles.views.common import lock_of, own_ids, status
from nmrf.web.forms import BaseForm

bp = flask.Blueprint("consultations", __name__)
Page = str | Response | tuple[str, int]

BADGES = {
    ConsultationState.PLANNED: "draft",
    ConsultationState.ANNOUNCED: "active",
    ConsultationState.HELD: "done",
    ConsultationState.CANCELLED: "withdrawn",
}


def attempt(form: BaseForm, verb: Callable[[], Any], thing: Any = None) -> bool:
    """As in the cycles, with the places of this slice's refusals."""

    def placing() -> None:
        try:
            verb()
        except Invalid as problem:
            raise Invalid(problem.message, place=placed(problem)) from problem

    return attempt_at_field(form, placing, thing)


def back_to(consultation: Consultation, anchor: str = "") -> Response:
    """To the page of a consultation, after a post."""
    url = flask.url_for(
        "consultations.consultation", consultation_id=consultation.id, _anchor=anchor or None
    )
    return flask.redirect(url, 303)


def mails_said(count: int) -> str:
    """How many mails go out, as a sentence."""
    if count == 0:
        return _("No mail had to be sent.")
    return ngettext("%(n)s mail is being sent.", "%(n)s mails are being sent.", count)


__all__ = [
    "BADGES",
    "Page",
    "attempt",
    "back_to",
    "bp",
    "lock_of",
    "mails_said",
    "own_ids",
    "status",
]


def marks(old: str, new: str) -> list[dict[str, str]]:
    """What changed between two texts, for `ui.redline`."""
    kinds = {"same": "same", "inserted": "insert", "deleted": "delete"}
    return [{"kind": kinds[one.kind], "text": one.text} for one in redline.compare(old, new)]


def minutes_changes(one: Consultation, number: int, against: int) -> str:
    """The address of what changed in the minutes between two versions."""
    return flask.url_for(
        "consultations.minutes_version",
        consultation_id=one.id,
        number=number,
        against=against,
    )
