"""The table of comments and answers as a file: exactly those of the screen that it is asked from.

Cells are words, never formulas.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import Lazy, _, _l
from nmrf.feedback import queries_answers
from nmrf.feedback.answering import code_label
from nmrf.feedback.exports_word import comments_docx
from nmrf.feedback.models import MODE_LABELS
from nmrf.feedback.queries_answers import BESIDE_THE_TEXT, Which
from nmrf.feedback.said import Said
from nmrf.feedback.states import CHANNEL_LABELS, STATE_LABELS, VIEW_LABELS
from nmrf.files.service import MIME
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.recommendations.exports import Export, safe_cell
from nmrf.reports.models import ReportVersion


@dataclass(frozen=True)
class Column:
    label: Lazy
    read: Callable[[Ctx, Said], Any]
    width: int = 14
    inside: bool = False  # for the secretariat only


def _answer(read: Callable[[Ctx, Any], Any]) -> Callable[[Ctx, Said], Any]:
    return lambda ctx, said: read(ctx, said.answer) if said.answer else ""


COLUMNS = (
    Column(_l("Comment"), lambda _c, said: said.id, 34),
    Column(_l("Version"), lambda _c, said: said.version_number, 8),
    Column(_l("Paragraph"), lambda _c, said: said.place, 10),
    Column(_l("Name"), lambda _c, said: said.author.name if said.author else "", 24),
    Column(
        _l("Organisation"), lambda _c, said: said.author.organisation if said.author else "", 24
    ),
    Column(_l("Received"), lambda _c, said: said.received_on, 12),
    Column(_l("How it came"), lambda _c, said: str(CHANNEL_LABELS[said.channel]), 20),
    Column(_l("Text"), lambda _c, said: said.text, 60),
    Column(_l("Proposed wording"), lambda _c, said: said.proposed_text, 60),
    Column(_l("Words taken out because"), lambda _c, said: said.redaction, 30),
    Column(_l("Answer"), _answer(lambda ctx, a: code_label(ctx, a.code)), 24),
    Column(_l("Reason"), _answer(lambda _c, a: a.reason), 60),
    Column(_l("Changed in version"), _answer(lambda _c, a: a.version_number or ""), 10),
    Column(_l("Changed paragraph"), _answer(lambda _c, a: a.place), 10),
    Column(
        _l("Released on"),
        _answer(
            lambda ctx, a: (
                a.released_at.astimezone(ctx.house.settings.zone).date() if a.released_at else ""
            )
        ),
        12,
    ),
    Column(_l("How they want to be known"), lambda _c, said: str(MODE_LABELS[said.mode]), 30, True),
    Column(_l("E-mail"), lambda _c, said: said.author.email if said.author else "", 24, True),
    Column(_l("State"), lambda _c, said: str(STATE_LABELS[said.state]), 20, True),
    Column(_l("Reason why it is not shown"), lambda _c, said: said.moderation_reason, 40, True),
)


def comment_table(
    ctx: Ctx, version: ReportVersion, kind: str, which: Which = BESIDE_THE_TEXT
) -> Export:
    """The comments of a screen with their answers, as far as the actor sees them.

    Raises `Invalid` for another kind of file than xlsx, csv or docx.
    """
    if kind not in _WRITERS:
        raise Invalid(_("Choose Excel, CSV or Word."), place="kind")
    found = queries_answers.for_file(ctx, version, which)
    name = f"comments-v{version.number}-{ctx.today.isoformat()}.{kind}"
    return Export(_WRITERS[kind](ctx, version, which, found), name, MIME[kind])


def _columns(ctx: Ctx) -> list[Column]:
    inside = access.can(ctx.actor, "comment.dispose").yes
    return [column for column in COLUMNS if inside or not column.inside]


def filter_words(which: Which, ctx: Ctx) -> str:
    """What was chosen on the screen, in words."""
    if which.view:
        return _("Answering desk: %(view)s", view=VIEW_LABELS[which.view])
    if which.code:
        return _("Released answers: %(code)s", code=code_label(ctx, which.code))
    return _("Released answers") if which.answered else _("All that are shown beside the text")


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv(ctx: Ctx, _version: ReportVersion, _which: Which, found: Sequence[Said]) -> bytes:
    columns = _columns(ctx)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([str(column.label) for column in columns])
    for said in found:
        writer.writerow([safe_cell(_text(column.read(ctx, said))) for column in columns])
    # Excel takes a file for UTF-8 only with this mark.
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _xlsx(ctx: Ctx, version: ReportVersion, which: Which, found: Sequence[Said]) -> bytes:
    columns = _columns(ctx)
    buffer = io.BytesIO()
    book = new_workbook(buffer, ctx.now)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    sheet = book.add_worksheet(_("Comments")[:31])
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, str(column.label), head)
    for number, said in enumerate(found, 1):
        for at, column in enumerate(columns):
            value = column.read(ctx, said)
            if isinstance(value, date):
                sheet.write_datetime(number, at, value, day)
            elif isinstance(value, int):
                sheet.write_number(number, at, value, cell)
            else:
                sheet.write_string(number, at, str(value)[:LONGEST_CELL], cell)
    sheet.autofilter(0, 0, len(found), len(columns) - 1)
    about = book.add_worksheet(_("About")[:31])
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    facts = (
        (_("Text"), f"{version.report.title}, {_('version %(n)s', n=version.number)}"),
        (_("As of"), ctx.now.isoformat(timespec="minutes")),
        (_("Comments"), str(len(found))),
        (_("Chosen"), filter_words(which, ctx)),
        (_("Counting rule"), _("One row for each comment; nobody's comment is joined to another.")),
    )
    for at, (term, said_words) in enumerate(facts):
        about.write_string(at, 0, term, head)
        about.write_string(at, 1, said_words, cell)
    book.close()
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Ctx, ReportVersion, Which, Sequence[Said]], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "docx": lambda ctx, version, which, found: comments_docx(
        ctx, version, filter_words(which, ctx), found
    ),
}
