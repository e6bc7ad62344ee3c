"""Is the loop closed? Each joint is read from the database, whatever the scenes believe."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from nmrf.core.ctx import Ctx
from nmrf.core.events import verify_chain
from nmrf.core.roles import PUBLIC
from nmrf.feedback import queries as feedback
from nmrf.feedback.answering import text_changing
from nmrf.feedback.models import Comment, Disposition, DispositionState
from nmrf.feedback.receipts import hash_of
from nmrf.outbox.models import Message, MessageState
from nmrf.recommendations.models import Recommendation
from nmrf.reconcile import recompute
from nmrf.rehearsal.commenting import Left
from nmrf.rehearsal.cycle import Played
from nmrf.rehearsal.play import Play
from nmrf.reports import service as reports
from nmrf.reports import trace
from nmrf.reports.models import Block, ReportVersion
from nmrf.updates.models import UpdateSnapshot
from nmrf.validation.models import RunState


@dataclass(frozen=True)
class Joint:
    """Two things that belong together. `missing` counts where they do not."""

    name: str
    found: str
    missing: int = 0

    @property
    def closed(self) -> bool:
        return self.missing == 0


def joints(play: Play, played: Played) -> list[Joint]:
    """Every joint from the recommendation to the submitted report, and what holds it together."""
    with play.acting() as ctx:
        version = _submitted(ctx, played)
        if version is None:
            return [Joint("changed paragraph → submitted report", "nothing was submitted", 1)]
        return [
            *_updates(ctx, played, version),
            *_comments(ctx, played, version),
            *_versions(ctx, played, version),
            _receipts(ctx.acting_as(PUBLIC), played.left),
            *_books(ctx),
        ]


def _submitted(ctx: Ctx, played: Played) -> ReportVersion | None:
    ctx.session.refresh(played.report)
    key = played.report.submitted_version_id
    return ctx.session.get(ReportVersion, key) if key is not None else None


def _updates(ctx: Ctx, played: Played, version: ReportVersion) -> list[Joint]:
    all_ids = set(
        ctx.session.scalars(
            select(Recommendation.id).where(Recommendation.cycle_id == played.cycle.id)
        )
    )
    reported = set(
        ctx.session.scalars(
            select(UpdateSnapshot.recommendation_id).where(
                UpdateSnapshot.recommendation_id.in_(all_ids)
            )
        )
    )
    gaps = trace.gaps(ctx.session, version)
    used = len(_used(ctx, version))
    return [
        Joint(
            "recommendation → update",
            f"{len(reported)} of {len(all_ids)} recommendations have a signed update",
            len(all_ids - reported) + (not all_ids),
        ),
        Joint(
            "update → paragraph",
            f"{used} signed updates stand behind paragraphs, {len(gaps.unused)} behind none",
            len(gaps.unused) + (not used),
        ),
        Joint(
            "recommendation → paragraph",
            f"{len(all_ids) - len(gaps.uncited)} of {len(all_ids)} are named in the report, "
            f"{len(gaps.unresolved)} lines name unknown ones",
            len(gaps.uncited) + len(gaps.unresolved),
        ),
    ]


def _used(ctx: Ctx, version: ReportVersion) -> set[int]:
    return set(
        ctx.session.scalars(
            select(UpdateSnapshot.id)
            .join(Block.sources)
            .where(Block.version_id == version.id, Block.removed_in.is_(None))
        )
    )


def _comments(ctx: Ctx, played: Played, version: ReportVersion) -> list[Joint]:
    comments = ctx.session.scalars(
        select(Comment)
        .join(ReportVersion, ReportVersion.id == Comment.version_id)
        .where(ReportVersion.report_id == played.report.id)
    ).all()
    on_paragraph = [one for one in comments if one.paragraph_id is not None]
    released = {
        row.comment_id: row
        for row in ctx.session.scalars(
            select(Disposition).where(Disposition.state == DispositionState.RELEASED)
        )
    }
    changing = [
        (one, released[one.id])
        for one in comments
        if one.id in released and released[one.id].code in text_changing(ctx)
    ]
    changed = [one for one, answer in changing if _differs(ctx, one, answer)]
    kept = [one for one, answer in changing if _is_in(ctx, answer, version)]
    unanswered = [one for one in comments if one.id not in released]
    return [
        Joint(
            "paragraph → comment",
            f"{len(on_paragraph)} comments on paragraphs, {len(comments) - len(on_paragraph)} "
            "on the whole text",
            0 if on_paragraph else 1,
        ),
        Joint(
            "comment → disposition",
            f"{len(comments) - len(unanswered)} of {len(comments)} have a released answer",
            len(unanswered) + (not comments),
        ),
        Joint(
            "disposition → changed paragraph",
            f"{len(changed)} of {len(changing)} that say so changed a paragraph",
            len(changing) - len(changed) + (not changing),
        ),
        Joint(
            "changed paragraph → submitted report",
            f"{len(kept)} of {len(changing)} changes stand in the submitted version",
            len(changing) - len(kept) + (not changing),
        ),
    ]


def _differs(ctx: Ctx, comment: Comment, answer: Disposition) -> bool:
    before = ctx.session.get(Block, comment.block_id) if comment.block_id else None
    after = ctx.session.get(Block, answer.changed_block_id) if answer.changed_block_id else None
    return after is not None and (before is None or before.text != after.text)


def _is_in(ctx: Ctx, answer: Disposition, version: ReportVersion) -> bool:
    """Whether the changed words are still there, in the same paragraph."""
    changed = ctx.session.get(Block, answer.changed_block_id) if answer.changed_block_id else None
    if changed is None:
        return False
    there = ctx.session.scalar(
        select(Block.text).where(
            Block.version_id == version.id,
            Block.paragraph_id == changed.paragraph_id,
            Block.removed_in.is_(None),
        )
    )
    # A later version may add to it, as after a return.
    return there is not None and changed.text in there


def _versions(ctx: Ctx, played: Played, version: ReportVersion) -> list[Joint]:
    run = played.run
    approved = run.state is RunState.APPROVED and run.version_id == version.id
    sound = version.sha256 == reports.hash_of(ctx, version)
    return [
        Joint(
            "approval → submitted version",
            f"run {run.round_number} of “{run.route}” ended {run.state.value} "
            f"on version {run.version.number}; version {version.number} was submitted",
            0 if approved else 1,
        ),
        Joint(
            "submitted version → its fingerprint",
            f"SHA-256 {version.sha256[:12]}…",
            0 if sound else 1,
        ),
    ]


def _receipts(ctx: Ctx, left: list[Left]) -> Joint:
    answered = 0
    for one in left:
        said = feedback.by_hash(ctx, hash_of(one.code))
        answered += said is not None and said.answer is not None and said.answer.is_released
    return Joint(
        "receipt → answer",
        f"{answered} of {len(left)} receipt codes show the answer",
        len(left) - answered,
    )


def _books(ctx: Ctx) -> list[Joint]:
    waiting = (
        ctx.session.scalar(select(func.count(Message.id)).where(Message.state != MessageState.SENT))
        or 0
    )
    sent = (
        ctx.session.scalar(select(func.count(Message.id)).where(Message.state == MessageState.SENT))
        or 0
    )
    chain = verify_chain(ctx.session)
    drift = recompute(ctx.session)
    where = "holds" if chain.broken_at is None else f"is broken at {chain.broken_at}"
    return [
        Joint("mail → delivery", f"{sent} mails delivered, {waiting} not", waiting),
        Joint(
            "events → chain",
            f"{chain.length} events, the chain {where}",
            chain.broken_at is not None,
        ),
        Joint(
            "events → statuses",
            f"{drift.rows} statuses compared, {len(drift.drift)} differ",
            len(drift.drift),
        ),
    ]
