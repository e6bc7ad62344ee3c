"""Which review of a State is meant, and in which cycle it falls."""

from __future__ import annotations

from typing import NamedTuple


class Review(NamedTuple):
    """The review of a State (ISO 3166-1 alpha-3 code) in a session of the Working Group."""

    state: str
    session: int

    @property
    def cycle(self) -> int:
        """The cycle by the rule; a calendar may know better."""
        return cycle_number(self.session)


def cycle_number(session: int) -> int:
    """The cycle that a session falls in: 12 sessions in the first, 14 in each one after it.

    Human Rights Council resolution 16/21, annex, ¶3, and decision 17/119.
    """
    return 1 if session <= 12 else (session - 13) // 14 + 2
