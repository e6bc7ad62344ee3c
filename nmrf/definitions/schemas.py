"""JSON Schemas of the definition files, for editors that check and complete while typing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nmrf.definitions.base import Definition
from nmrf.definitions.calendars import Calendar
from nmrf.definitions.practices import Practice
from nmrf.definitions.routes import Route
from nmrf.definitions.vocabularies import Vocabulary

MODELS: dict[str, type[Definition]] = {
    "route": Route,
    "calendar": Calendar,
    "practice": Practice,
    "vocabulary": Vocabulary,
}


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each kind of file, by kind."""
    return {kind: model.model_json_schema() for kind, model in MODELS.items()}


def schema_files(folder: Path) -> dict[Path, str]:
    """What has to stand in `folder`/schema: path and text of each file."""
    return {
        folder / "schema" / f"{kind}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for kind, schema in schemas().items()
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write `folder`/schema anew; returns the files that changed."""
    changed = []
    for path, text in schema_files(folder).items():
        path.parent.mkdir(exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed
