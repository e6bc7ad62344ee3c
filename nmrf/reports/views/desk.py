"""The desk of those who write: outline, word budget, gaps."""

from __future__ import annotations

from dataclasses import dataclass

import flask

from nmrf.reports import margins, queries, structure
from nmrf.reports.inline import plain
from nmrf.reports.lines import Line, answered, budget, cuttable, lines
from nmrf.reports.models import VERSION_STATE_LABELS, VersionState
from nmrf.reports.views.common import BADGES, block_url, bp, fate_words, kicker, require_desk
from nmrf.web.edge import ctx

_BEGINNING = 160
_MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the outline: what it begins with, what is missing, whether I may write there."""

    line: Line
    level: int
    begins: str
    fate: str
    answers: int
    edit_url: str
    comments: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A paragraph that could go: its chapter, and the words saved with all that stand before it."""

    line: Line
    chapter: Line | None
    saved: int


@bp.get("/reports/versions/<int:version_id>/desk")
def desk(version_id: int) -> str:
    context = ctx()
    version = queries.get_version(context, version_id)
    require_desk(context, version)
    found = lines(context.session, version.id)
    answers = answered(found)
    margin = margins.counts(context, version)
    writes = queries.may_write(context, version)
    rows = [
        Row(
            line=line,
            level=structure.LEVELS.get(line.kind, 0),
            begins=_beginning(line),
            fate=fate_words(version, line),
            answers=len(answers.get(line.id, ())),
            edit_url=block_url(line.id)
            if line.is_live and queries.may_edit(context.actor, version, line)
            else "",
            comments=margin.get(line.paragraph_id, (0, ""))[0],
        )
        for line in found
    ]
    return flask.render_template(
        "reports/desk.html",
        version=version,
        report=version.report,
        kicker=kicker(version),
        state=VERSION_STATE_LABELS[version.state],
        badge=BADGES[version.state],
        rows=rows,
        guidance=queries.guidance(context.session, version.id),
        budget=budget(found, version),
        gaps=queries.gaps(context.session, version, found),
        writes=writes,
        writable=version.state is VersionState.DRAFT,
        links=margins.links_of(context, version),
    )


def _beginning(line: Line) -> str:
    text = plain(line.text).replace("\n", " ")
    if line.is_heading or len(text) <= _BEGINNING:
        return text
    return text[:_BEGINNING].rsplit(" ", 1)[0] + " …"


@bp.get("/reports/versions/<int:version_id>/gaps")
def gaps(version_id: int) -> str:
    context = ctx()
    version = queries.get_version(context, version_id)
    require_desk(context, version)
    found = lines(context.session, version.id)
    missing = queries.gaps(context.session, version, found)
    cuts, total = [], 0
    for line in cuttable(found, margins.owed_in(context, version)):
        total += line.words
        headings = structure.headings_of(found, found.index(line))
        cuts.append(Cut(line, headings[0] if headings else None, total))
    return flask.render_template(
        "reports/gaps.html",
        version=version,
        kicker=kicker(version),
        gaps=missing,
        most=_MOST_LISTED,
        begins=_beginning,
        cuts=cuts,
        budget=budget(found, version),
        writes=queries.may_write(context, version),
    )
