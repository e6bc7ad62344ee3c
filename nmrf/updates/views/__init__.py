"""Pages of the yearly updates: rounds, an institution's list, one update."""

# Registered when the pages are: entries of the calendar, joints, the hand-over sheet.
from nmrf.updates import calendar, joints
from nmrf.updates.views import mine, rounds, sheet, update
from nmrf.updates.views.common import bp

__all__ = ["bp", "calendar", "joints", "mine", "rounds", "sheet", "update"]
