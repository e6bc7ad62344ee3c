"""A filled-in sheet comes back: a dry run that names each wrong row, then all of it or nothing.

What is taken becomes drafts of the focal point, as if typed into the pages; nothing is sent for
sign-off by it. The same file twice changes nothing the second time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nmrf import access
from nmrf.accounts.models import Institution
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Conflict, Invalid
from nmrf.core.i18n import _, gettext
from nmrf.cycles import inputs
from nmrf.files.sheets import Line, sheets_of_xlsx
from nmrf.updates import queries
from nmrf.updates.answers import save_update, statuses, why_not_writable
from nmrf.updates.models import Round, Update, UpdateSnapshot
from nmrf.updates.sheets import COLUMNS, FILLED_IN, KEY, NARRATIVE, NO_CHANGE, NUMBER, STATUS

MOST_ROWS = 3_000
_YES = frozenset({"yes", "y", "x", "1", "true"})


@dataclass(frozen=True)
class Wrong:
    """What is wrong in a row, counted as Excel counts."""

    row: int
    number: str
    sentence: str


@dataclass(frozen=True)
class Change:
    """An update that the sheet would change, and how."""

    row: int
    update: Update
    lock: int
    status: str
    narrative: str
    no_change: bool


@dataclass(frozen=True)
class Reading:
    """What a sheet would do. Nothing has been written."""

    changes: list[Change]
    wrong: list[Wrong]
    unchanged: int


def read_sheet(
    ctx: Ctx,
    round: Round,  # noqa: A002
    institution: Institution,
    data: bytes,
    name: str,
) -> Reading:
    """The dry run of a filled-in sheet.

    Raises:
        Refused: unless the actor is a focal point of the institution.
        BadFile: when it is no sheet of this service; `place` is its name.
    """
    access.require(ctx.actor, "updates.fill_in", institution)
    rows = _rows(data, name)
    updates = queries.of_institution(ctx.session, round.id, institution.id)
    reader = _Reader(ctx, updates)
    changes: list[Change] = []
    wrong: list[Wrong] = []
    for place, cells in rows:
        try:
            change = reader.change(place, cells)
        except Invalid as problem:
            wrong.append(Wrong(place, cells[NUMBER], problem.message))
            continue
        if change is not None:
            changes.append(change)
    return Reading(changes, wrong, len(rows) - len(changes) - len(wrong))


def take_sheet(
    ctx: Ctx,
    round: Round,  # noqa: A002
    institution: Institution,
    data: bytes,
    name: str,
) -> int:
    """Save all that a sheet changes as drafts; gives how many. The caller commits.

    Raises:
        Conflict: when a row is wrong, or nothing would change. Nothing is written then.
        Refused, BadFile: as `read_sheet` does.
    """
    reading = read_sheet(ctx, round, institution, data, name)
    if reading.wrong:
        raise Conflict(
            _(
                "Nothing was taken: correct the rows that are named below, and upload the file "
                "again."
            )
        )
    if not reading.changes:
        raise Conflict(_("The sheet changes nothing: all of it is here already."))
    for one in reading.changes:
        save_update(
            ctx,
            one.update,
            status=one.status,
            narrative=one.narrative,
            no_change=one.no_change,
            lock=one.lock,
        )
    events.record(
        ctx, "round.sheet_taken", round, institution=institution.id, updates=len(reading.changes)
    )
    return len(reading.changes)


Row = tuple[int, dict[str, str]]


def _rows(data: bytes, name: str) -> list[Row]:
    """The rows below the hidden row of names, with their place as Excel counts."""
    for sheet in sheets_of_xlsx(data, name, most_rows=MOST_ROWS):
        for at, line in enumerate(sheet.lines):
            if {KEY, *FILLED_IN, NUMBER} <= set(line.texts):
                places = {c: line.texts.index(c) for c in COLUMNS if c in line.texts}
                return [
                    (row.number, cells)
                    for row in sheet.lines[at + 2 :]  # below the names stand the headings
                    if any((cells := _cells(row, places)).values())
                ]
    raise BadFile(
        _(
            "This is not a sheet of this round: the hidden row with the names of its columns is "
            "missing. Download the sheet, and fill that one in."
        ),
        place=name,
    )


def _cells(row: Line, places: Mapping[str, int]) -> dict[str, str]:
    return {
        column: row.texts[at].replace("_x000D_", "") if at < len(row.texts) else ""
        for column, at in places.items()
    }


class _Reader:
    """Compares rows with what is stored; knows which rows it has seen."""

    def __init__(self, ctx: Ctx, updates: list[Update]) -> None:
        self._ctx = ctx
        self._by_id = {one.id: one for one in updates}
        self._by_number = {one.recommendation.number: one for one in updates}
        self._last = queries.last_reported_of(ctx.session, updates)
        self._codes = {}
        for term in statuses(ctx).terms:
            for word in (term.code, term.label, gettext(term.label)):
                self._codes[word.casefold()] = term.code
        self._yes = _YES | {_("yes").casefold()}
        self._seen: dict[int, int] = {}

    def change(self, place: int, cells: dict[str, str]) -> Change | None:
        """What a row would change; None for nothing. Raises `Invalid` with a sentence."""
        update, lock = self._find(cells)
        if update.id in self._seen:
            raise Invalid(
                _("This recommendation stands in row %(n)s already.", n=self._seen[update.id])
            )
        self._seen[update.id] = place
        status = self._status(cells[STATUS])
        narrative = inputs.prose(cells[NARRATIVE], NARRATIVE)
        no_change = self._no_change(cells[NO_CHANGE])
        last = self._last.get(update.id)
        if no_change:
            status, narrative = self._as_last(last, status, narrative, update)
        now = (update.status, update.narrative, update.no_change)
        if (status, narrative, no_change) == now:
            return None
        if not (status or narrative) and now == ("", "", False):
            return None
        if reason := why_not_writable(self._ctx, update):
            raise Invalid(reason)
        if lock != update.lock:
            raise Invalid(
                _(
                    "Somebody has changed this update since the sheet was downloaded. Look at it "
                    "in the service, or download the sheet again."
                )
            )
        return Change(place, update, lock, status, narrative, no_change)

    def _find(self, cells: dict[str, str]) -> tuple[Update, int]:
        key, number = cells[KEY], cells[NUMBER]
        id_, _colon, lock = key.partition(":")
        if id_.isascii() and id_.isdigit() and lock.isascii() and lock.isdigit():
            update = self._by_id.get(int(id_))
            if update is not None and update.recommendation.number == number:
                return update, int(lock)
            if update is not None:
                raise Invalid(
                    _(
                        "The number of this row was changed; it was %(n)s.",
                        n=update.recommendation.number,
                    )
                )
        elif number in self._by_number:
            raise Invalid(
                _("The hidden first cell of this row is missing. Download the sheet again.")
            )
        raise Invalid(_("Nothing is asked of your institution under this number in this round."))

    def _status(self, words: str) -> str:
        if not words:
            return ""
        code = self._codes.get(words.casefold())
        if code is None:
            raise Invalid(_("“%(words)s” is none of the statuses of the list.", words=words[:80]))
        return code

    def _no_change(self, words: str) -> bool:
        if words and words.casefold() not in self._yes:
            raise Invalid(
                _("Under “No change” stands “%(words)s”: write yes, or nothing.", words=words[:80])
            )
        return bool(words)

    def _as_last(
        self, last: UpdateSnapshot | None, status: str, narrative: str, update: Update
    ) -> tuple[str, str]:
        if last is None:
            raise Invalid(_("Nothing was reported before, so “no change” says nothing. Write."))
        there = {(last.status, last.narrative), (update.status, update.narrative), ("", "")}
        if (status, narrative) not in there and (status or last.status, narrative) not in there:
            raise Invalid(_("Say “no change”, or write: this row does both."))
        return last.status, last.narrative
