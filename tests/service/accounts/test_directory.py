"""The lists of people and institutions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nmrf.accounts import directory
from nmrf.accounts.directory import AccountState
from nmrf.accounts.models import InstitutionKind
from nmrf.core.roles import Role
from tests import factories
from tests.factories.accounts import with_password


@pytest.fixture
def find(ctx, world):
    """Names of the people found."""

    def found(**filters):
        query = directory.people_list(now=ctx.now, today=ctx.today, **filters)
        return [person.name for person in ctx.session.scalars(query)]

    return found


def test_everybody_is_listed_by_name(find):
    assert find() == [
        "Ada Administrator",
        "Alf Alternate",
        "Fay Focal",
        "Olga Ombuds",
        "Sam Secretary",
        "Stan Stakeholder",
        "Vera Authority",
    ]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("fay", ["Fay Focal"]),
        ("FOC", ["Fay Focal"]),
        ("f f", ["Fay Focal"]),
        ("alf alt", ["Alf Alternate"]),
        ("ay", []),
        ("fa% _", ["Fay Focal"]),
        ("zan", ["Žan Čebelar"]),
        ("ŽAN č", ["Žan Čebelar"]),
        ("zan.c@now", ["Žan Čebelar"]),
        ("example fay", ["Fay Focal"]),
    ],
)
def test_words_find_the_beginnings_of_names_and_addresses(ctx, find, q, names):
    person = factories.person(ctx.session, name="Žan Čebelar")
    person.email = "zan.cebelar@nowhere.example"
    ctx.session.flush()
    assert find(q=q) == names


def test_filters_ask_of_one_office_held_today(ctx, world, find):
    assert find(kinds=[InstitutionKind.NHRI, InstitutionKind.CIVIL_SOCIETY]) == [
        "Olga Ombuds",
        "Stan Stakeholder",
    ]
    assert find(roles=[Role.FOCAL_POINT, Role.ALTERNATE]) == ["Alf Alternate", "Fay Focal"]
    assert find(institution_id=world.mfa.id) == ["Ada Administrator", "Sam Secretary"]
    assert find(institution_id=world.mfa.id, roles=[Role.FOCAL_POINT]) == []
    factories.office(
        ctx.session, world.focal, Role.DRAFTER, world.mfa, ends_on=ctx.today - timedelta(days=1)
    )
    assert find(roles=[Role.DRAFTER]) == []


def test_the_state_of_an_account_is_a_filter(ctx, world, find):
    with_password(ctx.session, world.focal)
    with_password(ctx.session, world.alternate).locked_until = ctx.now + timedelta(seconds=1)
    with_password(ctx.session, world.secretary).locked_until = ctx.now
    world.stakeholder.active = False
    ctx.session.flush()
    assert find(states=[AccountState.ACTIVE]) == ["Fay Focal", "Sam Secretary"]
    assert find(states=[AccountState.LOCKED, AccountState.CLOSED]) == [
        "Alf Alternate",
        "Stan Stakeholder",
    ]
    assert find(states=[AccountState.INVITED], q="olga") == ["Olga Ombuds"]
    states = [
        directory.account_state(person, ctx.now)
        for person in (world.focal, world.alternate, world.stakeholder, world.admin)
    ]
    assert states == ["active", "locked", "closed", "invited"]


def test_institutions_are_found_by_name_short_name_and_kind(ctx, world):
    def found(**filters):
        return [i.name for i in ctx.session.scalars(directory.institution_list(**filters))]

    assert found() == [
        "Alliance for Examples",
        "Ministry of Foreign Affairs",
        "Ministry of Justice",
        "Ombuds Office",
    ]
    assert found(q="mfa") == ["Ministry of Foreign Affairs"]
    assert found(q="min jus") == ["Ministry of Justice"]
    assert found(kinds=[InstitutionKind.NHRI]) == ["Ombuds Office"]
    world.ombuds.active = False
    ctx.session.flush()
    assert found(kinds=[InstitutionKind.NHRI]) == []
    assert found(active=False) == ["Ombuds Office"]
