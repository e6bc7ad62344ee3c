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
