"""What `nmrf workflows show` tells a lawyer."""

from __future__ import annotations

import pytest

from nmrf.definitions import load
from nmrf.definitions.telling import tell_practice, tell_route
from nmrf.paths import WORKFLOWS

KNOWN = load(WORKFLOWS)


def test_a_route_is_told_with_who_until_and_what_a_return_means():
    told = list(tell_route(KNOWN.routes["denmark"]))
    start = told.index("4. Each contributing ministry approves")
    assert told[start : start + 6] == [
        "4. Each contributing ministry approves",
        "   Who: a validating authority of each of the ministries that lead or support a "
        "recommendation which the document answers, or own a part of its text.",
        "   What: Approves the text, or returns it with a reason.",
        "   How many: all of them have to agree.",
        "   Until: 10 working days after the step opens.",
        "   Returned: the next round begins at once with step 3, “Ministries concerned answer the "
        "comments and correct the text”.",
    ]
    assert "Written in: Kothari study ¶8, ¶30" in told


def test_silence_and_what_stands_are_told():
    route = KNOWN.routes["kenya_matrix"]
    assert any("No objection by then counts as agreement" in line for line in tell_route(route))
    step = route.steps[-2].model_copy(update={"after_return": "stands_if_unchanged"})
    changed = route.model_copy(update={"steps": (*route.steps[:-2], step, route.steps[-1])})
    assert any("unchanged is not asked again" in line for line in tell_route(changed))


def test_what_the_source_is_silent_on_is_marked():
    told = list(tell_practice(KNOWN.practices["denmark"], KNOWN.routes))
    assert "Drafts are open for comment: 1 month" in told
    assert (
        "Consults: 2 times a year, in March and September  (not in the source: to be confirmed)"
    ) in told


@pytest.mark.parametrize("name", KNOWN.routes)
def test_every_route_is_told_in_full(name):
    told = "\n".join(tell_route(KNOWN.routes[name]))
    assert all(step.title in told for step in KNOWN.routes[name].steps)
    assert KNOWN.routes[name].source in told
    assert "_" not in told.replace(f"({KNOWN.routes[name].ref})", "")


@pytest.mark.parametrize("name", KNOWN.practices)
def test_every_practice_is_told_with_its_source(name):
    practice = KNOWN.practices[name]
    assert practice.source in "\n".join(tell_practice(practice, KNOWN.routes))
