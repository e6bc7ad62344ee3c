from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The settings of a service of its own, and none of the machine's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NMRF_")}
    return kept | {"NMRF_INSTANCE": str(tmp_path / "instance")}


@pytest.fixture
def nmrf(environment: dict[str, str]) -> Command:
    """Run a command in a process of its own."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "nmrf.cli", *arguments],
            env=environment | {f"NMRF_{name.upper()}": value for name, value in settings.items()},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


@pytest.fixture
def ready(nmrf: Command) -> Command:
    """The same, where the database has been set up."""
    assert nmrf("init").returncode == 0
    return nmrf
