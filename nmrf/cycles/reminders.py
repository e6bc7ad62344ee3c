"""The reminder ladder: days before a date, as its calendar says, and three times after it.

Safe twice, late, or after an outage: each step is said once to a person, and of the steps that
were missed only the last. A person gets one mail a day, which lists everything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from nmrf.accounts.models import Office, Person
from nmrf.accounts.queries import holders, stand_ins
from nmrf.core.ctx import Ctx
from nmrf.core.due import Due
from nmrf.core.i18n import _l
from nmrf.core.roles import Role
from nmrf.cycles.models import Cycle, Milestone, MilestoneKind, Reminder
from nmrf.cycles.planning import definition_of
from nmrf.cycles.queries import counts_as_late, due_of, title_of
from nmrf.outbox.service import Recipient, notify

OWN_LADDER = (14, 7, 1)  # days before a date that no calendar suggested
LATE_STEPS = (-1, -7, -14)  # days after a deadline that was not delivered; then no more
AUTHORITY_FROM = -7  # from here on the validating authority reads it too
FORGOTTEN = 45  # days after a date on which nobody is reminded of it any more
FURTHEST = 366  # days ahead that a ladder may reach


def step_due(ladder: Iterable[int], on: date, today: date, *, late: bool = True) -> int | None:
    """The last step of the ladder that has been reached, in days before; None before the first.

    After the date the steps are negative; with `late=False` there are none.
    """
    left = (on - today).days
    if left < 0 and (not late or left < -FORGOTTEN):
        return None
    reached = [step for step in (ladder if left >= 0 else LATE_STEPS) if step >= left]
    return min(reached, default=None)


@dataclass(frozen=True)
class _Item:
    milestone: Milestone
    step: int
    title: str = ""
    due: Due | None = None


def remind_due(ctx: Ctx) -> dict[str, int]:
    """Send what the ladders say today. Returns how many mails went out, about how many dates."""
    items = _items(ctx)
    offices = holders(
        ctx.session,
        ctx.today,
        [Role.SECRETARIAT, Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATING_AUTHORITY],
    )
    away = stand_ins(ctx.session, ctx.today, {office.person_id for office in offices})
    said = _said(ctx, [item.milestone.id for item in items])
    waiting: dict[int, list[_Item]] = defaultdict(list)
    people: dict[int, Person] = {}
    for item in items:
        for person in _concerned(item, offices, away):
            key = (item.milestone.id, person.id, item.milestone.on, item.step)
            if key not in said:
                people[person.id] = person
                waiting[person.id].append(item)
                said.add(key)
    mails, reminded = 0, set()
    for person_id, theirs in waiting.items():
        if _send(ctx, people[person_id], theirs):
            mails += 1
            reminded |= {item.milestone.id for item in theirs}
    return {"mails": mails, "dates": len(reminded)}


def _items(ctx: Ctx) -> list[_Item]:
    zone = ctx.house.settings.time_zone
    found = ctx.session.scalars(
        select(Milestone)
        .join(Milestone.cycle)
        .where(
            ~Cycle.closed,
            Milestone.withdrawn_at.is_(None),
            Milestone.delivered_on.is_(None),
            Milestone.on >= ctx.today - timedelta(days=FORGOTTEN),
            Milestone.on <= ctx.today + timedelta(days=FURTHEST),
            Milestone.kind != MilestoneKind.THIRD_PARTY,
        )
        .options(joinedload(Milestone.institution), joinedload(Milestone.cycle))
        .order_by(Milestone.on, Milestone.id)
    )
    items = []
    for milestone in found:
        defined = definition_of(ctx.house, milestone)
        ladder = defined.reminders if defined else OWN_LADDER
        late = milestone.deadline and counts_as_late(milestone, zone) and not milestone.month_only
        if milestone.on is not None:
            step = step_due(ladder, milestone.on, ctx.today, late=late)
            if step is not None:
                items.append(_Item(milestone, step))
    return items


def _concerned(item: _Item, offices: list[Office], away: list[tuple[int, Person]]) -> list[Person]:
    """The focal points of the responsible institution and who stands in for them; without one,
    the secretariat.
    """
    owner = item.milestone.institution_id
    roles = {Role.FOCAL_POINT, Role.ALTERNATE} if owner else {Role.SECRETARIAT}
    if owner and item.step <= AUTHORITY_FROM:
        roles.add(Role.VALIDATING_AUTHORITY)
    found = [
        office.person
        for office in offices
        if office.role in roles and (owner is None or office.institution_id == owner)
    ]
    if owner and not found:  # nobody holds the office: the secretariat has to know
        found = [office.person for office in offices if office.role == Role.SECRETARIAT]
    told = {person.id: person for person in found}
    for person_id, substitute in away:
        if person_id in {person.id for person in found}:
            told.setdefault(substitute.id, substitute)
    return list(told.values())


def _said(ctx: Ctx, milestone_ids: list[int]) -> set[tuple[int, int, date | None, int]]:
    rows = ctx.session.execute(
        select(Reminder.milestone_id, Reminder.person_id, Reminder.due_on, Reminder.step).where(
            Reminder.milestone_id.in_(milestone_ids)
        )
    )
    return {(milestone, person, on, step) for milestone, person, on, step in rows}


def _send(ctx: Ctx, person: Person, items: list[_Item]) -> bool:
    sent = notify(
        ctx,
        "cycle.reminder",
        Recipient.of(person),
        items[0].milestone,
        key=ctx.today.isoformat(),
        why=_l("these dates are yours, or your institution's, to keep."),
        count=len(items),
        # Looked up when the mail is written, in the language of whoever gets it.
        items=lambda: [
            _Item(i.milestone, i.step, title_of(i.milestone), due_of(ctx, i.milestone))
            for i in items
        ],
    )
    if sent is None:  # one mail a day: the rest is said tomorrow
        return False
    ctx.session.add_all(
        Reminder(
            milestone_id=item.milestone.id,
            person_id=person.id,
            due_on=item.milestone.on,
            step=item.step,
            said_on=ctx.today,
        )
        for item in items
    )
    return True
