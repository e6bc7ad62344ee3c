"""Makes the database forget in which order, and when, the comments of a day arrived.

SQLite keeps the rows under their random keys, so there is nothing to forget. PostgreSQL lets
anybody with a query see the transaction (`xmin`) and the place (`ctid`) in which a row was
written; beside the events, which have times, that would tell the minute. A copy made by `pg_dump`
has the rows in the order of their places.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import text, update

from nmrf.core.ctx import Ctx
from nmrf.feedback.models import Comment


def forget_order(ctx: Ctx, days: Collection[date]) -> None:
    """Write the comments of these days anew, in one transaction and in the order of their keys.

    Nothing on a database that keeps no order. Readers of comments wait for it for a moment.
    """
    if not days or ctx.session.get_bind().dialect.name != "postgresql":
        return
    ctx.session.flush()
    ctx.session.execute(
        update(Comment)
        .where(Comment.received_on.in_(days))
        .values(lock=Comment.lock)
        .execution_options(synchronize_session=False)
    )
    ctx.session.execute(text("CLUSTER comment USING pk_comment"))
