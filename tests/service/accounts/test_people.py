"""Accounts: opened, changed, closed; and who may."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from nmrf.accounts import queries, service
from nmrf.accounts.models import InstitutionKind, Office, Person
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import Event, history
from nmrf.core.roles import PUBLIC, Role
from tests import factories
from tests.factories.accounts import with_password

TODAY = date(2026, 11, 18)


def test_an_account_is_opened_with_an_invitation(make_ctx, world, mails, body):
    ctx = make_ctx(world.secretary)
    person = service.create_person(ctx, " Nadia   Example ", "Nadia@Example.org", "fr")
    assert (person.name, person.email, person.language, person.password_hash) == (
        "Nadia Example",
        "nadia@example.org",
        "fr",
        None,
    )
    assert [(kind, to) for kind, to, _s in mails()] == [("invitation", "nadia@example.org")]
    assert queries.find_by_email(ctx.session, "NADIA@example.org ") is person
    ctx.session.commit()
    kinds = [e.kind for e in history(ctx.session, "person", person.id)]
    assert kinds == ["person.created", "person.invited"]


def test_without_invitation_no_mail_goes(ctx, world, mails):
    person = service.create_person(ctx, "Nadia Example", "nadia@example.org", invite=False)
    assert (mails(), person.language) == ([], "en")


def test_an_account_with_its_office_gets_one_mail_that_names_it(make_ctx, world, mails, body):
    person = service.open_account(
        make_ctx(world.secretary),
        "Nadia Example",
        "nadia@example.org",
        "en",
        institution=world.moj,
        role=Role.ALTERNATE,
        starts_on=TODAY,
    )
    assert [kind for kind, _to, _subject in mails()] == ["invitation"]
    assert "- Alternate focal point, Ministry of Justice" in body().splitlines()
    assert [o.role for o in person.offices] == [Role.ALTERNATE]


def test_events_hold_no_name_and_no_address(make_ctx, world):
    ctx = make_ctx(world.secretary)
    person = service.create_person(ctx, "Nadia Example", "nadia@example.org")
    service.change_details(
        ctx, person, name="Nadia Other", email="other@example.org", language="fr"
    )
    ctx.session.commit()
    data = [event.data for event in ctx.session.scalars(select(Event).order_by(Event.id))]
    assert data == [{}, {}, {"fields": ["name", "email", "language"]}]


@pytest.mark.parametrize(
    "email", ["person1@example.org", " PERSON1@EXAMPLE.ORG", "person1＠example.org"]
)
def test_one_address_has_one_account_however_it_is_written(ctx, world, email):
    world.focal.email = "person1@example.org"
    ctx.session.flush()
    with pytest.raises(Invalid) as refused:
        service.create_person(ctx, "Nadia Example", email)
    assert (refused.value.place, refused.value.message) == (
        "email",
        (
            "person1@example.org already has an account: Fay Focal. One person has one account, with "
            "as many offices as needed."
        ),
    )


@pytest.mark.parametrize(
    ("name", "email", "language", "place"),
    [
        ("<script>", "nadia@example.org", "en", "name"),
        ("Nadia\nBcc: x", "nadia@example.org", "en", "name"),
        ("N" * 201, "nadia@example.org", "en", "name"),
        ("Nadia", "nadia@example.org\nBcc: x@example.org", "en", "email"),
        ("Nadia", "x" * 300 + "@example.org", "en", "email"),
        ("Nadia", "nadia@example.org", "xx", "language"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(ctx, world, name, email, language, place):
    with pytest.raises(Invalid) as refused:
        service.create_person(ctx, name, email, language)
    assert refused.value.place == place


@pytest.mark.parametrize("who", ["focal", "authority", "ombudsman", "stakeholder"])
def test_strangers_look_after_no_accounts(make_ctx, world, who):
    ctx = make_ctx(getattr(world, who))
    acts = [
        lambda: service.create_person(ctx, "Nadia Example", "nadia@example.org"),
        lambda: service.change_details(
            ctx, world.alternate, name="Other", email="o@example.org", language="en"
        ),
        lambda: service.unlock(ctx, world.alternate),
        lambda: service.deactivate(ctx, world.alternate),
        lambda: service.reactivate(ctx, world.alternate),
        lambda: service.end_sessions(ctx, world.alternate),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.message == (
            "Only the secretariat and administrators look after people and institutions."
        )


def test_only_an_administrator_changes_an_administrator(make_ctx, world):
    ctx = make_ctx(world.secretary)
    acts = [
        lambda: service.change_details(
            ctx, world.admin, name="Other", email="o@example.org", language="en"
        ),
        lambda: service.deactivate(ctx, world.admin),
        lambda: service.end_office(ctx, world.admin.offices[0], TODAY),
        lambda: service.end_sessions(ctx, world.admin),
    ]
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.message == (
            "Only an administrator changes the account of an administrator."
        )


def test_a_new_address_is_told_to_both_and_ends_links_and_sessions(make_ctx, world, mails):
    old = world.focal.email
    changed = service.change_details(
        make_ctx(world.secretary),
        world.focal,
        name=world.focal.name,
        email="fay@example.org",
        language="en",
    )
    assert (changed, world.focal.session_epoch) == (["email"], 2)
    assert [to for _kind, to, _subject in mails()] == ["fay@example.org", old]


def test_details_that_stay_the_same_leave_no_trace(make_ctx, ctx, world, mails):
    person = world.focal
    changed = service.change_details(
        make_ctx(world.secretary),
        person,
        name=person.name,
        email=person.email.upper(),
        language=person.language,
    )
    ctx.session.commit()
    assert (changed, mails(), history(ctx.session, "person", person.id)) == ([], [], [])


def test_everybody_changes_their_own_name_and_language_only(make_ctx, world):
    service.change_own_details(make_ctx(world.focal), world.focal, name="Fay F.", language="ar")
    assert (world.focal.name, world.focal.language) == ("Fay F.", "ar")
    with pytest.raises(Refused):
        service.change_own_details(make_ctx(world.admin), world.focal, name="X", language="en")


def test_everybody_ends_their_own_sessions(make_ctx, world):
    key = queries.session_key(world.focal)
    ctx = make_ctx(world.focal)
    service.end_sessions(ctx, world.focal)
    assert queries.signed_in_actor(ctx.session, key, TODAY) is None


def test_a_locked_account_is_unlocked(make_ctx, world, clock):
    ctx = make_ctx(world.secretary)
    with pytest.raises(Conflict):
        service.unlock(ctx, world.focal)
    world.focal.locked_until = clock.now() + timedelta(seconds=1)
    service.unlock(ctx, world.focal)
    assert (world.focal.locked_until, world.focal.failed_attempts) == (None, 0)


def test_closing_an_account_ends_sessions_and_offices_held_by_others_too(make_ctx, ctx, world):
    other = factories.person(ctx.session, Role.ALTERNATE, world.moj)
    key = queries.session_key(world.alternate)
    service.deactivate(make_ctx(world.secretary), world.alternate)
    assert (world.alternate.active, world.alternate.offices[0].ends_on) == (False, TODAY)
    assert queries.signed_in_actor(ctx.session, key, TODAY) is None
    held = queries.holders(ctx.session, TODAY, [Role.ALTERNATE])
    assert [office.person_id for office in held] == [other.id]


def test_an_office_is_not_left_to_nobody(make_ctx, world):
    with pytest.raises(Invalid) as refused:
        service.deactivate(make_ctx(world.secretary), world.focal)
    assert (refused.value.place, refused.value.message) == (
        "successor",
        (
            "Choose a successor: nobody else holds the office in Ministry of Justice, and its open "
            "work would be left to nobody."
        ),
    )


def test_the_successor_acts_from_the_moment_the_account_is_closed(make_ctx, world, mails):
    service.deactivate(make_ctx(world.secretary), world.focal, world.alternate)
    roles = queries.actor_for(make_ctx().session, world.alternate, TODAY).roles
    assert roles == {Role.ALTERNATE, Role.FOCAL_POINT}
    assert [(kind, to) for kind, to, _s in mails()] == [("hand_over", world.alternate.email)]


def test_an_office_that_has_not_begun_goes_with_the_account(make_ctx, ctx, world):
    factories.person(ctx.session, Role.ALTERNATE, world.moj)
    factories.office(ctx.session, world.alternate, Role.ALTERNATE, world.moj, TODAY + timedelta(9))
    world.alternate.offices[0].ends_on = TODAY + timedelta(8)
    ctx.session.commit()
    service.deactivate(make_ctx(world.secretary), world.alternate)
    rows = ctx.session.scalars(select(Office).where(Office.person_id == world.alternate.id)).all()
    assert [row.ends_on for row in rows] == [TODAY]


def test_nobody_closes_their_own_account_or_that_of_the_last_administrator(make_ctx, ctx, world):
    with pytest.raises(Refused) as refused:
        service.deactivate(make_ctx(world.admin), world.admin)
    assert refused.value.message == (
        "Nobody closes their own account. Ask a colleague of the secretariat."
    )
    with pytest.raises(Refused) as refused:
        service.end_office(make_ctx(world.admin), world.admin.offices[0], TODAY)
    assert refused.value.message == (
        "Ada Administrator is the only administrator. Make somebody else administrator first."
    )


def test_one_of_two_administrators_can_go(make_ctx, ctx, world):
    second = factories.person(ctx.session, Role.ADMINISTRATOR, world.mfa)
    ctx.session.refresh(second)
    service.deactivate(make_ctx(second), world.admin)
    assert queries.other_administrators(ctx.session, second.id, TODAY) == 0
    assert not world.admin.active


def test_a_closed_account_is_opened_again_without_offices(make_ctx, ctx, world):
    factories.person(ctx.session, Role.ALTERNATE, world.moj)
    acting = make_ctx(world.secretary)
    service.deactivate(acting, world.alternate)
    with pytest.raises(Conflict):
        service.deactivate(acting, world.alternate)
    service.reactivate(acting, world.alternate)
    with pytest.raises(Conflict):
        service.reactivate(acting, world.alternate)
    tomorrow = TODAY + timedelta(days=1)
    assert queries.actor_for(ctx.session, world.alternate, tomorrow).roles == frozenset()


def test_whom_a_closed_account_stood_in_for_is_asked_for_another(make_ctx, ctx, world, mails):
    factories.person(ctx.session, Role.ALTERNATE, world.moj)
    service.set_absence(make_ctx(world.focal), world.focal, world.alternate, TODAY, TODAY)
    service.deactivate(make_ctx(world.secretary), world.alternate)
    assert mails()[-1] == ("substitute_lost", world.focal.email, "Your substitute cannot stand in")


# --- The very first account ---------------------------------------------------------------------


def test_the_first_administrator_gets_a_ministry_and_a_link(ctx, mails):
    person, link = service.bootstrap_administrator(ctx, "Mira Example", "mira@example.org")
    office = person.offices[0]
    assert (office.role, office.institution.name, office.institution.kind) == (
        Role.ADMINISTRATOR,
        "Ministry of Foreign Affairs",
        InstitutionKind.MINISTRY,
    )
    assert link.startswith("http://nmrf.test/set-password/")
    assert mails() == []


def test_until_the_password_is_set_another_link_can_be_had(ctx):
    person, first = service.bootstrap_administrator(ctx, "Mira Example", "mira@example.org")
    again, second = service.bootstrap_administrator(ctx, "Mira Example", "MIRA@example.org")
    assert (again, first == second) == (person, False)
    assert len(ctx.session.scalars(select(Person)).all()) == 1
    with_password(ctx.session, person)
    with pytest.raises(Conflict):
        service.bootstrap_administrator(ctx, "Mira Example", "mira@example.org")


def test_there_is_no_second_first_administrator(ctx, world, make_ctx):
    with pytest.raises(Conflict):
        service.bootstrap_administrator(ctx, "Mira Example", "mira@example.org")
    for nobody in (world.admin, PUBLIC):
        with pytest.raises(Refused):
            service.bootstrap_administrator(make_ctx(nobody), "Mira", "mira@example.org")
