"""Who is told by mail that dates moved or a stage opened. Texts: `templates/email/cycle.*.txt`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nmrf.accounts.models import Person
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _l
from nmrf.core.roles import GOVERNMENT, Role, Visibility
from nmrf.cycles.models import STAGE_LABELS, Cycle, Milestone, Stage
from nmrf.cycles.queries import title_of
from nmrf.cycles.stage_line import as_text, stage_line
from nmrf.outbox.service import Recipient, notify

FOCAL = (Role.FOCAL_POINT, Role.ALTERNATE)


@dataclass(frozen=True)
class Moved:
    """A milestone, and the day on which it was before."""

    milestone: Milestone
    was: date | None

    @property
    def title(self) -> str:
        return title_of(self.milestone)


def dates_moved(
    ctx: Ctx, cycle: Cycle, moved: Sequence[Moved], *, reason: str, key: str, everyone: bool = False
) -> None:
    """One mail to each of those concerned, with all dates that concern them.

    The secretariat reads of all; focal points of their institution's, and with `everyone`
    (the session moved) of all that the Government sees. Whoever moved them is not told.
    """
    institutions = {m.milestone.institution_id for m in moved} - {None}
    offices = holders(ctx.session, ctx.today, [Role.SECRETARIAT])
    if everyone or institutions:
        of = None if everyone else [one for one in institutions if one]
        offices += holders(ctx.session, ctx.today, FOCAL, of)
    told: dict[int, tuple[Person, dict[int, Moved]]] = {}
    for office in offices:
        if office.person_id == ctx.actor.id:
            continue
        theirs = told.setdefault(office.person_id, (office.person, {}))[1]
        for one in moved:
            own = one.milestone.institution_id == office.institution_id
            seen = everyone and one.milestone.visibility != Visibility.SECRETARIAT
            if office.role == Role.SECRETARIAT or own or seen:
                theirs[one.milestone.id] = one
    for person, theirs in told.values():
        if theirs:
            notify(
                ctx,
                "cycle.dates_moved",
                Recipient.of(person),
                cycle,
                key=key,
                why=_l("you are responsible for one of these dates, or follow all of them."),
                moved=[one for one in moved if one.milestone.id in theirs],
                reason=reason,
            )


def stage_opened(ctx: Ctx, cycle: Cycle, stage: Stage) -> None:
    """Everybody in the Government who works on the cycle learns that a stage began."""
    told: dict[int, Person] = {}
    for office in holders(ctx.session, ctx.today, GOVERNMENT - {Role.ADMINISTRATOR}):
        if office.person_id != ctx.actor.id:
            told[office.person_id] = office.person
    for person in told.values():
        notify(
            ctx,
            "cycle.stage_opened",
            Recipient.of(person),
            cycle,
            key=f"{cycle.id}:{stage.value}:{ctx.now:%Y%m%d%H%M}",
            why=_l("you hold an office in the Government's work on this cycle."),
            stage=STAGE_LABELS[stage],
            line=lambda: as_text(stage_line(cycle, ctx.today)),
        )
