"""Plays a whole cycle on a simulated clock and a throw-away database, and says if it is closed."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from datetime import time, timedelta
from pathlib import Path

from nmrf.rehearsal.scene import Wanted, check, dates_of, settings_for
from nmrf.settings import Settings

OK, OPEN = 0, 1


def run(settings: Settings, args: argparse.Namespace) -> int:
    """Rehearse a practice with a State's list. 0: every joint is closed; 1: one is open.

    Raises:
        ProblemError: for a practice, State, session or file that cannot be.
    """
    wanted = check(settings, args.practice, args.matrix, args.state, args.session, args.out)
    with tempfile.TemporaryDirectory(prefix="nmrf-rehearsal-") as folder:
        return rehearse(wanted, Path(folder))


def rehearse(wanted: Wanted, instance: Path) -> int:
    """Play it in an instance folder that is thrown away, and print what happened."""
    from nmrf import schema
    from nmrf.app import create_app
    from nmrf.core.clock import SimulatedClock, SystemClock
    from nmrf.rehearsal import exporting, telling
    from nmrf.rehearsal.cycle import play_cycle
    from nmrf.rehearsal.loop import Joint, joints
    from nmrf.rehearsal.play import Play

    settings = settings_for(wanted, instance)
    schema.upgrade(settings.database_url)
    clock = SimulatedClock(SystemClock().now())
    kept = create_app(settings, clock=clock).extensions["nmrf"]
    play = Play(kept.database, kept.house, clock)
    try:
        dates = dates_of(kept.house, wanted.state, wanted.session)
        begins = play.working_day(dates.review_day - timedelta(weeks=65))
        clock.move_to(play.local(begins, time(9)))
        played = play_cycle(play, wanted, dates)
        files = exporting.write_all(play, played, wanted.out)
        found = joints(play, played)
        holds = exporting.chain_holds(wanted.out / "events.json")
        found.append(Joint("events.json → its own chain", "recomputed from the file", not holds))
        play.close()
        lines = [*_title(wanted, settings), *telling.timeline(play)]
        lines += telling.summary(play, found, files, str(wanted.out))
        _print(lines)
        (wanted.out / "timeline.txt").write_text("\n".join(lines) + "\n", "utf-8")
    finally:
        play.session.close()
        kept.database.dispose()
    return OK if all(joint.closed for joint in found) and not play.failures else OPEN


def _title(wanted: Wanted, settings: Settings) -> list[str]:
    title = f"Rehearsal: {wanted.state}, session {wanted.session}, practice “{wanted.practice}”"
    return [title, "=" * len(title), f"Time zone {settings.time_zone}. All people are fictional."]


def _print(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
