"""What waits for institutions: updates, sections, assignments, dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import func, or_, select

from nmrf.access import FOCAL, MINISTRY
from nmrf.accounts.models import Institution
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import Role
from nmrf.cycles import queries as cycles
from nmrf.desk.tasks import Task, register
from nmrf.recommendations import queries as recommendations
from nmrf.recommendations import queries_plan
from nmrf.recommendations.assigning import SILENT_AFTER_WORKING_DAYS
from nmrf.recommendations.models import AssignmentState
from nmrf.reports.models import Block, BlockKind, Report, ReportVersion, VersionState
from nmrf.updates.models import Round, RoundState, Update, UpdateState
from nmrf.updates.queries import waits_for
from nmrf.updates.states import WRITABLE

DATES_AHEAD = timedelta(days=30)  # a milestone is shown from so long before


@dataclass
class _Asked:
    """What an institution is asked in a round, and how much of it waits for the actor."""

    title: str
    closes_on: date
    name: str
    total: int = 0
    sent: int = 0
    waits: dict[UpdateState, tuple[int, date]] = field(default_factory=dict)


def updates(ctx: Ctx) -> Iterator[Task]:
    """Updates to write, to mend and to sign off, in one statement."""
    ids = ctx.actor.institutions_as(*MINISTRY)
    if not ids:
        return
    mine = waits_for(ctx.actor)
    keys = (Round.id, Institution.id, Round.title, Round.closes_on, Institution.name, Update.state)
    rows = ctx.session.execute(
        select(
            *keys,
            func.count(Update.id),
            func.count(Update.id).filter(mine),
            func.min(Update.held_since).filter(mine),
        )
        .join(Round, Round.id == Update.round_id)
        .join(Institution, Institution.id == Update.institution_id)
        .where(Institution.id.in_(ids), or_(Round.state == RoundState.OPEN, mine))
        .group_by(*keys)
        .order_by(Round.id, Institution.name)
    )
    found: dict[tuple[int, int], _Asked] = {}
    for round_id, institution_id, title, closes_on, name, state, count, waiting, since in rows:
        asked = found.setdefault((round_id, institution_id), _Asked(title, closes_on, name))
        asked.total += count
        asked.sent += count if state not in WRITABLE else 0
        if waiting:
            asked.waits[state] = (waiting, local_date(since, ctx.house.settings.time_zone))
    for (round_id, institution_id), asked in found.items():
        yield from _update_tasks(asked, {"round_id": round_id, "institution": institution_id})


def _update_tasks(asked: _Asked, values: Mapping[str, int]) -> Iterator[Task]:
    def task(title: str, why: str, since: date, progress: str = "") -> Task:
        return Task(
            title,
            "updates.mine",
            values,
            what=asked.title,
            why=why,
            progress=progress,
            due_on=asked.closes_on,
            since=since,
        )

    writes = _("You write the updates of: %(name)s", name=asked.name)
    if UpdateState.RETURNED in asked.waits:
        count, since = asked.waits[UpdateState.RETURNED]
        title = ngettext(
            "Mend %(n)s update that was sent back", "Mend %(n)s updates that were sent back", count
        )
        yield task(title, writes, since)
    fresh = [asked.waits[s] for s in (UpdateState.REQUESTED, UpdateState.DRAFT) if s in asked.waits]
    if fresh:
        title = ngettext(
            "Write %(n)s update", "Write %(n)s updates", sum(count for count, _since in fresh)
        )
        done = _("%(done)s of %(total)s sent", done=asked.sent, total=asked.total)
        yield task(title, writes, min(since for _count, since in fresh), done)
    if UpdateState.SIGN_OFF in asked.waits:
        count, since = asked.waits[UpdateState.SIGN_OFF]
        title = ngettext("Sign off %(n)s update", "Sign off %(n)s updates", count)
        signs = _("You are the validating authority of: %(name)s", name=asked.name)
        yield task(title, signs, since)


def assignments(ctx: Ctx) -> Iterator[Task]:
    """Recommendations that were given to the institution and that it has not answered."""
    for one in recommendations.waiting_for(ctx):
        since = local_date(one.since, ctx.house.settings.time_zone)
        yield Task(
            ngettext(
                "Accept or dispute %(n)s recommendation",
                "Accept or dispute %(n)s recommendations",
                one.count,
            ),
            "recommendations.index",
            {"ours": one.institution_id, "assignment": AssignmentState.PROPOSED.value},
            what=_("Assigned to %(name)s", name=one.institution),
            why=_("What is not answered in time counts as accepted."),
            due_on=ctx.house.calendar.add_working_days(since, SILENT_AFTER_WORKING_DAYS),
            since=since,
        )


def sections(ctx: Ctx) -> Iterator[Task]:
    """Paragraphs of a draft that the institution looks after."""
    ids = ctx.actor.institutions_as(*FOCAL)
    if not ids:
        return
    rows = ctx.session.execute(
        select(
            ReportVersion.id,
            ReportVersion.number,
            ReportVersion.created_at,
            Report.title,
            Institution.name,
            func.count(Block.id),
        )
        .join(ReportVersion, ReportVersion.id == Block.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .join(Institution, Institution.id == Block.owner_id)
        .where(
            Block.owner_id.in_(ids),
            Block.removed_in.is_(None),
            Block.kind == BlockKind.PARAGRAPH,
            ReportVersion.state == VersionState.DRAFT,
        )
        .group_by(
            ReportVersion.id,
            ReportVersion.number,
            ReportVersion.created_at,
            Report.title,
            Institution.name,
        )
        .order_by(ReportVersion.id, Institution.name)
    )
    for version_id, number, created_at, title, name, count in rows:
        yield Task(
            ngettext(
                "Look after %(n)s paragraph of the draft",
                "Look after %(n)s paragraphs of the draft",
                count,
            ),
            "reports.desk",
            {"version_id": version_id},
            what=_("%(title)s, version %(n)s", title=title, n=number),
            why=_("They belong to: %(name)s", name=name),
            since=local_date(created_at, ctx.house.settings.time_zone),
        )


def actions(ctx: Ctx) -> Iterator[Task]:
    """Actions of the institution that end soon or should have ended, and values to record."""
    ids = ctx.actor.institutions_as(*FOCAL)
    if not ids:
        return
    for one in queries_plan.actions_due(ctx, ids):
        yield Task(
            ngettext("Say how far %(n)s action is", "Say how far %(n)s actions are", one.count),
            "recommendations.actions",
            {"institution": one.institution_id},
            what=_("Implementation matrix, %(name)s", name=one.institution),
            why=_("Its time ends soon or is over: mark it done, move its date, or drop it."),
            due_on=one.first,
        )
    for one in queries_plan.indicators_due(ctx, ids):
        yield Task(
            ngettext(
                "Record the value of %(n)s indicator",
                "Record the values of %(n)s indicators",
                one.count,
            ),
            "recommendations.actions",
            {"institution": one.institution_id},
            what=_("Implementation matrix, %(name)s", name=one.institution),
            due_on=one.first,
        )


def dates(ctx: Ctx) -> Iterator[Task]:
    """Deadlines of the own institutions, from a month before; those of nobody: the secretariat."""
    own = ctx.actor.institutions_as(*MINISTRY, Role.SECRETARIAT)
    if not own:
        return
    keeps_all = ctx.actor.has(Role.SECRETARIAT)
    for line in cycles.deadlines(ctx, open_only=True, until=ctx.today + DATES_AHEAD):
        one = line.milestone
        third_party = one.kind.value == "third_party"
        if one.institution_id in own or (keeps_all and not one.institution_id and not third_party):
            yield Task(
                _("Deliver: %(what)s", what=line.title),
                "cycles.milestone",
                {"milestone_id": one.id},
                what=one.cycle.title,
                due_on=one.on,
                due=replace(line.due, whose="") if line.due else None,  # it is the reader's turn
            )


register("updates", updates)
register("assignments", assignments)
register("sections", sections)
register("actions", actions)
register("dates", dates)
