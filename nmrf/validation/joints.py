"""What validation tells the slices below it: a version's way, a gate, the hand-over sheet."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.access import can
from nmrf.accounts import hand_over
from nmrf.accounts.models import Person
from nmrf.core.ctx import Ctx
from nmrf.core.due import due
from nmrf.core.i18n import _, _l, gettext
from nmrf.cycles import gates
from nmrf.cycles.models import Cycle, Stage
from nmrf.reports import margins
from nmrf.reports.models import Report, ReportKind, ReportVersion, VersionState
from nmrf.validation import queries
from nmrf.validation.models import RUN_STATE_LABELS, Run, RunState


def links_of(ctx: Ctx, version: ReportVersion) -> list[margins.Link]:
    """The validations that this version went through, and where the newest one can be sent."""
    if not can(ctx.actor, "run.see"):
        return []
    runs = queries.runs_of(ctx.session, version)
    found = [
        margins.Link(
            kind=_("Validation"),
            label=str(RUN_STATE_LABELS[run.state]),
            url=ctx.house.link("validation.run", run_id=run.id),
            note=_("round %(n)s, %(route)s", n=run.round_number, route=gettext(_title(run))),
        )
        for run in runs
    ]
    if not found and can(ctx.actor, "run.manage") and _can_start(ctx, version):
        found.append(
            margins.Link(
                kind=_("Validation"),
                label=_("send it along a route"),
                url=ctx.house.link("validation.start", version_id=version.id),
            )
        )
    return found


def _title(run: Run) -> str:
    return str(run.definition["title"])


def _can_start(ctx: Ctx, version: ReportVersion) -> bool:
    return (
        version.state is not VersionState.SUBMITTED
        and version.report.submitted_version_id is None
        and version.number == queries.newest_number(ctx.session, version.report_id)
        and queries.running(ctx.session, version.report_id) is None
    )


def _not_approved(session: Session, cycle: Cycle) -> gates.Gap:
    approved = session.scalar(
        select(Run.id)
        .join(Run.version)
        .join(ReportVersion.report)
        .where(
            Report.cycle_id == cycle.id,
            Report.kind == ReportKind.NATIONAL,
            Run.state == RunState.APPROVED,
        )
        .limit(1)
    )
    return gates.Gap(0 if approved else 1, "validation.index")


def hindrance(ctx: Ctx, version: ReportVersion) -> str:
    """Why a version cannot be submitted without a reason: it has not passed a route."""
    runs = queries.runs_of(ctx.session, version)
    if any(run.state is RunState.APPROVED for run in runs):
        return ""
    if not runs:
        return _("Version %(n)s has not been sent along a route of validation.", n=version.number)
    return _(
        "Version %(n)s has not passed its route of validation: %(state)s.",
        n=version.number,
        state=str(RUN_STATE_LABELS[runs[0].state]).lower(),
    )


def open_steps(ctx: Ctx, person: Person) -> list[hand_over.OpenItem]:
    """What waits for the offices of a person."""
    offices = [office for office in person.offices if office.is_held(ctx.today)]
    return [
        hand_over.OpenItem(
            title=task.run.version.report.title,
            url=ctx.house.link("validation.task", task_id=task.id),
            what=gettext(task.title),
            due=due(task.due_on, ctx.now, ctx.house.settings.time_zone) if task.due_on else None,
        )
        for task in queries.tasks_of_offices(ctx.session, offices)
    ]


margins.links["validation"] = links_of
margins.hindrances["validation"] = hindrance
hand_over.PROVIDERS.append(open_steps)
gates.register(
    Stage.DRAFTING,
    "report_validated",
    _l("The national report has passed its route of validation"),
    _not_approved,
)
