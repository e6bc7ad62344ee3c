"""Answers, the waiting list, and the link for those without an account."""

from __future__ import annotations

import pytest

from nmrf.accounts.models import Absence
from nmrf.consultations import queries, service
from nmrf.consultations.models import Answer
from nmrf.consultations.tokens import answer_token, invitation_of
from nmrf.core.errors import Conflict, NotFound, Refused
from nmrf.core.roles import PUBLIC
from tests.factories.consultations import STARTS, announced, scheduled
from tests.factories.cycles import mails


def test_people_of_the_institution_answer_and_change_their_mind(ctx, make_ctx, world, cycle):
    one = announced(ctx, cycle, world.league)
    [invitation] = one.invitations
    member = make_ctx(world.member)
    assert [i.id for i in queries.open_invitations(member)] == [invitation.id]
    assert service.answer(member, invitation, coming=True, consents=True) == Answer.ACCEPTED
    assert (invitation.answered_at, invitation.consents_to_listing) == (member.now, True)
    ctx.session.flush()
    assert queries.open_invitations(member) == []
    assert service.answer(member, invitation, coming=False) == Answer.DECLINED
    assert invitation.consents_to_listing is True


@pytest.mark.parametrize("who", ["focal", "stranger"])
def test_others_do_not_answer_for_it(ctx, make_ctx, world, cycle, who):
    one = announced(ctx, cycle, world.league)
    with pytest.raises(Refused):
        service.answer(make_ctx(getattr(world, who)), one.invitations[0], coming=True)


def test_the_answer_ends_when_it_begins(ctx, make_ctx, world, cycle, clock):
    one = announced(ctx, cycle, world.league)
    clock.move_to(STARTS)
    with pytest.raises(Conflict, match="has begun"):
        service.answer(make_ctx(world.member), one.invitations[0], coming=True)


def test_before_the_announcement_there_is_nothing_to_answer(ctx, make_ctx, world, cycle):
    one = scheduled(ctx, cycle, world.league)
    with pytest.raises(Conflict):
        service.answer(make_ctx(world.member), one.invitations[0], coming=True)


def test_a_place_given_up_goes_to_the_first_who_waits(ctx, make_ctx, world, cycle, clock):
    one = announced(ctx, cycle, world.moj, world.league, world.club, capacity=1)
    by = {i.institution_id: i for i in one.invitations}
    answers = []
    for institution in (world.moj, world.club, world.league):
        clock.advance(minutes=1)
        answers.append(service.answer(make_ctx(), by[institution.id], coming=True))
    assert answers == [Answer.ACCEPTED, Answer.WAITING, Answer.WAITING]
    service.answer(make_ctx(), by[world.moj.id], coming=False)
    assert [by[i.id].answer for i in (world.moj, world.club, world.league)] == [
        Answer.DECLINED,
        Answer.ACCEPTED,
        Answer.WAITING,
    ]
    assert mails(ctx.session, "consultation.place_free") == [
        ("consultation.place_free", "club@example.org", "You have a place: Hearing")
    ]


def test_more_places_go_to_those_who_wait(ctx, secretary, world, cycle):
    one = announced(ctx, cycle, world.moj, world.league, world.club, capacity=1)
    by = {i.institution_id: i for i in one.invitations}
    for institution in (world.moj, world.league, world.club):
        service.answer(ctx, by[institution.id], coming=True)

    def room_for(capacity):
        service.edit(
            secretary,
            one,
            title=one.title,
            kind=one.kind,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            capacity=capacity,
        )
        return [by[i.id].answer for i in (world.moj, world.league, world.club)]

    # Who waits equally long comes in the order of the list.
    assert room_for(2) == [Answer.ACCEPTED, Answer.WAITING, Answer.ACCEPTED]
    assert room_for(None) == [Answer.ACCEPTED] * 3
    assert len(mails(ctx.session, "consultation.place_free")) == 2
    assert room_for(1) == [Answer.ACCEPTED] * 3  # nobody loses a place that was promised


def test_who_stands_in_gets_the_invitation_too(ctx, world, cycle):
    ctx.session.add(
        Absence(
            person_id=world.member.id,
            substitute_id=world.stranger.id,
            starts_on=ctx.today,
            ends_on=ctx.today,
        )
    )
    ctx.session.flush()
    announced(ctx, cycle, world.league)
    assert {to for _k, to, _s in mails(ctx.session, "consultation.invited")} == {
        world.member.email,
        world.stranger.email,
    }


def test_saying_yes_twice_takes_one_place(ctx, world, cycle):
    one = announced(ctx, cycle, world.moj, world.league, capacity=2)
    first, second = one.invitations
    service.answer(ctx, first, coming=True)
    service.answer(ctx, first, coming=True)
    assert service.answer(ctx, second, coming=True) == Answer.ACCEPTED


def test_the_link_answers_for_its_institution_only(ctx, make_ctx, world, cycle):
    one = announced(ctx, cycle, world.club)
    token = answer_token(ctx, one.invitations[0])
    public = make_ctx(PUBLIC)
    found = invitation_of(public, token)
    assert found is one.invitations[0]
    assert service.answer(public, found, coming=True, by_link=True) == Answer.ACCEPTED
    for wrong in ("", "x", token[:-1], token + "x", str(found.id)):
        with pytest.raises(NotFound):
            invitation_of(public, wrong)


def test_a_link_opens_nothing_before_the_announcement(ctx, make_ctx, world, cycle):
    one = scheduled(ctx, cycle, world.club)
    with pytest.raises(NotFound):
        invitation_of(make_ctx(PUBLIC), answer_token(ctx, one.invitations[0]))
