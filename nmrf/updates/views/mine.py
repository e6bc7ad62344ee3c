"""An institution's list in a round: what is missing, what waits for signature, what is done."""

from __future__ import annotations

from typing import Any

import flask

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.accounts.queries import holders
from nmrf.core.ctx import Ctx
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import Role
from nmrf.updates import comparing, queries, service
from nmrf.updates.models import Round, Update, UpdateState
from nmrf.updates.states import WRITABLE
from nmrf.updates.views.common import Page, bp, no_authority
from nmrf.web.edge import ctx
from nmrf.web.pager import pager

VIEWS: dict[str, frozenset[UpdateState]] = {
    "write": WRITABLE,
    "sign": frozenset({UpdateState.SIGN_OFF}),
    "signed": frozenset({UpdateState.SUBMITTED}),
    "all": frozenset(UpdateState),
}


def _institutions(context: Ctx, one: Round) -> list[queries.Progress]:
    """The institutions whose list the actor may open, those asked in this round."""
    rows = queries.progress(context.session, one)
    if access.can(context.actor, "round.monitor"):
        return rows
    own = context.actor.institutions_as(*access.MINISTRY)
    return [row for row in rows if row.institution_id in own]


def chosen_institution(context: Ctx, one: Round) -> tuple[Institution, list[queries.Progress]]:
    """The institution of the address, or the only one. Raises `NotFound` for another's."""
    own = context.actor.institutions_as(*access.MINISTRY)
    theirs = _institutions(context, one)
    wanted = flask.request.values.get("institution", 0, int)
    allowed = {row.institution_id for row in theirs} | own
    if not wanted:
        asked = [row.institution_id for row in theirs if row.institution_id in own]
        wanted = next(iter(asked or sorted(own)), 0)
    institution = context.session.get(Institution, wanted) if wanted in allowed else None
    if institution is None:
        raise NotFound(_("There is no such list, or it is not open to you."))
    return institution, theirs


@bp.get("/rounds/<int:round_id>/mine")
def mine(round_id: int) -> Page:
    """`?institution=` names one of several, `?show=` what is listed."""
    context = ctx()
    one = queries.get_round(context, round_id)
    own = context.actor.institutions_as(*access.MINISTRY)
    if "institution" not in flask.request.args and not own:
        # Whoever belongs to no ministry has no list of their own.
        if access.can(context.actor, "round.monitor"):
            return flask.redirect(flask.url_for("updates.round", round_id=one.id), 303)
        return flask.redirect(flask.url_for("updates.index"), 303)
    institution, theirs = chosen_institution(context, one)
    done = next(
        (row for row in theirs if row.institution_id == institution.id),
        queries.Progress(institution.id, institution.name, institution.short_name, {}),
    )
    signs = context.actor.has_in(institution.id, Role.VALIDATING_AUTHORITY)
    writes = context.actor.has_in(institution.id, *access.FOCAL)
    show = flask.request.args.get("show", "")
    if show not in VIEWS:
        show = _first_view(done, writes=writes, signs=signs)
    page = queries.listed(
        context, one, institution.id, VIEWS[show], flask.request.args.get("page", 1, int)
    )
    signable = [u for u in page.items if _signable(context, u)]
    return flask.render_template(
        "updates/mine.html",
        round=one,
        institution=institution,
        done=done,
        tabs=_tabs(done, one, institution, show),
        show=show,
        others=[row for row in theirs if row.institution_id != institution.id]
        if context.actor.institutions_as(*access.MINISTRY)
        and not access.can(context.actor, "round.monitor")
        else [],
        rows=[(u, _lacks(context, u)) for u in page.items],
        pages=pager(page),
        writes=writes,
        signs=signs,
        signable=signable,
        ready=_ready(context, one, institution) if writes else 0,
        ended=service.has_ended(context, one),
        early=comparing.days_early(context.session, one, context.house.settings.time_zone).get(
            institution.id
        )
        if done.total == done.signed
        else None,
        disagree=_disagreements(context, one, institution),
        warning="" if _authority(context, institution) else no_authority(institution.name),
    )


def _first_view(done: queries.Progress, *, writes: bool, signs: bool) -> str:
    if signs and done.to_sign:
        return "sign"
    return "write" if writes and done.to_write else "all"


def _signable(context: Ctx, update: Update) -> bool:
    return update.state is UpdateState.SIGN_OFF and bool(
        access.can(context.actor, "update.sign", update)
    )


def _disagreements(context: Ctx, one: Round, institution: Institution) -> set[int]:
    """The updates of an institution to which another says something else, by id."""
    return {
        update.id
        for found in comparing.contradictions(context.session, one)
        for update in found.updates
        if update.institution_id == institution.id
    }


def _lacks(context: Ctx, update: Update) -> list[str]:
    """What is missing in an update that was begun."""
    if update.state not in {UpdateState.DRAFT, UpdateState.RETURNED}:
        return []
    return [sentence for _field, sentence in service.missing(context, update)]


def _ready(context: Ctx, one: Round, institution: Institution) -> int:
    found = queries.of_institution(context.session, one.id, institution.id)
    return sum(service.is_ready(context, u) and service.is_writable(context, u) for u in found)


def _authority(context: Ctx, institution: Institution) -> bool:
    return bool(
        holders(context.session, context.today, [Role.VALIDATING_AUTHORITY], [institution.id])
    )


def _tabs(
    done: queries.Progress, one: Round, institution: Institution, show: str
) -> list[dict[str, Any]]:
    words = {
        "write": (_("To write"), done.to_write),
        "sign": (_("Wait for sign-off"), done.to_sign),
        "signed": (_("Signed off"), done.signed),
        "all": (_("All"), done.total),
    }
    return [
        {
            "label": label,
            "count": count,
            "current": key == show,
            "url": flask.url_for(
                "updates.mine", round_id=one.id, institution=institution.id, show=key
            ),
        }
        for key, (label, count) in words.items()
    ]


def _back(one: Round, institution: Institution) -> Page:
    return flask.redirect(
        flask.url_for("updates.mine", round_id=one.id, institution=institution.id), 303
    )


@bp.post("/rounds/<int:round_id>/send")
def send_ready(round_id: int) -> Page:
    """Send all complete updates of an institution for sign-off."""
    context = ctx()
    one = queries.get_round(context, round_id)
    institution, _theirs = chosen_institution(context, one)
    sent = service.send_ready(context, one, institution)
    flask.flash(
        ngettext(
            "%(n)s update was sent to your validating authority.",
            "%(n)s updates were sent to your validating authority.",
            sent,
        ),
        "success",
    )
    return _back(one, institution)


@bp.post("/rounds/<int:round_id>/sign")
def sign_all(round_id: int) -> Page:
    """Sign the updates that were shown, as they were shown."""
    context = ctx()
    one = queries.get_round(context, round_id)
    institution, _theirs = chosen_institution(context, one)
    seen = _seen(flask.request.form.getlist("seen"))
    made = service.sign_all(context, one, institution, seen)
    flask.flash(
        ngettext("%(n)s update is signed off.", "%(n)s updates are signed off.", len(made)),
        "success",
    )
    if len(made) < len(seen):
        flask.flash(
            _("The others have changed since you opened the list. Look at them again."), "warning"
        )
    return _back(one, institution)


def _seen(values: list[str]) -> dict[int, int]:
    """What hidden fields carry as "id:lock"."""
    found = {}
    for value in values:
        id_, _colon, lock = value.partition(":")
        if all(n.isascii() and n.isdigit() and len(n) < 10 for n in (id_, lock)):
            found[int(id_)] = int(lock)
    return found
