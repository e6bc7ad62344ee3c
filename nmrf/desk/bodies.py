"""What waits for people in any body: steps of validation, invitations, outcomes, open drafts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from nmrf.consultations import queries as consultations
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.core.roles import ROLE_LABELS, Role
from nmrf.desk.tasks import Task, begins_at, register
from nmrf.feedback import queries_windows as feedback
from nmrf.validation.models import Task as Step
from nmrf.validation.queries import my_tasks

_OUTCOME_WORDS = 90


def validation(ctx: Ctx) -> Iterator[Task]:
    """Steps of running validations that the actor decides."""
    for step in my_tasks(ctx):
        version = step.run.version
        yield Task(
            _("Decide: %(step)s", step=_(step.title)),
            "validation.task",
            {"task_id": step.id},
            what=_("%(title)s, version %(n)s", title=version.report.title, n=version.number),
            why=_("Without an answer by then it counts as agreed.")
            if step.silence_is_consent
            else _capacity(step),
            due_on=step.due_on,
            since=_day(ctx, step.opened_at),
        )


def _capacity(step: Step) -> str:
    if step.kind == "record":
        return _("You record what this body decided.")
    label = str(ROLE_LABELS[Role(step.role)])
    if step.institution is None:
        return _("You are asked as: %(role)s", role=label)
    return _("You are asked as: %(role)s, %(name)s", role=label, name=step.institution.name)


def _day(ctx: Ctx, at: datetime | None) -> date | None:
    return local_date(at, ctx.house.settings.time_zone) if at else None


def invitations(ctx: Ctx) -> Iterator[Task]:
    """Invitations that the own institution has not answered."""
    zone = ctx.house.settings.time_zone
    for one in consultations.open_invitations(ctx):
        yield Task(
            _("Answer the invitation to: %(title)s", title=one.consultation.title),
            "consultations.consultation",
            {"consultation_id": one.consultation_id, "_anchor": "answer"},
            what=_("%(name)s is invited", name=one.institution.name),
            due_on=local_date(one.consultation.starts_at, zone),
            due=begins_at(ctx, one.consultation.starts_at),
        )


def outcomes(ctx: Ctx) -> Iterator[Task]:
    """What the own institution took on at consultations."""
    zone = ctx.house.settings.time_zone
    for one in consultations.open_outcomes(ctx) if ctx.actor.institution_ids else ():
        short = one.text if len(one.text) <= _OUTCOME_WORDS else f"{one.text[:_OUTCOME_WORDS]}…"
        yield Task(
            _("Do what was agreed: %(what)s", what=short),
            "consultations.consultation",
            {"consultation_id": one.consultation_id, "_anchor": f"outcome-{one.id}"},
            what=one.consultation.title,
            why=_("%(name)s took this on", name=one.institution.name),
            due_on=one.due_on,
            since=local_date(one.consultation.starts_at, zone),
        )


PARTNERS = (Role.NHRI, Role.PARLIAMENT, Role.STAKEHOLDER)


def windows(ctx: Ctx) -> Iterator[Task]:
    """Drafts open for comment, for those outside the Government."""
    if ctx.actor.has(*PARTNERS):
        for window in feedback.open_windows(ctx):
            version = window.version
            yield Task(
                _("Say what you think of: %(title)s", title=version.report.title),
                "feedback.version",
                {"version_id": version.id},
                what=_("Version %(n)s is open for comment", n=version.number),
                why=_("You may comment; nobody has to."),
                due_on=window.closes_on,
            )


register("validation", validation)
register("invitations", invitations)
register("outcomes", outcomes)
register("windows", windows)
