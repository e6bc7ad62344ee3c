"""Makes the database forget in which order, and when, the comments of a day arrived.

SQLite keeps the rows under their random keys, so there is nothing to forget. PostgreSQL lets
anybody with a query see the transaction (`xmin`) and the place (`ctid`) in which a row was
written; beside the events, which have times, that would tell the minute. A copy made by `pg_dump`
has the rows in the order of their places.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text, update

from nmrf.core.ctx import Ctx
from nmrf.feedback.models import Comment, SecondLook

_LATE = timedelta(days=14)  # longer than the job is ever away


def forget_order(ctx: Ctx) -> None:
    """Write what came in the last days anew, in one transaction and in the order of the keys.

    Today's comments keep their order until tomorrow. Nothing is done on a database that keeps
    none. Readers of comments wait for it for a moment.
    """
    if ctx.session.get_bind().dialect.name != "postgresql":
        return
    ctx.session.flush()
    for table, day, column in (
        (Comment, Comment.received_on, Comment.lock),
        (SecondLook, SecondLook.asked_on, SecondLook.answer),
    ):
        ctx.session.execute(
            update(table)
            .where(day < ctx.today, day >= ctx.today - _LATE)
            .values({column: column})
            .execution_options(synchronize_session=False)
        )
        ctx.session.execute(text(f"CLUSTER {table.__tablename__} USING pk_{table.__tablename__}"))
