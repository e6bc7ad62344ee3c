"""Pages of consultations: list, consultation, invitations, record, series."""

# Registered when the pages are: entries of the calendar, gates of the stages.
from nmrf.consultations import calendar, gates
from nmrf.consultations.views import consultation, lists, people, record, series
from nmrf.consultations.views.common import bp

__all__ = ["bp", "calendar", "consultation", "gates", "lists", "people", "record", "series"]
