"""Words taken out before a comment is shown, the sealed original, and the second look."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.core.events import Event
from nmrf.feedback import exports, queries, queries_answers, redacting, second_looks, service
from nmrf.feedback.models import Comment, CommentState, Redaction, SealedText, SecondLook
from nmrf.feedback.redacting import MARK
from nmrf.outbox.models import Message
from nmrf.portal import search
from nmrf.portal.datasets import DATASETS
from tests.factories import feedback as rows

TEXT = "My neighbour Jane Placeholder in Littleton was arrested. JANE placeholder is 12."


@pytest.fixture
def comment(ctx, world, window):
    return rows.comment(
        ctx.session,
        world.version,
        world.blocks[1],
        TEXT,
        proposed_text="As Jane Placeholder knows.",
        state=CommentState.RECEIVED,
    )


def redact(secretary, comment, passages="Jane Placeholder\nLittleton", reason="Names a child."):
    return service.redact(secretary, comment, passages=passages, reason=reason)


def test_each_passage_is_taken_out_everywhere_and_the_rest_stays(secretary, comment):
    assert redact(secretary, comment) == 4
    assert comment.text == f"My neighbour {MARK} in {MARK} was arrested. {MARK} is 12."
    assert comment.proposed_text == f"As {MARK} knows."


def test_the_original_is_joined_by_nothing_that_people_see(ctx, secretary, public, world, comment):
    redact(secretary, comment)
    service.moderate(secretary, comment, CommentState.SHOWN)
    ctx.session.flush()
    for who in (public, secretary):
        shown = queries.one(who, comment.id)
        assert (shown.text, shown.redaction) == (comment.text, "Names a child.")
        assert search.search(who, "Littleton") == []
        file = exports.comment_table(who, world.version, "csv").data.decode()
        assert "Littleton" not in file
        assert "Names a child." in file
    [row] = DATASETS["comments"].rows(public)
    assert "Littleton" not in str(row)
    assert "Littleton" not in str(queries_answers.texts(secretary, world.version))


def test_more_can_be_taken_out_and_the_first_text_stays_sealed(ctx, secretary, comment):
    redact(secretary, comment, "Littleton", "Names a village.")
    redact(secretary, comment, "Jane Placeholder", "Names a child.")
    assert ctx.session.get(Redaction, comment.id).reason == "Names a village.\nNames a child."
    assert ctx.session.get(SealedText, comment.id).text == TEXT


def test_a_word_is_taken_out_whole_where_it_stands_as_one(ctx, secretary, world, window):
    comment = rows.comment(
        ctx.session,
        world.version,
        text="Ann reads the Annual report. 张三说。",
        state=CommentState.RECEIVED,
    )
    redact(secretary, comment, "Ann\n张三", "Two names.")
    assert comment.text == f"{MARK} reads the Annual report. {MARK}说。"


@pytest.mark.parametrize(
    ("passages", "reason", "place", "words"),
    [
        ("", "x", "passages", "one passage a line"),
        ("John Doe", "x", "passages", "does not stand in the comment"),
        ("J", "x", "passages", "too short"),
        ("Littleton", " ", "reason", "Say why"),
        ("Littleton", "Names Littleton.", "reason", "repeats “Littleton”"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_taken_out(
    ctx, secretary, comment, passages, reason, place, words
):
    with pytest.raises(Invalid, match=words) as raised:
        redact(secretary, comment, passages, reason)
    assert raised.value.place == place
    assert comment.text == TEXT
    assert ctx.session.scalars(select(SealedText)).all() == []


def test_a_comment_of_which_nothing_would_stay_is_withheld_instead(ctx, secretary, world, window):
    comment = rows.comment(
        ctx.session, world.version, text="Jane Placeholder", state=CommentState.RECEIVED
    )
    with pytest.raises(Invalid, match="Withhold the comment instead"):
        redact(secretary, comment, "Jane Placeholder")


def test_words_are_taken_out_before_a_comment_is_shown(ctx, secretary, comment):
    service.moderate(secretary, comment, CommentState.SHOWN)
    with pytest.raises(Conflict, match="Withhold it first"):
        redact(secretary, comment)
    service.moderate(secretary, comment, CommentState.WITHHELD, "Names a child.")
    assert redact(secretary, comment) == 4


def test_words_change_in_no_other_way(ctx, secretary, comment):
    redact(secretary, comment)
    ctx.session.commit()
    comment.text = "Something else"
    with pytest.raises(Conflict, match="never changes"):
        ctx.session.flush()
    ctx.session.rollback()
    sealed = ctx.session.get(SealedText, comment.id)
    sealed.text = "Something else"
    with pytest.raises(Conflict, match="never changes"):
        ctx.session.flush()
    ctx.session.rollback()
    ctx.session.delete(ctx.session.get(SealedText, comment.id))
    with pytest.raises(Conflict, match="never deleted"):
        ctx.session.flush()
    ctx.session.rollback()


def test_each_look_at_the_original_is_recorded_and_told(ctx, secretary, world, comment):
    redact(secretary, comment)
    first = service.read_original(secretary, comment)
    assert (first.text, first.proposed_text, first.looks) == (
        TEXT,
        "As Jane Placeholder knows.",
        [],
    )
    ctx.session.commit()
    second = service.read_original(secretary, comment)
    assert [(look.name, look.at) for look in second.looks] == [("Sam Secretary", secretary.now)]
    ctx.session.commit()
    kinds = ctx.session.execute(select(Event.kind, Event.actor_id).order_by(Event.id)).all()
    assert kinds == [
        ("comment.redacted", world.secretary.id),
        ("comment.original_read", world.secretary.id),
        ("comment.original_read", world.secretary.id),
    ]
    # No word of it, and nothing to guess it from.
    assert ctx.session.scalars(select(Event.data).order_by(Event.id)).all() == [
        {"places": 4},
        {},
        {},
    ]


@pytest.mark.parametrize("who", ["stakeholder", "focal", "admin"])
def test_nobody_else_takes_words_out_or_reads_them(make_ctx, secretary, world, comment, who):
    stranger = make_ctx(getattr(world, who))
    with pytest.raises(Refused):
        redact(stranger, comment)
    redact(secretary, comment)
    with pytest.raises(Refused):
        service.read_original(stranger, comment)


def test_a_comment_of_which_nothing_was_taken_out_has_no_original(secretary, comment):
    with pytest.raises(NotFound):
        service.read_original(secretary, comment)


# --- The second look -----------------------------------------------------------------------------


def ask(ctx, comment, words="It names nobody."):
    return service.ask(ctx, comment.receipt_hash, words)


def test_a_second_look_is_asked_for_once_and_keeps_nothing_but_its_day(
    ctx, secretary, public, comment
):
    with pytest.raises(Conflict, match="once, where a comment is not shown"):
        ask(public, comment)
    service.moderate(secretary, comment, CommentState.WITHHELD, "Names a child.")
    ctx.session.commit()
    before = len(ctx.session.scalars(select(Event)).all())
    with pytest.raises(Invalid, match="Say why"):
        ask(public, comment, " ")
    look = ask(public, comment)
    ctx.session.commit()
    assert (look.asked_on, look.answered_on) == (date(2026, 11, 18), None)
    assert len(ctx.session.scalars(select(Event)).all()) == before
    assert ctx.session.scalars(select(Message)).all() == []
    with pytest.raises(Conflict, match="once"):
        ask(public, comment)


def test_it_waits_at_the_desk_until_it_is_settled(ctx, secretary, public, world, comment):
    service.moderate(secretary, comment, CommentState.WITHHELD, "Names a child.")
    assert queries_answers.view_counts(secretary, world.version)["waiting"] == 0
    ask(public, comment)
    assert queries_answers.view_counts(secretary, world.version)["waiting"] == 1
    assert [
        c.id for c in queries_answers.at_desk(secretary, world.version, "waiting", 1).items
    ] == [comment.id]
    assert queries_answers.unanswered(secretary)[0].waiting == 1
    with pytest.raises(Invalid, match="what came of"):
        service.settle(secretary, comment, " ", whole=False)
    service.settle(secretary, comment, "It does name her.", whole=False)
    assert comment.state is CommentState.WITHHELD
    assert queries_answers.view_counts(secretary, world.version)["waiting"] == 0
    assert second_looks.of(public, comment.id).answer == "It does name her."
    with pytest.raises(Conflict, match="No second look waits"):
        service.settle(secretary, comment, "Again", whole=True)


def test_it_can_give_the_words_back(ctx, secretary, public, comment):
    redact(secretary, comment)
    service.moderate(secretary, comment, CommentState.SHOWN)
    ask(public, comment, "Jane is the mayor, and wants to be named.")
    service.settle(secretary, comment, "You are right.", whole=True)
    ctx.session.commit()
    again = ctx.session.get(Comment, comment.id)
    assert (again.text, again.state) == (TEXT, CommentState.SHOWN)
    assert ctx.session.scalars(select(Redaction)).all() == []
    assert queries.one(public, comment.id).redaction == ""


def test_it_can_show_what_was_withheld(ctx, secretary, public, comment):
    service.moderate(secretary, comment, CommentState.WITHHELD, "Off the subject.")
    ask(public, comment)
    service.settle(secretary, comment, "You are right.", whole=True)
    assert comment.state is CommentState.SHOWN


def test_a_second_look_is_never_deleted(ctx, secretary, public, comment):
    service.moderate(secretary, comment, CommentState.WITHHELD, "Off the subject.")
    ask(public, comment)
    ctx.session.commit()
    ctx.session.delete(ctx.session.get(SecondLook, comment.id))
    with pytest.raises(Conflict, match="never deleted"):
        ctx.session.flush()
    ctx.session.rollback()


def test_what_seems_to_name_somebody_is_pointed_out():
    assert [hint.excerpt for hint in redacting.suggestions("Write to jane@example.org")] == [
        "jane@example.org"
    ]
    assert redacting.suggestions(f"My name is {MARK}.") == []
