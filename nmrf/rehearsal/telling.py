"""The rehearsal in words: a timeline by day, the joints, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from nmrf.core import words
from nmrf.core.clock import local_date
from nmrf.rehearsal.loop import Joint
from nmrf.rehearsal.play import Happening, Play

SIGNS = {"did": "       ", "decided": "decided", "job": "clock  ", "mail": "mail   "}
MOST_MAILS = 6  # lines of mail in one day


def timeline(play: Play) -> list[str]:
    """What happened, day by day: who did what, what the clock did, who was mailed what."""
    zone = play.house.settings.time_zone
    lines: list[str] = []
    for day, found in groupby(play.happenings, key=lambda one: local_date(one.at, zone)):
        lines += ["", _heading(day), *_day(list(found))]
    return lines


def _heading(day: date) -> str:
    title = words.day(day)
    return f"{title}\n{'-' * len(title)}"


def _day(found: Sequence[Happening]) -> Iterable[str]:
    mails = [one for one in found if one.kind == "mail"]
    shown = set(map(id, mails[:MOST_MAILS]))
    for one in found:
        if one.kind != "mail" or id(one) in shown:
            yield f"  {SIGNS[one.kind]}  {one.text}"
    more = len(mails) - MOST_MAILS
    if more > 0:
        yield f"  {SIGNS['mail']}  … and {more} more subjects"


def summary(play: Play, joints: Sequence[Joint], files: Sequence[str], out: str) -> list[str]:
    """The joints with "closed" or "open", the counts and the files."""
    kinds = Counter(one.kind for one in play.happenings)
    width = max(len(joint.name) for joint in joints)
    lines = ["", "The joints of the loop", "======================"]
    lines += [
        f"  {'closed' if joint.closed else 'OPEN  '}  {joint.name:{width}}  {joint.found}"
        for joint in joints
    ]
    days = len({one.at.date() for one in play.happenings})
    open_ones = sum(not joint.closed for joint in joints)
    lines += [
        "",
        f"{days} days with something to tell: {kinds['did']} acts, {kinds['decided']} decisions, "
        f"{kinds['job']} acts of the clock, {kinds['mail']} different mails.",
        f"Written to {out}: {', '.join(files)}.",
        *(f"FAILED: {failure}" for failure in play.failures),
        f"{open_ones} joints are open." if open_ones else "All joints are closed.",
    ]
    return lines
