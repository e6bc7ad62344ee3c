"""Writing an update: text, status, evidence; and sending it for sign-off. For focal points."""

from __future__ import annotations

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.accounts.queries import holders
from nmrf.core import events, words
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Role, Visibility
from nmrf.cycles import inputs
from nmrf.cycles.milestones import check_lock
from nmrf.definitions import Vocabulary, load
from nmrf.files.service import store
from nmrf.updates import notices
from nmrf.updates.models import (
    Evidence,
    Remark,
    RemarkKind,
    Round,
    RoundState,
    Update,
    UpdateSnapshot,
    UpdateState,
)
from nmrf.updates.queries import last_reported, of_institution
from nmrf.updates.rounds import has_ended
from nmrf.updates.states import STATE_LABELS, WRITABLE, check_move

MOST_EVIDENCE = 30


def statuses(ctx: Ctx) -> Vocabulary:
    """The scale of implementation, with a line of help for each term."""
    return load(ctx.house.settings.workflows).vocabularies["implementation_status"]


# --- May it be written now? ---------------------------------------------------------------------


def is_writable(ctx: Ctx, update: Update) -> bool:
    """Whether its focal points can write an update now.

    What was sent back can be written after the round has closed as well.
    """
    if update.state not in WRITABLE:
        return False
    is_open = update.round.state is RoundState.OPEN and not has_ended(ctx, update.round)
    return is_open or bool(update.return_reason)


def why_not_writable(ctx: Ctx, update: Update) -> str:
    """Why nobody can write this update now, and whom to ask; empty when it can be written."""
    if is_writable(ctx, update):
        return ""
    if update.state not in WRITABLE:
        return _(
            "This update is “%(state)s” and cannot be changed. Ask for it to be sent back to you "
            "if something in it is wrong.",
            state=STATE_LABELS[update.state],
        )
    one = update.round
    if has_ended(ctx, one):
        return _(
            "This round closed at the end of %(day)s, so nothing is saved any more. Ask the "
            "secretariat (%(people)s) for more time.",
            day=words.day(one.closes_on),
            people=_secretariat(ctx),
        )
    return _(
        "The secretariat (%(people)s) has closed this round, so nothing is saved any more. Ask "
        "them for more time.",
        people=_secretariat(ctx),
    )


def _secretariat(ctx: Ctx) -> str:
    found = holders(ctx.session, ctx.today, [Role.SECRETARIAT])
    people = dict.fromkeys(f"{office.person.name}, {office.person.email}" for office in found)
    return "; ".join(people) or _("nobody is named at the moment")


def _check_writable(ctx: Ctx, update: Update, lock: int | None) -> None:
    check_lock(update, lock)
    access.require(ctx.actor, "update.write", update)
    if reason := why_not_writable(ctx, update):
        raise Conflict(reason)


# --- Writing ------------------------------------------------------------------------------------


def save_update(
    ctx: Ctx,
    update: Update,
    *,
    status: str,
    narrative: str,
    no_change: bool = False,
    lock: int | None = None,
) -> None:
    """Keep what was written so far; it may be incomplete. `no_change` takes over the last report.

    Raises:
        Conflict: for an old `lock`, after the round has closed (unless it was sent back), or
            when the update is with the validating authority or signed off.
        Invalid: for a status outside the scale, a text that is too long, or `no_change` where
            nothing was reported before.
    """
    _check_writable(ctx, update, lock)
    if status and status not in statuses(ctx).codes:
        raise Invalid(_("Choose one of the statuses of the list."), place="status")
    narrative = inputs.prose(narrative, "narrative")
    last = last_reported(ctx.session, update)
    if no_change:
        if last is None:
            raise Invalid(
                _("Nothing was reported before, so there is nothing to take over. Write the text."),
                place="narrative",
            )
        status, narrative = last.status, last.narrative
        _copy_evidence(update, last)
    same = last is not None and (status, narrative) == (last.status, last.narrative)
    update.status, update.narrative = status, narrative
    update.no_change = no_change or (update.no_change and same)
    _written(ctx, update)
    events.record(ctx, "update.saved", update, status=status, no_change=update.no_change)


def _written(ctx: Ctx, update: Update) -> None:
    update.written_by_id, update.written_at = ctx.actor.id, ctx.now
    if update.state is not UpdateState.DRAFT:
        check_move(update.state, UpdateState.DRAFT)
        update.state, update.held_since = UpdateState.DRAFT, ctx.now


def _copy_evidence(update: Update, last: UpdateSnapshot) -> None:
    there = {(one.title, one.url, one.file_id) for one in update.evidence}
    for one in last.evidence:
        if (one["title"], one["url"], one["file_id"]) not in there:
            update.evidence.append(
                Evidence(
                    title=one["title"],
                    url=one["url"],
                    file_id=one["file_id"],
                    visibility=Visibility(one["visibility"]),
                )
            )


def add_evidence(
    ctx: Ctx,
    update: Update,
    *,
    title: str,
    url: str = "",
    data: bytes | None = None,
    name: str = "",
    visibility: Visibility = Visibility.GOVERNMENT,
) -> Evidence:
    """Add a document or a web address that backs the update.

    A file loses the names and places that programs and cameras leave in it. Until the sign-off
    only the institution and the secretariat see it, whatever its visibility.

    Raises:
        Conflict: as `save_update` does.
        Invalid: without a title, or with neither or both of address and file.
        BadFile: for a file that cannot be taken.
    """
    _check_writable(ctx, update, None)
    title = inputs.line(title, "title", required=True)
    url = inputs.web_address(url, "url")
    if not url and data is None:
        raise Invalid(_("Give the address of the document, or choose a file."), place="url")
    if url and data is not None:
        raise Invalid(_("Give an address or a file, not both at once."), place="url")
    if len(update.evidence) >= MOST_EVIDENCE:
        raise Invalid(
            _("There are %(n)s documents already; that is the most.", n=MOST_EVIDENCE),
            place="title",
        )
    file = None
    if data is not None:
        file = store(
            ctx,
            data,
            name,
            visibility=Visibility.SECRETARIAT,
            institution_id=update.institution_id,
        )
        ctx.session.flush()
    made = Evidence(title=title, url=url, visibility=visibility, file_id=file.id if file else None)
    made.file = file
    update.evidence.append(made)
    _written(ctx, update)
    ctx.session.flush()
    events.record(ctx, "update.evidence_added", update, evidence=made.id)
    return made


def remove_evidence(ctx: Ctx, update: Update, evidence: Evidence) -> None:
    """Take a document away from what is being written; snapshots that name it keep it.

    Raises `Conflict` as `save_update` does.
    """
    _check_writable(ctx, update, None)
    removed = evidence.id
    update.evidence.remove(evidence)
    _written(ctx, update)
    events.record(ctx, "update.evidence_removed", update, evidence=removed)


# --- Sending ------------------------------------------------------------------------------------


def missing(ctx: Ctx, update: Update) -> list[tuple[str, str]]:
    """What an update still lacks before it can be sent: pairs of field and sentence."""
    found = []
    term = statuses(ctx).term(update.status) if update.status else None
    if term is None:
        found.append(("status", _("Choose a status.")))
    if not update.narrative.strip():
        if term is not None and term.needs_reason:
            found.append(("narrative", _("Say why: this status needs a reason.")))
        elif not update.no_change:
            found.append(("narrative", _("Write what was done since the last report.")))
    return found


def doubts(update: Update, last: UpdateSnapshot | None) -> list[str]:
    """What may be wrong in a text that can be sent all the same. `last`: what was reported last."""
    found = []
    same = last is not None and update.narrative.strip() == last.narrative.strip()
    if update.narrative and same and not update.no_change:
        found.append(
            _("The text is word for word what was reported last. If nothing changed, say so.")
        )
    if last is not None and update.status and update.status != last.status and same:
        found.append(_("The status is another than last time, but the text does not say why."))
    if update.narrative and not update.evidence:
        found.append(_("No document or address backs it. Readers will look for one."))
    return found


def send_for_sign_off(
    ctx: Ctx, update: Update, lock: int | None = None, *, remark: str = ""
) -> None:
    """Hand a finished update to the validating authority of the institution.

    `remark` answers whoever had sent it back: what was corrected, or why it was not.

    Raises:
        Conflict: as `save_update` does.
        Invalid: when status, text or reason are missing.
    """
    text = inputs.prose(remark, "remark")
    _send(ctx, update, lock)
    if text:
        update.remarks.append(
            Remark(
                kind=RemarkKind.ANSWERED,
                text=text,
                written_by_id=ctx.actor.id,
                written_at=ctx.now,
            )
        )
    notices.waits_for_sign_off(ctx, update.round, update.institution)


def send_ready(ctx: Ctx, round: Round, institution: Institution) -> int:  # noqa: A002
    """Hand over all updates of an institution that are written and lack nothing.

    Gives how many. Raises `Conflict` when there is none.
    """
    ready = [
        one
        for one in of_institution(ctx.session, round.id, institution.id)
        if is_ready(ctx, one) and is_writable(ctx, one)
    ]
    for one in ready:
        _send(ctx, one, None)
    if not ready:
        raise Conflict(_("No update is complete and waits to be sent."))
    notices.waits_for_sign_off(ctx, round, institution)
    return len(ready)


def is_ready(ctx: Ctx, update: Update) -> bool:
    """Whether an update is written, lacks nothing and has not been sent."""
    # What was sent back has to be looked at before it goes round again.
    return update.state is UpdateState.DRAFT and not missing(ctx, update)


def _send(ctx: Ctx, update: Update, lock: int | None) -> None:
    check_lock(update, lock)
    check_move(update.state, UpdateState.SIGN_OFF)
    _check_writable(ctx, update, None)
    gaps = missing(ctx, update)
    if gaps:
        raise Invalid(" ".join(sentence for _field, sentence in gaps), place=gaps[0][0])
    if update.written_by_id is None:
        update.written_by_id, update.written_at = ctx.actor.id, ctx.now
    update.state, update.held_since = UpdateState.SIGN_OFF, ctx.now
    events.record(ctx, "update.sent_for_sign_off", update, status=update.status)
