"""The mail log, one message, and the caught mail of a demonstration."""

from __future__ import annotations

from dataclasses import dataclass

import flask
from werkzeug.wrappers import Response

from nmrf import access
from nmrf.core import words
from nmrf.core.errors import NotFound
from nmrf.core.i18n import _
from nmrf.outbox import queries, service
from nmrf.outbox.models import Delivery, Message, MessageState
from nmrf.outbox.states import STATE_LABELS
from nmrf.web.addresses import row_number
from nmrf.web.edge import allow, ctx
from nmrf.web.pager import pager

bp = flask.Blueprint("outbox", __name__)

BADGES = {
    MessageState.QUEUED: "waiting",
    MessageState.SENDING: "active",
    MessageState.SENT: "done",
    MessageState.FAILED: "late",
}


@dataclass(frozen=True)
class _Option:
    value: str
    label: str
    count: int
    chosen: bool


def _page_number() -> int:
    return flask.request.args.get("page", 1, type=row_number)


def _filter() -> queries.MailFilter:
    known = {state.value for state in MessageState}
    return queries.MailFilter(
        states=tuple(
            MessageState(value) for value in flask.request.args.getlist("state") if value in known
        ),
        kinds=tuple(flask.request.args.getlist("kind")),
        words=flask.request.args.get("q", "").strip(),
        person_id=flask.request.args.get("person", type=row_number),
    )


@bp.get("/mail")
def index() -> str:
    allow("mail.see")
    wanted, session, actor = _filter(), ctx().session, ctx().actor
    shown = queries.messages(session, actor, wanted, _page_number())
    by_state = queries.counts_by_state(session, actor, wanted)
    states = [
        _Option(state.value, str(label), by_state.get(state, 0), state in wanted.states)
        for state, label in STATE_LABELS.items()
    ]
    kinds = [
        _Option(kind, kind, n, kind in wanted.kinds)
        for kind, n in queries.counts_by_kind(session, actor, wanted).items()
    ]
    return flask.render_template(
        "outbox/index.html",
        messages=shown.items,
        pager=pager(shown),
        groups=[
            {"name": "state", "label": _("State"), "options": states, "open": True},
            {"name": "kind", "label": _("Kind"), "options": kinds},
        ],
        wanted=wanted,
        labels=STATE_LABELS,
        badges=BADGES,
        trouble=queries.trouble(session, ctx().now),
    )


def _message(message_id: int) -> Message:
    found = queries.message(ctx().session, message_id)
    if found is None:
        raise NotFound(_("There is no such mail."))
    return found


@bp.get("/mail/<int:message_id>")
def message(message_id: int) -> str:
    allow("mail.see")
    shown = _message(message_id)
    reads = access.can(ctx().actor, "mail.read", shown).yes
    return flask.render_template(
        "outbox/message.html",
        message=shown,
        labels=STATE_LABELS,
        badges=BADGES,
        reads=reads,
        facts=_facts(shown, reads=reads),
        events=[_event(delivery, reads=reads) for delivery in reversed(shown.deliveries)],
    )


def _facts(shown: Message, *, reads: bool) -> list[tuple[str, str]]:
    zone = ctx().house.settings.zone
    facts = [(_("To"), shown.to_name), (_("Address"), shown.to_address)] if reads else []
    facts += [
        (_("Written"), words.moment(shown.created_at, zone)),
        (_("Tries"), words.number(len(shown.deliveries))),
    ]
    if shown.state == MessageState.QUEUED:
        next_try = max(shown.not_before, shown.lease_until or shown.not_before)
        facts.append((_("Goes out"), words.moment(next_try, zone)))
    if shown.sent_at is not None:
        facts.append((_("Sent"), words.moment(shown.sent_at, zone)))
    return facts


def _event(delivery: Delivery, *, reads: bool) -> dict[str, str]:
    if delivery.delivered:
        what = _("The mail server took it.")
    elif delivery.code:
        what = _("The mail server refused it with code %(code)s.", code=delivery.code)
    else:
        what = _("It could not be handed over.")
    return {
        "when": words.short_moment(delivery.at, ctx().house.settings.zone),
        "iso": delivery.at.isoformat(),
        "what": what,
        # A mail server repeats names of mailboxes.
        "detail": delivery.detail if reads else "",
    }


@bp.post("/mail/<int:message_id>/retry")
def retry(message_id: int) -> Response:
    allow("mail.retry")
    service.retry(ctx(), _message(message_id))
    flask.flash(_("The mail waits again and goes out with the next run."), "success")
    return flask.redirect(flask.url_for(".message", message_id=message_id))


@bp.get("/caught-mail")
def caught() -> str:
    """Every mail with its links: for a demonstration, in which nobody real is written to.

    Those to commenters are left out for all who may not read them: a visitor may leave an address.
    """
    if not ctx().house.settings.demo:
        raise NotFound(_("No page has this address. It may have been moved."))
    shown = queries.caught(ctx().session, ctx().actor, _page_number())
    return flask.render_template(
        "outbox/caught.html", messages=shown.items, pager=pager(shown), labels=STATE_LABELS
    )
