"""Taking words out, the sealed original, and the second look, on their pages."""

from __future__ import annotations

import pytest

from nmrf.feedback import receipts
from nmrf.feedback.models import Comment, CommentState
from nmrf.feedback.redacting import MARK
from tests.factories import feedback as rows
from tests.web.pages import errors, flashes, text, texts, tree

TEXT = "My neighbour Jane Placeholder was arrested. Write to jane@example.org"


@pytest.fixture
def comment(ctx, world, window):
    made = rows.comment(
        ctx.session, world.version, world.blocks[1], TEXT, state=CommentState.RECEIVED
    )
    ctx.session.commit()
    return made


@pytest.fixture
def code(ctx, comment):
    """A receipt code that leads to the comment."""
    made = receipts.code_for("x", "key")
    ctx.session.execute(
        Comment.__table__.update()
        .where(Comment.id == comment.id)
        .values(receipt_hash=receipts.hash_of(made))
    )
    ctx.session.commit()
    return made


def take_out(client, comment, **values):
    data = {"passages": "Jane Placeholder", "reason": "Names a person.", "lock": "1"} | values
    return client.post(f"/comments/{comment.id}/redact", data=data)


def test_words_are_taken_out_and_everyone_reads_why(client_for, world, comment, code):
    secretary = client_for(world.secretary)
    page = secretary.get(f"/comments/{comment.id}")
    assert texts(page, "//section[@id='redact']//li") == [
        "It holds an e-mail address. jane@example.org"
    ]
    assert take_out(secretary, comment).status_code == 303
    assert flashes(secretary.get(f"/comments/{comment.id}")) == [
        "Taken out in 1 place. The original is sealed. Show the comment when it is ready."
    ]
    secretary.post(f"/comments/{comment.id}/state", data={"to": "shown", "lock": "2"})
    reason = (
        "Words were taken out before this was shown. The secretariat gives this reason: "
        "Names a person."
    )
    for page in (
        client_for().get(f"/comments/{comment.id}"),
        client_for().get(f"/reports/versions/{world.version.id}/comments?open=all"),
        client_for().post("/receipt", data={"code": code}),
    ):
        assert texts(page, "//p[contains(@class, 'said-out')]") == [reason]
        assert MARK in page.text
        assert "Jane Placeholder" not in page.text


def test_what_is_wrong_is_said_at_its_field(client_for, world, comment):
    page = take_out(client_for(world.secretary), comment, passages="John Doe")
    assert page.status_code == 422
    assert errors(page) == [
        "What is to be taken out: “John Doe” does not stand in the comment. Copy it from there."
    ]
    stale = take_out(client_for(world.secretary), comment, lock="7")
    assert stale.status_code == 422


def test_the_original_is_read_by_an_act_that_is_recorded(client_for, world, comment):
    secretary = client_for(world.secretary)
    take_out(secretary, comment)
    url = f"/comments/{comment.id}/original"
    assert "Jane Placeholder" not in secretary.get(f"/comments/{comment.id}").text
    first = secretary.post(url)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    assert texts(first, "(//main//div[@class='text'])[1]") == [TEXT]
    assert secretary.get(url).status_code == 405
    page = secretary.get(f"/comments/{comment.id}")
    assert texts(page, "//section[@id='redact']/ul[1]/li") == [
        "Sam Secretary read it on 18 Nov 2026, 10:00"
    ]


@pytest.mark.parametrize("who", [None, "stakeholder", "focal", "admin"])
def test_these_acts_are_the_secretariats(client_for, world, comment, who):
    client = client_for(getattr(world, who) if who else None)
    expected = 302 if who is None else 403
    for act in ("redact", "original", "second-look"):
        assert client.post(f"/comments/{comment.id}/{act}").status_code == expected


def test_a_second_look_is_asked_for_on_the_receipt_and_settled(
    client_for, ctx, world, comment, code
):
    public, secretary = client_for(), client_for(world.secretary)
    fresh = public.post("/receipt", data={"code": code})
    assert tree(fresh).xpath("//section[@id='second-look']") == []
    secretary.post(
        f"/comments/{comment.id}/state", data={"to": "withheld", "reason": "Names.", "lock": "1"}
    )
    withheld = public.post("/receipt", data={"code": code})
    assert tree(withheld).xpath("//section[@id='second-look']//textarea/@autocomplete") == ["off"]
    empty = public.post("/receipt", data={"code": code, "step": "second_look", "words": ""})
    assert empty.status_code == 422
    asked = public.post(
        "/receipt", data={"code": code, "step": "second_look", "words": "She agreed."}
    )
    assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
    assert texts(asked, "//section[@id='second-look']/blockquote") == ["She agreed."]
    assert asked.headers.getlist("Set-Cookie") == []

    desk = secretary.get(f"/answering/{world.version.id}")
    assert "Its author asks for a second look." in text(tree(desk))
    refused = secretary.post(f"/comments/{comment.id}/second-look", data={"to": "whole"})
    assert refused.status_code == 422
    done = secretary.post(
        f"/comments/{comment.id}/second-look", data={"to": "whole", "answer": "You are right."}
    )
    assert done.status_code == 303
    page = public.post("/receipt", data={"code": code})
    assert texts(page, "//section[@id='second-look']/blockquote") == [
        "She agreed.",
        "You are right.",
    ]
    assert client_for().get(f"/comments/{comment.id}").status_code == 200


def test_a_second_second_look_is_refused(client_for, world, comment, code):
    secretary, public = client_for(world.secretary), client_for()
    secretary.post(
        f"/comments/{comment.id}/state", data={"to": "withheld", "reason": "Names.", "lock": "1"}
    )
    data = {"code": code, "step": "second_look", "words": "Please."}
    answers = [public.post("/receipt", data=data).status_code for _n in "12"]
    assert answers == [200, 409]
