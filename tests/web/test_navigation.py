from __future__ import annotations

import pytest

from tests.factories.accounts import world
from tests.web.pages import texts

CURRENT = "//nav[@aria-label='Main'][1]//a[@aria-current]"


@pytest.mark.parametrize(
    ("address", "current"),
    [("/people", ["People"]), ("/me", []), ("/me/password", []), ("/board", ["Board"])],
)
def test_the_entry_of_the_page_is_marked(ctx, client_for, address, current):
    person = world(ctx.session).secretary
    ctx.session.commit()
    page = client_for(person).get(address)
    assert sorted(set(texts(page, CURRENT))) == current


def test_the_title_of_a_refused_form_says_so(ctx, client_for):
    person = world(ctx.session).secretary
    ctx.session.commit()
    client = client_for(person)
    whole = texts(client.get("/people/new"), "//title")
    refused = client.post("/people/new", data={})
    assert refused.status_code == 422
    assert texts(refused, "//title") == [f"Problem: {whole[0]}"]
