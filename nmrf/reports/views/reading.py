"""Reading: the list, a report's history, a version, what changed, the Word file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import flask

from nmrf import access
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.reports import exports, margins, queries, structure
from nmrf.reports.annex_consultations import consultation_file, consultation_file_name
from nmrf.reports.annex_grid import grid_file, grid_file_name
from nmrf.reports.comparing import Compared, compare
from nmrf.reports.forms import NextForm, SubmitForm
from nmrf.reports.lines import bare_lines, budget, lines
from nmrf.reports.models import (
    REPORT_KIND_LABELS,
    VERSION_STATE_LABELS,
    BlockKind,
    Report,
    ReportVersion,
    VersionState,
)
from nmrf.reports.states import TRANSITIONS
from nmrf.reports.views.common import (
    BADGES,
    asked_version,
    bp,
    kicker,
    recommendation_url,
    shown_lines,
    version_url,
    version_words,
    word_file,
)
from nmrf.web import seen
from nmrf.web.edge import allow, ctx


@bp.get("/reports")
def index() -> str:
    context = ctx()
    newest = queries.reports(context)
    return flask.render_template(
        "reports/index.html",
        by_cycle=[
            (cycle, list(found))
            for cycle, found in groupby(newest, key=lambda version: version.report.cycle)
        ],
        kinds=REPORT_KIND_LABELS,
        states=VERSION_STATE_LABELS,
        badges=BADGES,
    )


@bp.get("/reports/<int:report_id>")
def report(report_id: int) -> str:
    context = ctx()
    one = queries.get_report(context, report_id)
    return report_page(context, one, NextForm(formdata=None), SubmitForm(formdata=None))


def report_page(context: Ctx, one: Report, form: NextForm, submit: SubmitForm) -> str:
    """The page of a report; with a form that was refused, shown again."""
    versions = queries.versions(context, one)
    newest = versions[0]
    newest_lines = bare_lines(context.session, newest.id)
    moves = TRANSITIONS[newest.state]
    return flask.render_template(
        "reports/report.html",
        report=one,
        kicker=kicker(newest),
        newest=newest,
        budget=budget(newest_lines, newest),
        history=[_history(version, versions) for version in versions],
        links=margins.links_of(context, newest),
        states=VERSION_STATE_LABELS,
        badges=BADGES,
        form=form,
        submit=submit,
        hindrances=margins.hindrances_of(context, newest),
        may_freeze=VersionState.FROZEN in moves,
        may_publish=VersionState.PUBLIC in moves,
        may_submit=VersionState.SUBMITTED in moves and one.submitted_version_id is None,
        may_open_next=newest.state is not VersionState.DRAFT
        and one.submitted_version_id is None
        and access.can(context.actor, "report.write").yes,
        has_paragraphs=any(line.number for line in newest_lines),
    )


def _history(version: ReportVersion, all_versions: Sequence[ReportVersion]) -> dict[str, object]:
    before = next((other for other in all_versions if other.number < version.number), None)
    day = (version.published_at or version.frozen_at or version.created_at).date()
    return {
        "label": version_words(version),
        "date": words.short_day(day),
        "iso": day.isoformat(),
        "note": version.note,
        "url": version_url(version.id),
        "redline_url": flask.url_for("reports.redline", version_id=version.id, against=before.id)
        if before
        else "",
        "current": False,
    }


@bp.get("/reports/versions/<int:version_id>")
def version(version_id: int) -> str:
    context = ctx()
    one = queries.get_version(context, version_id)
    all_lines = lines(context.session, one.id)
    before, after = queries.neighbours(context, one)
    looked_at = seen.look(f"report-{one.report_id}", one.number)
    shown = shown_lines(context, one, all_lines, margins.counts(context, one))
    return flask.render_template(
        "reports/version.html",
        version=one,
        report=one.report,
        kicker=kicker(one),
        notes=sorted(one.notes.items(), key=lambda note: int(note[0])),
        words_now=budget(all_lines, one),
        shown=shown,
        contents=[s for s in shown if s.line.kind in (BlockKind.CHAPTER, BlockKind.SECTION)],
        numbers={line.paragraph_id: line.number for line in all_lines},
        links=margins.links_of(context, one),
        recommendation_url=recommendation_url,
        before=before,
        after=after,
        last_look=next(
            (v for v in queries.versions(context, one.report) if v.number == looked_at), None
        )
        if looked_at
        else None,
        state=VERSION_STATE_LABELS[one.state],
        badge=BADGES[one.state],
        writes=queries.may_write(context, one),
        levels={kind.value: level for kind, level in structure.LEVELS.items()},
    )


@dataclass(frozen=True)
class _Stretch:
    """A part of the redline: headings or a change, then how many paragraphs are as they were."""

    rows: list[Compared]
    unchanged: int


@bp.get("/reports/versions/<int:version_id>/redline")
def redline(version_id: int) -> str:
    context = ctx()
    new = queries.get_version(context, version_id)
    versions = queries.versions(context, new.report)
    old = asked_version("against") or next(
        (other for other in versions if other.number < new.number), None
    )
    if old is not None and old.report_id != new.report_id:
        raise Invalid(_("These two versions are not of the same report."))
    if old is not None and old.number > new.number:
        old, new = new, old
    everything = flask.request.args.get("all") == "1"
    compared: list[Compared] = []
    if old is not None:
        compared = compare(bare_lines(context.session, old.id), bare_lines(context.session, new.id))
    changed = [row for row in compared if row.changed]
    return flask.render_template(
        "reports/redline.html",
        report=new.report,
        kicker=kicker(new),
        old=old,
        new=new,
        versions=versions,
        version_words=version_words,
        stretches=_stretches(compared, everything=everything),
        everything=everything,
        counts={
            "changed": len(changed),
            "reworded": sum(row.what == "reworded" for row in changed),
            "new": sum(row.what == "new" for row in changed),
            "removed": sum(row.what == "removed" for row in changed),
            "moved": sum(row.moved for row in changed),
        },
        places={row.paragraph_id: row for row in compared},
        levels={kind.value: level for kind, level in structure.LEVELS.items()},
    )


def _stretches(compared: Sequence[Compared], *, everything: bool) -> list[_Stretch]:
    """Changed paragraphs under their headings; the others are counted, not shown."""
    found: list[_Stretch] = []
    headings: list[Compared] = []  # that wait for a change under them
    before = under = 0  # unchanged paragraphs before the first of these, and under the last
    for row in compared:
        if everything or row.changed:
            found += [_Stretch([], before), _Stretch(headings, under), _Stretch([row], 0)]
            headings, before, under = [], 0, 0
        elif row.kind in structure.LEVELS:
            level = structure.LEVELS[row.kind]
            headings = [h for h in headings if structure.LEVELS[h.kind] < level] + [row]
            before, under = before + under, 0
        elif row.kind is BlockKind.PARAGRAPH:
            under += 1
    found.append(_Stretch([], before + under))
    return [stretch for stretch in found if stretch.rows or stretch.unchanged]


@bp.get("/reports/versions/<int:version_id>/annex/grid")
def annex_grid(version_id: int) -> flask.Response:
    context = ctx()
    one = queries.get_version(context, version_id)
    allow("report.write", one)
    return word_file(grid_file(context, one), grid_file_name(one))


@bp.get("/reports/versions/<int:version_id>/annex/consultations")
def annex_consultations(version_id: int) -> flask.Response:
    context = ctx()
    one = queries.get_version(context, version_id)
    allow("report.write", one)
    return word_file(consultation_file(context, one), consultation_file_name(one))


@bp.get("/reports/versions/<int:version_id>/word")
def word(version_id: int) -> flask.Response:
    context = ctx()
    one = queries.get_version(context, version_id)
    with_comments = flask.request.args.get("comments") == "1"
    data = exports.report_file(context, one, with_comments=with_comments)
    return word_file(data, exports.report_file_name(one))
