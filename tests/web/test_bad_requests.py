"""What no page of ours would send: each gets a clear answer, and nothing is kept."""

from __future__ import annotations

import logging
import re

import flask
import pytest
from sqlalchemy import func, select
from werkzeug.exceptions import MethodNotAllowed, NotFound

from nmrf.accounts.models import Throttle
from nmrf.core.roles import Role
from nmrf.web.addresses import LARGEST, row_number
from nmrf.web.edge import session
from tests import factories

TOO_LARGE = (str(LARGEST + 1), "9" * 19, "1" * 5000)


@pytest.fixture
def administrator(ctx):
    row = factories.person(ctx.session, Role.ADMINISTRATOR, factories.institution(ctx.session))
    ctx.session.commit()
    return row


@pytest.mark.parametrize("number", TOO_LARGE, ids=len)
def test_a_number_that_no_row_has_leads_nowhere(app, number):
    adapter = app.url_map.bind("nmrf.test")
    tried = 0
    for rule in app.url_map.iter_rules():
        for name in re.findall(r"<int:(\w+)>", rule.rule):
            address = rule.rule.replace(f"<int:{name}>", number)
            address = re.sub(r"<(?:\w+:)?\w+>", "1", address)
            with pytest.raises((NotFound, MethodNotAllowed)):
                adapter.match(address, next(iter(rule.methods - {"HEAD", "OPTIONS"})))
            tried += 1
    assert tried > 100


@pytest.mark.parametrize("text", ["", "-1", "1.5", "١", "1e3", *TOO_LARGE])
def test_a_parameter_that_is_no_row_number_is_left_out(text):
    with pytest.raises(ValueError):
        row_number(text)
    assert row_number(str(LARGEST)) == LARGEST


@pytest.mark.parametrize("number", TOO_LARGE, ids=len)
@pytest.mark.parametrize(
    "address",
    [
        *("/people?page=", "/people?institution=", "/institutions/manage?page="),
        *("/mail?person=", "/mail?page=", "/jobs/mail.send?page="),
    ],
)
def test_lists_are_shown_whatever_is_asked(client_for, administrator, address, number):
    assert client_for(administrator).get(address + number).status_code == 200


@pytest.mark.parametrize("address", ["/consultations/reach?cycle=", "/consultations/reach?cycle=9"])
def test_a_number_too_large_for_a_column_is_named(client_for, administrator, address):
    answer = client_for(administrator).get(address + "9" * 19)
    assert answer.status_code == 422
    assert "far too large" in answer.text


@pytest.mark.parametrize("address", ["/search?q=a%00b", "/comments/%00", "/?%00=1", "/%00"])
def test_an_address_with_a_character_that_no_text_has_is_refused(client_for, address):
    answer = client_for().get(address)
    assert answer.status_code == 422
    assert "Type it anew" in answer.text


class Late(Exception):
    """Comes up at the commit, with a value of a row in its message."""


@pytest.fixture
def failing(app, ctx, administrator):
    """A page that writes a row, and fails only when it is committed."""

    @app.post("/late")
    def late() -> str:
        session().add(Throttle(key="late", starts_at=ctx.now, count=1))

        def fail() -> None:
            raise app.config["LATE"]

        session().commit = fail
        return "done"

    app.testing = False
    return app


def test_a_failure_at_the_commit_gets_the_usual_page_and_says_nothing_of_values(
    failing: flask.Flask, ctx, caplog
):
    failing.config["LATE"] = Late("ada@example.org")
    with caplog.at_level(logging.INFO):
        answer = failing.test_client().post("/late")
    assert answer.status_code == 500
    assert "Nothing was saved" in answer.text
    assert "ada@example.org" not in caplog.text
    assert ctx.session.scalar(select(func.count()).select_from(Throttle)) == 0


def test_a_value_refused_at_the_commit_is_named(failing: flask.Flask, ctx):
    failing.config["LATE"] = OverflowError("Python int too large")
    answer = failing.test_client().post("/late")
    assert answer.status_code == 422
    assert ctx.session.scalar(select(func.count()).select_from(Throttle)) == 0
