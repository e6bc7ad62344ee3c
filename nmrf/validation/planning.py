"""A route laid out for a version: who is asked at each step, by when, and where nobody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from nmrf.accounts.models import Institution, Person
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.cycles.models import Milestone
from nmrf.definitions import Route, Step, load
from nmrf.definitions.routes import VOICES
from nmrf.reports.models import REPORT_KIND_LABELS, Report, ReportKind, ReportVersion
from nmrf.validation.bodies import Bodies, decider

SUBMISSION = {
    ReportKind.NATIONAL: "national_report_due",
    ReportKind.MID_TERM: "mid_term_report",
}
# For a step whose date had passed when it opened: nobody is asked for something overdue.
LEAST_WORKING_DAYS = 5


def routes_for(ctx: Ctx, report: Report) -> tuple[Route, ...]:
    """The routes that take this kind of report, by title."""
    return load(ctx.house.settings.workflows).routes_for(report.kind.value)


def route_for(ctx: Ctx, report: Report, route: str = "") -> Route:
    """The route of an id, or the one of the cycle's practice when none is named.

    Raises `Invalid` for one that does not exist or does not take this kind of report.
    """
    definitions = load(ctx.house.settings.workflows)
    if not route:
        practice = definitions.practices.get(report.cycle.practice)
        practice = practice or definitions.practices[ctx.house.settings.practice]
        route = practice.routes.get(report.kind.value, "standard")
    found = definitions.routes.get(route)
    if found is None or report.kind.value not in found.documents:
        raise Invalid(
            _(
                "There is no route “%(route)s” for this kind of document: %(kind)s.",
                route=route,
                kind=REPORT_KIND_LABELS[report.kind],
            ),
            place="route",
        )
    return found


class Dates:
    """When the steps of a report are due, in one statement."""

    def __init__(self, ctx: Ctx, report: Report) -> None:
        rows = ctx.session.execute(
            select(Milestone.key, Milestone.on).where(
                Milestone.cycle_id == report.cycle_id,
                Milestone.key.is_not(None),
                Milestone.on.is_not(None),
                Milestone.withdrawn_at.is_(None),
            )
        )
        self._milestones: dict[str, date] = {key: on for key, on in rows if key and on}
        self._submission = self._milestones.get(SUBMISSION[report.kind])
        self._calendar = ctx.house.calendar

    def due(self, step: Step, opened: date) -> date | None:
        """The last day of a step that opens on a day; None when it has none, or none yet.

        A date that is not after the opening is moved to 5 working days after it.
        """
        on = step.due_on(opened, self._submission, self._milestones, self._calendar.is_working_day)
        if on is None:
            # Advice has to end, even when what it is counted from is not known yet.
            if step.kind not in VOICES:
                return None
        elif on > opened:
            return on
        return self._calendar.add_working_days(opened, LEAST_WORKING_DAYS)


@dataclass(frozen=True)
class Member:
    """Somebody who is asked: an office, and who holds it today."""

    institution: Institution | None
    role: Role
    people: tuple[Person, ...]

    @property
    def office(self) -> str:
        """The office in words: "Validating authority, Ministry of Justice"."""
        name = str(ROLE_LABELS[self.role])
        return f"{name}, {self.institution.name}" if self.institution else name


@dataclass(frozen=True)
class PlannedStep:
    """A step as it would go: whom it asks, and when, if every step took its full time."""

    step: Step
    members: tuple[Member, ...]
    opens: date
    due: date | None

    @property
    def title(self) -> str:
        return gettext(self.step.title)

    @property
    def vacant(self) -> tuple[str, ...]:
        """Offices that nobody holds."""
        if not self.members:
            return (str(ROLE_LABELS[Role(self.step.decider.role)]),)
        return tuple(member.office for member in self.members if not member.people)

    @property
    def stuck(self) -> bool:
        """Whether the route would stop here for want of people. Advisers hold up nobody."""
        if self.step.kind in VOICES:
            return False
        held = sum(bool(member.people) for member in self.members)
        return not self.members or held < self.step.needed(len(self.members))


def plan(
    ctx: Ctx, version: ReportVersion, route: Route, first_stage: int = 1
) -> list[tuple[PlannedStep, ...]]:
    """The steps stage by stage, from `first_stage` on. A constant number of statements."""
    bodies, dates = Bodies(ctx, version), Dates(ctx, version.report)
    opens, stages = ctx.today, []
    for steps in route.stages:
        if steps[0].stage < first_stage:
            continue
        stage = tuple(
            PlannedStep(step, _members(bodies, step), opens, dates.due(step, opens))
            for step in steps
        )
        stages.append(stage)
        opens = max([opens, *(planned.due for planned in stage if planned.due)])
    return stages


def _members(bodies: Bodies, step: Step) -> tuple[Member, ...]:
    return tuple(
        Member(
            bodies.institutions[one] if one is not None else None,
            decider(step.kind, step.decider.role, one),
            tuple(_people(bodies, step, one)),
        )
        for one in bodies.of(step)
    )


def _people(bodies: Bodies, step: Step, institution_id: int | None) -> list[Person]:
    found = bodies.people(decider(step.kind, step.decider.role, institution_id), institution_id)
    if not found and step.kind == "edit":  # the secretariat coordinates the text
        return bodies.people(Role.SECRETARIAT, None)
    return found
