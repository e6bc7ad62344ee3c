"""Clusters: their list, and putting ticked recommendations into one."""

from __future__ import annotations

import flask

from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.recommendations import clusters, service
from nmrf.recommendations.views.common import bp, selection
from nmrf.recommendations.views.plan_forms import (
    KEEP,
    NO,
    YES,
    ClusterChangeForm,
    ClusterForm,
    GroupForm,
)
from nmrf.web.edge import allow, ctx

_SHOWN = 30
_NEEDS = {KEEP: None, YES: True, NO: False}


@bp.get("/clusters")
def clusters_list() -> str:
    """The State's own groups of recommendations, with how many stand in each."""
    return flask.render_template(
        "recommendations/clusters.html", found=clusters.counted(ctx().session)
    )


@bp.route("/clusters/new", methods=["GET", "POST"])
def new_cluster() -> Page:
    """A new cluster."""
    allow("cluster.manage")
    form = ClusterForm()
    if attempt(
        form,
        lambda: service.create_cluster(ctx(), form.name.data or "", form.description.data or ""),
    ):
        flask.flash(_("The cluster is there. Now put recommendations into it."), "success")
        return flask.redirect(flask.url_for(".clusters_list"), 303)
    return flask.render_template(
        "recommendations/cluster_form.html", form=form, cluster=None
    ), status()


@bp.route("/clusters/<int:cluster_id>", methods=["GET", "POST"])
def change_cluster(cluster_id: int) -> Page:
    """Rename, move or retire a cluster."""
    allow("cluster.manage")
    cluster = clusters.get_cluster(ctx().session, cluster_id)
    form = ClusterChangeForm(obj=cluster)
    if flask.request.method == "GET":
        form.retired.data = cluster.retired_at is not None
    if attempt(
        form,
        lambda: service.change_cluster(
            ctx(),
            cluster,
            name=form.name.data or "",
            description=form.description.data or "",
            place=form.place.data,
            retired=bool(form.retired.data),
            lock=lock_of(form),
        ),
        cluster,
    ):
        flask.flash(_("The cluster is changed."), "success")
        return flask.redirect(flask.url_for(".clusters_list"), 303)
    return flask.render_template(
        "recommendations/cluster_form.html", form=form, cluster=cluster
    ), status()


@bp.route("/group", methods=["GET", "POST"])
def group() -> Page:
    """Put the ticked recommendations, or all of a filter, into a cluster; say what they need."""
    allow("cluster.manage")
    context = ctx()
    chosen = selection(context)
    if not chosen.rows:
        flask.flash(_("Tick at least one recommendation first."), "warning")
        return flask.redirect(chosen.back, 303)
    form = GroupForm().fill(context)

    def act() -> None:
        wanted = form.cluster.data or KEEP
        if wanted != KEEP:
            into = None if wanted == "none" else clusters.get_cluster(context.session, int(wanted))
            service.put_into(context, chosen.rows, into)
        service.set_needs(
            context,
            chosen.rows,
            needs_parliament=_NEEDS[form.parliament.data or KEEP],
            needs_assistance=_NEEDS[form.assistance.data or KEEP],
        )

    if attempt(form, act):
        flask.flash(
            ngettext(
                "%(n)s recommendation is grouped and marked as you said.",
                "%(n)s recommendations are grouped and marked as you said.",
                len(chosen.rows),
            ),
            "success",
        )
        if len(chosen.rows) == 1:
            one = chosen.rows[0]
            return flask.redirect(flask.url_for(".recommendation", recommendation_id=one.id), 303)
        return flask.redirect(chosen.back, 303)
    return flask.render_template(
        "recommendations/group.html",
        selection=chosen,
        numbers=chosen.numbers[:_SHOWN],
        more=max(0, len(chosen.rows) - _SHOWN),
        form=form,
    ), status()
