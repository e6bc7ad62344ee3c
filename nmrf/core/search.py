"""One full-text behaviour on both databases: words are folded and stemmed here.

Stored text and query go through `fold`, so that "égalité" finds "egalite" and "ratifying"
finds "ratify". Chinese is matched by single characters; of Arabic words the article is taken off.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any

import regex
import snowballstemmer
from sqlalchemy import ColumnElement, and_

_WORD = regex.compile(r"\p{Han}|[\p{L}\p{N}]+")
_STEMMED = {"en": "english", "fr": "french", "es": "spanish", "ru": "russian"}


@cache
def _stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(_STEMMED[language])


@lru_cache(maxsize=50_000)
def _stem(word: str, language: str) -> str:
    # Texts of one kind share most of their words: an import of 5,000 stems each word once.
    stemmed: str = _stemmer(language).stemWord(word)
    return stemmed


def fold(text: str, language: str = "en") -> str:
    """The words of a text, folded and stemmed, each with a space on both sides."""
    plain = unicodedata.normalize("NFKD", text)
    if not plain.isascii():
        plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.casefold()
    words = [word.removeprefix("ال") or word for word in _WORD.findall(plain)]
    if language in _STEMMED:
        words = [_stem(word, language) for word in words]
    return f" {' '.join(words)} "


def matches(column: Any, query: str, language: str = "en") -> ColumnElement[bool]:
    """A condition: the stored folded text holds every word of the query."""
    words = fold(query, language).split()
    return and_(True, *(column.like(f"% {word} %") for word in words))
