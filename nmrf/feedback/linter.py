"""Warns somebody before sending that the text itself seems to say who wrote it.

It only warns: the words stay the commenter's own. Nothing is kept of what it found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import regex

from nmrf.core.i18n import Lazy, _l


class Sign(StrEnum):
    INTRODUCTION = "introduction"
    EMAIL = "email"
    TELEPHONE = "telephone"
    ACCOUNT = "account"
    SIGNATURE = "signature"
    OWN_NAME = "own_name"
    RELATION = "relation"


SIGNS: dict[Sign, Lazy] = {
    Sign.INTRODUCTION: _l("It seems to say who you are."),
    Sign.EMAIL: _l("It holds an e-mail address."),
    Sign.TELEPHONE: _l("It holds what looks like a telephone number."),
    Sign.ACCOUNT: _l("It holds a name or page on a social network."),
    Sign.SIGNATURE: _l("It ends like a letter, with a name under it."),
    Sign.OWN_NAME: _l("It holds a name that you gave in this form or that your account has."),
    Sign.RELATION: _l("It says something about you that few people share."),
}


@dataclass(frozen=True)
class Hint:
    """What was found, and the words in which it was found."""

    sign: Sign
    excerpt: str

    @property
    def message(self) -> str:
        return str(SIGNS[self.sign])


_I = re.IGNORECASE
# A name follows: a capital letter where the script has capitals.
_NAMED = re.compile(
    r"\b(?:[Mm]y name is|[Ii] am called|[Jj]e m['’]appelle|[Mm]on nom est|[Mm]e llamo|"
    r"[Mm]i nombre es|[Mm]eu nome é|[Mm]oje ime je|[Ii]me mi je|[Zz]ovem se|[Ii]ch heiße|"
    r"[Mm]ein Name ist|[Мм]еня зовут)\s+\S+(?:\s+\S+)?"
    r"|(?:اسمي|أنا اسمي|我叫|我的名字)\s*\S{1,20}"
)
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀ-ŽА-Я][\w'’-]*"
# "I am concerned" says nothing about anybody; "I am Jane" does.
_I_AM = re.compile(
    rf"\b(?:I am|I['’]m|[Jj]e suis|[Ss]oy|[Ii]ch bin|[Jj]az sem|Я —)\s+"
    rf"(?!I\b){_CAPITAL}(?:\s+(?!I\b){_CAPITAL})*"
)
_POSITION = re.compile(
    r"\b(?:I am|I['’]m|I work as|I serve as|[Aa]s)\s+(?:the|a|an)\s+(?:\w+\s+){0,3}?"
    r"(?:director|head|president|chair(?:man|woman|person)?|lawyer|judge|prosecutor|doctor|nurse|"
    r"teacher|journalist|employee|official|officer|prisoner|inmate|victim|survivor|witness|"
    r"founder|member of staff|mother|father|daughter|son|wife|husband|widow|widower)\b[^.\n]{0,60}",
    _I,
)
_MY_CASE = re.compile(
    r"\bmy (?:case|trial|arrest|employer|boss|husband|wife|son|daughter|village|lawyer|client)\b"
    r"[^.\n]{0,60}",
    _I,
)
# It begins where a word does and gives nothing back: one long word would else take seconds.
_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%-]++"
    r"\s?(?:@|\(at\)|\[at\]|\s+at\s+(?=\S+\s+dot\s))\s?[\w-]+(?:\.[\w-]+)+",
    _I,
)
_TELEPHONE = re.compile(r"(?<![\w./-])(?:\+|00)?\(?\d[\d()\s./-]{6,20}\d(?![\w/])")
_DATE = re.compile(
    r"^\s*(?:\d{1,2}[./-]\s?\d{1,2}[./-]\s?\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|"
    r"\d{4}\s?[-–/]\s?\d{2,4})\s*$"
)
_THOUSANDS = re.compile(r"^\d{1,3}(?:[., \u00a0]\d{3})+$")
_ACCOUNT = re.compile(
    r"(?<![\w@])@[A-Za-z_]\w{2,}"
    r"|\b(?:facebook|instagram|twitter|x|t|linkedin|tiktok|vk)\.(?:com|me)/\S+",
    _I,
)
_CLOSING = re.compile(
    r"^[^\w\n]*(?:(?:kind|best|warm) regards|regards|(?:yours )?(?:sincerely|faithfully|truly)|"
    r"respectfully|signed|cordialement|bien à vous|atentamente|saludos(?: cordiales)?|"
    r"mit freundlichen grüßen|lep pozdrav|s spoštovanjem|с уважением|مع التحية|مع خالص التحية|"
    r"此致|敬上)[^\w\n]*(?P<rest>.*)$",
    _I | re.MULTILINE,
)
_NAME_LINE = re.compile(
    r"^[^\W\d_][\w.'’-]*(?:\s+[^\W\d_][\w.'’-]*){1,3}(?:,.{0,60})?$",
)
_SHORTEST_NAME = 3
_SHORTEST_NUMBER = 7
_EXCERPT = 80


def warnings(text: str, known_names: Sequence[str] = ()) -> list[Hint]:
    """What in a text seems to name its author, each once, in the order of the text's dangers.

    `known_names` are those that were typed into the form or stand in the account.
    """
    found: dict[tuple[Sign, str], Hint] = {}
    for sign, excerpt in _signs(text, known_names):
        words = " ".join(excerpt.split())[:_EXCERPT]
        found.setdefault((sign, words.casefold()), Hint(sign, words))
    return list(found.values())


def _signs(text: str, known_names: Sequence[str]) -> Iterator[tuple[Sign, str]]:
    for sign, pattern, is_one in _PATTERNS:
        yield from ((sign, match[0]) for match in pattern.finditer(text) if is_one(match[0]))
    yield from _signature(text)
    for name in known_names:
        yield from ((Sign.OWN_NAME, part) for part in _named_in(text, name))


def _is_telephone(found: str) -> bool:
    digits = sum(character.isdigit() for character in found)
    if digits < _SHORTEST_NUMBER or _DATE.match(found) or _THOUSANDS.match(found.strip()):
        return False
    # Numbers of recommendations such as 140.122 have one point and no spaces.
    return not re.fullmatch(r"\d+\.\d+", found.strip())


def _signature(text: str) -> Iterator[tuple[Sign, str]]:
    for match in _CLOSING.finditer(text):
        after = text[match.end() :].strip().splitlines()[:1]
        name = match["rest"].strip() or "".join(after).strip()
        if name and len(name) <= _EXCERPT:
            yield Sign.SIGNATURE, match[0] if match["rest"].strip() else f"{match[0]} {name}"
            return
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) > 1 and _NAME_LINE.match(lines[-1]) and _all_capitals(lines[-1].split(",")[0]):
        yield Sign.SIGNATURE, lines[-1]


def _all_capitals(words: str) -> bool:
    return all(word[0].isupper() for word in words.split() if word not in {"de", "von", "van"})


def _named_in(text: str, name: str) -> list[str]:
    """The whole name where the text has it, else those of its parts that stand in it."""
    whole = " ".join(name.split())
    parts = [part for part in whole.split() if len(part) >= _SHORTEST_NAME or not part.isascii()]
    for wanted in ([whole] if parts else [], parts):
        found = [part for part in wanted if _holds(text, part)]
        if found:
            return found
    return []


def _holds(text: str, name: str) -> bool:
    # Chinese has no spaces between words.
    if regex.search(r"\p{Han}", name):
        return name in text
    return bool(
        re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", " ".join(text.casefold().split()))
    )


def _any(_found: str) -> bool:
    return True


_PATTERNS: tuple[tuple[Sign, re.Pattern[str], Callable[[str], bool]], ...] = (
    (Sign.INTRODUCTION, _NAMED, _any),
    (Sign.INTRODUCTION, _I_AM, _any),
    (Sign.EMAIL, _EMAIL, _any),
    (Sign.TELEPHONE, _TELEPHONE, _is_telephone),
    (Sign.ACCOUNT, _ACCOUNT, _any),
    (Sign.RELATION, _POSITION, _any),
    (Sign.RELATION, _MY_CASE, _any),
)
