"""An anonymous comment, sent by somebody who is signed in, leaves nothing behind."""

from __future__ import annotations

import io
import logging
import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from nmrf.feedback.models import Comment, Mode
from nmrf.tables import metadata
from tests.web.pages import texts

TEXT = "The waiting time in the east is longer."
PERSONAL = {
    "name": "Stan Stakeholder",
    "organisation": "Alliance for Examples",
    "email": "stan@private.example",
    "consent": "y",
}


def everything(database):
    """Every row of every table, as text."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(
                repr(sorted(row._mapping.items(), key=lambda item: item[0]))
                for row in connection.execute(select(table))
            )
            for table in metadata.sorted_tables
        }


def send(client, version, block, **values):
    """Write, look at it, send: as a browser does."""
    url = f"/comment/{version.id}?block={block.id}"
    client.get(url)
    preview = client.post(
        url, data={"text": TEXT, "mode": "anonymous", **PERSONAL, "step": "preview", **values}
    )
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', preview.text))
    return preview, client.post(url, data={"text": TEXT, **hidden, "step": "send"})


@pytest.fixture
def logged():
    """All that is logged, by any logger, at any level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield out
    root.removeHandler(handler)


def test_nothing_of_a_signed_in_person_is_kept(client_for, database, world, window, logged):
    client = client_for(world.stakeholder)
    client.get("/receipt")  # a page with a form: its guard is in the session from now on
    logged.truncate(0)
    before = everything(database)
    with client.session_transaction() as cookie:
        session_before = dict(cookie)
    preview, answer = send(client, world.version, world.blocks[1])
    assert (preview.status_code, answer.status_code) == (200, 201)

    after = everything(database)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"comment"}
    [row] = after["comment"]
    for trace in (
        world.stakeholder.name,
        world.stakeholder.email,
        "Stan",
        "Alliance",
        "private.example",
        "datetime.datetime",
        world.stakeholder.name.casefold(),
    ):
        assert trace not in row
    with database.engine.connect() as connection:
        stored = connection.execute(select(Comment.__table__)).one()._mapping
    assert stored["received_on"] == date(2026, 11, 18)
    assert not any(isinstance(value, datetime) for value in stored.values())
    assert {key for key, value in stored.items() if value == world.stakeholder.id} <= {
        "block_id",
        "paragraph_id",
        "version_id",
        "lock",
    }
    with client.session_transaction() as cookie:
        assert dict(cookie) == session_before
    assert answer.headers.getlist("Set-Cookie") == []
    assert TEXT not in logged.getvalue()
    assert "Stan" not in logged.getvalue()
    assert "feedback.write" not in logged.getvalue()
    assert logged.getvalue() == ""


def test_the_page_says_that_the_name_was_thrown_away_and_does_not_carry_it(
    client_for, world, window
):
    preview, _answer = send(client_for(), world.version, world.blocks[1])
    assert texts(preview, "//p[@class='notice-title']/text()[last()]/..")[-1].endswith(
        "Your name is not sent"
    )
    main = preview.text.split("<main")[1]
    assert [word for word in ("Stan", "Alliance", "private.example") if word in main] == []


def test_a_session_is_written_for_no_visitor_but_the_guard_of_forms(client_for, app, world, window):
    app.config["WTF_CSRF_ENABLED"] = True
    client = client_for()
    client.get(f"/comment/{world.version.id}")
    with client.session_transaction() as cookie:
        assert set(cookie) == {"csrf_token"}


def test_the_code_is_in_no_address_and_the_receipt_is_kept_nowhere(client_for, world, window):
    _preview, answer = send(client_for(), world.version, world.blocks[1])
    [code] = texts(answer, "//output")
    assert (answer.headers["Cache-Control"], "Location" in answer.headers) == ("no-store", False)
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", code)
    assert not re.search(rf'(href|action)="[^"]*{code}', answer.text)


def test_sending_twice_shows_the_same_receipt(client_for, database, world, window):
    client = client_for()
    url = f"/comment/{world.version.id}"
    data = {"text": TEXT, "mode": "anonymous", "step": "send", "token": "t" * 40}
    first, second = (texts(client.post(url, data=data), "//output") for _n in "12")
    assert first == second
    assert len(everything(database)["comment"]) == 1


def test_the_limit_is_in_memory_only_and_keeps_the_text(client_for, app, database, world, window):
    from nmrf.web.throttle import MemoryThrottle

    app.extensions["nmrf_comments"] = {"posts": MemoryThrottle(1)}
    client = client_for()
    url = f"/comment/{world.version.id}"
    before = everything(database)
    answers = [
        client.post(url, data={"text": f"{TEXT} {n}", "mode": "anonymous", "step": "send"})
        for n in "12"
    ]
    assert [answer.status_code for answer in answers] == [201, 429]
    assert texts(answers[1], "//textarea[@name='text']") == [f"{TEXT} 2"]
    after = everything(database)
    assert {name for name in after if after[name] != before[name]} == {"comment"}


def test_a_program_that_fills_in_everything_is_refused(client_for, database, world, window):
    answer = client_for().post(
        f"/comment/{world.version.id}",
        data={"text": TEXT, "mode": "anonymous", "step": "send", "website": "x"},
    )
    assert answer.status_code == 422
    assert everything(database)["comment"] == []


def test_the_modes_are_kept_as_chosen(client_for, database, world, window):
    for mode in Mode:
        data = {"text": TEXT, "mode": mode.value, "step": "send", **PERSONAL}
        assert client_for().post(f"/comment/{world.version.id}", data=data).status_code == 201
    found = everything(database)
    assert len(found["comment"]) == 3
    assert len(found["comment_author"]) == 2
