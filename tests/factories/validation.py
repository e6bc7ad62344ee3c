"""A State with every body that a route can name, and a report ready to be sent along one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution, InstitutionKind, Person
from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle
from nmrf.outbox.models import Message, MessageState
from nmrf.reports.models import Report, ReportVersion
from nmrf.validation.models import Run, Task
from tests import factories
from tests.factories import reports as report_factories
from tests.factories.cycles import milestone

TEXTS = ("# Methodology", "Ministries wrote the report.", "# Achievements", "A law was adopted.")


@dataclass(frozen=True)
class Realm:
    """Foreign affairs (secretariat), justice and health, a committee, and the other side."""

    mfa: Institution
    moj: Institution
    moh: Institution
    committee: Institution
    ombuds: Institution
    secretary: Person
    drafter: Person
    minister: Person
    mfa_authority: Person
    moj_authority: Person
    moh_authority: Person
    moj_focal: Person
    moh_focal: Person
    moj_member: Person
    chair: Person
    ombudsman: Person
    deputy: Person  # of Parliament
    stakeholder: Person
    stranger: Person
    cycle: Cycle
    report: Report
    version: ReportVersion

    @property
    def insiders(self) -> tuple[Person, ...]:
        return (
            self.secretary,
            self.drafter,
            self.minister,
            self.mfa_authority,
            self.moj_authority,
            self.moh_authority,
            self.moj_focal,
            self.moh_focal,
            self.moj_member,
            self.chair,
            self.ombudsman,
            self.deputy,
            self.stakeholder,
        )


def realm(s: Session) -> Realm:
    """The people below; justice leads a recommendation and health supports it."""
    kinds = InstitutionKind
    mfa = factories.institution(s, "Ministry of Foreign Affairs")
    moj = factories.institution(s, "Ministry of Justice")
    moh = factories.institution(s, "Ministry of Health")
    committee = factories.institution(s, "Interministerial Committee", kinds.COMMITTEE)
    ombuds = factories.institution(s, "Ombuds Office", kinds.NHRI)
    parliament = factories.institution(s, "Fictional Assembly", kinds.PARLIAMENT)
    league = factories.institution(s, "Fictional League", kinds.CIVIL_SOCIETY)

    def person(name: str, role: Role, at: Institution) -> Person:
        return factories.person(s, role, at, name=name)

    answered = factories.cycle(s, 34, number=3, title="Third cycle")
    cycle = factories.cycle(s, 48)
    recommendation = factories.recommendation(s, answered, lead=moj)
    factories.assignment(s, recommendation, moh, lead=False)
    milestone(s, cycle, "Report due", key="national_report_due", on=date(2027, 2, 1))
    report = report_factories.report(s, cycle, answers_cycle_id=answered.id)
    return Realm(
        mfa=mfa,
        moj=moj,
        moh=moh,
        committee=committee,
        ombuds=ombuds,
        secretary=person("Sam Secretary", Role.SECRETARIAT, mfa),
        drafter=person("Dora Drafter", Role.DRAFTER, mfa),
        minister=person("Mira Minister", Role.MINISTER, mfa),
        mfa_authority=person("Ava Authority", Role.VALIDATING_AUTHORITY, mfa),
        moj_authority=person("Vera Authority", Role.VALIDATING_AUTHORITY, moj),
        moh_authority=person("Vito Authority", Role.VALIDATING_AUTHORITY, moh),
        moj_focal=person("Fay Focal", Role.FOCAL_POINT, moj),
        moh_focal=person("Fred Focal", Role.FOCAL_POINT, moh),
        moj_member=person("Mo Member", Role.COMMITTEE_MEMBER, moj),
        chair=person("Cleo Chair", Role.COMMITTEE_MEMBER, committee),
        ombudsman=person("Olga Ombuds", Role.NHRI, ombuds),
        deputy=person("Pia Deputy", Role.PARLIAMENT, parliament),
        stakeholder=person("Stan Stakeholder", Role.STAKEHOLDER, league),
        stranger=factories.person(s, name="Strange Stranger"),
        cycle=cycle,
        report=report,
        version=report_factories.version(s, report, TEXTS),
    )


def task(run: Run, step: str, at: Institution | None = None) -> Task:
    """The task of a step, for an institution where there are several."""
    found = [t for t in run.tasks if t.step == step and (at is None or t.institution_id == at.id)]
    assert len(found) == 1
    return found[0]


def states(run: Run) -> dict[str, list[str]]:
    """The states of the tasks of each step, in their order."""
    found: dict[str, list[str]] = {}
    for one in run.tasks:
        found.setdefault(one.step, []).append(one.state.value)
    return found


def deliver(session: Session, at: datetime, of: Task | None = None) -> int:
    """Mark queued mails (those that ask for one task) as handed over at a time."""
    query = select(Message).where(Message.state == MessageState.QUEUED)
    if of is not None:
        query = query.where(
            Message.subject_type == "validation_task", Message.subject_id == str(of.id)
        )
    found = session.scalars(query).all()
    for message in found:
        message.state, message.sent_at = MessageState.SENT, at
    session.flush()
    return len(found)
