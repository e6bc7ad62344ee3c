"""The annex that answers each recommendation: what became of it, who reports it, which paragraphs.

States report on all recommendations, the noted ones too, as a grid in the report or its annex
(UPR Info, Butterfly Effect, 2016, p. 62). Annexes do not count against the limit of words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from nmrf import access
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _, gettext, speaking
from nmrf.definitions import load
from nmrf.recommendations.models import (
    POSITION_LABELS,
    Assignment,
    Position,
    Recommendation,
)
from nmrf.recommendations.states_names import state_name as recommending
from nmrf.reports import exports
from nmrf.reports.citations import range_list
from nmrf.reports.inline import literal
from nmrf.reports.lines import answered, lines
from nmrf.reports.models import ReportVersion
from nmrf.reports.trace import answered_cycle_id, is_newest
from nmrf.reports.word_body import Body
from nmrf.reports.word_styles import is_rtl
from nmrf.updates.models import UpdateSnapshot

# Number, text, position, status, who, what was done, paragraphs: the width of a page on its side.
_WIDTHS = (850, 4000, 1200, 1500, 1700, 3920, 1400)
_NOTHING = "–"


def grid_file(ctx: Ctx, version: ReportVersion) -> bytes:
    """The grid of all recommendations that the report answers, as a .docx file.

    What was done is said in the words that the ministries signed off last; the paragraphs are
    those of this version. Raises `Refused`, and `Conflict` where there is no recommendation.
    """
    access.require(ctx.actor, "report.write", version)
    rows = _recommendations(ctx, version)
    if not rows:
        raise Conflict(_("There are no recommendations in this cycle yet."))
    report = version.report
    with speaking(report.language):
        state = exports.state_name(ctx, report.language)
        title = _("Annex: Implementation of the recommendations")
        body = Body()
        body.bare("Title", title)
        body.bare("Subtitle", f"{state}: {report.title}")
        for number, text in enumerate(_introduction(rows), start=1):
            body.numbered(number, text)
        said = _narratives(ctx, version)
        paragraphs = _paragraphs(ctx, version)
        body.table(
            [
                _("No."),
                _("Recommendation"),
                _("Position"),
                _("Status"),
                _("Responsible"),
                _("What was done"),
                _("Paragraphs"),
            ],
            [[literal(cell) for cell in _row(ctx, one, said, paragraphs)] for one in rows],
            _WIDTHS,
            rtl=is_rtl(report.language),
        )
        body.end_section(landscape=True)
        return exports.pack_annex(ctx, report, title, body)


def grid_file_name(version: ReportVersion) -> str:
    """A file name such as "svn-wg48-national_report-v2-grid.docx"."""
    return exports.report_file_name(version).replace(".docx", "-grid.docx")


def _recommendations(ctx: Ctx, version: ReportVersion) -> Sequence[Recommendation]:
    return ctx.session.scalars(
        select(Recommendation)
        .where(Recommendation.cycle_id == answered_cycle_id(version))
        .options(
            selectinload(Recommendation.states),
            selectinload(Recommendation.assignments).joinedload(Assignment.institution),
            joinedload(Recommendation.status_institution),
        )
        .order_by(Recommendation.sort_key)
    ).all()


def _introduction(rows: Sequence[Recommendation]) -> list[str]:
    counts = {position: sum(one.position is position for one in rows) for position in Position}
    listed = ", ".join(
        f"{str(POSITION_LABELS[position]).lower()}: {words.number(count)}"
        for position, count in counts.items()
        if count
    )
    return [
        literal(
            _(
                "The table lists all %(n)s recommendations in the order of their numbers "
                "(%(positions)s). One row is one numbered recommendation of the Working Group's "
                "report.",
                n=words.number(len(rows)),
                positions=listed,
            )
        ),
        literal(
            _(
                "The status is what the responsible institution reported last, with the day; it "
                "has not been verified independently. The last column names the paragraphs of the "
                "report that answer the recommendation."
            )
        ),
    ]


def _row(
    ctx: Ctx,
    one: Recommendation,
    said: Mapping[int, Mapping[str, str]],
    paragraphs: Mapping[int, Sequence[str]],
) -> list[str]:
    status = _NOTHING
    if one.status:
        vocabulary = load(ctx.house.settings.workflows).vocabularies["implementation_status"]
        status = gettext(vocabulary.label(one.status))
        if one.status_on:
            status += f" ({words.short_day(one.status_on)})"
    states = ", ".join(
        recommending(state.code) if state.code else state.name for state in one.states
    )
    lead = [one.lead.short_name] if one.lead else []
    narratives = said.get(one.id, {})
    told = "\n".join(
        f"{name}: {text}" if len(narratives) > 1 else text for name, text in narratives.items()
    )
    return [
        one.number,
        f"{one.text} ({states})" if states else one.text,
        str(POSITION_LABELS[one.position]),
        status,
        ", ".join([*lead, *(other.short_name for other in one.supporting)]) or _NOTHING,
        told or _NOTHING,
        ", ".join(range_list(paragraphs.get(one.id, ()))) or _NOTHING,
    ]


def _narratives(ctx: Ctx, version: ReportVersion) -> dict[int, dict[str, str]]:
    """By recommendation, what each institution signed off last, by its short name."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for snapshot in ctx.session.scalars(
        select(UpdateSnapshot)
        .join(UpdateSnapshot.recommendation)
        .where(Recommendation.cycle_id == answered_cycle_id(version), is_newest())
        .options(joinedload(UpdateSnapshot.institution))
        .order_by(UpdateSnapshot.signed_at, UpdateSnapshot.id)
    ):
        # A later round comes later and takes the place of the one before.
        if text := snapshot.narrative.strip():
            found[snapshot.recommendation_id][snapshot.institution.short_name] = text
    return found


def _paragraphs(ctx: Ctx, version: ReportVersion) -> dict[int, list[str]]:
    """By recommendation, the numbers of the paragraphs that answer it."""
    shown = lines(ctx.session, version.id)
    numbers = {line.id: line.number for line in shown}
    found: dict[int, list[str]] = defaultdict(list)
    for line_id, cited in answered(shown).items():
        for one in cited:
            if (number := numbers[line_id]) is not None:
                found[one.id].append(str(number))
    return found
