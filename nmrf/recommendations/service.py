"""The verbs of the recommendations, in one place for other slices.

The one door for owners is `assigning.py`, for positions and status `positions.py`, for parts
`parts.py`, for lists `importing.py` and `undoing.py`, for the implementation matrix
`clusters.py`, `actions.py`, `indicators.py` and `commitments.py`.
"""

from __future__ import annotations

from nmrf.recommendations import gates
from nmrf.recommendations.actions import (
    Plan,
    change_action,
    create_action,
    move_action,
    show_action,
)
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
from nmrf.recommendations.clusters import change_cluster, create_cluster, put_into
from nmrf.recommendations.commitments import (
    add_commitment,
    change_commitment,
    report_commitment,
)
from nmrf.recommendations.importing import apply, keep_file, preview
from nmrf.recommendations.indicators import (
    add_indicator,
    change_indicator,
    end_indicator,
    record_value,
)
from nmrf.recommendations.parts import PartPlan, put_together, split
from nmrf.recommendations.positions import record_status, set_needs, set_position
from nmrf.recommendations.undoing import undo

__all__ = [
    "SILENT_AFTER_WORKING_DAYS",
    "Assigned",
    "PartPlan",
    "Plan",
    "accept_silent",
    "add_commitment",
    "add_indicator",
    "answer_assignment",
    "answer_by",
    "apply",
    "assign",
    "change_action",
    "change_cluster",
    "change_commitment",
    "change_indicator",
    "create_action",
    "create_cluster",
    "end_assignment",
    "end_indicator",
    "gates",
    "keep_file",
    "move_action",
    "preview",
    "put_into",
    "put_together",
    "record_status",
    "record_value",
    "report_commitment",
    "set_needs",
    "set_position",
    "show_action",
    "split",
    "undo",
    "uphold",
]
