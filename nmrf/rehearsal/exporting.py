"""What a rehearsal leaves in its folder: the documents that the service hands out."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select

from nmrf.core.ctx import Ctx
from nmrf.core.events import GENESIS, Event
from nmrf.core.roles import PUBLIC
from nmrf.cycles import entries
from nmrf.feedback.exports import comment_table
from nmrf.outbox.ics import feed
from nmrf.recommendations.exports import export
from nmrf.recommendations.register import Filter
from nmrf.rehearsal.cycle import Played
from nmrf.rehearsal.play import Play
from nmrf.reports import exports as reports


def write_all(play: Play, played: Played, out: Path) -> list[str]:
    """Write every document; gives their names."""
    files: dict[str, bytes] = {}
    with play.acting("secretariat") as ctx:
        version = played.run.version
        files["report.docx"] = reports.report_file(ctx, version)
        files["addendum.docx"] = reports.addendum_file(ctx, played.cycle)
        chosen = Filter(cycle=(str(played.cycle.id),))
        files["register.xlsx"] = export(ctx, chosen, "xlsx").data
        files["matrix.docx"] = export(ctx, chosen, "docx").data
        commented = play.session.get_one(type(version), played.report.versions[0].id)
        files["comments.xlsx"] = comment_table(ctx, commented, "xlsx").data
        files["calendar.ics"] = _calendar(ctx)
        files["events.json"] = _events(ctx)
    for name, data in files.items():
        (out / name).write_bytes(data)
    shutil.rmtree(out / "mail", ignore_errors=True)
    if play.house.settings.mail_folder.exists():
        shutil.copytree(play.house.settings.mail_folder, out / "mail")
    count = len(list((out / "mail").glob("*.eml")))
    return [*files, f"mail/ ({count} mails)"]


def _calendar(ctx: Ctx) -> bytes:
    """The public calendar, as everybody can subscribe to it."""
    public = ctx.acting_as(PUBLIC)
    found = [entries.as_event(public, entry) for entry in entries.collect(public)]
    name, url = ctx.house.settings.site_name, ctx.house.link("cycles.feed")
    text = feed(found, name=name, url=url)
    return text.encode()


def _events(ctx: Ctx) -> bytes:
    rows = [
        {
            "id": one.id,
            "at": one.at.isoformat(),
            "actor_id": one.actor_id,
            "actor_role": one.actor_role,
            "kind": one.kind,
            "subject_type": one.subject_type,
            "subject_id": one.subject_id,
            "data": one.data,
            "previous_hash": one.previous_hash,
            "hash": one.hash,
        }
        for one in ctx.session.scalars(select(Event).order_by(Event.id))
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1).encode()


def chain_holds(path: Path) -> bool:
    """Whether the chain in an events.json holds, recomputed from the file alone."""
    previous = GENESIS
    for row in json.loads(path.read_text("utf-8")):
        if row["previous_hash"] != previous or _hash(row) != row["hash"]:
            return False
        previous = row["hash"]
    return True


def _hash(row: dict[str, Any]) -> str:
    names = (
        *("previous_hash", "at", "actor_id", "actor_role", "kind"),
        *("subject_type", "subject_id", "data"),
    )
    body = json.dumps(
        [row[name] for name in names], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(body.encode()).hexdigest()
