"""Which moves exist, and what can be decided at which kind of step."""

from __future__ import annotations

from nmrf.validation.models import RunState, TaskState

DECIDED = frozenset(
    {
        TaskState.APPROVED,
        TaskState.APPROVED_WITH_REMARKS,
        TaskState.ADVISED,
        TaskState.NO_OBJECTION,
        TaskState.RETURNED,
    }
)
# What counts towards a quorum.
AGREED = frozenset({TaskState.APPROVED, TaskState.APPROVED_WITH_REMARKS, TaskState.NO_OBJECTION})

TRANSITIONS: dict[TaskState, frozenset[TaskState]] = {
    TaskState.WAITING: frozenset({TaskState.OPEN, TaskState.CLOSED}),
    TaskState.OPEN: DECIDED | {TaskState.CLOSED},
    **{state: frozenset() for state in (*sorted(DECIDED), TaskState.CLOSED)},
}

RUN_TRANSITIONS: dict[RunState, frozenset[RunState]] = {
    RunState.RUNNING: frozenset({RunState.RETURNED, RunState.APPROVED, RunState.WITHDRAWN}),
    RunState.RETURNED: frozenset(),
    RunState.APPROVED: frozenset(),
    RunState.WITHDRAWN: frozenset(),
}

_VOTES = (TaskState.APPROVED, TaskState.APPROVED_WITH_REMARKS, TaskState.RETURNED)
# By kind of step, in the order of the buttons. Advice never approves (Paris Principles, General
# Assembly resolution 48/134; OHCHR tips for NHRIs and civil society, L180-184).
OUTCOMES: dict[str, tuple[TaskState, ...]] = {
    "approve": _VOTES,
    "record": _VOTES,
    "advise": (TaskState.ADVISED,),
    "consult": (TaskState.ADVISED,),
    "edit": (TaskState.APPROVED,),
    "publish": (TaskState.APPROVED,),
}
# What is only useful with words.
WITH_REASON = frozenset({TaskState.APPROVED_WITH_REMARKS, TaskState.ADVISED, TaskState.RETURNED})
