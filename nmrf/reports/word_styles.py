"""Styles and numbering of the documents that we write, after the form of UN documents.

Measures are in twentieths of a point, as Word has them: 567 is one centimetre. Word turns
left and right round by itself in right-to-left paragraphs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale

from nmrf.files.word_xml import R, W

_INDENT = 1134
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}"'
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

HEADINGS_LIST = 1
PARAGRAPHS_LIST = 2

# Word wants a region with the language; these are the ones that UN documents carry.
_REGIONS = {"en": "en-GB", "fr": "fr-FR", "es": "es-ES", "ru": "ru-RU", "ar": "ar-SA"}
_EAST_ASIAN = {"zh": "zh-CN", "ja": "ja-JP", "ko": "ko-KR"}


@dataclass(frozen=True)
class ParagraphStyle:
    """A paragraph style: `layout` goes into w:pPr, `look` into w:rPr."""

    id: str
    name: str
    layout: str = ""
    look: str = ""
    based_on: str = "Normal"


def _sized(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


_BOLD = "<w:b/><w:bCs/>"
_ITALIC = "<w:i/><w:iCs/>"
_KEEP = "<w:keepNext/><w:keepLines/>"
_SIDES = f'<w:ind w:left="{_INDENT}" w:right="{_INDENT}"/>'
_BODY = _SIDES + '<w:jc w:val="both"/>'


_RIGHT = '<w:jc w:val="right"/>'


def _ruled(side: str, size: int) -> str:
    return f'<w:pBdr><w:{side} w:val="single" w:sz="{size}" w:space="4" w:color="auto"/></w:pBdr>'


_RULE_ABOVE, _RULE_BELOW = _ruled("top", 12), _ruled("bottom", 4)


def _spaced(before: int, after: int) -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}"/>'


def _heading(level: int, half_points: int, before: int) -> list[ParagraphStyle]:
    """A heading with native numbering, and one whose number is typed."""
    place = f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{HEADINGS_LIST}"/></w:numPr>'
    rest = (
        f'<w:tabs><w:tab w:val="left" w:pos="{_INDENT}"/></w:tabs>{_spaced(before, 120)}'
        f'<w:ind w:left="{_INDENT}" w:right="{_INDENT}" w:hanging="737"/>'
    )
    outline = f'<w:outlineLvl w:val="{level - 1}"/>'
    look = _BOLD + _sized(half_points)
    return [
        ParagraphStyle(
            f"Heading{level}", f"heading {level}", f"{_KEEP}{place}{rest}{outline}", look
        ),
        ParagraphStyle(
            f"Heading{level}Typed",
            f"Heading {level} Typed",
            '<w:numPr><w:numId w:val="0"/></w:numPr>' + rest,
            based_on=f"Heading{level}",
        ),
    ]


PARAGRAPH_STYLES = [
    ParagraphStyle("Title", "Title", _KEEP + _spaced(360, 240) + _SIDES, _BOLD + _sized(28)),
    ParagraphStyle("Subtitle", "Subtitle", _KEEP + _spaced(0, 240) + _SIDES, _BOLD + _sized(24)),
    ParagraphStyle("Masthead", "Masthead", _RULE_ABOVE + _spaced(0, 0)),
    ParagraphStyle("MastheadBody", "Masthead Body", based_on="Masthead", look=_BOLD),
    ParagraphStyle("MastheadSymbol", "Masthead Symbol", _spaced(0, 0) + _RIGHT, _sized(20)),
    *_heading(1, 28, 360),
    *_heading(2, 24, 240),
    *_heading(3, 20, 240),
    ParagraphStyle("CitationLine", "Citation Line", _KEEP + _spaced(0, 120) + _BODY, _ITALIC),
    ParagraphStyle("BodyText", "Body Text", _spaced(0, 120) + _BODY),
    ParagraphStyle(
        "NumberedParagraph",
        "Numbered Paragraph",
        f'<w:numPr><w:numId w:val="{PARAGRAPHS_LIST}"/></w:numPr>'
        f'<w:tabs><w:tab w:val="left" w:pos="{_INDENT + 567}"/></w:tabs>' + _spaced(0, 120) + _BODY,
    ),
    ParagraphStyle(
        "SubItem",
        "Sub-item",
        _spaced(0, 120)
        + f'<w:ind w:left="{_INDENT + 567}" w:right="{_INDENT}"/><w:jc w:val="both"/>',
    ),
    ParagraphStyle(
        "RecommendationNumbers", "Recommendation Numbers", _KEEP + _spaced(0, 120) + _BODY
    ),
    ParagraphStyle(
        "Explanation",
        "Explanation",
        _spaced(0, 120)
        + f'<w:ind w:left="{_INDENT}" w:right="{_INDENT}" w:firstLine="567"/><w:jc w:val="both"/>',
    ),
    ParagraphStyle("TableText", "Table Text", _spaced(40, 40)),
    ParagraphStyle("TableHead", "Table Head", "<w:keepNext/>" + _spaced(40, 40), _BOLD),
    ParagraphStyle("Header", "header", _RULE_BELOW + _spaced(0, 240), _BOLD + _sized(18)),
    ParagraphStyle("HeaderEven", "Header Even", based_on="Header"),
    ParagraphStyle("HeaderOdd", "Header Odd", _RIGHT, based_on="Header"),
    ParagraphStyle("Footer", "footer", _spaced(240, 0), _BOLD + _sized(18)),
    ParagraphStyle("FooterEven", "Footer Even", based_on="Footer"),
    ParagraphStyle("FooterOdd", "Footer Odd", _RIGHT, based_on="Footer"),
    ParagraphStyle("EndnoteText", "endnote text", _spaced(0, 40), _sized(18)),
    ParagraphStyle("CommentText", "annotation text", _spaced(0, 0)),
]

_LINK_LOOK = '<w:color w:val="0000EE"/><w:u w:val="single"/>'
_RAISED = '<w:vertAlign w:val="superscript"/>'

# Looks that may meet in one run have a style for each meeting: nothing is formatted directly.
CHARACTER_STYLES = {
    "Strong": ("Strong", _BOLD),
    "Emphasis": ("Emphasis", _ITALIC),
    "StrongEmphasis": ("Strong Emphasis", _BOLD + _ITALIC),
    "Hyperlink": ("Hyperlink", _LINK_LOOK),
    "HyperlinkStrong": ("Hyperlink Strong", _BOLD + _LINK_LOOK),
    "HyperlinkEmphasis": ("Hyperlink Emphasis", _ITALIC + _LINK_LOOK),
    "HyperlinkStrongEmphasis": ("Hyperlink Strong Emphasis", _BOLD + _ITALIC + _LINK_LOOK),
    "EndnoteReference": ("endnote reference", _RAISED),
    "CommentReference": ("annotation reference", _sized(16)),
}


def is_rtl(language: str) -> bool:
    """Whether a language such as `ar` is written from right to left."""
    return Locale.parse(language, sep="-").text_direction == "rtl"


def _language_tags(language: str) -> str:
    base = language.partition("-")[0]
    full = _REGIONS.get(base, language)
    bidi = full if is_rtl(language) else "ar-SA"
    western = "en-GB" if base in _EAST_ASIAN or is_rtl(language) else full
    return (
        f'<w:lang w:val="{western}" w:eastAsia="{_EAST_ASIAN.get(base, "zh-CN")}" w:bidi="{bidi}"/>'
    )


def styles_xml(language: str) -> str:
    """word/styles.xml for a document in this language."""
    rtl = is_rtl(language)
    basis = (
        f"{DECLARATION}<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
        '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="SimSun"'
        f' w:cs="Times New Roman"/>{_sized(20)}{_language_tags(language)}'
        "</w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        "<w:qFormat/>"
        f"<w:pPr>{'<w:bidi/>' if rtl else ''}"
        '<w:spacing w:line="240" w:lineRule="auto"/></w:pPr>'
        f"{'<w:rPr><w:rtl/></w:rPr>' if rtl else ''}</w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:tblPr><w:tblCellMar>'
        '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr></w:style>"
    )
    paragraphs = [
        f'<w:style w:type="paragraph" w:styleId="{style.id}"><w:name w:val="{style.name}"/>'
        f'<w:basedOn w:val="{style.based_on}"/><w:qFormat/>'
        f"<w:pPr>{style.layout}</w:pPr><w:rPr>{style.look}</w:rPr></w:style>"
        for style in PARAGRAPH_STYLES
    ]
    characters = [
        f'<w:style w:type="character" w:styleId="{key}"><w:name w:val="{name}"/>'
        f"<w:rPr>{look}</w:rPr></w:style>"
        for key, (name, look) in CHARACTER_STYLES.items()
    ]
    line = 'w:val="single" w:sz="4" w:space="0" w:color="auto"'
    tables = (
        '<w:style w:type="table" w:styleId="PositionTable"><w:name w:val="Position Table"/>'
        '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
        f"<w:top {line}/><w:bottom {line}/><w:insideH {line}/>"
        "</w:tblBorders></w:tblPr></w:style></w:styles>"
    )
    return "".join([basis, *paragraphs, *characters, tables])


def numbering_xml(starts: Sequence[int]) -> str:
    """word/numbering.xml: headings I., A., 1.; paragraphs counted through all chapters.

    `starts` are numbers at which the paragraphs begin anew; the list for the first of them
    has the id PARAGRAPHS_LIST + 1.
    """
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:pStyle w:val="Heading{level + 1}"/><w:lvlText w:val="%{level + 1}."/>'
        '<w:lvlJc w:val="left"/></w:lvl>'
        for level, form in enumerate(("upperRoman", "upperLetter", "decimal"))
    )
    restarts = "".join(
        f'<w:num w:numId="{PARAGRAPHS_LIST + place}"><w:abstractNumId w:val="1"/>'
        f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>'
        for place, start in enumerate(starts, start=1)
    )
    return (
        f"{DECLARATION}<w:numbering {NAMESPACES}>"
        '<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>'
        f"{levels}</w:abstractNum>"
        '<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="singleLevel"/>'
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:pStyle w:val="NumberedParagraph"/><w:suff w:val="tab"/><w:lvlText w:val="%1."/>'
        '<w:lvlJc w:val="left"/></w:lvl></w:abstractNum>'
        f'<w:num w:numId="{HEADINGS_LIST}"><w:abstractNumId w:val="0"/></w:num>'
        f'<w:num w:numId="{PARAGRAPHS_LIST}"><w:abstractNumId w:val="1"/></w:num>'
        f"{restarts}</w:numbering>"
    )
