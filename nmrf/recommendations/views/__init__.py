"""Pages of the recommendations: register, memory page, import, acts on ticked rows."""

from nmrf.recommendations.views import acts, imports, memory, register
from nmrf.recommendations.views.common import bp

__all__ = ["acts", "bp", "imports", "memory", "register"]
