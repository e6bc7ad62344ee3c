"""The board as a workbook."""

from __future__ import annotations

from io import BytesIO

from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.desk.board import Board
from nmrf.desk.line import SHOW_LABELS, Show
from nmrf.files.sheets import new_workbook

WIDTHS = (36, 56, 36, 14, 22, 40)


def board_workbook(ctx: Ctx, board: Board, show: Show) -> bytes:
    """An .xlsx with the lines on screen. Cells are texts and dates: none is ever evaluated."""
    out = BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(_("Board")[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    moment = words.moment(ctx.now, ctx.house.settings.zone)
    sheet.write_string(0, 0, f"{SHOW_LABELS[show]} · {moment}")
    heads = [_("Who"), _("What"), _("Belongs to"), _("By when"), _("Delivered"), _("Responsible")]
    for column, head in enumerate(heads):
        sheet.set_column(column, column, WIDTHS[column])
        sheet.write_string(2, column, head, bold)
    for row, line in enumerate(board.lines, 3):
        for column, text in enumerate((line.who, line.what, line.kind)):
            sheet.write_string(row, column, text, plain)
        if line.due_on is not None:
            sheet.write_datetime(row, 3, line.due_on, day)
        relative = line.due.relative if line.due and line.state == "late" else ""
        said = " · ".join(part for part in (line.delivered, relative) if part)
        sheet.write_string(row, 4, said, plain)
        names = [f"{p.name} ({p.note})" if p.note else p.name for p in line.persons]
        sheet.write_string(row, 5, ", ".join(names), plain)
    sheet.freeze_panes(3, 1)
    sheet.autofilter(2, 0, 2 + len(board.lines), len(heads) - 1)
    book.close()
    return out.getvalue()
