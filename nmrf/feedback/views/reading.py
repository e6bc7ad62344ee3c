"""Public pages: the text with its comments, one paragraph, one comment, the answers, files."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.feedback import answering, exports, queries, queries_answers, queries_windows
from nmrf.feedback.said import PER_PARAGRAPH
from nmrf.feedback.states import Phase
from nmrf.feedback.views.common import bp, may_post, number_of, phase_of, place_words
from nmrf.files.views import send
from nmrf.reports import queries as reports
from nmrf.reports import structure
from nmrf.reports.lines import lines
from nmrf.reports.models import BlockKind
from nmrf.reports.views.common import fate_words, kicker
from nmrf.web.edge import ctx
from nmrf.web.pager import pager

# Beyond so many comments the page would be too heavy for an old telephone: each paragraph then
# shows its first few and leads to all of them.
MANY, FEW = 300, 2


@bp.get("/reports/versions/<int:version_id>/comments")
def version(version_id: int) -> str:
    context = ctx()
    one = reports.get_version(context, version_id)
    window = queries_windows.window_of(context, one.id)
    counts = queries.counts(context, one)
    total = sum(counts.values())
    all_lines = lines(context.session, one.id)
    shown = [
        line
        for line in all_lines
        if line.is_live or line.removed_in == one.number or counts.get(line.paragraph_id)
    ]
    return flask.render_template(
        "feedback/version.html",
        version=one,
        report=one.report,
        kicker=kicker(one),
        window=window,
        phase=phase_of(context, window),
        phases=Phase,
        posts=may_post(context, window),
        # Addresses but for the id at their end.
        write_at=flask.url_for(".write", version_id=one.id, block=0).removesuffix("0"),
        paragraph_at=flask.url_for(".paragraph", version_id=one.id, paragraph_id=0).removesuffix(
            "0"
        ),
        refusal=access.can(context.actor, "comment.post", window).reason if window else "",
        lines=shown,
        contents=[
            line
            for line in shown
            if line.is_live and line.kind in (BlockKind.CHAPTER, BlockKind.SECTION)
        ],
        numbers={line.paragraph_id: line.number for line in all_lines},
        fates={line.id: fate_words(one, line) for line in shown},
        levels={kind.value: level for kind, level in structure.LEVELS.items()},
        said=queries.on_page(context, one, PER_PARAGRAPH if total <= MANY else FEW),
        counts=counts,
        total=total,
        opened=flask.request.args.get("open", ""),
        notes=sorted(one.notes.items(), key=lambda note: int(note[0])),
        newer=reports.neighbours(context, one)[1],
        keeps=access.can(context.actor, "comment.moderate").yes,
    )


@bp.get("/reports/versions/<int:version_id>/comments/<int:paragraph_id>")
def paragraph(version_id: int, paragraph_id: int) -> str:
    """All comments on one paragraph, by pages; paragraph 0 is the whole document."""
    context = ctx()
    one = reports.get_version(context, version_id)
    block = None
    if paragraph_id:
        block = reports.block_in(context.session, paragraph_id, one.id)
        if block is None:
            raise NotFound(_("There is no such paragraph in this version. Go back to the text."))
    window = queries_windows.window_of(context, one.id)
    page = queries.on_paragraph(context, one, paragraph_id or None, number_of())
    return flask.render_template(
        "feedback/paragraph.html",
        version=one,
        report=one.report,
        block=block,
        place=place_words(block.number if block else None, block.label if block else ""),
        page=page,
        pages=pager(page),
        posts=may_post(context, window) and (block is None or block.removed_in is None),
    )


@bp.get("/reports/versions/<int:version_id>/answers")
def answers(version_id: int) -> str:
    context = ctx()
    one = reports.get_version(context, version_id)
    window = queries_windows.window_of(context, one.id)
    code = flask.request.args.get("code", "")
    codes = queries_answers.codes_of(context, one)
    page = queries_answers.answers(context, one, number_of(), code)
    said, answered = queries_answers.totals(context, one)
    vocabulary = answering.codes(context)
    changing = answering.text_changing(context)
    changed = sum(count for key, count in codes.items() if key in changing)
    return flask.render_template(
        "feedback/answers.html",
        version=one,
        report=one.report,
        kicker=kicker(one),
        window=window,
        page=page,
        pages=pager(page),
        same=queries_answers.same_answers(context, one, page),
        code=code,
        helps={term.code: gettext(term.help) for term in vocabulary.terms if term.help},
        total=said,
        answered=answered,
        changing=changing,
        chart={
            "title": ngettext(
                "%(changed)s of %(n)s answered comment changes the text",
                "%(changed)s of %(n)s answered comments change the text",
                answered,
                changed=changed,
            ),
            "series": [_("Comments")],
            "rows": [
                {
                    "label": gettext(term.label),
                    "values": [codes[term.code]],
                    "url": flask.url_for(".answers", version_id=one.id, code=term.code),
                }
                for term in vocabulary.terms
                if term.code in codes
            ],
            "source": _("Answers of the secretariat on version %(n)s.", n=one.number),
            "rule": _("Each comment that is shown is counted once."),
            "unit": _("Answer"),
        },
    )


@bp.get("/reports/versions/<int:version_id>/comments.<any(xlsx,csv,docx):kind>")
def export(version_id: int, kind: str) -> Response:
    """The comments of a screen as a file; `view`, `answered` and `code` are those of the screen."""
    context = ctx()
    one = reports.get_version(context, version_id)
    asked = flask.request.args
    view = asked.get("view", "")
    which = queries_answers.Which(
        view=view if view in queries_answers.VIEWS else "",
        answered="answered" in asked,
        code=asked.get("code", ""),
    )
    made = exports.comment_table(context, one, kind, which)
    return send(made.data, made.name, made.mime)
