"""Write the next migration from what changed in the models.

    python migrations/new.py "add the place of a session"

It compares the models with an empty database brought to the newest migration. Read what it
wrote: it does not see renamed columns, changed checks, triggers or data. On SQLite a changed
table is copied and loses its triggers; whoever changes `event` puts them back.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from nmrf.schema import migrations_config

NOISE = re.compile(r"^ *# ###.*\n", re.MULTILINE)


def new(message: str) -> Path:
    """Write `migrations/versions/<number>_<words>.py` and give its path."""
    with tempfile.TemporaryDirectory() as folder:
        config = migrations_config(f"sqlite:///{folder}/empty.sqlite")
        existing = list(ScriptDirectory.from_config(config).walk_revisions())
        command.upgrade(config, "head")
        script = command.revision(
            config, message=message, rev_id=f"{len(existing) + 1:04d}", autogenerate=True
        )
    path = Path(script.path)  # type: ignore[union-attr]
    path.write_text(NOISE.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")
    for action in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        # What remains to be mended is the author's affair.
        subprocess.run([sys.executable, "-m", "ruff", *action, str(path)], check=False)  # noqa: S603
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('usage: python migrations/new.py "what changes, in a few words"')
    sys.stdout.write(f"{new(sys.argv[1])}\n")
