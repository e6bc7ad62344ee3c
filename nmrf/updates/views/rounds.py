"""Rounds: the list, planning one, and the secretariat's monitor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Office
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, NotFound
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import Role
from nmrf.cycles.queries import current_cycle, cycles
from nmrf.files.service import MIME
from nmrf.files.views import send
from nmrf.updates import comparing, queries, service
from nmrf.updates.exports import round_workbook
from nmrf.updates.forms import ExtendForm, LockForm, RoundForm
from nmrf.updates.models import Round, RoundState
from nmrf.updates.views.common import Page, attempt, bp, lock_of, own_ids, status
from nmrf.web.edge import allow, ctx

RESPONSIBLE = (Role.FOCAL_POINT, Role.ALTERNATE, Role.VALIDATING_AUTHORITY)


@bp.get("")
def index() -> str:
    allow("board.see")
    context = ctx()
    return flask.render_template(
        "updates/index.html",
        rounds=queries.rounds(context),
        waiting=queries.waiting(context),
        own=bool(context.actor.institutions_as(*access.MINISTRY)),
    )


@bp.route("/new", methods=["GET", "POST"])
def new() -> Page:
    """Plan a round; `?cycle=` chooses the cycle, else the latest that is running."""
    allow("round.manage")
    context = ctx()
    running = [one for one in cycles(context.session) if not one.closed]
    wanted = flask.request.args.get("cycle", 0, int)
    cycle = next((one for one in running if one.id == wanted), current_cycle(context.session))
    if cycle is None:
        raise Conflict(_("Open a cycle first: a round asks about its recommendations."))
    form = RoundForm()
    if flask.request.method == "GET":
        year = flask.request.args.get("year", 0, int) or service.next_year(context, cycle)
        window = service.suggested(context, cycle, year) if 2000 <= year <= 2100 else None
        form.year.data = year
        form.title.data = _("Updates of %(year)s", year=year)
        if window is not None:
            form.opens_on.data, form.closes_on.data = window.opens, window.closes
            form.consolidate_by.data = window.consolidated
    made: list[Round] = []
    if attempt(form, lambda: made.append(service.create_round(context, cycle, **_values(form)))):
        flask.flash(
            _("Planned. It opens by itself on its first day; then the focal points get a mail."),
            "success",
        )
        return _to_round(made[0])
    return flask.render_template(
        "updates/edit.html", form=form, round=None, cycle=cycle, running=running
    ), status()


def _values(form: RoundForm) -> dict[str, Any]:
    names = ("year", "title", "opens_on", "closes_on", "consolidate_by")
    return {name: form[name].data for name in names}


def _to_round(one: Round) -> Response:
    return flask.redirect(flask.url_for("updates.round", round_id=one.id), 303)


@bp.route("/rounds/<int:round_id>/edit", methods=["GET", "POST"])
def edit(round_id: int) -> Page:
    allow("round.manage")
    context = ctx()
    one = queries.get_round(context, round_id)
    form = RoundForm(obj=one)
    form.year.data = one.year
    form.year.validators = []

    def save() -> None:
        values = _values(form)
        values.pop("year")
        service.edit_round(context, one, lock=lock_of(form), **values)

    if attempt(form, save, one):
        flask.flash(_("Saved."), "success")
        return _to_round(one)
    return flask.render_template(
        "updates/edit.html", form=form, round=one, cycle=one.cycle, running=[]
    ), status()


# --- The monitor --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An institution on the monitor."""

    progress: queries.Progress
    focal: list[Office]
    authorities: list[Office]
    reminded: datetime | None
    late: bool
    early: int | None  # days before the last day on which all was signed off; None: not in time


@bp.get("/rounds/<int:round_id>")
def round(round_id: int) -> Page:  # noqa: A001
    """Who was asked, who has answered; a ministry is led to its own list."""
    context = ctx()
    one = queries.get_round(context, round_id)
    if not access.can(context.actor, "round.monitor"):
        if context.actor.institutions_as(*access.MINISTRY):
            return flask.redirect(flask.url_for("updates.mine", round_id=one.id), 303)
        allow("round.monitor")
    return monitor_page(context, one)


def monitor_page(context: Ctx, one: Round, extend: ExtendForm | None = None) -> str:
    """The monitor, with the form to extend the round shown again when something is wrong in it."""
    rows = _rows(context, one)
    return flask.render_template(
        "updates/round.html",
        round=one,
        rows=rows,
        total=sum(row.progress.total for row in rows),
        answered=sum(row.progress.answered for row in rows),
        signed=sum(row.progress.signed for row in rows),
        late=sum(row.late for row in rows),
        nobody=[row for row in rows if not row.focal],
        unsigned=[row for row in rows if not row.authorities],
        ended=service.has_ended(context, one),
        contradictions=comparing.contradictions(context.session, one),
        extend=own_ids(extend or ExtendForm(formdata=None, lock=str(one.lock)), "extend"),
    )


def _rows(context: Ctx, one: Round) -> list[Row]:
    found = queries.progress(context.session, one)
    offices = holders(
        context.session, context.today, RESPONSIBLE, [row.institution_id for row in found]
    )
    reminded = queries.last_reminders(context.session, one)
    over = service.has_ended(context, one)
    early = comparing.days_early(context.session, one, context.house.settings.time_zone)
    rows = []
    for row in found:
        theirs = [o for o in offices if o.institution_id == row.institution_id]
        times = [reminded[o.person_id] for o in theirs if o.person_id in reminded]
        rows.append(
            Row(
                progress=row,
                focal=[o for o in theirs if o.role != Role.VALIDATING_AUTHORITY],
                authorities=[o for o in theirs if o.role == Role.VALIDATING_AUTHORITY],
                reminded=max(times, default=None),
                late=over and row.open > 0,
                early=early.get(row.institution_id) if not row.open else None,
            )
        )
    # Those who owe most come first.
    return sorted(rows, key=lambda row: (-row.progress.open, row.progress.institution))


@bp.post("/rounds/<int:round_id>/open")
def open_now(round_id: int) -> Page:
    context = ctx()
    one = queries.get_round(context, round_id)
    allow("round.manage", one)  # before the state is told
    asked = service.open_round(context, one, lock=lock_of(LockForm()))
    flask.flash(
        ngettext(
            "The round is open. %(n)s update was asked for; the focal points get a mail.",
            "The round is open. %(n)s updates were asked for; the focal points get a mail.",
            asked,
        ),
        "success",
    )
    return _to_round(one)


@bp.post("/rounds/<int:round_id>/close")
def close(round_id: int) -> Page:
    context = ctx()
    one = queries.get_round(context, round_id)
    service.close_round(context, one, lock=lock_of(LockForm()))
    flask.flash(_("The round is closed. What waits for sign-off can still be signed."), "success")
    return _to_round(one)


@bp.post("/rounds/<int:round_id>/extend")
def extend(round_id: int) -> Page:
    allow("round.manage")
    context = ctx()
    one = queries.get_round(context, round_id)
    form = ExtendForm()
    if attempt(
        form,
        lambda: service.extend_round(
            context, one, form.closes_on.data, form.reason.data or "", lock=lock_of(form)
        ),
        one,
    ):
        flask.flash(_("Extended. Those who have not finished get a mail."), "success")
        return _to_round(one)
    return monitor_page(context, one, form), 422


@bp.post("/rounds/<int:round_id>/remind")
def remind(round_id: int) -> Page:
    context = ctx()
    one = queries.get_round(context, round_id)
    chosen = flask.request.form.get("institution", None, int)
    sent = service.remind(context, one, chosen)
    flask.flash(
        ngettext("%(n)s reminder is being sent.", "%(n)s reminders are being sent.", sent)
        if sent
        else _("Nobody had to be reminded, or all of them got a reminder today already."),
        "success" if sent else "info",
    )
    return _to_round(one)


@bp.get("/rounds/<int:round_id>/export")
def export(round_id: int) -> Response:
    """The round as a workbook: everything for those who draft, a ministry its own lines."""
    context = ctx()
    one = queries.get_round(context, round_id)
    sees = access.can(context.actor, "round.monitor") or context.actor.institutions_as(
        *access.MINISTRY
    )
    if not sees or one.state is RoundState.PLANNED:
        raise NotFound(_("There is nothing to export in this round, or it is not open to you."))
    name = f"updates-{one.year}-{context.today.isoformat()}.xlsx"
    return send(round_workbook(context, one), name, MIME["xlsx"])
