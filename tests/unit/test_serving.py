"""What gunicorn logs says nothing of a visitor."""

from __future__ import annotations

import logging

import pytest

from nmrf.serving import NamelessLogger, Server, nameless


def record(text, *args, exc_info=None):
    made = logging.LogRecord("gunicorn.error", logging.WARNING, "", 0, text, args, exc_info)
    assert nameless(made)
    return logging.Formatter().format(made)


@pytest.mark.parametrize(
    ("text", "args", "said"),
    [
        (
            "Invalid request from ip=%s: %s",
            ("192.0.2.7", "Invalid HTTP request line: 'GET /receipt/ABCD HTTP/1.1'"),
            "Invalid request",
        ),
        ("Error handling request %s", ("/receipt/ABCD",), "Error handling request"),
        ("Worker (pid:%s) was sent %s!", (7, "SIGKILL"), "Worker (pid:7) was sent SIGKILL!"),
    ],
)
def test_addresses_and_paths_are_left_out(text, args, said):
    assert record(text, *args) == said


def test_of_an_error_only_its_kind_and_place_is_told():
    error = KeyError("ada@example.org")
    said = record("Error handling request %s", "/receipt/ABCD", exc_info=(KeyError, error, None))
    assert said == "Error handling request (KeyError)"


def test_the_server_uses_it():
    server = Server(lambda: None, "127.0.0.1:0")
    assert server.cfg.logger_class is NamelessLogger
