"""Absence: away from one day to another, with a substitute who acts meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

from nmrf import access
from nmrf.accounts import notices, queries
from nmrf.accounts.clean import LONGEST_NAME, clean_line
from nmrf.accounts.models import Absence, Person
from nmrf.core import events, words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _

LONGEST = timedelta(days=366)


def set_absence(
    ctx: Ctx, person: Person, substitute: Person, starts_on: date, ends_on: date, note: str = ""
) -> Absence:
    """Name a substitute for an absence; the substitute is mailed and acts in all offices.

    The substitute holds an office in one of the person's institutions, on the same side. The
    office of administrator is not passed on.

    Raises:
        Refused: from the rule `absence.set`.
        Invalid: at `starts_on`, `ends_on`, `substitute` or `note`.
    """
    access.require(ctx.actor, "absence.set", queries.account(person, ctx.today))
    _check_period(ctx, person, starts_on, ends_on)
    if substitute.id not in {
        other.id for other in queries.colleagues(ctx.session, person, ctx.today)
    }:
        raise Invalid(
            _(
                "A substitute holds an office in the same institution. Ask the secretariat to "
                "give somebody there an office, such as alternate focal point."
            ),
            place="substitute",
        )
    for other in substitute.absences:
        if _overlap(other, starts_on, ends_on):
            raise Invalid(
                _(
                    "%(name)s is away from %(first)s to %(last)s. Choose somebody else, or split "
                    "your absence.",
                    name=substitute.name,
                    first=words.short_day(other.starts_on),
                    last=words.short_day(other.ends_on),
                ),
                place="substitute",
            )
    absence = Absence(
        person=person,
        substitute=substitute,
        starts_on=starts_on,
        ends_on=ends_on,
        note=clean_line(note, place="note", longest=LONGEST_NAME),
    )
    ctx.session.add(absence)
    events.record(
        ctx,
        "absence.set",
        absence,
        person=person.id,
        substitute=substitute.id,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    notices.substitute(ctx, absence)
    for led in queries.standing_in_for(ctx.session, person.id, ctx.today):
        if _overlap(led, starts_on, ends_on):
            notices.substitute_lost(ctx, led)
    return absence


def end_absence(ctx: Ctx, absence: Absence) -> None:
    """Come back early: the absence ends yesterday, or is taken back when it begins today or later.

    Raises:
        Refused: from the rule `absence.set`.
        Conflict: when it is over.
    """
    person = absence.person
    access.require(ctx.actor, "absence.set", queries.account(person, ctx.today))
    if absence.ends_on < ctx.today:
        raise Conflict(_("This absence is over already."))
    events.record(ctx, "absence.ended", absence, person=person.id)
    if absence.starts_on >= ctx.today:
        ctx.session.delete(absence)
        ctx.session.flush()
        ctx.session.expire(person, ["absences"])
    else:
        absence.ends_on = ctx.today - timedelta(days=1)


def _check_period(ctx: Ctx, person: Person, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Invalid(_("The last day cannot lie before the first."), place="ends_on")
    if ends_on < ctx.today:
        raise Invalid(_("This absence is over already."), place="ends_on")
    if starts_on > ctx.today + LONGEST or ends_on > starts_on + LONGEST:
        raise Invalid(
            _("An absence begins within a year and lasts a year at most. Hand the office over."),
            place="ends_on",
        )
    for other in person.absences:
        if _overlap(other, starts_on, ends_on):
            raise Invalid(
                _(
                    "From %(first)s to %(last)s an absence is entered already. End it first.",
                    first=words.short_day(other.starts_on),
                    last=words.short_day(other.ends_on),
                ),
                place="starts_on",
            )


def _overlap(absence: Absence, starts_on: date, ends_on: date) -> bool:
    return absence.starts_on <= ends_on and absence.ends_on >= starts_on
