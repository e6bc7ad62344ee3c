"""Pages of cycles and their dates, and the calendar of everything."""

from nmrf.cycles.views import calendar, cycle, milestones
from nmrf.cycles.views.common import bp

__all__ = ["bp", "calendar", "cycle", "milestones"]
