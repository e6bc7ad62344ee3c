"""Pages of the recommendations: register, memory page, import, acts on ticked rows, the matrix."""

from nmrf.recommendations.views import (
    actions,
    acts,
    clusters,
    commitments,
    imports,
    indicators,
    memory,
    parts,
    plan,
    register,
)
from nmrf.recommendations.views.common import bp

__all__ = [
    "actions",
    "acts",
    "bp",
    "clusters",
    "commitments",
    "imports",
    "indicators",
    "memory",
    "parts",
    "plan",
    "register",
]
