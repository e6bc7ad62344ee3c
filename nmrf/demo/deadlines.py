"""Deadlines that were kept are marked as delivered, so that the board shows what is open."""

from __future__ import annotations

from datetime import date

from nmrf.cycles import queries, service
from nmrf.cycles.models import Cycle
from nmrf.rehearsal.play import Play


def deliver_until(play: Play, cycle: Cycle, last: date) -> None:
    """Say of every deadline of a cycle up to a day that it was delivered on its day."""
    with play.acting("secretariat") as ctx:
        for milestone in queries.milestones(ctx, cycle):
            due = milestone.on
            if milestone.deadline and milestone.delivered_on is None and due and due <= last:
                service.deliver_milestone(ctx, milestone, due)
