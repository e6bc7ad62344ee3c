"""Offices: which role in which institution, for which period; handed over."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from nmrf.access import ROLES_BY_KIND
from nmrf.accounts import hand_over, queries, service
from nmrf.accounts.models import InstitutionKind, Office
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from nmrf.core.roles import GOVERNMENT, Role
from nmrf.core.words import short_day
from tests import factories
from tests.factories.accounts import with_password

TODAY = date(2026, 11, 18)
TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def acting(make_ctx, world):
    return make_ctx(world.secretary)


@pytest.fixture
def newcomer(ctx, world):
    person = with_password(ctx.session, factories.person(ctx.session, name="Nora Newcomer"))
    ctx.session.commit()
    return person


def test_an_office_is_given_and_its_holder_is_told(ctx, acting, world, newcomer, mails):
    office = service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, TODAY)
    ctx.session.commit()
    assert queries.actor_for(ctx.session, newcomer, TODAY).has_in(world.moj.id, Role.ALTERNATE)
    assert queries.actor_for(ctx.session, newcomer, YESTERDAY).held == ()
    assert mails() == [
        (
            "office_given",
            newcomer.email,
            "You are now: Alternate focal point, Ministry of Justice",
        )
    ]
    events = history(ctx.session, "office", office.id)
    assert [(e.kind, e.actor_id, e.data) for e in events] == [
        (
            "office.given",
            world.secretary.id,
            {
                "person": newcomer.id,
                "institution": world.moj.id,
                "role": "alternate",
                "starts_on": "2026-11-18",
                "ends_on": None,
            },
        )
    ]


def test_an_office_of_the_past_is_entered_without_a_mail(acting, world, newcomer, mails):
    service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, date(2020, 1, 1), YESTERDAY)
    assert mails() == []


def test_who_has_not_taken_up_the_invitation_gets_no_second_mail(acting, ctx, world, mails):
    invited = factories.person(ctx.session)
    service.give_office(acting, invited, world.moj, Role.ALTERNATE, TODAY)
    assert mails() == []


@pytest.mark.parametrize("kind", list(InstitutionKind))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_given_only_where_it_exists(make_ctx, ctx, world, newcomer, kind, role):
    institution = factories.institution(ctx.session, f"Body {kind}", kind)
    given = True
    try:
        service.give_office(make_ctx(world.admin), newcomer, institution, role, TODAY)
    except Refused:
        given = False
    assert given == (role in ROLES_BY_KIND[kind.value])
    if kind in {"ministry", "agency", "judiciary", "committee"}:
        assert not (given and role not in GOVERNMENT)
    else:
        assert not (given and role in GOVERNMENT)


@pytest.mark.parametrize(
    ("at", "role", "reason"),
    [
        (
            "ombuds",
            Role.DRAFTER,
            (
                "Ombuds Office is not part of the Government, so nobody there can be “Drafter”: "
                "those who advise and comment never draft or approve the Government's own text. "
                "Choose a role of its own kind."
            ),
        ),
        (
            "alliance",
            Role.VALIDATING_AUTHORITY,
            (
                "Alliance for Examples is not part of the Government, so nobody there can be "
                "“Validating authority”: those who advise and comment never draft or approve the "
                "Government's own text. Choose a role of its own kind."
            ),
        ),
        (
            "moj",
            Role.NHRI,
            (
                "Ministry of Justice is part of the Government, so nobody there can be “National "
                "human rights institution”: that role speaks for those outside it. Choose a role "
                "of the Government."
            ),
        ),
        (
            "alliance",
            Role.NHRI,
            (
                "The role “National human rights institution” does not exist in Alliance for "
                "Examples."
            ),
        ),
    ],
)
def test_a_refusal_gives_the_reason(acting, world, newcomer, at, role, reason):
    with pytest.raises(Refused) as refused:
        service.give_office(acting, newcomer, getattr(world, at), role, TODAY)
    assert refused.value.message == reason


OTHER_SIDE = (
    "This person already speaks for the other side: one person cannot both approve the "
    "Government's text and comment on it for a stakeholder. End the other office first."
)


def test_nobody_serves_both_sides_at_once(acting, world):
    for person, at, role in [
        (world.stakeholder, world.moj, Role.FOCAL_POINT),
        (world.ombudsman, world.mfa, Role.DRAFTER),
        (world.focal, world.alliance, Role.STAKEHOLDER),
    ]:
        with pytest.raises(Refused) as refused:
            service.give_office(acting, person, at, role, TODAY)
        assert refused.value.message == OTHER_SIDE


def test_one_can_change_sides_from_the_day_after(acting, world):
    service.end_office(acting, world.stakeholder.offices[0], TODAY)
    with pytest.raises(Refused):
        service.give_office(acting, world.stakeholder, world.moj, Role.FOCAL_POINT, TODAY)
    office = service.give_office(acting, world.stakeholder, world.moj, Role.FOCAL_POINT, TOMORROW)
    assert office.starts_on == TOMORROW


def test_an_office_to_come_on_the_other_side_counts_too(acting, ctx, world, newcomer):
    factories.office(ctx.session, newcomer, Role.STAKEHOLDER, world.alliance, TODAY + timedelta(30))
    with pytest.raises(Refused):
        service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, TODAY)
    until = TODAY + timedelta(29)
    office = service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, TODAY, until)
    assert office.ends_on == until


@pytest.mark.parametrize("who", ["focal", "authority", "ombudsman", "stakeholder"])
def test_strangers_give_and_end_no_offices(make_ctx, world, newcomer, who):
    ctx = make_ctx(getattr(world, who))
    for act in (
        lambda: service.give_office(ctx, newcomer, world.moj, Role.ALTERNATE, TODAY),
        lambda: service.end_office(ctx, world.alternate.offices[0], TODAY),
        lambda: service.hand_over(ctx, world.alternate, newcomer, TODAY),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.message == (
            "Only the secretariat and administrators look after people and institutions."
        )


def test_only_an_administrator_makes_another(make_ctx, acting, world, newcomer):
    with pytest.raises(Refused) as refused:
        service.give_office(acting, newcomer, world.mfa, Role.ADMINISTRATOR, TODAY)
    assert refused.value.message == "Only an administrator can make another administrator."
    ctx = make_ctx(world.admin)
    office = service.give_office(ctx, newcomer, world.mfa, Role.ADMINISTRATOR, TODAY)
    assert office.role == Role.ADMINISTRATOR


def test_only_an_administrator_gives_an_office_to_themselves(make_ctx, acting, world):
    with pytest.raises(Refused) as refused:
        service.give_office(acting, world.secretary, world.mfa, Role.MINISTER, TODAY)
    assert refused.value.message == (
        "Nobody gives an office to themselves. Ask a colleague of the secretariat to do it."
    )
    ctx = make_ctx(world.admin)
    office = service.give_office(ctx, world.admin, world.mfa, Role.SECRETARIAT, TODAY)
    assert office.person is world.admin


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "place"),
    [
        (TODAY, YESTERDAY, "ends_on"),
        (date(1, 1, 1), None, "starts_on"),
        (date(1989, 12, 31), None, "starts_on"),
        (date(2126, 1, 1), None, "starts_on"),
        (TODAY, date(9999, 12, 31), "ends_on"),
    ],
)
def test_a_period_that_cannot_be_meant_is_refused(
    acting, world, newcomer, starts_on, ends_on, place
):
    with pytest.raises(Invalid) as refused:
        service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, starts_on, ends_on)
    assert refused.value.place == place


def test_the_same_office_is_not_given_twice_at_once(acting, world):
    with pytest.raises(Invalid) as refused:
        service.give_office(acting, world.focal, world.moj, Role.FOCAL_POINT, TODAY)
    assert (refused.value.place, refused.value.message) == (
        "role",
        (
            "Fay Focal already is “Focal point” in Ministry of Justice from "
            f"{short_day(date(2024, 1, 1))} on."
        ),
    )


def test_closed_accounts_and_institutions_take_no_office(acting, ctx, world, newcomer):
    world.moj.active = False
    with pytest.raises(Conflict):
        service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, TODAY)
    newcomer.active = False
    with pytest.raises(Conflict):
        service.give_office(acting, newcomer, world.mfa, Role.DRAFTER, TODAY)


def test_an_office_ends_after_its_last_day(ctx, acting, world, mails):
    office = world.alternate.offices[0]
    service.end_office(acting, office, TOMORROW)
    actors = [
        queries.actor_for(ctx.session, world.alternate, day).has(Role.ALTERNATE)
        for day in (TODAY, TOMORROW, TOMORROW + timedelta(days=1))
    ]
    assert actors == [True, True, False]
    assert [(kind, to) for kind, to, _s in mails()] == [("office_ended", world.alternate.email)]


def test_an_end_can_be_brought_forward_but_not_put_off(acting, world):
    office = world.alternate.offices[0]
    service.end_office(acting, office, TOMORROW)
    for day in (TOMORROW, TOMORROW + timedelta(days=1)):
        with pytest.raises(Conflict):
            service.end_office(acting, office, day)
    service.end_office(acting, office, TODAY)
    assert office.ends_on == TODAY


def test_an_office_cannot_end_before_it_began(acting, world):
    with pytest.raises(Invalid) as refused:
        service.end_office(acting, world.alternate.offices[0], date(2023, 12, 31))
    assert refused.value.place == "last_day"


def test_an_office_that_has_not_begun_is_taken_back(ctx, acting, world, newcomer):
    office = service.give_office(acting, newcomer, world.moj, Role.ALTERNATE, TOMORROW)
    service.end_office(acting, office, TODAY)
    ctx.session.commit()
    assert ctx.session.scalars(select(Office).where(Office.person_id == newcomer.id)).all() == []
    kinds = [e.kind for e in history(ctx.session, "office", office.id)]
    assert kinds == ["office.given", "office.withdrawn"]


# --- Hand-over ----------------------------------------------------------------------------------


def test_all_offices_go_to_the_successor_on_the_day_after(ctx, acting, world, newcomer, mails):
    other = factories.institution(ctx.session, "Human Rights Council", InstitutionKind.COMMITTEE)
    factories.office(ctx.session, world.focal, Role.COMMITTEE_MEMBER, other)
    ctx.session.refresh(world.focal)
    taken = service.hand_over(acting, world.focal, newcomer, TODAY)
    ctx.session.commit()
    assert [(o.role, o.starts_on, o.ends_on) for o in taken] == [
        (Role.FOCAL_POINT, TOMORROW, None),
        (Role.COMMITTEE_MEMBER, TOMORROW, None),
    ]
    both = [
        [queries.actor_for(ctx.session, p, day).roles for p in (world.focal, newcomer)]
        for day in (TODAY, TOMORROW)
    ]
    roles = {Role.FOCAL_POINT, Role.COMMITTEE_MEMBER}
    assert both == [[roles, frozenset()], [frozenset(), roles]]
    assert mails() == [("hand_over", newcomer.email, "You take over from Fay Focal")]
    event = history(ctx.session, "person", world.focal.id)[-1]
    assert (event.kind, event.data) == (
        "person.handed_over",
        {"successor": newcomer.id, "offices": [o.id for o in taken]},
    )


def test_an_office_that_the_successor_holds_is_not_given_twice(acting, ctx, world):
    factories.office(ctx.session, world.alternate, Role.FOCAL_POINT, world.moj)
    ctx.session.refresh(world.alternate)
    taken = service.hand_over(acting, world.focal, world.alternate, TODAY)
    assert [(o.person_id, o.starts_on.year) for o in taken] == [(world.alternate.id, 2024)]
    assert world.focal.offices[0].ends_on == TODAY


def test_the_end_of_a_limited_office_stays(acting, world, newcomer):
    end = TODAY + timedelta(days=90)
    world.focal.offices[0].ends_on = end
    taken = service.hand_over(acting, world.focal, newcomer, TODAY)
    assert taken[0].ends_on == end


@pytest.mark.parametrize(
    ("successor", "last_day", "error"),
    [
        ("stakeholder", TODAY, Refused),
        ("focal", TODAY, Invalid),
        ("newcomer", YESTERDAY, Invalid),
        ("secretary", TODAY, Refused),  # nobody gives an office to themselves
    ],
)
def test_a_hand_over_that_cannot_be_is_refused(acting, world, newcomer, successor, last_day, error):
    to = newcomer if successor == "newcomer" else getattr(world, successor)
    with pytest.raises(error):
        service.hand_over(acting, world.focal, to, last_day)


def test_without_an_office_there_is_nothing_to_hand_over(acting, world, newcomer):
    with pytest.raises(Conflict):
        service.hand_over(acting, newcomer, world.alternate, TODAY)


def test_the_sheet_names_offices_open_work_and_contacts(make_ctx, acting, world, monkeypatch):
    item = hand_over.OpenItem("140.7", "/updates/1", "Update wanted")
    monkeypatch.setattr(hand_over, "PROVIDERS", [lambda _ctx, _person: [item]])
    sheet = hand_over.sheet(make_ctx(world.focal), world.focal)
    assert [office.role for office in sheet.offices] == [Role.FOCAL_POINT]
    assert sheet.items == [item]
    assert [o.person.name for o in sheet.contacts] == ["Alf Alternate", "Vera Authority"]
    assert [person.name for person in sheet.secretariat] == ["Sam Secretary"]


def test_the_sheet_is_seen_by_its_institution_its_successor_and_the_secretariat(
    make_ctx, acting, world, newcomer
):
    service.hand_over(acting, world.focal, newcomer, TODAY)
    for person in (world.focal, newcomer, world.authority, world.secretary, world.admin):
        assert hand_over.sheet(make_ctx(person), world.focal).person is world.focal
    for person in (world.ombudsman, world.stakeholder):
        with pytest.raises(Refused):
            hand_over.sheet(make_ctx(person), world.focal)
