"""Institutions: created, changed, closed and opened again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from nmrf import access
from nmrf.access import ROLES_BY_KIND
from nmrf.accounts import queries
from nmrf.accounts.clean import clean_email, clean_line, clean_name
from nmrf.accounts.models import INSTITUTION_KIND_LABELS, Institution, InstitutionKind
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _, ngettext
from nmrf.core.roles import ROLE_LABELS

LONGEST_SHORT_NAME = 80
LONGEST_REGION = 80


def create_institution(
    ctx: Ctx,
    name: str,
    kind: InstitutionKind,
    *,
    short_name: str = "",
    email: str = "",
    region: str = "",
    groups: Sequence[str] = (),
    parent: Institution | None = None,
) -> Institution:
    """Enter an institution. Without a short name, the initials of its name serve.

    `groups` are codes of groups of persons that it works for (vocabulary `persons`).

    Raises:
        Refused: from the rule `accounts.manage`.
        Invalid: at the field that cannot be taken.
    """
    access.require(ctx.actor, "accounts.manage")
    values = _checked(ctx, None, name, short_name, email, region, groups)
    institution = Institution(**values, kind=kind, parent_id=parent.id if parent else None)
    ctx.session.add(institution)
    events.record(ctx, "institution.created", institution, of_kind=kind.value)
    return institution


def change_institution(
    ctx: Ctx,
    institution: Institution,
    *,
    name: str,
    kind: InstitutionKind,
    short_name: str,
    email: str,
    region: str,
    groups: Sequence[str],
    parent: Institution | None = None,
) -> list[str]:
    """Change an institution; gives the names of the fields that changed.

    Raises:
        Refused: from the rule `accounts.manage`.
        Invalid: at the field; at `kind`, when offices held there do not exist in the new kind;
            at `parent`, when it lies below this one.
    """
    access.require(ctx.actor, "accounts.manage")
    queries.hold_institution(ctx.session, institution)
    values = _checked(ctx, institution, name, short_name, email, region, groups)
    if kind != institution.kind:
        _require_offices_fit(ctx, institution, kind)
    if parent is not None and _is_below(ctx, parent, institution):
        raise Invalid(
            _("An institution cannot belong to itself or to a part of itself."), place="parent"
        )
    values |= {"kind": kind, "parent_id": parent.id if parent else None}
    changed = [field for field, value in values.items() if getattr(institution, field) != value]
    for field in changed:
        setattr(institution, field, values[field])
    if changed:
        events.record(ctx, "institution.changed", institution, fields=changed)
    return changed


def deactivate_institution(ctx: Ctx, institution: Institution) -> None:
    """Close an institution: it stays where it is named, and takes no new work or offices.

    Raises:
        Refused: from the rule `accounts.manage`.
        Conflict: when it is closed, or somebody still holds an office in it.
    """
    access.require(ctx.actor, "accounts.manage")
    queries.hold_institution(ctx.session, institution)
    if not institution.active:
        raise Conflict(_("This institution is closed already."))
    held = queries.offices_in(ctx.session, institution.id, ctx.today)
    if held:
        raise Conflict(
            ngettext(
                "%(n)s office in %(name)s has not ended. End it or hand it over first.",
                "%(n)s offices in %(name)s have not ended. End them or hand them over first.",
                len(held),
                name=institution.name,
            )
        )
    institution.active = False
    events.record(ctx, "institution.deactivated", institution)


def reactivate_institution(ctx: Ctx, institution: Institution) -> None:
    """Open a closed institution again.

    Raises:
        Refused: from the rule `accounts.manage`.
        Conflict: when it is open.
    """
    access.require(ctx.actor, "accounts.manage")
    if institution.active:
        raise Conflict(_("This institution is open."))
    institution.active = True
    events.record(ctx, "institution.reactivated", institution)


def _checked(
    ctx: Ctx,
    institution: Institution | None,
    name: str,
    short_name: str,
    email: str,
    region: str,
    groups: Sequence[str],
) -> dict[str, Any]:
    plain = clean_name(name)
    own_id = institution.id if institution else None
    names = ctx.session.execute(select(Institution.id, Institution.name))
    if any(id_ != own_id and name.casefold() == plain.casefold() for id_, name in names):
        raise Invalid(_("There already is an institution of this name."), place="name")
    short = clean_line(short_name, place="short_name", longest=LONGEST_SHORT_NAME)
    return {
        "name": plain,
        "short_name": short or _initials(plain),
        "email": clean_email(email) if email.strip() else "",
        "region": clean_line(region, place="region", longest=LONGEST_REGION),
        "groups": list(dict.fromkeys(groups)),
    }


def _initials(name: str) -> str:
    capitals = "".join(word[0] for word in name.split() if word[0].isupper())
    return capitals if len(capitals) > 1 else name[:LONGEST_SHORT_NAME]


def _require_offices_fit(ctx: Ctx, institution: Institution, kind: InstitutionKind) -> None:
    for office in queries.offices_in(ctx.session, institution.id, ctx.today):
        if office.role not in ROLES_BY_KIND[kind.value]:
            raise Invalid(
                _(
                    "%(person)s is “%(role)s” here, which does not exist in an institution of the "
                    "kind “%(kind)s”. End that office first.",
                    person=office.person.name,
                    role=ROLE_LABELS[office.role],
                    kind=INSTITUTION_KIND_LABELS[kind],
                ),
                place="kind",
            )


def _is_below(ctx: Ctx, candidate: Institution, top: Institution) -> bool:
    seen: set[int] = set()
    current: Institution | None = candidate
    while current is not None and current.id not in seen:
        if current.id == top.id:
            return True
        seen.add(current.id)
        current = (
            ctx.session.get(Institution, current.parent_id)
            if current.parent_id is not None
            else None
        )
    return False
