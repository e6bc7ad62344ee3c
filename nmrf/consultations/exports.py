"""The proof of who was consulted, as a workbook."""

from __future__ import annotations

from io import BytesIO

from nmrf.consultations.models import STATE_LABELS, Consultation
from nmrf.consultations.proof import proof
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.files.sheets import new_workbook

WIDTHS = (42, 22, 18, 44, 18, 22, 18, 16, 9, 9, 9)


def proof_workbook(ctx: Ctx, consultation: Consultation) -> bytes:
    """An .xlsx with a line for each institution. Cells are texts: none is ever evaluated."""
    out = BytesIO()
    book = new_workbook(out)
    sheet = book.add_worksheet(_("Who was consulted")[:31])
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    zone = ctx.house.settings.zone
    sheet.write_string(0, 0, consultation.title, bold)
    when = words.moment(consultation.starts_at, zone)
    sheet.write_string(1, 0, f"{when} · {STATE_LABELS[consultation.state]}")
    sheet.write_string(2, 0, _("Made on %(moment)s", moment=words.moment(ctx.now, zone)))
    heads = [
        _("Institution"),
        _("Kind"),
        _("Invited"),
        _("Mails"),
        _("Reached"),
        _("Answer"),
        _("Answered"),
        _("Attendance"),
        _("Women"),
        _("Men"),
        _("Others"),
    ]
    for column, head in enumerate(heads):
        sheet.set_column(column, column, WIDTHS[column])
        sheet.write_string(4, column, head, bold)
    for number, row in enumerate(proof(ctx, consultation), 5):
        mails = "\n".join(
            f"{mail.what}: {mail.address}, {mail.state}, "
            f"{words.short_moment(mail.sent_at or mail.queued_at, zone)}"
            for mail in row.mails
        )
        texts = [
            row.institution,
            row.kind,
            words.short_moment(row.invited_at, zone),
            mails,
            row.reached,
            row.answer,
            words.short_moment(row.answered_at, zone),
            row.presence,
        ]
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, plain)
        for column, count in enumerate((row.women, row.men, row.others), len(texts)):
            sheet.write_number(number, column, count, plain)
    sheet.freeze_panes(5, 1)
    book.close()
    return out.getvalue()
