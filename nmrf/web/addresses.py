"""What may stand in an address or in a hidden field."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1  # an INTEGER of PostgreSQL


class RowNumber(IntegerConverter):
    """`<int:…>` in a route: a number that a row can have. Any other leads nowhere (404).

    A larger one would reach the database, which refuses it.
    """

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, **options: Any) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, **{"max": LARGEST, **options})


def row_number(text: str) -> int:
    """The same for a parameter: `flask.request.args.get("page", 1, type=row_number)`.

    Raises:
        ValueError: for anything else, so that the default is taken.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST):
        message = "not a number of a row"
        raise ValueError(message)
    return int(text)
