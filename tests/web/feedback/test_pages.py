from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from nmrf.feedback import receipts
from nmrf.feedback.models import (
    Audience,
    Comment,
    CommentState,
    CommentWindow,
    Disposition,
    DispositionState,
    Mode,
)
from nmrf.reports import drafting
from nmrf.reports import service as reports
from tests.factories import feedback as rows
from tests.queries import count_statements
from tests.web.pages import errors, flashes, text, texts, tree

END = datetime(2026, 12, 9, 23, 0, tzinfo=UTC)


def page_of(world, tail=""):
    return f"/reports/versions/{world.version.id}{tail}"


def said(page):
    """The comments on a page: head and words."""
    return [
        (
            text(one.xpath(".//*[@class='said-head']")[0]),
            text(one.xpath(".//*[contains(@class, 'said-text')]")[0]),
        )
        for one in tree(page).xpath("//article[@class='said']")
    ]


def changes(page, mark):
    """The words that a redline marks, but for those of its legend and for screen readers."""
    found = tree(page).xpath(f"//div[contains(@class, 'redline')]//{mark}")
    return [
        "".join(one.xpath("./text() | ./bdi/following-sibling::text()")).strip() for one in found
    ]


def by_code(ctx, code):
    return ctx.session.scalar(select(Comment).where(Comment.receipt_hash == receipts.hash_of(code)))


# --- Reading -------------------------------------------------------------------------------------


def test_reading_and_commenting_are_on_one_page(client_for, ctx, world, window):
    rows.comment(ctx.session, world.version, world.blocks[2], "On two", "Ann Example")
    rows.comment(ctx.session, world.version, world.blocks[2], "Hidden", state=CommentState.RECEIVED)
    rows.comment(ctx.session, world.version, text="On all")
    ctx.session.commit()
    page = client_for().get(page_of(world, "/comments"))
    assert texts(page, "//h1") == ["National report"]
    assert texts(page, "//details[contains(@class, 'said-list')]/summary") == [
        "1 comment",
        "1 comment",
    ]
    assert said(page) == [
        ("Anonymous 10 Nov 2026", "On all"),
        ("Ann Example 10 Nov 2026", "On two"),
    ]
    links = tree(page).xpath("//article[@class='para']//a[starts-with(@href, '/comment/')]/@href")
    assert links == [f"/comment/{world.version.id}?block={world.blocks[n].id}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (END - timedelta(days=400), "Comments are not open yet."),
        (END, "Comments are closed."),
    ],
)
def test_a_page_that_takes_no_comments_says_which_it_is(
    client_for, clock, world, window, at, words
):
    clock.move_to(at)
    page = client_for().get(page_of(world, "/comments"))
    assert texts(page, "//section[contains(@class, 'said-intro')]//strong") == [words]
    assert tree(page).xpath("//main//a[starts-with(@href, '/comment/')]") == []


def test_in_the_last_second_one_can_comment_and_then_not(client_for, clock, world, window):
    url = f"/comment/{world.version.id}"
    data = {"text": "My text", "mode": "anonymous", "step": "send"}
    clock.move_to(END - timedelta(seconds=1))
    assert client_for().post(url, data=data).status_code == 201
    clock.move_to(END)
    late = client_for().post(url, data=data)
    assert late.status_code == 409
    assert texts(late, "//div[@class='text']") == ["My text"]
    assert client_for().get(url).status_code == 200


def test_who_needs_an_account_is_led_to_sign_in(client_for, ctx, world, window):
    window.audience = Audience.PARTNERS
    ctx.session.commit()
    asked = client_for().get(f"/comment/{world.version.id}")
    assert (asked.status_code, asked.headers["Location"].split("?")[0]) == (302, "/sign-in")
    page = client_for().get(page_of(world, "/comments"))
    assert texts(page, "//section[contains(@class, 'said-intro')]/p")[1] == (
        "Comments on this draft need an account. Sign in"
    )
    assert client_for(world.stakeholder).get(f"/comment/{world.version.id}").status_code == 200


def test_html_is_text_everywhere(client_for, ctx, world, window):
    evil = "<script>alert(1)</script>"
    comment = rows.comment(
        ctx.session, world.version, world.blocks[1], evil, f"Ann {evil}", proposed_text=evil
    )
    rows.answer(ctx.session, comment, reason=evil)
    ctx.session.commit()
    for client, url in (
        (client_for(), page_of(world, "/comments?open=all")),
        (client_for(), page_of(world, "/answers")),
        (client_for(), f"/comments/{comment.id}"),
        (client_for(world.secretary), f"/answering/{world.version.id}?view=all"),
    ):
        page = client.get(url)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text
    preview = client_for().post(
        f"/comment/{world.version.id}",
        data={"text": f"</textarea>{evil}", "mode": "anonymous", "step": "preview"},
    )
    assert "<script>alert" not in preview.text
    assert texts(preview, "//textarea[@name='text']") == [f"</textarea>{evil}"]


def test_the_number_of_statements_does_not_grow(client_for, database, ctx, world, window):
    pages = (
        page_of(world, "/comments"),
        page_of(world, "/answers"),
        f"/answering/{world.version.id}?view=all",
        page_of(world),
    )
    counts = []
    for _round in range(2):
        for number in (1, 2, 3):
            comment = rows.comment(
                ctx.session, world.version, world.blocks[number], name="Ann Example"
            )
            rows.answer(ctx.session, comment)
        ctx.session.commit()
        found = []
        for url in pages:
            with count_statements(database) as sent:
                assert client_for(world.secretary).get(url).status_code == 200
            found.append(len([s for s in sent if s.lstrip().startswith("SELECT")]))
        counts.append(found)
    assert counts[0] == counts[1]
    assert counts[0][0] <= 12


def test_a_busy_text_shows_the_first_comments_and_leads_to_all(
    client_for, ctx, world, window, monkeypatch
):
    monkeypatch.setattr("nmrf.feedback.views.reading.MANY", 2)
    for _n in range(3):
        rows.comment(ctx.session, world.version, world.blocks[1])
    ctx.session.commit()
    page = client_for().get(page_of(world, "/comments"))
    assert len(said(page)) == 2
    assert texts(page, "//details[contains(@class, 'said-list')]/p/a") == ["All 3 comments"]
    paragraph = world.blocks[1].paragraph_id
    assert len(said(client_for().get(page_of(world, f"/comments/{paragraph}")))) == 3


def test_comments_stay_on_the_next_version_and_on_tombstones(
    client_for, ctx, secretary, world, window
):
    for number in (1, 2, 3):
        rows.comment(ctx.session, world.version, world.blocks[number], f"On {number}")
    second = reports.open_next_version(secretary, world.version)
    blocks = {b.number: b for b in second.blocks if b.number}
    drafting.edit_block(secretary, blocks[2], text="A better law.", lock=blocks[2].lock)
    drafting.remove(secretary, blocks[3], why="Said elsewhere.")
    reports.publish(secretary, second)
    ctx.session.commit()
    page = client_for().get(f"/reports/versions/{second.id}/comments")
    assert said(page) == [
        ("Anonymous 10 Nov 2026 on version 1; paragraph unchanged", "On 1"),
        ("Anonymous 10 Nov 2026 on version 1; paragraph changed since", "On 2"),
        ("Anonymous 10 Nov 2026 on version 1; paragraph removed since", "On 3"),
    ]
    assert texts(page, "//section[contains(@class, 'said-intro')]/p")[0] == (
        "This version takes no comments. Those on earlier versions stand beside their paragraphs."
    )


def test_a_report_shows_how_many_comments_each_paragraph_has(client_for, ctx, world, window):
    rows.comment(ctx.session, world.version, world.blocks[2])
    ctx.session.commit()
    page = client_for().get(page_of(world))
    found = [words.split(" (")[0] for words in texts(page, "//p[@class='para-count']")]
    assert found == ["Comment on this paragraph", "1 comment", "Comment on this paragraph"]


# --- Writing -------------------------------------------------------------------------------------


def test_before_sending_one_sees_warnings_and_the_redline(client_for, world, window):
    block = world.blocks[2]
    page = client_for().post(
        f"/comment/{world.version.id}?block={block.id}",
        data={
            "text": "Write to jane@example.org",
            "proposed_text": "A law against discrimination was adopted in 2026.",
            "mode": "anonymous",
            "step": "preview",
        },
    )
    assert page.status_code == 200
    assert texts(page, "//div[contains(@class, 'notice-warning')]//li") == [
        "It holds an e-mail address. jane@example.org"
    ]
    assert changes(page, "del") == ["2025"]
    assert texts(page, "//main//form//button") == ["Send it", "Change it"]


def test_one_can_go_back_and_change_it(client_for, world, window):
    page = client_for().post(
        f"/comment/{world.version.id}",
        data={"text": "My words", "mode": "secretariat", "name": "Ann", "step": "change"},
    )
    assert texts(page, "//textarea[@name='text']") == ["My words"]
    assert tree(page).xpath("//input[@name='name']/@value") == ["Ann"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"mode": "anonymous"}, "Your comment: Write what you want to say."),
        ({"text": "x"}, "How do you want to be known?: Choose one of the three."),
        (
            {"text": "x", "mode": "public"},
            "Your name: Write your name, or choose to send the comment anonymously.",
        ),
        (
            {"text": "x", "mode": "public", "name": "Ann"},
            "My name may be kept, and shown as I have chosen above: Tick this so that we may keep "
            "your name as you chose, or send it anonymously.",
        ),
    ],
)
def test_what_is_missing_is_said_and_nothing_kept(client_for, ctx, world, window, data, message):
    page = client_for().post(f"/comment/{world.version.id}", data={**data, "step": "send"})
    assert page.status_code == 422
    assert errors(page) == [message]
    assert texts(page, "//div[@id='error-summary']/h2") == ["One thing needs another look"]
    assert len(tree(page).xpath("//div[@id='error-summary']//li/a")) == 1
    assert ctx.session.scalars(select(Comment)).all() == []


def test_the_form_says_which_words_are_needed(client_for, world, window):
    whole = client_for().get(f"/comment/{world.version.id}")
    assert texts(whole, "//label[@for='text']") == ["Your comment required"]
    assert texts(whole, "//p[@id='text-hint']") == []
    one = client_for().get(f"/comment/{world.version.id}?block={world.blocks[1].id}")
    assert texts(one, "//label[@for='text']") == ["Your comment"]
    assert texts(one, "//p[@id='text-hint']") == ["Needed, unless you propose another wording."]


def test_a_text_that_is_too_long_is_shown_again(client_for, world, window):
    page = client_for().post(
        f"/comment/{world.version.id}",
        data={"text": "x" * 10_001, "mode": "anonymous", "step": "send"},
    )
    assert page.status_code == 422
    assert len(texts(page, "//textarea[@name='text']")[0]) == 10_001


def test_a_form_beyond_all_measure_is_refused(client_for, world, window):
    page = client_for().post(
        f"/comment/{world.version.id}",
        data={"text": "x" * 2_100_000, "mode": "anonymous", "step": "send"},
    )
    assert page.status_code == 413


def test_a_paragraph_of_another_version_takes_no_comment(client_for, world, window):
    assert client_for().get(f"/comment/{world.version.id}?block=99999").status_code == 404


# --- Receipt -------------------------------------------------------------------------------------


def test_the_code_leads_to_the_comment_its_answer_and_the_changed_text(
    client_for, ctx, secretary, world, window
):
    sent = client_for().post(
        f"/comment/{world.version.id}?block={world.blocks[2].id}",
        data={"text": "Say more", "mode": "anonymous", "step": "send"},
    )
    assert sent.status_code == 201
    [code] = texts(sent, "//output")
    client = client_for()
    waiting = client.post("/receipt", data={"code": code.lower().replace("-", " ")})
    assert texts(waiting, "//h1/../..//*[contains(@class, 'badge')]/span[last()]") == [
        "Received, not shown yet"
    ]
    assert waiting.headers["Cache-Control"] == "no-store"

    comment = by_code(ctx, code)
    second = reports.open_next_version(secretary, world.version)
    block = next(b for b in second.blocks if b.number == 2)
    drafting.edit_block(secretary, block, text="A law was adopted in 2026.", lock=block.lock)
    rows.answer(ctx.session, comment, "accepted_changed", "We agree.", changed=block)
    reports.publish(secretary, second)
    ctx.session.commit()
    page = client.post("/receipt", data={"code": code})
    assert page.status_code == 200
    assert texts(page, "//main//blockquote") == ["We agree."]
    assert changes(page, "ins") == ["2026"]
    assert tree(page).xpath("//main//a[@class='joint-label']/@href") == [
        f"/reports/versions/{second.id}#p{block.paragraph_id}"
    ]


def test_a_prepared_answer_is_not_on_the_receipt_and_a_reason_is(client_for, ctx, world, window):
    code = receipts.code_for("x", "key")
    comment = rows.comment(
        ctx.session, world.version, state=CommentState.WITHHELD, moderation_reason="Names a child."
    )
    rows.answer(ctx.session, comment, reason="Secret so far", released=False)
    ctx.session.execute(
        Comment.__table__.update()
        .where(Comment.id == comment.id)
        .values(receipt_hash=receipts.hash_of(code))
    )
    ctx.session.commit()
    page = client_for().post("/receipt", data={"code": code})
    assert "Secret so far" not in page.text
    assert texts(page, "//div[contains(@class, 'notice-warning')]/p[2]") == ["Names a child."]
    assert client_for().get(f"/comments/{comment.id}").status_code == 404


def test_a_wrong_code_is_said_to_be_wrong_and_counted(client_for, app, world, window):
    from nmrf.web.throttle import MemoryThrottle

    right_form = receipts.code_for("never sent", "key")
    client = client_for()
    answers = [
        client.post("/receipt", data={"code": "abc"}),
        client.post("/receipt", data={"code": right_form}),
    ]
    assert [a.status_code for a in answers] == [422, 422]
    assert errors(answers[1]) == [
        "Receipt code: No comment has this code. Compare it with your receipt, character by "
        "character."
    ]
    app.extensions["nmrf_comments"] = {"codes": MemoryThrottle(1)}
    tries = [client.post("/receipt", data={"code": right_form}).status_code for _n in "12"]
    assert tries == [422, 429]


# --- The desk ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [None, "stakeholder", "focal", "admin"])
def test_the_desk_is_the_secretariats(client_for, ctx, world, window, who):
    comment = rows.comment(ctx.session, world.version)
    ctx.session.commit()
    client = client_for(getattr(world, who) if who else None)
    expected = 302 if who is None else 403
    for url in (
        f"/answering/{world.version.id}",
        f"/answering/{world.version.id}/enter",
        f"/windows/{window.id}",
    ):
        assert client.get(url).status_code == expected
    for url in (
        f"/answering/{world.version.id}/release",
        f"/answering/{world.version.id}/show",
        f"/comments/{comment.id}/answer",
        f"/comments/{comment.id}/state",
    ):
        assert client.post(url).status_code == expected


def test_comments_are_looked_at_answered_and_released(client_for, ctx, clock, world, window):
    comments = [
        rows.comment(ctx.session, world.version, world.blocks[n], state=CommentState.RECEIVED)
        for n in (1, 2)
    ]
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/answering/{world.version.id}"
    assert texts(client.get(url), "//nav[@class='tabs']//a") == [
        "To look at 2",
        "Without an answer 2",
        "Prepared 0",
        "Released 0",
        "Withheld 0",
        "All 2",
    ]
    client.post(f"{url}/show", data={"comment": [c.id for c in comments]})
    shown = client.get(f"{url}?view=unanswered")
    assert flashes(shown) == ["2 comments are now shown."]

    refused = client.post(
        f"/comments/{comments[0].id}/answer", data={"code": "not_accepted", "changed": "0"}
    )
    assert refused.status_code == 422
    assert errors(refused) == ["Reason: This answer needs a reason: everyone can read it."]

    done = client.post(
        f"/comments/{comments[0].id}/answer",
        data={"code": "noted", "reason": "Thank you.", "lock": "0", "also": "y", "changed": "0"},
    )
    assert done.status_code == 303
    early = client.get(f"{url}?view=prepared")
    assert tree(early).xpath(f"//form[@action='{url}/release']") == []
    assert "Answers can be released from Thursday, 10 December 2026" in early.text
    assert flashes(client.post(f"{url}/release", follow_redirects=True))[-1].startswith(
        "Comments are taken until Wednesday, 9 December 2026, 24:00."
    )
    clock.move_to(END)
    assert len(tree(client.get(url)).xpath(f"//form[@action='{url}/release']")) == 1
    client.post(f"{url}/release")
    ctx.session.expire_all()
    states = ctx.session.scalars(select(Disposition.state)).all()
    assert states == [DispositionState.RELEASED] * 2
    page = client_for().get(page_of(world, "/answers"))
    assert texts(page, "//p[@class='chart-title' or @class='lead']")[0].startswith("Every comment")
    assert texts(page, "//figcaption") == ["0 of 2 answered comments change the text"]


def test_a_changed_paragraph_is_chosen_by_its_number(client_for, ctx, secretary, world, window):
    comment = rows.comment(ctx.session, world.version, world.blocks[1])
    second = reports.open_next_version(secretary, world.version)
    ctx.session.commit()
    client = client_for(world.secretary)
    data = {"code": "accepted_changed", "reason": "", "lock": "0", "changed": "0"}
    wrong = client.post(f"/comments/{comment.id}/answer", data={**data, "other": "99"})
    assert errors(wrong) == ["Or another one: The newest version has no paragraph 99."]
    client.post(f"/comments/{comment.id}/answer", data={**data, "other": "3"})
    ctx.session.expire_all()
    third = next(b for b in second.blocks if b.number == 3)
    assert ctx.session.scalars(select(Disposition.changed_block_id)).all() == [third.id]


def test_withholding_needs_a_reason(client_for, ctx, world, window):
    comment = rows.comment(ctx.session, world.version)
    ctx.session.commit()
    client = client_for(world.secretary)
    url = f"/comments/{comment.id}/state"
    assert client.post(url, data={"to": "withheld", "lock": "1"}).status_code == 422
    assert client.post(url, data={"to": "withheld", "lock": "9", "reason": "x"}).status_code == 422
    assert client.post(url, data={"to": "withheld", "lock": "1", "reason": "x"}).status_code == 303
    assert client_for().get(f"/comments/{comment.id}").status_code == 404


def test_a_window_is_opened_and_extended_on_its_pages(client_for, ctx, world):
    ctx.session.commit()
    client = client_for(world.secretary)
    late = client.post(
        f"/windows/new/{world.version.id}",
        data={"audience": "everyone", "closes_on": "2026-11-01"},
    )
    assert errors(late) == ["Last day: This day is over. Choose today or a later day."]
    opened = client.post(
        f"/windows/new/{world.version.id}",
        data={
            "audience": "everyone",
            "opens_on": "2026-12-01",
            "opens_time": "09:00",
            "closes_on": "2026-12-09",
        },
    )
    assert opened.status_code == 303
    window = ctx.session.scalars(select(CommentWindow)).one()
    assert window.opens_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    ctx.session.commit()
    client.post(
        f"/windows/{window.id}", data={"closes_on": "2026-12-20", "reason": "Holidays", "lock": "1"}
    )
    page = client.get(f"/windows/{window.id}")
    assert flashes(page)[-1] == "Comments are taken until Sunday, 20 December 2026, 24:00."


def test_the_secretariat_gets_the_code_of_what_it_enters(client_for, ctx, world, window):
    page = client_for(world.secretary).post(
        f"/answering/{world.version.id}/enter",
        data={"channel": "meeting", "paragraph": "2", "text": "Said there", "mode": "anonymous"},
    )
    assert (page.status_code, page.headers["Cache-Control"]) == (201, "no-store")
    comment = by_code(ctx, *texts(page, "//output"))
    assert (comment.block_id, comment.channel, comment.mode) == (
        world.blocks[2].id,
        "meeting",
        Mode.ANONYMOUS,
    )


def test_the_files_are_as_the_reader_may_see_them(client_for, ctx, world, window):
    rows.comment(ctx.session, world.version, name="Ben Example", mode=Mode.SECRETARIAT)
    ctx.session.commit()
    url = page_of(world, "/comments.csv")
    has = {
        who: "Ben Example" in client_for(getattr(world, who) if who else None).get(url).text
        for who in (None, "stakeholder", "focal", "admin", "secretary")
    }
    assert has == {
        None: False,
        "stakeholder": False,
        "focal": False,
        "admin": False,
        "secretary": True,
    }


def test_a_group_gets_one_answer_and_each_of_it_is_counted(client_for, ctx, clock, world, window):
    same = [rows.comment(ctx.session, world.version, text=f"Say how many won{m}") for m in ".!?"]
    other = rows.comment(ctx.session, world.version, text="Thank you for this paragraph.")
    rows.answer(ctx.session, same[2], "partly", "Already being done.", released=False)
    ctx.session.commit()
    client = client_for(world.secretary)
    page = client.get(f"/answering/{world.version.id}/alike")
    assert texts(page, "//main//h2") == ["3 comments say nearly the same"]
    assert len(tree(page).xpath("//main//details//li")) == 3
    [form] = tree(page).xpath("//form[contains(@action, '/answer')]")
    first = form.get("action").split("/")[2]
    assert form.xpath(".//input[@name='also']/@checked") == ["checked"]
    lock = form.xpath(".//input[@name='lock']/@value")[0]
    data = {"code": "noted", "reason": "Thank you all.", "lock": lock, "also": "y", "changed": "0"}
    assert client.post(f"/comments/{first}/answer", data=data).status_code == 303
    found = dict(ctx.session.execute(select(Disposition.comment_id, Disposition.reason)).all())
    # What somebody prepared for one of them stays, unless it is the one that was answered here.
    kept = {same[2].id: "Already being done."} if first != same[2].id else {}
    assert found == {one.id: "Thank you all." for one in same} | kept
    assert other.id not in found
    ctx.session.commit()
    clock.move_to(END)
    client.post(f"/answering/{world.version.id}/release")
    page = client_for().get(page_of(world, "/answers"))
    count = 2 if kept else 3
    assert (
        texts(page, "//li//p[contains(., 'got this answer')]")
        == [f"{count} comments got this answer. Each is counted as one."] * count
    )
    assert len(tree(page).xpath("//li[@class='answer']")) == 3


def test_without_a_group_the_page_says_so(client_for, ctx, world, window):
    rows.comment(ctx.session, world.version)
    ctx.session.commit()
    page = client_for(world.secretary).get(f"/answering/{world.version.id}/alike")
    assert "No two comments say nearly the same" in page.text
