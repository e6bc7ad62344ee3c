"""A file of comments on its pages: dry run, confirmation, receipts; nothing else is kept."""

from __future__ import annotations

import io
import logging

import openpyxl
import pytest

from tests.service.feedback.test_bulk import GOOD, sheet
from tests.web.feedback.test_anonymous import everything
from tests.web.pages import errors, rows, text, texts, tree


def upload(client, world, data, **values):
    return client.post(
        f"/comment/{world.version.id}/file",
        data={"file": (io.BytesIO(data), "comments.xlsx"), **values},
        content_type="multipart/form-data",
    )


def hidden(page):
    """What the page sends back."""
    form = tree(page).xpath("//main//form")[0]
    found = {one.get("name"): one.get("value") for one in form.xpath(".//input[@type='hidden']")}
    return found | {one.get("name"): one.text.lstrip("\n") for one in form.xpath(".//textarea")}


def confirm(client, world, page, **values):
    return client.post(
        f"/comment/{world.version.id}/file",
        data={**hidden(page), "step": "send", **values},
        content_type="multipart/form-data",
    )


def test_a_file_is_looked_at_confirmed_and_each_row_gets_its_receipt(
    client_for, database, world, window
):
    client = client_for(world.stakeholder)
    before = everything(database)
    preview = upload(client, world, sheet(*GOOD))
    assert preview.status_code == 200
    assert rows(preview) == ["2", "3", "4"]
    assert everything(database) == before
    missing = confirm(client, world, preview)
    assert missing.status_code == 422
    assert errors(missing)[0].endswith(
        "each person named has agreed, or make these rows anonymous."
    )
    assert everything(database) == before
    done = confirm(client, world, missing, consent="y")
    assert (done.status_code, done.headers["Cache-Control"]) == (201, "no-store")
    codes = rows(done, 4)
    assert len(set(codes)) == 3
    assert len(everything(database)["comment"]) == 3
    file = confirm(client, world, done, step="codes")
    book = openpyxl.load_workbook(io.BytesIO(file.data))
    assert [row[3].value for row in book.active.iter_rows(min_row=2)] == codes
    assert len(everything(database)["comment"]) == 3


def test_a_file_of_anonymous_rows_leaves_nothing_but_them(
    client_for, database, world, window, caplog, tmp_path
):
    client = client_for(world.stakeholder)
    client.get("/receipt")
    before = everything(database)
    caplog.set_level(logging.DEBUG)
    caplog.clear()
    preview = upload(client, world, sheet([1, "Say more.", None, "anonymous", "Stan Stakeholder"]))
    done = confirm(client, world, preview)
    assert done.status_code == 201
    after = everything(database)
    assert {name for name in after if after[name] != before[name]} == {"comment"}
    [row] = after["comment"]
    assert "Stan" not in row
    assert "datetime.datetime" not in row
    assert caplog.text == ""
    assert done.headers.getlist("Set-Cookie") == []
    assert [path for path in (tmp_path / "instance").rglob("*") if path.is_file()] == []


def test_wrong_rows_are_listed_and_cannot_be_sent(client_for, world, window):
    page = upload(client_for(world.stakeholder), world, sheet(GOOD[0], [99, "x", None, "public"]))
    assert page.status_code == 422
    assert texts(page, "//div[contains(@class, 'notice-danger')]//li") == [
        "Row 3, Paragraph: This version has no paragraph 99.",
        "Row 3, Name: Write your name, or choose to send the comment anonymously.",
    ]
    assert tree(page).xpath("//main//form") == []


@pytest.mark.parametrize("data", [b"no spreadsheet", b"PK\x03\x04 damaged"])
def test_a_bad_file_is_refused_at_its_field(client_for, world, window, data):
    page = upload(client_for(world.stakeholder), world, data)
    assert page.status_code == 422
    assert errors(page)[0].startswith("Spreadsheet: ")
    nothing = client_for(world.stakeholder).post(f"/comment/{world.version.id}/file", data={})
    assert errors(nothing) == ["Spreadsheet: Choose a file first."]


def test_a_file_that_would_touch_a_disk_is_refused(client_for, world, window):
    page = upload(client_for(world.stakeholder), world, b"x" * 500_001)
    assert page.status_code == 413


def test_html_and_formulas_are_words(client_for, world, window):
    evil = "<script>alert(1)</script>"
    page = upload(
        client_for(world.stakeholder), world, sheet([1, f"</textarea>{evil}", None, "anonymous"])
    )
    assert "<script>alert" not in page.text
    assert evil in hidden(page)["rows"]


def test_the_secretariat_says_how_they_came(client_for, ctx, world, window):
    client = client_for(world.secretary)
    preview = upload(client, world, sheet(GOOD[1]))
    unsaid = confirm(client, world, preview)
    assert errors(unsaid) == ["How did it reach you?: Say how it reached you."]
    assert confirm(client, world, unsaid, channel="letter").status_code == 201


def test_after_the_window_closed_only_the_secretariat_sends(client_for, clock, world, window):
    clock.advance(days=60)
    late = upload(client_for(world.stakeholder), world, sheet(GOOD[1]))
    assert late.status_code == 409
    assert "closed on" in text(tree(late).xpath("//div[@id='error-summary']")[0])
    assert upload(client_for(world.secretary), world, sheet(GOOD[1])).status_code == 200


def test_the_template_needs_an_account(client_for, world, window):
    url = f"/comment/{world.version.id}/template.xlsx"
    assert client_for().get(url).status_code == 302
    page = client_for(world.stakeholder).get(url)
    assert (page.status_code, page.data[:2]) == (200, b"PK")
