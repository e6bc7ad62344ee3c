"""What is rehearsed: the State, its session and its dates, known or assumed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from nmrf.core.ctx import House
from nmrf.core.errors import BadFile, Invalid
from nmrf.core.i18n import _
from nmrf.cycles import planning
from nmrf.definitions import load
from nmrf.recommendations.matrix import read_matrix
from nmrf.recommendations.reviews import cycle_number
from nmrf.recommendations.states_names import all_states
from nmrf.settings import Settings, load_settings

# The working group meets three times a year: session 48 began on 20 January 2025.
KNOWN_SESSION, KNOWN_START, DAYS_BETWEEN = 48, date(2025, 1, 20), 122
ASSUMED = "Assumed for the rehearsal"


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line, checked."""

    practice: str
    matrix: Path
    state: str
    session: int
    out: Path


def check(
    settings: Settings, practice: str, matrix: str, state: str, session: int, out: str
) -> Wanted:
    """Check the wishes before anything is made.

    Raises:
        Invalid: for an unknown practice or State, or a session that cannot be.
        BadFile: for a file that cannot be read or is no list of recommendations.
    """
    names = load(settings.workflows).practices
    if practice not in names:
        raise Invalid(
            _(
                "There is no practice “%(name)s”. Choose one of: %(names)s.",
                name=practice,
                names=", ".join(sorted(names)),
            ),
            place="--practice",
        )
    code = state.upper()
    if code not in {one.code for one in all_states()}:
        raise Invalid(
            _("There is no State with the code %(code)s; write it as in SVN.", code=state),
            place="--state",
        )
    if not 1 <= session <= 999:
        raise Invalid(_("Give the number of the session, such as 48."), place="--session")
    path, folder = Path(matrix), Path(out)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(_("There is no such file, or it cannot be read."), place=path) from error
    read_matrix(data, path.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(_("This folder cannot be made."), place=f"--out {folder}") from error
    return Wanted(practice, path, code, session, folder)


def settings_for(wanted: Wanted, instance: Path) -> Settings:
    """A service of its own for the rehearsal: the State, its calendar, a throw-away database.

    Its time zone is the practice's where that is of this State; else the one of the settings.
    """
    given = load_settings(instance=instance)
    practice = load(given.workflows).practices[wanted.practice]
    country = next(one.alpha2 for one in all_states() if one.code == wanted.state)
    zone = practice.time_zone if practice.country == country else given.time_zone
    return load_settings(
        environment="development",
        instance=instance,
        database_url=f"sqlite:///{instance / 'nmrf.sqlite'}",
        state=wanted.state,
        country=country,
        time_zone=zone,
        practice=wanted.practice,
        base_url="http://rehearsal.example.org",
        mail_transport="folder",
        log_level="ERROR",
        demo=False,
    )


@dataclass(frozen=True)
class Dates:
    """The UN dates of the review. `assumed` names those that no file knows."""

    session_start: date
    session_end: date
    review_day: date
    wg_adoption: date
    addendum_deadline: date
    plenary: date
    national_report_deadline: date
    assumed: tuple[str, ...]

    def entered(self) -> dict[str, date | None]:
        """What has to be entered for the cycle."""
        return {name: getattr(self, name) for name in self.assumed}


def dates_of(house: House, state: str, session: int) -> Dates:
    """The dates of a State's review: from the session files, and assumed where they are silent.

    The distances are those of Slovenia's fourth cycle (A/HRC/59/15 and Add.1).
    """
    known = planning.facts(house, state, session, number_of(house, session), {}).dates
    start = KNOWN_START + timedelta(days=DAYS_BETWEEN * (session - KNOWN_SESSION))
    start = known["session_start"].on if "session_start" in known else _monday(start)
    review = known["review_day"].on if "review_day" in known else start + timedelta(days=8)
    guessed = {
        "session_start": start,
        "session_end": start + timedelta(days=11),
        "review_day": review,
        "wg_adoption": review + timedelta(days=3),
        "addendum_deadline": review + timedelta(weeks=10),
        "plenary": review + timedelta(weeks=22, days=1),
        "national_report_deadline": start - timedelta(weeks=12),
    }
    found = {name: known[name].on if name in known else day for name, day in guessed.items()}
    return Dates(**found, assumed=tuple(name for name in guessed if name not in known))


def number_of(house: House, session: int) -> int:
    """The cycle that a session belongs to."""
    return planning.definitions(house).sessions.cycles.get(session) or cycle_number(session)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
