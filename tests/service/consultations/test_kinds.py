from __future__ import annotations

import pytest

from nmrf.consultations import kinds


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("civil_society", "Civil society organisations"),
        ("women_and_girls", "Women & girls"),
        ("taken_out", "taken_out"),
    ],
)
def test_groups_are_said_in_words(ctx, code, label):
    assert kinds.group_label(ctx, code) == label
