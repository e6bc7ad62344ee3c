"""Counters under keyed hashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from nmrf.accounts import throttle
from nmrf.accounts.models import Throttle

WINDOW = timedelta(minutes=10)


def free(ctx, value="a"):
    return throttle.frees_at(ctx, "test", value, limit=3, window=WINDOW)


def test_a_window_begins_with_the_first_one_counted(make_ctx, clock):
    first = clock.now()
    assert [throttle.count(make_ctx(), "test", "a", WINDOW) for _n in range(2)] == [1, 2]
    assert free(make_ctx()) is None
    clock.advance(minutes=9)
    assert throttle.count(make_ctx(), "test", "a", WINDOW) == 3
    assert free(make_ctx()) == first + WINDOW
    clock.advance(minutes=1)
    assert free(make_ctx()) is None
    assert throttle.count(make_ctx(), "test", "a", WINDOW) == 1


def test_purposes_and_values_are_counted_apart(ctx):
    counts = [
        throttle.count(ctx, purpose, value, WINDOW)
        for purpose, value in [("one", "a"), ("one", "b"), ("two", "a"), ("one", "a")]
    ]
    assert counts == [1, 1, 1, 2]


def test_another_secret_key_gives_another_hash(ctx):
    throttle.count(ctx, "test", "a", WINDOW)
    settings = ctx.house.settings.model_copy(update={"secret_key": SecretStr("u" * 40)})
    other = replace(ctx, house=replace(ctx.house, settings=settings))
    assert throttle.count(other, "test", "a", WINDOW) == 1
    assert len(ctx.session.scalars(select(Throttle.key)).all()) == 2


@pytest.mark.parametrize(("hours", "left"), [(24, 1), (24.01, 0)])
def test_old_counters_are_forgotten(make_ctx, clock, hours, left):
    throttle.count(make_ctx(), "test", "a", WINDOW)
    clock.advance(hours=hours)
    ctx = make_ctx()
    assert throttle.forget_old(ctx) == 1 - left
    assert len(ctx.session.scalars(select(Throttle.key)).all()) == left
