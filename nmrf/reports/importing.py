"""A report from Word: a preview first, then into the draft, keeping who every paragraph is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from nmrf import access
from nmrf.core import events
from nmrf.core.ctx import Ctx
from nmrf.core.errors import Conflict, NotFound
from nmrf.core.i18n import _
from nmrf.core.roles import Visibility
from nmrf.files import service as files
from nmrf.files.checks import Kind
from nmrf.files.models import StoredFile
from nmrf.reports import queries
from nmrf.reports.citations import Citation, find_citation_line, parse_numbers, ranges
from nmrf.reports.comparing import Mark, redline_marks
from nmrf.reports.drafting import take_away
from nmrf.reports.lines import Line, bare_lines
from nmrf.reports.linking import Register, cited_in, link_version, outdated, register_of
from nmrf.reports.matching import Matching, Pairing, match
from nmrf.reports.models import (
    Block,
    BlockKind,
    Fate,
    Paragraph,
    Report,
    ReportVersion,
    block_recommendation,
)
from nmrf.reports.ordering import BLOCK, forget, hold, settle
from nmrf.reports.service import open_next_version
from nmrf.reports.texts import LONGEST_HEADING
from nmrf.reports.word_in import Block as Part
from nmrf.reports.word_in import Outline, open_report
from nmrf.reports.words import count_words

ACCEPTED: frozenset[Kind] = frozenset({"docx"})
_WRITTEN = ("kind", "label", "number", "text", "words")


@dataclass(frozen=True)
class CitationFound:
    """A citation line of the file: under which heading, how many it names, and what in vain."""

    heading: str
    text: str
    resolved: int
    unresolved: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A paragraph of the draft that the file changes; `index` is its place in the file."""

    index: int
    pairing: Pairing
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Preview:
    """What a file holds and what its import would do. Nothing has been written."""

    name: str
    outline: Outline
    limit: int
    citations: tuple[CitationFound, ...]
    matching: Matching
    changes: tuple[Change, ...]
    into: ReportVersion | None  # the draft; None: a new version would be opened
    warnings: tuple[str, ...]

    def count(self, *kinds: str) -> int:
        """How many chapters, sections, paragraphs or citation lines the file has."""
        return sum(block.kind in kinds for block in self.outline.blocks)

    @property
    def over(self) -> int:
        """How many words the body has over the limit."""
        return max(0, self.outline.body_words - self.limit) if self.limit else 0


def keep_file(ctx: Ctx, data: bytes, name: str) -> StoredFile:
    """Keep a Word file between preview and import. Raises `BadFile` when it cannot be read."""
    access.require(ctx.actor, "report.write")
    open_report(data, files.clean_name(name))
    return files.store(
        ctx,
        data,
        name,
        visibility=Visibility.SECRETARIAT,
        # Drafters outside the secretariat must find their own file again.
        institution_id=min(ctx.actor.institution_ids, default=None),
        kinds=ACCEPTED,
    )


def read_file(ctx: Ctx, file_id: int) -> tuple[bytes, str]:
    """The bytes and name of a kept file. Raises `NotFound`."""
    file = ctx.session.get(StoredFile, file_id)
    if file is None or file.kind not in ACCEPTED:
        raise NotFound(_("There is no such file, or it is not open to you."))
    return files.read(ctx, file), file.name


def preview(
    ctx: Ctx, report: Report, data: bytes, name: str, *, apart: Collection[int] = ()
) -> Preview:
    """The dry run. `apart` are indexes of parts that are not what they were taken for.

    Raises:
        Refused: unless the actor writes reports.
        BadFile: when the file cannot be read or holds no paragraph.
    """
    access.require(ctx.actor, "report.write")
    outline = open_report(data, name)
    draft = queries.draft_of(ctx.session, report.id)
    base = draft or queries.newest_version(ctx, report.id)
    lines = bare_lines(ctx.session, base.id) if base else []
    matching = match(lines, outline, apart)
    known = register_of(ctx, report)
    citations = _citations(known, outline)
    return Preview(
        name=name,
        outline=outline,
        limit=report.word_limit,
        citations=tuple(citations),
        matching=matching,
        changes=tuple(_changes(outline, matching)),
        into=draft,
        warnings=(*outline.warnings, *_warnings(outline), *_needs_order(known, citations)),
    )


def _needs_order(known: Register, citations: Sequence[CitationFound]) -> list[str]:
    """What a person is told when bare numbers are cited and nobody said how they are counted."""
    bare = next((n for one in citations for n in one.unresolved if n.isdecimal()), "")
    if not bare or known.running or not known.by_number:
        return []
    return [
        _(
            "The report counts the recommendations itself, as in “%(number)s”, and theirs are of "
            "several paragraphs: %(ranges)s. Write these ranges in the order of the report under "
            "“Title, limit, order of numbers”; then they are found.",
            number=bare,
            ranges=ranges(known.by_number),
        )
    ]


def _citations(known: Register, outline: Outline) -> list[CitationFound]:
    found = []
    heading = ""
    for block in outline.blocks:
        if block.kind in {"chapter", "section", "subsection"}:
            heading = f"{block.label} {block.text}".strip()
            continue
        text = block.text
        if block.kind == "citation":
            citation = find_citation_line(text) or parse_numbers(text)
        else:
            citation = Citation(cited_in(text))
            text = _("paragraph %(n)s", n=block.number) if block.number else text[:80]
        if citation.parts:
            ids, missing = known.resolve(citation)
            found.append(CitationFound(heading, text, len(ids), tuple(missing)))
    return found


def _changes(outline: Outline, matching: Matching) -> list[Change]:
    changes = []
    for pairing in matching.pairings:
        was = pairing.kept or pairing.origin
        text = outline.blocks[pairing.index].text
        if was is not None and was.text != text:
            changes.append(Change(pairing.index, pairing, redline_marks(was.text, text)))
    return changes


def _warnings(outline: Outline) -> list[str]:
    numbers = [block.number for block in outline.of("paragraph") if block.number is not None]
    found = []
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(
            _("The paragraphs are not numbered one by one in the file. They are numbered anew.")
        )
    if any(len(block.text) > LONGEST_HEADING for block in outline.blocks if block.level):
        found.append(_("A heading is longer than a heading may be, and will be cut."))
    return found


def apply(
    ctx: Ctx, report: Report, data: bytes, name: str, *, apart: Collection[int] = ()
) -> ReportVersion:
    """Import the file into the draft, or into a new version when there is no draft.

    A paragraph that is found again keeps its identity, owner, sources and comments; one that is
    gone from an earlier version becomes a tombstone. Gives the draft. Raises as `preview` does.
    """
    access.require(ctx.actor, "report.write")
    outline = open_report(data, name)
    version = _draft(ctx, report)
    hold(ctx, version)
    draft = bare_lines(ctx.session, version.id)
    matching = match(draft, outline, apart)
    placed = _write(ctx, report, version, outline, matching)
    for line in matching.removed:
        take_away(ctx, ctx.session.get_one(Block, line.id))
    for pairing in matching.pairings:
        if pairing.merged and pairing.kept:
            into = ctx.session.get_one(Block, pairing.kept.id)
            for line in pairing.merged:
                take_away(ctx, ctx.session.get_one(Block, line.id), into=into)
    version.notes = {note.label: note.text for note in outline.notes}
    _settle_order(ctx, version, placed, draft, relabel=not _has_labels(outline))
    known = register_of(ctx, report)
    _unlink_outdated(ctx, known, outline, matching)
    unresolved = link_version(ctx, version.id, known)
    events.record(
        ctx,
        "version.imported",
        version,
        blocks=len(outline.blocks),
        removed=len(matching.removed),
        unresolved=len(unresolved),
    )
    return version


def _unlink_outdated(ctx: Ctx, known: Register, outline: Outline, matching: Matching) -> None:
    """Take away what paragraphs cited among their words before, and no longer cite."""
    for pairing in matching.pairings:
        was, now = pairing.kept, outline.blocks[pairing.index].text
        if was is None or was.text == now or was.kind is not BlockKind.PARAGRAPH:
            continue
        if gone := outdated(known, was.text, now):
            ctx.session.execute(
                delete(block_recommendation).where(
                    block_recommendation.c.block_id == was.id,
                    block_recommendation.c.recommendation_id.in_(gone),
                )
            )


def _draft(ctx: Ctx, report: Report) -> ReportVersion:
    draft = queries.draft_of(ctx.session, report.id)
    if draft is not None:
        return draft
    newest = queries.newest_version(ctx, report.id)
    if newest is None:
        raise Conflict(_("This report has no version to go on from."))
    return open_next_version(ctx, newest)


def _write(
    ctx: Ctx, report: Report, version: ReportVersion, outline: Outline, matching: Matching
) -> list[int]:
    """Write every part of the file; gives the ids of their blocks in the order of the file."""
    kept: list[dict[str, Any]] = []
    new = [pairing for pairing in matching.pairings if pairing.kept is None]
    paragraphs = [Paragraph(report_id=report.id) for _pairing in new]
    ctx.session.add_all(paragraphs)
    ctx.session.flush()
    identity = {p.index: row.id for p, row in zip(new, paragraphs, strict=True)}
    owners = _owners(outline, matching)
    has_labels = _has_labels(outline)
    added: list[dict[str, Any]] = []
    for pairing in matching.pairings:
        block = outline.blocks[pairing.index]
        text = block.text if block.kind == "paragraph" else block.text[: LONGEST_HEADING * 3]
        values = {
            "kind": BlockKind(block.kind),
            "label": _label(block, pairing.kept, has_labels=has_labels),
            "number": block.number,
            "text": text,
            "words": count_words(text),
        }
        line = pairing.kept
        if line is None:
            added.append(
                {
                    **values,
                    "version_id": version.id,
                    "paragraph_id": identity[pairing.index],
                    "position": 0,
                    "fate": Fate.NEW,
                    "partner_id": pairing.origin.paragraph_id if pairing.origin else None,
                    "owner_id": owners[pairing.index],
                    "unresolved": [],
                    "edited_by_id": ctx.actor.id,
                    "edited_at": ctx.now,
                }
            )
        elif _differs(line, values):
            kept.append({**values, "key": line.id, "at": ctx.now, "by": ctx.actor.id})
    if added:
        ctx.session.execute(insert(Block), added)
    if kept:
        _rewrite(ctx, kept)
    rows = ctx.session.execute(
        select(Block.paragraph_id, Block.id).where(Block.version_id == version.id)
    )
    new_ids = {row.paragraph_id: row.id for row in rows}
    return [
        pairing.kept.id if pairing.kept else new_ids[identity[pairing.index]]
        for pairing in matching.pairings
    ]


def _label(part: Part, kept: Line | None, *, has_labels: bool) -> str:
    if not part.level or has_labels:
        return part.label[:80]
    return kept.label if kept and kept.label else "?"  # filled in by `settle`


def _differs(line: Line, values: dict[str, Any]) -> bool:
    numbered = (line.number is not None) == (values["number"] is not None)
    same = (line.text, line.kind, line.label) == (values["text"], values["kind"], values["label"])
    return not (same and numbered)


def _rewrite(ctx: Ctx, rows: Sequence[dict[str, Any]]) -> None:
    """One statement; whoever has one of these open in a form will be told when saving."""
    ctx.session.execute(
        BLOCK.update()
        .where(BLOCK.c.id == bindparam("key"))
        .values(
            kind=bindparam("to_kind"),
            label=bindparam("to_label"),
            number=bindparam("to_number"),
            text=bindparam("to_text"),
            words=bindparam("to_words"),
            lock=BLOCK.c.lock + 1,
            edited_at=bindparam("at"),
            edited_by_id=bindparam("by"),
        ),
        [
            {
                "key": row["key"],
                "at": row["at"],
                "by": row["by"],
                **{
                    f"to_{name}": row[name] for name in ("kind", "label", "number", "text", "words")
                },
            }
            for row in rows
        ],
    )
    names = [*_WRITTEN, "lock", "edited_at", "edited_by_id"]
    forget(ctx.session, [row["key"] for row in rows], names)


def _owners(outline: Outline, matching: Matching) -> dict[int, int | None]:
    """New paragraphs belong to whom their heading belonged."""
    owners: dict[int, int | None] = {}
    owner: int | None = None
    for pairing in matching.pairings:
        if outline.blocks[pairing.index].level:
            owner = pairing.kept.owner_id if pairing.kept else None
        owners[pairing.index] = owner
    return owners


def _has_labels(outline: Outline) -> bool:
    """Whether the headings of the file are numbered; where none is, they are given labels."""
    return any(block.label for block in outline.blocks if block.level)


def _settle_order(
    ctx: Ctx,
    version: ReportVersion,
    placed: Sequence[int],
    draft: Sequence[Line],
    *,
    relabel: bool,
) -> None:
    """The order of the file; tombstones stand behind what they stood behind."""
    ctx.session.flush()
    now = {line.id: line for line in bare_lines(ctx.session, version.id)}
    in_file = set(placed)
    behind: dict[int | None, list[Line]] = {}
    last: int | None = None
    for line in draft:
        if line.id in in_file:
            last = line.id
        elif line.id in now:
            behind.setdefault(last, []).append(now[line.id])
    order = list(behind.get(None, []))
    for block_id in placed:
        order += [now[block_id], *behind.get(block_id, [])]
    settle(ctx, version, order, relabel=relabel)
