from __future__ import annotations

from pathlib import Path

import pytest

from tests.governance.site import Site, Visit, load_site, open_site


@pytest.fixture(scope="session")
def site_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def site(site_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return open_site(site_file, tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def visits(site: Site) -> dict[str, list[Visit]]:
    """What each role finds by following links from the home page."""
    from tests.governance.site import ROLES

    return {role: list(site.crawl(role)) for role in ROLES}
