"""Accounts: opened, changed, unlocked, closed and opened again."""

from __future__ import annotations

from datetime import date

from nmrf import access
from nmrf.accounts import notices, queries, second_factor, sign_in
from nmrf.accounts.clean import clean_email, clean_name
from nmrf.accounts.models import Institution, InstitutionKind, Office, Person
from nmrf.accounts.service_institutions import create_institution
from nmrf.accounts.service_offices import give_office, pass_on, require_other_administrator
from nmrf.accounts.tokens import Purpose, lasting, make
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.i18n import _, _l
from nmrf.core.roles import Role


def create_person(
    ctx: Ctx, name: str, email: str, language: str = "", *, invite: bool = True
) -> Person:
    """Open an account without offices; with `invite`, mail the link to set a password.

    `language` is one of the service's; empty means its own.

    Raises:
        Refused: from the rule `accounts.manage`.
        Invalid: at `name`, `email` or `language`; also when the address has an account.
    """
    access.require(ctx.actor, "accounts.manage")
    person = Person(
        name=clean_name(name),
        email=_free_email(ctx, email),
        language=_known_language(ctx, language),
    )
    ctx.session.add(person)
    events.record(ctx, "person.created", person)
    if invite:
        _invite(ctx, person)
    return person


def open_account(
    ctx: Ctx,
    name: str,
    email: str,
    language: str,
    *,
    institution: Institution,
    role: Role,
    starts_on: date,
    ends_on: date | None = None,
) -> Person:
    """Open an account with its first office, and mail the invitation that names it.

    Raises:
        Refused, Invalid, Conflict: as `create_person` and `give_office` do.
    """
    person = create_person(ctx, name, email, language, invite=False)
    give_office(ctx, person, institution, role, starts_on, ends_on)
    _invite(ctx, person)
    return person


def invite(ctx: Ctx, person: Person) -> None:
    """Mail the invitation again; the earlier link ends.

    Raises:
        Refused: from the rule `person.change`.
        Conflict: when the account is closed or has a password.
    """
    person = _to_change(ctx, person)
    if not person.active:
        raise Conflict(_("This account is closed. Open it again before inviting."))
    if person.password_hash is not None:
        raise Conflict(
            _(
                "%(name)s has set a password already, and can ask for a new one at sign-in.",
                name=person.name,
            )
        )
    person.session_epoch += 1
    _invite(ctx, person)


def _invite(ctx: Ctx, person: Person) -> None:
    ctx.session.flush()
    offices = [o for o in person.offices if not queries.has_ended(o, ctx.today)]
    notices.invitation(ctx, person, offices)
    events.record(ctx, "person.invited", person)


def change_details(ctx: Ctx, person: Person, *, name: str, email: str, language: str) -> list[str]:
    """Change name, address and language; gives the names of the fields that changed.

    A new address is told to both the old and the new one.

    Raises:
        Refused: from the rule `person.change`.
        Invalid: at `name`, `email` or `language`.
    """
    person = _to_change(ctx, person)
    values = {
        "name": clean_name(name),
        "email": _free_email(ctx, email, than=person),
        "language": _known_language(ctx, language),
    }
    old_email = person.email
    changed = _set(ctx, person, values)
    if "email" in changed:
        person.session_epoch += 1  # a link that was mailed to the old address must not hold
        sentence = _l("The e-mail address of your account was changed.")
        notices.account_changed(ctx, person, sentence)
        notices.account_changed(ctx, person, sentence, address=old_email)
    return changed


def change_own_details(ctx: Ctx, person: Person, *, name: str, language: str) -> list[str]:
    """Change one's own name and language; gives the names of the fields that changed.

    Raises:
        Refused: for anybody but the person.
        Invalid: at `name` or `language`.
    """
    _require_self(ctx, person)
    return _set(ctx, person, {"name": clean_name(name), "language": _known_language(ctx, language)})


def _set(ctx: Ctx, person: Person, values: dict[str, str]) -> list[str]:
    changed = [field for field, value in values.items() if getattr(person, field) != value]
    for field in changed:
        setattr(person, field, values[field])
    if changed:
        events.record(ctx, "person.details_changed", person, fields=changed)
    return changed


def set_password(ctx: Ctx, person: Person, password: str) -> None:
    """Set the password of a person without asking for the old one: for the service itself.

    Ends the person's sessions and links.

    Raises:
        Refused: for anybody but the service itself.
        Invalid: at `password`, when it is too weak.
    """
    if not ctx.actor.is_system:
        raise Refused(_("A password is set by its owner, with the mailed link or the old one."))
    sign_in.store_password(ctx, person, password)


def change_password(ctx: Ctx, person: Person, current: str, password: str) -> None:
    """Change one's own password. Ends the other sessions; the view keeps its own.

    Raises:
        Refused: for anybody but the person.
        Invalid: at `current` or `password`.
        TooMany: after too many wrong ones.
    """
    _require_self(ctx, person)
    person = queries.hold(ctx.session, person.id) or person
    second_factor.require_password(ctx, person, current, place="current")
    sign_in.store_password(ctx, person, password)
    notices.account_changed(ctx, person, _l("The password of your account was changed."))


def end_sessions(ctx: Ctx, person: Person) -> None:
    """Sign a person out wherever they are signed in.

    Raises:
        Refused: for others than the person, from the rule `person.change`.
    """
    if ctx.actor.id != person.id:
        access.require(ctx.actor, "person.change", queries.account(person, ctx.today))
    person.session_epoch += 1
    events.record(ctx, "person.sessions_ended", person)


def unlock(ctx: Ctx, person: Person) -> None:
    """Let a locked account sign in at once.

    Raises:
        Refused: from the rule `person.change`.
        Conflict: when it is not locked.
    """
    person = _to_change(ctx, person)
    if not person.is_locked(ctx.now):
        raise Conflict(_("This account is not locked."))
    person.failed_attempts = 0
    person.locked_until = None
    events.record(ctx, "person.unlocked", person)


def deactivate(ctx: Ctx, person: Person, successor: Person | None = None) -> None:
    """Close an account: sessions and offices end today, a successor takes them over today.

    What was written stays. Without a successor every office must be held by somebody else as
    well, so that no open work is left alone.

    Raises:
        Refused: from the rule `person.change`; for oneself; for the last administrator.
        Conflict: when it is closed already.
        Invalid: at `successor`, when an office would be left to nobody.
    """
    person = _to_change(ctx, person)
    if not person.active:
        raise Conflict(_("This account is closed already."))
    if ctx.actor.id == person.id:
        raise Refused(_("Nobody closes their own account. Ask a colleague of the secretariat."))
    administers = queries.account(person, ctx.today).administers
    open_ones = [office for office in person.offices if not queries.has_ended(office, ctx.today)]
    if successor is not None:
        if open_ones:
            pass_on(ctx, person, successor, last_day=ctx.today, first_day=ctx.today)
    else:
        _require_held_by_others(ctx, person)
        _close_offices(ctx, person, open_ones)
    if administers:
        require_other_administrator(ctx, person, ctx.today)
    person.active = False
    person.session_epoch += 1
    for absence in queries.standing_in_for(ctx.session, person.id, ctx.today):
        notices.substitute_lost(ctx, absence)
    events.record(ctx, "person.deactivated", person)


def reactivate(ctx: Ctx, person: Person) -> None:
    """Open a closed account again, without its offices.

    Raises:
        Refused: from the rule `person.change`.
        Conflict: when it is open.
    """
    person = _to_change(ctx, person)
    if person.active:
        raise Conflict(_("This account is open."))
    person.active = True
    person.failed_attempts = 0
    person.locked_until = None
    events.record(ctx, "person.reactivated", person)


def bootstrap_administrator(
    ctx: Ctx, name: str, email: str, institution_name: str = ""
) -> tuple[Person, str]:
    """The very first account, and the link with which it sets its password.

    The office is held in the first ministry, which is made when there is none. Called again for
    the same address before a password was set, it gives a new link.

    Raises:
        Refused: for anybody but the service itself.
        Conflict: when there is an administrator.
        Invalid: at `name` or `email`.
    """
    if not ctx.actor.is_system:
        raise Refused(_("The first account is made on the server, with “nmrf init --admin”."))
    person = queries.find_by_email(ctx.session, email)
    waiting = person is not None and person.active and person.password_hash is None
    others = queries.other_administrators(
        ctx.session, person.id if person and waiting else None, ctx.today
    )
    if others:
        raise Conflict(
            _(
                "There is an administrator already, who opens accounts under “People”. A lost "
                "password is set anew with “I forgot my password” at sign-in."
            )
        )
    if person is None:
        person = create_person(ctx, name, email, invite=False)
    elif not waiting:
        raise Invalid(_("This address already has an account."), place="email")
    if not queries.account(person, ctx.today).administers:
        ministries = queries.institutions(ctx.session, [InstitutionKind.MINISTRY])
        home = (
            ministries[0]
            if ministries
            else create_institution(
                ctx,
                institution_name or _("Ministry of Foreign Affairs"),
                InstitutionKind.MINISTRY,
            )
        )
        give_office(ctx, person, home, Role.ADMINISTRATOR, ctx.today)
    person.session_epoch += 1
    until = lasting(ctx, days=ctx.house.settings.invitation_days)
    token = make(ctx, person, Purpose.INVITATION, until)
    return person, ctx.house.link("accounts.set_password", token=token)


def _to_change(ctx: Ctx, person: Person) -> Person:
    ctx.session.flush()
    person = queries.hold(ctx.session, person.id) or person
    access.require(ctx.actor, "person.change", queries.account(person, ctx.today))
    return person


def _require_self(ctx: Ctx, person: Person) -> None:
    if ctx.actor.id != person.id:
        raise Refused(_("Only its owner changes this."))


def _require_held_by_others(ctx: Ctx, person: Person) -> None:
    others = queries.also_held_by(ctx.session, person, ctx.today)
    alone = [o for o in person.offices if o.id in others and not others[o.id]]
    if alone:
        raise Invalid(
            _(
                "Choose a successor: nobody else holds the office in %(names)s, and its open "
                "work would be left to nobody.",
                names=", ".join(dict.fromkeys(office.institution.name for office in alone)),
            ),
            place="successor",
        )


def _close_offices(ctx: Ctx, person: Person, offices: list[Office]) -> None:
    for office in offices:
        if office.starts_on > ctx.today:
            events.record(ctx, "office.withdrawn", office, person=office.person_id)
            ctx.session.delete(office)
        elif office.ends_on != ctx.today:
            office.ends_on = ctx.today
            events.record(ctx, "office.ended", office, person=office.person_id, ends_on=ctx.today)
    ctx.session.flush()
    ctx.session.expire(person, ["offices"])


def _free_email(ctx: Ctx, email: str, than: Person | None = None) -> str:
    address = clean_email(email)
    found = queries.find_by_email(ctx.session, address)
    if found is not None and found is not than:
        raise Invalid(
            _(
                "%(email)s already has an account: %(name)s. One person has one account, with "
                "as many offices as needed.",
                email=address,
                name=found.name,
            ),
            place="email",
        )
    return address


def _known_language(ctx: Ctx, language: str) -> str:
    settings = ctx.house.settings
    if (language or settings.default_language) not in settings.languages:
        raise Invalid(_("The service does not speak this language."), place="language")
    return language or settings.default_language
