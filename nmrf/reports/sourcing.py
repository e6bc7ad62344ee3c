"""From a ministry's update to a paragraph: take its words in, or say that they are there."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.reports import drafting
from nmrf.reports.inline import literal
from nmrf.reports.models import Block, BlockKind
from nmrf.reports.ordering import hold
from nmrf.reports.texts import clean
from nmrf.updates.models import UpdateSnapshot

MODES = ("append", "new", "link")


def pull(
    ctx: Ctx, block: Block, snapshot_ids: Collection[int], *, mode: str, lock: int
) -> list[Block]:
    """Let a paragraph rest on updates as they were signed off; gives the blocks that do.

    `mode`: "append" puts their words at the end of the paragraph, "new" makes a paragraph of each
    after it, "link" adds no words. A newer update of the same ministry on the same
    recommendation takes the place of the older one as the source.

    Raises:
        EditConflict: when somebody else saved the paragraph meanwhile.
        Invalid: when nothing was chosen, or the paragraph would become too long.
    """
    access.require(ctx.actor, "block.edit", block)
    if block.kind is not BlockKind.PARAGRAPH or mode not in MODES:
        raise Conflict(_("Only a paragraph can rest on an update."))
    snapshots = ctx.session.scalars(
        select(UpdateSnapshot)
        .where(UpdateSnapshot.id.in_(snapshot_ids))
        .order_by(UpdateSnapshot.id)
    ).all()
    if not snapshots:
        raise Invalid(_("Tick at least one update."), place="mode")
    texts = [literal(snapshot.narrative.strip()) for snapshot in snapshots]
    if mode == "new":
        return _as_new(ctx, block, snapshots, texts)
    hold(ctx, block.version, shared=True)
    if mode == "append":
        drafting.edit_block(
            ctx, block, lock=lock, text=" ".join([block.text, *filter(None, texts)])
        )
    _rest_on(block, snapshots)
    _record(ctx, block, snapshots)
    return [block]


def _as_new(
    ctx: Ctx, block: Block, snapshots: Sequence[UpdateSnapshot], texts: Sequence[str]
) -> list[Block]:
    made = []
    after = block
    for snapshot, text in zip(snapshots, texts, strict=True):
        # An update may hold empty lines, but it becomes one paragraph.
        after = drafting.add(ctx, block.version, clean(BlockKind.PARAGRAPH, text), after=after)[0]
        _rest_on(after, [snapshot])
        _record(ctx, after, [snapshot])
        made.append(after)
    return made


def _rest_on(block: Block, snapshots: Sequence[UpdateSnapshot]) -> None:
    fresh = {snapshot.update_id for snapshot in snapshots}
    kept = [source for source in block.sources if source.update_id not in fresh]
    block.sources = [*kept, *snapshots]


def _record(ctx: Ctx, block: Block, snapshots: Sequence[UpdateSnapshot]) -> None:
    events.record(
        ctx,
        "block.source_added",
        block,
        version=block.version_id,
        snapshots=[snapshot.id for snapshot in snapshots],
    )


def drop_source(ctx: Ctx, block: Block, snapshot_id: int) -> None:
    """Say that a paragraph does not rest on an update. Its words stay."""
    hold(ctx, block.version, shared=True)
    access.require(ctx.actor, "block.edit", block)
    if snapshot_id not in {source.id for source in block.sources}:
        raise Conflict(_("This paragraph does not rest on that update any more."))
    block.sources = [source for source in block.sources if source.id != snapshot_id]
    events.record(
        ctx, "block.source_dropped", block, version=block.version_id, snapshot=snapshot_id
    )
