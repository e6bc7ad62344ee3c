"""A row that one process holds at a time: the same on SQLite and PostgreSQL.

Whoever holds it renews it before it ends; when the holder dies, it ends by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.exc import IntegrityError

from nmrf.core.db import Database
from nmrf.jobs.models import Lease


def take(database: Database, name: str, owner: str, now: datetime, period: timedelta) -> bool:
    """Take a lease that is free or over, or renew one's own. False: somebody else holds it."""
    taken = (
        update(Lease)
        .where(Lease.name == name, or_(Lease.owner == owner, Lease.until < now))
        .values(owner=owner, until=now + period)
        .execution_options(synchronize_session=False)
    )
    with database.writing() as session:
        if session.execute(taken).rowcount:  # type: ignore[attr-defined]
            return True
        if session.get(Lease, name) is not None:
            return False
    try:
        with database.writing() as session:
            session.add(Lease(name=name, owner=owner, until=now + period))
    except IntegrityError:
        return False  # somebody else was quicker
    return True


def release(database: Database, name: str, owner: str) -> None:
    """Give a lease back, if it is still one's own."""
    with database.writing() as session:
        session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))
