"""The stage of a played cycle: a clock that is moved, people who act, jobs that run between.

Everything goes through the services and the jobs that the web and the scheduler use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from nmrf.accounts.models import Institution, Person
from nmrf.accounts.queries import actor_for
from nmrf.core import i18n
from nmrf.core.clock import SimulatedClock, local_date
from nmrf.core.ctx import Ctx, House
from nmrf.core.db import Database
from nmrf.core.faults import place_of
from nmrf.core.roles import PUBLIC, SYSTEM, Actor
from nmrf.jobs.registry import JOBS, Tools
from nmrf.outbox.models import Message

MORNING = time(8)  # after the daily jobs' own hours
NAMED_RECIPIENTS = 3
WEEK, MONTH = 7, 28  # days


@dataclass(frozen=True)
class Happening:
    """A line of the timeline. `kind`: did (a person), job (the clock), mail, decided."""

    at: datetime
    kind: str
    text: str


@dataclass
class Play:
    """A database, a house and a clock that is moved; `happenings` is what was seen."""

    database: Database
    house: House
    clock: SimulatedClock
    happenings: list[Happening] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    people: dict[str, int] = field(default_factory=dict)
    institutions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.session = self.database.session(writing=True)
        self._mails_seen = 0
        self._mails_to_tell = False

    @property
    def today(self) -> date:
        return local_date(self.clock.now(), self.house.settings.time_zone)

    def ctx(self, actor: Actor) -> Ctx:
        """A context for now."""
        return Ctx(actor, self.clock.now(), self.session, self.house)

    @contextmanager
    def acting(self, who: str | Person | None = None) -> Iterator[Ctx]:
        """One request of somebody: committed at the end, with what it mailed on the timeline.

        `who` is a key of the cast or a person; `""` is the public, None the service itself.
        """
        self._tell_mails()
        actor = SYSTEM
        if who == "":
            actor = PUBLIC
        elif who is not None:
            person = self.person(who) if isinstance(who, str) else who
            actor = actor_for(self.session, person, self.today)
        language = self.house.settings.default_language
        try:
            with i18n.speaking(language):
                yield self.ctx(actor)
            self.session.commit()
        except BaseException:
            self.session.rollback()
            raise
        self._mails_to_tell = True

    def person(self, key: str) -> Person:
        """Somebody of the cast, such as `focal:justice`."""
        return self.session.get_one(Person, self.people[key])

    def institution(self, key: str) -> Institution:
        """An institution of the cast, such as `justice`."""
        return self.session.get_one(Institution, self.institutions[key])

    def say(self, text: str, kind: str = "did") -> None:
        """Put a line on the timeline; what was mailed by the act comes after it."""
        self.happenings.append(Happening(self.clock.now(), kind, text))

    # --- Time -------------------------------------------------------------------------------

    def local(self, day: date, at: time = time(10)) -> datetime:
        """An instant by the wall clock of the State."""
        return datetime.combine(day, at, tzinfo=self.house.settings.zone).astimezone(UTC)

    def working_day(self, day: date) -> date:
        """The day itself, or the next working day."""
        while not self.house.calendar.is_working_day(day):
            day += timedelta(days=1)
        return day

    def move_to(self, day: date, at: time = time(10), *, through: bool = False) -> None:
        """Move the clock on to a day, running all jobs that morning.

        With `through` they also run on the way: every four weeks, and weekly in the last month.
        Earlier days change nothing.
        """
        self._tell_mails()
        while through and (left := (day - self.today).days) > WEEK:
            step = MONTH if left > MONTH + WEEK else WEEK
            self.clock.move_to(self.local(self.today + timedelta(days=step), MORNING))
            self.run_jobs()
        morning = self.local(day, MORNING)
        if morning > self.clock.now():
            self.clock.move_to(morning)
            self.run_jobs()
        moment = self.local(day, at)
        if moment > self.clock.now():
            self.clock.move_to(moment)

    def run_jobs(self, names: Iterable[str] = JOBS) -> None:
        """Run jobs now, as the scheduler would: what is due is done, the rest does nothing."""
        self._tell_mails()
        self.session.commit()
        tools = Tools(self.database, self.house, self.clock)
        for name in names:
            try:
                done = JOBS[name].work(tools)
            except Exception as error:  # noqa: BLE001 - whatever it is, the report says so
                self.failures.append(f"{self.today}: job {name} failed: {place_of(error)}")
                continue
            counts = ", ".join(f"{what} {n}" for what, n in (done or {}).items() if n)
            if counts and name not in {"mail.send", "jobs.tidy"}:
                self.say(f"{JOBS[name].what} ({counts})", "job")
        self.session.expire_all()
        self._mails_to_tell = True
        self._tell_mails()

    # --- Mail -------------------------------------------------------------------------------

    def _tell_mails(self) -> None:
        """Told only after what was said of the act that queued them."""
        if not self._mails_to_tell:
            return
        self._mails_to_tell = False
        rows = self.session.execute(
            select(Message.id, Message.subject, Message.to_name, Message.calendar_method)
            .where(Message.id > self._mails_seen)
            .order_by(Message.id)
        ).all()
        together: dict[tuple[str, str], list[str]] = {}
        for row in rows:
            self._mails_seen = row.id
            together.setdefault((row.subject, row.calendar_method), []).append(row.to_name)
        for (subject, method), names in together.items():
            note = f" [calendar: {method}]" if method else ""
            self.say(f"“{subject}”{note} → {_people(names)}", "mail")
        self.session.commit()  # ends the reading, so that nobody waits for this session

    def close(self) -> None:
        """Let the session go."""
        self._tell_mails()
        self.session.close()


def _people(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED_RECIPIENTS])
    more = len(names) - NAMED_RECIPIENTS
    return f"{shown} and {more} more" if more > 0 else shown
