"""Who is mailed what about accounts. The texts are in `templates/email/`."""

from __future__ import annotations

from nmrf.accounts.models import Absence, Office, Person
from nmrf.accounts.tokens import Purpose, lasting, make
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import ROLE_LABELS
from nmrf.outbox.service import Recipient, notify


def invitation(ctx: Ctx, person: Person, offices: list[Office]) -> None:
    """To a new person: the link to set a password, and the offices they have been given."""
    until = lasting(ctx, days=ctx.house.settings.invitation_days)
    notify(
        ctx,
        "invitation",
        Recipient.of(person),
        person,
        key=f"{person.id}:{person.session_epoch}",
        why=_l("the secretariat opened an account for you."),
        sensitive=True,
        url=_set_password(ctx, make(ctx, person, Purpose.INVITATION, until)),
        until=until,
        offices=[(ROLE_LABELS[office.role], office.institution.name) for office in offices],
    )


def password_reset(ctx: Ctx, person: Person) -> None:
    """To the owner of the account: the link to set a new password."""
    until = lasting(ctx, minutes=ctx.house.settings.reset_minutes)
    notify(
        ctx,
        "password_reset",
        Recipient.of(person),
        person,
        key=f"{person.id}:{person.session_epoch}:{ctx.now.isoformat()}",
        why=_l("somebody asked for a new password for this address."),
        sensitive=True,
        url=_set_password(ctx, make(ctx, person, Purpose.RESET, until)),
        until=until,
    )


def account_locked(ctx: Ctx, person: Person) -> None:
    """To the owner of a locked account; once a day, so that nobody can fill the mailbox."""
    notify(
        ctx,
        "account_locked",
        Recipient.of(person),
        person,
        key=f"{person.id}:{ctx.today}",
        why=_l("it concerns the security of your account."),
        until=person.locked_until,
        attempts=ctx.house.settings.sign_in_attempts,
    )


def account_changed(ctx: Ctx, person: Person, change: Lazy, *, address: str = "") -> None:
    """To the owner, at `address` or the one now kept: what changed, and what to do if not by you.

    `change` is a whole sentence.
    """
    old_address = Recipient(person.name, address, person.language)
    notify(
        ctx,
        "account_changed",
        old_address if address else Recipient.of(person),
        person,
        key=f"{person.id}:{person.session_epoch}:{ctx.now.isoformat()}",
        why=_l("it concerns the security of your account."),
        change=change,
    )


def office_given(ctx: Ctx, office: Office) -> None:
    """To whom an office was given."""
    notify(
        ctx,
        "office_given",
        Recipient.of(office.person),
        office,
        key=str(office.id),
        why=_l("an office in the reporting mechanism was given to you."),
        role=ROLE_LABELS[office.role],
        institution=office.institution.name,
        starts_on=office.starts_on,
        ends_on=office.ends_on,
    )


def office_ended(ctx: Ctx, office: Office) -> None:
    """To whoever held an office: its last day."""
    notify(
        ctx,
        "office_ended",
        Recipient.of(office.person),
        office,
        key=f"{office.id}:{office.ends_on}",
        why=_l("you hold this office."),
        role=ROLE_LABELS[office.role],
        institution=office.institution.name,
        ends_on=office.ends_on,
    )


def hand_over(ctx: Ctx, person: Person, offices: list[Office]) -> None:
    """To the successor: the offices taken over from a person, and where the sheet lies."""
    successor = offices[0].person
    notify(
        ctx,
        "hand_over",
        Recipient.of(successor),
        person,
        key=f"{person.id}:{offices[0].id}",
        why=_l("offices in the reporting mechanism were handed over to you."),
        person=person.name,
        starts_on=offices[0].starts_on,
        offices=[(ROLE_LABELS[office.role], office.institution.name) for office in offices],
    )


def substitute(ctx: Ctx, absence: Absence) -> None:
    """To the substitute: for whom and from when to when."""
    notify(
        ctx,
        "substitute",
        Recipient.of(absence.substitute),
        absence,
        key=str(absence.id),
        why=_l("you were named as a substitute."),
        person=absence.person.name,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        note=absence.note,
    )


def substitute_lost(ctx: Ctx, absence: Absence) -> None:
    """To the absent person: the substitute cannot stand in after all."""
    notify(
        ctx,
        "substitute_lost",
        Recipient.of(absence.person),
        absence,
        key=f"{absence.id}:{ctx.today}",
        why=_l("you named a substitute for your absence."),
        substitute=absence.substitute.name,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
    )


def _set_password(ctx: Ctx, token: str) -> str:
    return ctx.house.link("accounts.set_password", token=token)
