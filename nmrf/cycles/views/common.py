"""What the views of cycles and of slices above share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import flask
from werkzeug.wrappers import Response

from nmrf.core.errors import Conflict, Invalid
from nmrf.web.edge import ctx
from nmrf.web.forms import BaseForm

bp = flask.Blueprint("cycles", __name__)
Form = TypeVar("Form", bound=BaseForm)
Page = str | Response | tuple[str, int]


def lock_of(form: Any) -> int | None:
    """The number that a form was opened with."""
    text = str(form.lock.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def own_ids(form: Form, prefix: str) -> Form:
    """Give the fields ids of their own, for a page with several forms."""
    for field in form:
        field.id = f"{prefix}-{field.id}"
    return form


def attempt(form: BaseForm, verb: Callable[[], Any], thing: Any = None) -> bool:
    """Do something that may find the input wrong; then show it at its field, and say False.

    Nothing of a failed attempt stays in the session. After a conflict over `thing` the form
    carries the present lock, so that it can be sent again by somebody who has looked.
    """
    if not form.validate_on_submit():
        return False
    try:
        verb()
    except (Invalid, Conflict) as problem:
        ctx().session.rollback()
        field = problem.place if problem.place in form and problem.place != "lock" else None
        form.add_problem(problem, field)
        if isinstance(problem, Conflict) and thing is not None and "lock" in form:
            form["lock"].data = str(thing.lock)
        return False
    return True


def status() -> int:
    """The status of a page with a form: 422 when it is shown again."""
    return 422 if flask.request.method == "POST" else 200
