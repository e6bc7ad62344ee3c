"""Institutions: entered, changed, closed."""

from __future__ import annotations

import pytest

from nmrf.accounts import service
from nmrf.accounts.models import InstitutionKind
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import history
from tests import factories


@pytest.fixture
def acting(make_ctx, world):
    return make_ctx(world.secretary)


def change(ctx, institution, **values):
    kept = {
        "name": institution.name,
        "kind": institution.kind,
        "short_name": institution.short_name,
        "email": institution.email,
        "region": institution.region,
        "groups": institution.groups,
    }
    return service.change_institution(ctx, institution, **{**kept, **values})


def test_an_institution_is_entered(acting, ctx):
    made = service.create_institution(
        acting,
        " Ministry  of Health ",
        InstitutionKind.MINISTRY,
        email="Office@Health.example",
        region="Coast",
        groups=["women", "children", "women"],
    )
    ctx.session.commit()
    assert (made.name, made.short_name, made.email, made.region, made.groups, made.active) == (
        "Ministry of Health",
        "MH",
        "office@health.example",
        "Coast",
        ["women", "children"],
        True,
    )
    events = history(ctx.session, "institution", made.id)
    assert [(e.kind, e.data) for e in events] == [("institution.created", {"of_kind": "ministry"})]


@pytest.mark.parametrize(
    ("name", "short"),
    [("Amnesty", "Amnesty"), ("Human Rights Office", "HRO"), ("数据部", "数据部")],
)
def test_without_a_short_name_the_initials_serve(acting, name, short):
    assert service.create_institution(acting, name, InstitutionKind.AGENCY).short_name == short


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"name": "Ministry of Justice"}, "name"),
        ({"name": "MINISTRY  of justice"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "<b>Ministry</b>"}, "name"),
        ({"name": "M" * 201}, "name"),
        ({"short_name": "S" * 81}, "short_name"),
        ({"region": "R" * 81}, "region"),
        ({"email": "office"}, "email"),
        ({"email": "office@example.org\nBcc: x@example.org"}, "email"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(acting, values, place):
    with pytest.raises(Invalid) as refused:
        service.create_institution(
            acting, **{"name": "Ministry of Health", "kind": InstitutionKind.MINISTRY, **values}
        )
    assert refused.value.place == place


def test_changes_are_recorded_by_field(acting, ctx, world):
    assert change(acting, world.moj, name="Ministry of Law", region="Coast") == ["name", "region"]
    ctx.session.commit()
    event = history(ctx.session, "institution", world.moj.id)[-1]
    assert (event.kind, event.data) == ("institution.changed", {"fields": ["name", "region"]})
    assert change(acting, world.moj) == []


def test_a_kind_that_would_break_offices_is_refused_with_the_reason(acting, world):
    with pytest.raises(Invalid) as refused:
        change(acting, world.moj, kind=InstitutionKind.CIVIL_SOCIETY)
    assert (refused.value.place, refused.value.message) == (
        "kind",
        (
            "Alf Alternate is “Alternate focal point” here, which does not exist in an "
            "institution of the kind “Civil society”. End that office first."
        ),
    )
    assert change(acting, world.moj, kind=InstitutionKind.JUDICIARY) == ["kind"]


def test_offices_that_have_ended_do_not_hold_the_kind(acting, world, ctx):
    service.end_office(acting, world.stakeholder.offices[0], acting.today)
    world.stakeholder.offices[0].ends_on = world.stakeholder.offices[0].starts_on
    ctx.session.flush()
    assert change(acting, world.alliance, kind=InstitutionKind.NHRI) == ["kind"]


def test_an_institution_is_no_part_of_itself(acting, world, ctx):
    part = service.create_institution(
        acting, "Prison Service", InstitutionKind.AGENCY, parent=world.moj
    )
    ctx.session.flush()
    for parent in (part, world.moj):
        with pytest.raises(Invalid) as refused:
            change(acting, world.moj, parent=parent)
        assert refused.value.place == "parent"
    assert change(acting, part, parent=world.mfa) == ["parent_id"]


def test_an_institution_with_people_in_office_is_not_closed(acting, world):
    with pytest.raises(Conflict) as refused:
        service.deactivate_institution(acting, world.moj)
    assert refused.value.message == (
        "3 offices in Ministry of Justice have not ended. End them or hand them over first."
    )


def test_an_empty_one_is_closed_and_opened_again(acting, ctx):
    empty = factories.institution(ctx.session, "Old Office")
    with pytest.raises(Conflict):
        service.reactivate_institution(acting, empty)
    service.deactivate_institution(acting, empty)
    assert not empty.active
    with pytest.raises(Conflict):
        service.deactivate_institution(acting, empty)
    service.reactivate_institution(acting, empty)
    assert empty.active


@pytest.mark.parametrize("who", ["focal", "ombudsman", "stakeholder"])
def test_strangers_look_after_no_institutions(make_ctx, world, who):
    ctx = make_ctx(getattr(world, who))
    for act in (
        lambda: service.create_institution(ctx, "Other", InstitutionKind.MEDIA),
        lambda: change(ctx, world.alliance, name="Other"),
        lambda: service.deactivate_institution(ctx, world.alliance),
        lambda: service.reactivate_institution(ctx, world.alliance),
    ):
        with pytest.raises(Refused):
            act()
