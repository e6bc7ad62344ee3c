"""Send a version along a route: choose it, see who will be asked, start."""

from __future__ import annotations

import flask

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.cycles.views.common import attempt
from nmrf.reports.models import ReportVersion, VersionState
from nmrf.reports.queries import get_version
from nmrf.validation import queries, service
from nmrf.validation.forms import StartForm
from nmrf.validation.planning import plan, route_for, routes_for
from nmrf.validation.views.common import Page, bp, lock_of, routes_shown, rule_of, status
from nmrf.web.edge import allow, ctx


@bp.route("/reports/versions/<int:version_id>/validate", methods=["GET", "POST"])
def start(version_id: int) -> Page:
    allow("run.manage")
    context = ctx()
    version = get_version(context, version_id)
    routes = routes_for(context, version.report)
    form = StartForm().fill(routes)
    if flask.request.method == "GET":
        form = StartForm(flask.request.args).fill(routes)
        if form.route.data not in {route.id for route in routes}:
            form.route.data = route_for(context, version.report).id
        return _page(context, version, form)
    started = []
    if attempt(
        form,
        lambda: started.append(
            service.start(
                context,
                version,
                form.route.data,
                whole=bool(form.whole.data),
                lock=lock_of(form),
            )
        ),
        version,
    ):
        flask.flash(_("Sent. Those of the first step are asked by mail."), "success")
        return flask.redirect(flask.url_for("validation.run", run_id=started[0].id), 303)
    return _page(context, get_version(context, version_id), form), status()


def _page(context: Ctx, version: ReportVersion, form: StartForm) -> str:
    routes = routes_for(context, version.report)
    try:
        chosen = route_for(context, version.report, form.route.data or "")
    except Invalid:
        chosen = route_for(context, version.report)
    resumes = queries.first_stage(context.session, version.report_id, chosen)
    planned = plan(context, version, chosen, 1 if form.whole.data else resumes)
    form.lock.data = str(version.lock)
    return flask.render_template(
        "validation/start.html",
        version=version,
        report=version.report,
        form=form,
        routes=routes_shown(routes),
        chosen=chosen,
        practice=route_for(context, version.report).id,
        stages=planned,
        rule_of=rule_of,
        resumes=resumes > chosen.steps[0].stage,
        stuck=[step for stage in planned for step in stage if step.stuck],
        is_draft=version.state is VersionState.DRAFT,
        running=queries.running(context.session, version.report_id),
        newest=queries.newest_number(context.session, version.report_id),
        round_number=len(queries.runs_of_report(context, version.report_id)) + 1,
    )
