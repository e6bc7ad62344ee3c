"""The web server with its scheduler: both begin, and both end together."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(environment, *arguments):
    """A server in a process group of its own, so that nothing of it stays behind."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "nmrf.cli", "serve", "--port", str(port), *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        server.stdout.close()


def ask(url):
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
        return json.loads(answer.read())


def wait_for(condition):
    """What the condition gives once it gives something; the test's own time-out ends it."""
    while True:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.1)


@pytest.mark.slow
def test_it_serves_and_ends_when_told(ready, environment):
    with serving(environment) as (server, url):
        assert wait_for(lambda: ask(f"{url}/health")) == {"status": "ok"}
        assert server.stdout.readline() == f"Human Rights Reporting: {url} (Ctrl-C ends it)\n"
        server.send_signal(signal.SIGTERM)
        assert server.wait(40) == 0


@pytest.mark.slow
def test_the_scheduler_runs_and_ends_with_the_server(ready, environment):
    def leads():
        return "ok    scheduler" in ready("doctor").stdout

    with serving(environment, "--with-jobs") as (server, _url):
        assert wait_for(leads)
        server.send_signal(signal.SIGTERM)
        assert server.wait(40) == 0
        assert not leads()


@pytest.mark.slow
def test_the_scheduler_ends_when_the_server_is_killed(ready, environment):
    def leads():
        return "ok    scheduler" in ready("doctor").stdout

    with serving(environment, "--with-jobs") as (server, _url):
        assert wait_for(leads)
        server.kill()
        server.wait()
        wait_for(lambda: not leads())
