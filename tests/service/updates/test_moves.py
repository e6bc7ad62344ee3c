"""Every move of an update for every role, the locks, and what a sign-off leaves behind."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import delete, select

from nmrf.core import events
from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import Event
from nmrf.core.roles import Role
from nmrf.outbox.models import Message
from nmrf.updates import service
from nmrf.updates.models import UpdateSnapshot
from nmrf.updates.models import UpdateState as S
from nmrf.updates.states import TRANSITIONS
from tests import factories
from tests.factories.cycles import mails
from tests.factories.reports import snapshot
from tests.factories.updates import DONE, acting, opened, sent, signed, update_on, written


@pytest.fixture
def made(ctx):
    return opened(ctx)


@pytest.fixture
def one(ctx, made):
    """The update of Justice on 140.1, which it leads."""
    return update_on(ctx, made.round, made.first, made.people.moj)


def put(ctx, made, one, state):
    """Bring an update into a state by the ways that there are."""
    people = made.people
    if state == S.DRAFT:
        written(ctx, one, people.focal)
    elif state in {S.SIGN_OFF, S.RETURNED}:
        sent(ctx, one, people.focal)
    elif state == S.SUBMITTED:
        signed(ctx, one, people.focal, people.authority)
    if state == S.RETURNED:
        service.return_update(acting(ctx, people.authority), one, "Name the law.")
    assert one.state == state
    return one


ACTS = {
    "save": lambda ctx, one: service.save_update(ctx, one, status="planned", narrative="Text."),
    "send": service.send_for_sign_off,
    "sign": service.sign_off,
    "return": lambda ctx, one: service.return_update(ctx, one, "Name the law."),
}
# Where each act leads from each state; what is not named is refused as a conflict.
LEADS = {
    ("save", S.REQUESTED): S.DRAFT,
    ("save", S.DRAFT): S.DRAFT,
    ("save", S.RETURNED): S.DRAFT,
    ("send", S.DRAFT): S.SIGN_OFF,
    ("send", S.RETURNED): S.SIGN_OFF,
    ("sign", S.SIGN_OFF): S.SUBMITTED,
    ("return", S.SIGN_OFF): S.RETURNED,
    ("return", S.SUBMITTED): S.RETURNED,
}
MAY = {
    "save": {"focal", "alternate"},
    "send": {"focal", "alternate"},
    "sign": {"authority"},
    "return": {"authority", "secretary"},
}
PEOPLE = (
    "admin",
    "secretary",
    "focal",
    "alternate",
    "authority",
    "ombudsman",
    "stakeholder",
    "healer",
)


@pytest.mark.parametrize("state", S)
def test_each_act_leads_where_it_should_and_is_for_its_roles_only(ctx, made, one, state):
    """Every act, by every role, from this state; each tried and taken back."""
    put(ctx, made, one, state)
    ctx.session.flush()
    for act, person in itertools.product(ACTS, PEOPLE):
        who = acting(ctx, made.healer if person == "healer" else getattr(made.people, person))
        allowed = person in MAY[act]
        leads_to = LEADS.get((act, state)) if allowed else None
        attempt = ctx.session.begin_nested()
        if (act, state) == ("send", S.REQUESTED):
            expected = Invalid if allowed else Refused  # nothing is written yet
        elif (act, state) in LEADS:
            expected = None if allowed else Refused
        else:
            expected = (Conflict, Refused)
        if expected is None:
            ACTS[act](who, one)
        else:
            with pytest.raises(expected):
                ACTS[act](who, one)
        assert (act, person, one.state) == (act, person, leads_to or state)
        attempt.rollback()


def test_every_move_in_the_table_is_made_by_an_act():
    made = {(of, to) for (_act, of), to in LEADS.items() if of != to}
    # From "requested" it is sent in one step when everything is on the form.
    assert {(of, to) for of in S for to in TRANSITIONS[of]} - {(S.REQUESTED, S.SIGN_OFF)} == made


def test_whoever_wrote_an_update_does_not_sign_it(ctx, made, one):
    factories.office(ctx.session, made.people.focal, Role.VALIDATING_AUTHORITY, made.people.moj)
    sent(ctx, one, made.people.focal)
    with pytest.raises(Refused) as refused:
        service.sign_off(acting(ctx, made.people.focal), one)
    assert str(refused.value) == "Whoever wrote an update cannot sign it off as well."
    service.sign_off(acting(ctx, made.people.authority), one)
    assert one.state == S.SUBMITTED


@pytest.mark.parametrize(
    ("status", "narrative", "said", "place"),
    [
        ("", "", "Choose a status. Write what was done since the last report.", "status"),
        ("planned", "", "Write what was done since the last report.", "narrative"),
        ("", "Done.", "Choose a status.", "status"),
        ("not_planned", "  ", "Say why: this status needs a reason.", "narrative"),
    ],
)
def test_what_is_missing_is_named_before_it_is_sent(ctx, made, one, status, narrative, said, place):
    focal = acting(ctx, made.people.focal)
    service.save_update(focal, one, status=status, narrative=narrative)
    with pytest.raises(Invalid) as refused:
        service.send_for_sign_off(focal, one)
    assert (refused.value.message, refused.value.place) == (said, place)
    assert one.state == S.DRAFT


def test_a_status_outside_the_scale_is_refused(ctx, made, one):
    with pytest.raises(Invalid) as refused:
        service.save_update(acting(ctx, made.people.focal), one, status="done", narrative="")
    assert refused.value.place == "status"


@pytest.mark.parametrize("act", ACTS)
def test_an_old_form_is_a_conflict(ctx, made, one, act):
    put(ctx, made, one, S.DRAFT if act in {"save", "send"} else S.SIGN_OFF)
    who = acting(ctx, made.people.focal if act in {"save", "send"} else made.people.authority)
    old = one.lock - 1
    acts = {
        "save": lambda: service.save_update(who, one, status="", narrative="", lock=old),
        "send": lambda: service.send_for_sign_off(who, one, lock=old),
        "sign": lambda: service.sign_off(who, one, lock=old),
        "return": lambda: service.return_update(who, one, "Why.", lock=old),
    }
    with pytest.raises(Conflict):
        acts[act]()


def test_sending_back_needs_a_reason(ctx, made, one):
    sent(ctx, one, made.people.focal)
    with pytest.raises(Invalid) as refused:
        service.return_update(acting(ctx, made.people.authority), one, "  ")
    assert refused.value.place == "reason"


# --- Sign-off -----------------------------------------------------------------------------------


def test_the_sign_off_of_the_lead_becomes_the_status_of_the_recommendation(ctx, made, one):
    snapshot = signed(ctx, one, made.people.focal, made.people.authority, "planned")
    ctx.session.flush()
    assert (snapshot.number, snapshot.status, snapshot.narrative) == (1, "planned", DONE)
    assert snapshot.sha256 == service.fingerprint(snapshot)
    assert (snapshot.written_by_id, snapshot.signed_by_id) == (
        made.people.focal.id,
        made.people.authority.id,
    )
    assert (made.first.status, made.first.status_on, made.first.status_institution_id) == (
        "planned",
        ctx.today,
        made.people.moj.id,
    )


def test_a_supporting_institution_does_not_set_the_status(ctx, made):
    supports = update_on(ctx, made.round, made.third, made.people.moj)
    signed(ctx, supports, made.people.focal, made.people.authority, "planned")
    assert (made.third.status, made.third.status_institution_id) == ("", None)


def test_a_correction_is_a_new_number_and_the_old_one_stays(ctx, made, one):
    people = made.people
    first = signed(ctx, one, people.focal, people.authority, "planned")
    service.return_update(acting(ctx, people.secretary), one, "The law is in force.")
    assert made.first.status == "planned"
    second = signed(ctx, one, people.alternate, people.authority, "fully_implemented")
    assert [(s.number, s.status) for s in one.snapshots] == [
        (1, "planned"),
        (2, "fully_implemented"),
    ]
    assert first.sha256 != second.sha256
    assert (made.first.status, one.return_reason) == ("fully_implemented", "")


def test_a_snapshot_never_changes(ctx, made, one):
    snapshot = signed(ctx, one, made.people.focal, made.people.authority)
    ctx.session.commit()
    snapshot.narrative = "Something else."
    with pytest.raises(Conflict):
        ctx.session.flush()
    ctx.session.rollback()
    ctx.session.delete(ctx.session.scalars(select(UpdateSnapshot)).one())
    with pytest.raises(Conflict):
        ctx.session.flush()
    ctx.session.rollback()
    with pytest.raises(Conflict):
        ctx.session.execute(delete(UpdateSnapshot))
    ctx.session.rollback()
    kept = ctx.session.scalars(select(UpdateSnapshot)).one()
    assert (kept.narrative, kept.sha256) == (DONE, service.fingerprint(kept))


def test_signing_all_signs_what_was_seen_and_is_not_ones_own(ctx, made, one):
    people = made.people
    two = update_on(ctx, made.round, made.second, people.moj)
    three = update_on(ctx, made.round, made.third, people.moj)
    factories.office(ctx.session, people.authority, Role.ALTERNATE, people.moj)
    sent(ctx, one, people.focal)
    sent(ctx, two, people.focal)
    sent(ctx, three, people.authority)
    seen = {one.id: one.lock, two.id: two.lock - 1, three.id: three.lock}
    authority = acting(ctx, people.authority)
    signed_now = service.sign_all(authority, made.round, people.moj, seen)
    assert [s.update_id for s in signed_now] == [one.id]
    assert [u.state for u in (one, two, three)] == [S.SUBMITTED, S.SIGN_OFF, S.SIGN_OFF]
    with pytest.raises(Conflict):
        service.sign_all(authority, made.round, people.moj, seen)


def test_ready_updates_are_sent_together_and_the_others_stay(ctx, made, one):
    people = made.people
    two = update_on(ctx, made.round, made.second, people.moj)
    three = update_on(ctx, made.round, made.third, people.moj)
    written(ctx, one, people.focal)
    service.save_update(acting(ctx, people.focal), two, status="", narrative="Half.")
    put(ctx, made, three, S.RETURNED)
    focal = acting(ctx, people.focal)
    assert service.send_ready(focal, made.round, people.moj) == 1
    assert [u.state for u in (one, two, three)] == [S.SIGN_OFF, S.DRAFT, S.RETURNED]
    with pytest.raises(Conflict):
        service.send_ready(focal, made.round, people.moj)


# --- What goes out and what is recorded ---------------------------------------------------------


def test_mails_of_a_round_trip(ctx, made, one):
    people = made.people
    two = update_on(ctx, made.round, made.second, people.moj)
    sent(ctx, one, people.focal)
    sent(ctx, two, people.focal)
    service.return_update(acting(ctx, people.authority), one, "Name the law.")
    service.send_for_sign_off(acting(ctx, people.focal), one)
    service.sign_all(
        acting(ctx, people.authority), made.round, people.moj, {u.id: u.lock for u in (one, two)}
    )
    kinds = ("update_waits_for_sign_off", "update_returned", "update_submitted")
    assert [m for m in mails(ctx.session) if m[0] in kinds] == [
        (kinds[0], people.authority.email, "Updates of 2027: updates of MJ wait for your sign-off"),
        (kinds[1], people.alternate.email, "Sent back: update on recommendation 140.1"),
        (kinds[1], people.focal.email, "Sent back: update on recommendation 140.1"),
        (kinds[2], people.focal.email, "Signed off: 2 updates of MJ"),
    ]
    body = ctx.session.scalars(select(Message).where(Message.kind == kinds[2])).one().body
    assert [line for line in body.splitlines() if line.startswith("  Fingerprint")] == [
        f"  Fingerprint: {u.snapshots[0].sha256[:16]}" for u in (one, two)
    ]


def test_the_record_names_states_and_never_words(ctx, made, one):
    people = made.people
    sent(ctx, one, people.focal)
    service.return_update(acting(ctx, people.authority), one, "Name the law.")
    signed(ctx, one, people.focal, people.authority)
    ctx.session.commit()
    found = events.history(ctx.session, "update", one.id)
    assert [(e.kind, e.actor_role) for e in found] == [
        ("update.saved", "focal_point"),
        ("update.sent_for_sign_off", "focal_point"),
        ("update.returned", "validating_authority"),
        ("update.saved", "focal_point"),
        ("update.sent_for_sign_off", "focal_point"),
        ("update.signed_off", "validating_authority"),
    ]
    assert "law" not in str([e.data for e in ctx.session.scalars(select(Event))])


def test_what_was_said_between_writer_and_signer_is_kept_in_order(ctx, made, one):
    people = made.people
    sent(ctx, one, people.focal)
    service.return_update(acting(ctx, people.authority), one, "Name the law.")
    service.save_update(
        acting(ctx, people.focal), one, status="in_progress", narrative="Law 12 of 2026."
    )
    service.send_for_sign_off(acting(ctx, people.focal), one, remark=" Named it. ")
    service.return_update(acting(ctx, people.secretary), one, "And the date.")
    ctx.session.expire_all()
    assert [(r.kind, r.text, r.written_by_id) for r in one.remarks] == [
        ("returned", "Name the law.", people.authority.id),
        ("answered", "Named it.", people.focal.id),
        ("returned", "And the date.", people.secretary.id),
    ]
    assert one.return_reason == "And the date."
    service.send_for_sign_off(acting(ctx, people.focal), one)  # without a word is well, too
    service.sign_off(acting(ctx, people.authority), one)
    assert (one.return_reason, len(one.remarks)) == ("", 3)


def test_what_may_be_wrong_is_said_and_stops_nothing(ctx, made, one):
    focal = acting(ctx, made.people.focal)
    last = snapshot(ctx.session, made.first, made.people.moj, "Reported last year.")
    assert service.doubts(one, last) == []  # nothing is written yet
    other = "planned" if last.status != "planned" else "in_progress"
    service.save_update(focal, one, status=other, narrative="Reported last year. ")
    assert service.doubts(one, last) == [
        "The text is word for word what was reported last. If nothing changed, say so.",
        "The status is another than last time, but the text does not say why.",
        "No document or address backs it. Readers will look for one.",
    ]
    service.add_evidence(focal, one, title="Gazette", url="https://example.org/gazette")
    service.save_update(focal, one, status=other, narrative="Law 12 was adopted.")
    assert service.doubts(one, last) == []
    service.save_update(focal, one, status="", narrative="", no_change=True)
    assert service.doubts(one, last) == []
    service.send_for_sign_off(focal, one)
