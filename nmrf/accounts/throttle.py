"""Counters for sign-in and reset, under keyed hashes: no address and no e-mail is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from nmrf.accounts.models import Throttle
from nmrf.core.ctx import Ctx
from nmrf.core.keys import keyed

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
KEPT = timedelta(days=1)


def count(ctx: Ctx, purpose: str, value: str, window: timedelta) -> int:
    """Count one and give the number in this window, which begins with the first one counted."""
    insert = _INSERT[ctx.session.get_bind().dialect.name]
    fresh = Throttle.starts_at > ctx.now - window
    statement = insert(Throttle).values(key=_key(ctx, purpose, value), starts_at=ctx.now, count=1)
    statement = statement.on_conflict_do_update(
        index_elements=[Throttle.key],
        set_={
            "count": case((fresh, Throttle.count + 1), else_=1),
            "starts_at": case((fresh, Throttle.starts_at), else_=statement.excluded.starts_at),
        },
    ).returning(Throttle.count)
    return int(ctx.session.execute(statement).scalar_one())


def frees_at(
    ctx: Ctx, purpose: str, value: str, *, limit: int, window: timedelta
) -> datetime | None:
    """When the next one may come, if the limit of this window is reached; else None."""
    starts_at = ctx.session.scalar(
        select(Throttle.starts_at).where(
            Throttle.key == _key(ctx, purpose, value),
            Throttle.starts_at > ctx.now - window,
            Throttle.count >= limit,
        )
    )
    return starts_at + window if starts_at is not None else None


def forget_old(ctx: Ctx) -> int:
    """Delete counters that no window needs any more; gives how many."""
    result = ctx.session.execute(delete(Throttle).where(Throttle.starts_at < ctx.now - KEPT))
    return int(getattr(result, "rowcount", 0))


def _key(ctx: Ctx, purpose: str, value: str) -> str:
    return keyed(ctx.house.settings.secret_keys[0], purpose, value).hex()
