"""What may be said of an unexpected error without saying what somebody wrote."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from nmrf.core.errors import ProblemError
from nmrf.paths import PACKAGE

_ADDRESS = re.compile(r"[^\s<>\"'“”(),;:]+@[^\s<>\"'“”(),;:]+")
# Their messages speak of the program's own names only.
_ABOUT_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)


def place_of(error: BaseException) -> str:
    """What kind of error came up where in this service, such as `KeyError at desk/queries.py:40`.

    A message may hold a name, an address or a comment (a database's message holds the values of
    the row), so it is left out, except where it is about code or is a sentence of our own.
    """
    said = type(error).__name__
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(PACKAGE):
            said += f" at {path.relative_to(PACKAGE).as_posix()}:{frame.lineno}"
            break
    if isinstance(error, (*_ABOUT_CODE, ProblemError)):
        said += f": {_ADDRESS.sub('…', str(error))}"
    return said
