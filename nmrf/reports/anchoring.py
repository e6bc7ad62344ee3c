"""Keeping the identity of paragraphs, and the place of quotes, when a text changes.

Proposals for a person to confirm: a paragraph that a comment hangs on must not lose it because
a new Word file was imported.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, LCSseq

from nmrf.core.redline import tokens, words

FateKind = Literal["same", "reworded", "moved", "split", "merged", "removed", "added"]

# Two unrelated paragraphs of one report share 0.1 to 0.3 of their words in order.
REWORDED = 0.45
# So much of a piece stands in the whole that it was split from or merged into.
CONTAINED = 0.7
_WHOLE = 0.6
_BETTER_THAN_ONE = 0.05
_SHORTEST_PIECE = 4
_CANDIDATES = 6
_MOST_HOLDERS = 40  # paragraphs; a word in more of them is not rare, however long the report
_SHORT_QUOTE = 3
_SHORT_FLOOR = 0.85
_REACH = 8  # words on each side
_FIRST_SIGN = 0x10000  # past the surrogates there is room for a million words


@dataclass(frozen=True)
class Para:
    """A paragraph of one version: its key, plain text and section ("II.A" or a heading)."""

    key: Hashable
    text: str
    section: str = ""


@dataclass(frozen=True)
class Fate:
    """What became of an old paragraph, and what a new one comes from.

    `score` is how alike the texts are, 0 to 1; for pieces, how much of the piece is found.
    """

    old_key: Hashable | None
    new_key: Hashable | None
    kind: FateKind
    score: float


def propose_fates(old: Sequence[Para], new: Sequence[Para]) -> list[Fate]:
    """Pair the paragraphs of two versions.

    Every old and every new paragraph stands in at least one fate: old ones in their order, then
    the added ones. An old paragraph that was split stands in several, as does a new one that
    was merged. A paragraph with the same words in another section or order has moved. The same
    input gives the same fates.
    """
    matcher = _Matcher(old, new)
    matcher.pair_equal()
    matcher.pair_alike()
    matcher.find_pieces()
    return matcher.fates()


class _Matcher:
    def __init__(self, old: Sequence[Para], new: Sequence[Para]) -> None:
        self._old, self._new = old, new
        self._old_words = [words(para.text) for para in old]
        self._new_words = [words(para.text) for para in new]
        spelling = _Spelling()
        self._old_spelled = [spelling.of(said) for said in self._old_words]
        self._new_spelled = [spelling.of(said) for said in self._new_words]
        self._pairs: dict[int, int] = {}
        self._taken: dict[int, int] = {}
        self._splits: dict[int, dict[int, float]] = {}
        self._merges: dict[int, dict[int, float]] = {}

    def _pair(self, a: int, b: int) -> None:
        self._pairs[a] = b
        self._taken[b] = a

    def pair_equal(self) -> None:
        """Pair paragraphs with the same text: first in the same section, then anywhere."""
        for with_section in (True, False):
            waiting: dict[object, list[int]] = defaultdict(list)
            for b, para in enumerate(self._new):
                if b not in self._taken:
                    waiting[_bare(para.text), para.section if with_section else ""].append(b)
            for a, para in enumerate(self._old):
                places = waiting.get((_bare(para.text), para.section if with_section else ""))
                if a not in self._pairs and places:
                    self._pair(a, places.pop(0))

    def pair_alike(self) -> None:
        """Pair the rest by likeness, the most alike first."""
        scored = []
        for a, b in self._candidates():
            score = self._likeness(a, b)
            if score >= REWORDED:
                same_section = self._old[a].section == self._new[b].section
                scored.append((-round(score, 6), not same_section, abs(a - b), a, b))
        for _score, _section, _distance, a, b in sorted(scored):
            if a not in self._pairs and b not in self._taken:
                self._pair(a, b)

    def _likeness(self, a: int, b: int) -> float:
        return float(Indel.normalized_similarity(self._old_spelled[a], self._new_spelled[b]))

    def _candidates(self) -> list[tuple[int, int]]:
        """Pairs that share rare words; comparing each with each would take seconds."""
        old = [a for a in range(len(self._old)) if a not in self._pairs]
        new = [b for b in range(len(self._new)) if b not in self._taken]
        if len(old) * len(new) <= 400:
            return [(a, b) for a in old for b in new]
        found = set()
        found |= {(a, b) for a, b in _sharing(old, self._old_words, new, self._new_words)}
        found |= {(a, b) for b, a in _sharing(new, self._new_words, old, self._old_words)}
        return sorted(found)

    def find_pieces(self) -> None:
        """Find old paragraphs that were split and new ones that were merged."""
        free_new = [b for b in range(len(self._new)) if b not in self._taken]
        for a, pieces in self._pieces(self._old_spelled, self._new_spelled, free_new, self._pairs):
            self._splits[a] = pieces
            self._taken.update(dict.fromkeys(pieces, a))
        free_old = [
            a for a in range(len(self._old)) if a not in self._pairs and a not in self._splits
        ]
        open_pairs = {b: a for b, a in self._taken.items() if a not in self._splits}
        closed = {b for pieces in self._splits.values() for b in pieces}
        for b, pieces in self._pieces(self._new_spelled, self._old_spelled, free_old, open_pairs):
            if b not in closed:
                self._merges[b] = pieces

    @staticmethod
    def _pieces(
        wholes: list[str],
        parts: list[str],
        free: list[int],
        pairs: dict[int, int],
    ) -> list[tuple[int, dict[int, float]]]:
        """Wholes with the pieces that they are made of: their pair, if any, and free parts."""
        offers: dict[int, list[int]] = defaultdict(list)
        for part in free:
            if len(parts[part]) < _SHORTEST_PIECE:
                continue
            shares = [
                (-round(share, 6), whole)
                for whole, whole_words in enumerate(wholes)
                if len(whole_words) > len(parts[part])
                and (share := _contained(parts[part], whole_words)) >= CONTAINED
            ]
            if shares:
                offers[min(shares)[1]].append(part)
        found = []
        for whole in sorted(offers):
            members = sorted({*offers[whole], *([pairs[whole]] if whole in pairs else [])})
            joined = "".join(parts[part] for part in members)
            together = Indel.normalized_similarity(wholes[whole], joined)
            alone = max(Indel.normalized_similarity(wholes[whole], parts[p]) for p in members)
            if len(members) > 1 and together >= max(_WHOLE, alone + _BETTER_THAN_ONE):
                found.append(
                    (whole, {part: _contained(parts[part], wholes[whole]) for part in members})
                )
        return found

    def fates(self) -> list[Fate]:
        in_order = self._in_order()
        merged_from = {a: b for b, pieces in self._merges.items() for a in pieces}
        fates = []
        for a, para in enumerate(self._old):
            if a in self._splits:
                for b, share in sorted(self._splits[a].items()):
                    fates.append(Fate(para.key, self._new[b].key, "split", round(share, 3)))
            elif a in merged_from:
                b = merged_from[a]
                share = round(self._merges[b][a], 3)
                fates.append(Fate(para.key, self._new[b].key, "merged", share))
            elif a in self._pairs:
                fates.append(self._kept(a, self._pairs[a], in_order))
            else:
                fates.append(Fate(para.key, None, "removed", 0.0))
        known = {fate.new_key for fate in fates if fate.new_key is not None}
        added = [para for para in self._new if para.key not in known]
        return fates + [Fate(None, para.key, "added", 0.0) for para in added]

    def _kept(self, a: int, b: int, in_order: set[int]) -> Fate:
        equal = _bare(self._old[a].text) == _bare(self._new[b].text)
        # Words may be the same where a comma is not: that is still a change.
        score = 1.0 if equal else min(round(self._likeness(a, b), 3), 0.999)
        if a not in in_order:
            kind: FateKind = "moved"
        else:
            kind = "same" if equal else "reworded"
        return Fate(self._old[a].key, self._new[b].key, kind, score)

    def _in_order(self) -> set[int]:
        """Old paragraphs whose section and order among the others stayed."""
        renamed = self._renamed_sections()
        stayed = []
        for a, b in sorted(self._pairs.items()):
            section = self._old[a].section
            if renamed.get(section, section) == self._new[b].section:
                stayed.append((a, b))
        return longest_rising(stayed)

    def _renamed_sections(self) -> dict[str, str]:
        """A section is renamed when its paragraphs now stand under a heading that was not there."""
        before = {para.section for para in self._old}
        after = {para.section for para in self._new}
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for a, b in sorted(self._pairs.items()):
            section = self._old[a].section
            if section not in after and self._new[b].section not in before:
                votes[section][self._new[b].section] += 1
        return {section: count.most_common(1)[0][0] for section, count in votes.items()}


class _Spelling:
    """Words as single signs: strings are compared sooner than lists of words."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}

    def of(self, said: Sequence[str]) -> str:
        """The words as a string with one sign for each."""
        return "".join(
            self._signs.setdefault(word, chr(_FIRST_SIGN + len(self._signs))) for word in said
        )


def _bare(text: str) -> str:
    return " ".join(text.split())


def _contained(part: str, whole: str) -> float:
    """The share of a part's words that stand in the whole, in order."""
    return LCSseq.similarity(part, whole) / len(part) if part else 0.0


def _sharing(
    ones: list[int], one_words: list[list[str]], others: list[int], other_words: list[list[str]]
) -> list[tuple[int, int]]:
    """For each of the ones, the few others that share most of its rare words."""
    holders: dict[str, list[int]] = defaultdict(list)
    for other in others:
        for feature in sorted(_features(other_words[other])):
            holders[feature].append(other)
    common = min(max(3, len(others) // 4), _MOST_HOLDERS)
    weight = {
        feature: math.log(1 + len(others) / len(there))
        for feature, there in holders.items()
        if len(there) <= common
    }
    found = []
    for one in ones:
        weights: dict[int, float] = defaultdict(float)
        for feature in sorted(_features(one_words[one])):
            if feature in weight:
                for other in holders[feature]:
                    weights[other] += weight[feature]
        best = sorted(weights, key=lambda other: (-round(weights[other], 6), other))
        found += [(one, other) for other in best[:_CANDIDATES]]
    return found


def _features(text_words: list[str]) -> set[str]:
    """Words, and pairs of neighbours: single Chinese characters are too common to tell."""
    lowered = [word.lower() for word in text_words]
    pairs = {f"{a} {b}" for a, b in pairwise(lowered)}
    return {*lowered, *pairs}


def longest_rising(pairs: list[tuple[int, int]]) -> set[int]:
    """First members of a longest run of pairs in which the second members rise too."""
    from bisect import bisect_left

    ends: list[int] = []
    places: list[int] = []
    came_from: list[int | None] = []
    for place, (_first, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        came_from.append(places[length - 1] if length else None)
        if length == len(ends):
            ends.append(second)
            places.append(place)
        else:
            ends[length] = second
            places[length] = place
    kept = set()
    step = places[-1] if places else None
    while step is not None:
        kept.add(pairs[step][0])
        step = came_from[step]
    return kept


def anchor_quote(quote: str, text: str, *, floor: float = 0.7) -> tuple[int, int, float] | None:
    """Where a quote, or what became of it, stands in a text: start, end and score 0 to 1.

    Spaces do not matter; the place begins and ends at word boundaries. None when nothing is
    alike enough; a quote of three words or fewer must be there almost as it was.
    """
    quoted = _bare(quote)
    edges = _edges(text)
    if not quoted or not edges:
        return None
    starts, ends = {start for start, _end in edges}, {end for _start, end in edges}
    pattern = r"\s+".join(re.escape(word) for word in quoted.split())
    for exact in re.finditer(pattern, text):
        if exact.start() in starts and exact.end() in ends:
            return exact.start(), exact.end(), 1.0
    floor = max(floor, _SHORT_FLOOR) if len(words(quoted)) <= _SHORT_QUOTE else floor
    found = fuzz.partial_ratio_alignment(quoted, text, score_cutoff=floor * 100)
    if found is None:
        return None
    start, end = _best_span(quoted, text, edges, found.dest_start, found.dest_end)
    score = fuzz.ratio(quoted, text[start:end]) / 100
    return (start, end, round(score, 3)) if score >= floor else None


def _edges(text: str) -> list[tuple[int, int]]:
    """Start and end of each token that is not space."""
    edges = []
    position = 0
    for token in tokens(text):
        if not token.isspace():
            edges.append((position, position + len(token)))
        position += len(token)
    return edges


def _best_span(
    quote: str, text: str, edges: list[tuple[int, int]], start: int, end: int
) -> tuple[int, int]:
    """The span between word boundaries near a first guess that is most like the quote.

    The guess is as long as the quote, but the text may have grown or shrunk in between.
    """
    first = min(range(len(edges)), key=lambda place: abs(edges[place][0] - start))
    last = min(range(len(edges)), key=lambda place: abs(edges[place][1] - end))
    last = max(first, last)

    def likeness(a: int, b: int) -> float:
        return float(fuzz.ratio(quote, text[edges[a][0] : edges[b][1]]))

    for _round in range(2):
        near = range(max(0, first - _REACH), min(last, first + _REACH) + 1)
        first = max(near, key=lambda a: (likeness(a, last), -a))
        near = range(max(first, last - _REACH), min(len(edges) - 1, last + _REACH) + 1)
        last = max(near, key=lambda b: (likeness(first, b), -b))
    return edges[first][0], edges[last][1]
