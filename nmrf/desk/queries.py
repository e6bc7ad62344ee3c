"""What other slices and the views ask of the desk."""

from __future__ import annotations

from nmrf.desk import beginning, bodies, ministry, secretariat
from nmrf.desk.board import Board, Late, board, late
from nmrf.desk.gaps import Gap, gaps, register_cycle
from nmrf.desk.tasks import Task, due_words, waiting

__all__ = [
    "Board",
    "Gap",
    "Late",
    "Task",
    "beginning",
    "board",
    "bodies",
    "due_words",
    "gaps",
    "late",
    "ministry",
    "register_cycle",
    "secretariat",
    "waiting",
]
