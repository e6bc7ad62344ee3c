"""Structured logs without personal data: route, status and time; no address, person or path.

A path can hold a receipt code, a query what somebody searched for: only the route is logged.
Routes on which people comment are not logged at all.
"""

from __future__ import annotations

import logging
import time

import flask
import structlog
from werkzeug.wrappers import Response

QUIET = frozenset({"static", "feedback.write", "feedback.upload", "feedback.find_receipt"})


def configure_logs(level: str, style: str) -> None:
    """Send all logs, our own and the libraries', through one format."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    logging.getLogger("werkzeug").setLevel("ERROR")
    logging.getLogger("apscheduler").setLevel("WARNING")


def init_request_log(app: flask.Flask) -> None:
    log = logging.getLogger("nmrf.request")

    @app.before_request
    def start() -> None:
        flask.g.started = time.perf_counter()

    @app.after_request
    def write(response: Response) -> Response:
        if flask.request.endpoint not in QUIET:
            took = time.perf_counter() - flask.g.get("started", time.perf_counter())
            log.info(
                "request",
                extra={
                    "method": flask.request.method,
                    "route": flask.request.endpoint,
                    "status": response.status_code,
                    "ms": round(took * 1000),
                },
            )
        return response
