"""Every page: no accessibility violation, no sideways scroll, no error, no request elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Running
from tests.browser.screenshots import PAGES, go, sign_in
from tests.governance.site import open_site

LIGHT = ("1280-light", {"viewport": {"width": 1280, "height": 900}})
NARROW = ("360-light", {"viewport": {"width": 360, "height": 740}})
ARABIC = ("360-arabic", {"viewport": {"width": 360, "height": 740}, "locale": "ar"})
DARK = ("1280-dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"})
IN_DARK = {"home", "recommendation", "comments", "update", "desk-secretariat", "answering", "task"}
ACCOUNTS = list(dict.fromkeys(account for account, _ in PAGES.values()))


@pytest.fixture(scope="module")
def reading(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One service for all pages: nothing here writes."""
    started = Running(open_site(site_file, tmp_path_factory.mktemp("reading")))
    yield started
    started.stop()


def watch(page: Any, address: str) -> list[str]:
    """The errors of the console and the requests to other hosts, as they come."""
    seen: list[str] = []
    host = urlsplit(address).netloc

    def requested(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != host:
            seen.append(f"asks another host: {request.url}")

    page.on("request", requested)
    page.on("console", lambda said: seen.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: seen.append(str(error)))
    return seen


def violations(axe: Any, page: Any) -> list[str]:
    """What axe says is wrong, with the first place of each."""
    found = axe.run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:200]} ({len(v['nodes'])} places)" for v in found]


def overflow(page: Any) -> list[str]:
    """The sideways scroll of the page in pixels, if there is any."""
    more = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    return [f"{more} pixels wider than the window"] if more > 0 else []


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account or "public")
def test_pages_are_accessible_and_quiet(browser: Any, reading: Running, account: str) -> None:
    module = pytest.importorskip("axe_playwright_python.sync_playwright")
    axe = module.Axe()
    wrong: list[str] = []
    names = [name for name, (whose, _) in PAGES.items() if whose == account]
    for look, options in (LIGHT, NARROW, ARABIC, DARK):
        context = browser.new_context(base_url=reading.address, **options)
        page = context.new_page()
        page.set_default_timeout(15_000)
        seen = watch(page, reading.address)
        if look == ARABIC[0] and account:
            context.close()  # whoever has an account reads the language of the account
            continue
        if account:
            sign_in(page, account)
        for name in names:
            if look.endswith("dark") and name not in IN_DARK:
                continue
            if not go(page, PAGES[name][1]):
                wrong.append(f"{name} {look}: no way to the page")
                continue
            found = [*overflow(page), *seen, *violations(axe, page)]
            wrong += [f"{name} {look}: {line}" for line in found]
            seen.clear()
        context.close()
    assert wrong == []
