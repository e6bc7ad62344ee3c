"""What this slice tells those below it: what ministries reported, and what a successor finds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from sqlalchemy import and_, func, or_, select

from nmrf import access
from nmrf.accounts import hand_over
from nmrf.accounts.hand_over import OpenItem
from nmrf.accounts.models import Institution, Person
from nmrf.core import words
from nmrf.core.clock import local_date
from nmrf.core.ctx import Ctx
from nmrf.core.due import due
from nmrf.core.i18n import _, gettext, ngettext
from nmrf.core.roles import Role, Visibility
from nmrf.recommendations import joints
from nmrf.recommendations.models import Recommendation
from nmrf.updates import queries
from nmrf.updates.answers import statuses
from nmrf.updates.models import Round, RoundState, Update, UpdateSnapshot, UpdateState
from nmrf.updates.states import WRITABLE


def evidence_shown(ctx: Ctx, snapshot: UpdateSnapshot) -> list[dict[str, Any]]:
    """The evidence of a snapshot that the actor may see; all of it in the own institution."""
    levels = queries.evidence_levels(ctx.actor, snapshot.institution_id)
    return [one for one in snapshot.evidence if Visibility(one["visibility"]) in levels]


def what_ministries_reported(ctx: Ctx, recommendation: Recommendation) -> joints.Section:
    """The section of a recommendation's page: the newest sign-off of each institution and round."""
    return joints.Section(
        title=_("What ministries reported"),
        rows=[
            _row(ctx, recommendation, one)
            for one in queries.reported(ctx.session, recommendation.id)
        ],
        gap=_("No ministry has reported on it yet. The yearly round of updates collects this."),
        key="updates",
    )


def _row(ctx: Ctx, recommendation: Recommendation, one: UpdateSnapshot) -> joints.Row:
    opens = bool(access.can(ctx.actor, "update.see", one))
    evidence = evidence_shown(ctx, one)
    links = [f"{item['title']}: {item['url']}" for item in evidence if item["url"]]
    note = _("Reported by the ministry, not independently verified.")
    if one.no_change:
        note = f"{_('No change since the report before.')} {note}"
    if one.number > 1:
        note = f"{_('Corrected: version %(n)s.', n=one.number)} {note}"
    if links:
        note = f"{note} {_('Evidence: %(list)s', list='; '.join(links))}"
    return joints.Row(
        ends=[
            joints.End(kind=_("Recommendation"), label=recommendation.number),
            joints.End(
                kind=one.institution.name,
                label=gettext(statuses(ctx).label(one.status)),
                note=one.update.round.title,
                endpoint="updates.update" if opens else "",
                values={"update_id": one.update_id} if opens else {},
            ),
            *(
                joints.End(
                    kind=_("Evidence"),
                    label=item["title"],
                    endpoint="files.download",
                    values={"file_id": item["file_id"], "name": item["name"]},
                )
                for item in evidence
                if item["file_id"]
            ),
        ],
        text=one.narrative,
        when=words.short_day(local_date(one.signed_at, ctx.house.settings.time_zone)),
        note=note,
    )


def _page(ctx: Ctx, round_: Round, institution: Institution) -> str:
    """The institution's page of a round; none for a reader of the sheet who may not open it."""
    asked = SimpleNamespace(institution_id=institution.id)
    if not access.can(ctx.actor, "update.see", asked):
        return ""
    return ctx.house.link("updates.mine", round_id=round_.id, institution=institution.id)


def open_updates(ctx: Ctx, person: Person) -> list[OpenItem]:
    """What is to be written or signed in the institutions where the person holds or held office."""
    offices = [(o.role, o.institution_id) for o in person.offices]
    writes = {id_ for role, id_ in offices if role in (Role.FOCAL_POINT, Role.ALTERNATE)}
    signs = {id_ for role, id_ in offices if role == Role.VALIDATING_AUTHORITY}
    if not writes | signs:
        return []
    to_sign = Update.state == UpdateState.SIGN_OFF
    rows = ctx.session.execute(
        select(Round, Institution, to_sign, func.count(Update.id))
        .join(Update, Update.round_id == Round.id)
        .join(Institution, Institution.id == Update.institution_id)
        .where(
            or_(
                and_(
                    Update.institution_id.in_(writes),
                    Update.state.in_(WRITABLE),
                    or_(Round.state == RoundState.OPEN, Update.return_reason != ""),
                ),
                and_(Update.institution_id.in_(signs), to_sign),
            )
        )
        .group_by(Round.id, Institution.id, to_sign)
        .order_by(Round.closes_on, Institution.name, to_sign)
    )
    return [
        OpenItem(
            title=ngettext(
                "%(title)s: %(n)s recommendation",
                "%(title)s: %(n)s recommendations",
                count,
                title=round_.title,
            ),
            url=_page(ctx, round_, institution),
            what=_("Sign off for %(name)s", name=institution.name)
            if signing
            else _("Write the update of %(name)s", name=institution.name),
            due=due(round_.closes_on, ctx.now, ctx.house.settings.time_zone),
        )
        for round_, institution, signing, count in rows
    ]


joints.register("updates", what_ministries_reported)
hand_over.PROVIDERS.append(open_updates)
