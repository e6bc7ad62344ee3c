"""On which line of a TOML text does a value stand?

`tomllib` checks a text but forgets its lines. This scanner walks a text that `tomllib` has
accepted, and so need not doubt the syntax; it notes the line of every table, key and element.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from nmrf.definitions.base import Loc

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}#\n]*")
_STRINGS = (
    re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}', re.DOTALL),
    re.compile(r"'''.*?'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)


class Lines:
    """The lines of a TOML text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._breaks = [match.start() for match in re.finditer("\n", self._text)]
        self._elements: dict[Loc, int] = {}  # [[arrays]] of tables and how many they have
        self.found: dict[Loc, int] = {}
        self._scan()

    def line(self, loc: Loc) -> int:
        """The line of a value, or of the nearest thing around it; the first line is 1."""
        for length in range(len(loc), 0, -1):
            if loc[:length] in self.found:
                return self.found[loc[:length]]
        return 1

    def _scan(self) -> None:
        table: Loc = ()
        while self._skip(_SPACE) and self._at < len(self._text):
            start = self._at
            if self._take("[["):
                *outer, name = self._key()
                array = (*self._inside(outer), name)
                index = self._elements.get(array, 0)
                self._elements[array] = index + 1
                table = (*array, index)
                self._note(table, start)
                self._at += 2
            elif self._take("["):
                table = self._inside(self._key())
                self._note(table, start)
                self._at += 1
            else:
                self._pair(table)

    def _inside(self, key: list[str]) -> Loc:
        """The table that a heading means: in an array of tables, its newest element."""
        loc: Loc = ()
        for part in key:
            loc = (*loc, part)
            if loc in self._elements:
                loc = (*loc, self._elements[loc] - 1)
        return loc

    def _pair(self, table: Loc) -> None:
        start = self._at
        loc = (*table, *self._key())
        self._note(loc, start)
        self._take("=")
        self._skip(_SPACE)
        self._value(loc)

    def _value(self, loc: Loc) -> None:
        if self._take("["):
            index = 0
            while self._skip(_SPACE) and not self._take("]"):
                self._note((*loc, index), self._at)
                self._value((*loc, index))
                self._skip(_SPACE)
                self._take(",")
                index += 1
        elif self._take("{"):
            while self._skip(_SPACE) and not self._take("}"):
                self._pair(loc)
                self._skip(_SPACE)
                self._take(",")
        elif not any(self._skip(string) for string in _STRINGS):
            self._skip(_PLAIN_VALUE)

    def _key(self) -> list[str]:
        parts = []
        while True:
            self._skip(_SPACE)
            start = self._at
            if self._skip(_STRINGS[2]):
                parts.append(json.loads(self._text[start : self._at]))
            elif self._skip(_STRINGS[3]):
                parts.append(self._text[start + 1 : self._at - 1])
            else:
                self._skip(_BARE_KEY)
                parts.append(self._text[start : self._at])
            self._skip(_SPACE)
            if not self._take("."):
                return parts

    def _note(self, loc: Loc, position: int) -> None:
        line = bisect_right(self._breaks, position - 1) + 1
        for length in range(1, len(loc) + 1):
            self.found.setdefault(loc[:length], line)

    def _take(self, token: str) -> bool:
        if not self._text.startswith(token, self._at):
            return False
        self._at += len(token)
        return True

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is None:
            return False
        self._at = match.end()
        return True
