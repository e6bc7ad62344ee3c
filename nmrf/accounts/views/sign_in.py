"""Sign-in in one or two steps, sign-out, and passwords by mailed links."""

from __future__ import annotations

import flask
from flask_login import login_user
from werkzeug.wrappers import Response

from nmrf.accounts import passwords, queries, sign_in
from nmrf.accounts.forms import ForgottenForm, SecondStepForm, SetPasswordForm, SignInForm, show
from nmrf.accounts.login import SignedIn
from nmrf.accounts.models import Person
from nmrf.accounts.views.base import bp, counted, page
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.web import navigation
from nmrf.web.edge import actor, ctx
from nmrf.web.views import local_target

SECOND_STEP = "second_step"
NEXT = "next"


def keep_signed_in(person: Person) -> None:
    """Give this browser the person's present key; others with an earlier one are signed out."""
    now = ctx()
    known = queries.actor_for(now.session, person, now.today)
    login_user(SignedIn(known, queries.session_key(person)))
    # A hash of the network address and the browser, which this service does not use.
    flask.session.pop("_id", None)


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
def sign_in_page() -> Response:
    wanted = flask.request.args.get("next", "")
    if actor().is_authenticated:
        return flask.redirect(_target(wanted))
    form = SignInForm()
    if not form.validate_on_submit():
        return page("sign_in.html", 422 if form.errors else 200, form=form)
    try:
        with counted():
            person = sign_in.check_password(
                ctx(), form.email.data or "", form.password.data or "", _network()
            )
    except Invalid as problem:
        show(form, problem)
        return page("sign_in.html", 422, form=form)
    if person.totp_secret:
        _start_anew(person)
        flask.session[SECOND_STEP] = sign_in.second_step(ctx(), person)
        flask.session[NEXT] = wanted
        return flask.redirect(flask.url_for(".second_step"))
    return _enter(person, wanted)


@bp.route("/sign-in/code", methods=["GET", "POST"])
def second_step() -> Response:
    state = flask.session.get(SECOND_STEP)
    if state is None:
        return flask.redirect(flask.url_for(".sign_in"))
    form = SecondStepForm()
    if not form.validate_on_submit():
        return page("second_step.html", 422 if form.errors else 200, form=form)
    try:
        with counted():
            person = sign_in.check_code(ctx(), state, form.code.data or "")
    except Invalid as problem:
        if not problem.place:
            flask.session.pop(SECOND_STEP)
            flask.flash(_("That took too long. Please begin again."), "info")
            return flask.redirect(flask.url_for(".sign_in"))
        show(form, problem)
        return page("second_step.html", 422, form=form)
    return _enter(person, flask.session.get(NEXT, ""))


@bp.post("/sign-out")
def sign_out() -> Response:
    language = flask.session.get("language")
    flask.session.clear()
    if language:
        flask.session["language"] = language
    flask.flash(_("You have signed out."), "success")
    return flask.redirect(flask.url_for("portal.home"))


@bp.route("/forgotten", methods=["GET", "POST"])
def forgotten() -> Response:
    form = ForgottenForm()
    minutes = ctx().house.settings.reset_minutes
    if not form.validate_on_submit():
        return page("forgotten.html", 422 if form.errors else 200, form=form, minutes=minutes)
    try:
        with counted():
            sign_in.request_reset(ctx(), form.email.data or "", _network())
    except Invalid as problem:
        show(form, problem)
        return page("forgotten.html", 422, form=form, minutes=minutes)
    flask.flash(
        _(
            "If this address has an account, a link is on its way. It is open for %(n)s minutes. "
            "Look among unwanted mail, too.",
            n=minutes,
        ),
        "success",
    )
    return flask.redirect(flask.url_for(".sign_in"))


@bp.route("/set-password/<token>", methods=["GET", "POST"])
def set_password(token: str) -> Response:
    try:
        person = sign_in.person_of_link(ctx(), token)
    except Invalid as problem:
        return page("link_over.html", 410, message=problem.message)
    form = SetPasswordForm()
    if form.validate_on_submit():
        try:
            sign_in.set_password_by_link(ctx(), token, form.password.data or "")
        except Invalid as problem:
            show(form, problem)
        else:
            flask.flash(_("Your password is set. Sign in with it now."), "success")
            return flask.redirect(flask.url_for(".sign_in"))
    answer = page(
        "set_password.html",
        422 if form.errors else 200,
        form=form,
        person=person,
        rules=passwords.rules(),
    )
    answer.headers["Cache-Control"] = "no-store"  # whoever has the address has the account
    return answer


def _enter(person: Person, wanted: str) -> Response:
    sign_in.finish(ctx(), person)
    _start_anew(person)
    keep_signed_in(person)
    return flask.redirect(_target(wanted))


def _start_anew(person: Person) -> None:
    # Nothing that an earlier visitor of this browser left may go along.
    flask.session.clear()
    flask.session.permanent = True
    flask.session["language"] = person.language


def _target(wanted: str) -> str:
    if wanted:
        return local_target(wanted)
    app = flask.current_app
    return navigation.address(app, "desk.mine") or navigation.address(app, "portal.home")


def _network() -> str:
    return flask.request.remote_addr or ""
