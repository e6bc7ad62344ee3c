"""Who is asked at a step: the institutions of a body, and who holds the office there today."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import select

from nmrf.access import ROLES_BY_KIND
from nmrf.accounts.models import Institution, InstitutionKind, Office, Person
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.roles import Role
from nmrf.definitions import Step
from nmrf.definitions.routes import VOICES
from nmrf.recommendations.models import Assignment, Recommendation
from nmrf.reports.models import Block, ReportVersion

_KINDS = {
    "all_ministries": InstitutionKind.MINISTRY,
    "nhri": InstitutionKind.NHRI,
    "parliament": InstitutionKind.PARLIAMENT,
}


def decider(kind: str, role: str, institution_id: int | None) -> Role:
    """Whose desk a task lies on: what a body or the public said is entered by the secretariat."""
    if kind == "record" or (role == Role.STAKEHOLDER and institution_id is None):
        return Role.SECRETARIAT
    return Role(role)


class Bodies:
    """The bodies of one report version today, in four statements."""

    def __init__(self, ctx: Ctx, version: ReportVersion) -> None:
        self.institutions: dict[int, Institution] = {
            one.id: one
            for one in ctx.session.scalars(select(Institution).where(Institution.active))
        }
        self._holders: dict[Role, dict[int, list[Office]]] = defaultdict(lambda: defaultdict(list))
        for office in holders(ctx.session, ctx.today, Role):
            self._holders[office.role][office.institution_id].append(office)
        report = version.report
        rows = ctx.session.execute(
            select(Assignment.institution_id, Assignment.lead)
            .join(Recommendation, Recommendation.id == Assignment.recommendation_id)
            .where(
                Assignment.ended_at.is_(None),
                Recommendation.cycle_id == (report.answers_cycle_id or report.cycle_id),
            )
            .distinct()
        ).all()
        self._lead = {institution_id for institution_id, lead in rows if lead}
        owners = ctx.session.scalars(
            select(Block.owner_id)
            .where(Block.version_id == version.id, Block.owner_id.is_not(None))
            .distinct()
        )
        assigned = {institution_id for institution_id, _lead in rows}
        self._contributing = assigned | {owner for owner in owners if owner is not None}

    def of(self, step: Step) -> list[int | None]:
        """The institutions that a step is put to, by name; None for "whoever holds the role".

        Empty where the body has no institution. Advice is asked of each institution: one that
        answers does not speak for the others.
        """
        role, body = Role(step.decider.role), step.decider.of
        if step.kind == "record":
            return [None]
        if body == "stakeholders" and not step.each:
            return [None]
        found = sorted(self._body(body, role), key=lambda one: self.institutions[one].name)
        if step.each or step.kind in VOICES or len(found) == 1:
            return list(found)
        return [None] if self._holders[role] else []

    def people(self, role: Role, institution_id: int | None) -> list[Person]:
        """Who holds a role today, in an institution or anywhere, once each."""
        held = self._holders[role]
        offices = (
            [office for one in held.values() for office in one]
            if institution_id is None
            else held[institution_id]
        )
        return list({office.person_id: office.person for office in offices}.values())

    def _body(self, body: str, role: Role) -> set[int]:
        here = set(self._holders[Role.SECRETARIAT])  # the ministry that runs the mechanism
        held = set(self._holders[role])
        if body == "lead_ministries":
            found = self._lead
        elif body == "contributing_ministries":
            found = self._contributing
        elif body in _KINDS:
            found = {i.id for i in self.institutions.values() if i.kind is _KINDS[body]}
        elif body in {"foreign_ministry", "secretariat"}:
            found = here
        elif body == "minister":
            found = held & here or held
        else:  # committee, stakeholders: those who sit there
            found = held
        return {
            one
            for one in found
            if one in self.institutions and role in ROLES_BY_KIND[self.institutions[one].kind]
        }
