"""The vocabularies of consultations: their kinds, and the groups that should be at the table."""

from __future__ import annotations

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _, gettext
from nmrf.cycles.planning import definitions
from nmrf.definitions import Vocabulary


def _vocabulary(ctx: Ctx, name: str) -> Vocabulary:
    return definitions(ctx.house).vocabularies[name]


def kinds(ctx: Ctx) -> list[tuple[str, str]]:
    """The kinds of consultation as (code, label), in the order of the vocabulary."""
    return [(t.code, gettext(t.label)) for t in _vocabulary(ctx, "consultation_kinds").terms]


def kind_label(ctx: Ctx, code: str) -> str:
    """The label of a kind; the code itself where it has been taken out."""
    return gettext(_vocabulary(ctx, "consultation_kinds").label(code))


def check_kind(ctx: Ctx, code: str) -> str:
    """The code, if it is one. Raises `Invalid`."""
    if code not in _vocabulary(ctx, "consultation_kinds").codes:
        raise Invalid(_("Choose a kind of consultation from the list."), place="kind")
    return code


def group_label(ctx: Ctx, code: str) -> str:
    """The label of a stakeholder group, or of a group of persons that an institution works for.

    The code itself where it has been taken out.
    """
    for name in ("stakeholder_groups", "persons"):
        term = _vocabulary(ctx, name).term(code)
        if term:
            return gettext(term.label)
    return code


def group_codes(ctx: Ctx) -> tuple[str, ...]:
    """The codes of the stakeholder groups, in order."""
    return _vocabulary(ctx, "stakeholder_groups").codes
