"""A round as a workbook. Cells are texts: none is ever evaluated."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from nmrf.core import words
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, gettext
from nmrf.files.sheets import LONGEST_CELL, new_workbook
from nmrf.updates import queries
from nmrf.updates.answers import statuses
from nmrf.updates.models import Round, Update
from nmrf.updates.states import STATE_LABELS

WIDTHS = (12, 70, 34, 10, 16, 22, 80, 12, 14, 12, 50)


def round_workbook(ctx: Ctx, round: Round) -> bytes:  # noqa: A002
    """An .xlsx with a line for each update of the round that the actor sees."""
    out = BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(_("Updates")[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    zone = ctx.house.settings.zone
    sheet.write_string(0, 0, round.title, bold)
    sheet.write_string(
        1,
        0,
        _(
            "Last day: %(day)s. Made on %(moment)s. Statuses are reported by the ministries, not "
            "independently verified.",
            day=words.day(round.closes_on),
            moment=words.moment(ctx.now, zone),
        ),
    )
    heads = [
        _("Number"),
        _("Recommendation"),
        _("Institution"),
        _("Role"),
        _("State"),
        _("Status of implementation"),
        _("What was done"),
        _("No change"),
        _("Signed off on"),
        _("Version"),
        _("Evidence"),
    ]
    for column, head in enumerate(heads):
        sheet.set_column(column, column, WIDTHS[column])
        sheet.write_string(3, column, head, bold)
    label = _labels(ctx)
    for number, one in enumerate(queries.for_export(ctx, round), 4):
        for column, text in enumerate(_cells(ctx, one, label)):
            sheet.write_string(number, column, text[:LONGEST_CELL], plain)
    sheet.freeze_panes(4, 1)
    book.close()
    return out.getvalue()


def _labels(ctx: Ctx) -> Callable[[str], str]:
    terms = statuses(ctx)
    return lambda code: gettext(terms.label(code)) if code else ""


def _cells(ctx: Ctx, one: Update, label: Callable[[str], str]) -> list[str]:
    signed = max(one.snapshots, key=lambda s: s.number, default=None)
    zone = ctx.house.settings.time_zone
    levels = queries.evidence_levels(ctx.actor, one.institution_id)
    evidence = [e for e in one.evidence if e.visibility in levels]
    return [
        one.recommendation.number,
        one.recommendation.text,
        one.institution.name,
        _("leads") if one.lead else _("supports"),
        str(STATE_LABELS[one.state]),
        label(one.status),
        one.narrative,
        _("yes") if one.no_change else "",
        local_date(signed.signed_at, zone).isoformat() if signed else "",
        str(signed.number) if signed else "",
        "\n".join(f"{e.title}{f': {e.url}' if e.url else ''}" for e in evidence),
    ]
