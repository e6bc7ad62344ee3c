"""Where a trace of a commenter could stay besides the tables: browser, proxy, history, print."""

from __future__ import annotations

import pytest

from nmrf.feedback.models import Audience
from tests.web.pages import errors, text, texts, tree

TEXT = "The waiting time in the east is longer."


def form_of(world, block=1):
    return f"/comment/{world.version.id}?block={world.blocks[block].id}"


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("get", None),
        ("post", {"step": "preview", "mode": "anonymous", "text": TEXT}),
        ("post", {"step": "send", "mode": "anonymous", "text": TEXT}),
        ("post", {"step": "send", "text": TEXT}),
    ],
)
def test_the_browser_is_told_to_keep_nothing(client_for, world, window, method, data):
    page = getattr(client_for(), method)(form_of(world), data=data)
    assert page.headers["Cache-Control"] == "no-store"
    boxes = tree(page).xpath("//main//textarea | //main//input[@type='text']")
    assert [b.get("name") for b in boxes if b.get("autocomplete") != "off"] == []
    # Scripts keep drafts of forms and boxes that carry one of these.
    assert tree(page).xpath("//*[@data-draft or @data-autosave]") == []


def test_the_page_of_receipts_is_kept_by_no_browser(client_for, world, window):
    client = client_for()
    pages = [client.get("/receipt"), client.post("/receipt", data={"code": "abc"})]
    assert [page.headers["Cache-Control"] for page in pages] == ["no-store"] * 2


@pytest.mark.parametrize("url", ["/", "/receipt", "/comment/{}"])
def test_no_page_tells_the_next_one_where_the_reader_was(client_for, world, window, url):
    # Otherwise the address of a style sheet stands in a proxy's log with the page that asked it.
    page = client_for().get(url.format(world.version.id))
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_a_code_is_never_part_of_an_address(app):
    rules = [rule.rule for rule in app.url_map.iter_rules() if "receipt" in rule.rule]
    assert rules == ["/receipt"]


def test_a_browser_without_referrer_can_send_over_https(client_for, app, world, window):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for()
    base = "https://nmrf.test"
    guard = tree(client.get(form_of(world), base_url=base)).xpath(
        "//main//input[@name='csrf_token']/@value"
    )[0]
    data = {"step": "send", "mode": "anonymous", "text": TEXT, "csrf_token": guard}
    assert client.post(form_of(world), data=data, base_url=base).status_code == 201


def test_a_form_that_was_open_too_long_gives_the_words_back(client_for, app, world, window):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for()
    page = client.post(
        form_of(world), data={"step": "send", "mode": "anonymous", "text": TEXT, "csrf_token": "x"}
    )
    assert page.status_code == 400
    assert texts(page, "//textarea[@name='text']") == [TEXT]
    assert "Nothing was sent" in errors(page)[0]
    assert page.headers["Cache-Control"] == "no-store"
    # Other forms of comments have the usual page.
    other = client.post("/receipt", data={"code": "abc"})
    assert other.status_code == 400
    assert "open too long" in other.text


@pytest.mark.parametrize(
    ("audience", "words"), [("everyone", "sign out"), ("partners", "do not write anonymously")]
)
def test_whoever_is_signed_in_is_told_what_that_means(
    client_for, ctx, world, window, audience, words
):
    window.audience = Audience(audience)
    ctx.session.commit()
    page = client_for(world.stakeholder).get(form_of(world))
    [notice] = tree(page).xpath("//main//*[p[contains(., 'You are signed in')]]")[:1]
    assert words in text(notice)
    if audience == "everyone":
        assert "You are signed in" not in client_for().get(form_of(world)).text
