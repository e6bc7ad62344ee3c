"""Offices: given for a period, ended, handed over."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf import access
from nmrf.accounts import notices, queries
from nmrf.accounts.models import Institution, Office, Person
from nmrf.core import events, words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.i18n import _
from nmrf.core.roles import GOVERNMENT, ROLE_LABELS, Role

# A year typed wrong would make somebody hold an office for centuries.
EARLIEST = date(1990, 1, 1)
FURTHEST = timedelta(days=3653)


def give_office(
    ctx: Ctx,
    person: Person,
    institution: Institution,
    role: Role,
    starts_on: date,
    ends_on: date | None = None,
) -> Office:
    """Give a role in an institution from the first to the last day (None: until it is ended).

    The person is mailed, unless the invitation still lies unused.

    Raises:
        Refused: from the rule `office.grant`, for example when the role is the Government's and
            the institution is not, or the person holds an office on the other side.
        Invalid: at `starts_on`, `ends_on` or `role`.
        Conflict: when the account or the institution is closed.
    """
    office = _give(ctx, person, institution, role, starts_on, ends_on)
    past = ends_on is not None and ends_on < ctx.today
    if person.password_hash is not None and not past:
        notices.office_given(ctx, office)
    return office


def _give(
    ctx: Ctx,
    person: Person,
    institution: Institution,
    role: Role,
    starts_on: date,
    ends_on: date | None,
) -> Office:
    ctx.session.flush()
    person = queries.hold(ctx.session, person.id) or person
    queries.hold_institution(ctx.session, institution)
    access.require(
        ctx.actor,
        "office.grant",
        access.Grant(
            role=role,
            institution_kind=institution.kind.value,
            institution_name=institution.name,
            holds_other_side=_on_other_side(person, role, starts_on, ends_on),
            to_self=ctx.actor.id == person.id,
        ),
    )
    if not person.active:
        raise Conflict(_("This account is closed. Open it again before giving an office."))
    if not institution.active:
        raise Conflict(_("%(name)s is closed: no office is given there.", name=institution.name))
    _check_period(ctx, starts_on, ends_on)
    for other in person.offices:
        same = other.role == role and other.institution_id == institution.id
        if same and _overlap(other, starts_on, ends_on):
            raise Invalid(
                _(
                    "%(person)s already is “%(role)s” in %(institution)s from %(first)s on.",
                    person=person.name,
                    role=ROLE_LABELS[role],
                    institution=institution.name,
                    first=words.short_day(other.starts_on),
                ),
                place="role",
            )
    office = Office(
        person=person, institution=institution, role=role, starts_on=starts_on, ends_on=ends_on
    )
    ctx.session.add(office)
    events.record(
        ctx,
        "office.given",
        office,
        person=person.id,
        institution=institution.id,
        role=role.value,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    return office


def end_office(ctx: Ctx, office: Office, last_day: date) -> None:
    """End an office after its last day. One that has not begun is taken back altogether.

    Raises:
        Refused: from the rule `person.change`, or for the last administrator.
        Invalid: at `last_day`, when it lies before the first day.
        Conflict: when it ended before that day.
    """
    person = queries.hold(ctx.session, office.person_id) or office.person
    access.require(ctx.actor, "person.change", queries.account(person, ctx.today))
    if office.role == Role.ADMINISTRATOR:
        require_other_administrator(ctx, person, max(last_day, ctx.today) + timedelta(days=1))
    if _end(ctx, office, last_day) and person.active and last_day >= ctx.today:
        notices.office_ended(ctx, office)


def _end(ctx: Ctx, office: Office, last_day: date) -> bool:
    """Whether the office was held at all, and so is kept."""
    if office.ends_on is not None and office.ends_on <= last_day:
        raise Conflict(
            _(
                "This office ends on %(day)s already. To prolong it, give it again from the day "
                "after.",
                day=words.short_day(office.ends_on),
            )
        )
    if office.starts_on > ctx.today and last_day < office.starts_on:
        events.record(ctx, "office.withdrawn", office, person=office.person_id)
        ctx.session.delete(office)
        ctx.session.flush()
        ctx.session.expire(office.person, ["offices"])
        return False
    if last_day < office.starts_on:
        raise Invalid(
            _(
                "The last day cannot lie before the first, %(day)s.",
                day=words.short_day(office.starts_on),
            ),
            place="last_day",
        )
    office.ends_on = last_day
    events.record(ctx, "office.ended", office, person=office.person_id, ends_on=last_day)
    return True


def hand_over(ctx: Ctx, person: Person, successor: Person, last_day: date) -> list[Office]:
    """End all offices of a person after a day, and give them to the successor from the next.

    Gives the successor's offices, also those held before. Open work hangs on institutions and
    roles, so it goes along.

    Raises:
        Refused, Invalid, Conflict: as `give_office` and `end_office` do; then nothing is done.
    """
    if last_day < ctx.today:
        raise Invalid(_("Choose today or a day to come."), place="last_day")
    access.require(ctx.actor, "person.change", queries.account(person, ctx.today))
    return pass_on(ctx, person, successor, last_day, last_day + timedelta(days=1))


def pass_on(
    ctx: Ctx, person: Person, successor: Person, last_day: date, first_day: date
) -> list[Office]:
    """End the offices of one after a day and give them to another from a day; see `hand_over`."""
    if successor.id == person.id:
        raise Invalid(_("Choose somebody else as successor."), place="successor")
    open_ones = [
        office for office in person.offices if office.ends_on is None or office.ends_on > last_day
    ]
    if not open_ones:
        raise Conflict(_("%(name)s holds no office to hand over.", name=person.name))
    taken = []
    for office in open_ones:
        starts_on = max(first_day, office.starts_on)
        held = _already(successor, office, starts_on)
        taken.append(
            held
            or _give(ctx, successor, office.institution, office.role, starts_on, office.ends_on)
        )
    for office in open_ones:
        _end(ctx, office, last_day)
    events.record(
        ctx, "person.handed_over", person, successor=successor.id, offices=[o.id for o in taken]
    )
    notices.hand_over(ctx, person, taken)
    return taken


def office_of(person: Person, office_id: int) -> Office:
    """One office of a person.

    Raises:
        NotFound
    """
    for office in person.offices:
        if office.id == office_id:
            return office
    raise NotFound(_("This person has no such office."))


def require_other_administrator(ctx: Ctx, person: Person, day: date) -> None:
    """Refuse to leave the service without an administrator on a day.

    Raises:
        Refused
    """
    if not queries.other_administrators(ctx.session, person.id, day):
        raise Refused(
            _(
                "%(name)s is the only administrator. Make somebody else administrator first.",
                name=person.name,
            )
        )


def _already(successor: Person, office: Office, day: date) -> Office | None:
    for own in successor.offices:
        same = own.role == office.role and own.institution_id == office.institution_id
        if same and own.is_held(day):
            return own
    return None


def _on_other_side(person: Person, role: Role, starts_on: date, ends_on: date | None) -> bool:
    return any(
        (office.role in GOVERNMENT) != (role in GOVERNMENT) and _overlap(office, starts_on, ends_on)
        for office in person.offices
    )


def _overlap(office: Office, starts_on: date, ends_on: date | None) -> bool:
    begins_in_time = ends_on is None or office.starts_on <= ends_on
    return begins_in_time and (office.ends_on is None or office.ends_on >= starts_on)


def _check_period(ctx: Ctx, starts_on: date, ends_on: date | None) -> None:
    latest = ctx.today + FURTHEST
    for day, place in ((starts_on, "starts_on"), (ends_on, "ends_on")):
        if day is not None and not EARLIEST <= day <= latest:
            raise Invalid(
                _(
                    "Choose a day between %(first)s and %(last)s.",
                    first=words.short_day(EARLIEST),
                    last=words.short_day(latest),
                ),
                place=place,
            )
    if ends_on is not None and ends_on < starts_on:
        raise Invalid(_("The last day cannot lie before the first."), place="ends_on")
