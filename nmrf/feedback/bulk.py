"""Many comments in one spreadsheet, filled in without a network: one row for each comment.

The file is read in memory and never kept: it may say who wrote it. All of its rows are taken, or
none. Whoever sends it is not the author of its rows; an anonymous row has none, as always.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from nmrf import access
from nmrf.core import i18n
from nmrf.core.ctx import Ctx
from nmrf.core.errors import BadFile, Invalid, ProblemError
from nmrf.core.i18n import Lazy, _, _l
from nmrf.feedback import linter, posting
from nmrf.feedback.models import Channel, CommentWindow, Mode
from nmrf.feedback.posting import Receipt
from nmrf.files.sheets import Line, sheets_of_xlsx
from nmrf.reports.models import Block

MOST_ROWS = 200
MOST_BYTES = 400_000  # of all rows together; a request of this size is held in memory

COLUMNS: dict[str, Lazy] = {
    "paragraph": _l("Paragraph"),
    "text": _l("Comment"),
    "proposed": _l("Proposed wording"),
    "mode": _l("Known as"),
    "name": _l("Name"),
    "organisation": _l("Organisation"),
    "email": _l("E-mail"),
}
MODE_WORDS: dict[Mode, Lazy] = {
    Mode.PUBLIC: _l("public"),
    Mode.SECRETARIAT: _l("secretariat only"),
    Mode.ANONYMOUS: _l("anonymous"),
}


@dataclass(frozen=True)
class Row:
    """One comment of the file, cleaned. `line` is its row in the sheet, `place` what it is on."""

    line: int
    place: str
    text: str
    proposed: str
    mode: str
    name: str = ""
    organisation: str = ""
    email: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong, in which row and column."""

    line: int
    column: str
    message: str


@dataclass(frozen=True)
class Doubt:
    """A row to look at once more: it may say who wrote it, or a name in it is thrown away."""

    line: int
    message: str


@dataclass(frozen=True)
class DryRun:
    """What a file would do. Nothing has been kept."""

    rows: Sequence[Row]
    faults: Sequence[Fault]
    doubts: Sequence[Doubt]

    @property
    def named(self) -> int:
        """How many rows hold a name that is kept."""
        return sum(row.mode != Mode.ANONYMOUS for row in self.rows)

    @property
    def packed(self) -> str:
        """The rows as they travel through the page to the confirmation."""
        return json.dumps([asdict(row) for row in self.rows], ensure_ascii=False)


def read(ctx: Ctx, window: CommentWindow, data: bytes, name: str) -> DryRun:
    """Read a filled-in template. Faults are told by row and column, all at once.

    Raises `BadFile` when it is no such spreadsheet, or too long.
    """
    access.require(ctx.actor, "comment.upload", window)
    head, *lines = sheets_of_xlsx(data, name)[0].lines or [Line(1, ())]
    places = _columns(ctx, head, name)
    found = [
        (
            line.number,
            {key: line.texts[at] if at < len(line.texts) else "" for key, at in places.items()},
        )
        for line in lines
    ]
    filled = [(line, values) for line, values in found if any(values.values())]
    if not filled:
        raise BadFile(_("There is no comment in it: fill in one row for each."), place=name)
    if len(filled) > MOST_ROWS:
        raise BadFile(
            _(
                "It has %(n)s comments; a file can have %(most)s. Send it in parts.",
                n=len(filled),
                most=MOST_ROWS,
            ),
            place=name,
        )
    run = _check(ctx, window, filled)
    if len(run.packed.encode()) > MOST_BYTES:
        raise BadFile(_("Its texts are too long for one file. Send it in parts."), place=name)
    return run


def send(
    ctx: Ctx,
    window: CommentWindow,
    packed: str,
    *,
    token: str,
    consent: bool = False,
    channel: Channel = Channel.WEB,
) -> list[tuple[Row, Receipt]]:
    """Take all rows of a dry run, each with its receipt. The same token again gives the same.

    `channel` is for the secretariat, who enters them for others.

    Raises `Invalid` when a row is wrong or a person named has not agreed: then none is taken.
    """
    access.require(ctx.actor, "comment.upload", window)
    run = check_packed(ctx, window, packed)
    if run.faults:
        first = run.faults[0]
        raise Invalid(
            _(
                "Row %(n)s, %(column)s: %(why)s",
                n=first.line,
                column=first.column,
                why=first.message,
            )
        )
    if run.named and not consent:
        raise Invalid(
            _("Say that each person named has agreed, or make these rows anonymous."),
            place="consent",
        )
    blocks = _blocks(ctx, window)
    return [
        (row, _take(ctx, window, row, blocks, f"{token}:{row.line}", channel)) for row in run.rows
    ]


def check_packed(ctx: Ctx, window: CommentWindow, packed: str) -> DryRun:
    """The rows that came back through the page, checked again. Raises `Invalid` for other words."""
    return _check(ctx, window, _unpacked(packed))


def _take(
    ctx: Ctx,
    window: CommentWindow,
    row: Row,
    blocks: Mapping[str, Block],
    token: str,
    channel: Channel,
) -> Receipt:
    values: dict[str, Any] = {
        "text": row.text,
        "proposed_text": row.proposed,
        "mode": Mode(row.mode),
        "block": blocks.get(row.place.casefold()),
        "name": row.name,
        "organisation": row.organisation,
        "email": row.email,
        "consent": True,
        "language": i18n.language(),
        "token": token,
    }
    if channel is Channel.WEB:
        return posting.post(ctx, window, **values, own=False)
    return posting.enter(ctx, window, **values, channel=channel)


def _unpacked(packed: str) -> list[tuple[int, dict[str, str]]]:
    keys = ("text", "proposed", "mode", "name", "organisation", "email")
    try:
        return [
            (int(row["line"]), {"paragraph": str(row["place"]), **{k: str(row[k]) for k in keys}})
            for row in json.loads(packed)[:MOST_ROWS]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(_("Upload the file again: what came back of it cannot be read.")) from error


def _columns(ctx: Ctx, head: Line, name: str) -> dict[str, int]:
    """Where each column stands, by its heading in any language of the service."""
    known: dict[str, str] = {}
    for language in ctx.house.settings.languages:
        with i18n.speaking(language):
            known |= {str(label).casefold(): key for key, label in COLUMNS.items()}
    words = [text.casefold() for text in head.texts]
    found = {known[word]: at for at, word in enumerate(words) if word in known}
    missing = [str(label) for key, label in COLUMNS.items() if key not in found]
    if missing:
        raise BadFile(
            _(
                "The first row of the first sheet has no column %(names)s. Use the template, and "
                "leave its first row as it is.",
                names=", ".join(f"“{label}”" for label in missing),
            ),
            place=name,
        )
    return found


def _blocks(ctx: Ctx, window: CommentWindow) -> dict[str, Block]:
    """What can be commented on, by number or by the label of a heading."""
    blocks = ctx.session.scalars(
        select(Block).where(Block.version_id == window.version_id, Block.removed_in.is_(None))
    )
    return {
        str(block.number if block.number is not None else block.label).casefold(): block
        for block in blocks
        if block.number is not None or block.label
    }


def _modes(ctx: Ctx) -> dict[str, Mode]:
    known = {mode.value: mode for mode in Mode}
    for language in ctx.house.settings.languages:
        with i18n.speaking(language):
            known |= {str(label).casefold(): mode for mode, label in MODE_WORDS.items()}
    return known


def _check(
    ctx: Ctx, window: CommentWindow, found: Sequence[tuple[int, Mapping[str, str]]]
) -> DryRun:
    blocks, modes = _blocks(ctx, window), _modes(ctx)
    rows: list[Row] = []
    faults: list[Fault] = []
    doubts: list[Doubt] = []
    for line, values in found:
        wrong = list(_faults(line, values, blocks, modes))
        faults += wrong
        if wrong:
            continue
        mode = modes[values["mode"].casefold()]
        block = blocks.get(values["paragraph"].casefold())
        said = posting.check_words(values["text"], values["proposed"], block)
        named = posting.check_author(
            mode, values["name"], values["organisation"], values["email"], consent=True
        )
        row = Row(
            line,
            values["paragraph"],
            said.text,
            said.proposed,
            mode.value,
            *((named.name, named.organisation, named.email) if named else ()),
        )
        rows.append(row)
        doubts += _doubts(row, values)
    return DryRun(rows, faults, doubts)


def _faults(
    line: int, values: Mapping[str, str], blocks: Mapping[str, Block], modes: Mapping[str, Mode]
) -> Iterator[Fault]:
    place = values["paragraph"].casefold()
    block = blocks.get(place)
    if place and block is None:
        message = _("This version has no paragraph %(n)s.", n=values["paragraph"])
        yield Fault(line, str(COLUMNS["paragraph"]), message)
    mode = modes.get(values["mode"].casefold())
    if mode is None:
        words = ", ".join(str(label) for label in MODE_WORDS.values())
        yield Fault(line, str(COLUMNS["mode"]), _("Write one of these: %(words)s.", words=words))
    columns = {"text": "text", "proposed_text": "proposed"}
    try:
        posting.check_words(values["text"], values["proposed"], block)
    except ProblemError as problem:
        # A wrong paragraph has been told already.
        if block is not None or not place or problem.place == "text":
            key = columns.get(problem.place, "text")
            yield Fault(line, str(COLUMNS[key]), problem.message)
    if mode is None:
        return
    try:
        posting.check_author(
            mode, values["name"], values["organisation"], values["email"], consent=True
        )
    except ProblemError as problem:
        yield Fault(line, str(COLUMNS.get(problem.place, COLUMNS["name"])), problem.message)


def _doubts(row: Row, values: Mapping[str, str]) -> Iterator[Doubt]:
    if row.mode == Mode.PUBLIC:
        return
    kept = (values["name"], values["organisation"], values["email"])
    if row.mode == Mode.ANONYMOUS and any(kept):
        yield Doubt(row.line, _("It is anonymous, so the name in this row is thrown away."))
    for hint in linter.warnings(row.text, [values["name"]]):
        yield Doubt(row.line, f"{hint.message} “{hint.excerpt}”")
