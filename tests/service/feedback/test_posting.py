"""Comments arrive. What an anonymous one leaves behind is asked of every table."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from nmrf.core.errors import Conflict, Invalid, Refused
from nmrf.core.events import Event
from nmrf.feedback import receipts, service
from nmrf.feedback.digest import digest_of
from nmrf.feedback.models import (
    Audience,
    Channel,
    Comment,
    CommentAuthor,
    CommentState,
    Mode,
)
from nmrf.outbox.models import Message
from tests.factories import feedback as rows


def named(ctx, window, **values):
    return service.post(
        ctx,
        window,
        **{
            "text": "More on this.",
            "mode": Mode.PUBLIC,
            "name": "Ann Example",
            "organisation": "Fictional League",
            "email": "Ann@Example.org",
            "consent": True,
        }
        | values,
    )


def test_a_named_comment_waits_with_its_author(stakeholder, window, world):
    receipt = named(stakeholder, window, block=world.blocks[1], proposed_text="Other words.")
    comment = receipt.comment
    assert (comment.state, comment.received_on, comment.channel) == (
        CommentState.RECEIVED,
        date(2026, 11, 18),
        Channel.WEB,
    )
    assert (comment.block_id, comment.paragraph_id, comment.proposed_text) == (
        world.blocks[1].id,
        world.blocks[1].paragraph_id,
        "Other words.",
    )
    author = stakeholder.session.get(CommentAuthor, comment.id)
    assert (author.name, author.email, author.person_id, author.institution_id) == (
        "Ann Example",
        "ann@example.org",
        world.stakeholder.id,
        world.alliance.id,
    )
    assert comment.receipt_hash == receipts.hash_of(receipt.code)


def test_an_anonymous_comment_keeps_no_author_and_makes_no_event(stakeholder, window):
    named(stakeholder, window, mode=Mode.ANONYMOUS)
    stakeholder.session.commit()
    counts = [
        stakeholder.session.scalar(select(func.count()).select_from(table))
        for table in (Comment, CommentAuthor, Event, Message)
    ]
    assert counts == [1, 0, 0, 0]


@pytest.mark.parametrize("mode", ["anonymous", "public"])
def test_the_database_refuses_an_author_for_an_anonymous_comment(ctx, window, world, mode):
    comment = rows.comment(ctx.session, world.version)
    row = {
        "comment_id": comment.id,
        "mode": mode,
        "name": "Ann Example",
        "organisation": "",
        "email": "",
        "consented_on": date(2026, 11, 18),
    }
    with pytest.raises(IntegrityError):
        ctx.session.execute(insert(CommentAuthor.__table__).values(**row))
    ctx.session.rollback()


def test_the_same_sending_twice_is_one_comment_with_one_code(public, window):
    token = receipts.new_token()
    first = service.post(public, window, text="Once", mode=Mode.ANONYMOUS, token=token)
    second = service.post(public, window, text="Once", mode=Mode.ANONYMOUS, token=token)
    assert (first.code, first.comment.id) == (second.code, second.comment.id)
    other = service.post(public, window, text="Once", mode=Mode.ANONYMOUS)
    assert other.code != first.code


@pytest.mark.parametrize(
    ("values", "place", "words"),
    [
        ({"text": "  "}, "text", "Write what you want to say"),
        ({"text": "x" * 10_001}, "text", "10,001 characters of at most 10,000"),
        ({"proposed_text": "Other"}, "proposed_text", "Choose the paragraph first"),
        ({"name": ""}, "name", "Write your name"),
        ({"consent": False}, "consent", "Tick this"),
        ({"email": "nobody"}, "email", "whole e-mail address"),
    ],
)
def test_what_is_missing_is_said_at_its_field(public, window, values, place, words):
    with pytest.raises(Invalid, match=words) as raised:
        named(public, window, **values)
    assert raised.value.place == place
    assert public.session.scalar(select(func.count()).select_from(Comment)) == 0


def test_wording_left_as_it_was_is_no_proposal(public, window, world):
    block = world.blocks[1]
    comment = named(public, window, block=block, proposed_text=block.text).comment
    assert comment.proposed_text == ""


def test_who_may_not_comment_is_told_why(ctx, public, window):
    window.audience = Audience.PARTNERS
    ctx.session.flush()
    with pytest.raises(Refused, match="need an account"):
        named(public, window)


def test_what_somebody_wrote_never_changes(ctx, public, window):
    comment = named(public, window).comment
    comment.text = "Other words"
    with pytest.raises(Conflict, match="never changes"):
        ctx.session.flush()
    ctx.session.rollback()


def test_a_comment_is_never_deleted(ctx, world, window):
    comment = rows.comment(ctx.session, world.version)
    ctx.session.delete(comment)
    with pytest.raises(Conflict, match="never deleted"):
        ctx.session.flush()
    ctx.session.rollback()


def test_the_secretariat_enters_for_somebody_also_afterwards(
    make_ctx, clock, world, window, stakeholder
):
    clock.advance(days=60)
    receipt = service.enter(
        make_ctx(world.secretary),
        window,
        channel=Channel.LETTER,
        text="By letter",
        mode=Mode.SECRETARIAT,
        name="Ann Example",
        consent=True,
    )
    author = stakeholder.session.get(CommentAuthor, receipt.comment.id)
    assert (receipt.comment.channel, author.person_id) == (Channel.LETTER, None)
    with pytest.raises(Refused):
        service.enter(stakeholder, window, channel=Channel.LETTER, text="x", mode=Mode.ANONYMOUS)
    with pytest.raises(Invalid, match="how it reached you"):
        service.enter(
            make_ctx(world.secretary),
            window,
            channel=Channel.WEB,
            text="x",
            mode=Mode.ANONYMOUS,
        )


def test_the_day_is_counted_once_after_it_is_over(make_ctx, clock, ctx, window, world):
    comments = [
        rows.comment(ctx.session, world.version, received_on=date(2026, 11, 18)) for _n in "12"
    ]
    assert service.digest_received(make_ctx()) == {"days": 0, "comments": 0}
    clock.advance(days=1)
    assert service.digest_received(make_ctx()) == {"days": 1, "comments": 2}
    ctx.session.commit()
    assert service.digest_received(make_ctx()) == {"days": 0, "comments": 0}
    ctx.session.commit()
    [event] = ctx.session.scalars(select(Event).where(Event.kind == "comments.received"))
    assert (event.subject_type, event.subject_id, event.data) == (
        "comment_window",
        str(window.id),
        {
            "day": "2026-11-18",
            "count": 2,
            "digest": digest_of([c.receipt_hash for c in comments]),
        },
    )
    [mail] = ctx.session.scalars(select(Message))
    assert (mail.kind, mail.to_address, mail.subject) == (
        "comments.received",
        world.secretary.email,
        "2 comments came in on 18 Nov 2026",
    )


def test_a_missed_day_is_made_up_for(make_ctx, clock, ctx, window, world):
    for day in (date(2026, 11, 18), date(2026, 11, 19)):
        rows.comment(ctx.session, world.version, received_on=day)
    clock.advance(days=5)
    assert service.digest_received(make_ctx()) == {"days": 2, "comments": 2}


def test_the_digest_does_not_tell_the_order():
    assert digest_of(["b", "a"]) == digest_of(["a", "b"])


@pytest.mark.parametrize(("mode", "actor"), [("public", True), ("secretariat", False)])
def test_the_record_of_events_names_no_author_who_is_for_the_secretariat(
    stakeholder, window, world, mode, actor
):
    # Administrators read the record, and are not told who wrote.
    named(stakeholder, window, mode=Mode(mode))
    stakeholder.session.commit()
    [event] = stakeholder.session.scalars(select(Event))
    expected = (world.stakeholder.id, "stakeholder") if actor else (None, "public")
    assert (event.actor_id, event.actor_role) == expected


def test_after_its_day_nothing_tells_in_which_order_comments_came(
    make_ctx, clock, ctx, window, public, database
):
    """`xmin` and `ctid` of PostgreSQL beside the times of events would tell the minute."""
    ids = []
    for number in range(8):
        ids.append(service.post(public, window, text=f"{number}", mode=Mode.ANONYMOUS).comment.id)
        public.session.commit()
    clock.advance(days=1)
    service.digest_received(make_ctx())
    ctx.session.commit()
    if database.url.get_backend_name() == "sqlite":
        table = ctx.session.scalar(
            text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'comment'")
        )
        assert "WITHOUT ROWID" in table
        return
    rows_found = ctx.session.execute(text("SELECT xmin::text, id FROM comment ORDER BY ctid")).all()
    assert len({xmin for xmin, _id in rows_found}) == 1
    assert [key for _xmin, key in rows_found] == sorted(ids)
