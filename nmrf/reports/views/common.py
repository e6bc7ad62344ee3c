"""What the pages of reports share: badges, ends of joints, numbered paragraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flask

from nmrf import access
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Refused
from nmrf.core.i18n import _
from nmrf.reports import inline, queries
from nmrf.reports.lines import Cited, Line, Source
from nmrf.reports.models import (
    FATE_LABELS,
    REPORT_KIND_LABELS,
    VERSION_STATE_LABELS,
    Block,
    Fate,
    ReportVersion,
    VersionState,
)
from nmrf.web.edge import ctx

bp = flask.Blueprint("reports", __name__)
# Source text of a report as safe HTML, in any template: {{ line.text | inline }}.
bp.add_app_template_filter(inline.to_html, "inline")
# The same for bare text, such as a heading or a citation line.
bp.add_app_template_filter(inline.bare_to_html, "bare")

BADGES = {
    VersionState.DRAFT: "draft",
    VersionState.FROZEN: "waiting",
    VersionState.PUBLIC: "active",
    VersionState.SUBMITTED: "done",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a joint for `ui.joint`."""

    kind: str
    label: str
    url: str = ""
    note: str = ""
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the reading page shows it; `sources` None says nothing, () shows a gap."""

    line: Line
    number: str
    anchor: str
    owner: str
    fate: str
    sources: tuple[End, ...] | None
    comments: int | None
    comments_url: str
    lang: str


def anchor(paragraph_id: int) -> str:
    """The lasting anchor of a paragraph: the same in every version."""
    return f"p{paragraph_id}"


def version_url(version_id: int, paragraph_id: int | None = None) -> str:
    """The reading page, at a paragraph."""
    place = anchor(paragraph_id) if paragraph_id is not None else None
    return flask.url_for("reports.version", version_id=version_id, _anchor=place)


def back_to(block: Block) -> str:
    """The desk, at the block's line."""
    return flask.url_for(
        "reports.desk", version_id=block.version_id, _anchor=anchor(block.paragraph_id)
    )


def recommendation_end(cited: Cited) -> End:
    """The end of a joint that is a recommendation."""
    return End(_("Recommendation"), cited.number, recommendation_url(cited.id))


def recommendation_url(recommendation_id: int) -> str:
    """The memory page of a recommendation."""
    return f"{stem('recommendations.recommendation', 'recommendation_id')}{recommendation_id}"


def block_url(block_id: int) -> str:
    """The page on which a block is edited."""
    return f"{stem('reports.block', 'block_id')}{block_id}"


def stem(endpoint: str, name: str) -> str:
    """An address but for the id at its end, built once a request: a page links hundreds."""
    kept: dict[str, str] = flask.g.setdefault("report_stems", {})
    if endpoint not in kept:
        values: dict[str, Any] = {name: 0}
        kept[endpoint] = flask.url_for(endpoint, **values).removesuffix("0")
    return kept[endpoint]


def source_end(context: Ctx, source: Source) -> End:
    """The end of a joint that is a ministry's update; a link only for those who may open it."""
    url = ""
    if access.can(context.actor, "update.see", source):
        url = flask.url_for("updates.update", update_id=source.update_id)
    return End(
        _("Update"),
        f"{source.institution}, {words.short_day(source.signed_at.date())}",
        url,
        note=_("on %(number)s", number=source.recommendation),
    )


def shown_lines(
    context: Ctx,
    version: ReportVersion,
    lines: Sequence[Line],
    margin: Mapping[int, tuple[int, str]],
) -> list[Shown]:
    """Lines as the reading page shows them.

    What a paragraph rests on is shown where it is known; that nothing is named is shown to those
    who write it. Tombstones are kept where they are new or have a discussion.
    """
    writes = access.can(context.actor, "report.write").yes
    found = []
    for line in lines:
        if not line.is_live and line.removed_in != version.number and not _talk(margin, line):
            continue
        count = margin.get(line.paragraph_id)
        ends = (
            *(recommendation_end(cited) for cited in _own(line)),
            *(source_end(context, source) for source in line.sources),
        )
        found.append(
            Shown(
                line=line,
                number=str(line.number) if line.number is not None else "–",
                anchor=anchor(line.paragraph_id),
                owner=line.owner,
                fate=fate_words(version, line),
                sources=ends if ends or writes else None,
                comments=count[0] if count else None,
                comments_url=count[1] if count else "",
                lang=version.report.language,
            )
        )
    return found


def _own(line: Line) -> tuple[Cited, ...]:
    """Recommendations of the paragraph itself; those of a citation line stand at that line."""
    return line.recommendations if line.number is not None else ()


def _talk(margin: Mapping[int, tuple[int, str]], line: Line) -> bool:
    return margin.get(line.paragraph_id, (0, ""))[0] > 0


def fate_words(version: ReportVersion, line: Line) -> str:
    """What became of a paragraph since the version before; empty in the first and when nothing."""
    if version.number == 1 or line.fate is Fate.SAME:
        return ""
    return str(FATE_LABELS[line.fate])


def version_words(version: ReportVersion) -> str:
    """A version as "Version 3, published"."""
    return _(
        "Version %(n)s, %(state)s",
        n=version.number,
        state=str(VERSION_STATE_LABELS[version.state]).lower(),
    )


def kicker(version: ReportVersion) -> str:
    """The line above a title: kind, cycle, symbol."""
    report = version.report
    parts = [str(REPORT_KIND_LABELS[report.kind]), report.cycle.title, report.symbol]
    return " · ".join(part for part in parts if part)


def require_desk(context: Ctx, version: ReportVersion) -> None:
    """Refuse those who cannot write anywhere in reports."""
    if access.can(context.actor, "report.write"):
        return
    if not context.actor.institutions_as(*access.FOCAL):
        raise Refused(_("Only drafters and the ministries that own sections work at this desk."))


def asked_version(name: str) -> ReportVersion | None:
    """The visible version that a query parameter names, or None."""
    chosen = flask.request.args.get(name, type=int)
    return queries.get_version(ctx(), chosen) if chosen else None


def word_file(data: bytes, name: str) -> flask.Response:
    """A Word file to download."""
    response = flask.Response(data, content_type=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
