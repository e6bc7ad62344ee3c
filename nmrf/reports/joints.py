"""What this slice tells those below it: paragraphs that answer a recommendation, and its gate."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, _l
from nmrf.cycles import gates
from nmrf.cycles.models import Cycle, Stage
from nmrf.recommendations import joints
from nmrf.recommendations.models import Recommendation
from nmrf.reports.inline import plain
from nmrf.reports.models import VERSION_STATE_LABELS, Report, ReportKind
from nmrf.reports.queries import newest_versions
from nmrf.reports.trace import Answer, answers_to

_SHORTEN = 280


def paragraphs_that_answer(ctx: Ctx, recommendation: Recommendation) -> joints.Section:
    """The section of a recommendation's page: recommendation -> report -> section -> paragraphs."""
    found = answers_to(ctx.session, recommendation.id, newest_versions(ctx.actor))
    return joints.Section(
        title=_("Paragraphs that answer it"),
        rows=[_row(recommendation, answer) for answer in found],
        gap=_("No report that is open to you names it yet."),
        key="paragraphs",
    )


def _row(recommendation: Recommendation, answer: Answer) -> joints.Row:
    version = answer.version
    heading = answer.headings[-1] if answer.headings else None
    numbers = [p.number for p in answer.paragraphs if p.number is not None]
    target = answer.paragraphs[0] if answer.paragraphs else heading
    label = f"{heading.label} {heading.text}".strip() if heading else version.report.title
    values = {"version_id": version.id}
    return joints.Row(
        ends=[
            joints.End(kind=_("Recommendation"), label=recommendation.number),
            joints.End(
                kind=version.report.title,
                label=label,
                note=_(
                    "version %(n)s, %(state)s",
                    n=version.number,
                    state=str(VERSION_STATE_LABELS[version.state]).lower(),
                ),
                endpoint="reports.version",
                values={**values, "_anchor": f"p{heading.paragraph_id}"} if heading else values,
            ),
            joints.End(
                kind=_("Paragraphs"),
                label=f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else str(*numbers),
                gap=_("no paragraph under this line yet"),
                endpoint="reports.version",
                values={**values, "_anchor": f"p{target.paragraph_id}"} if target else values,
            ),
        ],
        text=_beginning(plain(answer.paragraphs[0].text)) if answer.paragraphs else "",
    )


def _beginning(text: str) -> str:
    return text if len(text) <= _SHORTEN else text[:_SHORTEN].rsplit(" ", 1)[0] + " …"


def _not_submitted(session: Session, cycle: Cycle) -> gates.Gap:
    reports = session.execute(
        select(Report.id, Report.submitted_version_id)
        .where(Report.cycle_id == cycle.id, Report.kind == ReportKind.NATIONAL)
        .order_by(Report.id)
    ).all()
    if any(report.submitted_version_id for report in reports):
        return gates.Gap(0)
    if not reports:
        return gates.Gap(1, "reports.index")
    return gates.Gap(1, "reports.report", {"report_id": reports[0].id})


joints.register("reports", paragraphs_that_answer)
gates.register(
    Stage.DRAFTING, "report_submitted", _l("The national report is submitted"), _not_submitted
)
