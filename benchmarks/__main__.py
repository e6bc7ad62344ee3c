"""python -m benchmarks [item …] [--database sqlite|postgresql|both] [--rounds N]"""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks import items
from benchmarks.measure import run
from benchmarks.world import World
from tests.databases import CannotStartError, new_postgres_database


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("items", nargs="*", default=list(items.ITEMS), metavar="item")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    unknown = set(args.items) - set(items.ITEMS)
    if unknown:
        parser.error(
            f"no such item: {', '.join(sorted(unknown))}; there are {', '.join(items.ITEMS)}"
        )
    kinds = ("sqlite", "postgresql") if args.database == "both" else (args.database,)
    for kind in kinds:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{folder / 'bench.sqlite'}"
            if kind == "postgresql":
                try:
                    url = stack.enter_context(new_postgres_database())
                except (CannotStartError, BaseException) as error:  # noqa: BLE001 - pytest's skip is no Exception
                    print(f"\npostgresql is left out: {error}")
                    continue
            print(f"\n{kind}", flush=True)
            world = stack.enter_context(World(url, folder))
            for name in args.items:
                for item in items.ITEMS[name](world):
                    print("  " + run(item, args.rounds), flush=True)


if __name__ == "__main__":
    main()
