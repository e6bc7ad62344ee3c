"""Writing in a draft: edit, add, move, split, merge and remove paragraphs. Identity is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.reports import structure
from nmrf.reports.inline import NOTE_MARK
from nmrf.reports.lines import Line, bare_lines
from nmrf.reports.linking import link_block, link_words
from nmrf.reports.models import (
    Block,
    BlockKind,
    Fate,
    Paragraph,
    ReportVersion,
    block_recommendation,
    block_source,
)
from nmrf.reports.ordering import forget, hold, settle
from nmrf.reports.texts import clean, clean_note, divided
from nmrf.reports.words import count_words


class EditConflict(Conflict):
    """Somebody else saved this paragraph while the person wrote. Both texts are kept.

    `theirs` is what stands there now, `mine` what was not saved, `lock` the one to try again with.
    """

    def __init__(self, block: Block, mine: str) -> None:
        super().__init__(
            _(
                "Somebody else changed this paragraph while you were writing. Nothing of yours is "
                "lost: see both texts, put them together, and save again."
            )
        )
        self.theirs = block.text
        self.mine = mine
        self.lock = block.lock


def edit_block(ctx: Ctx, block: Block, *, lock: int, text: str, why: str | None = None) -> None:
    """Change the words of a paragraph, heading or citation line. The same words change nothing.

    `lock` is that of the block when the form was opened; `why` is kept beside the paragraph.

    Raises:
        EditConflict: when somebody else saved other words meanwhile.
        Conflict: when the version has been shown.
        Invalid: when the text is empty or too long, or a citation line names no number.
    """
    hold(ctx, block.version, shared=True)
    _hold_block(ctx, block)
    text = clean(block.kind, text)
    if block.lock != lock and block.text != text:
        raise EditConflict(block, text)
    access.require(ctx.actor, "block.edit", block)
    _require_live(block)
    if why is not None:
        block.fate_note = " ".join(why.split())[:400]
    if block.text == text:
        return
    with ctx.session.no_autoflush:  # one change, one step of the lock
        before = block.text
        _write(ctx, block, text)
        _link(ctx, block, before)
        _settle_words(ctx, block)
    events.record(ctx, "block.edited", block, version=block.version_id)


def _link(ctx: Ctx, block: Block, before: str = "") -> None:
    if block.kind is BlockKind.CITATION:
        link_block(ctx, block)
    elif block.kind is BlockKind.PARAGRAPH:
        link_words(ctx, block, before)


def _write(ctx: Ctx, block: Block, text: str) -> None:
    block.text = text
    block.words = count_words(text)
    block.edited_by_id = ctx.actor.id
    block.edited_at = ctx.now


def _settle_words(ctx: Ctx, block: Block) -> None:
    """The fate of one block after its words changed; moves and splits stay what they are."""
    if block.fate not in {Fate.SAME, Fate.REWORDED}:
        return
    before = ctx.session.scalar(
        select(Block.text).where(
            Block.version_id == block.version.previous_id,
            Block.paragraph_id == block.paragraph_id,
        )
    )
    block.fate = Fate.SAME if before == block.text else Fate.REWORDED


def add(
    ctx: Ctx,
    version: ReportVersion,
    texts: str,
    *,
    after: Block | None,
    kind: BlockKind = BlockKind.PARAGRAPH,
) -> list[Block]:
    """Add paragraphs (one for each part between empty lines) or a heading or citation line.

    They stand after a block, or at the beginning; the institution that owns that block owns them.
    Raises `Invalid` as `edit_block` does.
    """
    hold(ctx, version)
    if after is not None:
        access.require(ctx.actor, "block.edit", after)
    if after is None or kind in structure.LEVELS:
        access.require(ctx.actor, "report.write", version)
    pieces = divided(texts) if kind is BlockKind.PARAGRAPH else [texts]
    cleaned = [clean(kind, piece) for piece in pieces]
    order = bare_lines(ctx.session, version.id)
    owner_id = after.owner_id if after is not None else None
    added = _insert(ctx, version, kind, cleaned, owner_id)
    place = _place_after(order, after, kind) if after is not None else 0
    _arrange_with(ctx, version, order, place, added, relabel=kind in structure.LEVELS)
    for block in added:
        _link(ctx, block)
        events.record(ctx, "block.added", block, version=version.id)
    return added


def _place_after(order: Sequence[Line], after: Block, kind: BlockKind) -> int:
    """A new heading stands behind all that is under a heading of its own or a lower level."""
    place = _place(order, after)
    level = structure.LEVELS.get(kind, 9)
    if level <= structure.LEVELS.get(after.kind, 0):
        return structure.end_of(order, place)
    return place + 1


def _insert(
    ctx: Ctx,
    version: ReportVersion,
    kind: BlockKind,
    texts: Sequence[str],
    owner_id: int | None,
    partner_id: int | None = None,
) -> list[Block]:
    paragraphs = [Paragraph(report_id=version.report_id) for _text in texts]
    ctx.session.add_all(paragraphs)
    ctx.session.flush()
    added = [
        Block(
            version=version,
            paragraph_id=paragraph.id,
            position=0,
            kind=kind,
            # Filled in by `settle`: what has none stays without.
            label="?" if kind in structure.LEVELS else "",
            number=0 if kind is BlockKind.PARAGRAPH else None,
            text=text,
            words=count_words(text),
            owner_id=owner_id,
            partner_id=partner_id,
            edited_by_id=ctx.actor.id,
            edited_at=ctx.now,
        )
        for paragraph, text in zip(paragraphs, texts, strict=True)
    ]
    ctx.session.add_all(added)
    ctx.session.flush()
    return added


def _arrange_with(
    ctx: Ctx,
    version: ReportVersion,
    order: list[Line],
    place: int,
    added: Sequence[Block],
    *,
    relabel: bool = False,
) -> None:
    """Put new blocks at a place of the order and number everything anew."""
    ids = {block.id for block in added}
    new = [line for line in bare_lines(ctx.session, version.id) if line.id in ids]
    new.sort(key=lambda line: line.id)
    settle(ctx, version, [*order[:place], *new, *order[place:]], relabel=relabel)


def move(ctx: Ctx, block: Block, *, up: bool) -> None:
    """Move a paragraph past its neighbour, or a heading with all under it past its sibling.

    Raises `Conflict` when it is the first or the last already.
    """
    hold(ctx, block.version)
    access.require(ctx.actor, "report.write", block.version)
    order = bare_lines(ctx.session, block.version_id)
    start = _place(order, block)
    end = structure.end_of(order, start)
    target = _place_before(order, start) if up else _place_behind(order, start, end)
    if target is None:
        raise Conflict(_("It already stands at the edge of its part."))
    moving = order[start:end]
    rest = order[:start] + order[end:]
    target = target if up else target - len(moving)
    settle(
        ctx,
        block.version,
        [*rest[:target], *moving, *rest[target:]],
        relabel=block.kind in structure.LEVELS,
    )
    events.record(ctx, "block.moved", block, version=block.version_id, up=up)


def _place(order: Sequence[Line], block: Block) -> int:
    return next(n for n, line in enumerate(order) if line.id == block.id)


def _place_before(order: Sequence[Line], start: int) -> int | None:
    """Where a part begins when it goes one step up; None at the edge."""
    level = structure.LEVELS.get(order[start].kind)
    for place in range(start - 1, -1, -1):
        line = order[place]
        if not line.is_live:
            continue
        if level is None or structure.LEVELS.get(line.kind) == level:
            return place
        if structure.LEVELS.get(line.kind, 9) < level:
            return None
    return None


def _place_behind(order: Sequence[Line], start: int, end: int) -> int | None:
    """Behind which place a part stands when it goes one step down; None at the edge."""
    level = structure.LEVELS.get(order[start].kind)
    for place in range(end, len(order)):
        line = order[place]
        if not line.is_live:
            continue
        if level is None:
            return place + 1
        return structure.end_of(order, place) if line.kind is order[start].kind else None
    return None


def split(ctx: Ctx, block: Block, *, lock: int, texts: str) -> list[Block]:
    """Divide a paragraph at the empty lines of a text. The first piece keeps its identity.

    Every piece rests on the same recommendations and updates. Raises as `edit_block` does, and
    `Invalid` when there is no empty line.
    """
    hold(ctx, block.version)
    _hold_block(ctx, block)
    pieces = [clean(block.kind, piece) for piece in divided(texts)]
    if block.lock != lock:
        raise EditConflict(block, "\n\n".join(pieces))
    access.require(ctx.actor, "block.edit", block)
    _require_live(block)
    if block.kind is not BlockKind.PARAGRAPH or len(pieces) < 2:
        raise Invalid(_("Put an empty line where the paragraph is to be split."), place="text")
    order = bare_lines(ctx.session, block.version_id)
    _write(ctx, block, pieces[0])
    added = _insert(
        ctx, block.version, block.kind, pieces[1:], block.owner_id, partner_id=block.paragraph_id
    )
    for piece in added:
        piece.recommendations = list(block.recommendations)
        piece.sources = list(block.sources)
        piece.number = None if block.number is None else 0
    _arrange_with(ctx, block.version, order, _place(order, block) + 1, added)
    events.record(ctx, "block.split", block, version=block.version_id, pieces=[b.id for b in added])
    return added


def merge_with_next(ctx: Ctx, block: Block, *, lock: int) -> None:
    """Put the following paragraph at the end of this one, with what it rests on.

    The following one becomes a tombstone that points here, if it was ever in an earlier version.
    Raises `Conflict` when no paragraph follows.
    """
    hold(ctx, block.version)
    _hold_block(ctx, block)
    if block.lock != lock:
        raise EditConflict(block, block.text)
    order = bare_lines(ctx.session, block.version_id)
    live = [line for line in order if line.is_live]
    place = next((n for n, line in enumerate(live) if line.id == block.id), len(live))
    following = live[place + 1] if place + 1 < len(live) else None
    if (
        following is None
        or block.kind is not BlockKind.PARAGRAPH
        or following.kind is not BlockKind.PARAGRAPH
    ):
        raise Conflict(_("No paragraph follows this one in its section."))
    other = ctx.session.get_one(Block, following.id)
    access.require(ctx.actor, "block.edit", block)
    access.require(ctx.actor, "block.edit", other)
    _write(ctx, block, clean(block.kind, f"{block.text} {other.text}"))
    block.recommendations = list(dict.fromkeys([*block.recommendations, *other.recommendations]))
    block.sources = list(dict.fromkeys([*block.sources, *other.sources]))
    block.unresolved = list(dict.fromkeys([*block.unresolved, *other.unresolved]))
    take_away(ctx, other, into=block)
    settle(ctx, block.version)
    events.record(ctx, "block.merged", block, version=block.version_id, other=following.id)


def remove(ctx: Ctx, block: Block, *, why: str = "") -> None:
    """Take a block out. One that was in an earlier version, or that somebody answered, stays as a
    tombstone with its discussion. Under a removed heading everything stays where it is.
    """
    hold(ctx, block.version)
    _hold_block(ctx, block)
    access.require(ctx.actor, "block.edit", block)
    if block.kind in structure.LEVELS:
        access.require(ctx.actor, "report.write", block.version)
    _require_live(block)
    version, heading = block.version, block.kind in structure.LEVELS
    events.record(ctx, "block.removed", block, version=version.id)
    take_away(ctx, block, why=why)
    settle(ctx, version, relabel=heading)


def take_away(ctx: Ctx, block: Block, *, into: Block | None = None, why: str = "") -> None:
    """Delete a block of a held draft, or make it a tombstone where somebody may have read it."""
    if not _is_elsewhere(ctx, block) and _delete(ctx, block):
        return
    block.recommendations = []
    block.sources = []
    block.unresolved = []
    block.text = ""
    block.words = 0
    block.number = None
    block.fate_note = " ".join(why.split())[:400]
    block.removed_in = block.version.number
    block.partner_id = into.paragraph_id if into is not None else None
    block.edited_by_id = ctx.actor.id
    block.edited_at = ctx.now
    ctx.session.flush()


def _is_elsewhere(ctx: Ctx, block: Block) -> bool:
    """Whether the paragraph is in another version, and so may have been read."""
    count = ctx.session.scalar(
        select(func.count(Block.id)).where(Block.paragraph_id == block.paragraph_id)
    )
    return (count or 0) > 1


def _delete(ctx: Ctx, block: Block) -> bool:
    """Delete a block that was never shown; not when something else already points at it."""
    ctx.session.flush()
    try:
        with ctx.session.begin_nested():
            for table in (block_recommendation, block_source):
                ctx.session.execute(delete(table).where(table.c.block_id == block.id))
            ctx.session.execute(delete(Block).where(Block.id == block.id))
    except IntegrityError:
        ctx.session.expire(block)
        return False
    version = block.version
    ctx.session.expunge(block)
    ctx.session.expire(version, ["blocks"])
    return True


def give_section(ctx: Ctx, block: Block, institution: Institution | None) -> int:
    """Let an institution own a heading and all under it, or a single paragraph.

    Its focal points can then write there. Gives how many blocks it owns by this.
    """
    hold(ctx, block.version)
    access.require(ctx.actor, "report.write", block.version)
    order = bare_lines(ctx.session, block.version_id)
    start = _place(order, block)
    ids = [line.id for line in order[start : structure.end_of(order, start)]]
    ctx.session.execute(
        update(Block)
        .where(Block.id.in_(ids))
        .values(owner_id=institution.id if institution else None)
        .execution_options(synchronize_session=False)
    )
    forget(ctx.session, ids, ["owner_id", "owner", "lock"])
    events.record(
        ctx,
        "block.owner_set",
        block,
        version=block.version_id,
        institution=institution.id if institution else None,
    )
    return len(ids)


def _hold_block(ctx: Ctx, block: Block) -> None:
    """Read the block anew and keep others from writing it until the end of the transaction."""
    ctx.session.scalar(
        select(Block)
        .where(Block.id == block.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _require_live(block: Block) -> None:
    if block.removed_in is not None:
        raise Conflict(_("This paragraph was removed from the draft."))


def set_note(ctx: Ctx, block: Block, number: int, text: str) -> None:
    """Write the foot- or endnote that a mark [^number] in the block stands for; empty deletes it.

    Raises `Invalid` when the block has no such mark.
    """
    hold(ctx, block.version)
    access.require(ctx.actor, "block.edit", block)
    if str(number) not in NOTE_MARK.findall(block.text):
        raise Invalid(_("The text has no mark [^%(n)s].", n=number), place="text")
    version = block.version
    notes = {**version.notes, str(number): clean_note(text)}
    version.notes = {key: value for key, value in notes.items() if value}
    events.record(ctx, "version.note_set", version, number=number)
