"""A ministry's list as a workbook, to be filled in without a line and read in again.

One row for each update that can still be written: what is asked, what was said last, and three
cells to fill. A hidden column holds `id:lock`, by which the row is known again and by which a
change that somebody made meanwhile is noticed. Reading it in is `sheet_reading.py`.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _, gettext
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.updates import queries
from nmrf.updates.answers import is_writable, statuses
from nmrf.updates.models import Round, Update

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# The names by which columns are known again, in a hidden row: people may move columns and the
# headings above them are in their language.
KEY, NUMBER, NO_CHANGE, STATUS, NARRATIVE = "key", "number", "no_change", "status", "narrative"
COLUMNS = (KEY, NUMBER, "text", "last_status", "last_text", NO_CHANGE, STATUS, NARRATIVE)
FILLED_IN = (NO_CHANGE, STATUS, NARRATIVE)
_NAMES_ROW, _HEADS_ROW, _FIRST_ROW = 3, 4, 5
_WIDTHS = {NUMBER: 12, "text": 60, "last_status": 20, "last_text": 60, NO_CHANGE: 12, STATUS: 24}


def offline_sheet(ctx: Ctx, round: Round, institution: Institution) -> bytes:  # noqa: A002
    """An .xlsx of what the focal points of an institution can write now; all cells are text.

    Raises:
        Refused: unless the actor is a focal point of the institution.
        Conflict: when nothing is left to write.
    """
    access.require(ctx.actor, "updates.fill_in", institution)
    updates = [
        one
        for one in queries.of_institution(ctx.session, round.id, institution.id)
        # What is too long for a cell is written on its page, where none of it is lost.
        if is_writable(ctx, one) and len(one.narrative) <= LONGEST_CELL
    ]
    if not updates:
        raise Conflict(
            _("Nothing is left to write in this round, so there is no sheet to fill in.")
        )
    out = BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(_("To fill in")[:31])
    _write_head(ctx, book, sheet, round, institution)
    _write_rows(ctx, book, sheet, updates)
    book.close()
    return out.getvalue()


def _write_head(
    ctx: Ctx,
    book: Workbook,
    sheet: Worksheet,
    round: Round,  # noqa: A002
    institution: Institution,
) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 1, f"{institution.name}: {round.title}", bold)
    sheet.write_string(
        1,
        1,
        _(
            "Fill in the last three columns and upload the file in the service until %(day)s, "
            "24:00. Say “yes” under “No change” to report what you reported last; or choose a "
            "status and write. Rows that you leave alone stay as they are.",
            day=words.day(round.closes_on),
        ),
    )
    heads = {
        KEY: "",
        NUMBER: _("Number"),
        "text": _("Recommendation"),
        "last_status": _("Status reported last"),
        "last_text": _("What was reported last"),
        NO_CHANGE: _("No change"),
        STATUS: _("Status of implementation"),
        NARRATIVE: _("What was done since the last report"),
    }
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 80), None, {"hidden": name == KEY})
        sheet.write_string(_NAMES_ROW, column, name)
        sheet.write_string(_HEADS_ROW, column, heads[name], bold)
    sheet.set_row(_NAMES_ROW, None, None, {"hidden": True})
    sheet.freeze_panes(_FIRST_ROW, 2)


def _write_rows(ctx: Ctx, book: Workbook, sheet: Worksheet, updates: list[Update]) -> None:
    fixed = book.add_format({"text_wrap": True, "valign": "top"})
    free = book.add_format(
        {"text_wrap": True, "valign": "top", "locked": False, "bg_color": "#FFF8E1", "border": 1}
    )
    scale = statuses(ctx)
    label = {term.code: gettext(term.label) for term in scale.terms}
    last = queries.last_reported_of(ctx.session, updates)
    for number, one in enumerate(updates, _FIRST_ROW):
        before = last.get(one.id)
        cells = {
            KEY: f"{one.id}:{one.lock}",
            NUMBER: one.recommendation.number,
            "text": one.recommendation.text,
            "last_status": label.get(before.status, before.status) if before else "",
            "last_text": before.narrative if before else "",
            NO_CHANGE: _("yes") if one.no_change else "",
            STATUS: label.get(one.status, ""),
            NARRATIVE: one.narrative,
        }
        for column, name in enumerate(COLUMNS):
            text = cells[name][:LONGEST_CELL]
            sheet.write_string(number, column, text, free if name in FILLED_IN else fixed)
    last_row = _FIRST_ROW + len(updates) - 1
    _choices(sheet, NO_CHANGE, last_row, [_("yes")])
    _choices(sheet, STATUS, last_row, list(label.values()))
    # Without a password: it keeps from slips, not from anybody.
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


def _choices(sheet: Worksheet, name: str, last_row: int, options: list[str]) -> None:
    column = COLUMNS.index(name)
    rule: dict[str, Any] = {"validate": "list", "source": options, "ignore_blank": True}
    if len(",".join(options)) < 255:  # the most that Excel takes
        sheet.data_validation(_FIRST_ROW, column, last_row, column, rule)
