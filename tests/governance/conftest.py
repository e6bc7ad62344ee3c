from __future__ import annotations

from pathlib import Path

import pytest

from nmrf.core import i18n
from tests.governance.site import Site, Visit, load_site, open_site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # One worker loads and crawls the site, once.
    for item in items:
        if {"site", "visits"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("site"))
            item.add_marker(pytest.mark.timeout(900))
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def site(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return open_site(site_file, tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="session")
def visits(site: Site) -> dict[str, list[Visit]]:
    """What each role finds by following links from the home page."""
    from tests.governance.site import ROLES

    # The links lead through every language; what comes after speaks English again.
    with i18n.speaking("en"):
        return {role: list(site.crawl(role)) for role in ROLES}
