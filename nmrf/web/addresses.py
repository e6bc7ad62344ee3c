"""What may stand in an address."""

from __future__ import annotations

from werkzeug.routing import IntegerConverter, Map


class RowNumber(IntegerConverter):
    """`<int:…>` in a route: a number that a row can have. Any other leads nowhere (404).

    A larger one would reach the database, which refuses it: SQLite at 64 bits, PostgreSQL at 32.
    """

    regex = r"[0-9]{1,10}"

    def __init__(self, map: Map, *args: int, **options: bool) -> None:  # noqa: A002 - Werkzeug's name
        super().__init__(map, *args, max=2**31 - 1, **options)
