"""What people type, made safe to keep: lines, longer texts, addresses, local times."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from nmrf.core.calendar import time_zone
from nmrf.core.errors import Invalid
from nmrf.core.i18n import _

LINE = 400
PROSE = 100_000
FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)


def line(value: str | None, place: str, *, required: bool = False, longest: int = LINE) -> str:
    """One line of text, without control characters and doubled spaces.

    Raises `Invalid` when it is required and empty, or longer than `longest` characters.
    """
    words = " ".join(_plain(value or "", keep="").split())
    if required and not words:
        raise Invalid(_("This cannot be empty."), place=place)
    if len(words) > longest:
        raise Invalid(
            _(
                "This is too long: %(n)s characters of at most %(most)s.",
                n=len(words),
                most=longest,
            ),
            place=place,
        )
    return words


def prose(value: str | None, place: str, *, required: bool = False) -> str:
    """Text of several lines, with line breaks as they were. Raises `Invalid` as `line` does."""
    text = _plain((value or "").replace("\r\n", "\n").replace("\r", "\n"), keep="\n\t").strip()
    if required and not text:
        raise Invalid(_("This cannot be empty."), place=place)
    if len(text) > PROSE:
        raise Invalid(
            _("This is too long: %(n)s characters of at most %(most)s.", n=len(text), most=PROSE),
            place=place,
        )
    return text


def _plain(text: str, *, keep: str) -> str:
    # Direction marks (Cf) belong to Arabic and Hebrew texts; control characters to none.
    return "".join(
        c if unicodedata.category(c) != "Cc" or c in keep else " " for c in text
    ).replace("\u2028", "\n" if "\n" in keep else " ")


def web_address(value: str | None, place: str) -> str:
    """An http or https address, or nothing. Raises `Invalid` for anything else."""
    address = (value or "").strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or any(c.isspace() for c in address)
        or len(address) > 1000
    ):
        raise Invalid(
            _("This is not a web address. Write it as in https://meet.example.org/room."),
            place=place,
        )
    return address


def day(value: date | None, place: str) -> date | None:
    """A date of this century, or nothing. Raises `Invalid` for a year that is a slip."""
    if value is not None and not FIRST <= value <= LAST:
        raise Invalid(
            _("The year %(year)s cannot be right. Check the date.", year=value.year), place=place
        )
    return value


def local_moment(on: date, at: time, zone: str, place: str) -> datetime:
    """The instant of a local date and time, in UTC.

    Raises `Invalid` where the clocks are set forward over it, so that it never comes.
    """
    day(on, place)
    here = datetime.combine(on, at, tzinfo=time_zone(zone))
    instant = here.astimezone(UTC)
    if instant.astimezone(here.tzinfo).replace(tzinfo=None) != here.replace(tzinfo=None):
        raise Invalid(
            _("This time does not exist: the clocks are set forward that night."), place=place
        )
    return instant
