"""Planning, announcing, changing and cancelling; what goes to the invited by mail and calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from nmrf.consultations import queries, service
from nmrf.consultations.models import Answer
from nmrf.consultations.models import ConsultationState as S
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.events import history
from nmrf.core.roles import Visibility
from nmrf.outbox.models import Message
from tests.factories.consultations import STARTS, announced, held, scheduled
from tests.factories.cycles import mails

BASIC = {
    "title": "Hearing",
    "kind": "biannual",
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=3),
}


def entries(ctx, kind):
    """(address, method, UID, SEQUENCE, DTSTART, STATUS) of the calendar parts of mails."""
    found = []
    for m in ctx.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)):
        event = Calendar.from_ical(m.calendar).walk("VEVENT")[0]
        found.append(
            (
                m.to_address,
                m.calendar_method,
                str(event["UID"]),
                int(event["SEQUENCE"]),
                event.decoded("DTSTART").astimezone(UTC),
                str(event["STATUS"]),
            )
        )
    return found


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"ends_at": STARTS}, "ends_at"),
        ({"ends_at": STARTS - timedelta(hours=1)}, "ends_at"),
        ({"ends_at": STARTS + timedelta(days=90)}, "ends_at"),
        ({"starts_at": datetime(2026, 11, 18, 9, 0, tzinfo=UTC)}, "starts_at"),
        ({"title": " \x00 "}, "title"),
        ({"title": "x" * 401}, "title"),
        ({"kind": "party"}, "kind"),
        ({"online_url": "javascript:alert(1)"}, "online_url"),
        ({"capacity": 0}, "capacity"),
        ({"already_held": True}, "ends_at"),
    ],
)
def test_bad_input_names_its_place(secretary, cycle, values, place):
    with pytest.raises(Invalid) as caught:
        service.schedule(secretary, cycle, **{**BASIC, **values})
    assert caught.value.place == place


def test_a_time_in_the_past_is_refused(secretary, cycle):
    with pytest.raises(Invalid) as caught:
        service.schedule(
            secretary,
            cycle,
            **{**BASIC, "starts_at": secretary.now, "ends_at": secretary.now + timedelta(hours=1)},
        )
    assert caught.value.place == "starts_at"


def test_any_script_and_markup_is_kept_as_text(secretary, cycle):
    one = service.schedule(
        secretary, cycle, **{**BASIC, "title": "مشاورة <script>", "purpose": "<b>Why</b>"}
    )
    assert (one.title, one.purpose) == ("مشاورة <script>", "<b>Why</b>")


def test_only_the_secretariat_arranges(make_ctx, world, cycle):
    for who in (world.focal, world.member, world.stranger):
        with pytest.raises(Refused):
            service.schedule(make_ctx(who), cycle, **BASIC)


def test_a_planned_one_is_seen_by_the_secretariat_alone(ctx, make_ctx, secretary, world, cycle):
    one = scheduled(ctx, cycle, world.league)
    ctx.session.flush()
    assert queries.get(secretary, one.id) is one
    for who in (world.member, world.focal, world.stranger, None):
        with pytest.raises(NotFound):
            queries.get(make_ctx(who) if who else _public(make_ctx), one.id)


def _public(make_ctx):
    from nmrf.core.roles import PUBLIC

    return make_ctx(PUBLIC)


def test_announcing_writes_to_people_or_else_to_the_address(ctx, secretary, world, cycle):
    one = scheduled(ctx, cycle, world.league, world.moj, world.club, world.mute)
    assert mails(ctx.session) == []
    assert service.announce(secretary, one, lock=one.lock) == 3
    assert (one.state, one.announced_at) == (S.ANNOUNCED, secretary.now)
    assert {i.invited_at for i in one.invitations} == {secretary.now}
    subject = "Invitation: Hearing, Tuesday, 15 December 2026, 10:00 CET"
    assert sorted(mails(ctx.session)) == sorted(
        ("consultation.invited", address, subject)
        for address in (world.member.email, world.focal.email, "club@example.org")
    )
    assert entries(ctx, "consultation.invited")[0][1:] == (
        "REQUEST",
        one.calendar_uid,
        0,
        STARTS,
        "CONFIRMED",
    )


def test_nobody_reads_the_address_of_another(ctx, world, cycle):
    announced(ctx, cycle, world.league, world.moj, world.club)
    for message in ctx.session.scalars(select(Message)):
        [event] = Calendar.from_ical(message.calendar).walk("VEVENT")
        assert str(event["ATTENDEE"]) == f"mailto:{message.to_address}"


def test_only_without_an_account_the_mail_has_a_link_to_answer_by(ctx, world, cycle):
    announced(ctx, cycle, world.league, world.club)
    bodies = {m.to_address: m.body for m in ctx.session.scalars(select(Message))}
    assert "/invitations/" in bodies["club@example.org"]
    assert "/invitations/" not in bodies[world.member.email]


def test_those_added_later_are_the_only_ones_written_to(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league)
    service.invite(secretary, one, [world.league.id, world.moj.id])
    assert [address for _k, address, _s in mails(ctx.session)] == [
        world.member.email,
        world.focal.email,
    ]
    assert [i.institution_id for i in one.invitations] == [world.league.id, world.moj.id]


def test_another_time_goes_to_all_who_have_not_declined(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league, world.moj)
    declined = next(i for i in one.invitations if i.institution_id == world.moj.id)
    service.answer(secretary, declined, coming=False)
    later = STARTS + timedelta(days=1)
    values = {**BASIC, "starts_at": later, "ends_at": later + timedelta(hours=2)}
    assert service.edit(secretary, one, lock=one.lock, **values) == 1
    assert entries(ctx, "consultation.changed") == [
        (world.member.email, "REQUEST", one.calendar_uid, 1, later, "CONFIRMED")
    ]


def test_what_the_invited_need_not_know_is_not_sent(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league)
    assert service.edit(secretary, one, **{**BASIC, "agenda": "Opening"}) == 0
    assert service.edit(secretary, one, **{**BASIC, "agenda": "Opening"}) == 0
    assert (one.sequence, len(mails(ctx.session))) == (0, 1)


def test_an_old_form_is_a_conflict_and_changes_nothing(ctx, secretary, world, cycle):
    one = scheduled(ctx, cycle)
    old = one.lock
    service.edit(secretary, one, lock=old, **{**BASIC, "title": "First"})
    ctx.session.flush()
    with pytest.raises(Conflict):
        service.edit(secretary, one, lock=old, **{**BASIC, "title": "Second"})
    assert one.title == "First"


def test_cancelling_takes_it_out_of_the_calendars(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league, world.moj)
    service.answer(secretary, one.invitations[1], coming=False)
    with pytest.raises(Invalid):
        service.cancel(secretary, one, "  ")
    assert service.cancel(secretary, one, "The hall has burnt down.") == 1
    assert entries(ctx, "consultation.cancelled") == [
        (world.member.email, "CANCEL", one.calendar_uid, 1, STARTS, "CANCELLED")
    ]
    assert one.state == S.CANCELLED
    for verb in (
        lambda: service.edit(secretary, one, **BASIC),
        lambda: service.announce(secretary, one),
        lambda: service.invite(secretary, one, [world.club.id]),
        lambda: service.cancel(secretary, one, "again"),
        lambda: service.record_held(secretary, one),
    ):
        with pytest.raises(Conflict):
            verb()


def test_cancelled_before_it_was_announced_nobody_hears_of_it(
    ctx, make_ctx, secretary, world, cycle
):
    one = scheduled(ctx, cycle, world.league)
    assert service.cancel(secretary, one, "Not now") == 0
    ctx.session.flush()
    with pytest.raises(NotFound):
        queries.get(make_ctx(world.member), one.id)


def test_it_is_held_only_once_it_has_begun(ctx, make_ctx, world, cycle, clock):
    one = announced(ctx, cycle, world.league)
    with pytest.raises(Invalid, match="not begun"):
        service.record_held(make_ctx(world.secretary), one)
    clock.move_to(STARTS)
    service.record_held(make_ctx(world.secretary), one)
    assert one.state == S.HELD


def test_a_consultation_that_took_place_can_be_put_on_record(ctx, cycle):
    one = held(ctx, cycle)
    assert (one.state, one.announced_at) == (S.HELD, None)
    assert mails(ctx.session) == []


def test_the_warning_of_short_notice_follows_the_practice(ctx, secretary, cycle):
    one = scheduled(ctx, cycle)  # in 27 days; the practice wants 21
    assert service.short_notice(secretary, one) is None
    soon = scheduled(ctx, cycle, starts_at=datetime(2026, 12, 8, 9, tzinfo=UTC))
    assert service.short_notice(secretary, soon) == (20, 21)


def test_an_invitation_that_went_out_stays_on_record(ctx, secretary, world, cycle):
    one = scheduled(ctx, cycle, world.league, world.moj)
    service.remove_invitation(secretary, one.invitations[0])
    assert [i.institution_id for i in one.invitations] == [world.moj.id]
    service.announce(secretary, one)
    with pytest.raises(Conflict):
        service.remove_invitation(secretary, one.invitations[0])


def test_events_name_no_words_and_no_addresses(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league)
    ctx.session.commit()
    events = history(ctx.session, "consultation", one.id)
    assert [(e.kind, e.data) for e in events] == [
        ("consultation.scheduled", {"held": False}),
        ("consultation.invited", {"institutions": [world.league.id]}),
        ("consultation.announced", {"days_before": 27, "invited": 1}),
    ]


def test_a_copy_has_the_texts_and_the_list_but_no_answers(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.league, agenda="Opening", visibility=Visibility.PARTNERS)
    service.answer(secretary, one.invitations[0], coming=True)
    later = STARTS + timedelta(days=180)
    copied = service.copy(secretary, one, starts_at=later, ends_at=later + timedelta(hours=1))
    [invitation] = copied.invitations
    assert (copied.state, copied.agenda, copied.visibility, copied.sequence) == (
        S.PLANNED,
        "Opening",
        Visibility.PARTNERS,
        0,
    )
    assert (invitation.answer, invitation.invited_at) == (Answer.NONE, None)
    assert copied.calendar_uid != one.calendar_uid
