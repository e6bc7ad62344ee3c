"""Service and floor take turns; what counts is the ratio of their best rounds."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One thing measured. `statements` are those of one call of the service."""

    name: str
    service: Callable[[], object]
    floor: Callable[[], object]
    statements: int | None = None
    note: str = ""


def run(item: Item, rounds: int) -> str:
    """Measure an item and say the result in one line."""
    item.service()  # templates are compiled and caches filled before the first round
    item.floor()
    ours: list[float] = []
    least: list[float] = []
    for _round in range(rounds):
        ours.append(_seconds(item.service))
        least.append(_seconds(item.floor))
    ratio = min(ours) / min(least)
    middle = statistics.median(ours) / statistics.median(least)
    asked = f"{item.statements:>4} statements" if item.statements is not None else " " * 15
    return (
        f"{item.name:<34} {ratio:6.2f} x floor (median {middle:6.2f})  {asked}  "
        f"best {min(ours) * 1000:8.1f} ms / {min(least) * 1000:8.1f} ms  {item.note}"
    )


def _seconds(call: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
