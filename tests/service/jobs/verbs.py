"""Jobs for tests, by the import paths that `Job.verb` takes."""

from __future__ import annotations

import threading

from nmrf.core import i18n
from tests import factories

ran = threading.Event()


def make_institution(ctx):
    factories.institution(ctx.session, f"Institution of {ctx.now:%Y-%m-%d}")
    ran.set()
    return {"made": 1, "left": 0}


def fail_late(ctx):
    make_institution(ctx)
    raise KeyError("ana@example.org")


def be_interrupted(_ctx):
    raise KeyboardInterrupt


def speak(_ctx):
    return {i18n.language(): 1}


def own(tools):
    return {"stopping": int(tools.stopping()), "one": 1}
