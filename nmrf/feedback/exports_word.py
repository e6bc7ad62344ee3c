"""The table of comments and answers as a Word file, to be read and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nmrf.core import i18n, words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext
from nmrf.feedback.answering import code_label
from nmrf.feedback.models import Channel, CommentState, Mode
from nmrf.feedback.said import Said
from nmrf.feedback.states import CHANNEL_LABELS, STATE_LABELS
from nmrf.reports.inline import literal
from nmrf.reports.models import ReportVersion
from nmrf.reports.word_body import Body
from nmrf.reports.word_package import Properties, pack
from nmrf.reports.word_styles import is_rtl

_WIDTHS = (1000, 4338, 2900, 1400)  # twentieths of a point; A4 between its margins


def comments_docx(ctx: Ctx, version: ReportVersion, chosen: str, found: Sequence[Said]) -> bytes:
    """Place, comment, answer and change of each comment. The same comments give the same bytes."""
    title = _("Comments and answers")
    subject = f"{version.report.title}, {_('version %(n)s', n=version.number)}"
    body = Body()
    body.bare("Title", title)
    body.bare("Subtitle", subject)
    counted = ngettext("%(n)s comment", "%(n)s comments", len(found))
    day = words.day(ctx.today)
    body.bare("BodyText", f"{chosen}. {counted}. {_('As of %(day)s.', day=day)}")
    body.table(
        [_("Paragraph"), _("What was said"), _("What was answered"), _("What changed")],
        ([literal(cell) for cell in _cells(ctx, said)] for said in found),
        _WIDTHS,
        rtl=is_rtl(i18n.language()),
    )
    return pack(
        body,
        Properties(
            title=f"{title}: {subject}",
            author=ctx.house.settings.site_name,
            created=ctx.now,
            language=i18n.language(),
        ),
    )


def _cells(ctx: Ctx, said: Said) -> tuple[str, str, str, str]:
    answer = said.answer
    changed = ""
    if answer and answer.changed_block_id:
        changed = _(
            "Paragraph %(n)s in version %(v)s", n=answer.place or "–", v=answer.version_number
        )
    return (
        said.place or _("Whole document"),
        "\n".join(_said(said)),
        "\n".join([code_label(ctx, answer.code), answer.reason]).strip() if answer else "",
        changed,
    )


def _said(said: Said) -> Iterator[str]:
    yield f"{_who(said)}, {words.short_day(said.received_on)}"
    if said.channel is not Channel.WEB:
        yield str(CHANNEL_LABELS[said.channel])
    if said.state is not CommentState.SHOWN:
        parts = (str(STATE_LABELS[said.state]), said.moderation_reason)
        yield ": ".join(part for part in parts if part)
    if said.text:
        yield said.text
    if said.proposed_text:
        yield _("Proposed wording: %(text)s", text=said.proposed_text)
    if said.redaction:
        yield _("Words were taken out: %(reason)s", reason=said.redaction)


def _who(said: Said) -> str:
    # A Word file goes from hand to hand: it has no name that is for the secretariat only.
    if said.author and said.mode is Mode.PUBLIC:
        return ", ".join(part for part in (said.author.name, said.author.organisation) if part)
    if said.mode is Mode.ANONYMOUS:
        return _("Anonymous")
    return _("Name known to the secretariat")
