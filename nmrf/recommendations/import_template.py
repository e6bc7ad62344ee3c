"""The table of our own in which a list of recommendations can be sent: a recommendation a row.

Its headings are those that the reader of lists knows (`matrix_columns`), in English whatever the
language of the page, so that a file filled in by one person is read by any other.
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import Lazy, _, _l
from nmrf.files.service import MIME
from nmrf.files.sheets import new_workbook
from nmrf.recommendations.exports import Export

POSITIONS = ("Supported", "Noted", "Supported/Noted", "Pending")
_ROWS_PREPARED = 1_000


class TemplateColumn(NamedTuple):
    """A column of the template: its heading, what goes into it, its width in characters."""

    heading: str
    meaning: Lazy
    width: int


COLUMNS = (
    TemplateColumn("Number", _l("As in the report, such as 140.10; as text, never a number."), 10),
    TemplateColumn("Recommendation", _l("The text, without its number and its States."), 80),
    TemplateColumn("Recommending States", _l("One a line, or with commas."), 30),
    TemplateColumn("Position", _l("Supported, Noted, Supported/Noted or Pending."), 16),
    TemplateColumn("Document", _l("Where the position was taken: A/HRC/59/15/Add.1."), 20),
    TemplateColumn("Paragraph", _l("The paragraph of that document."), 10),
    TemplateColumn("Heading", _l("The heading under which the list has it."), 30),
    TemplateColumn("Themes", _l("One a line; with a code before it, if there is one."), 40),
    TemplateColumn("Groups of persons", _l("One a line."), 30),
    TemplateColumn("SDGs", _l("Goals or targets, such as 5 or 16.3, with commas."), 20),
)


def template(ctx: Ctx, kind: str) -> Export:
    """The empty table as "xlsx" or "csv". Raises `NotFound` for another kind."""
    writers = {"xlsx": _xlsx, "csv": _csv}
    if kind not in writers:
        raise NotFound(_("There is a template for Excel (xlsx) and one for CSV."))
    return Export(writers[kind](ctx), f"recommendations-template.{kind}", MIME[kind])


def _csv(_ctx: Ctx) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow([column.heading for column in COLUMNS])
    # Excel takes a file for UTF-8 only with this mark.
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _xlsx(ctx: Ctx) -> bytes:
    buffer = io.BytesIO()
    book = new_workbook(buffer, ctx.now)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    # As text, or a spreadsheet makes 140.1 of 140.10.
    words = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("Recommendations")
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(COLUMNS):
        sheet.set_column(at, at, column.width, words)
        sheet.write_string(0, at, column.heading, head)
    position = next(at for at, column in enumerate(COLUMNS) if column.heading == "Position")
    sheet.data_validation(
        1, position, _ROWS_PREPARED, position, {"validate": "list", "source": list(POSITIONS)}
    )
    book.close()
    return buffer.getvalue()
