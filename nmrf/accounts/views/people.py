"""The list of people, and new accounts."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any, TypeVar

import flask
from werkzeug.wrappers import Response

from nmrf.accounts import directory, queries, service
from nmrf.accounts.directory import ACCOUNT_STATE_LABELS, AccountState
from nmrf.accounts.forms import NewPersonForm, show
from nmrf.accounts.models import INSTITUTION_KIND_LABELS, InstitutionKind
from nmrf.accounts.views.base import bp, chosen_institution, language_choices, page
from nmrf.core.errors import Invalid, Refused
from nmrf.core.i18n import _
from nmrf.core.paging import paginate
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.web.addresses import row_number
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager

E = TypeVar("E", bound=StrEnum)
STATE_BADGES = {
    AccountState.ACTIVE: "active",
    AccountState.INVITED: "waiting",
    AccountState.LOCKED: "late",
    AccountState.CLOSED: "closed",
}


def chosen(kind: type[E], name: str) -> list[E]:
    """The values of a filter in the address, as far as they are known."""
    asked = flask.request.args.getlist(name)
    return [member for member in kind if member.value in asked]


def facet(name: str, label: str, labels: dict[Any, Any], on: Collection[Any]) -> dict[str, Any]:
    """A filter as `ui.facets` wants it."""
    return {
        "name": name,
        "label": label,
        "options": [
            {"value": key.value, "label": str(text), "chosen": key in on}
            for key, text in labels.items()
        ],
    }


@bp.get("/people")
def people() -> Response:
    allow("accounts.manage")
    now, args = ctx(), flask.request.args
    kinds, roles = chosen(InstitutionKind, "kind"), chosen(Role, "role")
    states = chosen(AccountState, "state")
    institution_id = args.get("institution", type=row_number)
    query = directory.people_list(
        now=now.now,
        today=now.today,
        q=args.get("q", ""),
        kinds=kinds,
        roles=roles,
        states=states,
        institution_id=institution_id,
    )
    shown = paginate(now.session, query, args.get("page", 1, type=row_number))
    return page(
        "people.html",
        people=shown.items,
        pager=pager(shown),
        groups=[
            facet("kind", _("Kind of institution"), INSTITUTION_KIND_LABELS, kinds),
            facet("role", _("Role"), ROLE_LABELS, roles),
            facet("state", _("Account"), ACCOUNT_STATE_LABELS, states),
        ],
        q=args.get("q", ""),
        filtered=any(args.get(name) for name in ("q", "kind", "role", "state", "institution")),
        hidden={"institution": institution_id} if institution_id else {},
        labels=ROLE_LABELS,
        badges=STATE_BADGES,
        state_of=lambda person: directory.account_state(person, now.now),
        state_labels=ACCOUNT_STATE_LABELS,
    )


@bp.route("/people/new", methods=["GET", "POST"])
def new_person() -> Response:
    allow("accounts.manage")
    now = ctx()
    settings = now.house.settings
    form = NewPersonForm(
        data={
            "starts_on": now.today,
            "language": settings.default_language,
            "institution": flask.request.args.get("institution", type=row_number),
        }
    )
    form.language.choices = language_choices()
    form.offer(queries.institutions(now.session))
    if form.validate_on_submit():
        try:
            person = service.open_account(
                now,
                form.name.data or "",
                form.email.data or "",
                form.language.data,
                institution=chosen_institution(form.institution.data),
                role=Role(form.role.data),
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
            )
        except (Invalid, Refused) as problem:
            show(form, problem)
        else:
            flask.flash(
                _(
                    "The account is open. %(name)s gets a mail with a link to set a password.",
                    name=person.name,
                ),
                "success",
            )
            return flask.redirect(flask.url_for(".person", person_id=person.id))
    return page(
        "person_new.html",
        422 if form.errors else 200,
        form=form,
        days=settings.invitation_days,
    )
