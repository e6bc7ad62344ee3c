"""Clusters: the State's own named groups of recommendations, the columns' first order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, NotFound
from nmrf.core.i18n import _
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.recommendations.models import Cluster, Recommendation, recommendation_cluster

MOST = 100


def clusters(session: Session, *, retired: bool = False) -> list[Cluster]:
    """The clusters in the order of the matrix; with `retired` also those no longer offered."""
    query = select(Cluster).order_by(Cluster.place, Cluster.id)
    return list(session.scalars(query if retired else query.where(Cluster.retired_at.is_(None))))


def get_cluster(session: Session, cluster_id: int) -> Cluster:
    """One cluster. Raises `NotFound`."""
    found = session.get(Cluster, cluster_id)
    if found is None:
        raise NotFound(_("There is no such cluster."))
    return found


@dataclass(frozen=True)
class Counted:
    """A cluster and how many recommendations stand in it, in all cycles."""

    cluster: Cluster
    count: int


def counted(session: Session) -> list[Counted]:
    """All clusters with their counts, in one statement; the retired ones last."""
    rows = session.execute(
        select(Cluster, func.count(recommendation_cluster.c.recommendation_id))
        .outerjoin(recommendation_cluster, recommendation_cluster.c.cluster_id == Cluster.id)
        .group_by(Cluster.id)
        .order_by(Cluster.retired_at.is_not(None), Cluster.place, Cluster.id)
    )
    return [Counted(*row) for row in rows]


def create_cluster(ctx: Ctx, name: str, description: str = "") -> Cluster:
    """A new cluster, the last in the order.

    Raises `Refused` unless the actor is of the secretariat, `Invalid` for no name or one that
    there is already.
    """
    access.require(ctx.actor, "cluster.manage")
    name = _free_name(ctx, name)
    last = ctx.session.execute(select(func.count(Cluster.id), func.max(Cluster.place))).one()
    if last[0] >= MOST:
        raise Invalid(_("There are %(n)s clusters already. Retire one first.", n=MOST))
    made = Cluster(
        name=name,
        description=inputs.prose(description, "description"),
        place=(last[1] or 0) + 1,
    )
    ctx.session.add(made)
    events.record(ctx, "cluster.created", made)
    return made


def change_cluster(
    ctx: Ctx,
    cluster: Cluster,
    *,
    name: str,
    description: str,
    place: int,
    retired: bool,
    lock: int | None = None,
) -> None:
    """Rename, move or retire a cluster. What stands in a retired one stays there.

    Raises `Conflict` for an old `lock`, `Invalid` as `create_cluster` does.
    """
    check_lock(cluster, lock)
    access.require(ctx.actor, "cluster.manage")
    if not 0 <= place <= 10_000:
        raise Invalid(_("Give a place from 0 to 10,000."), place="place")
    cluster.name = _free_name(ctx, name, cluster)
    cluster.description = inputs.prose(description, "description")
    cluster.place = place
    if retired != (cluster.retired_at is not None):
        cluster.retired_at = ctx.now if retired else None
    events.record(ctx, "cluster.changed", cluster, place=place, retired=retired)


def _free_name(ctx: Ctx, name: str, mine: Cluster | None = None) -> str:
    name = inputs.line(name, "name", required=True, longest=200)
    same = ctx.session.scalar(
        select(Cluster.id).where(func.lower(Cluster.name) == name.lower()).limit(1)
    )
    if same is not None and (mine is None or same != mine.id):
        raise Invalid(_("There is a cluster of this name already."), place="name")
    return name


def put_into(ctx: Ctx, recommendations: Sequence[Recommendation], cluster: Cluster | None) -> int:
    """Put recommendations into a cluster, out of the one before, or with None into none.

    Gives how many changed. Raises `Refused` unless the actor is of the secretariat, `Invalid`
    for a retired cluster or nothing chosen.
    """
    access.require(ctx.actor, "cluster.manage")
    if not recommendations:
        raise Invalid(_("Tick at least one recommendation first."), place="recommendations")
    if cluster is not None and cluster.retired_at is not None:
        raise Invalid(_("This cluster is no longer offered. Choose another."), place="cluster")
    wanted = cluster.id if cluster else None
    link = recommendation_cluster
    ids = [row.id for row in recommendations]
    was: dict[int, int] = dict(
        ctx.session.execute(
            select(link.c.recommendation_id, link.c.cluster_id).where(
                link.c.recommendation_id.in_(ids)
            )
        ).all()
    )
    changed = [row for row in recommendations if was.get(row.id) != wanted]
    if not changed:
        return 0
    moved = [row.id for row in changed]
    ctx.session.execute(delete(link).where(link.c.recommendation_id.in_(moved)))
    if wanted is not None:
        ctx.session.execute(
            insert(link), [{"recommendation_id": id_, "cluster_id": wanted} for id_ in moved]
        )
    for row in changed:
        kind = "recommendation.clustered" if wanted else "recommendation.unclustered"
        events.record(ctx, kind, row, was=was.get(row.id), cluster=wanted)
        ctx.session.expire(row, ["cluster"])
    return len(changed)
