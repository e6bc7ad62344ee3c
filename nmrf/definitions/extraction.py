"""Gives Babel the texts of the definition files; `nmrf/translations/babel.cfg` names it."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

from nmrf.definitions.base import strings
from nmrf.definitions.loading import NOT_OURS, parse
from nmrf.definitions.vocabularies import Vocabulary


def extract(
    file: IO[bytes],
    _keywords: Mapping[str, object],
    _comment_tags: Collection[str],
    options: Mapping[str, object],
) -> Iterator[tuple[int, None, str, list[str]]]:
    """The English texts of a file in `workflows/` that people see, in Babel's form."""
    path = Path(file.name)
    if path.name in NOT_OURS:
        return
    content = parse(path.parent.name, tomllib.load(file))
    if isinstance(content, Vocabulary) and content.quoted:
        return
    for text in strings(content):
        yield 1, None, text, []
