"""Comments on a recommendation's page: those on the paragraphs that answer it."""

from __future__ import annotations

from sqlalchemy import func, select

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.feedback import queries_answers, queries_windows
from nmrf.feedback.answering import code_label
from nmrf.feedback.models import Comment, CommentState, Disposition, DispositionState
from nmrf.feedback.queries import shown
from nmrf.feedback.said import Said, said_rows
from nmrf.recommendations import joints
from nmrf.recommendations.models import Recommendation
from nmrf.reports import margins
from nmrf.reports.models import Block, Report, ReportVersion
from nmrf.reports.queries import newest_versions
from nmrf.reports.trace import answers_to


def comments_on_answers(ctx: Ctx, recommendation: Recommendation) -> joints.Section | None:
    """Recommendation -> paragraph -> comments -> answers; nothing where no paragraph answers it."""
    found = answers_to(ctx.session, recommendation.id, newest_versions(ctx.actor))
    paragraphs = {
        line.paragraph_id: (answer.version, line) for answer in found for line in answer.paragraphs
    }
    if not paragraphs:
        return None
    counts = ctx.session.execute(
        select(
            Comment.paragraph_id,
            func.count(),
            func.count().filter(Disposition.state == DispositionState.RELEASED),
        )
        .outerjoin(Disposition, Disposition.comment_id == Comment.id)
        .where(
            Comment.paragraph_id.in_(paragraphs), Comment.state == CommentState.SHOWN, shown(ctx)
        )
        .group_by(Comment.paragraph_id)
    ).all()
    counted = {paragraph_id: (total, answered) for paragraph_id, total, answered in counts}
    rows = []
    for paragraph_id, (version, line) in paragraphs.items():
        if paragraph_id not in counted:
            continue
        total, answered = counted[paragraph_id]
        values = {"version_id": version.id, "_anchor": f"p{paragraph_id}"}
        rows.append(
            joints.Row(
                ends=[
                    joints.End(kind=_("Recommendation"), label=recommendation.number),
                    joints.End(
                        kind=_("Paragraph"),
                        label=str(line.number),
                        note=version.report.title,
                        endpoint="reports.version",
                        values=values,
                    ),
                    joints.End(
                        kind=_("Comments"),
                        label=str(total),
                        endpoint="feedback.version",
                        values=values,
                    ),
                    joints.End(
                        kind=_("Answers"),
                        label=str(answered) if answered else "",
                        gap=ngettext("not answered yet", "none answered yet", total),
                    ),
                ]
            )
        )
    return joints.Section(
        title=_("Comments on these paragraphs"),
        rows=rows,
        gap=_("Nobody has commented on them yet."),
        key="comments",
    )


def changed_for_comments(ctx: Ctx, version: ReportVersion) -> set[int]:
    """The paragraphs of a report, by id, that an accepted comment changed."""
    return set(
        ctx.session.scalars(
            select(Block.paragraph_id)
            .join(Disposition, Disposition.changed_block_id == Block.id)
            .join(ReportVersion, ReportVersion.id == Block.version_id)
            .where(ReportVersion.report_id == version.report_id)
        )
    )


def heard_on(ctx: Ctx, report: Report) -> list[margins.Heard]:
    """Each round of comments on a report, the earliest first, with the answers released."""
    found = []
    for window in reversed(queries_windows.windows(ctx)):
        version = window.version
        if version.report_id != report.id:
            continue
        answered = said_rows(ctx, queries_answers.answered(ctx, version), by_place=True)
        found.append(
            margins.Heard(
                version_number=version.number,
                opened=window.opens_at.astimezone(ctx.house.settings.zone).date(),
                closes=window.closes_on,
                comments=queries_answers.totals(ctx, version)[0],
                answers={
                    code_label(ctx, code): count
                    for code, count in sorted(queries_answers.codes_of(ctx, version).items())
                },
                changes=[
                    margins.Change(_place(said), said.text, said.answer.reason)
                    for said in answered
                    if said.answer is not None and said.answer.version_id is not None
                ],
            )
        )
    return found


def _place(said: Said) -> str:
    """Where the change is: "paragraph 14, version 3"."""
    assert said.answer is not None  # noqa: S101 - asked before
    place = said.answer.place
    return _(
        "%(place)s, version %(n)s",
        place=_("paragraph %(n)s", n=place) if said.answer.number is not None else place,
        n=said.answer.version_number,
    )


joints.register("feedback", comments_on_answers)
margins.heard["feedback"] = heard_on
margins.owed["feedback"] = changed_for_comments
