"""The spreadsheet to fill in, and that of the receipts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.feedback.bulk import COLUMNS, MODE_WORDS, MOST_ROWS, Row
from nmrf.feedback.posting import Receipt
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.reports.inline import plain
from nmrf.reports.lines import lines
from nmrf.reports.models import ReportVersion

_WIDTHS = (12, 70, 70, 18, 28, 28, 28)


def _book(buffer: io.BytesIO, ctx: Ctx) -> Any:
    # Nothing but the day: the file goes through many hands.
    return new_workbook(buffer, ctx.now.replace(hour=0, minute=0, second=0))


def template(ctx: Ctx, version: ReportVersion) -> bytes:
    """An empty sheet with one row for each comment, how to fill it in, and the whole text."""
    buffer = io.BytesIO()
    book = _book(buffer, ctx)
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    # Excel would make a date of 3-4, and lose the zeros of a number.
    typed = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    sheet = book.add_worksheet(_("Comments")[:31])
    sheet.freeze_panes(1, 0)
    for at, (label, width) in enumerate(zip(COLUMNS.values(), _WIDTHS, strict=True)):
        sheet.set_column(at, at, width, typed)
        sheet.write_string(0, at, str(label), head)
    words = [str(label) for label in MODE_WORDS.values()]
    at = list(COLUMNS).index("mode")
    sheet.data_validation(1, at, MOST_ROWS, at, {"validate": "list", "source": words})
    _write(book.add_worksheet(_("How to fill it in")[:31]), _help(words), (22, 90), head, cell)
    text = [
        (str(line.number or line.label or ""), plain(line.text))
        for line in lines(ctx.session, version.id)
        if line.is_live
    ]
    _write(book.add_worksheet(_("The text")[:31]), text, (12, 110), cell, cell)
    book.close()
    return buffer.getvalue()


def _help(words: Sequence[str]) -> list[tuple[str, str]]:
    labels = {key: str(label) for key, label in COLUMNS.items()}
    return [
        (
            labels["paragraph"],
            _("Its number, or the label of a heading. Empty means: on the whole document."),
        ),
        (labels["text"], _("What you want to say. Needed, unless you propose a wording.")),
        (
            labels["proposed"],
            _("The whole paragraph as you would write it. Leave it empty if you propose none."),
        ),
        (labels["mode"], _("One of these: %(words)s.", words=", ".join(words))),
        (words[0], _("The name is shown with the comment.")),
        (
            words[1],
            _("Only the secretariat, and those who run the service for it, can read the name."),
        ),
        (
            words[2],
            _("Nothing is kept of who wrote it. Leave name, organisation and e-mail empty."),
        ),
        (
            labels["name"],
            _("Of the person or the organisation that speaks. They must have agreed."),
        ),
        (labels["email"], _("Only if they want to be told of the answer. It is never shown.")),
        (
            _("Rows"),
            _(
                "One row for each comment, %(n)s at most. Leave the first row as it is.",
                n=MOST_ROWS,
            ),
        ),
    ]


def _write(
    sheet: Any, rows: Sequence[tuple[str, str]], widths: tuple[int, int], first: Any, second: Any
) -> None:
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for number, (term, words) in enumerate(rows):
        sheet.write_string(number, 0, term, first)
        sheet.write_string(number, 1, words[:LONGEST_CELL], second)


def receipts_file(ctx: Ctx, taken: Sequence[tuple[Row, Receipt]]) -> bytes:
    """The receipt code of each row, to be handed to those who wrote them."""
    buffer = io.BytesIO()
    book = _book(buffer, ctx)
    head = book.add_format({"bold": True, "bottom": 1})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_("Receipts")[:31])
    sheet.freeze_panes(1, 0)
    labels = (_("Row"), str(COLUMNS["paragraph"]), _("Begins with"), _("Receipt code"))
    for at, (label, width) in enumerate(zip(labels, (8, 12, 60, 24), strict=True)):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, label, head)
    for number, (row, receipt) in enumerate(taken, 1):
        sheet.write_number(number, 0, row.line, cell)
        for at, words in enumerate((row.place, beginning(row), receipt.code), 1):
            sheet.write_string(number, at, words, cell)
    book.close()
    return buffer.getvalue()


def beginning(row: Row) -> str:
    """The first words of a row, by which its author knows it."""
    words = " ".join((row.text or row.proposed).split())
    return words if len(words) <= 80 else words[:79] + "…"
