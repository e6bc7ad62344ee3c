"""The demonstration: a believable state of Slovenia's fourth cycle, with fictional people."""

from __future__ import annotations

import argparse
import sys

from nmrf.demo import accounts, starting
from nmrf.demo.loading import load_when_empty
from nmrf.settings import Settings


def run(_settings: Settings, args: argparse.Namespace) -> int:
    """Load the demonstration where there is none, and serve it until told to stop.

    Raises:
        ProblemError: when the port is taken, or the database is not the demonstration's own.
    """
    from nmrf.app import create_app
    from nmrf.serving import Server

    settings = starting.demo_settings()
    starting.require_free_port(settings)
    if args.reset:
        starting.reset(settings)
    if not load_when_empty(settings, _say):
        _say("What was there is kept; “make demo-reset” begins anew.")
    _say(accounts.table(settings))
    host, port = starting.binding(settings)
    Server(create_app, f"{host}:{port}", with_jobs=True).run()
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
