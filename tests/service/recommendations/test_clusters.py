"""Clusters: set by the secretariat, filled in bulk, retired and never deleted."""

from __future__ import annotations

import pytest

from nmrf.core import events
from nmrf.core.errors import Conflict, Invalid, NotFound, Refused
from nmrf.recommendations import clusters, exports, register, service
from nmrf.recommendations.history import history
from nmrf.recommendations.register import Filter
from tests import factories
from tests.factories.recommendations import many
from tests.queries import count_statements


@pytest.fixture
def rows(ctx, cycle):
    return [factories.recommendation(ctx.session, cycle, f"140.{n}") for n in (1, 2, 3)]


def test_a_recommendation_stands_in_one_cluster(secretary, rows):
    civil = service.create_cluster(secretary, "Civil and political rights")
    group = service.create_cluster(secretary, "Group rights")
    assert service.put_into(secretary, rows[:2], civil) == 2
    assert service.put_into(secretary, rows[:2], civil) == 0
    assert service.put_into(secretary, [rows[1]], group) == 1
    assert [row.cluster for row in rows] == [civil, group, None]
    assert [(one.cluster.name, one.count) for one in clusters.counted(secretary.session)] == [
        ("Civil and political rights", 1),
        ("Group rights", 1),
    ]
    assert service.put_into(secretary, [rows[0]], None) == 1
    assert rows[0].cluster is None
    secretary.session.commit()
    kinds = [e.kind for e in events.history(secretary.session, "recommendation", rows[0].id)]
    assert kinds == ["recommendation.clustered", "recommendation.unclustered"]
    assert [one.what for one in history(secretary, rows[1])] == [
        "put it into the cluster “Group rights”",
        "put it into the cluster “Civil and political rights”",
    ]


def test_only_the_secretariat_groups(justice, rows):
    with pytest.raises(Refused):
        service.create_cluster(justice, "Group rights")
    with pytest.raises(Refused):
        service.put_into(justice, rows, None)


def test_names_are_unique_whatever_their_case(secretary):
    service.create_cluster(secretary, "Group rights")
    with pytest.raises(Invalid, match="of this name"):
        service.create_cluster(secretary, " group  RIGHTS ")
    with pytest.raises(Invalid):
        service.create_cluster(secretary, " ")


def test_a_retired_cluster_keeps_what_stands_in_it(secretary, rows):
    made = service.create_cluster(secretary, "Group rights")
    service.put_into(secretary, rows[:1], made)
    values = {"name": "Group rights", "description": "", "place": 3, "retired": True}
    with pytest.raises(Conflict):
        service.change_cluster(secretary, made, **values, lock=made.lock + 1)
    service.change_cluster(secretary, made, **values, lock=made.lock)
    assert clusters.clusters(secretary.session) == []
    assert rows[0].cluster is made
    with pytest.raises(Invalid, match="no longer offered"):
        service.put_into(secretary, rows, made)
    with pytest.raises(NotFound):
        clusters.get_cluster(secretary.session, 99)


def test_the_register_filters_and_counts_by_cluster(secretary, rows):
    made = service.create_cluster(secretary, "Group rights")
    service.put_into(secretary, rows[:2], made)
    found = register.facets(secretary, Filter())["cluster"]
    assert [(c.value, c.name, c.count) for c in found] == [
        (str(made.id), "Group rights", 2),
        ("none", "", 1),
    ]

    def numbers(*values):
        page = register.page(secretary, Filter(cluster=values), 1)
        return [row.number for row in page.items]

    assert numbers(str(made.id)) == ["140.1", "140.2"]
    assert numbers("none") == ["140.3"]
    assert numbers("none", str(made.id)) == ["140.1", "140.2", "140.3"]
    assert Filter.of(lambda name: ["x", "none"] if name == "cluster" else []).cluster == ("none",)


def test_the_export_names_cluster_and_needs(secretary, rows):
    made = service.create_cluster(secretary, "=Group")
    service.put_into(secretary, rows[:1], made)
    assert service.set_needs(secretary, rows[:1], needs_assistance=True) == 1
    assert service.set_needs(secretary, rows[:1], needs_assistance=True) == 0
    secretary.session.flush()
    secretary.session.expire_all()
    columns = ["number", "cluster", "needs_assistance"]
    made_file = exports.export(secretary, Filter(assistance=("1",)), "csv", columns)
    assert made_file.data.decode("utf-8-sig").splitlines()[1:] == ["140.1,yes,'=Group"]


def test_putting_many_into_a_cluster_asks_no_row_by_itself(ctx, cycle, database):
    many(ctx.session, cycle, 40)
    found = register.page(ctx, Filter(), 1).items
    made = service.create_cluster(ctx, "Group rights")
    ctx.session.flush()
    with count_statements(database) as sent:
        service.put_into(ctx, found, made)
    assert len(sent) <= 4
