"""Pages of rounds and updates as each side sees them."""

from __future__ import annotations

import pytest

from tests.factories.updates import opened, update_on
from tests.web.pages import texts


@pytest.fixture
def made(ctx):
    found = opened(ctx)
    ctx.session.commit()
    return found


def test_smoke(ctx, made, client_for):
    one = update_on(ctx, made.round, made.first, made.people.moj)
    ctx.session.commit()
    focal = client_for(made.people.focal)
    secretary = client_for(made.people.secretary)
    for client, paths in (
        (focal, ["/updates", f"/updates/rounds/{made.round.id}/mine", f"/updates/{one.id}"]),
        (
            secretary,
            [
                "/updates",
                f"/updates/rounds/{made.round.id}",
                "/updates/new",
                f"/updates/rounds/{made.round.id}/mine?institution={made.people.moj.id}",
                f"/updates/{one.id}",
                f"/updates/rounds/{made.round.id}/export",
                f"/recommendations/{made.first.id}",
                "/calendar",
            ],
        ),
    ):
        for path in paths:
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 200)
    answer = focal.post(
        f"/updates/{one.id}",
        data={"status": "in_progress", "narrative": "Done.", "do": "send", "lock": one.lock},
    )
    assert answer.status_code == 303, texts(answer, "//main")
    authority = client_for(made.people.authority)
    assert authority.get(f"/updates/{one.id}").status_code == 200
    assert authority.get(f"/updates/rounds/{made.round.id}/mine").status_code == 200
    answer = authority.post(f"/updates/{one.id}/sign", data={"lock": ""})
    assert answer.status_code == 303
    assert focal.get(f"/updates/{one.id}").status_code == 200
    assert client_for().get(f"/recommendations/{made.first.id}").status_code == 200
