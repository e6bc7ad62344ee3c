"""Pages of reports: read, compare, write, import, export; and the addendum."""

from nmrf.reports import joints
from nmrf.reports.views import addendum, block, desk, importing, managing, reading, structure
from nmrf.reports.views.common import bp

__all__ = [
    "addendum",
    "block",
    "bp",
    "desk",
    "importing",
    "joints",
    "managing",
    "reading",
    "structure",
]
