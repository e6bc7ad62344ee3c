"""What changed between two texts, word by word, in phrases that a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import regex
from rapidfuzz.distance import Indel, Levenshtein

ChangeKind = Literal["same", "inserted", "deleted"]

# A Chinese character is a word of its own; a number such as 122.17 and a word such as
# "l'État" are one; whatever else, an emoji of several signs too, is one grapheme.
_TOKEN = regex.compile(
    r"\p{Han}\p{M}*"
    r"|\s+"
    r"|(?:(?!\p{Han})[\p{L}\p{M}\p{N}\p{Pc}\u200c\u200d]|(?<=\d)[.,](?=\d)|(?<=\p{L})['’](?=\p{L}))+"
    r"|\X"
)
_WORD = regex.compile(r"[\p{L}\p{N}]")
_LONGEST_BRIDGE = 3


@dataclass(frozen=True)
class Change:
    """A stretch of text that stayed, came or went."""

    kind: ChangeKind
    text: str


def tokens(text: str) -> list[str]:
    """The text cut into words, spaces and signs; joined they are the text again."""
    return [str(token) for token in _TOKEN.findall(text)]


def words(text: str) -> list[str]:
    """The words of a text alone."""
    return [token for token in tokens(text) if _WORD.search(token)]


def compare(old: str, new: str) -> list[Change]:
    """The way from the old text to the new one.

    What is same or deleted makes the old text, what is same or inserted the new one, letter by
    letter. A deletion stands before the insertion that takes its place.
    """
    before, after = tokens(old), tokens(new)
    pairs = [
        (operation.tag == "equal", before[a:b], after[c:d])
        for operation in Levenshtein.opcodes(before, after)
        for a, b, c, d in [
            (operation.src_start, operation.src_end, operation.dest_start, operation.dest_end)
        ]
    ]
    return [
        Change(kind, "".join(change.text for change in stretch))
        for kind, stretch in groupby(_phrases(pairs), key=lambda change: change.kind)
    ]


def similarity(a: str, b: str) -> float:
    """How many of the words of two texts are the same in the same order: 0 to 1."""
    return float(Indel.normalized_similarity(words(a), words(b)))


def _phrases(pairs: list[tuple[bool, list[str], list[str]]]) -> Iterator[Change]:
    """Join changes that only a space or a short word keeps apart."""
    old: list[str] = []
    new: list[str] = []
    for place, (equal, before, after) in enumerate(pairs):
        is_last = place == len(pairs) - 1
        if equal and not ((old or new) and not is_last and _is_bridge(before)):
            yield from _change(old, new)
            old, new = [], []
            yield Change("same", "".join(before))
        else:
            old += before
            new += after
    yield from _change(old, new)


def _is_bridge(same: list[str]) -> bool:
    """Too little to stand alone between two changes."""
    kept = [token for token in same if _WORD.search(token)]
    return not kept or (len(kept) == 1 and len(kept[0]) <= _LONGEST_BRIDGE)


def _change(old: list[str], new: list[str]) -> Iterator[Change]:
    # Spaces and words that a joined phrase begins or ends with on both sides did not change.
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    stages: tuple[tuple[ChangeKind, list[str]], ...] = (
        ("same", old[:start]),
        ("deleted", old[start : len(old) - end]),
        ("inserted", new[start : len(new) - end]),
        ("same", old[len(old) - end :]),
    )
    for kind, kept in stages:
        if kept:
            yield Change(kind, "".join(kept))
