"""UN numbers of recommendations: "140.10" is not 140.1, and 140.9 comes before it."""

from __future__ import annotations

import re

NUMBER = re.compile(r"\d{1,3}\.\d{1,3}[a-z]?")
_STEP = re.compile(r"(\d+)(.*)")


def sort_key(number: str) -> str:
    """What a number is sorted by: "00140.00010" for "140.10", "00140.00010a" for "140.10a"."""
    steps = []
    for step in number.split("."):
        found = _STEP.fullmatch(step)
        steps.append(found[1].zfill(5) + found[2] if found else step)
    return ".".join(steps)


def split_numbers(query: str) -> tuple[list[str], str]:
    """The UN numbers of a query, and its other words: "140.12 torture" gives both."""
    words = query.split()
    numbers = [w.strip(",;") for w in words if NUMBER.fullmatch(w.strip(",;"))]
    return numbers, " ".join(w for w in words if not NUMBER.fullmatch(w.strip(",;")))
