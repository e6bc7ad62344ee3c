"""Taking an import back, as long as nobody has built on what it brought."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased, joinedload

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.db import Base
from nmrf.core.errors import Conflict, NotFound
from nmrf.core.i18n import Lazy, _, _l
from nmrf.core.search import fold
from nmrf.recommendations.import_writing import forget_loaded, tell_positions
from nmrf.recommendations.models import (
    ImportBatch,
    Label,
    PositionChange,
    Recommendation,
    RecommendingState,
    recommendation_label,
)
from nmrf.recommendations.numbers import sort_key
from nmrf.recommendations.positions import is_split
from nmrf.recommendations.states_names import state_name

# What a recommendation consists of; everything else that points at it was built on it.
_OWN = frozenset({"recommending_state", "recommendation_label", "position_change"})
_BUILT: dict[str, Lazy] = {
    "assignment": _l("assignments"),
    "update": _l("updates of ministries"),
    "update_snapshot": _l("signed updates of ministries"),
    "outcome": _l("outcomes of consultations"),
    "block_recommendation": _l("paragraphs of reports"),
    "action_recommendation": _l("actions that carry them out"),
    "recommendation_cluster": _l("places in clusters"),
    "recommendation_part": _l("parts into which they were split"),
}
# What is noted on a recommendation itself.
_NOTED: tuple[tuple[ColumnElement[bool], Lazy], ...] = (
    (Recommendation.status != "", _l("%(numbers)s: a ministry reported a status.")),
    (
        Recommendation.needs_parliament.is_(True),
        _l("%(numbers)s: it was noted that a decision of Parliament is needed."),
    ),
    (
        Recommendation.needs_assistance.is_(True),
        _l("%(numbers)s: it was noted that technical assistance is needed."),
    ),
)
_NAMED = 5
_RECOMMENDATION = cast("Table", Recommendation.__table__)


def obstacles(ctx: Ctx, batch: ImportBatch) -> list[str]:
    """Why a batch cannot be taken back, as sentences; empty when it can."""
    if batch.undone_at is not None:
        return [_("This import has been taken back already.")]
    later = ctx.session.scalar(
        select(func.count(ImportBatch.id)).where(
            ImportBatch.cycle_id == batch.cycle_id,
            ImportBatch.id > batch.id,
            ImportBatch.undone_at.is_(None),
        )
    )
    if later:
        return [_("A later list was imported into this cycle. Take that one back first.")]
    return [
        *_built_on(ctx, batch),
        *_positioned_by_hand(ctx, batch),
        *_split_since(ctx, batch),
    ]


def undo(ctx: Ctx, batch: ImportBatch) -> None:
    """Take an import back: what it created goes, what it changed is as it was before.

    Raises:
        Refused: unless the actor is of the secretariat.
        Conflict: when something was built on it, or a later list was imported; says what.
    """
    access.require(ctx.actor, "recommendation.import", batch)
    ctx.session.flush()
    found = obstacles(ctx, batch)
    if found:
        raise Conflict(" ".join(found))
    ctx.session.execute(delete(PositionChange).where(PositionChange.batch_id == batch.id))
    _restore(ctx, batch)
    _remove_created(ctx, batch)
    _remove_labels(ctx, batch.undo.get("labels", []))
    batch.undone_at = ctx.now
    events.record(
        ctx,
        "recommendations.import_undone",
        batch,
        removed=len(batch.undo["created"]),
        restored=len(batch.undo["updated"]),
    )


def get_batch(ctx: Ctx, batch_id: int) -> ImportBatch:
    """An import. Raises `NotFound`, also for those who may not import."""
    batch = ctx.session.get(ImportBatch, batch_id)
    if batch is None or not access.can(ctx.actor, "recommendation.import"):
        raise NotFound(_("There is no such import, or it is not open to you."))
    return batch


def batches(ctx: Ctx, limit: int = 20) -> list[ImportBatch]:
    """The last imports, the newest first, for the secretariat."""
    access.require(ctx.actor, "recommendation.import")
    return list(
        ctx.session.scalars(
            select(ImportBatch)
            .options(joinedload(ImportBatch.cycle))
            .order_by(ImportBatch.id.desc())
            .limit(limit)
        )
    )


def _created(batch: ImportBatch) -> Any:
    return select(Recommendation.id).where(Recommendation.batch_id == batch.id)


def _built_on(ctx: Ctx, batch: ImportBatch) -> Iterable[str]:
    for table in Base.metadata.sorted_tables:
        if table.name in _OWN or table.name == "recommendation":
            continue
        for column in table.columns:
            if not any(key.references(_RECOMMENDATION) for key in column.foreign_keys):
                continue
            numbers = ctx.session.scalars(
                select(Recommendation.number)
                .join(table, column == Recommendation.id)
                .where(Recommendation.batch_id == batch.id)
                .distinct()
            ).all()
            if numbers:
                yield _(
                    "%(numbers)s: there are %(things)s.",
                    numbers=_short(numbers),
                    things=_BUILT[table.name],
                )
    for noted, sentence in _NOTED:
        touched = ctx.session.scalars(
            select(Recommendation.number).where(Recommendation.batch_id == batch.id, noted)
        ).all()
        if touched:
            yield sentence % {"numbers": _short(touched)}


def _split_since(ctx: Ctx, batch: ImportBatch) -> Iterable[str]:
    """Split recommendations whose position would no longer be the one that their parts make.

    An import moves no position of a split recommendation, so they were split after it. That
    leaves no position of its own where the parts make the one that was imported.
    """
    before = {
        number: old["position"]
        for number, old in batch.undo["updated"].items()
        if "position" in old["changed"]
    }
    split = ctx.session.execute(
        select(Recommendation.number, Recommendation.position).where(
            Recommendation.cycle_id == batch.cycle_id,
            Recommendation.number.in_(before),
            is_split(),
        )
    )
    numbers = [number for number, position in split if before[number] != position.value]
    if numbers:
        yield _("%(numbers)s: split into parts after the import.", numbers=_short(numbers))


def _positioned_by_hand(ctx: Ctx, batch: ImportBatch) -> Iterable[str]:
    """Positions entered after the import, of what it created or moved."""
    moved = [
        number for number, old in batch.undo["updated"].items() if "position" in old["changed"]
    ]
    imported = aliased(PositionChange)
    last_imported = (
        select(func.coalesce(func.max(imported.id), 0))
        .where(
            imported.recommendation_id == PositionChange.recommendation_id,
            imported.batch_id == batch.id,
        )
        .scalar_subquery()
    )
    numbers = ctx.session.scalars(
        select(Recommendation.number)
        .join(PositionChange, PositionChange.recommendation_id == Recommendation.id)
        .where(
            Recommendation.cycle_id == batch.cycle_id,
            or_(Recommendation.batch_id == batch.id, Recommendation.number.in_(moved)),
            PositionChange.batch_id.is_(None),
            PositionChange.id > last_imported,
        )
        .distinct()
    ).all()
    if numbers:
        yield _(
            "%(numbers)s: the secretariat entered a position after the import.",
            numbers=_short(numbers),
        )


def _short(numbers: Iterable[str]) -> str:
    ordered = sorted(numbers, key=sort_key)
    if len(ordered) <= _NAMED:
        return ", ".join(ordered)
    return _(
        "%(numbers)s and %(n)s more",
        numbers=", ".join(ordered[:_NAMED]),
        n=len(ordered) - _NAMED,
    )


def _restore(ctx: Ctx, batch: ImportBatch) -> None:
    old: dict[str, dict[str, Any]] = batch.undo["updated"]
    if not old:
        return
    ids = dict(
        ctx.session.execute(
            select(Recommendation.number, Recommendation.id).where(
                Recommendation.cycle_id == batch.cycle_id, Recommendation.number.in_(old)
            )
        ).all()
    )
    names = {
        id_: f"{code} {name}".strip()
        for id_, code, name in ctx.session.execute(select(Label.id, Label.code, Label.name))
    }
    plain = (
        "text",
        "parts",
        "theme_heading",
        "position",
        "position_symbol",
        "position_paragraph",
        "national_position",
        "justification",
    )
    ctx.session.connection().execute(
        update(_RECOMMENDATION)
        .where(_RECOMMENDATION.c.id == bindparam("of"))
        .values(
            {
                **{name: bindparam(f"to_{name}") for name in (*plain, "search_text")},
                "lock": _RECOMMENDATION.c.lock + 1,
            }
        ),
        [
            {
                "of": ids[number],
                **{f"to_{name}": values[name] for name in plain},
                "to_search_text": _search_text(number, values, names),
            }
            for number, values in old.items()
        ],
    )
    for table in (cast("Table", RecommendingState.__table__), recommendation_label):
        ctx.session.execute(delete(table).where(table.c.recommendation_id.in_(ids.values())))
    states = [
        {"recommendation_id": ids[number], "place": place, "name": name, "code": code}
        for number, values in old.items()
        for place, (name, code) in enumerate(values["states"])
    ]
    labels = [
        {"recommendation_id": ids[number], "label_id": label_id}
        for number, values in old.items()
        for label_id in values["labels"]
    ]
    if states:
        ctx.session.execute(insert(cast("Table", RecommendingState.__table__)), states)
    if labels:
        ctx.session.execute(insert(recommendation_label), labels)
    forget_loaded(ctx)
    moved = [ids[number] for number, values in old.items() if "position" in values["changed"]]
    told = select(PositionChange.recommendation_id).where(
        PositionChange.recommendation_id.in_(moved), PositionChange.batch_id.is_(None)
    )
    tell_positions(ctx, list(ctx.session.scalars(told.distinct())))


def _search_text(number: str, values: dict[str, Any], names: dict[int, str]) -> str:
    states = " ".join(state_name(code) if code else name for name, code in values["states"])
    labels = " ".join(names[label_id] for label_id in values["labels"])
    return fold(f"{number} {values['text']} {states} {labels}")


def _remove_created(ctx: Ctx, batch: ImportBatch) -> None:
    created = _created(batch)
    for row in [r for r in ctx.session.identity_map.values() if isinstance(r, Recommendation)]:
        if row.batch_id == batch.id:
            ctx.session.expunge(row)
    for table in (cast("Table", RecommendingState.__table__), recommendation_label):
        ctx.session.execute(delete(table).where(table.c.recommendation_id.in_(created)))
    ctx.session.execute(delete(_RECOMMENDATION).where(_RECOMMENDATION.c.batch_id == batch.id))


def _remove_labels(ctx: Ctx, label_ids: list[int]) -> None:
    if not label_ids:
        return
    used = select(recommendation_label.c.label_id)
    ctx.session.execute(
        delete(cast("Table", Label.__table__)).where(Label.id.in_(label_ids), Label.id.not_in(used))
    )
