"""What goes wrong in every real cycle: things are disputed, sent back, left to others."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from nmrf.accounts import service as accounts
from nmrf.cycles.models import Cycle
from nmrf.recommendations import service as recommendations
from nmrf.recommendations.models import Assignment, Dispute, Recommendation
from nmrf.rehearsal import rounds as play_rounds
from nmrf.rehearsal.play import Play
from nmrf.updates import service as updates
from nmrf.updates.models import Round, UpdateState

DISPUTED = ("140.40", "140.41")
UNANSWERED = ("140.60", "140.61", "140.62")


def assignments(play: Play, cycle: Cycle) -> None:
    """Some recommendations are given on: two are disputed, three not answered yet."""
    with play.acting("secretariat") as ctx:
        recommendations.assign(
            ctx, _numbered(play, cycle, DISPUTED), None, [play.institution("finance")]
        )
        recommendations.assign(
            ctx, _numbered(play, cycle, UNANSWERED), None, [play.institution("statistics")]
        )
    with play.acting("focal:finance") as ctx:
        given = ctx.session.scalars(
            select(Assignment).where(
                Assignment.institution_id == play.institutions["finance"],
                Assignment.ended_at.is_(None),
            )
        ).all()
        recommendations.answer_assignment(
            ctx,
            given,
            accept=False,
            reason="We pay for this but do not carry it out (demonstration).",
            dispute=Dispute.NOT_OURS,
            suggested=play.institution("labour"),
        )
    play.say("The Ministry of Finance says that two recommendations are not its own")


def _numbered(play: Play, cycle: Cycle, numbers: tuple[str, ...]) -> list[Recommendation]:
    return list(
        play.session.scalars(
            select(Recommendation)
            .where(Recommendation.cycle_id == cycle.id, Recommendation.number.in_(numbers))
            .order_by(Recommendation.sort_key)
        )
    )


def sent_back(play: Play, made: Round) -> None:
    """A validating authority sends two updates back, and they wait to be mended."""
    with play.acting("authority:health") as ctx:
        waiting = [
            one
            for one in play_rounds.asked_of(play, made, "health")
            if one.state is UpdateState.SIGN_OFF
        ]
        for one in waiting[:2]:
            updates.return_update(
                ctx, one, "Please say how many people are reached (demonstration).", lock=one.lock
            )
    play.say("The Ministry of Health's validating authority sends two updates back")


def away(play: Play, today: date) -> None:
    """A focal point is away, and the alternate stands in."""
    with play.acting("secretariat") as ctx:
        accounts.set_absence(
            ctx,
            play.person("focal:culture"),
            play.person("authority:culture"),
            today - timedelta(days=2),
            today + timedelta(days=8),
        )
