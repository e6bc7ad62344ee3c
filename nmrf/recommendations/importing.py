"""Import of a list of recommendations: a dry run first, then all or nothing in one transaction.

The same file again changes nothing; a later list updates by (cycle, number) and deletes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.core.search import fold
from nmrf.cycles import planning
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.files import service as files
from nmrf.files.models import StoredFile
from nmrf.recommendations.import_plan import Entry, Plan, Term, Update, make_plan
from nmrf.recommendations.matrix import read_matrix
from nmrf.recommendations.matrix_records import Doubt, Matrix, MatrixCounts
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
_DOUBTS_KEPT = 500


@dataclass(frozen=True)
class Preview:
    """What a file holds and what its import would do. Nothing has been written.

    `warnings` say that the file names another State or session than the cycle's.
    """

    name: str
    sha256: str
    matrix: Matrix
    plan: Plan
    warnings: tuple[str, ...]

    @property
    def counts(self) -> MatrixCounts:
        return self.matrix.counts()

    @property
    def doubts(self) -> list[Doubt]:
        return self.plan.doubts

    @property
    def changes_nothing(self) -> bool:
        return not self.plan.created and not self.plan.updated

    def numbers(self) -> dict[str, Any]:
        """The counts of the file and of its import, as the batch keeps them."""
        return {
            **asdict(self.counts),
            "doubtful": len(self.doubts),
            "created": len(self.plan.created),
            "updated": len(self.plan.updated),
            "unchanged": len(self.plan.unchanged),
            "missing": self.plan.missing,
        }


@dataclass(frozen=True)
class Applied:
    """An import that was done; `batch` is None when the file changed nothing."""

    preview: Preview
    batch: ImportBatch | None


def preview(
    ctx: Ctx,
    cycle: Cycle | None,
    data: bytes,
    name: str,
    *,
    overwrite_positions: bool = False,
) -> Preview:
    """The dry run of an import. `cycle` is None where the command line would create it.

    Raises:
        Refused: unless the actor is of the secretariat.
        BadFile: when the file is no list of recommendations; `place` is its name.
    """
    access.require(ctx.actor, "recommendation.import")
    matrix = read_matrix(data, files.clean_name(name))
    goals = load(ctx.house.settings.workflows).vocabularies["sdgs"]
    plan = make_plan(ctx.session, cycle, matrix, goals, overwrite_positions=overwrite_positions)
    return Preview(
        name=files.clean_name(name),
        sha256=hashlib.sha256(data).hexdigest(),
        matrix=matrix,
        plan=plan,
        warnings=mismatches(matrix, cycle.state, cycle.session) if cycle is not None else (),
    )


def mismatches(matrix: Matrix, state: str, session: int) -> tuple[str, ...]:
    """Warnings that the list's title names another State or session than these."""
    found = []
    named = matrix.state_named
    if named is not None and named.code != state:
        found.append(
            _(
                "The file says that it is about %(file)s, but this cycle is of %(cycle)s.",
                file=state_name(named.code) if named.code else named.name,
                cycle=state_name(state),
            )
        )
    if matrix.session_named is not None and matrix.session_named != session:
        found.append(
            _(
                "The file says that it is of session %(file)s, but this cycle is reviewed in "
                "session %(cycle)s.",
                file=matrix.session_named,
                cycle=session,
            )
        )
    return tuple(found)


def keep_file(ctx: Ctx, data: bytes, name: str) -> StoredFile:
    """Keep an uploaded list, byte by byte as it came, under its hash; once for the same bytes.

    Raises:
        Refused: unless the actor is of the secretariat.
        BadFile: when the file is no sound Word file; `place` is its name.
    """
    access.require(ctx.actor, "recommendation.import")
    kept = find_file(ctx, hashlib.sha256(data).hexdigest())
    if kept is not None and files.path_of(ctx, kept.sha256).exists():
        return kept
    return files.store(
        ctx,
        data,
        name,
        visibility=Visibility.GOVERNMENT,
        kinds=frozenset({"docx"}),
        keep_metadata=True,
    )


def find_file(ctx: Ctx, sha256: str) -> StoredFile | None:
    """The kept list with this hash, if there is one."""
    return ctx.session.scalar(
        select(StoredFile)
        .where(
            StoredFile.sha256 == sha256,
            StoredFile.kind == "docx",
            StoredFile.visibility == Visibility.GOVERNMENT,
            StoredFile.institution_id.is_(None),
        )
        .order_by(StoredFile.id.desc())
        .limit(1)
    )


def apply(
    ctx: Ctx,
    cycle: Cycle,
    data: bytes,
    name: str,
    *,
    overwrite_positions: bool = False,
) -> Applied:
    """Import a list into a cycle: bulk statements, one event, one batch that can be taken back.

    With `overwrite_positions` the list wins over positions that the secretariat entered.

    Raises:
        Refused: unless the actor is of the secretariat.
        Conflict: when the cycle is closed.
        BadFile: when the file is no list of recommendations; `place` is its name.
    """
    seen = preview(ctx, cycle, data, name, overwrite_positions=overwrite_positions)
    if cycle.closed:
        raise Conflict(_("This cycle is closed. Open it again before you import a list."))
    if seen.changes_nothing:
        return Applied(seen, None)
    plan = seen.plan
    file = keep_file(ctx, data, name)
    ctx.session.flush()
    batch = ImportBatch(
        cycle_id=cycle.id,
        file_id=file.id,
        file_name=seen.name,
        sha256=seen.sha256,
        counts=seen.numbers(),
        doubts=[asdict(doubt) for doubt in seen.doubts[:_DOUBTS_KEPT]],
        undo={},
        applied_at=ctx.now,
        applied_by_id=ctx.actor.id,
    )
    ctx.session.add(batch)
    ctx.session.flush()
    _write(ctx, cycle, batch, plan)
    events.record(
        ctx,
        "recommendations.imported",
        batch,
        created=len(plan.created),
        updated=len(plan.updated),
        unchanged=len(plan.unchanged),
        sha256=seen.sha256,
    )
    return Applied(seen, batch)


def _write(ctx: Ctx, cycle: Cycle, batch: ImportBatch, plan: Plan) -> None:
    entries = [*plan.created, *(update.new for update in plan.updated)]
    labels, new_labels = _labels(ctx, entries)
    batch.undo = {
        "created": [entry.number for entry in plan.created],
        "updated": {one.new.number: _old_values(one, labels) for one in plan.updated},
        "labels": sorted(new_labels),
    }
    if plan.created:
        _create(ctx, cycle, batch, plan.created, labels)
    if plan.updated:
        _update(ctx, batch, cycle, plan.updated, labels)


def _labels(ctx: Ctx, entries: Sequence[Entry]) -> tuple[dict[tuple[str, str, str], int], set[int]]:
    """The ids of all labels by key, and of those that had to be made."""

    def read() -> dict[tuple[str, str, str], int]:
        rows = ctx.session.execute(select(Label.id, Label.scheme, Label.code, Label.name))
        found: dict[tuple[str, str, str], int] = {}
        for id_, scheme, code, name in rows:
            found.setdefault(Term(scheme, code, name).key, id_)
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
) -> None:
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
        )
        .tuples()
        .all()
    )
    _add_states(ctx, ((ids[entry.number], entry) for entry in entries))
    _add_labels(ctx, ((ids[entry.number], entry) for entry in entries), labels)
    positioned = [e for e in entries if e.stand.position != Position.PENDING]
    _add_positions(ctx, batch, cycle, [(ids[e.number], e) for e in positioned])


def _update(
    ctx: Ctx,
    batch: ImportBatch,
    cycle: Cycle,
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
    moved = [(one.old.id, one.new) for one in updates if one.changes_any("position")]
    _add_positions(ctx, batch, cycle, moved)
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
    ctx: Ctx, batch: ImportBatch, cycle: Cycle, entries: Sequence[tuple[int, Entry]]
) -> None:
    if not entries:
        return
    days = position_days(ctx, cycle)
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


def position_days(ctx: Ctx, cycle: Cycle) -> dict[bool, date]:
    """When a position counts as taken, by whether an addendum names it.

    In the addendum: with the adoption of the outcome by the Council at the latest; in the report:
    with its adoption in the Working Group (HRC resolution 5/1, annex, ¶26–32). Today, where that
    day is not known or has not come yet.
    """
    known = planning.facts(ctx.house, cycle.state, cycle.session, cycle.number, cycle.facts).dates
    days = {True: known.get("plenary"), False: known.get("wg_adoption")}
    return {
        addendum: day.on if day is not None and day.on <= ctx.today else ctx.today
        for addendum, day in days.items()
    }


def forget_loaded(ctx: Ctx) -> None:
    """Let recommendations that were loaded before a bulk change be read again."""
    for row in ctx.session.identity_map.values():
        if isinstance(row, Recommendation):
            ctx.session.expire(row)
