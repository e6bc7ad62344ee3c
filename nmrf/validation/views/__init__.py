"""Pages of validation: what is under way, one run, one decision, the start."""

# Registered when the pages are: links of versions, a gate, the hand-over sheet.
from nmrf.validation import joints
from nmrf.validation.views import runs, start, tasks
from nmrf.validation.views.common import bp

__all__ = ["bp", "joints", "runs", "start", "tasks"]
