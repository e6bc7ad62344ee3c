"""Everything that runs on a timer. A job selects what is due and not done and calls a service.

Each is safe when it runs twice, late, or after an outage.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nmrf.core.clock import Clock
from nmrf.core.ctx import Ctx, House
from nmrf.core.db import Database
from nmrf.core.i18n import Lazy, _l, speaking
from nmrf.core.roles import SYSTEM
from nmrf.jobs.timing import When, daily, minutes, seconds


@dataclass(frozen=True)
class Tools:
    """What a job is given. `stopping` says that the process is to end."""

    database: Database
    house: House
    clock: Clock
    stopping: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Job:
    """`verb` is `module:function`: `(ctx) -> counts` in one transaction as the service itself.

    A job with `own_transactions` is given the `Tools` instead.
    """

    name: str
    what: Lazy
    when: When
    verb: str
    own_transactions: bool = False

    def function(self) -> Callable[[Any], dict[str, int]]:
        """The verb itself; imported only now, so that the pages start fast."""
        module, _colon, name = self.verb.partition(":")
        return getattr(importlib.import_module(module), name)

    def work(self, tools: Tools) -> dict[str, int]:
        """Do it once. Gives what was done, by number."""
        with speaking(tools.house.settings.default_language):
            function = self.function()
            if self.own_transactions:
                return function(tools)
            with tools.database.writing() as session:
                return function(Ctx(SYSTEM, tools.clock.now(), session, tools.house))


_ALL = (
    Job(
        "mail.send",
        _l("Sends waiting mail, and tries again what the mail server put off."),
        seconds(30),
        "nmrf.jobs.mail:send",
        own_transactions=True,
    ),
    Job(
        "updates.open_close",
        _l("Opens and closes the January rounds of ministry updates on their dates."),
        minutes(15),
        "nmrf.updates.service:open_and_close_due",
    ),
    Job(
        "validation.due",
        _l("Applies silence consent, reminds those who decide, and marks overdue steps."),
        minutes(15),
        "nmrf.validation.service:apply_due",
    ),
    Job(
        "feedback.windows",
        _l("Announces that a draft is open for comment, about to close, or closed."),
        minutes(15),
        "nmrf.feedback.service:announce_windows",
    ),
    Job(
        "consultations.plan",
        _l("Plans the next consultation of each series."),
        daily(5, 30),
        "nmrf.consultations.service:plan_series",
    ),
    Job(
        "recommendations.silence",
        _l("Takes an assignment as accepted when the institution has not answered in time."),
        daily(6),
        "nmrf.recommendations.service:accept_silent",
    ),
    Job(
        "cycles.remind",
        _l("Reminds of dates in the calendar that are coming up."),
        daily(7),
        "nmrf.cycles.service:remind_due",
    ),
    Job(
        "consultations.remind",
        _l("Reminds of consultations, unanswered invitations and agreed outcomes."),
        daily(7, 5),
        "nmrf.consultations.service:remind_due",
    ),
    Job(
        "updates.remind",
        _l("Reminds ministries of updates that are not signed yet."),
        daily(7, 10),
        "nmrf.updates.service:remind_due",
    ),
    Job(
        "feedback.digest",
        _l("Sends the secretariat one mail a day about the comments that came in."),
        daily(7, 30),
        "nmrf.feedback.service:digest_received",
    ),
    Job(
        "jobs.tidy",
        _l("Deletes old counters and runs, and wipes old mail texts and links that ran out."),
        daily(3, 30),
        "nmrf.jobs.tidying:tidy",
    ),
)

JOBS: dict[str, Job] = {job.name: job for job in _ALL}
