"""Absence: the substitute acts from the first to the last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from nmrf.accounts import queries, service
from nmrf.accounts.models import Absence
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.roles import Held, Role
from tests import factories

TODAY = date(2026, 11, 18)


def day(n):
    return TODAY + timedelta(days=n)


@pytest.fixture
def absent(make_ctx, world):
    """The focal point is away from tomorrow for three days; the alternate stands in."""
    return service.set_absence(
        make_ctx(world.focal), world.focal, world.alternate, day(1), day(3), "Round half done."
    )


def refusal(ctx, person, substitute, starts_on, ends_on):
    with pytest.raises(Invalid) as refused:
        service.set_absence(ctx, person, substitute, starts_on, ends_on)
    return refused.value.place


def test_the_substitute_acts_on_these_days_in_both_offices(ctx, world, absent):
    held = [queries.actor_for(ctx.session, world.alternate, day(n)).held for n in range(5)]
    own = (Held(Role.ALTERNATE, world.moj.id),)
    both = (*own, Held(Role.FOCAL_POINT, world.moj.id))
    assert held == [own, both, both, both, own]


def test_the_absent_person_keeps_acting(ctx, world, absent):
    assert queries.actor_for(ctx.session, world.focal, day(2)).has(Role.FOCAL_POINT)


def test_the_substitute_is_told_with_the_note(world, absent, mails, body):
    assert mails() == [("substitute", world.alternate.email, "You stand in for Fay Focal")]
    assert "Round half done." in body().splitlines()


def test_mail_goes_to_both_meanwhile(ctx, world, absent):
    told = [
        [p.name for p in queries.recipients(ctx.session, day(n), [Role.FOCAL_POINT])]
        for n in (0, 1, 3, 4)
    ]
    both = ["Fay Focal", "Alf Alternate"]
    assert told == [["Fay Focal"], both, both, ["Fay Focal"]]


def test_mail_goes_to_each_once(ctx, world, absent):
    told = queries.recipients(
        ctx.session, day(1), [Role.FOCAL_POINT, Role.ALTERNATE], [world.moj.id]
    )
    assert [person.name for person in told] == ["Alf Alternate", "Fay Focal"]


def test_administration_is_not_passed_on(make_ctx, ctx, world):
    factories.office(ctx.session, world.admin, Role.SECRETARIAT, world.mfa)
    ctx.session.refresh(world.admin)
    service.set_absence(make_ctx(world.admin), world.admin, world.secretary, TODAY, TODAY)
    assert queries.actor_for(ctx.session, world.secretary, TODAY).roles == {Role.SECRETARIAT}


def test_who_is_gone_for_good_is_not_stood_in_for(ctx, world, absent):
    world.focal.active = False
    ctx.session.flush()
    assert queries.actor_for(ctx.session, world.alternate, day(2)).roles == {Role.ALTERNATE}


@pytest.mark.parametrize("who", ["secretary", "stakeholder", "focal"])
def test_a_substitute_is_somebody_else_of_the_same_institution(make_ctx, world, who):
    ctx = make_ctx(world.focal)
    assert refusal(ctx, world.focal, getattr(world, who), TODAY, TODAY) == "substitute"


def test_colleagues_are_in_office_active_and_on_the_same_side(ctx, world):
    gone = factories.person(ctx.session, Role.ALTERNATE, world.moj)
    gone.active = False
    over = factories.person(ctx.session)
    factories.office(ctx.session, over, Role.ALTERNATE, world.moj, day(-9), day(-1))
    ctx.session.flush()
    found = queries.colleagues(ctx.session, world.focal, TODAY)
    assert [person.name for person in found] == ["Alf Alternate", "Vera Authority"]
    assert queries.colleagues(ctx.session, over, TODAY) == []


@pytest.mark.parametrize(
    ("starts", "ends", "place"),
    [(2, 1, "ends_on"), (-3, -1, "ends_on"), (0, 367, "ends_on"), (367, 368, "ends_on")],
)
def test_a_period_that_cannot_be_meant_is_refused(make_ctx, world, starts, ends, place):
    ctx = make_ctx(world.focal)
    assert refusal(ctx, world.focal, world.alternate, day(starts), day(ends)) == place


def test_an_absence_that_began_can_be_entered_late(make_ctx, world):
    absence = service.set_absence(
        make_ctx(world.focal), world.focal, world.alternate, day(-3), TODAY
    )
    assert (absence.starts_on, absence.ends_on) == (day(-3), TODAY)


@pytest.mark.parametrize(("starts", "ends", "free"), [(3, 5, False), (0, 1, False), (4, 5, True)])
def test_absences_do_not_overlap(make_ctx, ctx, world, absent, starts, ends, free):
    ctx.session.commit()
    acting = make_ctx(world.focal)
    if free:
        service.set_absence(acting, world.focal, world.authority, day(starts), day(ends))
    else:
        place = refusal(acting, world.focal, world.authority, day(starts), day(ends))
        assert place == "starts_on"


def test_a_substitute_is_not_away_on_these_days(make_ctx, world, absent):
    ctx = make_ctx(world.authority)
    assert refusal(ctx, world.authority, world.focal, day(3), day(4)) == "substitute"
    service.set_absence(ctx, world.authority, world.focal, day(4), day(4))


def test_when_the_substitute_goes_away_too_the_absent_person_is_told(
    make_ctx, world, absent, mails
):
    service.set_absence(make_ctx(world.alternate), world.alternate, world.authority, day(3), day(9))
    assert [(kind, to) for kind, to, _s in mails()][1:] == [
        ("substitute", world.authority.email),
        ("substitute_lost", world.focal.email),
    ]


def test_an_absence_to_come_is_taken_back(make_ctx, ctx, world, absent):
    service.end_absence(make_ctx(world.focal), absent)
    assert ctx.session.scalars(select(Absence)).all() == []


def test_who_comes_back_early_acts_alone_from_today(make_ctx, ctx, world, absent, clock):
    clock.advance(days=2)
    service.end_absence(make_ctx(world.focal), absent)
    assert absent.ends_on == day(1)
    assert queries.actor_for(ctx.session, world.alternate, day(2)).roles == {Role.ALTERNATE}
    with pytest.raises(Conflict):
        service.end_absence(make_ctx(world.focal), absent)


def test_the_secretariat_enters_the_absence_of_who_cannot(make_ctx, world):
    absence = service.set_absence(
        make_ctx(world.secretary), world.focal, world.alternate, TODAY, TODAY
    )
    service.end_absence(make_ctx(world.secretary), absence)


@pytest.mark.parametrize("who", ["alternate", "authority", "stakeholder"])
def test_a_stranger_enters_and_ends_no_absence(make_ctx, world, absent, who):
    ctx = make_ctx(getattr(world, who))
    with pytest.raises(Refused):
        service.set_absence(ctx, world.focal, world.alternate, TODAY, TODAY)
    with pytest.raises(Refused):
        service.end_absence(ctx, absent)
