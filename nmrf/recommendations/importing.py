"""Import of a list of recommendations: a dry run first, then all or nothing in one transaction.

The same file again changes nothing; a later list updates by (cycle, number) and deletes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from sqlalchemy import select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, Invalid
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.cycles import planning
from nmrf.cycles.models import Cycle
from nmrf.definitions import load
from nmrf.files import service as files
from nmrf.files.models import StoredFile
from nmrf.recommendations.import_plan import Plan, make_plan
from nmrf.recommendations.import_reading import KINDS, ListKind, kind_of_list, read_list
from nmrf.recommendations.import_writing import write
from nmrf.recommendations.matrix_records import Doubt, Matrix, MatrixCounts
from nmrf.recommendations.models import ImportBatch
from nmrf.recommendations.reviews import Review
from nmrf.recommendations.states_names import state_name

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
    review: Review | None = None,
) -> Preview:
    """The dry run of an import. `cycle` is None where the command line would create it.

    `review` says then of which State and session that would be.

    Raises:
        Refused: unless the actor is of the secretariat.
        BadFile: when the file is no list of recommendations; `place` is its name.
    """
    access.require(ctx.actor, "recommendation.import")
    if cycle is not None:
        review = Review(cycle.state, cycle.session)
    matrix = read_list(data, files.clean_name(name), review)
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
        BadFile: when the file is unsound or of a kind that no list comes in; `place` is its name.
    """
    access.require(ctx.actor, "recommendation.import")
    name = _true_name(files.clean_name(name), kind_of_list(data, name))
    kept = find_file(ctx, hashlib.sha256(data).hexdigest())
    if kept is not None and files.path_of(ctx, kept.sha256).exists():
        return kept
    return files.store(
        ctx,
        data,
        name,
        visibility=Visibility.GOVERNMENT,
        kinds=frozenset(KINDS),
        keep_metadata=True,
    )


def _true_name(name: str, kind: ListKind) -> str:
    """A name that says what a text file is: an export comes as .txt, or without an ending."""
    path = PurePath(name)
    text = kind in ("csv", "json") and path.suffix.casefold() in (".txt", ".csv", ".json")
    return f"{path.stem}.{kind}" if text or not path.suffix else name


def find_file(ctx: Ctx, sha256: str) -> StoredFile | None:
    """The kept list with this hash, if there is one."""
    return ctx.session.scalar(
        select(StoredFile)
        .where(
            StoredFile.sha256 == sha256,
            StoredFile.kind.in_(KINDS),
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
    positions_on: date | None = None,
) -> Applied:
    """Import a list into a cycle: bulk statements, one event, one batch that can be taken back.

    With `overwrite_positions` the list wins over positions that the secretariat entered.
    `positions_on` is the day on which its positions were taken; see `position_days` for None.

    Raises:
        Refused: unless the actor is of the secretariat.
        Conflict: when the cycle is closed.
        Invalid: when the positions' day is to come.
        BadFile: when the file is no list of recommendations; `place` is its name.
    """
    seen = preview(ctx, cycle, data, name, overwrite_positions=overwrite_positions)
    if cycle.closed:
        raise Conflict(_("This cycle is closed. Open it again before you import a list."))
    if positions_on is not None and positions_on > ctx.today:
        raise Invalid(_("This day has not come yet."), place="positions_on")
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
    days = position_days(ctx, cycle)
    if positions_on is not None:
        days = dict.fromkeys(days, positions_on)
    write(ctx, cycle, batch, plan, days)
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


def position_days(ctx: Ctx, cycle: Cycle) -> dict[bool, date]:
    """When a position counts as taken, by whether an addendum names it.

    In the addendum: with the adoption of the outcome by the Council at the latest; in the report:
    with its adoption in the Working Group (HRC resolution 5/1, annex, ¶26–32). Today, where that
    day is not known or has not come yet.
    """
    known = planning.facts(ctx.house, cycle.state, cycle.session, cycle.number, cycle.facts).dates
    report = known.get("wg_adoption") or known.get("session_end")
    days = {True: known.get("plenary"), False: report}
    return {
        addendum: day.on if day is not None and day.on <= ctx.today else ctx.today
        for addendum, day in days.items()
    }
