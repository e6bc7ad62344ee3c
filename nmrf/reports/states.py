"""Which moves of a version exist. Once shown it never goes back to a draft."""

from nmrf.reports.models import VersionState

TRANSITIONS: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.FROZEN, VersionState.PUBLIC}),
    VersionState.FROZEN: frozenset({VersionState.PUBLIC, VersionState.SUBMITTED}),
    VersionState.PUBLIC: frozenset({VersionState.SUBMITTED}),
    VersionState.SUBMITTED: frozenset(),
}
