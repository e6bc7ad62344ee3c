"""Who came, the minutes, what was agreed, how far it reached, and the proof of it."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from nmrf.accounts.models import InstitutionKind
from nmrf.consultations import queries, service
from nmrf.consultations.exports import proof_workbook
from nmrf.consultations.models import OutcomeState, Presence
from nmrf.consultations.proof import proof
from nmrf.consultations.reach import reach_of, reach_of_cycle
from nmrf.consultations.service import Attendance
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.roles import PUBLIC, Visibility
from nmrf.outbox.models import Message
from tests import factories
from tests.factories.consultations import STARTS, announced, held
from tests.factories.cycles import mails


@pytest.fixture
def meeting(ctx, make_ctx, world, cycle, clock):
    """Held on 15 December with the league and the ministry on the list."""
    one = announced(ctx, cycle, world.league, world.moj, participants_visibility=Visibility.PUBLIC)
    clock.move_to(STARTS + timedelta(hours=4))
    service.record_held(make_ctx(world.secretary), one)
    ctx.session.flush()
    return one


@pytest.fixture
def after(make_ctx, world, meeting):
    return make_ctx(world.secretary)


def by(one, institution):
    return next(i for i in one.invitations if i.institution_id == institution.id)


def test_people_are_counted_and_named_only_with_consent(make_ctx, world, meeting, after):
    league, ministry = by(meeting, world.league), by(meeting, world.moj)
    service.record_attendance(
        after,
        meeting,
        {
            league.id: Attendance(Presence.PRESENT, 3, 1, 0, consents=False),
            ministry.id: Attendance(Presence.UNKNOWN, 0, 2, 0, consents=True),
        },
        singles=(1, 0, 1),
    )
    assert ministry.presence == Presence.PRESENT
    public = queries.participants(make_ctx(PUBLIC), meeting)
    assert ([i.institution.name for i in public.named], public.unnamed) == (
        ["Ministry of Justice"],
        1,
    )
    assert (public.organisations, public.women, public.men, public.others) == (2, 4, 3, 1)
    assert len(queries.participants(after, meeting).named) == 2
    own = queries.participants(make_ctx(world.member), meeting)
    assert len(own.named) == 2  # the league sees itself


def test_a_closed_list_shows_sums_only(make_ctx, world, meeting, after):
    meeting.participants_visibility = Visibility.SECRETARIAT
    service.record_attendance(
        after, meeting, {by(meeting, world.moj).id: Attendance(Presence.PRESENT, 1, 1, 0, True)}
    )
    shown = queries.participants(make_ctx(PUBLIC), meeting)
    assert (shown.named, shown.unnamed, shown.people) == ([], 0, 2)
    assert shown.reason == "The list of participants is not open to you."


@pytest.mark.parametrize("row", [Attendance(Presence.ABSENT, 1), Attendance(Presence.PRESENT, -1)])
def test_counts_that_cannot_be_are_refused(meeting, after, row):
    with pytest.raises(Invalid):
        service.record_attendance(after, meeting, {meeting.invitations[0].id: row})


def test_somebody_may_come_without_invitation_once(world, meeting, after):
    added = service.add_participant(
        after, meeting, world.club.id, Attendance(Presence.PRESENT, 1, 0, 0, True)
    )
    assert (added.invited_at, added.women) == (None, 1)
    with pytest.raises(Invalid):
        service.add_participant(after, meeting, world.club.id, Attendance(Presence.PRESENT))


def test_attendance_is_written_down_after_the_meeting(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league)
    with pytest.raises(Conflict):
        service.record_attendance(secretary, one, {})


def test_minutes_are_versions_and_warn_of_each_other(meeting, after):
    first = service.add_minutes(after, meeting, text="One", visibility=Visibility.PUBLIC)
    second = service.add_minutes(after, meeting, text="Two", visibility=Visibility.PUBLIC, base=1)
    assert (first.number, first.text, second.number) == (1, "One", 2)
    with pytest.raises(Conflict, match="version 2") as caught:
        service.add_minutes(after, meeting, text="Other", visibility=Visibility.PUBLIC, base=1)
    assert caught.value.place == "base"
    with pytest.raises(Invalid):
        service.add_minutes(after, meeting, text="Two", visibility=Visibility.PUBLIC, base=2)
    assert [m.text for m in meeting.minutes] == ["One", "Two"]


def test_each_version_has_its_own_readers(make_ctx, world, meeting, after):
    first = service.add_minutes(after, meeting, text="One", visibility=Visibility.PUBLIC)
    service.add_minutes(after, meeting, text="Two", visibility=Visibility.GOVERNMENT, base=1)

    def numbers(actor):
        return [m.number for m in queries.minutes_shown(make_ctx(actor), meeting)]

    assert (numbers(PUBLIC), numbers(world.focal), numbers(world.secretary)) == (
        [1],
        [2, 1],
        [2, 1],
    )
    service.set_minutes_visibility(after, meeting, first, Visibility.SECRETARIAT)
    assert numbers(PUBLIC) == []
    with pytest.raises(Refused):
        service.set_minutes_visibility(make_ctx(world.focal), meeting, first, Visibility.PUBLIC)


def test_an_outcome_has_an_owner_who_is_told_and_says_when_it_is_done(
    ctx, make_ctx, world, cycle, meeting, after
):
    linked = factories.recommendation(ctx.session, cycle, "140.12")
    outcome = service.add_outcome(
        after,
        meeting,
        text="Publish the figures",
        institution_id=world.moj.id,
        due_on=date(2027, 3, 1),
        recommendation_id=linked.id,
    )
    assert mails(ctx.session, "outcome.given") == [
        (
            "outcome.given",
            world.focal.email,
            "Agreed at “Hearing”: something for Ministry of Justice",
        )
    ]
    [message] = ctx.session.scalars(select(Message).where(Message.kind == "outcome.given"))
    assert f"http://nmrf.test/consultations/{meeting.id}#outcomes\n" in message.body
    focal = make_ctx(world.focal)
    assert [o.id for o in queries.open_outcomes(focal)] == [outcome.id]
    with pytest.raises(Refused):
        service.complete_outcome(make_ctx(world.member), outcome, "Done")
    with pytest.raises(Invalid):
        service.complete_outcome(focal, outcome, " ")
    service.complete_outcome(focal, outcome, "Published on the site")
    assert (outcome.state, outcome.done_on) == (OutcomeState.DONE, focal.today)
    with pytest.raises(Conflict):
        service.complete_outcome(focal, outcome, "Again")
    with pytest.raises(Conflict):
        service.edit_outcome(after, outcome, text="x", institution_id=world.moj.id, due_on=None)
    service.reopen_outcome(after, outcome)
    assert (outcome.state, outcome.done_on) == (OutcomeState.OPEN, None)


def test_the_reach_names_the_groups_that_had_nobody_there(ctx, world, cycle, meeting, after):
    factories.institution(
        ctx.session, "Fictional Elders", InstitutionKind.CIVIL_SOCIETY, groups=["older_persons"]
    )
    service.record_attendance(
        after, meeting, {by(meeting, world.league).id: Attendance(Presence.PRESENT, 2, 1, 0)}
    )
    reach = reach_of(after, meeting)
    assert (reach.organisations, reach.women, reach.men, reach.people) == (1, 2, 1, 3)
    groups = {row.code: row for row in reach.groups}
    assert (groups["women"].came, groups["women"].invited, groups["women"].people) == (1, 1, 3)
    assert [(row.code, row.required) for row in reach.missing] == [
        ("nhri", True),
        ("parliament", True),
        ("united_nations", True),
        ("ministry", False),
        ("academia", False),
        ("older_persons", False),
    ]
    assert [(row.label, row.came) for row in reach.regions] == [("East", 1), ("not given", 0)]
    assert reach_of_cycle(after, cycle).consultations == 1


def test_the_proof_says_what_was_sent_to_whom(ctx, world, cycle, make_ctx, clock):
    one = announced(ctx, cycle, world.league, world.mute, title="=1+1")
    service.answer(make_ctx(), by(one, world.league), coming=True)
    rows = proof(make_ctx(world.secretary), one)
    assert [(r.institution, r.reached, r.answer, r.presence) for r in rows] == [
        ("Fictional League", "waiting to be sent", "Comes", "Not recorded"),
        ("Fictional Mute", "no address to write to", "No answer yet", "Not recorded"),
    ]
    assert [(m.what, m.address) for m in rows[0].mails] == [("Invitation", world.member.email)]


def test_no_cell_of_the_workbook_is_a_formula(ctx, secretary, cycle):
    evil = factories.institution(ctx.session, "=HYPERLINK(evil)", InstitutionKind.MEDIA)
    one = held(ctx, cycle, title="@SUM(1)")
    service.add_participant(secretary, one, evil.id, Attendance(Presence.PRESENT, 1, 2, 3))
    sheet = load_workbook(BytesIO(proof_workbook(secretary, one))).active
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("@SUM(1)", "s")
    assert (sheet["A6"].value, sheet["A6"].data_type) == ("=HYPERLINK(evil)", "s")
    assert [cell.value for cell in sheet[6][8:11]] == [1, 2, 3]
    assert sheet["E6"].value == "came without invitation"


def test_documents_lose_their_details_and_keep_their_level(ctx, make_ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league)
    service.add_document(
        secretary, one, b"Questions", "questions.txt", visibility=Visibility.GOVERNMENT
    )
    assert [d.file.name for d in queries.documents_shown(secretary, one)] == ["questions.txt"]
    assert queries.documents_shown(make_ctx(world.member), one) == []
    with pytest.raises(Refused):
        service.add_document(
            make_ctx(world.member), one, b"x", "x.txt", visibility=Visibility.PUBLIC
        )
