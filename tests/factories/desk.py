"""A loop in full swing, with something waiting for everybody, some of it not to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from nmrf.accounts.models import Institution
from nmrf.consultations.models import Consultation, Outcome
from nmrf.core.ctx import Ctx
from nmrf.core.roles import Role, Visibility
from nmrf.cycles.models import MilestoneKind
from nmrf.definitions import load
from nmrf.feedback.models import (
    Audience,
    Comment,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    Mode,
)
from nmrf.reports.models import Report, ReportVersion, VersionState
from nmrf.validation.models import Run, Task, TaskState
from tests import factories
from tests.factories import consultations, cycles, reports, updates
from tests.factories.outbox import message
from tests.factories.updates import Collection


@dataclass(frozen=True)
class Loop:
    """An open round, a public version under comment and validation, a draft, a hearing."""

    round: Collection
    report: Report
    public: ReportVersion
    draft: ReportVersion
    hearing: Consultation
    secret: Consultation


def comment(
    session: Session,
    on: ReportVersion,
    number: int,
    state: CommentState = CommentState.SHOWN,
    text: str = "Name the children",
) -> Comment:
    """An anonymous comment of 15 November 2026 on the first paragraph."""
    block = next(b for b in on.blocks if b.number == 1)
    row = Comment(
        id=f"{number:032x}",
        mode=Mode.ANONYMOUS,
        version_id=on.id,
        block_id=block.id,
        paragraph_id=block.paragraph_id,
        text=text,
        received_on=date(2026, 11, 15),
        receipt_hash=f"{number:064x}",
        state=state,
    )
    session.add(row)
    session.flush()
    return row


def disposition(session: Session, of: Comment, **values: object) -> Disposition:
    row = Disposition(
        comment_id=of.id,
        code=values.pop("code", "accepted_changed"),
        reason=values.pop("reason", "We agree."),
        prepared_at=factories.THEN,
        state=values.pop("state", DispositionState.PREPARED),
        **values,
    )
    session.add(row)
    session.flush()
    return row


def route_step(run: Run) -> str:
    """A step that the route has, so that the page of the task can show its rule."""
    return run.definition["steps"][0]["id"]


def step(session: Session, run: Run, role: Role, at: Institution, title: str, **values: object):
    row = Task(
        run_id=run.id,
        step=route_step(run),
        title=title,
        kind="approve",
        stage=1,
        position=1,
        role=role.value,
        institution_id=at.id,
        state=TaskState.OPEN,
        opened_at=factories.THEN,
        **values,
    )
    session.add(row)
    session.flush()
    return row


def outcome(session: Session, of: Consultation, by: Institution, text: str, due_on: date) -> None:
    session.add(Outcome(consultation_id=of.id, text=text, institution_id=by.id, due_on=due_on))
    session.flush()


def loop(ctx: Ctx) -> Loop:
    """The tests' day is 18 November 2026."""
    s = ctx.session
    made = updates.opened(ctx)
    w = made.people
    cycles.milestone(
        s, made.cycle, "Plan of measures", on=date(2026, 11, 8), institution_id=w.moj.id
    )
    cycles.milestone(
        s, made.cycle, "List of hospitals", on=date(2026, 11, 25), institution_id=made.health.id
    )
    cycles.milestone(
        s,
        made.cycle,
        "Secret meeting",
        on=date(2026, 11, 20),
        visibility=Visibility.SECRETARIAT,
        kind=MilestoneKind.NATIONAL,
    )
    report = reports.report(s, made.cycle)
    texts = ["# Rights", "Children are protected.", "Courts are quick."]
    public = reports.version(s, report, texts, VersionState.PUBLIC, 1)
    draft = reports.version(s, report, ["# Rights", "Unpublished words."], number=2)
    s.refresh(public)
    s.refresh(draft)
    draft.blocks[1].owner_id = w.moj.id
    s.add(
        CommentWindow(
            version_id=public.id,
            audience=Audience.EVERYONE,
            opens_at=ctx.now - timedelta(days=5),
            closes_on=date(2026, 12, 7),
        )
    )
    comment(s, public, 1)
    disposition(s, comment(s, public, 2, text="Courts are slow"))
    comment(s, public, 3, CommentState.RECEIVED, "Not moderated")
    comment(s, public, 4, CommentState.WITHHELD, "Withheld words")
    run = Run(
        version_id=public.id,
        route="standard",
        route_version=1,
        definition=load(ctx.house.settings.workflows).routes["standard"].snapshot(),
        round_number=1,
        started_at=factories.THEN,
    )
    s.add(run)
    s.flush()
    step(s, run, Role.VALIDATING_AUTHORITY, w.moj, "Justice approves", due_on=date(2026, 11, 16))
    step(s, run, Role.NHRI, w.ombuds, "Opinion", due_on=date(2026, 12, 16))
    hearing = consultations.announced(ctx, made.cycle, w.alliance, title="Hearing on children")
    secret = consultations.scheduled(ctx, made.cycle, title="Unannounced hearing on children")
    outcome(s, hearing, w.moj, "Send the list.", date(2026, 11, 10))
    message(s, state="failed", at=ctx.now)
    s.flush()
    return Loop(made, report, public, draft, hearing, secret)
