"""The lists of people and institutions, searched and filtered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import selectinload

from nmrf.accounts.models import NAMES, Institution, InstitutionKind, Office, Person
from nmrf.accounts.queries import held_on
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Role
from nmrf.core.search import fold


class AccountState(StrEnum):
    """How an account stands; the filter of the list of people."""

    ACTIVE = "active"
    INVITED = "invited"
    LOCKED = "locked"
    CLOSED = "closed"


ACCOUNT_STATE_LABELS: dict[AccountState, Lazy] = {
    AccountState.ACTIVE: _l("active"),
    AccountState.INVITED: _l("invited, no password yet"),
    AccountState.LOCKED: _l("locked for a while"),
    AccountState.CLOSED: _l("closed"),
}


def account_state(of: Person, now: datetime) -> AccountState:
    """How the account stands at a time."""
    if not of.active:
        return AccountState.CLOSED
    if of.is_locked(now):
        return AccountState.LOCKED
    return AccountState.ACTIVE if of.password_hash else AccountState.INVITED


def people_list(
    *,
    now: datetime,
    today: date,
    q: str = "",
    kinds: Collection[InstitutionKind] = (),
    roles: Collection[Role] = (),
    states: Collection[AccountState] = (),
    institution_id: int | None = None,
) -> Select[Person]:
    """People by name, for `paging.paginate`; an empty filter lets everybody through.

    Kind, role and institution are those of one office held today.
    """
    query = select(Person).options(selectinload(Person.offices).joinedload(Office.institution))
    query = query.where(_begins(Person.search_text, q)).order_by(Person.name, Person.id)
    held = [held_on(today), Office.person_id == Person.id]
    if roles:
        held.append(Office.role.in_(roles))
    if institution_id is not None:
        held.append(Office.institution_id == institution_id)
    if kinds:
        of_kind = select(Institution.id).where(Institution.kind.in_(kinds))
        held.append(Office.institution_id.in_(of_kind))
    if len(held) > 2:
        query = query.where(exists().where(*held))
    locked = and_(Person.locked_until.is_not(None), Person.locked_until > now)
    conditions = {
        AccountState.CLOSED: ~Person.active,
        AccountState.LOCKED: and_(Person.active, locked),
        AccountState.INVITED: and_(Person.active, ~locked, Person.password_hash.is_(None)),
        AccountState.ACTIVE: and_(Person.active, ~locked, Person.password_hash.is_not(None)),
    }
    return query.where(or_(*(conditions[state] for state in states))) if states else query


def institution_list(
    *, q: str = "", kinds: Collection[InstitutionKind] = (), active: bool = True
) -> Select[Institution]:
    """Open or closed institutions by name, for `paging.paginate`."""
    query = select(Institution).where(
        _begins(Institution.search_text, q), Institution.active.is_(active)
    )
    if kinds:
        query = query.where(Institution.kind.in_(kinds))
    return query.order_by(Institution.name, Institution.id)


def _begins(column: Any, q: str) -> ColumnElement[bool]:
    """A condition: each word of the query begins a word of the folded text."""
    return and_(true(), *(column.like(f"% {word}%") for word in fold(q, NAMES).split()))
