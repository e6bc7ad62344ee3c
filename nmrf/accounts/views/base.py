"""The blueprint, and what several of its pages need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import flask
from babel import Locale
from wtforms import SelectChoice

from nmrf.accounts import queries
from nmrf.accounts.models import Institution, Person
from nmrf.core.errors import Invalid, NotFound, ProblemError, Refused
from nmrf.core.i18n import _
from nmrf.web.edge import actor, ctx, keep_anyway

bp = flask.Blueprint("accounts", __name__)


def page(template: str, status: int = 200, **values: Any) -> flask.Response:
    """A page; a form shown again with its errors has status 422, so that nothing is kept."""
    return flask.make_response(flask.render_template(f"accounts/{template}", **values), status)


def myself() -> Person:
    """Whoever is signed in, as a row.

    Raises:
        Refused: for nobody, which leads to sign-in.
    """
    person = queries.person(ctx().session, actor().id or 0)
    if person is None:
        raise Refused(_("This page is for people with an account."))
    return person


def person_or_404(person_id: int) -> Person:
    """A person by number."""
    found = queries.person(ctx().session, person_id)
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def institution_or_404(institution_id: int) -> Institution:
    """An institution by number."""
    found = ctx().session.get(Institution, institution_id)
    if found is None:
        raise NotFound(_("There is no such institution."))
    return found


def chosen_person(person_id: int | None, place: str) -> Person:
    """The person that a form names.

    Raises:
        Invalid: at `place`.
    """
    found = queries.person(ctx().session, person_id or 0)
    if found is None:
        raise Invalid(_("Choose a person of the list."), place=place)
    return found


def chosen_institution(institution_id: int | None, place: str = "institution") -> Institution:
    """The institution that a form names.

    Raises:
        Invalid: at `place`.
    """
    found = ctx().session.get(Institution, institution_id or 0)
    if found is None:
        raise Invalid(_("Choose an institution of the list."), place=place)
    return found


def language_choices() -> list[SelectChoice]:
    """The service's languages, each by its own name."""
    return [
        SelectChoice(code, (Locale.parse(code, sep="-").get_display_name() or code).capitalize())
        for code in ctx().house.settings.languages
    ]


@contextmanager
def counted() -> Iterator[None]:
    """Keep what was counted, although the answer is an error."""
    try:
        yield
    except ProblemError:
        keep_anyway()
        raise
