"""Recommending States at the end of sentences: "… (France) (Lithuania); …".

Not every bracket is a State: "(No. 29)", "(CEDAW)", "(the Paris Principles)". A bracket is taken
for one if its name is known, or if it stands among known ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from nmrf.recommendations.states_names import match_state, nearest_state

_WIDE = str.maketrans("（）【】[]；，．", "()()();,.")
_BETWEEN = re.compile(r"[\s;,/.&)–-]*(?:and|et|y|и|و|和)?[\s;,/]*")
_SEPARATOR = re.compile(
    r"\s*[,;/、،؛\n]\s*(?:and\s+|et\s+|y\s+)?|\s+(?:and|&|et|y|и|e)\s+|\s+و\s*|和"
)
_BEHALF = re.compile(
    r"(?:^|[\s,(]+)(?:(?:speaking|also)\s+)*(?:on behalf of|au nom d|en nombre d|от имени)",
    re.IGNORECASE,
)
_BEHALF_OF = re.compile(rf"{_BEHALF.pattern}[^\n;)]*\)?", re.IGNORECASE)
_BRACKET = re.compile(r"[()]")
_COUNTED = re.compile(r"[a-z]|[ivx]{1,4}")
_WIDEST_GAP = 12
_NEXT_SENTENCE = re.compile(r"\s*[;/]\s*[^\W\d_a-zà-ÿа-я]")
_ENDS = ";.,:)؛،。/\n"
_OTHER_THINGS = re.compile(
    r"\d|\b(convention|protocol|principles?|rules|act|law|code|agenda|plan|strategy|programme|"
    r"program|committee|commission|article|council|organi[sz]ation|institution|goals?|standards|"
    r"guidelines|treaty|statute|court|centre|center|fund|agreement|declaration|covenant|rapporteur|"
    r"mechanism|ombud\w*|ministry|bill|recommendations?|paragraph|region|including|such|e\.g\.|"
    r"i\.e\.|group|union)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StateMention:
    """A recommending State as written, with its ISO 3166-1 alpha-3 code; None if unknown."""

    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence of a recommendation with the States that made it."""

    text: str
    states: tuple[StateMention, ...]


@dataclass(slots=True)
class Sentences:
    """The parts of a recommendation, and brackets that may be States or may not."""

    parts: list[Part] = field(default_factory=list)
    perhaps: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    """Known States in brackets in the middle of a sentence, left in its text."""
    behalf: list[str] = field(default_factory=list)
    """Brackets with a State that spoke on behalf of others."""


@dataclass(slots=True)
class _Bracket:
    start: int
    end: int
    inner: str


def sentences_of(body: str) -> Sentences:
    """Cut the text of a recommendation after each run of States."""
    found = Sentences()
    plain = body.translate(_WIDE)
    runs = _runs(plain)
    begun = 0
    for index, run in enumerate(runs):
        last = index == len(runs) - 1 and not plain[run[-1].end :].strip(" ;.,:*)؛。\n")
        joined = _NEXT_SENTENCE.match(plain, run[-1].end) is not None
        states, first, aside = _states_of_run(run, last=last, joined=joined, found=found)
        if not states:
            continue
        after = run[-1].end
        if not last and not _sentence_ends(plain[after : after + 20]):
            found.inside.extend(bracket.inner for bracket in run[first:])
            continue
        text = " ".join([_trimmed(body[begun : run[first].start]), *aside]).strip()
        if text or not found.parts:
            found.parts.append(Part(text, states))
        else:
            before = found.parts[-1]
            found.parts[-1] = Part(before.text, _union(before.states, states))
        begun = after
    if any(map(str.isalnum, rest := _trimmed(body[begun:]))):
        found.parts.append(Part(rest, ()))
    return found


@lru_cache(maxsize=4_096)
def mentions_of(names: str) -> tuple[StateMention, ...]:
    """The States in a list such as "Spain, Tunisia, Korea (Republic of)"; () if none is known.

    Of a list with known names the unknown ones are mentioned too, without a code.
    """
    text = names.translate(_WIDE).strip(" ;.,\n")
    plain = _BEHALF.split(text, maxsplit=1)[0]
    if not plain:
        return ()
    if code := match_state(plain):
        return (StateMention(" ".join(text.split()), code),)
    spans: list[tuple[int, int]] = []
    begun = 0
    for separator in _SEPARATOR.finditer(plain):
        spans.append((begun, separator.start()))
        begun = separator.end()
    spans.append((begun, len(plain)))
    mentions = _longest_names(plain, spans)
    known = any(mention.code for mention in mentions)
    # "(including Spain and France)" is no list of recommending States.
    named = all(mention.code or _may_be_state(mention.name) for mention in mentions)
    return mentions if known and named else ()


@lru_cache(maxsize=4_096)
def list_of_states(cell: str) -> tuple[StateMention, ...]:
    """The States of a cell that holds nothing else: one a line, in brackets, or with commas."""
    plain = _BEHALF_OF.sub("", cell.translate(_WIDE))
    found: tuple[StateMention, ...] = ()
    begun = 0
    spans: list[tuple[int, int]] = []
    for separator in _SEPARATOR.finditer(plain):
        spans.append((begun, separator.start()))
        begun = separator.end()
    spans.append((begun, len(plain)))
    for mention in _longest_names(plain, spans):
        brackets = _brackets(mention.name) if mention.code is None else []
        inside = [state for bracket in brackets for state in mentions_of(bracket.inner)]
        found = _union(found, tuple(inside) or (mention,))
    return found


def behalf_in(cell: str) -> list[str]:
    """The lines of a cell of States where one spoke on behalf of others."""
    return [line.strip() for line in cell.split("\n") if _BEHALF.search(line)]


def _longest_names(text: str, spans: list[tuple[int, int]]) -> tuple[StateMention, ...]:
    """Names may hold "and" or a comma themselves: the longest known stretch is taken."""
    mentions: list[StateMention] = []
    here = 0
    while here < len(spans):
        for there in range(min(len(spans), here + 4), here, -1):
            name = _bare(text[spans[here][0] : spans[there - 1][1]])
            if code := match_state(name):
                mentions.append(StateMention(" ".join(name.split()), code))
                here = there
                break
        else:
            name = " ".join(_bare(text[slice(*spans[here])]).split())
            if name:
                mentions.append(StateMention(name, None))
            here += 1
    return _union((), tuple(mentions))


def _bare(name: str) -> str:
    plain = name.strip(" ;.,-•*\n")
    whole = [bracket for bracket in _brackets(plain) if bracket.end - bracket.start == len(plain)]
    return whole[0].inner if whole and plain.endswith(")") else plain


def _union(
    first: tuple[StateMention, ...], second: tuple[StateMention, ...]
) -> tuple[StateMention, ...]:
    known: dict[str, StateMention] = {}
    for mention in (*first, *second):
        known.setdefault(mention.code or mention.name, mention)
    return tuple(known.values())


def union_of(parts: list[Part]) -> tuple[StateMention, ...]:
    """All States of the parts, each once, in order."""
    states: tuple[StateMention, ...] = ()
    for part in parts:
        states = _union(states, part.states)
    return states


def _runs(text: str) -> list[list[_Bracket]]:
    """Brackets that follow each other with nothing but marks between them."""
    runs: list[list[_Bracket]] = []
    for bracket in _brackets(text):
        near = runs and bracket.start - runs[-1][-1].end <= _WIDEST_GAP
        if near and _BETWEEN.fullmatch(text, runs[-1][-1].end, bracket.start):
            runs[-1].append(bracket)
        else:
            runs.append([bracket])
    return runs


def _brackets(text: str) -> list[_Bracket]:
    """Outermost brackets but "(a)" and "(ii)"; one that is never closed goes to the end."""
    found: list[_Bracket] = []
    depth, start = 0, 0
    for sign in _BRACKET.finditer(text):
        at = sign.start()
        if sign[0] == "(":
            if not depth:
                start = at
            depth += 1
        elif depth:
            depth -= 1
            inner = text[start + 1 : at]
            if not depth and not _COUNTED.fullmatch(inner):
                found.append(_Bracket(start, at + 1, inner))
    if depth:
        found.append(_Bracket(start, len(text), text[start + 1 :].rstrip(" ;.,\n")))
    return found


def _states_of_run(
    run: list[_Bracket], *, last: bool, joined: bool, found: Sentences
) -> tuple[tuple[StateMention, ...], int, list[str]]:
    """The States of a run, the index of the bracket where they begin, and what is no State."""
    read = [mentions_of(bracket.inner) for bracket in run]
    first = next((i for i, mentions in enumerate(read) if mentions), None)
    if first is None:
        if not (last or joined) or not _may_be_state(run[-1].inner):
            return (), 0, []
        first = len(run) - 1
    while first and _is_misspelt(run[first - 1].inner):
        first -= 1
    for bracket in run[:first]:
        if _may_be_state(bracket.inner) and " " not in bracket.inner:
            found.perhaps.append(bracket.inner)
    states: tuple[StateMention, ...] = ()
    aside: list[str] = []
    for bracket, mentions in zip(run[first:], read[first:], strict=True):
        name = " ".join(bracket.inner.split())
        if mentions and _BEHALF.search(name):
            found.behalf.append(name)
        if mentions or _may_be_state(name):
            states = _union(states, mentions or (StateMention(name, None),))
        else:
            aside.append(f"({name})")
    return states, first, aside


def _is_misspelt(name: str) -> bool:
    return _may_be_state(name) and nearest_state(name) is not None


def _may_be_state(name: str) -> bool:
    plain = name.strip()
    if not plain or len(plain) > 80 or _OTHER_THINGS.search(plain):
        return False
    is_acronym = plain.isupper() and " " not in plain and len(plain) <= 10
    return not plain[0].islower() and plain[0].isalpha() and not is_acronym


def _sentence_ends(after: str) -> bool:
    rest = after.lstrip(" \u200e\u200f")
    if not rest or rest[0] in _ENDS:
        return True
    return rest[0].isalpha() and not rest[0].islower()


def _trimmed(text: str) -> str:
    """One line, without the marks that join a sentence to the ones around it."""
    line = " ".join(text.split())
    return line.lstrip(";:,./؛،。；， ").rstrip(";,؛،；， /")
