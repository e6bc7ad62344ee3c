"""One update: write it, sign it off, send it back; with last year's beside it."""

from __future__ import annotations

from typing import Any

import flask
from sqlalchemy import select

from nmrf import access
from nmrf.accounts.models import Person
from nmrf.accounts.queries import holders
from nmrf.core import words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.core.roles import VISIBILITY_LABELS, Role, Visibility
from nmrf.updates import comparing, queries, service
from nmrf.updates.forms import LockForm, ReturnForm, UpdateForm
from nmrf.updates.joints import evidence_shown
from nmrf.updates.models import (
    Evidence,
    Remark,
    RemarkKind,
    Update,
    UpdateSnapshot,
    UpdateState,
)
from nmrf.updates.states import WRITABLE
from nmrf.updates.views.common import (
    Page,
    attempt,
    bp,
    lock_of,
    no_authority,
    own_ids,
    to_list,
    to_update,
)
from nmrf.web.edge import allow, ctx

# Where a refusal of the service is shown.
PLACES = {"title": "evidence_title", "url": "evidence_url"}


@bp.route("/<int:update_id>", methods=["GET", "POST"])
def update(update_id: int) -> Page:
    """Read an update, or write it: everything on the page is saved together."""
    context = ctx()
    one = queries.get(context, update_id)
    if flask.request.method == "GET":
        return page(context, one)
    form = UpdateForm().fill(context)
    opened_with = lock_of(form)
    act = flask.request.form.get("do", "save")
    if attempt(form, lambda: _save(context, one, form, act), one):
        return _after(context, one, act)
    stale = opened_with is not None and opened_with != one.lock
    return page(context, one, form=form, stale=stale), 422


def _save(context: Ctx, one: Update, form: UpdateForm, act: str) -> None:
    service.save_update(
        context,
        one,
        status=form.status.data or "",
        narrative=form.narrative.data or "",
        lock=lock_of(form),
    )
    unwanted = set(flask.request.form.getlist("remove"))
    for evidence in [e for e in one.evidence if str(e.id) in unwanted]:
        service.remove_evidence(context, one, evidence)
    file = form.evidence_file.data
    data = file.read() if file else None
    if form.evidence_title.data or form.evidence_url.data or data is not None:
        level = form.evidence_visibility.data
        try:
            service.add_evidence(
                context,
                one,
                title=form.evidence_title.data or "",
                url=form.evidence_url.data or "",
                data=data,
                name=(file.filename or "") if file else "",
                visibility=Visibility(level) if level in set(Visibility) else Visibility.GOVERNMENT,
            )
        except Invalid as problem:
            place = PLACES.get(problem.place, "evidence_file")
            raise Invalid(problem.message, place=place) from problem
    if act == "send":
        service.send_for_sign_off(context, one, remark=form.remark.data or "")


def _after(context: Ctx, one: Update, act: str) -> Page:
    context.session.flush()
    place = queries.place_of(context.session, one)
    if act == "send":
        flask.flash(_("Sent. Your validating authority gets a mail."), "success")
        if not _authorities(context, one):
            flask.flash(no_authority(one.institution.name), "warning")
    else:
        flask.flash(_("Saved. Only your institution and the secretariat see it."), "success")
    if act == "save" or place.next_open_id is None:
        return to_list(one) if act == "send" else to_update(one.id)
    return to_update(place.next_open_id)


def page(
    context: Ctx,
    one: Update,
    *,
    form: UpdateForm | None = None,
    stale: bool = False,
    returning: ReturnForm | None = None,
) -> str:
    """The page of an update. A form that was refused is shown again with its text."""
    writes = bool(access.can(context.actor, "update.write", one))
    writable = service.is_writable(context, one)
    last = queries.last_reported(context.session, one)
    if form is None and writes and writable:
        form = _filled(context, one)
    if form is not None and form.evidence_visibility.data is None:
        form.evidence_visibility.data = Visibility.GOVERNMENT.value
    sign = access.can(context.actor, "update.sign", one)
    authorities = _authorities(context, one)
    levels = queries.evidence_levels(context.actor, one.institution_id)
    return flask.render_template(
        "updates/update.html",
        update=one,
        place=queries.place_of(context.session, one),
        form=form,
        stored=one if stale else None,
        blocked=service.why_not_writable(context, one)
        if writes and not writable and one.state in WRITABLE
        else "",
        missing=service.missing(context, one)
        if one.state in {UpdateState.DRAFT, UpdateState.RETURNED}
        else [],
        doubts=service.doubts(one, last) if one.state is not UpdateState.SUBMITTED else [],
        notes={
            term.code: gettext(term.help) for term in service.statuses(context).terms if term.help
        },
        others=(others := comparing.said_by_others(context.session, one)),
        disagrees=bool(one.status) and any(other.status != one.status for other in others),
        thread=[_remark(context, remark) for remark in one.remarks],
        last=last,
        last_day=_day(context, last) if last else "",
        takes_over=writes and writable and last is not None and not one.no_change,
        signs=one.state is UpdateState.SIGN_OFF and bool(sign),
        why_not_sign=sign.reason
        if one.state is UpdateState.SIGN_OFF
        and context.actor.has_in(one.institution_id, Role.VALIDATING_AUTHORITY)
        and not sign
        else "",
        returns=one.state in {UpdateState.SIGN_OFF, UpdateState.SUBMITTED}
        and bool(access.can(context.actor, "update.return", one)),
        returning=own_ids(returning or ReturnForm(formdata=None, lock=str(one.lock)), "return"),
        holder=_holder(context, one, [o.person.name for o in authorities]),
        warning="" if authorities else no_authority(one.institution.name),
        evidence=[_evidence(context, e) for e in one.evidence if e.visibility in levels],
        versions=_versions(context, one),
        draft=f"update-{one.id}-{one.lock}",
    )


def _remark(context: Ctx, remark: Remark) -> dict[str, str]:
    who = remark.written_by.name if remark.written_by else _("no longer known")
    what = {
        RemarkKind.RETURNED: _("Sent back by %(who)s", who=who),
        RemarkKind.ANSWERED: _("Sent again by %(who)s", who=who),
    }
    when = words.short_moment(remark.written_at, context.house.settings.zone)
    return {"what": what[remark.kind], "when": when, "text": remark.text}


def _filled(context: Ctx, one: Update) -> UpdateForm:
    form = UpdateForm(formdata=None, narrative=one.narrative, lock=str(one.lock)).fill(context)
    form.status.data = one.status or None
    return form


def _authorities(context: Ctx, one: Update) -> list[Any]:
    return list(
        holders(context.session, context.today, [Role.VALIDATING_AUTHORITY], [one.institution_id])
    )


def _day(context: Ctx, snapshot: UpdateSnapshot) -> str:
    return words.short_day(snapshot.signed_at.astimezone(context.house.settings.zone).date())


def _holder(context: Ctx, one: Update, authorities: list[str]) -> dict[str, str] | None:
    """Who has the update now, and since when; nobody once it is signed off."""
    since = words.short_day(one.held_since.astimezone(context.house.settings.zone).date())
    if one.state is UpdateState.SUBMITTED:
        return None
    if one.state is UpdateState.SIGN_OFF:
        name = ", ".join(authorities) or _("the validating authority (nobody is named)")
    else:
        focal = holders(context.session, context.today, access.FOCAL, [one.institution_id])
        names = dict.fromkeys(office.person.name for office in focal)
        name = ", ".join(names) or _("the focal points (nobody is named)")
    return {
        "name": name,
        "office": one.institution.name,
        "since": since,
        "iso": one.held_since.isoformat(),
    }


def _evidence(context: Ctx, one: Evidence) -> dict[str, Any]:
    """A document as `ui.file_link` shows it; without its address for those who may not open it."""
    file, url = one.file, one.url
    if file is not None and access.can(context.actor, "file.see", file):
        url = flask.url_for("files.download", file_id=file.id, name=file.name)
    return {
        "id": one.id,
        "name": one.title,
        "url": url,
        "kind": file.kind.upper() if file is not None else _("web page"),
        "size": f"{max(1, file.size // 1000)} kB" if file is not None else "",
        "visibility": str(VISIBILITY_LABELS[one.visibility]),
    }


def _versions(context: Ctx, one: Update) -> list[dict[str, Any]]:
    """What was signed off, newest first."""
    ids = {s.signed_by_id for s in one.snapshots} | {s.written_by_id for s in one.snapshots}
    names: dict[int, str] = {}
    if ids - {None}:
        rows = context.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
        names = {id_: name for id_, name in rows}  # noqa: C416
    newest = max((s.number for s in one.snapshots), default=0)
    return [
        {
            "snapshot": s,
            "when": words.short_moment(s.signed_at, context.house.settings.zone),
            "signed_by": names.get(s.signed_by_id or 0, ""),
            "written_by": names.get(s.written_by_id or 0, ""),
            "current": s.number == newest,
            "evidence": [_signed_evidence(item) for item in evidence_shown(context, s)],
        }
        for s in reversed(one.snapshots)
    ]


def _signed_evidence(item: dict[str, Any]) -> dict[str, Any]:
    url = item["url"]
    if item["file_id"]:
        url = flask.url_for("files.download", file_id=item["file_id"], name=item["name"])
    return {
        "name": item["title"],
        "url": url,
        "visibility": str(VISIBILITY_LABELS[Visibility(item["visibility"])]),
    }


# --- Moves --------------------------------------------------------------------------------------


@bp.post("/<int:update_id>/no-change")
def no_change(update_id: int) -> Page:
    """Take over what was reported last, as it stands, after a confirmation."""
    context = ctx()
    one = queries.get(context, update_id)
    form = LockForm()
    service.save_update(context, one, status="", narrative="", no_change=True, lock=lock_of(form))
    if flask.request.form.get("do") == "send":
        service.send_for_sign_off(context, one)
        return _after(context, one, "send")
    flask.flash(_("Taken over. Look at it, then send it for sign-off."), "success")
    return to_update(one.id)


@bp.post("/<int:update_id>/sign")
def sign(update_id: int) -> Page:
    context = ctx()
    one = queries.get(context, update_id)
    allow("update.sign", one)  # before the state is told
    snapshot = service.sign_off(context, one, lock=lock_of(LockForm()))
    flask.flash(
        _(
            "The update on recommendation %(number)s is signed off as version %(n)s.",
            number=one.recommendation.number,
            n=snapshot.number,
        ),
        "success",
    )
    context.session.flush()
    after = queries.place_of(context.session, one).next_to_sign_id
    return to_update(after or one.id)


@bp.post("/<int:update_id>/return")
def send_back(update_id: int) -> Page:
    context = ctx()
    one = queries.get(context, update_id)
    form = ReturnForm()
    if attempt(
        form,
        lambda: service.return_update(context, one, form.reason.data or "", lock=lock_of(form)),
        one,
    ):
        flask.flash(_("Sent back. The focal points get a mail with your reason."), "success")
        return to_update(one.id)
    return page(context, one, returning=form), 422
