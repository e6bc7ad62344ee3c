"""Errors that a person sees. Each message is a whole sentence that says what to do.

`web/errors.py` turns them into pages; the command line prints them and exits with 2.
"""

from __future__ import annotations


class ProblemError(Exception):
    """Something that the person can understand and mend; never a fault of the program."""

    status = 400

    def __init__(self, message: object, *, place: object = "") -> None:
        self.message = str(message)
        self.place = str(place)
        super().__init__(f"{self.place}: {self.message}" if self.place else self.message)


class Invalid(ProblemError):
    """The input cannot be taken. `place` names the file, row, cell or field."""

    status = 422


class BadFile(Invalid):
    """A file that cannot be read as what it should be. `place` names file, row and cell."""


class Refused(ProblemError):
    """The actor may not do this; the message gives the reason from the rule in `access.py`."""

    status = 403


class NotFound(ProblemError):
    """Nothing is there, or nothing that this actor may know of."""

    status = 404


class Conflict(ProblemError):
    """Somebody else changed the thing meanwhile, or its state does not allow this move."""

    status = 409


class TooMany(ProblemError):
    """A throttle is full; the message says when to try again."""

    status = 429


class TooLarge(ProblemError):
    """More bytes than a form may send."""

    status = 413


class NotReady(ProblemError):
    """The database has not been created or migrated; the message names the command."""

    status = 503
