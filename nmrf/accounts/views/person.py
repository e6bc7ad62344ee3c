"""One person, for those who look after accounts: details, offices, absence, hand-over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts import directory, hand_over, queries, second_factor, service, service_offices
from nmrf.accounts.directory import ACCOUNT_STATE_LABELS
from nmrf.accounts.forms import (
    AbsenceForm,
    CloseForm,
    DetailsForm,
    EndOfficeForm,
    HandOverForm,
    OfficeForm,
    show,
)
from nmrf.accounts.models import Absence, Office, Person
from nmrf.accounts.views.base import (
    bp,
    chosen_institution,
    chosen_person,
    language_choices,
    page,
    person_or_404,
)
from nmrf.accounts.views.people import STATE_BADGES
from nmrf.accounts.views.sign_in import keep_signed_in
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.i18n import _
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.web.edge import actor, allow, ctx


@bp.get("/people/<int:person_id>", endpoint="person")
def person_page(person_id: int) -> Response:
    allow("accounts.manage")
    return _person(person_or_404(person_id))


@bp.route("/people/<int:person_id>/details", methods=["GET", "POST"])
def details(person_id: int) -> Response:
    person = _changeable(person_id)
    form = DetailsForm(obj=person)
    form.language.choices = language_choices()
    if form.validate_on_submit():
        try:
            service.change_details(
                ctx(),
                person,
                name=form.name.data or "",
                email=form.email.data or "",
                language=form.language.data,
            )
        except Invalid as problem:
            show(form, problem)
        else:
            if person.id == actor().id:
                keep_signed_in(person)
            flask.flash(_("The changes are saved."), "success")
            return _back(person)
    return page("person_details.html", 422 if form.errors else 200, form=form, person=person)


@bp.route("/people/<int:person_id>/offices", methods=["GET", "POST"])
def give_office(person_id: int) -> Response:
    person, now = _changeable(person_id), ctx()
    form = OfficeForm(data={"starts_on": now.today})
    form.offer(queries.institutions(now.session))
    if form.validate_on_submit():
        try:
            service.give_office(
                now,
                person,
                chosen_institution(form.institution.data),
                Role(form.role.data),
                form.starts_on.data,
                form.ends_on.data,
            )
        except (Invalid, Refused, Conflict) as problem:
            show(form, problem)
        else:
            flask.flash(_("The office is given."), "success")
            return _back(person)
    return page("office_new.html", 422 if form.errors else 200, form=form, person=person)


@bp.route("/people/<int:person_id>/offices/<int:office_id>/end", methods=["GET", "POST"])
def end_office(person_id: int, office_id: int) -> Response:
    person, now = _changeable(person_id), ctx()
    office = service_offices.office_of(person, office_id)
    form = EndOfficeForm(data={"last_day": now.today})
    if form.validate_on_submit():
        try:
            service.end_office(now, office, form.last_day.data)
        except (Invalid, Refused, Conflict) as problem:
            show(form, problem)
        else:
            flask.flash(_("The end of the office is entered."), "success")
            return _back(person)
    return page(
        "office_end.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        office=office,
        labels=ROLE_LABELS,
        others=queries.also_held_by(now.session, person, now.today).get(office.id, []),
    )


@bp.route("/people/<int:person_id>/absence", methods=["GET", "POST"])
def person_absence(person_id: int) -> Response:
    person, now = _changeable(person_id), ctx()
    form = AbsenceForm()
    offered = queries.colleagues(now.session, person, now.today)
    form.offer(offered)
    if form.validate_on_submit():
        try:
            service.set_absence(
                now,
                person,
                chosen_person(form.substitute.data, "substitute"),
                form.starts_on.data,
                form.ends_on.data,
                form.note.data or "",
            )
        except Invalid as problem:
            show(form, problem)
        else:
            flask.flash(_("The absence is entered, and the substitute has a mail."), "success")
            return _back(person)
    return page(
        "me_absence.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        offered=offered,
        back=flask.url_for(".person", person_id=person.id),
        administers=queries.account(person, now.today).administers,
    )


@bp.post("/people/<int:person_id>/absences/<int:absence_id>/end")
def end_person_absence(person_id: int, absence_id: int) -> Response:
    person = _changeable(person_id)
    found = ctx().session.get(Absence, absence_id)
    if found is None or found.person_id != person.id:
        raise NotFound(_("There is no such absence."))
    service.end_absence(ctx(), found)
    flask.flash(_("The absence is ended."), "success")
    return _back(person)


@bp.route("/people/<int:person_id>/hand-over", methods=["GET", "POST"], endpoint="hand_over")
def hand_over_page(person_id: int) -> Response:
    person, now = _changeable(person_id), ctx()
    form = HandOverForm(data={"last_day": now.today})
    form.offer(
        queries.colleagues(now.session, person, now.today),
        queries.successors(now.session, person, now.today),
    )
    if form.validate_on_submit():
        try:
            successor = chosen_person(form.successor.data, "successor")
            service.hand_over(
                now,
                person,
                successor,
                form.last_day.data,
            )
        except (Invalid, Refused, Conflict) as problem:
            show(form, problem)
        else:
            flask.flash(_("%(name)s takes over and has a mail.", name=successor.name), "success")
            return flask.redirect(flask.url_for(".hand_over_sheet", person_id=person.id))
    return page("hand_over.html", 422 if form.errors else 200, form=form, **_offices(person))


@bp.route("/people/<int:person_id>/close", methods=["GET", "POST"])
def close_account(person_id: int) -> Response:
    person, now = _changeable(person_id), ctx()
    form = CloseForm()
    held = _offices(person)
    form.offer(
        queries.colleagues(now.session, person, now.today),
        queries.successors(now.session, person, now.today),
        needed=not all(held["others"].values()),
    )
    if form.validate_on_submit():
        try:
            chosen = form.successor.data
            successor = chosen_person(chosen, "successor") if chosen else None
            service.deactivate(now, person, successor)
        except (Invalid, Refused, Conflict) as problem:
            show(form, problem)
        else:
            flask.flash(
                _(
                    "The account of %(name)s is closed, and all its sessions have ended.",
                    name=person.name,
                ),
                "success",
            )
            return flask.redirect(flask.url_for(".hand_over_sheet", person_id=person.id))
    return page(
        "close.html",
        422 if form.errors else 200,
        form=form,
        standing_in=queries.standing_in_for(now.session, person.id, now.today),
        **held,
    )


@bp.get("/people/<int:person_id>/sheet")
def hand_over_sheet(person_id: int) -> Response:
    found = queries.person(ctx().session, person_id)
    known = found is not None and access.can(
        actor(), "hand_over.see", hand_over.seen_by(ctx(), found)
    )
    if found is None or not known:
        allow("accounts.manage")  # the same answer, whether or not there is such a person
        raise NotFound(_("There is no such account."))
    return page("sheet.html", sheet=hand_over.sheet(ctx(), found), labels=ROLE_LABELS)


@bp.post("/people/<int:person_id>/reactivate")
def reactivate(person_id: int) -> Response:
    return _do(person_id, service.reactivate, _("The account is open again. It has no offices."))


@bp.post("/people/<int:person_id>/invite")
def invite(person_id: int) -> Response:
    return _do(person_id, service.invite, _("A new invitation is on its way."))


@bp.post("/people/<int:person_id>/unlock")
def unlock(person_id: int) -> Response:
    return _do(person_id, service.unlock, _("The account is unlocked."))


@bp.post("/people/<int:person_id>/end-sessions")
def end_person_sessions(person_id: int) -> Response:
    return _do(person_id, service.end_sessions, _("All sessions of this person have ended."))


@bp.post("/people/<int:person_id>/second-factor/off")
def remove_second_factor(person_id: int) -> Response:
    return _do(person_id, second_factor.remove, _("The second factor is off; a mail says so."))


def _do(person_id: int, verb: Callable[[Ctx, Person], None], done: str) -> Response:
    person = _changeable(person_id)
    verb(ctx(), person)
    if person.id == actor().id:
        keep_signed_in(person)
    flask.flash(done, "success")
    return _back(person)


def _back(person: Person) -> Response:
    return flask.redirect(flask.url_for(".person", person_id=person.id))


def _changeable(person_id: int) -> Person:
    allow("accounts.manage")
    person = person_or_404(person_id)
    allow("person.change", queries.account(person, ctx().today))
    return person


def _offices(person: Person) -> dict[str, Any]:
    now = ctx()
    return {
        "person": person,
        "labels": ROLE_LABELS,
        "offices": [o for o in person.offices if not queries.has_ended(o, now.today)],
        "others": queries.also_held_by(now.session, person, now.today),
    }


def _person(person: Person) -> Response:
    now = ctx()
    account = queries.account(person, now.today)
    state = directory.account_state(person, now.now)
    past: list[Office] = [o for o in person.offices if queries.has_ended(o, now.today)]
    return page(
        "person.html",
        **_offices(person),
        past=past,
        account=account,
        state=state,
        state_label=ACCOUNT_STATE_LABELS[state],
        badge=STATE_BADGES[state],
        absences=[a for a in person.absences if a.ends_on >= now.today],
        standing_in=queries.standing_in_for(now.session, person.id, now.today),
    )
