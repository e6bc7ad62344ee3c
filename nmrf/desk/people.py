"""Who is responsible in the Government today, by name, with whoever stands in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.accounts.models import Absence, Office
from nmrf.accounts.queries import holders
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.core.roles import GOVERNMENT, Role


@dataclass(frozen=True)
class Named:
    """A person of the Government; `note` says that they are away and who stands in."""

    name: str
    note: str = ""


class People:
    """The holders of government offices, read once. Nobody outside the Government is named."""

    def __init__(self, ctx: Ctx, institution_ids: Collection[int]) -> None:
        roles = GOVERNMENT - {Role.ADMINISTRATOR}
        found = holders(ctx.session, ctx.today, roles)
        self._offices = [
            o for o in found if o.institution_id in institution_ids or o.role == Role.SECRETARIAT
        ]
        absences = ctx.session.scalars(
            select(Absence)
            .where(
                Absence.person_id.in_({o.person_id for o in self._offices}),
                Absence.starts_on <= ctx.today,
                Absence.ends_on >= ctx.today,
            )
            .options(joinedload(Absence.substitute))
            .order_by(Absence.id)
        )
        self._away = {absence.person_id: absence for absence in absences}

    def holding(
        self, institution_id: int | None, *roles: Role, fall_back: Iterable[Role] = ()
    ) -> tuple[Named, ...]:
        """Who holds one of the roles there (anywhere without an institution), or a lesser one."""
        found = self._with(institution_id, roles) or self._with(institution_id, tuple(fall_back))
        return tuple({o.person_id: self._named(o) for o in found}.values())

    def _with(self, institution_id: int | None, roles: tuple[Role, ...]) -> list[Office]:
        return [
            o
            for o in self._offices
            if o.role in roles and (institution_id is None or o.institution_id == institution_id)
        ]

    def _named(self, office: Office) -> Named:
        absence = self._away.get(office.person_id)
        if absence is None:
            return Named(office.person.name)
        return Named(
            office.person.name,
            _(
                "away until %(day)s, %(name)s stands in",
                day=words.short_day(absence.ends_on),
                name=absence.substitute.name,
            ),
        )
