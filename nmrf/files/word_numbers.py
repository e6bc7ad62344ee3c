"""The list numbers of a Word file, which Word counts when it shows the file.

ISO/IEC 29500-1, 17.9. Lists that share an abstract definition count on together unless one of
them has its own start, as Word does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nmrf.files.word_xml import Element, value, w

LabelKind = Literal["number", "roman", "letter", "small", "bullet"]

_DEEPEST = 9
_LONGEST_SPELLED = 1000  # Word itself stops at 780 letters
_PLACEHOLDER = re.compile(r"%(\d)")
_ROMAN = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"))


@dataclass(frozen=True)
class Label:
    """What Word shows before a paragraph. `number` is set for plain "12." only."""

    text: str
    kind: LabelKind
    list_key: tuple[str, int]
    number: int | None = None


class Styles:
    """Paragraph and character styles by id, with what they take from their base."""

    def __init__(self, styles: Element) -> None:
        self._by_id = {style.get(w("styleId")): style for style in styles.findall(w("style"))}
        self._default = next(
            (
                style.get(w("styleId"))
                for style in styles.findall(w("style"))
                if style.get(w("type")) == "paragraph" and style.get(w("default")) in {"1", "true"}
            ),
            None,
        )

    def of(self, p: Element) -> str | None:
        """The id of a paragraph's style."""
        return value(p.find(w("pPr")), "pStyle") or self._default

    def name(self, style_id: str | None) -> str:
        """The name in lower case; empty for an unknown id."""
        style = self._by_id.get(style_id)
        return (value(style, "name") or "").lower() if style is not None else ""

    def chain(self, style_id: str | None) -> Iterator[Element]:
        """The style and those it is based on; a circle, which is wrong but occurs, ends."""
        seen: set[str] = set()
        while style_id and style_id not in seen and style_id in self._by_id:
            seen.add(style_id)
            style = self._by_id[style_id]
            yield style
            style_id = value(style, "basedOn")


class ListNumbers:
    """Counts the lists; `label` must be asked once for each paragraph, in document order."""

    def __init__(self, numbering: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, Element] = {}
        self._nums: dict[str, Element] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()
        if numbering is None:
            return
        for abstract in numbering.findall(w("abstractNum")):
            self._abstract[abstract.get(w("abstractNumId"))] = abstract
        for num in numbering.findall(w("num")):
            self._nums[num.get(w("numId"))] = num
        self._linked = {
            value(abstract, "styleLink"): key for key, abstract in self._abstract.items()
        }

    def label(self, p: Element) -> Label | None:
        """The label of a paragraph, or None where it is in no list."""
        num_id, level = self._place(p)
        num = self._nums.get(num_id or "")
        if num is None or num_id is None:
            return None
        key = self._abstract_key(num)
        definition = self._level(key, num, level)
        if definition is None:
            return None
        counters = self._counters.setdefault(key, {})
        if num_id not in self._begun:
            self._begun.add(num_id)
            for override in num.findall(w("lvlOverride")):
                if (restart := value(override, "startOverride")) is not None:
                    counters[_whole(override.get(w("ilvl")), 0)] = _whole(restart, 1) - 1
        start = _whole(value(definition, "start"), 1)
        counters[level] = counters.get(level, start - 1) + 1
        for deeper in [other for other in counters if other > level]:
            deeper_level = self._level(key, num, deeper)
            if value(deeper_level, "lvlRestart") != "0":
                del counters[deeper]
        return self._shown(key, num, level, definition)

    def _place(self, p: Element) -> tuple[str | None, int]:
        """List and level from the paragraph itself, else from its style."""
        properties = p.find(w("pPr"))
        numbering = None if properties is None else properties.find(w("numPr"))
        num_id = value(numbering, "numId")
        level = value(numbering, "ilvl")
        for style in self._styles.chain(self._styles.of(p)):
            if num_id is not None and level is not None:
                break
            style_properties = style.find(w("pPr"))
            inherited = None if style_properties is None else style_properties.find(w("numPr"))
            num_id = num_id if num_id is not None else value(inherited, "numId")
            level = level if level is not None else value(inherited, "ilvl")
        return num_id, min(_whole(level, 0), _DEEPEST - 1)

    def _abstract_key(self, num: Element) -> str:
        key = value(num, "abstractNumId") or ""
        link = value(self._abstract.get(key), "numStyleLink")
        return self._linked.get(link, key) if link else key

    def _level(self, key: str, num: Element, level: int) -> Element | None:
        places = [
            override.find(w("lvl"))
            for override in num.findall(w("lvlOverride"))
            if override.get(w("ilvl")) == str(level)
        ]
        abstract = self._abstract.get(key)
        if abstract is not None:
            places += [
                lvl for lvl in abstract.findall(w("lvl")) if lvl.get(w("ilvl")) == str(level)
            ]
        return next((place for place in places if place is not None), None)

    def _shown(self, key: str, num: Element, level: int, definition: Element) -> Label:
        counters = self._counters[key]
        form = value(definition, "numFmt") or "decimal"
        pattern = value(definition, "lvlText") or ""

        def fill(place: re.Match[str]) -> str:
            other = int(place[1]) - 1
            there = definition if other == level else self._level(key, num, other)
            start = _whole(value(there, "start"), 1)
            return _spelled(counters.get(other, start), value(there, "numFmt") or "decimal")

        list_key = (key, level)
        if form in {"bullet", "none"} or "%" not in pattern:
            return Label("•" if form == "bullet" else "", "bullet", list_key)
        text = _PLACEHOLDER.sub(fill, pattern).strip()
        kinds: dict[str, LabelKind] = {"upperRoman": "roman", "upperLetter": "letter"}
        kind = kinds.get(form, "small" if form.startswith("lower") else "number")
        is_plain = kind == "number" and re.fullmatch(r"%\d\.?", pattern.strip())
        if kind == "number" and pattern.strip().endswith(")"):
            kind = "small"
        return Label(text, kind, list_key, counters[level] if is_plain else None)


def _whole(text: str | None, default: int) -> int:
    """A number of a stranger's file; what is no sensible one counts as not there."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else default


def _spelled(number: int, form: str) -> str:
    if not 0 < number < _LONGEST_SPELLED:
        return str(number)
    if form in {"upperRoman", "lowerRoman"}:
        spelled = _roman(number)
    elif form in {"upperLetter", "lowerLetter"}:
        # Word goes on after z with aa, bb, cc.
        spelled = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    else:
        return str(number)
    return spelled.upper() if form.startswith("upper") else spelled


def _roman(number: int) -> str:
    spelled = ""
    for size, sign in _ROMAN:
        while number >= size:
            spelled += sign
            number -= size
    return spelled + "i" * number
