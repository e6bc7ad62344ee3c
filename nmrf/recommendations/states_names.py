"""Names of States: from the spellings of documents to ISO 3166-1 alpha-3 codes, and back."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.core import get_global

from nmrf.paths import WORKFLOWS

SPELLINGS = WORKFLOWS / "vocabularies" / "states_aliases.toml"

UN_LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")

_WORD = re.compile(r"[^\W_]+")
# Left out wherever they stand: articles and small words that documents add or drop.
_SMALL = frozenset(
    "the of and a an de du des d la le les l el los las del y et e i".split()  # noqa: SIM905
)
_FAR = 84


@dataclass(frozen=True, slots=True)
class State:
    """A Member State or observer State of the United Nations."""

    code: str
    alpha2: str
    name: str
    observer: bool


@cache
def _vocabulary() -> dict[str, Any]:
    return tomllib.loads(SPELLINGS.read_text(encoding="utf-8"))


@cache
def _alpha2() -> dict[str, str]:
    wanted = {*_vocabulary()["members"], *_vocabulary()["observers"]}
    # CLDR keeps the alpha-3 codes among its deprecated spellings of territories.
    aliases = get_global("territory_aliases")
    return {code: aliases[code][0] for code in wanted}


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", name).casefold().replace("&", " and ")
    bare = "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))
    # A tatweel only stretches an Arabic word.
    return _WORD.findall(bare.replace("\u0640", ""))


def _squeezed(name: str) -> str:
    """Letters alone, so that "Plurinational S tate" is the same as "Plurinational State"."""
    return "".join(w for w in _words(name) if w != "the")


def _shuffled(name: str) -> str:
    """Words in a fixed order, so that "Korea, Republic of" is the same as "Republic of Korea"."""
    return " ".join(sorted(w for w in _words(name) if w not in _SMALL))


def _spellings() -> Iterator[tuple[str, str]]:
    """Every known spelling with its code; the more certain sources first."""
    for kind in ("un_names", "formal_names"):
        for code, name in _vocabulary()[kind].items():
            yield name, code
    for code, others in _vocabulary()["aliases"].items():
        for name in others:
            yield name, code
    for language in UN_LANGUAGES:
        territories = Locale(language).territories
        for code, alpha2 in _alpha2().items():
            yield territories[alpha2], code


@cache
def _index() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for name, code in _spellings():
        exact.setdefault(_squeezed(name), code)
        loose.setdefault(_shuffled(name), code)
    return exact, loose


@lru_cache(maxsize=4096)
def match_state(name: str) -> str | None:
    """The ISO 3166-1 alpha-3 code of a State named in a document; None if the name is unknown.

    Case, accents, punctuation, "the", stray spaces and the order of the words do not matter.
    """
    exact, loose = _index()
    squeezed = _squeezed(name)
    if not squeezed:
        return None
    return exact.get(squeezed) or loose.get(_shuffled(name))


@lru_cache(maxsize=1024)
def nearest_state(name: str) -> str | None:
    """The code of the State whose name is nearly this one, to ask "did you mean"; or None."""
    from rapidfuzz import fuzz, process

    exact, _loose = _index()
    squeezed = _squeezed(name)
    if len(squeezed) < 4:
        return None
    found = process.extractOne(squeezed, exact.keys(), scorer=fuzz.ratio, score_cutoff=_FAR)
    return exact[found[0]] if found else None


@cache
def state_name(code: str, language: str = "en") -> str:
    """The name of a State in a language; in English as the United Nations write it.

    A code that is not of a State is given back as it is.
    """
    names = _vocabulary()["un_names"]
    if language == "en" and code in names:
        return names[code]
    alpha2 = _alpha2().get(code)
    return Locale.parse(language, sep="-").territories[alpha2] if alpha2 else code


def all_states(language: str = "en") -> list[State]:
    """All Member States and observer States, by name in the language."""
    observers = _vocabulary()["observers"]
    states = [
        State(code, alpha2, state_name(code, language), code in observers)
        for code, alpha2 in _alpha2().items()
    ]
    return sorted(states, key=lambda state: (_squeezed(state.name), state.code))
