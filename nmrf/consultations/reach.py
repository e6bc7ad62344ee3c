"""Who was reached: participants by kind of organisation, group and region, and who was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from nmrf.accounts.models import INSTITUTION_KIND_LABELS, Institution, InstitutionKind
from nmrf.accounts.queries import institutions
from nmrf.consultations import kinds
from nmrf.consultations.models import (
    Answer,
    Consultation,
    ConsultationState,
    Invitation,
    Presence,
)
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles.models import Cycle
from nmrf.cycles.planning import practice_of


@dataclass
class Row:
    """One kind, group or region: organisations invited, coming and present; people present.

    `known` counts the organisations in the register, so that nobody present among many known
    shows as a gap.
    """

    code: str
    label: str
    known: int = 0
    invited: int = 0
    accepted: int = 0
    came: int = 0
    women: int = 0
    men: int = 0
    others: int = 0
    required: bool = False

    @property
    def people(self) -> int:
        return self.women + self.men + self.others


@dataclass(frozen=True)
class Reach:
    """How far one consultation, or all that were held in a cycle, reached."""

    consultations: int
    organisations: int
    women: int
    men: int
    others: int
    kinds: list[Row] = field(default_factory=list)
    groups: list[Row] = field(default_factory=list)
    regions: list[Row] = field(default_factory=list)

    @property
    def people(self) -> int:
        return self.women + self.men + self.others

    @property
    def missing(self) -> list[Row]:
        """Groups that had nobody at the table, those that the practice requires first."""
        return sorted(
            (row for row in self.groups if not row.came), key=lambda row: not row.required
        )


def reach_of(ctx: Ctx, consultation: Consultation) -> Reach:
    """The reach of one consultation."""
    return _reach(ctx, [consultation], consultation.cycle.practice)


def reach_of_cycle(ctx: Ctx, cycle: Cycle) -> Reach:
    """The reach of all consultations that were held in a cycle."""
    held = ctx.session.scalars(
        select(Consultation)
        .where(Consultation.cycle_id == cycle.id, Consultation.state == ConsultationState.HELD)
        .options(selectinload(Consultation.invitations).joinedload(Invitation.institution))
    )
    return _reach(ctx, list(held), cycle.practice)


def _reach(ctx: Ctx, held: list[Consultation], practice: str) -> Reach:
    register = institutions(ctx.session)
    asked = [one for consultation in held for one in consultation.invitations]
    required = practice_of(ctx.house, practice).required_participants
    groups = _rows(asked, register, groups_of, lambda code: kinds.group_label(ctx, code), required)
    order = {code: place for place, code in enumerate(kinds.group_codes(ctx))}
    groups.sort(key=lambda row: order.get(row.code, len(order)))
    came = [one for one in asked if one.presence == Presence.PRESENT]
    return Reach(
        consultations=len(held),
        organisations=len({one.institution_id for one in came}),
        women=sum(one.women for one in came) + sum(c.single_women for c in held),
        men=sum(one.men for one in came) + sum(c.single_men for c in held),
        others=sum(one.others for one in came) + sum(c.single_others for c in held),
        kinds=_rows(
            asked,
            register,
            lambda i: {i.kind},
            lambda code: str(INSTITUTION_KIND_LABELS[InstitutionKind(code)]),
        ),
        groups=groups,
        regions=_rows(asked, register, lambda i: {i.region}, lambda code: code or _("not given")),
    )


def groups_of(institution: Institution) -> set[str]:
    """The groups that an institution stands for: those it works for, and its own kind."""
    return {str(institution.kind), *institution.groups}


def _rows(
    asked: list[Invitation],
    register: list[Institution],
    codes_of: Callable[[Institution], set[str]],
    label_of: Callable[[str], str],
    required: Iterable[str] = (),
) -> list[Row]:
    rows: dict[str, Row] = {}

    def row(code: str) -> Row:
        return rows.setdefault(code, Row(code, label_of(code)))

    for code in required:
        row(code).required = True
    for institution in register:
        for code in codes_of(institution):
            row(code).known += 1
    for one in asked:
        for code in codes_of(one.institution):
            line = row(code)
            line.invited += one.invited_at is not None
            line.accepted += one.answer == Answer.ACCEPTED
            if one.presence == Presence.PRESENT:
                line.came += 1
                line.women += one.women
                line.men += one.men
                line.others += one.others
    return sorted(rows.values(), key=lambda line: line.label)
