"""The job that sends mail: it keeps its own transactions, since each claim is committed first."""

from __future__ import annotations

from nmrf.jobs.registry import Tools
from nmrf.outbox.sending import open_transport, send_due


def send(tools: Tools) -> dict[str, int]:
    """Send what is due over one connection."""
    with open_transport(tools.house.settings) as transport:
        return send_due(
            tools.database, tools.house, tools.clock, transport, stopping=tools.stopping
        )
