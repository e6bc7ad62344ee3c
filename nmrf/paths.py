"""Where the data folders lie. Nothing else spells a path of the checkout."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent

CONFIG = ROOT / "config"
WORKFLOWS = ROOT / "workflows"
TEMPLATES = ROOT / "templates"
MIGRATIONS = ROOT / "migrations"
STATIC = PACKAGE / "web" / "static"
TRANSLATIONS = PACKAGE / "translations"
INSTANCE = ROOT / "instance"
