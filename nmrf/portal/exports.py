"""Open data as JSON, CSV or Excel. Cells are words, never formulas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import Lazy, _, _l
from nmrf.core.roles import PUBLIC
from nmrf.files.service import MIME
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.portal.datasets import DATASETS, RECOMMENDATIONS, Dataset
from nmrf.recommendations import exports as register
from nmrf.recommendations.exports import Export, safe_cell
from nmrf.recommendations.register import Filter

FORMATS: dict[str, Lazy] = {"json": _l("JSON"), "csv": _l("CSV"), "xlsx": _l("Excel")}
_MIME = {**MIME, "json": "application/json; charset=utf-8"}


def export(ctx: Ctx, name: str, kind: str) -> Export:
    """A dataset as the public sees it, whoever asks. Raises `NotFound` for what there is not."""
    if name not in DATASETS or kind not in FORMATS:
        raise NotFound(_("There is no such data. The page “Open data” lists what there is."))
    public = ctx.acting_as(PUBLIC)
    if name == RECOMMENDATIONS:
        return register.export(public, Filter(), kind)
    dataset = DATASETS[name]
    rows = [tuple(row) for row in dataset.rows(public)]
    write = {"json": _json, "csv": _csv, "xlsx": _xlsx}[kind]
    file_name = f"{name}-{ctx.today.isoformat()}.{kind}"
    return Export(write(ctx, dataset, rows), file_name, _MIME[kind])


def _json(ctx: Ctx, dataset: Dataset, rows: Sequence[Sequence[Any]]) -> bytes:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    document = {
        "as_of": ctx.now.isoformat(),
        "counting_rule": str(dataset.rule),
        "count": len(rows),
        dataset.name: [dict(zip(dataset.fields, map(plain, row), strict=True)) for row in rows],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv(ctx: Ctx, dataset: Dataset, rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(dataset.fields)
    for row in rows:
        writer.writerow([safe_cell(_text(value)) for value in row])
    # Excel takes a file for UTF-8 only with this mark.
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _xlsx(ctx: Ctx, dataset: Dataset, rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.BytesIO()
    book = new_workbook(buffer)
    head = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    sheet = book.add_worksheet(str(dataset.title)[:31])
    sheet.freeze_panes(1, 1)
    for at, name in enumerate(dataset.fields):
        sheet.set_column(at, at, 20)
        sheet.write_string(0, at, name, head)
    for number, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, at, value, day)
            elif isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(number, at, value, cell)
            else:
                sheet.write_string(number, at, _text(value)[:LONGEST_CELL], cell)
    sheet.autofilter(0, 0, len(rows), len(dataset.fields) - 1)
    about = book.add_worksheet(_("About")[:31])
    about.set_column(1, 1, 90)
    facts = (
        (_("As of"), ctx.now.isoformat(timespec="minutes")),
        (_("Rows"), str(len(rows))),
        (_("Counting rule"), str(dataset.rule)),
        (_("Page"), ctx.house.link("portal.open_data")),
    )
    for at, (term, words) in enumerate(facts):
        about.write_string(at, 0, term, head)
        about.write_string(at, 1, words, cell)
    book.close()
    return buffer.getvalue()
