"""The register as a Word matrix in the form of OHCHR's thematic list, so that it can go back there.

The columns and headings are those of the lists since 2025 (A/HRC/59/15). The reader of this
service reads it back without loss.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape

from nmrf.cycles.models import Cycle
from nmrf.recommendations.models import Label, LabelScheme, Position, Recommendation
from nmrf.recommendations.states_names import state_name

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_HEADINGS = (
    "Recommendation and recommending State",
    "Position of the State under review",
    "Human rights themes and groups of persons",
    "Relevant SDGs",
)
_WIDTHS = (5600, 1300, 4400, 3300)  # twentieths of a point
_POSITIONS = {
    Position.SUPPORTED: "Supported",
    Position.NOTED: "Noted",
    Position.SUPPORTED_NOTED: "Supported/Noted",
    Position.PENDING: "Pending",
}
# Lists give the supported ones first; then the themes begin again.
_ORDER = (Position.SUPPORTED, Position.SUPPORTED_NOTED, Position.NOTED, Position.PENDING)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def matrix_docx(recommendations: Iterable[Recommendation]) -> bytes:
    """A .docx file with one table for each cycle; the same input gives the same bytes.

    The recommendations come sorted by cycle, with cycle, States and labels loaded.
    """
    tables = [(cycle, list(rows)) for cycle, rows in groupby(recommendations, lambda r: r.cycle)]
    body = "".join(_part(cycle, rows, titled=len(tables) > 1) for cycle, rows in tables)
    header = _title(tables[0][0]) if len(tables) == 1 else "Thematic list of recommendations"
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _PACKAGE_RELATIONS,
        "word/document.xml": f'{_DECLARATION}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>'
        f"{body}{_SECTION}</w:body></w:document>",
        "word/header.xml": f'{_DECLARATION}<w:hdr xmlns:w="{_W}">{_p(header)}</w:hdr>',
        "word/footer.xml": _FOOTER,
        "word/styles.xml": _STYLES,
        "word/_rels/document.xml.rels": _RELATIONS,
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _OLDEST_ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            package.writestr(entry, content)
    return buffer.getvalue()


def _title(cycle: Cycle) -> str:
    return (
        f"UPR of {state_name(cycle.state)} ({_ordinal(cycle.number)} Cycle - "
        f"{_ordinal(cycle.session)} Session) Thematic list of recommendations"
    )


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _part(cycle: Cycle, rows: Sequence[Recommendation], *, titled: bool) -> str:
    title = _p(_title(cycle), bold=True) if titled else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in _WIDTHS)
    head = "".join(
        _cell([heading], width, bold=True)
        for heading, width in zip(_HEADINGS, _WIDTHS, strict=True)
    )
    return (
        f"{title}<w:tbl><w:tblPr>{_BORDERS}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>"
        f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"
        f"{''.join(_rows(rows))}</w:tbl>{_p('')}"
    )


def _rows(recommendations: Sequence[Recommendation]) -> Iterator[str]:
    for position in _ORDER:
        themes: dict[str, list[Recommendation]] = {}
        for one in recommendations:
            if one.position == position:
                themes.setdefault(one.theme_heading, []).append(one)
        for theme, rows in themes.items():
            if theme:
                yield f"<w:tr>{_cell([f'Theme: {theme}'], sum(_WIDTHS), span=4, bold=True)}</w:tr>"
            for one in rows:
                yield _row(one)


def _row(one: Recommendation) -> str:
    cells = (
        [f"{one.number} {_sentences(one)};", *_source(one)],
        [_POSITIONS[one.position]],
        _labels(one),
        [f"- {_goal(label)}" for label in one.labels if label.scheme == LabelScheme.SDG],
    )
    return "<w:tr>" + "".join(map(_cell, cells, _WIDTHS)) + "</w:tr>"


def _sentences(one: Recommendation) -> str:
    """The text with its States in brackets; each sentence of a bundle with its own."""
    names = {state.code or state.name: state.name for state in one.states}
    if one.parts:
        return "; ".join(
            " ".join([part["text"], *(f"({names.get(key, key)})" for key in part["states"])])
            for part in one.parts
        )
    return " ".join([one.text, *(f"({state.name})" for state in one.states)])


def _source(one: Recommendation) -> list[str]:
    if not one.position_symbol:
        return []
    paragraph = f" - Para.{one.position_paragraph}" if one.position_paragraph else ""
    return [f"Source of Position: {one.position_symbol}{paragraph}"]


def _labels(one: Recommendation) -> list[str]:
    themes = [_named(label) for label in one.labels if label.scheme == LabelScheme.THEME]
    persons = [_named(label) for label in one.labels if label.scheme == LabelScheme.PERSONS]
    return [*themes, *(["Groups of Persons:", *persons] if persons else [])]


def _named(label: Label) -> str:
    return "- " + f"{label.code} {label.name}".strip()


def _goal(label: Label) -> str:
    return f"{label.code} - {label.name.upper()}" if label.name else label.code


def _cell(lines: Sequence[str], width: int, span: int = 1, *, bold: bool = False) -> str:
    merged = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    words = "".join(_p(line, bold=bold) for line in lines) or _p("")
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}</w:tcPr>{words}</w:tc>'


def _p(text: str, *, bold: bool = False) -> str:
    """A paragraph; one that begins in Arabic or Hebrew runs from right to left."""
    plain = escape(_NOT_XML.sub("", text).replace("\n", " "))
    strong = next((d for d in map(unicodedata.bidirectional, text) if d in {"L", "R", "AL"}), "L")
    rtl = strong != "L"
    run = ("<w:b/>" if bold else "") + ("<w:rtl/>" if rtl else "")
    return (
        f"<w:p>{'<w:pPr><w:bidi/></w:pPr>' if rtl else ''}"
        f"<w:r>{f'<w:rPr>{run}</w:rPr>' if run else ''}"
        f'<w:t xml:space="preserve">{plain}</w:t></w:r></w:p>'
    )


_LINE = 'w:val="single" w:sz="4" w:space="0" w:color="808080"'
_BORDERS = (
    '<w:tblW w:w="0" w:type="auto"/><w:tblBorders>'
    + "".join(
        f"<w:{side} {_LINE}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)
_SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="header"/>'
    '<w:footerReference w:type="default" r:id="footer"/>'
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567"'
    ' w:footer="567" w:gutter="0"/></w:sectPr>'
)
_FOOTER = (
    f'{_DECLARATION}<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:jc w:val="right"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)
_STYLES = (
    f'{_DECLARATION}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/><w:sz w:val="20"/>'
    "</w:rPr></w:rPrDefault></w:docDefaults></w:styles>"
)
_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CONTENT_TYPES = (
    f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_PART}.document.main+xml"/>'
    + "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_PART}.{name}+xml"/>'
        for name in ("header", "footer", "styles")
    )
    + "</Types>"
)
_PACKAGE_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="document"'
    f' Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_RELATIONS = (
    f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
    + "".join(
        f'<Relationship Id="{name}" Type="{_R}/{name}" Target="{name}.xml"/>'
        for name in ("header", "footer", "styles")
    )
    + "</Relationships>"
)
