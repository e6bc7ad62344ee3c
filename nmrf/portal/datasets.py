"""Open data: what the pages show to everyone, as rows. Always read as the public, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from nmrf.consultations.models import STATE_LABELS, Consultation
from nmrf.consultations.queries import visible_to
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import PUBLIC
from nmrf.cycles.models import Cycle, Milestone
from nmrf.cycles.queries import visible as visible_milestones
from nmrf.feedback.models import Comment, CommentState, Disposition, DispositionState, Redaction
from nmrf.feedback.queries import shown
from nmrf.recommendations.models_plan import Action, Commitment, Indicator, IndicatorValue
from nmrf.recommendations.queries_plan import visible as visible_actions
from nmrf.reports.models import Block, Report, ReportVersion

_AT_ONCE = 500


@dataclass(frozen=True)
class Dataset:
    """A table that can be downloaded. `fields` name the columns, for ever; `rows` reads them."""

    name: str
    title: Lazy
    about: Lazy
    rule: Lazy
    fields: tuple[str, ...]
    rows: Callable[[Ctx], Iterator[Sequence[Any]]]


def _milestones(ctx: Ctx) -> Iterator[Sequence[Any]]:
    found = ctx.session.scalars(
        select(Milestone)
        .join(Milestone.cycle)
        .where(visible_milestones(PUBLIC))
        .options(joinedload(Milestone.institution), joinedload(Milestone.cycle))
        .order_by(Cycle.session, Milestone.on.is_(None), Milestone.on, Milestone.id)
    )
    for one in found:
        yield (
            f"{one.cycle.state}-{one.cycle.session}-{one.key or one.id}",
            one.cycle.session,
            one.title,
            one.stage.value,
            one.kind.value,
            one.on.isoformat()[:7] if one.on and one.month_only else one.on,
            one.at.isoformat("minutes") if one.at else "",
            one.tentative,
            one.deadline,
            one.delivered_on,
            one.institution.name if one.institution else "",
            one.source,
        )


def _comments(ctx: Ctx) -> Iterator[Sequence[Any]]:
    changed, changed_in = aliased(Block), aliased(ReportVersion)
    rows = ctx.session.execute(
        select(
            Comment.id,
            Report.id,
            Report.title,
            ReportVersion.number,
            Block.number,
            Comment.text,
            Comment.proposed_text,
            Comment.language,
            Comment.received_on,
            Redaction.reason,
            Comment.mode,
            Disposition.code,
            Disposition.reason,
            Disposition.released_at,
            changed.number,
            changed_in.number,
            changed_in.state,
        )
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .outerjoin(Block, Block.id == Comment.block_id)
        .outerjoin(Redaction, Redaction.comment_id == Comment.id)
        .outerjoin(
            Disposition,
            (Disposition.comment_id == Comment.id)
            & (Disposition.state == DispositionState.RELEASED),
        )
        .outerjoin(changed, changed.id == Disposition.changed_block_id)
        .outerjoin(changed_in, changed_in.id == changed.version_id)
        .where(shown(ctx.acting_as(PUBLIC)), Comment.state == CommentState.SHOWN)
        .order_by(Report.id, ReportVersion.number, Comment.received_on, Comment.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for *head, redaction, mode, code, reason, released_at, number, version, state in rows:
        published = state in {"public", "submitted"}
        yield (
            *head,
            redaction or "",
            mode.value == "anonymous",
            code or "",
            reason or "",
            released_at.date() if released_at else None,
            number if published else None,
            version if published else None,
        )


def _consultations(ctx: Ctx) -> Iterator[Sequence[Any]]:
    zone = ctx.house.settings.zone
    found = ctx.session.scalars(
        select(Consultation)
        .where(visible_to(PUBLIC))
        .options(joinedload(Consultation.cycle))
        .order_by(Consultation.starts_at, Consultation.id)
    )
    for one in found:
        yield (
            one.calendar_uid,
            one.cycle.session,
            one.title,
            one.kind,
            one.starts_at.astimezone(zone).isoformat(timespec="minutes"),
            one.ends_at.astimezone(zone).isoformat(timespec="minutes"),
            one.venue,
            one.region,
            one.state.value,
            str(STATE_LABELS[one.state]),
            one.purpose,
        )


def _actions(ctx: Ctx) -> Iterator[Sequence[Any]]:
    found = ctx.session.scalars(
        select(Action)
        .where(visible_actions(PUBLIC))
        .options(
            joinedload(Action.cycle),
            joinedload(Action.institution),
            selectinload(Action.recommendations),
        )
        .order_by(Action.id)
    )
    for one in found:
        head = f"{one.cycle.state}-{one.cycle.session}-"
        yield (
            str(one.id),
            one.cycle.session,
            "; ".join(f"{head}{row.number}" for row in one.recommendations),
            one.title,
            one.kind,
            one.result,
            one.institution.name,
            one.partners,
            one.starts_on,
            one.ends_on,
            one.resources,
            one.state.value,
            one.state_on,
            one.state_reason,
        )


def _indicator_values(ctx: Ctx) -> Iterator[Sequence[Any]]:
    rows = ctx.session.execute(
        select(
            Indicator.id,
            Indicator.action_id,
            Indicator.what,
            Indicator.unit,
            Indicator.baseline,
            Indicator.target,
            Indicator.due_on,
            Indicator.ended_at.is_not(None),
            IndicatorValue.value,
            IndicatorValue.on,
            func.coalesce(IndicatorValue.source, Indicator.source),
        )
        .join(Action, Action.id == Indicator.action_id)
        .outerjoin(IndicatorValue, IndicatorValue.indicator_id == Indicator.id)
        .where(visible_actions(PUBLIC))
        .order_by(Indicator.id, IndicatorValue.on, IndicatorValue.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for indicator_id, *rest in rows:
        yield (str(indicator_id), *rest)


def _commitments(ctx: Ctx) -> Iterator[Sequence[Any]]:
    found = ctx.session.scalars(
        select(Commitment)
        .options(joinedload(Commitment.cycle), joinedload(Commitment.institution))
        .order_by(Commitment.id)
    )
    for one in found:
        yield (
            str(one.id),
            one.cycle.session,
            one.text,
            one.source.value,
            one.symbol,
            one.paragraph,
            one.made_on,
            one.institution.name if one.institution else "",
            one.status,
            one.status_on,
        )


RECOMMENDATIONS = "recommendations"

DATASETS: dict[str, Dataset] = {
    one.name: one
    for one in (
        Dataset(
            RECOMMENDATIONS,
            _l("Recommendations"),
            _l(
                "Every recommendation with its States, position, labels, institutions and the "
                "status that they reported."
            ),
            _l("One row for each numbered recommendation of the Working Group report."),
            (),  # the register's own export
            lambda _ctx: iter(()),
        ),
        Dataset(
            "actions",
            _l("Actions"),
            _l("What institutions do to carry recommendations out: the implementation matrix."),
            _l("One row for each action that is published; an action can serve several numbers."),
            (
                "id",
                "session",
                "recommendations",
                "action",
                "kind",
                "expected_result",
                "institution",
                "partners",
                "from",
                "until",
                "resources",
                "state",
                "state_on",
                "reason",
            ),
            _actions,
        ),
        Dataset(
            "indicators",
            _l("Indicators of actions"),
            _l("What is measured of published actions, with every value and its source."),
            _l("One row for each value; an indicator without values has one row."),
            (
                "id",
                "action_id",
                "indicator",
                "unit",
                "baseline",
                "target",
                "due_on",
                "ended",
                "value",
                "on",
                "source",
            ),
            _indicator_values,
        ),
        Dataset(
            "commitments",
            _l("Voluntary commitments"),
            _l("What the State promised of its own accord, with document and owner."),
            _l("One row for each commitment."),
            (
                "id",
                "session",
                "commitment",
                "source",
                "symbol",
                "paragraph",
                "made_on",
                "institution",
                "status",
                "status_on",
            ),
            _commitments,
        ),
        Dataset(
            "milestones",
            _l("Dates and deadlines"),
            _l("The dates of each cycle, with their source and whether they were kept."),
            _l("One row for each date that is open to everyone."),
            (
                "id",
                "session",
                "title",
                "stage",
                "kind",
                "on",
                "at",
                "tentative",
                "deadline",
                "delivered_on",
                "institution",
                "source",
            ),
            _milestones,
        ),
        Dataset(
            "comments",
            _l("Comments and answers"),
            _l(
                "Published comments on drafts, what was decided on each, and where the text "
                "changed. Nobody's name is in this file, also not of those who gave theirs."
            ),
            _l("One row for each comment that is shown; an answer only once it is released."),
            (
                "id",
                "report_id",
                "report",
                "version",
                "paragraph",
                "comment",
                "proposed_text",
                "language",
                "received_on",
                "words_taken_out_because",
                "anonymous",
                "answer",
                "reason",
                "answered_on",
                "changed_paragraph",
                "changed_version",
            ),
            _comments,
        ),
        Dataset(
            "consultations",
            _l("Consultations"),
            _l("Announced and past consultations that are open to everyone to know of."),
            _l("One row for each consultation, cancelled ones too."),
            (
                "id",
                "session",
                "title",
                "kind",
                "starts_at",
                "ends_at",
                "venue",
                "region",
                "state",
                "state_label",
                "purpose",
            ),
            _consultations,
        ),
    )
}
