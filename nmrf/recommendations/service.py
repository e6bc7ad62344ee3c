"""The verbs of the recommendations, in one place for other slices.

The one door for owners is `assigning.py`, for positions and status `positions.py`, for lists
`importing.py` and `undoing.py`.
"""

from __future__ import annotations

from nmrf.recommendations import gates
from nmrf.recommendations.assigning import (
    SILENT_AFTER_WORKING_DAYS,
    Assigned,
    accept_silent,
    answer_assignment,
    answer_by,
    assign,
    end_assignment,
    uphold,
)
from nmrf.recommendations.importing import apply, keep_file, preview
from nmrf.recommendations.positions import record_status, set_parliament, set_position
from nmrf.recommendations.undoing import undo

__all__ = [
    "SILENT_AFTER_WORKING_DAYS",
    "Assigned",
    "accept_silent",
    "answer_assignment",
    "answer_by",
    "apply",
    "assign",
    "end_assignment",
    "gates",
    "keep_file",
    "preview",
    "record_status",
    "set_parliament",
    "set_position",
    "undo",
    "uphold",
]
