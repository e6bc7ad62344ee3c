"""One's own account: name, language, password, second factor, absence."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.accounts import passwords, queries, second_factor, service
from nmrf.accounts.forms import (
    AbsenceForm,
    ChangePasswordForm,
    ConfirmCodeForm,
    PasswordForm,
    ProfileForm,
    show,
)
from nmrf.accounts.models import Absence, Person
from nmrf.accounts.views.base import bp, chosen_person, counted, language_choices, myself, page
from nmrf.accounts.views.sign_in import keep_signed_in
from nmrf.core.errors import Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import ROLE_LABELS
from nmrf.web.edge import ctx


@bp.route("/me", methods=["GET", "POST"], endpoint="me")
def account() -> Response:
    person = myself()
    form = ProfileForm(obj=person)
    form.language.choices = language_choices()
    if form.validate_on_submit():
        try:
            service.change_own_details(
                ctx(), person, name=form.name.data or "", language=form.language.data
            )
        except Invalid as problem:
            show(form, problem)
        else:
            flask.session["language"] = person.language
            flask.flash(_("Your changes are saved."), "success")
            return flask.redirect(flask.url_for(".me"))
    now = ctx()
    return page(
        "me.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        offices=person.offices,
        labels=ROLE_LABELS,
        absences=[a for a in person.absences if a.ends_on >= now.today],
        standing_in=queries.standing_in_for(now.session, person.id, now.today),
        mails=queries.recent_mail(now.session, person.id),
        administers=queries.account(person, now.today).administers,
    )


@bp.route("/me/password", methods=["GET", "POST"])
def change_password() -> Response:
    person, form = myself(), ChangePasswordForm()
    if form.validate_on_submit():
        try:
            with counted():
                service.change_password(
                    ctx(), person, form.current.data or "", form.password.data or ""
                )
        except Invalid as problem:
            show(form, problem)
        else:
            keep_signed_in(person)
            flask.flash(
                _("Your password is changed. Other devices have been signed out."), "success"
            )
            return flask.redirect(flask.url_for(".me"))
    return page(
        "me_password.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        rules=passwords.rules(),
    )


@bp.post("/me/sign-out-everywhere")
def end_sessions() -> Response:
    person = myself()
    service.end_sessions(ctx(), person)
    keep_signed_in(person)
    flask.flash(_("All other devices have been signed out."), "success")
    return flask.redirect(flask.url_for(".me"))


@bp.get("/me/second-factor", endpoint="second_factor")
def second_factor_page() -> Response:
    return _second_factor(myself())


@bp.post("/me/second-factor")
def begin_second_factor() -> Response:
    second_factor.begin(ctx(), myself())
    return flask.redirect(flask.url_for(".second_factor"))


@bp.get("/me/second-factor/code.svg")
def second_factor_picture() -> Response:
    person = myself()
    if not second_factor.pending(ctx(), person):
        raise NotFound(_("No second factor is being set up."))
    picture = flask.make_response(second_factor.picture(ctx(), person))
    picture.headers["Content-Type"] = "image/svg+xml"
    picture.headers["Cache-Control"] = "no-store"
    return picture


@bp.post("/me/second-factor/confirm")
def confirm_second_factor() -> Response:
    person, form = myself(), ConfirmCodeForm()
    if not form.validate_on_submit():
        return _second_factor(person, 422, confirm=form)
    try:
        codes = second_factor.confirm(ctx(), person, form.code.data or "")
    except Invalid as problem:
        show(form, problem)
        return _second_factor(person, 422, confirm=form)
    keep_signed_in(person)
    return _codes(codes)


@bp.post("/me/second-factor/codes")
def renew_codes() -> Response:
    person, form = myself(), PasswordForm(prefix="codes")
    if not form.validate_on_submit():
        return _second_factor(person, 422, renew=form)
    try:
        with counted():
            codes = second_factor.renew_codes(ctx(), person, form.password.data or "")
    except Invalid as problem:
        show(form, problem)
        return _second_factor(person, 422, renew=form)
    return _codes(codes)


@bp.post("/me/second-factor/off")
def turn_off_second_factor() -> Response:
    person, form = myself(), PasswordForm(prefix="off")
    if not form.validate_on_submit():
        return _second_factor(person, 422, off=form)
    try:
        with counted():
            second_factor.turn_off(ctx(), person, form.password.data or "")
    except Invalid as problem:
        show(form, problem)
        return _second_factor(person, 422, off=form)
    keep_signed_in(person)
    flask.flash(_("The second factor is off. Your password alone signs you in."), "success")
    return flask.redirect(flask.url_for(".me"))


@bp.route("/me/absence", methods=["GET", "POST"])
def absence() -> Response:
    person, form, now = myself(), AbsenceForm(), ctx()
    offered = queries.colleagues(now.session, person, now.today)
    form.offer(offered)
    if form.validate_on_submit():
        try:
            substitute = chosen_person(form.substitute.data, "substitute")
            service.set_absence(
                now,
                person,
                substitute,
                form.starts_on.data,
                form.ends_on.data,
                form.note.data or "",
            )
        except Invalid as problem:
            show(form, problem)
        else:
            flask.flash(
                _("Your absence is entered, and %(name)s has a mail.", name=substitute.name),
                "success",
            )
            return flask.redirect(flask.url_for(".me"))
    return page(
        "me_absence.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        offered=offered,
        action="",
        back=flask.url_for(".me"),
        administers=queries.account(person, now.today).administers,
    )


@bp.post("/me/absences/<int:absence_id>/end")
def end_absence(absence_id: int) -> Response:
    person = myself()
    found = ctx().session.get(Absence, absence_id)
    if found is None or found.person_id != person.id:
        raise NotFound(_("There is no such absence."))
    service.end_absence(ctx(), found)
    flask.flash(_("Welcome back. You act in your offices again."), "success")
    return flask.redirect(flask.url_for(".me"))


def _second_factor(
    person: Person,
    status: int = 200,
    *,
    confirm: ConfirmCodeForm | None = None,
    renew: PasswordForm | None = None,
    off: PasswordForm | None = None,
) -> Response:
    secret = second_factor.pending(ctx(), person)
    return page(
        "me_second_factor.html",
        status,
        person=person,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        confirm=confirm or ConfirmCodeForm(formdata=None),
        renew=renew or PasswordForm(formdata=None, prefix="codes"),
        off=off or PasswordForm(formdata=None, prefix="off"),
        codes_left=len(person.recovery_hashes),
    )


def _codes(codes: list[str]) -> Response:
    # Shown in the answer itself and kept nowhere: a redirect would have to keep them somewhere.
    return page("me_recovery_codes.html", codes=codes)
