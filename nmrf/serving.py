"""The web server: gunicorn with threads, and the scheduler beside it where that is wanted."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from nmrf.core.faults import place_of

SCHEDULER = (sys.executable, "-m", "nmrf.cli", "jobs", "run", "--until-parent-ends")
STOP_SECONDS = 30


class Server(BaseApplication):
    """Serves the application until it is told to stop; running requests are finished."""

    def __init__(
        self,
        make_app: Callable[[], Any],
        bind: str,
        *,
        workers: int = 2,
        threads: int = 8,
        with_jobs: bool = False,
    ) -> None:
        self._make_app = make_app
        self._with_jobs = with_jobs
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": STOP_SECONDS,
            "keepalive": 5,
            "accesslog": None,  # an address and a path are personal data; see web/logs.py
            "loglevel": "warning",
            "logger_class": NamelessLogger,
            "proc_name": "nmrf",
            # Which proxies are believed is told by one setting, trusted_proxies.
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "control_socket_disable": True,
            "post_worker_init": _freeze,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._make_app()

    def run(self) -> None:
        """Serve; does not come back before the end."""
        arbiter = _WithScheduler(self) if self._with_jobs else Arbiter(self)
        arbiter.run()


class NamelessLogger(Logger):
    """The log of gunicorn without addresses and paths, which it tells of malformed requests."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.addFilter(nameless)


def nameless(record: logging.LogRecord) -> bool:
    """Take out of a record of gunicorn what a visitor sent."""
    text = str(record.msg)
    if "request" in text.casefold():
        record.msg, record.args = text.partition(" from ip=")[0].partition("%")[0].strip(" :"), ()
    if record.exc_info and record.exc_info[1]:
        # Its message and its lines of code may hold what somebody wrote.
        record.msg, record.args = f"{record.getMessage()} ({place_of(record.exc_info[1])})", ()
        record.exc_info = record.exc_text = None
    return True


def _freeze(_worker: object) -> None:
    # What was loaded stays for good: the collector need not look at it, which is what makes
    # the slowest pages slow.
    gc.collect()
    gc.freeze()


class _WithScheduler(Arbiter):
    """Keeps one scheduler process beside the workers, and ends it with them."""

    def __init__(self, app: BaseApplication) -> None:
        self._scheduler: subprocess.Popen[bytes] | None = None
        super().__init__(app)

    def manage_workers(self) -> None:
        """Called every second: starts what has ended."""
        super().manage_workers()
        if self._scheduler is None or self._scheduler.poll() is not None:
            self._scheduler = subprocess.Popen(SCHEDULER)  # noqa: S603 - our own command

    def stop(self, graceful: bool = True) -> None:
        """End the scheduler with the workers; it finishes the job that it is at."""
        if self._scheduler is not None:
            self._scheduler.terminate()
        super().stop(graceful)
        if self._scheduler is not None:
            try:
                self._scheduler.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._scheduler.kill()
            self._scheduler = None
