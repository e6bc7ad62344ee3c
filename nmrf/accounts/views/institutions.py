"""Institutions, for those who look after them."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.accounts import directory, queries, service
from nmrf.accounts.forms import InstitutionForm, show
from nmrf.accounts.models import INSTITUTION_KIND_LABELS, Institution, InstitutionKind
from nmrf.accounts.views.base import bp, chosen_institution, institution_or_404, page
from nmrf.accounts.views.people import chosen, facet
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.core.paging import paginate
from nmrf.core.roles import ROLE_LABELS
from nmrf.definitions import load
from nmrf.web.addresses import row_number
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager

# The list of groups that OHCHR uses in the fourth cycle; see workflows/vocabularies/persons.toml.
SCHEME = "ohchr_2025"


@bp.get("/institutions/manage")
def institutions() -> Response:
    allow("accounts.manage")
    now, args = ctx(), flask.request.args
    kinds, closed = chosen(InstitutionKind, "kind"), args.get("closed") == "1"
    query = directory.institution_list(q=args.get("q", ""), kinds=kinds, active=not closed)
    shown = paginate(now.session, query, args.get("page", 1, type=row_number))
    return page(
        "institutions.html",
        institutions=shown.items,
        pager=pager(shown),
        held=queries.holders_in(now.session, [i.id for i in shown.items], now.today),
        groups=[
            facet("kind", _("Kind"), INSTITUTION_KIND_LABELS, kinds),
            {
                "name": "closed",
                "label": _("State"),
                "options": [{"value": "1", "label": _("closed"), "chosen": closed}],
            },
        ],
        q=args.get("q", ""),
        filtered=bool(args.get("q") or kinds or closed),
        labels=INSTITUTION_KIND_LABELS,
    )


@bp.route("/institutions/manage/new", methods=["GET", "POST"])
def new_institution() -> Response:
    allow("accounts.manage")
    form = InstitutionForm()
    _offer(form)
    if form.validate_on_submit():
        try:
            made = service.create_institution(
                ctx(),
                form.name.data or "",
                form.chosen_kind,
                short_name=form.short_name.data or "",
                email=form.email.data or "",
                region=form.region.data or "",
                groups=form.groups.data or [],
                parent=_parent(form),
            )
        except Invalid as problem:
            show(form, problem)
        else:
            flask.flash(_("The institution is entered."), "success")
            return flask.redirect(flask.url_for(".institution", institution_id=made.id))
    return page("institution_form.html", 422 if form.errors else 200, form=form, institution=None)


@bp.get("/institutions/manage/<int:institution_id>")
def institution(institution_id: int) -> Response:
    allow("accounts.manage")
    now, found = ctx(), institution_or_404(institution_id)
    return page(
        "institution.html",
        institution=found,
        parent=now.session.get(Institution, found.parent_id) if found.parent_id else None,
        offices=queries.offices_in(now.session, found.id, now.today),
        labels=ROLE_LABELS,
        kinds=INSTITUTION_KIND_LABELS,
        group_names=dict(_groups()),
    )


@bp.route("/institutions/manage/<int:institution_id>/change", methods=["GET", "POST"])
def change_institution(institution_id: int) -> Response:
    allow("accounts.manage")
    found = institution_or_404(institution_id)
    form = InstitutionForm(obj=found, data={"kind": found.kind.value, "parent": found.parent_id})
    _offer(form, than=found)
    if form.validate_on_submit():
        try:
            service.change_institution(
                ctx(),
                found,
                name=form.name.data or "",
                kind=form.chosen_kind,
                short_name=form.short_name.data or "",
                email=form.email.data or "",
                region=form.region.data or "",
                groups=form.groups.data or [],
                parent=_parent(form),
            )
        except Invalid as problem:
            show(form, problem)
        else:
            flask.flash(_("The changes are saved."), "success")
            return flask.redirect(flask.url_for(".institution", institution_id=found.id))
    return page("institution_form.html", 422 if form.errors else 200, form=form, institution=found)


@bp.post("/institutions/manage/<int:institution_id>/close")
def close_institution(institution_id: int) -> Response:
    allow("accounts.manage")
    service.deactivate_institution(ctx(), institution_or_404(institution_id))
    flask.flash(_("The institution is closed."), "success")
    return flask.redirect(flask.url_for(".institution", institution_id=institution_id))


@bp.post("/institutions/manage/<int:institution_id>/reopen")
def reopen_institution(institution_id: int) -> Response:
    allow("accounts.manage")
    service.reactivate_institution(ctx(), institution_or_404(institution_id))
    flask.flash(_("The institution is open again."), "success")
    return flask.redirect(flask.url_for(".institution", institution_id=institution_id))


def _groups() -> list[tuple[str, str]]:
    vocabulary = load(ctx().house.settings.workflows).vocabularies["persons"]
    return [(term.code, term.label) for term in vocabulary.terms if term.scheme == SCHEME]


def _offer(form: InstitutionForm, than: Institution | None = None) -> None:
    others = [i for i in queries.institutions(ctx().session) if i is not than]
    known = _groups()
    # A code that the vocabulary no longer has stays ticked until somebody takes it off.
    old = [code for code in (than.groups if than else []) if code not in dict(known)]
    form.offer(others, [*known, *((code, code) for code in old)])


def _parent(form: InstitutionForm) -> Institution | None:
    return chosen_institution(form.parent.data, "parent") if form.parent.data else None
