"""`nmrf import matrix`: a list of recommendations from the command line, in one call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import planning
from nmrf.cycles.models import Cycle
from nmrf.cycles.service import create_cycle
from nmrf.recommendations import importing
from nmrf.recommendations.import_reading import check_size
from nmrf.recommendations.importing import Preview
from nmrf.recommendations.reviews import Review, cycle_number
from nmrf.recommendations.states_names import all_states


def import_matrix_file(
    ctx: Ctx, path: Path, *, state: str, session: int, dry_run: bool = False
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Import a list into the cycle of a State and session, which is made where there is none.

    The list is OHCHR's Word file, a spreadsheet, or an export of the index of human rights.
    Gives the counts and doubts as the command prints them, and warnings. With `dry_run` nothing is
    written, no cycle either. The caller commits.

    Raises:
        BadFile: when the file cannot be read or is no list of recommendations.
        Invalid: for a State or session that cannot be.
    """
    try:
        check_size(path.stat().st_size, path.name)
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(_("There is no such file, or it cannot be read."), place=path) from error
    state = state.upper()
    if state not in {known.code for known in all_states()}:
        raise Invalid(
            _("There is no State with the code %(code)s; write it as in SVN.", code=state),
            place="--state",
        )
    cycle = ctx.session.scalar(select(Cycle).where(Cycle.state == state, Cycle.session == session))
    # A bad file is refused before a cycle is made for it.
    seen = importing.preview(ctx, cycle, data, path.name, review=Review(state, session))
    warnings = importing.mismatches(seen.matrix, state, session)
    if dry_run:
        return report(seen), warnings
    if cycle is None:
        number = planning.definitions(ctx.house).sessions.cycles.get(session)
        number = number or seen.matrix.cycle_named or cycle_number(session)
        cycle = create_cycle(ctx, session=session, state=state, number=number)
        ctx.session.flush()
    return report(importing.apply(ctx, cycle, data, path.name).preview), warnings


def report(seen: Preview) -> dict[str, Any]:
    """What the command prints: counts, and every doubt with row, cell and reason."""
    counts = seen.counts
    return {
        "recommendations": counts.recommendations,
        "supported": counts.supported,
        "noted": counts.noted,
        "supported_noted": counts.supported_noted,
        "pending": counts.pending,
        "themes": counts.themes,
        "recommending_states": counts.recommending_states,
        "doubtful": [
            {"row": doubt.row, "cell": doubt.cell, "reason": doubt.reason} for doubt in seen.doubts
        ],
        "created": len(seen.plan.created),
        "updated": len(seen.plan.updated),
        "unchanged": len(seen.plan.unchanged),
    }


def summary(result: dict[str, Any], *, dry_run: bool) -> list[str]:
    """The same for people, line by line."""
    positions = ", ".join(
        f"{result[name]} {words}"
        for name, words in (
            ("supported", _("supported")),
            ("noted", _("noted")),
            ("supported_noted", _("supported/noted")),
            ("pending", _("without a position")),
        )
        if result[name]
    )
    done = _("Would be") if dry_run else _("Done")
    lines = [
        _(
            "%(n)s recommendations of %(states)s States under %(themes)s headings: %(positions)s.",
            n=result["recommendations"],
            states=result["recommending_states"],
            themes=result["themes"],
            positions=positions,
        ),
        _(
            "%(done)s: %(created)s new, %(updated)s changed, %(unchanged)s unchanged.",
            done=done,
            created=result["created"],
            updated=result["updated"],
            unchanged=result["unchanged"],
        ),
    ]
    for doubt in result["doubtful"]:
        row = _("row %(n)s", n=doubt["row"]) if doubt["row"] is not None else _("file")
        place = f"{row}, {doubt['cell']}" if doubt["cell"] else row
        lines.append(_("Doubtful: %(place)s: %(reason)s", place=place, reason=doubt["reason"]))
    return lines
