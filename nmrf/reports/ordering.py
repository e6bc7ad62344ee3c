"""Writing into a draft: taking hold of it, and putting its paragraphs in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.reports import structure
from nmrf.reports.lines import Line, bare_lines
from nmrf.reports.models import Block, ReportVersion, VersionState

BLOCK = cast("Table", Block.__table__)
_ORDERED = ("position", "number", "label", "fate")


def hold(ctx: Ctx, version: ReportVersion, *, shared: bool = False) -> None:
    """Take the draft for this transaction, so that nobody freezes or rearranges it meanwhile.

    `shared` lets others edit other paragraphs. Raises `Conflict` when it is no draft any more.
    """
    ctx.session.scalar(
        select(ReportVersion)
        .where(ReportVersion.id == version.id)
        .with_for_update(read=shared)
        .execution_options(populate_existing=True)
    )
    if version.state is not VersionState.DRAFT:
        raise Conflict(
            _("This version has been shown and never changes. Open the next version to edit.")
        )


def settle(
    ctx: Ctx, version: ReportVersion, order: Sequence[Line] | None = None, *, relabel: bool = False
) -> None:
    """Bring positions, numbers, labels and fates in line with the texts.

    `order` are lines of this version as they are to stand; without it they stay where they are.
    The draft is held. One statement writes what differs.
    """
    ctx.session.flush()
    now = bare_lines(ctx.session, version.id)
    if order is not None:
        place = {line.id: n for n, line in enumerate(order)}
        now.sort(key=lambda line: place[line.id])
    places = structure.arrange(now, relabel=relabel)
    before = bare_lines(ctx.session, version.previous_id) if version.previous_id else []
    fates = structure.fates(before, now)
    changed = []
    for line in now:
        to = places[line.id]
        fate = fates[line.paragraph_id]
        if (line.position, line.number, line.label, line.fate) != (
            to.position,
            to.number,
            to.label,
            fate,
        ):
            changed.append(
                {
                    "key": line.id,
                    "to_position": to.position,
                    "to_number": to.number,
                    "to_label": to.label,
                    "to_fate": fate,
                }
            )
    if changed:
        ctx.session.execute(
            BLOCK.update()
            .where(BLOCK.c.id == bindparam("key"))
            .values({name: bindparam(f"to_{name}") for name in _ORDERED}),
            changed,
        )
        forget(ctx.session, (row["key"] for row in changed), _ORDERED)


def forget(session: Session, block_ids: Iterable[Any], names: Sequence[str]) -> None:
    """Let blocks that are loaded be read anew: a statement has written past them."""
    for block_id in block_ids:
        block = session.identity_map.get(identity_key(Block, block_id))
        if block is not None:
            session.expire(block, names)
