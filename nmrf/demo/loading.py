"""Loads the story into an empty database, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from nmrf import schema
from nmrf.app import create_app
from nmrf.core.clock import SimulatedClock, SystemClock
from nmrf.core.ctx import House
from nmrf.core.db import Database
from nmrf.demo import starting, story
from nmrf.rehearsal.play import Play
from nmrf.settings import Settings

WAIT = "Preparing the demonstration; this takes up to a minute, once."


def load_when_empty(settings: Settings, say: Callable[[str], None] = lambda _text: None) -> bool:
    """Create or migrate the database, and load the story where nobody has an account.

    Gives whether it was loaded.

    Raises:
        Refused: when the database holds other accounts than the demonstration's.
        NotReady: when it cannot be reached.
    """
    path = starting.own_file(settings)
    if path is not None and not path.exists():
        say(WAIT)
        _load_file(settings, path)
        return True
    schema.upgrade(settings.database_url)
    database = Database(settings.database_url)
    try:
        if not starting.is_empty(database):
            return False
        say(WAIT)
        load(settings, database, SystemClock().now())
    finally:
        database.dispose()
    return True


def _load_file(settings: Settings, path: Path) -> None:
    """Into a file beside it first, so that a story cut short is no demonstration."""
    beside = path.with_name(f"{path.name}.loading")
    for name in (beside, Path(f"{beside}-wal"), Path(f"{beside}-shm")):
        name.unlink(missing_ok=True)
    url = f"sqlite:///{beside}"
    schema.upgrade(url)
    database = Database(url)
    try:
        load(settings, database, SystemClock().now())
    finally:
        database.dispose()
    beside.rename(path)


def load(settings: Settings, database: Database, now: datetime) -> Play:
    """Tell the story up to `now` in an empty, migrated database."""
    house = house_of(settings, database)
    play = Play(database, house, SimulatedClock(now))
    try:
        story.tell(play, now)
    finally:
        play.close()
    return play


def house_of(settings: Settings, database: Database) -> House:
    """The house of the application with these settings."""
    house: House = create_app(settings, database=database).extensions["nmrf"].house
    return house
