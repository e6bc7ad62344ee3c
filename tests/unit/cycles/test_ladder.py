"""Which step of a reminder ladder has been reached, and which moves between stages exist."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nmrf.core.errors import Invalid
from nmrf.cycles import inputs
from nmrf.cycles.models import Stage
from nmrf.cycles.reminders import step_due
from nmrf.cycles.states import TRANSITIONS, following

DAY = date(2026, 12, 1)
LADDER = (30, 14, 7, 1)


@pytest.mark.parametrize(
    ("left", "step"),
    [
        (31, None),
        (30, 30),
        (29, 30),
        (14, 14),
        (10, 14),
        (1, 1),
        (0, 1),
        (-1, -1),
        (-6, -1),
        (-7, -7),
        (-30, -14),
        (-45, -14),
        (-46, None),
    ],
)
def test_the_last_step_that_was_reached_is_due(left, step):
    assert step_due(LADDER, DAY, DAY - timedelta(days=left)) == step


def test_an_event_is_never_late():
    assert step_due(LADDER, DAY, DAY + timedelta(days=1), late=False) is None


def test_stages_go_one_on_or_one_back():
    assert TRANSITIONS[Stage.CONSULTATION] == {Stage.DRAFTING}
    assert TRANSITIONS[Stage.REVIEW] == {Stage.DRAFTING, Stage.ADOPTION}
    assert TRANSITIONS[Stage.MID_TERM] == {Stage.FOLLOW_UP}
    assert following(Stage.MID_TERM) is None


def test_a_line_loses_control_characters_and_keeps_arabic():
    assert inputs.line(" a\x00b\n\tc ", "x") == "a b c"
    assert inputs.line("مشاورة وطنية", "x") == "مشاورة وطنية"


def test_prose_keeps_its_lines():
    assert inputs.prose("one\r\ntwo\x0b\rthree", "x") == "one\ntwo \nthree"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://x.org", "https://", "https://a b.org", "//x", "http://["],
)
def test_only_web_addresses_pass(address):
    with pytest.raises(Invalid):
        inputs.web_address(address, "x")


def test_a_time_that_the_clocks_skip_is_refused():
    from datetime import time

    with pytest.raises(Invalid, match="clocks"):
        inputs.local_moment(date(2027, 3, 28), time(2, 30), "Europe/Ljubljana", "x")
