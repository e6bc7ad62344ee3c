"""One box over all that can be read: each kind of thing through its own filter of visibility."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import regex
from sqlalchemy import select

from nmrf.consultations.models import Consultation
from nmrf.consultations.queries import visible as visible_consultations
from nmrf.core.ctx import Ctx
from nmrf.core.i18n import _
from nmrf.core.roles import PUBLIC
from nmrf.core.search import fold
from nmrf.feedback.models import Comment, CommentState
from nmrf.feedback.queries import shown
from nmrf.recommendations import queries as recommendations
from nmrf.reports.inline import plain
from nmrf.reports.models import Block, BlockKind, Report, ReportVersion
from nmrf.reports.queries import newest_versions

MOST = 20  # hits of a kind that are shown
LONGEST = 200  # characters of a query
_READ = 4000  # rows of a kind that are looked through
_AROUND = 110  # characters on both sides of the first word found
_PIECES = regex.compile(r"\p{Han}|(?:(?!\p{Han})[\p{L}\p{M}\p{N}])+|[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True)
class Hit:
    """Something found, with the words around the place. `language` is that of the text."""

    title: str
    text: str
    endpoint: str
    values: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""
    note: str = ""


@dataclass(frozen=True)
class Found:
    """The hits of one kind; `more` says that only the first are shown."""

    kind: str
    label: str
    hits: list[Hit]
    more: bool = False


def search(ctx: Ctx, words: str) -> list[Found]:
    """What holds all the words: recommendations, published paragraphs, comments, consultations.

    Four statements. Nothing is found without words.
    """
    words = words[:LONGEST]
    if not fold(words).split():
        return []
    groups = [
        ("recommendations", _("Recommendations"), _recommendations(ctx, words)),
        ("reports", _("Published reports"), _paragraphs(ctx, words)),
        ("comments", _("Comments"), _comments(ctx, words)),
        ("consultations", _("Consultations"), _consultations(ctx, words)),
    ]
    return [
        Found(kind, label, hits[:MOST], len(hits) > MOST) for kind, label, hits in groups if hits
    ]


def _holds(text: str, words: str, language: str) -> bool:
    folded = fold(text, language)
    return all(f" {word} " in folded for word in fold(words, language).split())


def around(text: str, words: str, language: str = "en") -> str:
    """The text near the first of the words, cut at spaces."""
    flat = " ".join(text.split())
    wanted = set(fold(words, language).split())
    at = 0
    for piece in flat.split(" "):
        if wanted & set(fold(piece, language).split()):
            break
        at += len(piece) + 1
    else:
        at = 0
    start = max(0, at - _AROUND)
    end = min(len(flat), at + _AROUND)
    if start:
        start = flat.find(" ", start) + 1
    if end < len(flat):
        end = flat.rfind(" ", start, end)
    return f"{'… ' if start else ''}{flat[start:end]}{' …' if end < len(flat) else ''}"


def marked(text: str, words: str, language: str = "en") -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is one of the words that were searched for."""
    wanted = set(fold(words, language).split())
    pieces: list[tuple[str, bool]] = []
    for piece in _PIECES.findall(text):
        hit = not wanted.isdisjoint(fold(piece, language).split())
        joined = bool(pieces) and not hit and not pieces[-1][1]
        pieces.append((pieces.pop()[0] + piece if joined else piece, hit))
    return pieces


def _recommendations(ctx: Ctx, words: str) -> list[Hit]:
    return [
        Hit(
            one.number,
            around(one.text, words),
            "recommendations.recommendation",
            {"recommendation_id": one.id},
            note=one.cycle.title,
        )
        for one in recommendations.search(ctx, words, MOST + 1)
    ]


def _paragraphs(ctx: Ctx, words: str) -> list[Hit]:
    rows = ctx.session.execute(
        select(
            Block.paragraph_id,
            Block.number,
            Block.text,
            ReportVersion.id,
            Report.title,
            Report.language,
        )
        .join(ReportVersion, ReportVersion.id == Block.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .where(
            # Also whoever drafts finds here what was published, not what is being written.
            ReportVersion.id.in_(newest_versions(PUBLIC)),
            Block.removed_in.is_(None),
            Block.kind != BlockKind.CITATION,
        )
        .order_by(Report.id.desc(), Block.position)
        .limit(_READ)
    )
    found = []
    for paragraph_id, number, text, version_id, title, language in rows:
        if _holds(text, words, language):
            label = _("paragraph %(n)s", n=number) if number else _("heading")
            found.append(
                Hit(
                    f"{title}, {label}",
                    around(plain(text), words, language),
                    "reports.version",
                    {"version_id": version_id, "_anchor": f"p{paragraph_id}"},
                    language=language,
                )
            )
    return found


def _comments(ctx: Ctx, words: str) -> list[Hit]:
    rows = ctx.session.execute(
        select(
            Comment.id,
            Comment.text,
            Comment.proposed_text,
            Comment.language,
            ReportVersion.number,
            Report.title,
        )
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .join(Report, Report.id == ReportVersion.report_id)
        .where(shown(ctx), Comment.state == CommentState.SHOWN)
        .order_by(Comment.received_on.desc(), Comment.id)
        .limit(_READ)
    )
    return [
        Hit(
            _("Comment on %(title)s, version %(n)s", title=title, n=number),
            around(f"{text} {proposed}", words, language),
            "feedback.comment",
            {"comment_id": comment_id},
            language=language,
        )
        for comment_id, text, proposed, language, number, title in rows
        if _holds(f"{text} {proposed}", words, language)
    ]


def _consultations(ctx: Ctx, words: str) -> list[Hit]:
    found = ctx.session.scalars(
        select(Consultation)
        .where(visible_consultations(ctx))
        .order_by(Consultation.starts_at.desc(), Consultation.id)
        .limit(_READ)
    )
    texts = ((one, f"{one.title} {one.purpose} {one.agenda} {one.venue}") for one in found)
    return [
        Hit(
            one.title,
            around(f"{one.purpose} {one.agenda}", words),
            "consultations.consultation",
            {"consultation_id": one.id},
            note=one.venue,
        )
        for one, text in texts
        if _holds(text, words, "en")
    ]
