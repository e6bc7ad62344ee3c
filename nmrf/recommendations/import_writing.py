"""Writing a planned import: a few bulk statements, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.search import fold
from nmrf.cycles.models import Cycle
from nmrf.recommendations.import_plan import Entry, Plan, Update, term_of
from nmrf.recommendations.models import (
    ImportBatch,
    Label,
    Position,
    PositionChange,
    Recommendation,
    RecommendingState,
    recommendation_label,
)
from nmrf.recommendations.numbers import sort_key
from nmrf.recommendations.states_names import state_name

_RECOMMENDATION = cast("Table", Recommendation.__table__)
_STATE = cast("Table", RecommendingState.__table__)
_LABEL = cast("Table", Label.__table__)
_POSITION = cast("Table", PositionChange.__table__)


def write(ctx: Ctx, cycle: Cycle, batch: ImportBatch, plan: Plan, days: dict[bool, date]) -> None:
    """Write a plan, and into the batch what each row was before.

    `days` says when positions count as taken, by whether an addendum names them.
    """
    entries = [*plan.created, *(update.new for update in plan.updated)]
    labels, new_labels = _labels(ctx, entries)
    batch.undo = {
        "created": [entry.number for entry in plan.created],
        "updated": {one.new.number: _old_values(one, labels) for one in plan.updated},
        "labels": sorted(new_labels),
    }
    if plan.created:
        ids = _create(ctx, cycle, batch, plan.created, labels)
        positioned = [e for e in plan.created if e.stand.position != Position.PENDING]
        _add_positions(ctx, batch, [(ids[e.number], e) for e in positioned], days)
    if plan.updated:
        _update(ctx, plan.updated, labels)
        moved = [u for u in plan.updated if u.changes_any("position")]
        _add_positions(ctx, batch, [(u.old.id, u.new) for u in moved], days)
        tell_positions(ctx, [u.old.id for u in moved if u.old.told])


def _labels(ctx: Ctx, entries: Sequence[Entry]) -> tuple[dict[tuple[str, str, str], int], set[int]]:
    """The ids of all labels by key, and of those that had to be made."""

    def read() -> dict[tuple[str, str, str], int]:
        rows = ctx.session.execute(select(Label.id, Label.scheme, Label.code, Label.name))
        found: dict[tuple[str, str, str], int] = {}
        for id_, scheme, code, name in rows:
            found.setdefault(term_of(scheme, code, name).key, id_)
        return found

    known = read()
    wanted = {term.key: term for entry in entries for term in entry.terms}
    new = [
        {"scheme": term.scheme, "code": term.code, "name": term.name}
        for key, term in wanted.items()
        if key not in known
    ]
    if not new:
        return known, set()
    ctx.session.execute(insert(_LABEL), new)
    after = read()
    return after, set(after.values()) - set(known.values())


def _old_values(one: Update, labels: dict[tuple[str, str, str], int]) -> dict[str, Any]:
    old = one.old
    return {
        "text": old.text,
        "parts": old.parts,
        "theme_heading": old.theme_heading,
        "states": [list(state) for state in old.states],
        "labels": [labels[term.key] for term in old.terms],
        "position": old.stand.position.value,
        "position_symbol": old.stand.symbol,
        "position_paragraph": old.stand.paragraph,
        "national_position": old.national_position,
        "justification": old.justification,
        "changed": [change.field for change in one.changes],
    }


def search_text(entry: Entry) -> str:
    """The words by which a recommendation is found."""
    states = " ".join(state_name(code) if code else name for name, code in entry.states)
    terms = " ".join(term.words for term in entry.terms)
    return fold(f"{entry.number} {entry.text} {states} {terms}")


def _create(
    ctx: Ctx,
    cycle: Cycle,
    batch: ImportBatch,
    entries: Sequence[Entry],
    labels: dict[tuple[str, str, str], int],
) -> dict[str, int]:
    ctx.session.execute(
        insert(_RECOMMENDATION),
        [
            {
                "cycle_id": cycle.id,
                "batch_id": batch.id,
                "number": entry.number,
                "sort_key": sort_key(entry.number),
                "national_position": "",
                "justification": "",
                "status": "",
                "needs_parliament": False,
                "lock": 1,
                **_columns(entry),
            }
            for entry in entries
        ],
    )
    ids = dict(
        ctx.session.execute(
            select(Recommendation.number, Recommendation.id).where(
                Recommendation.batch_id == batch.id
            )
        ).all()
    )
    _add_states(ctx, ((ids[entry.number], entry) for entry in entries))
    _add_labels(ctx, ((ids[entry.number], entry) for entry in entries), labels)
    return ids


def _update(
    ctx: Ctx,
    updates: Sequence[Update],
    labels: dict[tuple[str, str, str], int],
) -> None:
    named: dict[str, Any] = {
        **{name: bindparam(f"to_{name}") for name in _columns(updates[0].new)},
        "national_position": bindparam("to_national_position"),
        "justification": bindparam("to_justification"),
    }
    ctx.session.connection().execute(
        update(_RECOMMENDATION)
        .where(_RECOMMENDATION.c.id == bindparam("of"))
        .values({**named, "lock": _RECOMMENDATION.c.lock + 1}),
        [
            {
                "of": one.old.id,
                "to_national_position": one.new.national_position,
                "to_justification": one.new.justification,
                **{f"to_{name}": value for name, value in _columns(one.new).items()},
            }
            for one in updates
        ],
    )
    stated = [one for one in updates if one.changes_any("states")]
    if stated:
        ids = [one.old.id for one in stated]
        ctx.session.execute(delete(_STATE).where(_STATE.c.recommendation_id.in_(ids)))
        _add_states(ctx, ((one.old.id, one.new) for one in stated))
    labelled = [one for one in updates if one.changes_any("themes", "persons", "sdgs")]
    if labelled:
        ids = [one.old.id for one in labelled]
        ctx.session.execute(
            delete(recommendation_label).where(recommendation_label.c.recommendation_id.in_(ids))
        )
        _add_labels(ctx, ((one.old.id, one.new) for one in labelled), labels)
    forget_loaded(ctx)


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "text": entry.text,
        "parts": entry.parts,
        "theme_heading": entry.theme_heading,
        "position": entry.stand.position,
        "position_symbol": entry.stand.symbol,
        "position_paragraph": entry.stand.paragraph,
        "search_text": search_text(entry),
    }


def _add_states(ctx: Ctx, entries: Iterable[tuple[int, Entry]]) -> None:
    rows = [
        {"recommendation_id": id_, "place": place, "name": name, "code": code}
        for id_, entry in entries
        for place, (name, code) in enumerate(entry.states)
    ]
    if rows:
        ctx.session.execute(insert(_STATE), rows)


def _add_labels(
    ctx: Ctx,
    entries: Iterable[tuple[int, Entry]],
    labels: dict[tuple[str, str, str], int],
) -> None:
    rows = [
        {"recommendation_id": id_, "label_id": label_id}
        for id_, entry in entries
        for label_id in dict.fromkeys(labels[term.key] for term in entry.terms)
    ]
    if rows:
        ctx.session.execute(insert(recommendation_label), rows)


def _add_positions(
    ctx: Ctx,
    batch: ImportBatch,
    entries: Sequence[tuple[int, Entry]],
    days: dict[bool, date],
) -> None:
    if not entries:
        return
    ctx.session.execute(
        insert(_POSITION),
        [
            {
                "recommendation_id": id_,
                "position": entry.stand.position,
                "national_position": entry.national_position,
                "symbol": entry.stand.symbol,
                "paragraph": entry.stand.paragraph,
                "justification": entry.justification,
                "on": days["/Add." in entry.stand.symbol],
                "recorded_at": ctx.now,
                "recorded_by_id": ctx.actor.id,
                "batch_id": batch.id,
            }
            for id_, entry in entries
        ],
    )


def tell_positions(ctx: Ctx, ids: Sequence[int]) -> None:
    """Record the positions that a bulk change gave to recommendations known to the record.

    An import is one event; but where somebody entered a position, the record tells of it, and has
    to tell of the next one.
    """
    if not ids:
        return
    forget_loaded(ctx)
    for row in ctx.session.scalars(select(Recommendation).where(Recommendation.id.in_(ids))):
        events.record(
            ctx,
            "recommendation.positioned",
            row,
            position=row.position.value,
            symbol=row.position_symbol,
            paragraph=row.position_paragraph,
        )


def forget_loaded(ctx: Ctx) -> None:
    """Let recommendations that were loaded before a bulk change be read again."""
    for row in ctx.session.identity_map.values():
        if isinstance(row, Recommendation):
            ctx.session.expire(row)
