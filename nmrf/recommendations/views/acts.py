"""Acts on ticked recommendations: assign, take a position, accept or dispute."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid, NotFound, Refused
from nmrf.core.i18n import _, ngettext
from nmrf.cycles.views.common import Page, attempt, status
from nmrf.recommendations import queries, service
from nmrf.recommendations.forms import AnswerForm, AssignForm, PositionForm, ReasonForm
from nmrf.recommendations.models import Assignment, Dispute, Position
from nmrf.recommendations.views.common import Selection, bp, selection
from nmrf.web.edge import allow, ctx

_SHOWN = 30


def _page(template: str, chosen: Selection, **values: object) -> Page:
    return flask.render_template(
        f"recommendations/{template}",
        selection=chosen,
        numbers=chosen.numbers[:_SHOWN],
        more=max(0, len(chosen.rows) - _SHOWN),
        **values,
    ), status()


def _nothing(chosen: Selection) -> Response | None:
    if chosen.rows:
        return None
    flask.flash(_("Tick at least one recommendation first."), "warning")
    return flask.redirect(chosen.back, 303)


def _institution(context: Ctx, value: str | None) -> Institution | None:
    return context.session.get(Institution, int(value)) if value else None


@bp.route("/assign", methods=["GET", "POST"])
def assign() -> Page:
    """Give the ticked recommendations, or all of a filter, to institutions."""
    allow("recommendation.assign")
    context = ctx()
    chosen = selection(context)
    nothing = _nothing(chosen)
    if nothing is not None:
        return nothing
    form = AssignForm().fill(context)
    done: list[service.Assigned] = []
    if attempt(
        form,
        lambda: done.append(
            service.assign(
                context,
                chosen.rows,
                _institution(context, form.lead.data),
                [
                    one
                    for value in form.supporting.data or []
                    if (one := _institution(context, value)) is not None
                ],
            )
        ),
    ):
        flask.flash(
            ngettext(
                "%(n)s recommendation is assigned. Its institutions get one mail each.",
                "%(n)s recommendations are assigned. Their institutions get one mail each.",
                done[0].changed,
            ),
            "success",
        )
        return flask.redirect(chosen.back, 303)
    return _page("assign.html", chosen, form=form)


@bp.route("/position", methods=["GET", "POST"])
def position() -> Page:
    """Take one position on the ticked recommendations, or on all of a filter."""
    allow("recommendation.position")
    context = ctx()
    chosen = selection(context)
    nothing = _nothing(chosen)
    if nothing is not None:
        return nothing
    form = PositionForm().fill(context)
    if flask.request.method == "GET":
        _prefill(form, chosen)
    one = chosen.rows[0] if len(chosen.rows) == 1 else None

    def act() -> None:
        written = form.lock.data or ""
        locks = {one.id: int(written)} if one is not None and written.isdecimal() else None
        service.set_position(
            context,
            chosen.rows,
            Position(form.position.data),
            national=form.national.data or "",
            symbol=form.symbol.data or "",
            paragraph=form.paragraph.data or "",
            justification=form.justification.data or "",
            on=form.on.data,
            needs_parliament=form.needs_parliament.data if one is not None else None,
            needs_assistance=form.needs_assistance.data if one is not None else None,
            locks=locks,
        )

    if attempt(form, act, one):
        flask.flash(
            ngettext(
                "The position is recorded for %(n)s recommendation.",
                "The position is recorded for %(n)s recommendations.",
                len(chosen.rows),
            ),
            "success",
        )
        if one is not None:
            return flask.redirect(
                flask.url_for("recommendations.recommendation", recommendation_id=one.id), 303
            )
        return flask.redirect(chosen.back, 303)
    return _page("position.html", chosen, form=form, one=one)


def _prefill(form: PositionForm, chosen: Selection) -> None:
    """One recommendation: its present values. Several: where they agree."""
    form.on.data = None
    rows = chosen.rows
    if len(rows) == 1:
        form.lock.data = str(rows[0].lock)
        form.needs_parliament.data = rows[0].needs_parliament
        form.needs_assistance.data = rows[0].needs_assistance
    same = {
        "position": {row.position.value for row in rows},
        "national": {row.national_position for row in rows},
        "symbol": {row.position_symbol for row in rows},
        "paragraph": {row.position_paragraph for row in rows},
        "justification": {row.justification for row in rows},
    }
    for name, values in same.items():
        if len(values) == 1:
            form[name].data = values.pop()


@bp.route("/answer/<int:institution_id>", methods=["GET", "POST"])
def answer(institution_id: int) -> Page:
    """Accept or dispute the ticked recommendations for one's institution."""
    context = ctx()
    institution = context.session.get(Institution, institution_id)
    if institution is None:
        raise NotFound(_("There is no such institution."))
    if not context.actor.has_in(institution_id, *access.MINISTRY):
        raise Refused(
            _("Only the focal points of the institution can accept or dispute its assignment.")
        )
    chosen = selection(context)
    rows = queries.assignments_of(context.session, institution_id, [row.id for row in chosen.rows])
    nothing = _nothing(Selection([a.recommendation for a in rows], chosen.hidden, chosen.back))
    if nothing is not None:
        return nothing
    form = AnswerForm().fill(context)
    state = "accepted" if form.answer.data == "accept" else "disputed"
    open_ = [a for a in rows if a.state != state]
    if attempt(form, lambda: _answer(context, open_, form)):
        flask.flash(
            ngettext(
                "%(n)s recommendation is answered.",
                "%(n)s recommendations are answered.",
                len(open_),
            ),
            "success",
        )
        return flask.redirect(chosen.back, 303)
    picked = Selection([a.recommendation for a in rows], chosen.hidden, chosen.back)
    return _page("answer.html", picked, form=form, institution=institution)


def _answer(context: Ctx, rows: list[Assignment], form: AnswerForm) -> None:
    if not rows:
        return
    if form.answer.data == "accept":
        service.answer_assignment(context, rows, accept=True)
        return
    service.answer_assignment(
        context,
        rows,
        accept=False,
        dispute=Dispute(form.answer.data),
        reason=form.reason.data or "",
        suggested=_institution(context, form.suggested.data),
    )


@bp.post("/assignments/<int:assignment_id>/<any(uphold, end):act>")
def decide(assignment_id: int, act: str) -> Response:
    """Uphold a disputed assignment, or end one, with a reason."""
    allow("recommendation.assign")
    context = ctx()
    one = queries.assignment(context, assignment_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        raise Invalid(_("Give a reason: the institution is told it."), place=_("Reason"))
    if act == "uphold":
        service.uphold(context, one, form.reason.data or "")
        flask.flash(_("The assignment stays. The institution is told why."), "success")
    else:
        service.end_assignment(context, one, form.reason.data or "")
        flask.flash(_("The assignment has ended. The institution is told why."), "success")
    return flask.redirect(
        flask.url_for(
            "recommendations.recommendation",
            recommendation_id=one.recommendation_id,
            _anchor="owners",
        ),
        303,
    )
