"""The main navigation: what an actor may open, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import flask

from nmrf import access
from nmrf.core.i18n import Lazy, _l
from nmrf.core.roles import Actor


@dataclass(frozen=True)
class Entry:
    label: Lazy
    endpoint: str
    action: str = ""  # empty: everyone
    signed_in: bool = False


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    current: bool
    count: int | None = None


MAIN = (
    Entry(_l("What waits for me"), "desk.mine", signed_in=True),
    Entry(_l("Board"), "desk.board", "board.see"),
    Entry(_l("Recommendations"), "recommendations.index"),
    Entry(_l("Consultations"), "consultations.index"),
    Entry(_l("January updates"), "updates.index", "board.see"),
    Entry(_l("Reports"), "reports.index"),
    Entry(_l("Comments"), "feedback.index"),
    Entry(_l("Validation"), "validation.index", "run.see"),
    Entry(_l("Calendar"), "cycles.calendar"),
    Entry(_l("People"), "accounts.people", "accounts.manage"),
    Entry(_l("Mail"), "outbox.index", "mail.see"),
    Entry(_l("Jobs"), "jobs.index", "jobs.see"),
)

FOOTER = (
    Entry(_l("Search"), "portal.search"),
    Entry(_l("About"), "portal.about"),
    Entry(_l("How implementation stands"), "portal.progress"),
    Entry(_l("Institutions"), "portal.institutions"),
    Entry(_l("Open data"), "portal.open_data"),
    Entry(_l("Find my comment"), "feedback.find_receipt"),
    Entry(_l("Protection of commenters"), "portal.protection"),
    Entry(_l("Accessibility"), "portal.accessibility"),
)


def address(app: flask.Flask, endpoint: str) -> str:
    """The address of a page, or nothing where this service has no such page."""
    return flask.url_for(endpoint) if endpoint in app.view_functions else ""


def _items(app: flask.Flask, entries: tuple[Entry, ...], actor: Actor) -> list[Item]:
    section = (flask.request.endpoint or "").split(".")[0]
    found = []
    for entry in entries:
        if entry.signed_in and not actor.is_authenticated:
            continue
        if entry.action and not access.can(actor, entry.action):
            continue
        url = address(app, entry.endpoint)
        if url:
            same = flask.request.endpoint == entry.endpoint
            # One's own account belongs to no entry, though accounts are managed under People.
            own = f"{flask.request.path}/".startswith("/me/")
            near = (
                not own
                and section == entry.endpoint.split(".")[0]
                and section not in {"desk", "portal"}
            )
            found.append(Item(str(entry.label), url, current=same or near))
    return found


def main(app: flask.Flask, actor: Actor) -> list[Item]:
    """The entries that this actor may open."""
    return _items(app, MAIN, actor)


def footer(app: flask.Flask) -> list[Item]:
    """The entries that stand under every page."""
    return _items(app, FOOTER, Actor(id=None, name=""))
