"""The hand-over sheet: what a person held, what is open there, and whom to ask.

Slices above this one add what is open in theirs: `PROVIDERS.append(function)` in their `queries`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nmrf import access
from nmrf.accounts import queries
from nmrf.accounts.models import Absence, Office, Person
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.roles import Role


@dataclass(frozen=True)
class OpenItem:
    """Something that waits for an institution: its title, its page, what is to be done, by when."""

    title: str
    url: str
    what: str = ""
    due: Due | None = None


Provider = Callable[[Ctx, Person], list[OpenItem]]
PROVIDERS: list[Provider] = []


@dataclass(frozen=True)
class Sheet:
    """Everything that the page shows. `contacts` are those in office today, by institution."""

    person: Person
    offices: list[Office]
    items: list[OpenItem]
    contacts: list[Office]
    secretariat: list[Person]
    absences: list[Absence]


def seen_by(ctx: Ctx, person: Person) -> access.Account:
    """What the rule `hand_over.see` has to know: a successor may read before the first day."""
    return replace(
        queries.account(person, ctx.today),
        successor_ids=queries.successor_ids(ctx.session, person, ctx.today),
    )


def sheet(ctx: Ctx, person: Person) -> Sheet:
    """The hand-over sheet of a person.

    Raises:
        Refused: from the rule `hand_over.see`.
    """
    account = seen_by(ctx, person)
    access.require(ctx.actor, "hand_over.see", account)
    contacts = queries.holders(ctx.session, ctx.today, Role, account.institution_ids)
    secretariat = queries.holders(ctx.session, ctx.today, [Role.SECRETARIAT])
    return Sheet(
        person=person,
        offices=list(person.offices),
        items=[item for provider in PROVIDERS for item in provider(ctx, person)],
        contacts=[
            office
            for office in contacts
            if office.person_id != person.id and office.role != Role.SECRETARIAT
        ],
        secretariat=list({office.person_id: office.person for office in secretariat}.values()),
        absences=[absence for absence in person.absences if absence.ends_on >= ctx.today],
    )
