import shutil
from pathlib import Path

import pytest

from nmrf.definitions import Definitions, check, load
from nmrf.paths import WORKFLOWS


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return load(WORKFLOWS)


class Folder:
    """A copy of `workflows/` that a test may spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, file: str, old: str, new: str) -> None:
        path = self.path / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        (self.path / file).write_text(text, encoding="utf-8")

    def findings(self) -> list[str]:
        return [str(finding) for finding in check(self.path)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copytree(WORKFLOWS, tmp_path / "workflows")
    return Folder(tmp_path / "workflows")
