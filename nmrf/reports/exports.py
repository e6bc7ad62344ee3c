"""Word files of a report and of the addendum, in the form of UN documents."""

from __future__ import annotations

from datetime import date

from babel import Locale
from babel.dates import format_date, format_interval

from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _, ngettext, speaking
from nmrf.cycles import planning
from nmrf.cycles.models import Cycle
from nmrf.cycles.queries import milestone_of
from nmrf.recommendations.models import POSITION_LABELS
from nmrf.reports import margins
from nmrf.reports.addendum import (
    AddendumForWord,
    AnswerForWord,
    GroupForWord,
    PositionForWord,
    write_addendum,
)
from nmrf.reports.inline import literal
from nmrf.reports.lines import bare_lines
from nmrf.reports.models import Report, ReportKind, ReportVersion
from nmrf.reports.positions import Positions, positions
from nmrf.reports.word_body import Body
from nmrf.reports.word_out import BlockForWord, ReportForWord, write_report
from nmrf.reports.word_package import Properties, pack

_TENS = ("", "", "twent", "thirt", "fort", "fift", "sixt", "sevent", "eight", "ninet")
_ORDINALS = (
    *("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth"),
    *("sixteenth", "seventeenth", "eighteenth", "nineteenth"),
)


def report_file(ctx: Ctx, version: ReportVersion, *, with_comments: bool = False) -> bytes:
    """The version as a .docx file; the same version gives the same bytes.

    `with_comments` writes what is in the margin as comments of Word.
    """
    remarks = margins.remarks_of(ctx, version) if with_comments else {}
    report = version.report
    with speaking(report.language):
        return write_report(
            ReportForWord(
                title=report.title,
                state=state_name(ctx, report.language),
                created=version.frozen_at or version.created_at,
                author=ctx.house.settings.site_name,
                language=report.language,
                session="\n".join(session_lines(ctx, report.cycle)),
                symbol=report.symbol or expected_symbol(report),
                distribution=_distribution(report.language),
                blocks=[
                    BlockForWord(
                        kind=line.kind.value,
                        text=line.text,
                        label=line.label,
                        number=line.number,
                        comments=remarks.get(line.paragraph_id, ()),
                    )
                    for line in bare_lines(ctx.session, version.id)
                    if line.is_live
                ],
                notes=version.notes,
            )
        )


def report_file_name(version: ReportVersion) -> str:
    """A file name such as "svn-wg48-national_report-v2.docx"."""
    cycle = version.report.cycle
    return (
        f"{cycle.state.lower()}-wg{cycle.session}-{version.report.kind.value}"
        f"-v{version.number}.docx"
    )


def expected_symbol(report: Report) -> str:
    """A place for the symbol that the UN gives to a national report; in brackets until it does.

    The form is that of A/HRC/WG.6/48/SVN/1. A mid-term report has none.
    """
    if report.kind is not ReportKind.NATIONAL:
        return ""
    return f"[A/HRC/WG.6/{report.cycle.session}/{report.cycle.state}/1]"


def state_name(ctx: Ctx, language: str) -> str:
    """The name of the State in a language."""
    country = ctx.house.settings.country
    return Locale.parse(language, sep="-").territories.get(country, country)


def session_lines(ctx: Ctx, cycle: Cycle) -> list[str]:
    """The session as UN documents name it: "Forty-eighth session", "Geneva, 20–31 January 2025"."""
    language = i18n.language()
    lines = [
        _("%(ordinal)s session", ordinal=ordinal(cycle.session))
        if language == "en"
        else _("Session %(n)s", n=cycle.session)
    ]
    known = planning.facts(ctx.house, cycle.state, cycle.session, cycle.number, cycle.facts).dates
    first, last = known.get("session_start"), known.get("session_end")
    if first and last and not first.month_only:
        lines.append(_("Geneva, %(days)s", days=_days(first.on, last.on, language)))
    return lines


def _days(first: date, last: date, language: str) -> str:
    """The days of a session: "20–31 January 2025", "29 April–10 May 2024"."""
    if language != "en":
        return format_interval(first, last, "yMMMd", locale=i18n.locale())
    same_month = (first.year, first.month) == (last.year, last.month)
    begins = str(first.day) if same_month else format_date(first, "d MMMM", locale="en")
    return f"{begins}–{format_date(last, 'd MMMM y', locale='en')}"


def ordinal(n: int) -> str:
    """A number from 1 to 99 in English words, as UN documents write sessions; else "101."."""
    if not 0 < n < 100:
        return f"{n}."
    if n < 20:
        return _ORDINALS[n].capitalize()
    tens, ones = divmod(n, 10)
    return (
        f"{_TENS[tens]}y-{_ORDINALS[ones]}".capitalize()
        if ones
        else f"{_TENS[tens]}ieth".capitalize()
    )


def _distribution(language: str) -> str:
    name = Locale.parse("en").languages.get(language.partition("-")[0], language)
    return "\n".join(
        [_("Distr.: %(kind)s", kind=_("General")), _("Original: %(language)s", language=name)]
    )


def pack_annex(ctx: Ctx, report: Report, title: str, body: Body) -> bytes:
    """The .docx file of an annex to a report."""
    return pack(
        body,
        Properties(
            title=f"{report.title}: {title}",
            author=ctx.house.settings.site_name,
            created=ctx.now,
            language=report.language,
            symbol=report.symbol or expected_symbol(report),
        ),
    )


def addendum_file(ctx: Ctx, cycle: Cycle) -> bytes:
    """The addendum as a .docx file, in the house's own language.

    Raises `Conflict` while a recommendation has no position: the document must answer all.
    """
    found = positions(ctx.session, cycle.id)
    if not found.rows:
        raise Conflict(_("There are no recommendations in this cycle yet."))
    if found.pending:
        raise Conflict(
            ngettext(
                "One recommendation has no position yet: %(first)s. The addendum answers all.",
                "%(n)s recommendations have no position yet, the first is %(first)s. "
                "The addendum answers all.",
                len(found.pending),
                first=found.pending[0].number,
            )
        )
    language = ctx.house.settings.default_language
    with speaking(language):
        return write_addendum(
            AddendumForWord(
                state=state_name(ctx, language),
                session="",  # of the Council: never to be guessed from that of the review
                symbol=found.symbol or "[A/HRC/…/Add.1]",
                created=ctx.now,
                author=ctx.house.settings.site_name,
                language=language,
                distribution=_distribution(language),
                introduction=[literal(text) for text in introduction(ctx, cycle, found)],
                groups=[
                    GroupForWord(
                        heading=str(group.heading),
                        lead=str(group.lead),
                        numbers=group.numbers,
                        answers=[AnswerForWord(a.numbers, literal(a.text)) for a in group.answers],
                    )
                    for group in found.groups
                ],
                table=[
                    PositionForWord(row.number, str(POSITION_LABELS[row.position]))
                    for row in found.rows
                ],
            )
        )


def introduction(ctx: Ctx, cycle: Cycle, found: Positions) -> list[str]:
    """The opening paragraphs: what the document is, and the counts."""
    state = state_name(ctx, i18n.language())
    review = milestone_of(ctx.session, cycle, "interactive_dialogue")
    if review is not None and review.on is not None:
        opening = _(
            "This document contains the response of the Government of %(state)s to the "
            "recommendations made during its review on %(day)s.",
            state=state,
            day=format_date(review.on, "long", locale=i18n.locale()),
        )
    else:
        opening = _(
            "This document contains the response of the Government of %(state)s to the "
            "recommendations made during its review.",
            state=state,
        )
    return [
        opening,
        _(
            "%(state)s received %(total)s recommendations, of which %(supported)s are supported "
            "and %(noted)s noted.",
            state=state,
            total=found.total,
            supported=found.supported,
            noted=found.noted,
        ),
    ]


def addendum_file_name(cycle: Cycle) -> str:
    """A file name such as "svn-wg48-addendum.docx"."""
    return f"{cycle.state.lower()}-wg{cycle.session}-addendum.docx"
