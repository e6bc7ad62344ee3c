"""Pages of comments: read and comment, receipt, answers, the answering desk, windows."""

# Registered when the pages are: calendar, gates, sections and margins of other slices.
from nmrf.feedback import calendar, gates, joints
from nmrf.feedback.views import (
    answering,
    bulk,
    desk,
    lists,
    margins,
    moderating,
    reading,
    receipt,
    windows,
    writing,
)
from nmrf.feedback.views.common import bp

__all__ = [
    "answering",
    "bp",
    "bulk",
    "calendar",
    "desk",
    "gates",
    "joints",
    "lists",
    "margins",
    "moderating",
    "reading",
    "receipt",
    "windows",
    "writing",
]
