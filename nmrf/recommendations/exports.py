"""The register as a file: exactly the filter on screen and the columns that were chosen.

Cells are words, never formulas: a text that begins with "=" stays a text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from nmrf import access
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import Lazy, _, _l, gettext
from nmrf.definitions import Definitions, load
from nmrf.files.service import MIME
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.recommendations.matrix_word import matrix_docx
from nmrf.recommendations.models import (
    ASSIGNMENT_STATE_LABELS,
    POSITION_LABELS,
    Assignment,
    LabelScheme,
    Recommendation,
)
from nmrf.recommendations.register import Filter, filtered
from nmrf.recommendations.states_names import state_name

FORMATS: dict[str, Lazy] = {
    "xlsx": _l("Excel"),
    "csv": _l("CSV"),
    "json": _l("JSON"),
    "docx": _l("Word matrix in the form of OHCHR"),
}
_MIME = {**MIME, "json": "application/json; charset=utf-8"}
_AT_ONCE = 500
# A spreadsheet would calculate a cell that begins with one of these.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """`read` gives text, a list of texts, a date, a whole number, yes or no, or None."""

    key: str
    label: Lazy
    read: Callable[[Recommendation, Definitions], Any]
    width: int = 16  # characters, in Excel
    action: str = ""  # who may see it; empty: everyone


@dataclass(frozen=True)
class Export:
    """A file to hand out."""

    data: bytes
    name: str
    mime: str


def stable_id(one: Recommendation) -> str:
    """What a recommendation is called in open data, for ever: "SVN-48-140.12"."""
    return f"{one.cycle.state}-{one.cycle.session}-{one.number}"


def _labels(scheme: LabelScheme) -> Callable[[Recommendation, Definitions], list[str]]:
    return lambda one, _d: [
        f"{label.code} {label.name}".strip() for label in one.labels if label.scheme == scheme
    ]


def _term(vocabulary: str, code: str, definitions: Definitions) -> str:
    return gettext(definitions.vocabularies[vocabulary].label(code)) if code else ""


def _answers(one: Recommendation, _d: Definitions) -> list[str]:
    return [
        f"{a.institution.short_name}: {ASSIGNMENT_STATE_LABELS[a.state]}"
        for a in one.current_assignments
    ]


def _parts(one: Recommendation, _d: Definitions) -> list[str]:
    return [f"({p.letter}) {POSITION_LABELS[p.position]}: {p.text}" for p in one.split]


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("id", _l("Identifier"), lambda one, _d: stable_id(one)),
        Column("number", _l("Number"), lambda one, _d: one.number, 10),
        Column("cycle", _l("Cycle"), lambda one, _d: one.cycle.number, 8),
        Column("session", _l("Session"), lambda one, _d: one.cycle.session, 8),
        Column("text", _l("Recommendation"), lambda one, _d: one.text, 80),
        Column(
            "states",
            _l("Recommending States"),
            lambda one, _d: [state_name(s.code) if s.code else s.name for s in one.states],
            30,
        ),
        Column(
            "state_codes",
            _l("Codes of the States"),
            lambda one, _d: [s.code or "" for s in one.states],
        ),
        Column("position", _l("Position"), lambda one, _d: str(POSITION_LABELS[one.position])),
        Column(
            "national_position",
            _l("National position"),
            lambda one, d: _term("national_positions", one.national_position, d),
            24,
        ),
        Column("position_symbol", _l("Document"), lambda one, _d: one.position_symbol, 20),
        Column("position_paragraph", _l("Paragraph"), lambda one, _d: one.position_paragraph, 10),
        Column("justification", _l("Justification"), lambda one, _d: one.justification, 40),
        Column("theme_heading", _l("Heading"), lambda one, _d: one.theme_heading, 30),
        Column("themes", _l("Themes"), _labels(LabelScheme.THEME), 40),
        Column("persons", _l("Groups of persons"), _labels(LabelScheme.PERSONS), 30),
        Column("sdgs", _l("Sustainable Development Goals"), _labels(LabelScheme.SDG), 30),
        Column(
            "needs_parliament", _l("Needs Parliament"), lambda one, _d: one.needs_parliament, 10
        ),
        Column(
            "needs_assistance",
            _l("Needs technical assistance"),
            lambda one, _d: one.needs_assistance,
            10,
        ),
        Column("cluster", _l("Cluster"), lambda one, _d: one.cluster.name if one.cluster else ""),
        Column("split", _l("Answered in parts"), _parts, 40),
        Column("lead", _l("Leads"), lambda one, _d: one.lead.name if one.lead else "", 30),
        Column("supporting", _l("Support"), lambda one, _d: [i.name for i in one.supporting], 30),
        Column("answers", _l("Answers to the assignment"), _answers, 30, "assignment.see"),
        Column(
            "status",
            _l("Status of implementation"),
            lambda one, d: _term("implementation_status", one.status, d),
            24,
        ),
        Column("status_on", _l("Reported on"), lambda one, _d: one.status_on, 12),
        Column(
            "status_by",
            _l("Reported by (not independently verified)"),
            lambda one, _d: one.status_institution.name if one.status_institution else "",
            30,
        ),
    )
}


def columns_for(ctx: Ctx) -> list[Column]:
    """The columns that the actor may export."""
    return [c for c in COLUMNS.values() if not c.action or access.can(ctx.actor, c.action)]


def export(ctx: Ctx, chosen: Filter, kind: str, columns: Sequence[str] = ()) -> Export:
    """The recommendations of a filter as xlsx, csv, json or docx; all columns unless some named.

    The Word matrix always has the four columns of OHCHR's list.

    Raises `Invalid` for another kind of file or a column that there is not.
    """
    if kind not in FORMATS:
        raise Invalid(
            _("Choose one of these formats: %(names)s.", names=", ".join(FORMATS)), place="format"
        )
    allowed = columns_for(ctx)
    unknown = set(columns) - {column.key for column in allowed}
    if unknown:
        raise Invalid(
            _("There is no column %(name)s.", name=", ".join(sorted(unknown))), place="columns"
        )
    wanted = [c for c in allowed if c.key in columns] if columns else allowed
    rows = _rows(ctx, chosen)
    if kind == "docx":
        data = matrix_docx(rows)
    else:
        definitions = load(ctx.house.settings.workflows)
        values = ([column.read(row, definitions) for column in wanted] for row in rows)
        data = _WRITERS[kind](ctx, chosen, wanted, values)
    name = f"recommendations-{ctx.today.isoformat()}.{kind}"
    return Export(data, name, _MIME[kind])


def _rows(ctx: Ctx, chosen: Filter) -> Iterator[Recommendation]:
    query = filtered(ctx, chosen).options(
        selectinload(Recommendation.states),
        selectinload(Recommendation.labels),
        selectinload(Recommendation.cluster),
        selectinload(Recommendation.all_parts),
        selectinload(Recommendation.assignments).joinedload(Assignment.institution),
        joinedload(Recommendation.status_institution),
    )
    yield from ctx.session.scalars(query.execution_options(yield_per=_AT_ONCE))


def _as_text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return _("yes")
    if isinstance(value, list):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv(ctx: Ctx, chosen: Filter, columns: Sequence[Column], rows: Iterator[list[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([str(column.label) for column in columns])
    for row in rows:
        writer.writerow([safe_cell(_as_text(value)) for value in row])
    # Excel takes a file for UTF-8 only with this mark.
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def safe_cell(text: str) -> str:
    """A text that no spreadsheet calculates."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _json(ctx: Ctx, chosen: Filter, columns: Sequence[Column], rows: Iterator[list[Any]]) -> bytes:
    def plain(value: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value

    found = [{c.key: plain(v) for c, v in zip(columns, row, strict=True)} for row in rows]
    document = {
        "as_of": ctx.now.isoformat(),
        "filter": chosen.args,
        "counting_rule": "one row for each numbered recommendation of the Working Group report",
        "count": len(found),
        "recommendations": found,
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _xlsx(ctx: Ctx, chosen: Filter, columns: Sequence[Column], rows: Iterator[list[Any]]) -> bytes:
    buffer = io.BytesIO()
    book = new_workbook(buffer, ctx.now)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    sheet = book.add_worksheet(_("Recommendations")[:31])
    sheet.freeze_panes(1, 2)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, str(column.label), head)
    count = 0
    for count, row in enumerate(rows, 1):
        for at, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(count, at, value, day)
            elif isinstance(value, int) and not isinstance(value, bool):
                sheet.write_number(count, at, value, cell)
            else:
                sheet.write_string(count, at, _as_text(value)[:LONGEST_CELL], cell)
    sheet.autofilter(0, 0, count, len(columns) - 1)
    about = book.add_worksheet(_("About")[:31])
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    for at, (term, words) in enumerate(
        (
            (_("As of"), ctx.now.isoformat(timespec="minutes")),
            (_("Recommendations"), str(count)),
            (_("Filter"), json.dumps(chosen.args, ensure_ascii=False)),
            (_("Page"), ctx.house.link("recommendations.index", **chosen.args)),
            (
                _("Counting rule"),
                _("One row for each numbered recommendation of the Working Group report."),
            ),
            (
                _("Status"),
                _("Reported by the institutions themselves, not independently verified."),
            ),
        )
    ):
        about.write_string(at, 0, term, head)
        about.write_string(at, 1, words, cell)
    book.close()
    return buffer.getvalue()


_WRITERS: dict[str, Callable[[Ctx, Filter, Sequence[Column], Iterator[list[Any]]], bytes]] = {
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
}
