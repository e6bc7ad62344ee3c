"""Pictures of how implementation stands, each with its finding as the title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import Lazy, _, _l, ngettext
from nmrf.portal.progress import BY_LABELS, By, Share
from nmrf.portal.queries import Lead, Standing
from nmrf.recommendations.models import POSITION_LABELS, Position


@dataclass(frozen=True)
class Bar:
    label: str
    values: tuple[int, ...]
    url: str = ""


@dataclass(frozen=True)
class Chart:
    """See `templates/components/chart_bar.html`."""

    title: str
    series: tuple[str, ...]
    rows: Sequence[Bar]
    source: str
    rule: str
    unit: str
    most: int = 0


def finding(shown: Standing) -> str:
    """What the figures say, in a sentence."""
    values = {"n": shown.total, "some": words.number(shown.progress)}
    if not shown.reported:
        return ngettext(
            "Nobody has reported on the %(n)s recommendation yet",
            "Nobody has reported on the %(n)s recommendations yet",
            shown.total,
        )
    if not shown.progress:
        return _("Institutions report no progress yet on any recommendation")
    return _("Institutions report progress on %(some)s of %(n)s recommendations", **values)


def _series() -> tuple[str, ...]:
    return (
        _("In place, or lasting effort under way"),
        _("Begun or partly in place"),
        _("Planned or not begun"),
        _("Not reported yet"),
    )


def _source(ctx: Ctx) -> str:
    return _(
        "As institutions reported it themselves, not independently verified. As of %(day)s.",
        day=words.short_day(ctx.today),
    )


def by_position(ctx: Ctx, shown: Standing, url: Callable[[Position], str]) -> Chart:
    """The recommendations of a cycle, a bar for each position."""
    return Chart(
        title=finding(shown),
        series=_series(),
        rows=[
            Bar(str(POSITION_LABELS[position]), counts, url(position))
            for position, counts in shown.by_position.items()
        ],
        source=_source(ctx),
        rule=_(
            "Each numbered recommendation of the Working Group report counts once, "
            "by the last status that was signed off."
        ),
        unit=_("Position"),
    )


def by_institution(ctx: Ctx, lines: Sequence[Lead], url: Callable[[Lead], str]) -> Chart | None:
    """What each institution leads; None where nobody leads anything."""
    leading = [line for line in lines if line.leads]
    if not leading:
        return None
    total = sum(line.leads for line in leading)
    reported = sum(line.reported for line in leading)
    return Chart(
        title=ngettext(
            "%(n)s institution leads, and has reported on %(some)s of %(all)s recommendations",
            "%(n)s institutions lead, and have reported on %(some)s of %(all)s recommendations",
            len(leading),
            some=words.number(reported),
            all=words.number(total),
        ),
        series=_series(),
        rows=[Bar(line.institution.name, line.steps, url(line)) for line in leading],
        source=_source(ctx),
        rule=_("A recommendation counts with the one institution that leads."),
        unit=_("Institution"),
    )


MOST = 20  # bars that can be taken in; the table has all

RULES: dict[By, Lazy] = {
    By.THEME: _l("A recommendation with several themes counts under each."),
    By.PERSONS: _l("A recommendation that speaks of several groups counts under each."),
    By.SDG: _l("A recommendation that serves several goals counts under each."),
    By.LEAD: _l("A recommendation counts with the one institution that leads."),
    By.STATE: _l("A recommendation that several States made counts with each."),
    By.CYCLE: _l("All recommendations of a cycle, by the last status that was signed off."),
}


def by_group(
    ctx: Ctx, by: By, shares: Sequence[Share], url: Callable[[Share], str]
) -> Chart | None:
    """A bar for each group; None where there is none."""
    if not shares:
        return None
    first = shares[0]
    return Chart(
        title=_(
            "%(name)s: progress on %(some)s of %(n)s",
            name=first.name,
            some=words.number(first.progress),
            n=words.number(first.total),
        )
        if by is By.CYCLE
        else _(
            "Most recommendations: %(name)s, with progress on %(some)s of %(n)s",
            name=first.name,
            some=words.number(first.progress),
            n=words.number(first.total),
        ),
        series=_series(),
        rows=[Bar(one.name, one.steps, url(one)) for one in shares],
        source=_source(ctx),
        rule=str(RULES[by]),
        unit=str(BY_LABELS[by]),
        most=MOST,
    )
