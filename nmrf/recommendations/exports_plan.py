"""The implementation matrix as Word and Excel files. Cells are words, never formulas."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import Lazy, _, _l, gettext, language
from nmrf.core.roles import GOVERNMENT, VISIBILITY_LABELS
from nmrf.definitions import load
from nmrf.files.service import MIME
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.recommendations import plan
from nmrf.recommendations.exports import Export, stable_id
from nmrf.recommendations.models_plan import Action
from nmrf.recommendations.plan import Planned
from nmrf.recommendations.register import Filter
from nmrf.recommendations.states_names import state_name

FORMATS: dict[str, Lazy] = {"docx": _l("Word"), "xlsx": _l("Excel")}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RTL = frozenset({"ar", "he", "fa", "ur"})


@dataclass(frozen=True)
class Head:
    """A column: its words, its width in characters, whether the Word table has it too."""

    label: Lazy
    width: int
    in_word: bool = True


HEADS: tuple[Head, ...] = (
    Head(_l("Identifier"), 18, in_word=False),
    Head(_l("No."), 9),
    Head(_l("Recommendation"), 44),
    Head(_l("Position"), 12),
    Head(_l("Cluster"), 16),
    Head(_l("Specific action"), 30),
    Head(_l("Kind of action"), 18, in_word=False),
    Head(_l("Expected result"), 30, in_word=False),
    Head(_l("Indicators"), 30),
    Head(_l("Responsible body"), 20),
    Head(_l("Partners"), 18),
    Head(_l("From"), 12, in_word=False),
    Head(_l("Until"), 12, in_word=False),
    Head(_l("Timeframe"), 14),
    Head(_l("Resources"), 24, in_word=False),
    Head(_l("State of the action"), 16),
    Head(_l("Implementation, as reported"), 20, in_word=False),
)


def export(ctx: Ctx, chosen: Filter, kind: str) -> Export:
    """The filter on screen as a file: one row for each action, one for what has none.

    Raises `Invalid` for another format than `FORMATS` has.
    """
    if kind not in FORMATS:
        raise Invalid(
            _("Choose one of these formats: %(names)s.", names=", ".join(FORMATS)), place="format"
        )
    write = {"docx": _docx, "xlsx": _xlsx}[kind]
    name = f"implementation-matrix-{ctx.today.isoformat()}.{kind}"
    return Export(write(ctx, chosen), name, MIME[kind])


def _lines(ctx: Ctx, chosen: Filter) -> Iterator[list[str | date]]:
    """The cells of each row under `HEADS`, and under the heading of who may see the action."""
    definitions = load(ctx.house.settings.workflows).vocabularies
    for planned in plan.rows(ctx, chosen):
        one = planned.recommendation
        status = definitions["implementation_status"]
        reported = gettext(status.label(one.status)) if one.status else ""
        actions: list[Action | None] = [*planned.actions] or [None]
        for action in actions:
            kind = action.kind if action else ""
            yield [
                stable_id(one),
                one.number,
                _text(planned),
                plan.position_words(one),
                one.cluster.name if one.cluster else "",
                action.title if action else "",
                gettext(definitions["action_kinds"].label(kind)) if kind else "",
                action.result if action else "",
                _indicators(action),
                _responsible(planned, action),
                action.partners if action else "",
                (action.starts_on or "") if action else "",
                (action.ends_on or "") if action else "",
                plan.timeframe(action.starts_on, action.ends_on) if action else "",
                action.resources if action else "",
                plan.state_words(action) if action else _("No action yet"),
                reported,
                str(VISIBILITY_LABELS[action.visibility]) if action else "",
            ]


def _text(planned: Planned) -> str:
    one = planned.recommendation
    names = ", ".join(state_name(s.code, language()) if s.code else s.name for s in one.states)
    parts = "".join(f"\n({part.letter}) {part.text}" for part in one.split)
    return f"{one.text} ({names}){parts}" if names else f"{one.text}{parts}"


def _indicators(action: Action | None) -> str:
    found = plan.indicators_of(action) if action else []
    return "\n".join(plan.indicator_words(one) for one in found)


def _responsible(planned: Planned, action: Action | None) -> str:
    if action is not None:
        return action.institution.name
    return planned.recommendation.lead.name if planned.recommendation.lead else ""


def _sees_levels(ctx: Ctx) -> bool:
    return ctx.actor.has(*GOVERNMENT)


def _about(ctx: Ctx, chosen: Filter) -> list[tuple[str, str]]:
    rule = _("One row for each action of a recommendation, and one for a recommendation without.")
    seen = (
        _("All actions, internal ones too. Not for publication as it is.")
        if _sees_levels(ctx)
        else _("Published actions.")
    )
    return [
        (_("As of"), words.moment(ctx.now, ctx.house.settings.zone)),
        (_("Filter"), json.dumps(chosen.args, ensure_ascii=False)),
        (_("Page"), ctx.house.link("recommendations.matrix", **chosen.args)),
        (_("Counting rule"), rule),
        (_("Contains"), seen),
    ]


def _xlsx(ctx: Ctx, chosen: Filter) -> bytes:
    buffer = io.BytesIO()
    book = new_workbook(buffer, ctx.now)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    sheet = book.add_worksheet(_("Implementation matrix")[:31])
    sheet.freeze_panes(1, 3)
    heads = list(HEADS)
    if _sees_levels(ctx):
        heads.append(Head(_l("Who sees the action"), 18))
    for at, column in enumerate(heads):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, str(column.label), head)
    count = 0
    for count, line in enumerate(_lines(ctx, chosen), 1):
        for at, value in enumerate(line[: len(heads)]):
            if isinstance(value, date):
                sheet.write_datetime(count, at, value, day)
            else:
                sheet.write_string(count, at, value[:LONGEST_CELL], cell)
    sheet.autofilter(0, 0, count, len(heads) - 1)
    about = book.add_worksheet(_("About")[:31])
    about.set_column(0, 0, 24)
    about.set_column(1, 1, 90)
    for at, (term, said) in enumerate(_about(ctx, chosen)):
        about.write_string(at, 0, term, head)
        about.write_string(at, 1, said, cell)
    book.close()
    return buffer.getvalue()


def _docx(ctx: Ctx, chosen: Filter) -> bytes:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.enum.table import WD_TABLE_DIRECTION
    from docx.shared import Mm, Pt

    lines = list(_lines(ctx, chosen))
    shown = [(at, head) for at, head in enumerate(HEADS) if head.in_word]
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(12))
    document.styles["Normal"].font.size = Pt(8)
    title = _("Implementation matrix")
    properties = document.core_properties
    properties.title, properties.author = title, ctx.house.settings.site_name
    properties.created = properties.modified = ctx.now.replace(tzinfo=None)
    document.add_heading(title, 0)
    for term, said in _about(ctx, chosen):
        document.add_paragraph(_plain(f"{term}: {said}"))
    table = document.add_table(rows=len(lines) + 1, cols=len(shown), style="Table Grid")
    table.autofit = False
    if language() in _RTL:
        table.table_direction = WD_TABLE_DIRECTION.RTL
    whole = sum(head.width for _at, head in shown)
    widths = [Mm(273 * head.width / whole) for _at, head in shown]
    texts: list[list[str]] = [[str(head.label) for _at, head in shown]]
    before = ""
    for line in lines:
        # Of a recommendation with several actions the number is repeated, the rest is not.
        again, before = line[0] == before, str(line[0])
        texts.append(
            ["" if again and at in {2, 3, 4} else _plain(str(line[at])) for at, _head in shown]
        )
    for row, cells in zip(table.rows, texts, strict=True):
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            cell.text = text
    _repeat_head(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _plain(text: str) -> str:
    return _NOT_XML.sub("", text)


def _repeat_head(table: Any) -> None:
    """Let the first row stand on every page, in bold."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    first = table.rows[0]
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    first._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - python-docx has no word for it
    for cell in first.cells:
        for run in cell.paragraphs[0].runs:
            run.bold = True
