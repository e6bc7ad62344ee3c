"""Splitting a recommendation into parts, and putting them together again."""

from __future__ import annotations

import flask
from werkzeug.wrappers import Response

from nmrf.accounts.models import Institution
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.cycles.views.common import Page, attempt, lock_of, status
from nmrf.recommendations import queries, service
from nmrf.recommendations.models import Position, Recommendation
from nmrf.recommendations.parts import ANSWERS, LETTERS
from nmrf.recommendations.views.common import bp
from nmrf.recommendations.views.plan_forms import SplitForm
from nmrf.web.edge import allow, ctx

_MORE = 1  # empty parts that a form offers beyond those that are there
_FEWEST = 3


@bp.route("/<int:recommendation_id>/split", methods=["GET", "POST"])
def split(recommendation_id: int) -> Page:
    """Divide a recommendation into parts, each with its own position, reason and owner."""
    allow("recommendation.position")
    context = ctx()
    one = queries.get(context, recommendation_id)
    form = SplitForm(data=_known(one)) if flask.request.method == "GET" else SplitForm()
    form.fill(context)
    if attempt(form, lambda: _split(context, one, form), one):
        flask.flash(_("The recommendation is split. Its UN number stays one."), "success")
        return _to(one)
    return flask.render_template(
        "recommendations/split.html", form=form, one=one, letters=LETTERS
    ), status()


def _known(one: Recommendation) -> dict[str, object]:
    """The parts as they are; at first those that the list itself tells apart, or the whole."""
    words = [part["text"] for part in one.parts] or [one.text]
    position = one.position if one.position in ANSWERS else Position.PENDING
    taken: dict[str, object] = {"position": position.value}
    parts: list[dict[str, object]] = [
        {
            "text": part.text,
            "position": part.position.value,
            "justification": part.justification,
            "institution": str(part.institution_id or ""),
        }
        for part in one.split
    ] or [{"text": text, "justification": one.justification, **taken} for text in words]
    wanted = min(len(LETTERS), max(_FEWEST, len(parts) + _MORE))
    parts += [dict(taken) for _n in range(wanted - len(parts))]
    return {
        "parts": parts,
        "symbol": one.position_symbol,
        "paragraph": one.position_paragraph,
        "lock": str(one.lock),
    }


def _split(context: Ctx, one: Recommendation, form: SplitForm) -> None:
    # Parts that were left empty are not meant.
    filled = [part for part in form.parts if part.text.data or part.justification.data]
    service.split(
        context,
        one,
        [
            service.PartPlan(
                text=part.text.data or "",
                position=Position(part.position.data),
                justification=part.justification.data or "",
                institution=context.session.get(Institution, int(part.institution.data))
                if part.institution.data
                else None,
            )
            for part in filled
        ],
        symbol=form.symbol.data or "",
        paragraph=form.paragraph.data or "",
        on=form.on.data,
        lock=lock_of(form),
    )


@bp.post("/<int:recommendation_id>/together")
def together(recommendation_id: int) -> Response:
    """Answer the recommendation as a whole again."""
    allow("recommendation.position")
    context = ctx()
    one = queries.get(context, recommendation_id)
    service.put_together(context, one)
    flask.flash(_("The parts are together again. Take the position of the whole."), "success")
    return _to(one)


def _to(one: Recommendation) -> Response:
    return flask.redirect(
        flask.url_for("recommendations.recommendation", recommendation_id=one.id), 303
    )
