"""The annex that proves the consultation: who was heard and when, what was said, what changed.

It goes to the United Nations and so to everyone: it shows what everyone may see. Consultations
that are not public are counted, not described; organisations are named only where they agreed
to it and their list is public. HRC decision 17/119, part II, A: "the methodology and the broad
consultation process followed".
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from nmrf import access
from nmrf.consultations import kinds
from nmrf.consultations import queries as consultations
from nmrf.consultations.models import Consultation, ConsultationState, Invitation
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _, ngettext, speaking
from nmrf.core.roles import PUBLIC
from nmrf.reports import exports, margins
from nmrf.reports.inline import literal
from nmrf.reports.models import ReportVersion
from nmrf.reports.word_body import Body
from nmrf.reports.word_styles import is_rtl

_HELD_WIDTHS = (1500, 4570, 2900, 1800, 3800)
_ROUND_WIDTHS = (1500, 3570, 1500, 4000, 4000)
_ANSWER_WIDTHS = (1800, 6385, 6385)
_NOTHING = "–"


def consultation_file(ctx: Ctx, version: ReportVersion) -> bytes:
    """The consultation annex of a report, as a .docx file. Raises `Refused`."""
    access.require(ctx.actor, "report.write", version)
    everyone = replace(ctx, actor=PUBLIC)
    report = version.report
    with speaking(report.language):
        title = _("Annex: Consultations")
        body = Body()
        body.bare("Title", title)
        body.bare("Subtitle", f"{exports.state_name(ctx, report.language)}: {report.title}")
        number = _write_held(everyone, body, version, 1)
        _write_heard(everyone, body, version, number)
        body.end_section(landscape=True)
        return exports.pack_annex(ctx, report, title, body)


def consultation_file_name(version: ReportVersion) -> str:
    """A file name such as "svn-wg48-national_report-v2-consultations.docx"."""
    return exports.report_file_name(version).replace(".docx", "-consultations.docx")


def _write_held(everyone: Ctx, body: Body, version: ReportVersion, number: int) -> int:
    cycle = version.report.cycle
    held = everyone.session.scalars(
        select(Consultation)
        .where(
            Consultation.cycle_id == cycle.id,
            Consultation.state == ConsultationState.HELD,
            consultations.visible(everyone),
        )
        .options(
            selectinload(Consultation.invitations).joinedload(Invitation.institution),
            selectinload(Consultation.outcomes),
        )
        .order_by(Consultation.starts_at, Consultation.id)
    ).all()
    hidden = consultations.held_count(everyone, cycle) - len(held)
    came = [consultations.participants(everyone, one) for one in held]
    body.heading(1, _("Consultations held"))
    body.numbered(
        number,
        literal(
            ngettext(
                "%(n)s consultation was held, which %(people)s people attended.",
                "%(n)s consultations were held, which %(people)s people attended.",
                len(held),
                people=words.number(sum(one.people for one in came)),
            )
        ),
    )
    number += 1
    if hidden:
        body.numbered(
            number,
            literal(
                ngettext(
                    "%(n)s further consultation was not public, to protect those who took part.",
                    "%(n)s further consultations were not public, to protect those who took part.",
                    hidden,
                )
            ),
        )
        number += 1
    if held:
        body.table(
            [_("Date"), _("Consultation"), _("Organisations"), _("People"), _("Agreed")],
            [
                [literal(cell) for cell in _held_row(everyone, one, who)]
                for one, who in zip(held, came, strict=True)
            ],
            _HELD_WIDTHS,
            rtl=is_rtl(version.report.language),
        )
    return number


def _held_row(
    everyone: Ctx, one: Consultation, who: consultations.Participants
) -> tuple[str, str, str, str, str]:
    place = one.venue or (_("online") if one.online_url else "")
    named = [invitation.institution.name for invitation in who.named]
    rest = who.organisations - len(named)
    if rest:
        named.append(
            ngettext(
                "%(n)s organisation that is not named",
                "%(n)s organisations that are not named",
                rest,
            )
        )
    return (
        words.short_day(one.starts_at.astimezone(everyone.house.settings.zone).date()),
        "\n".join(
            part for part in (one.title, kinds.kind_label(everyone, one.kind), place) if part
        ),
        "; ".join(named) or _NOTHING,
        _(
            "%(n)s (women %(women)s, men %(men)s, others %(others)s)",
            n=words.number(who.people),
            women=who.women,
            men=who.men,
            others=who.others,
        )
        if who.people
        else _NOTHING,
        "\n".join(outcome.text for outcome in one.outcomes) or _NOTHING,
    )


def _write_heard(everyone: Ctx, body: Body, version: ReportVersion, number: int) -> None:
    heard = margins.heard_on(everyone, version.report)
    body.heading(1, _("Comments on the draft"))
    total = sum(one.comments for one in heard)
    body.numbered(
        number,
        literal(
            ngettext(
                "%(n)s comment on the draft was received and can be read by everyone.",
                "%(n)s comments on the draft were received and can be read by everyone.",
                total,
            )
        ),
    )
    if not heard:
        return
    rtl = is_rtl(version.report.language)
    body.table(
        [_("Version"), _("Open for comment"), _("Comments"), _("Answers"), _("What changed")],
        [
            [
                literal(cell)
                for cell in (
                    str(one.version_number),
                    f"{words.short_day(one.opened)} – {words.short_day(one.closes)}",
                    words.number(one.comments),
                    "\n".join(f"{label}: {n}" for label, n in one.answers.items()) or _NOTHING,
                    ", ".join(dict.fromkeys(change.place for change in one.changes)) or _NOTHING,
                )
            ]
            for one in heard
        ],
        _ROUND_WIDTHS,
        rtl=rtl,
    )
    changes = [change for one in heard for change in one.changes]
    if not changes:
        return
    body.numbered(
        number + 1, literal(_("The table shows what was changed because of a comment, and why."))
    )
    body.table(
        [_("Place"), _("Comment"), _("Answer")],
        [[literal(c) for c in (change.place, change.said, change.answer)] for change in changes],
        _ANSWER_WIDTHS,
        rtl=rtl,
    )
