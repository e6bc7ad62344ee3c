"""`python -m nmrf.definitions [folder]` checks the files; `--schemas` first writes the schemas."""

from __future__ import annotations

import sys
from pathlib import Path

from nmrf.definitions import check, write_schemas
from nmrf.paths import WORKFLOWS


def main(arguments: list[str]) -> int:
    """Print every finding; 0 when there is none, else 1."""
    folder = Path(next((one for one in arguments if not one.startswith("-")), WORKFLOWS))
    if "--schemas" in arguments:
        write_schemas(folder)
    findings = check(folder)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    sys.stdout.write(f"Findings in {folder}: {len(findings)}\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
