"""The documents name what there is: settings, commands, jobs, roles, routes, practices."""

from __future__ import annotations

import re

import pytest

from nmrf.cli import COMMANDS
from nmrf.core.roles import ROLE_LABELS
from nmrf.definitions import load
from nmrf.jobs.registry import JOBS
from nmrf.paths import ROOT, WORKFLOWS
from nmrf.settings import Settings

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), WORKFLOWS / "README.md"]
ALL = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_described_for_operators(setting):
    manual = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert f"NMRF_{setting.upper()}" in manual or f"`{setting}`" in manual


def test_every_command_is_documented():
    assert [c.name for c in COMMANDS if f"nmrf {c.name}" not in ALL] == []


def test_every_job_is_documented():
    assert [name for name in JOBS if f"`{name}`" not in ALL] == []


def test_every_role_is_told_what_it_does():
    assert [
        str(label) for label in ROLE_LABELS.values() if str(label).lower() not in ALL.lower()
    ] == []


def test_every_route_and_practice_is_listed():
    definitions = load(WORKFLOWS)
    missing = [
        name for name in (*definitions.routes, *definitions.practices) if f"`{name}`" not in ALL
    ]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_local_link_leads_somewhere(path):
    text = path.read_text(encoding="utf-8")
    lost = [
        target
        for target in re.findall(r"\]\(([^)#]+)", text)
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert lost == []
