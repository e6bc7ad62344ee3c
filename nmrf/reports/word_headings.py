"""Which paragraphs of a Word file are headings, and of which rank."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nmrf.reports.citations import find_citation_line
from nmrf.reports.word_paragraphs import SourceParagraph

LONGEST_HEADING = 300
_LONGEST_PLAIN_HEADING = 150

# "12. ", "12) ", "12.Text", "12 – Text", "12、"; not "122.17 ", which is a recommendation, nor a
# date such as "12.3.2025" or a count such as "12 – 15".
TYPED_NUMBER = re.compile(
    r"(\d{1,3})\s?(?:[.)．]\s+(?=\S)|[.)．、]\s*(?=[^\W\d_])|[-–—]\s+(?=[^\W\d_]))"
)
# "1.2 Text" under a heading "1."
NUMBER_BY_CHAPTER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.\d{1,2}\.?\s+(?=[^\W\d_])")
TYPED_ITEM = re.compile(
    r"(?:\(?(?:[a-z]{1,2}|[ivx]{1,5}|\d{1,2}|[أ-ي])\)|(?:[a-z]|[ivx]{1,5})\.|[•▪‣◦·●○–—-])"
    r"\s+(?=\S)"
)

_HEADING_STYLE = re.compile(
    r"(?:heading|überschrift|titre|título|ttulo|titolo|заголовок|标题|標題|عنوان|العنوان|naslov"
    r"|nadpis|otsikko|nagłówek|rubrik|kop|overskrift|başlık|címsor|titlu|cabeçalho)\s*(\d)"
)
# The style names of the template that the United Nations Office at Geneva uses.
_UN_STYLES = {"h_ch_g": 0, "h_1_g": 1, "h_2/3_g": 2, "h_23_g": 2, "h_4_g": 3, "h_5/6_g": 4}
_TITLE_STYLES = {
    *("title", "titel", "titre", "título", "titolo", "название", "标题", "العنوان", "naslov"),
    *("h_m_ch_g", "h__m_ch_g", "otsikko", "tytuł", "názov", "název", "başlık", "titlu", "cím"),
}

_SUBTITLE_STYLES = {"subtitle", "untertitel", "sous-titre", "subtítulo", "sottotitolo", "podnaslov"}

_ROMAN = r"[IVXLC]+"
_ARABIC_ORDER = "أولا|ثانيا|ثالثا|رابعا|خامسا|سادسا|سابعا|ثامنا|تاسعا|عاشرا"
_ARABIC_LETTERS = "ألف|باء|جيم|دال|هاء|واو|زاي|حاء|طاء|ياء|كاف|لام|ميم|نون"
_CHAPTER_WORDS = (
    r"chapter|part|chapitre|partie|capítulo|parte|kapitel|teil|capitolo|poglavl?je|глава|часть"
)
_LABELS = (
    (
        re.compile(
            rf"((?:{_CHAPTER_WORDS})\s+(?:(?:{_ROMAN}|\d{{1,2}})\b\s*[.:–—-]?|[A-Z]\s*[.:–—-]))"
            r"\s*(?=\S)",
            re.IGNORECASE,
        ),
        0,
    ),
    (re.compile(r"(第[一二三四五六七八九十\d]{1,3}[章部])[\s、.]*(?=\S)"), 0),
    (re.compile(rf"({_ROMAN}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ])[.)]\s*(?=\S)"), 0),
    (re.compile(rf"((?:{_ARABIC_ORDER})ً?|[一二三四五六七八九十]{{1,3}})\s*[-–.、]\s*"), 0),
    (re.compile(r"([A-ZА-Я])[.)]\s+(?=\S)"), 1),
    (re.compile(rf"({_ARABIC_LETTERS})\s*[-–.]\s*|[（(][一二三四五六七八九十]{{1,3}}[）)]\s*"), 1),
    (re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})\.?\s+(?=\S)"), 2),
)


@dataclass(frozen=True)
class Heading:
    """A heading: rank 0 for chapters, 1 for sections, and so on; the label as shown."""

    rank: int
    label: str
    text: str
    from_style: bool = True


def is_title_style(name: str) -> bool:
    """Whether a style of this name is for the title of the document."""
    return name.strip(" _").replace(" ", "") in _TITLE_STYLES


def find_heading(p: SourceParagraph) -> Heading | None:
    """The heading that a paragraph is, or None. Ranks are not yet made even: see `ranked`."""
    if p.is_table or p.is_box or len(p.text) > LONGEST_HEADING or is_title_style(p.style):
        return None
    if find_citation_line(p.text) is not None:
        return None
    rank = _style_rank(p)
    label, text, label_rank = _label(p)
    if rank is not None:
        # A long sentence with a number in a heading style is a paragraph in the wrong style.
        is_sentence = p.label is not None and p.label.number is not None and len(p.text) > 200
        return None if is_sentence else Heading(rank, label, text)
    if not label or len(text) > _LONGEST_PLAIN_HEADING or text[-1:] in {".", ";", ",", ":"}:
        return None
    stands_out = p.is_bold or (text.isupper() and len(text) > 3)
    if label_rank == 2 and not stands_out:
        return None
    return Heading(label_rank, label, text, from_style=False)


def standing_out(
    paragraphs: Sequence[SourceParagraph], headings: Mapping[int, Heading]
) -> dict[int, Heading]:
    """Short lines without a number, in bold or in capitals: headings that nothing else marks.

    Where there are other headings, those that stand out are below them.
    """
    below = max((heading.rank for heading in headings.values()), default=-1) + 1
    titles = [p.index for p in paragraphs if is_title_style(p.style)]
    first = max([*titles, min(headings, default=-1)])
    return {
        p.index: Heading(below + (not p.text.isupper()), "", p.text, from_style=False)
        for p in paragraphs
        if p.index > first and p.index not in headings and _stands_out(p)
    }


def _stands_out(p: SourceParagraph) -> bool:
    is_front = is_title_style(p.style) or p.style in _SUBTITLE_STYLES
    is_apart = p.is_table or p.is_box or is_front
    is_marked = p.is_bold or (p.text.isupper() and len(p.text) > 3)
    has_number = bool(p.label and p.label.text) or TYPED_NUMBER.match(p.text)
    return (
        is_marked
        and not is_apart
        and not has_number
        and len(p.text) <= _LONGEST_PLAIN_HEADING
        and p.text[-1] not in ".;,:"
        and not TYPED_ITEM.match(p.text)
        and find_citation_line(p.text) is None
    )


def _style_rank(p: SourceParagraph) -> int | None:
    if p.outline is not None:
        return p.outline
    if match := _HEADING_STYLE.match(p.style):
        return int(match[1]) - 1
    return _UN_STYLES.get(p.style.strip(" _").replace(" ", ""))


def _label(p: SourceParagraph) -> tuple[str, str, int]:
    """Label, text without it, and the rank that such a label has by custom."""
    if p.label is not None and p.label.text:
        ranks = {"roman": 0, "letter": 1, "number": 2}
        if p.label.kind in ranks:
            return p.label.text, p.text, ranks[p.label.kind]
    for pattern, rank in _LABELS:
        if match := pattern.match(p.text):
            return match[0].strip(), p.text[match.end() :].strip(), rank
    return "", p.text, 0


def ranked(headings: dict[int, Heading]) -> dict[int, Heading]:
    """Ranks without gaps from 0, and a typed "I." after "H." read as the letter it is."""
    settled: dict[int, Heading] = {}
    last_letter = ""
    for index in sorted(headings):
        heading = headings[index]
        sign = heading.label.rstrip(".)")
        if not heading.from_style and heading.rank == 0 and len(sign) == 1:
            # C, D, L and M are never chapters here; I, V and X only if no H, U or W came before.
            is_letter = sign in "CDLM" or (last_letter and ord(sign) == ord(last_letter) + 1)
            heading = replace(heading, rank=1) if is_letter else heading
        if heading.rank == 0:
            last_letter = ""
        elif heading.rank == 1:
            last_letter = sign[:1]
        settled[index] = heading
    order = {rank: place for place, rank in enumerate(sorted({h.rank for h in settled.values()}))}
    return {index: replace(h, rank=order[h.rank]) for index, h in settled.items()}
