"""Lines that say which recommendations a part of a report answers, and numbers in UN style.

Two ways of citing occur. Reports of the fourth cycle cite by running number, "(Recommendations
1, 5, 7–9)" (A/HRC/WG.6/48/SVN/1); addenda cite by the number in the Working Group's report,
"140.11-14", "140.82-85, 87" (A/HRC/59/15/Add.1), "122.17-18" (A/HRC/43/15/Add.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from nmrf.core.errors import Invalid
from nmrf.core.i18n import _
from nmrf.reports.inline import NOTE_MARK

K = TypeVar("K")

_DASH = r"[-‐‑‒–—−]"
_UPTO = (
    rf"(?:\s*{_DASH}\s*|\s*[至到~～]\s*"
    r"|\s+(?:to|through|à|au|al?|até|bis|do|до|по|إلى|الى|حتى)\s+)"
)
_ITEM = re.compile(
    rf"(?:(?P<prefix>\d{{1,3}})\.)?(?P<first>\d{{1,3}})"
    rf"(?:{_UPTO}(?:(?P<prefix2>\d{{1,3}})\.)?(?P<last>\d{{1,3}}))?"
    rf"(?![/(]|(?![和及])\w|\.\w|\s*{_DASH}\s*\d)",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(r"[\s,;.、，،؛&()（）\[\]:]+|(?:and|und|et|y|e|i|in|и|و|和|及)(?=[\s\d])")
# A number after one of these counts something else: "Recommendations 1, 5 of cycle 3".
_OTHER_COUNT = re.compile(
    r"cycles?|ciclos?|rounds?|sessions?|paragraphs?|paras?\.?|annex|SDGs?", re.IGNORECASE
)
_UNREAD = re.compile(r"(?:\([^\s()]*\)|[^\s,;、，،؛)\]])+|.")
# The six official languages, and some in which States draft.
_WORD = (
    r"(?:recommendations?|recs?\b\.?|recommandations?|recomendaci(?:ón|ones)|recomendaç(?:ão|ões)"
    r"|рекомендаци[а-яё]*|(?:ال)?توصي(?:ات|ة|تان|تين)|建议|empfehlung(?:en)?|raccomandazion[ei]"
    r"|priporočil[aoi]h?|preporuk[aei]|aanbeveling(?:en)?|anbefaling(?:er)?|doporučení)"
)
_NUMBER_WORD = r"(?:n\.?\s?[oº°ᵒ][sˢ]?\b\.?|n[°º]|n[uú]m(?:ber|ero|éro)?s?\b\.?|nrs?\b\.?|№+|#)"
_HEAD = re.compile(rf"{_WORD}\s*{_NUMBER_WORD}?\s*:?\s*(?=\d)", re.IGNORECASE)
_LINE = re.compile(
    rf"\s*(?P<open>[(\[（])?\s*(?:(?P<words>[^\W\d_]+\.?,?\s+){{1,4}}(?={_WORD}))?{_HEAD.pattern}"
    rf"(?P<rest>.*?)\s*(?P<close>[)\]）])?\s*\.?\s*",
    re.IGNORECASE | re.DOTALL,
)
# Words in brackets, which may hold brackets themselves.
_BRACKETED = re.compile(r"[(（][^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*[)）]")
_LONGEST_LINE = 1200
_NUMBER = re.compile(r"(?:(\d+(?:\.\d+)*)\.)?(\d+)")


@dataclass(frozen=True)
class Citation:
    """Recommendations that a line cites, in its order.

    A part is an `int` for a running number and a `str` for a number such as "122.17".
    `unread` are the pieces of the line that are neither.
    """

    parts: tuple[int | str, ...]
    unread: tuple[str, ...] = ()

    @property
    def running(self) -> list[int]:
        """The running numbers alone."""
        return [part for part in self.parts if isinstance(part, int)]

    @property
    def numbers(self) -> list[str]:
        """The numbers of the Working Group's report alone."""
        return [part for part in self.parts if isinstance(part, str)]


def parse_numbers(text: str) -> Citation:
    """Read numbers and ranges: "1, 5, 7–9", "122.17–18", "140.35. 140.36", "140.82-85, 87".

    A bare number after one with a paragraph goes on in that paragraph: "140.120, 209" is
    140.120 and 140.209. Nothing is dropped: what is not a number comes back as `unread`.
    """
    head = re.match(rf"[\s(\[（]*{_HEAD.pattern}", text, re.IGNORECASE)
    position = head.end() if head else 0
    parts: dict[int | str, None] = {}
    unread: list[str] = []
    prefix = word = ""
    while position < len(text):
        if gap := _SEPARATOR.match(text, position):
            position = gap.end()
            continue
        item = _ITEM.match(text, position)
        if item is None:
            piece = _UNREAD.match(text, position)
            assert piece is not None  # noqa: S101 - the second branch takes any sign
            word = piece.group()
            unread.append(word)
            position = piece.end()
            continue
        position = item.end()
        word, before = "", word
        if _OTHER_COUNT.fullmatch(before):
            unread.append(item.group())
            continue
        prefix = str(int(item["prefix"])) if item["prefix"] else prefix
        span = _span(item, prefix)
        if span is None:
            unread.append(item.group())
        for number in span or ():
            parts[f"{prefix}.{number}" if prefix else number] = None
    return Citation(tuple(parts), tuple(unread))


def _span(item: re.Match[str], prefix: str) -> range | None:
    first = int(item["first"])
    last = int(item["last"]) if item["last"] else first
    other_paragraph = item["prefix2"] and str(int(item["prefix2"])) != prefix
    if other_paragraph or not first <= last:
        return None
    return range(first, last + 1)


def find_citation_line(text: str) -> Citation | None:
    """The citation when the paragraph is such a line and nothing else; otherwise None.

    "(Recommendations 1–5)", "(Recommendation 15)", "Recommendations: 122.1–5", in the six
    official languages. Words among the numbers are let pass only inside brackets.
    """
    bare = NOTE_MARK.sub("", text).strip().strip("*_").strip()
    if len(bare) > _LONGEST_LINE:
        return None
    line = _LINE.fullmatch(bare)
    if line is None:
        return None
    bracketed = bool(line["open"] and line["close"])
    if line["words"] and not bracketed:
        return None
    citation = parse_numbers(line["rest"])
    too_wordy = len(citation.unread) > (len(citation.parts) if bracketed else 0)
    return None if too_wordy or not citation.parts else citation


def citations_within(text: str) -> Citation:
    """What a paragraph cites in brackets among its words: "… was adopted (Recommendation 122.5)".

    `text` is bare. Parts and unread pieces of all its brackets, each once.
    """
    found = [c for m in _BRACKETED.finditer(text) if (c := find_citation_line(m.group()))]
    return Citation(
        tuple(dict.fromkeys(part for citation in found for part in citation.parts)),
        tuple(dict.fromkeys(piece for citation in found for piece in citation.unread)),
    )


def split_citation(heading: str) -> tuple[str, str]:
    """A heading and the citation line at its end: "Health (Recommendations 1–5)"; or "" for it."""
    brackets = list(_BRACKETED.finditer(heading))
    last = brackets[-1] if brackets else None
    if last is None or heading[last.end() :].strip(" .") or not find_citation_line(last.group()):
        return heading, ""
    return heading[: last.start()].strip(), last.group()


def resolve(
    citation: Citation, running: Mapping[int, K], by_number: Mapping[str, K]
) -> tuple[list[K], list[str]]:
    """What the citation names, each once and in its order, and what it names in vain."""
    found: dict[K, None] = {}
    unresolved: list[str] = []
    for part in citation.parts:
        thing = running.get(part) if isinstance(part, int) else by_number.get(part)
        if thing is None:
            unresolved.append(str(part))
        else:
            found[thing] = None
    return list(found), [*unresolved, *citation.unread]


def running_order(order: str) -> dict[int, str]:
    """Running number to UN number, from ranges in order: "122.1-157, 121.1-58" gives 1 to 215.

    The order is the State's choice: Slovenia's fourth-cycle report counts 122.1–122.157 as
    1–157 and 121.1–121.58 as 158–215. Raises Invalid for anything but UN numbers.
    """
    citation = parse_numbers(order)
    wrong = [str(number) for number in citation.running] + list(citation.unread)
    if wrong or not citation.parts:
        raise Invalid(
            _(
                "“%(piece)s” is not a range of recommendation numbers. "
                "Write the ranges in their order, like “122.1–157, 121.1–58”.",
                piece=wrong[0] if wrong else order.strip(),
            )
        )
    return dict(enumerate(citation.numbers, start=1))


def ranges(numbers: Iterable[str]) -> str:
    """Numbers in UN style, sorted by their parts, in ranges: "122.17–18, 122.20"."""
    return ", ".join(range_list(numbers))


def range_list(numbers: Iterable[str]) -> list[str]:
    """The pieces of `ranges`, for a writer that must not break a line inside one."""
    keyed: dict[tuple[tuple[int, ...], int], str] = {}
    others: dict[str, None] = {}
    for number in numbers:
        match = _NUMBER.fullmatch(number.strip())
        if match is None:
            others[number.strip()] = None
            continue
        prefix = tuple(int(part) for part in match[1].split(".")) if match[1] else ()
        keyed[prefix, int(match[2])] = match[1] + "." if match[1] else ""
    pieces = []
    in_order = enumerate(sorted(keyed))
    for _step, group in groupby(in_order, key=lambda pair: (pair[1][0], pair[1][1] - pair[0])):
        run = [key for _position, key in group]
        first, last = run[0], run[-1]
        head = f"{keyed[first]}{first[1]}"
        pieces.append(head if first == last else f"{head}–{last[1]}")
    return [*pieces, *sorted(others)]
