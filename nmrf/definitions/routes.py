"""Validation routes: which steps a document takes, who decides each, by when.

Steps with the same `stage` run side by side; a stage opens when the one before it is done.
Advice and consultation end at their due date: an adviser who keeps silent holds up nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from pydantic import Field

from nmrf.core.calendar import IsWorkingDay
from nmrf.core.roles import GOVERNMENT, Role
from nmrf.definitions.base import Definition, Id, OptionalText, Problem, Source, Text, repeated
from nmrf.definitions.quorum import QuorumText
from nmrf.definitions.when import WhenText

StepKind = Literal["approve", "advise", "consult", "edit", "publish", "record"]
RoleName = Literal[
    "administrator",
    "secretariat",
    "drafter",
    "focal_point",
    "alternate",
    "validating_authority",
    "committee_member",
    "minister",
    "nhri",
    "parliament",
    "stakeholder",
]
Body = Literal[
    "lead_ministries",
    "contributing_ministries",
    "all_ministries",
    "foreign_ministry",
    "secretariat",
    "committee",
    "nhri",
    "parliament",
    "minister",
    "cabinet",
    "stakeholders",
]
# Bodies that are one institution, so that a quorum of two could never be reached.
SINGLE_BODIES = frozenset(
    {"foreign_ministry", "secretariat", "nhri", "parliament", "minister", "cabinet"}
)
VOICES = frozenset({"advise", "consult"})
ADVISERS = frozenset({Role.NHRI.value, Role.STAKEHOLDER.value})
ADVISING_BODIES = frozenset({"nhri", "stakeholders"})
OPENING, SUBMISSION, DRAFTING = "opening", "submission", "drafting"
WHY_NHRI = (
    "the NHRI can only advise or be consulted. It must stay independent: it neither prepares the "
    "State's report nor reports for the Government (Paris Principles, General Assembly "
    "resolution 48/134; OHCHR tips for NHRIs and civil society, L180–184)"
)
WHY_STAKEHOLDERS = (
    "stakeholders can only advise or be consulted: the report is the Government's own "
    "(HRC resolution 5/1, annex, ¶15 a)"
)


class Decider(Definition):
    """Who acts at a step: those who hold a role (`role`) in a body (`of`).

    At a `record` step the body decides elsewhere, and the role enters its decision.
    """

    role: RoleName
    of: Body


class Step(Definition):
    """One step of a route."""

    id: Id
    title: Text
    kind: StepKind
    stage: int = Field(ge=1)
    decider: Decider
    help: OptionalText = ""
    each: bool = False  # one decision for each institution; else one for the step
    quorum: QuorumText | None = None  # how many of them are needed; without it, all
    due: WhenText | None = None
    advisory: bool = False  # the due date is shown and reminded of, but not enforced
    silence: bool = False  # no objection by the due date counts as agreement
    on_return: str | None = None  # "drafting" or the id of an earlier step; as a rule "drafting"
    # What becomes of an approval of an earlier round when the text comes again.
    after_return: Literal["ask_again", "stands_if_unchanged"] = "ask_again"
    own_text_allowed: bool = False  # whether an author may approve the text
    reason: Literal["on_return", "always"] = "on_return"  # a return always needs a reason

    @property
    def decides(self) -> bool:
        """Whether the route stops here until somebody says yes."""
        return self.kind in {"approve", "record"}

    @property
    def returns_to(self) -> str | None:
        """Where a return leads: "drafting" or a step's id; None where nothing is returned."""
        return (self.on_return or DRAFTING) if self.decides else None

    def needed(self, institutions: int) -> int:
        """How many decisions the step needs when it was put to so many institutions."""
        if not self.each:
            return 1
        return self.quorum.needed(institutions) if self.quorum else institutions

    def due_on(
        self,
        opened: date,
        submission: date | None,
        milestones: Mapping[str, date],
        is_working_day: IsWorkingDay,
    ) -> date | None:
        """When the step is due, or None when it has no date or counts from one not yet known.

        `opened`: local date on which it opened; `submission`: deadline of the document;
        `milestones`: dates of the cycle by the id of their definition.
        """
        if self.due is None:
            return None
        anchors = {**milestones, OPENING: opened}
        if submission:
            anchors[SUBMISSION] = submission
        anchor = anchors.get(self.due.anchor)
        return self.due.resolve(anchor, is_working_day) if anchor else None


class Route(Definition):
    """The steps of a document to its approval. A running item keeps `id@version`."""

    id: Id
    version: int = Field(ge=1)
    title: Text
    documents: tuple[Id, ...] = Field(min_length=1)  # codes of the vocabulary document_kinds
    source: Source
    description: Text
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def ref(self) -> str:
        """What a running item is pinned to, such as `denmark@1`."""
        return f"{self.id}@{self.version}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the content: shows whether a version was changed under a running item."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def snapshot(self) -> dict[str, Any]:
        """The route as plain JSON data, to be kept with a running item."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Route:
        """The route of a snapshot, as it was when the item started."""
        return cls.model_validate_json(json.dumps(snapshot))

    @property
    def stages(self) -> tuple[tuple[Step, ...], ...]:
        """The steps in order, those that run side by side together."""
        numbers = sorted({step.stage for step in self.steps})
        return tuple(tuple(s for s in self.steps if s.stage == number) for number in numbers)

    @property
    def anchors(self) -> frozenset[str]:
        """The milestones from which its due dates are counted."""
        named = {step.due.anchor for step in self.steps if step.due}
        return frozenset(named - {OPENING, SUBMISSION})

    def step(self, step_id: str) -> Step | None:
        """The step of an id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

    def stage_after_return(self, step: Step) -> int:
        """The stage at which the next round begins when a step returned the text."""
        target = self.step(step.on_return) if step.on_return else None
        return target.stage if target else self.steps[0].stage

    def next_stage(self, stage: int) -> int | None:
        """The stage after one (0 for the first), or None at the end of the route."""
        return min((step.stage for step in self.steps if step.stage > stage), default=None)


def problems(route: Route, kinds: frozenset[str], milestones: frozenset[str]) -> Iterator[Problem]:
    """What is wrong in a route beyond its form.

    `kinds`: the document kinds there are; `milestones`: those of all calendars.
    """
    for index, kind in enumerate(route.documents):
        if kind not in kinds:
            yield Problem(
                ("documents", index),
                f'there is no kind of document "{kind}"; the kinds are {", ".join(sorted(kinds))}',
            )
    yield from repeated(tuple(step.id for step in route.steps), "steps")
    yield from _order(route)
    for index, step in enumerate(route.steps):
        for field, message in _step_problems(step, route, milestones):
            yield Problem(("steps", index, *field), message)
    if not any(step.decides for step in route.steps):
        yield Problem(
            ("steps",), "no step approves the text: somebody has to be able to say yes or no"
        )


def _order(route: Route) -> Iterator[Problem]:
    if route.steps[0].stage != 1:
        yield Problem(("steps", 0, "stage"), "the first step has stage 1")
    for index, (one, following) in enumerate(pairwise(route.steps), start=1):
        if following.stage < one.stage:
            yield Problem(
                ("steps", index, "stage"),
                f"cannot be reached: stage {following.stage} stands after stage {one.stage}",
            )
        elif following.stage > one.stage + 1:
            yield Problem(
                ("steps", index, "stage"),
                f"cannot be reached: there is no stage {one.stage + 1}",
            )
    last = max(step.stage for step in route.steps)
    for index, step in enumerate(route.steps):
        if step.kind == "publish" and step.stage < last:
            yield Problem(
                ("steps", index, "stage"),
                "steps after publication cannot be reached: a published version never changes. "
                'For a draft put before the public, use kind = "consult"',
            )


Trouble = tuple[tuple[str, ...], str]


def _step_problems(step: Step, route: Route, milestones: frozenset[str]) -> Iterator[Trouble]:
    yield from _who(step)
    yield from _how_many(step)
    yield from _until(step, milestones)
    yield from _return(step, route)


def _who(step: Step) -> Iterator[Trouble]:
    role, body = step.decider.role, step.decider.of
    if step.kind not in VOICES:
        if Role.NHRI in (role, body):
            yield ("kind",), WHY_NHRI
        elif role in ADVISERS or body in ADVISING_BODIES:
            yield ("kind",), WHY_STAKEHOLDERS
    if step.kind in {"edit", "publish"} and Role(role) not in GOVERNMENT:
        yield ("decider", "role"), f"only the Government's own people {step.kind} its text"
    if (role == "stakeholder") != (body == "stakeholders"):
        yield ("decider", "of"), "stakeholders, and only they, speak for stakeholders"
    if (role == "nhri") != (body == "nhri"):
        yield ("decider", "of"), "the NHRI, and only it, speaks for the NHRI"
    if step.kind == "record" and role not in {"secretariat", "administrator"}:
        yield (
            ("decider", "role"),
            'what a body decided elsewhere is recorded by the role "secretariat"',
        )
    if body == "cabinet" and step.kind != "record":
        yield (
            ("kind",),
            (
                'the cabinet decides outside this service: use kind = "record", '
                "so that the secretariat enters the outcome"
            ),
        )


def _how_many(step: Step) -> Iterator[Trouble]:
    if step.quorum is None:
        return
    if not step.each:
        yield ("quorum",), "needs each = true: without it there is one decision"
    elif step.decider.of in SINGLE_BODIES and (step.quorum.count or 0) > 1:
        yield (
            ("quorum",),
            (
                f"can never be reached: {step.decider.of} is one institution, "
                f"and {step.quorum} decisions are asked for"
            ),
        )
    if not step.decides:
        yield ("quorum",), f"has no meaning at a step of kind {step.kind}: nothing is voted on"


def _until(step: Step, milestones: frozenset[str]) -> Iterator[Trouble]:
    if step.due is None:
        if step.kind in VOICES:
            yield ("id",), "needs due: advice ends on a date, so that silence holds up nobody"
        if step.silence:
            yield ("silence",), "needs due: silence is agreement from a date on"
        if step.advisory:
            yield ("advisory",), "needs due"
    elif step.due.anchor not in milestones | {OPENING, SUBMISSION}:
        yield (
            ("due",),
            (
                f'there is no milestone "{step.due.anchor}". Count from {OPENING} (the step '
                f"opens), {SUBMISSION} (the document is due) or a milestone of a calendar"
            ),
        )
    elif step.due.anchor == OPENING and step.due.direction == "before":
        yield ("due",), "lies before the step opens"
    if step.silence and step.kind != "approve":
        yield ("silence",), "is agreement only at a step that approves"
    elif step.silence and step.advisory:
        yield ("advisory",), "cannot stand beside silence: agreement by silence needs a real date"


def _return(step: Step, route: Route) -> Iterator[Trouble]:
    if step.after_return != "ask_again" and step.kind != "approve":
        yield (
            ("after_return",),
            f"an approval can stand only at a step that approves, not at one of kind {step.kind}",
        )
    if step.on_return is None:
        return
    if not step.decides:
        yield (
            ("on_return",),
            f"a step of kind {step.kind} returns nothing; only approve and record do",
        )
        return
    target = route.step(step.on_return)
    if step.on_return != DRAFTING and target is None:
        yield ("on_return",), f'there is no step "{step.on_return}"; or write "{DRAFTING}"'
    elif target is not None and target.stage >= step.stage:
        yield (
            ("on_return",),
            f'"{target.id}" is not before this step: a return leads back, not forward or aside',
        )
